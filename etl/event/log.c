#include "etl/event/log.h"

#include <stdlib.h>
#include <string.h>

#include "etl/event/log_kind.h"

static const struct log_kind *const kinds[] = {&log_kind_xes, &log_kind_csv};

static const struct log_kind *
find_kind(enum source_format format)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i]->format == format)
            return kinds[i];
    }
    return NULL;
}

static const char *
key_or(const char *key, const char *fallback)
{
    return key != NULL ? key : fallback;
}

struct event_log *
event_log_open(const char *path, struct input *in, enum source_format format,
    const struct source_options *options, struct fault *f)
{
    struct event_log *l = calloc(1, sizeof *l);

    if (l == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    l->kind = find_kind(format);
    l->path = path;
    l->input = in;
    l->case_key = key_or(options->case_column, "case:concept:name");
    l->class_key = key_or(options->class_column, "concept:name");
    l->time_key = key_or(options->time_column, "time:timestamp");
    l->separator = options->separator;
    if (l->kind == NULL)
        fault_set(f, FAULT_INTERNAL, "not a format of event logs");
    if (l->kind == NULL || l->kind->open(l, f) != 0) {
        event_log_close(l);
        return NULL;
    }
    return l;
}

void
event_log_close(struct event_log *l)
{
    if (l == NULL)
        return;
    if (l->kind != NULL)
        l->kind->close(l);
    free(l);
}

enum source_result
event_log_next(struct event_log *l, struct log_case *c, struct fault *f)
{
    *c = (struct log_case){.is_last = true};
    return l->kind->next(l, c, f);
}

bool
event_log_is_flat(const struct event_log *l)
{
    return l->kind->is_flat;
}

bool
log_text_is(struct log_text t, const char *string)
{
    return t.bytes != NULL && t.length == strlen(string) && memcmp(t.bytes, string, t.length) == 0;
}
