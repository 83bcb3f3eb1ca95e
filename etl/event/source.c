#include "etl/event/source.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/nearest.h"
#include "etl/event/sniff.h"
#include "etl/event/source_kind.h"

const char *const source_format_names[SOURCE_FORMAT_COUNT] = {
    [FORMAT_UNKNOWN] = "",
    [FORMAT_JSONL] = "jsonl",
    [FORMAT_CSV] = "csv",
    [FORMAT_LONG_CSV] = "long-csv",
    [FORMAT_XES] = "xes",
};

static const struct source_kind *const kinds[SOURCE_FORMAT_COUNT] = {
    [FORMAT_JSONL] = &source_kind_jsonl,
    [FORMAT_CSV] = &source_kind_wide,
    [FORMAT_LONG_CSV] = &source_kind_log,
    [FORMAT_XES] = &source_kind_log,
};

/* The columns of a long CSV that the activity is known to come from, where nobody names others. */
static void
complete_columns(struct source_options *o, const struct definition *d)
{
    const struct activity *a = o->activity != NULL      ? definition_find_activity(d, o->activity)
                               : d->activity_count == 1 ? &d->activities[0]
                                                        : NULL;

    if (a == NULL)
        return;
    o->case_column = o->case_column == NULL ? a->case_column : o->case_column;
    o->class_column = o->class_column == NULL ? a->class_column : o->class_column;
    o->time_column = o->time_column == NULL ? a->time_column : o->time_column;
}

static int
find_format(struct event_source *s, struct fault *f)
{
    struct source_options completed = s->options;
    const char *head;
    size_t length;

    complete_columns(&completed, s->definition);
    s->format = s->options.format;
    if (s->format == FORMAT_UNKNOWN && (input_peek(s->input, &head, &length, f) != 0 ||
                                           sniff_format(head, length, &completed, &s->format, f)))
        return -1;
    if (s->format == FORMAT_LONG_CSV)
        s->options = completed;
    s->kind = kinds[s->format];
    return 0;
}

/* The activity that is meant: the one named, or the only one. */
static int
find_activity(struct event_source *s, struct fault *f)
{
    const struct definition *d = s->definition;
    const char *wanted = s->options.activity;
    struct nearest n;

    s->activity = wanted == NULL && d->activity_count == 1 ? 0 : NO_INDEX;
    if (wanted == NULL && s->activity == NO_INDEX && !s->kind->names_activity) {
        fault_set(f, FAULT_USAGE, "there are %zu activities", d->activity_count);
        return fault_hint(f, "say which one with --activity");
    }
    if (wanted == NULL)
        return 0;
    nearest_init(&n, wanted);
    for (size_t i = 0; i < d->activity_count; i++) {
        nearest_offer(&n, d->activities[i].name);
        if (strcmp(d->activities[i].name, wanted) == 0)
            s->activity = i;
    }
    if (s->activity != NO_INDEX)
        return 0;
    fault_set(f, FAULT_DATA, "no activity '%s'", wanted);
    return nearest_get(&n) == NULL ? -1 : fault_hint(f, "did you mean '%s'?", nearest_get(&n));
}

static int
open_all(struct event_source *s, struct fault *f)
{
    if (zone_init(&s->zone, s->options.timezone, f) != 0)
        return -1;
    if ((s->input = input_open(s->path, f)) == NULL)
        return -1;
    if (find_format(s, f) != 0 || find_activity(s, f) != 0 || s->kind->open(s, f) != 0)
        return fault_wrap(f, "'%s'", s->path);
    return 0;
}

struct event_source *
event_source_open(const char *path, const struct source_options *options,
    const struct definition *d, struct fault *f)
{
    struct event_source *s = calloc(1, sizeof *s);

    if (s == NULL || (s->path = strdup(path)) == NULL) {
        free(s);
        fault_set_memory(f);
        return NULL;
    }
    s->options = *options;
    s->definition = d;
    if (open_all(s, f) != 0) {
        event_source_close(s);
        return NULL;
    }
    return s;
}

void
event_source_close(struct event_source *s)
{
    if (s == NULL)
        return;
    if (s->kind != NULL)
        s->kind->close(s);
    input_close(s->input);
    free(s->path);
    free(s);
}

const struct source_options *
event_source_options(const struct event_source *s)
{
    return &s->options;
}

enum source_format
event_source_format(const struct event_source *s)
{
    return s->format;
}

void
event_source_progress(const struct event_source *s, uint64_t *done, uint64_t *total)
{
    input_progress(s->input, done, total);
}

enum source_result
event_source_next(struct event_source *s, struct event_record *r, struct fault *f)
{
    enum source_result result;

    *r = (struct event_record){.position = s->position + 1};
    result = s->kind->next(s, r, f);
    if (result == SOURCE_RECORD || result == SOURCE_REJECT)
        s->position++;
    return result;
}
