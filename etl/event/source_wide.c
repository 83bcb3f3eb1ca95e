#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "etl/event/convert.h"
#include "etl/event/keys.h"
#include "etl/event/sheet.h"
#include "etl/event/source_kind.h"
#include "etl/event/utf8.h"

struct wide {
    struct sheet sheet;
    struct keys keys;
    size_t *checkpoints;      /* by column; NO_INDEX: ActivityID, IsComplete, row number */
    struct event_datum *data; /* room for all columns; owned, as the line above */
    size_t id_column;
    size_t complete_column; /* NAMES_NONE: none */
    struct event events[2];
};

static bool
is_checkpoint(const struct wide *w, size_t column)
{
    return column != w->id_column && column != w->complete_column &&
           !(column == 0 && w->sheet.is_indexed);
}

/* Each column is a checkpoint, and no checkpoint has two columns. */
static int
find_columns(struct wide *w, struct fault *f)
{
    for (size_t i = 0; i < w->sheet.columns.count; i++) {
        const struct name_entry *e = &w->sheet.columns.entries[i];

        w->checkpoints[i] = NO_INDEX;
        if (!is_checkpoint(w, i))
            continue;
        w->checkpoints[i] = keys_find(&w->keys, e->bytes, e->length, f);
        if (w->checkpoints[i] == NO_INDEX)
            return fault_wrap(f, "header");
        for (size_t k = 0; k < i; k++) {
            if (w->checkpoints[k] == w->checkpoints[i])
                return fault_set(f, FAULT_DATA, "header: columns '%s' and '%s' are one checkpoint",
                    w->sheet.columns.entries[k].bytes, e->bytes);
        }
    }
    return 0;
}

static int
wide_open(struct event_source *s, struct fault *f)
{
    struct wide *w = calloc(1, sizeof *w);

    if (w == NULL)
        return fault_set_memory(f);
    s->state = w;
    if (sheet_open(&w->sheet, s->input, s->options.separator, f) != 0 ||
        keys_init(&w->keys, &s->definition->activities[s->activity], f) != 0)
        return -1;
    w->checkpoints = calloc(w->sheet.columns.count, sizeof *w->checkpoints);
    w->data = calloc(w->sheet.columns.count, sizeof *w->data);
    if (w->checkpoints == NULL || w->data == NULL)
        return fault_set_memory(f);
    w->id_column = sheet_find(&w->sheet, "ActivityID");
    w->complete_column = sheet_find(&w->sheet, "IsComplete");
    if (w->id_column == NAMES_NONE)
        return fault_set(f, FAULT_DATA, "header: no column 'ActivityID'");
    return find_columns(w, f);
}

static void
wide_close(struct event_source *s)
{
    struct wide *w = s->state;

    if (w == NULL)
        return;
    sheet_close(&w->sheet);
    keys_release(&w->keys);
    free(w->checkpoints);
    free(w->data);
    free(w);
}

/* "1", "true", "0", "false" or nothing. */
static int
read_complete(const struct wide *w, bool *complete, struct fault *f)
{
    const char *bytes;
    size_t length;
    char excerpt[EXCERPT_BYTES];

    *complete = false;
    if (w->complete_column == NAMES_NONE ||
        !sheet_get(&w->sheet, w->complete_column, &bytes, &length) || length == 0)
        return 0;
    *complete = strcmp(bytes, "1") == 0 || strcasecmp(bytes, "true") == 0;
    if (*complete || strcmp(bytes, "0") == 0 || strcasecmp(bytes, "false") == 0)
        return 0;
    return fault_set(f, FAULT_DATA, "column 'IsComplete': '%s' is none of 1, 0, true, false",
        utf8_excerpt(bytes, length, excerpt));
}

static int
read_data(struct event_source *s, size_t *count, struct fault *f)
{
    struct wide *w = s->state;
    const char *bytes;
    size_t length;

    *count = 0;
    for (size_t i = 0; i < w->sheet.columns.count; i++) {
        struct event_datum *datum = &w->data[*count];

        if (w->checkpoints[i] == NO_INDEX || !sheet_get(&w->sheet, i, &bytes, &length))
            continue;
        *datum = (struct event_datum){.checkpoint = w->checkpoints[i]};
        if (convert_text(&w->keys.activity->checkpoints[datum->checkpoint], &s->zone, bytes, length,
                false, &datum->value, f) != 0)
            return fault_wrap(f, "column '%s'", w->sheet.columns.entries[i].bytes);
        ++*count;
    }
    return 0;
}

/* One row: begin with its data, and end when it says so. */
static int
read_row(struct event_source *s, struct event_record *r, struct fault *f)
{
    struct wide *w = s->state;
    struct event e = {.op = EVENT_BEGIN, .activity = s->activity, .data = w->data};
    const char *id;
    size_t length;
    bool complete;

    if (!sheet_get(&w->sheet, w->id_column, &id, &length) || length == 0)
        return fault_set(f, FAULT_DATA, "the row has no ActivityID");
    if (convert_check_text("ActivityID", id, length, LIMIT_ACTIVITY_ID, f) != 0 ||
        read_complete(w, &complete, f) != 0 || read_data(s, &e.data_count, f) != 0)
        return -1;
    e.id = value_text_n(id, length);
    w->events[0] = e;
    w->events[1] = (struct event){.op = EVENT_END, .activity = s->activity, .id = e.id};
    r->events = w->events;
    r->event_count = complete ? 2 : 1;
    return 0;
}

static enum source_result
wide_next(struct event_source *s, struct event_record *r, struct fault *f)
{
    struct wide *w = s->state;
    enum source_result result = sheet_next(&w->sheet, f);

    if (result == SOURCE_RECORD || result == SOURCE_REJECT) {
        r->line = w->sheet.line;
        if (!w->sheet.raw.failed) {
            r->raw = text_get(&w->sheet.raw);
            r->raw_length = w->sheet.raw.length;
        }
    }
    if (result != SOURCE_RECORD || read_row(s, r, f) == 0)
        return result;
    fault_wrap(f, "line %llu", (unsigned long long)w->sheet.line);
    return SOURCE_REJECT;
}

const struct source_kind source_kind_wide = {
    .open = wide_open,
    .next = wide_next,
    .close = wide_close,
};
