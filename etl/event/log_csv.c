#include <stdlib.h>
#include <string.h>

#include "config/base/nearest.h"
#include "etl/event/casebook.h"
#include "etl/event/log_kind.h"
#include "etl/event/sheet.h"

struct long_csv {
    struct sheet sheet;
    struct casebook book;
    size_t case_column, class_column, time_column;
    struct log_event event;
    struct log_attribute *attributes; /* owned: room for all columns */
};

/* A column that must be there. */
static int
find_column(const struct sheet *t, const char *name, size_t *column, struct fault *f)
{
    struct nearest n;

    if ((*column = sheet_find(t, name)) != NAMES_NONE)
        return 0;
    nearest_init(&n, name);
    for (size_t i = 0; i < t->columns.count; i++)
        nearest_offer(&n, t->columns.entries[i].bytes);
    fault_set(f, FAULT_DATA, "no column '%s' in the header", name);
    if (nearest_get(&n) != NULL)
        return fault_hint(f, "did you mean '%s'?", nearest_get(&n));
    return fault_hint(f, "name the columns of case, event class and time");
}

static int
find_columns(struct event_log *l, struct fault *f)
{
    struct long_csv *c = l->state;

    if (find_column(&c->sheet, l->case_key, &c->case_column, f) != 0 ||
        find_column(&c->sheet, l->class_key, &c->class_column, f) != 0)
        return -1;
    return find_column(&c->sheet, l->time_key, &c->time_column, f);
}

/* The first pass, over the same file opened anew: which row is the last of its case? */
static int
note_cases(struct event_log *l, struct sheet *t, struct fault *f)
{
    struct long_csv *c = l->state;
    enum source_result result;
    const char *id;
    size_t length;

    while ((result = sheet_next(t, f)) == SOURCE_RECORD || result == SOURCE_REJECT) {
        if (result == SOURCE_REJECT || !sheet_get(t, c->case_column, &id, &length))
            continue;
        if (casebook_note(&c->book, id, length, t->row, f) != 0)
            return -1;
    }
    return result == SOURCE_END ? 0 : -1;
}

static int
read_ahead(struct event_log *l, struct fault *f)
{
    struct sheet t = {.row = 0};
    struct input *in;
    int rc = -1;

    if (!input_is_regular(l->input))
        return fault_set(f, FAULT_DATA, "a long CSV must be a file, because it is read twice");
    if ((in = input_open(l->path, f)) == NULL)
        return -1;
    if (sheet_open(&t, in, l->separator, f) == 0)
        rc = note_cases(l, &t, f);
    sheet_close(&t);
    input_close(in);
    return rc;
}

static int
csv_open(struct event_log *l, struct fault *f)
{
    struct long_csv *c = calloc(1, sizeof *c);

    if (c == NULL)
        return fault_set_memory(f);
    l->state = c;
    if (sheet_open(&c->sheet, l->input, l->separator, f) != 0 || find_columns(l, f) != 0)
        return -1;
    if ((c->attributes = calloc(c->sheet.columns.count, sizeof *c->attributes)) == NULL)
        return fault_set_memory(f);
    return read_ahead(l, f);
}

static void
csv_close(struct event_log *l)
{
    struct long_csv *c = l->state;

    if (c == NULL)
        return;
    sheet_close(&c->sheet);
    casebook_release(&c->book);
    free(c->attributes);
    free(c);
}

static struct log_text
field_of(const struct long_csv *c, size_t column)
{
    struct log_text t;

    if (!sheet_get(&c->sheet, column, &t.bytes, &t.length) || t.length == 0)
        return (struct log_text){NULL, 0};
    return t;
}

static bool
is_of_case(const struct long_csv *c, size_t column)
{
    const struct name_entry *e = &c->sheet.columns.entries[column];
    const size_t prefix = strlen(LOG_CASE_PREFIX);

    return column == c->case_column ||
           (e->length > prefix && memcmp(e->bytes, LOG_CASE_PREFIX, prefix) == 0);
}

/* The columns of the case, or those of the event, as attributes from `at` on; returns how many. */
static size_t
fill(struct long_csv *c, bool of_case, struct log_attribute *at)
{
    const struct log_attribute *start = at;

    for (size_t i = c->sheet.is_indexed; i < c->sheet.columns.count; i++) {
        const struct name_entry *e = &c->sheet.columns.entries[i];

        if (is_of_case(c, i) == of_case)
            *at++ = (struct log_attribute){
                .key = {e->bytes, e->length},
                .value = field_of(c, i),
                .is_key = i == c->case_column || i == c->class_column || i == c->time_column,
                .line = c->sheet.line,
            };
    }
    return (size_t)(at - start);
}

static enum source_result
csv_next(struct event_log *l, struct log_case *out, struct fault *f)
{
    struct long_csv *c = l->state;
    enum source_result result = sheet_next(&c->sheet, f);

    if (result == SOURCE_RECORD || result == SOURCE_REJECT) {
        out->line = c->sheet.line;
        if (!c->sheet.raw.failed)
            out->raw = (struct log_text){text_get(&c->sheet.raw), c->sheet.raw.length};
    }
    if (result != SOURCE_RECORD)
        return result;
    out->id = field_of(c, c->case_column);
    out->attributes = c->attributes;
    out->attribute_count = fill(c, true, c->attributes);
    c->event = (struct log_event){
        .class = field_of(c, c->class_column),
        .time = field_of(c, c->time_column),
        .attributes = c->attributes + out->attribute_count,
        .attribute_count = fill(c, false, c->attributes + out->attribute_count),
        .line = c->sheet.line,
    };
    out->events = &c->event;
    out->event_count = 1;
    out->is_last = out->id.bytes != NULL && casebook_see(&c->book, out->id.bytes, out->id.length,
                                                &out->first_event) == c->sheet.row;
    return SOURCE_RECORD;
}

const struct log_kind log_kind_csv = {
    .format = FORMAT_LONG_CSV,
    .is_flat = true,
    .open = csv_open,
    .next = csv_next,
    .close = csv_close,
};
