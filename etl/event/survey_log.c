#include "etl/event/log.h"
#include "etl/event/survey.h"

static int
add_attributes(
    struct survey *s, bool of_case, const struct log_attribute *a, size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++, a++) {
        struct survey_column *c;

        if (a->is_key)
            continue;
        if ((c = survey_column(s, of_case, a->key.bytes, a->key.length, f)) == NULL ||
            (a->value.length > 0 &&
                survey_add(s, c, a->value.bytes, a->value.length, SURVEY_ANY, f) != 0))
            return fault_wrap(f, "line %llu", (unsigned long long)a->line);
    }
    return 0;
}

static int
add_event(
    struct survey *s, const struct log_event *e, uint64_t position, bool is_last, struct fault *f)
{
    struct survey_class *c;

    if (add_attributes(s, false, e->attributes, e->attribute_count, f) != 0)
        return -1;
    if (e->class.length == 0)
        return 0;
    if ((c = survey_class(s, e->class.bytes, e->class.length, f)) == NULL)
        return fault_wrap(f, "line %llu", (unsigned long long)e->line);
    c->events++;
    c->first += position == 0;
    c->last += is_last;
    c->position_sum += (double)position;
    return 0;
}

static int
add_case(struct survey *s, const struct log_case *c, struct fault *f)
{
    if (add_attributes(s, true, c->attributes, c->attribute_count, f) != 0)
        return -1;
    for (size_t i = 0; i < c->event_count; i++) {
        bool is_last = c->is_last && i + 1 == c->event_count;

        if (add_event(s, &c->events[i], c->first_event + i, is_last, f) != 0)
            return -1;
    }
    return 0;
}

int
survey_read_log(struct survey *s, const char *path, struct input *in,
    const struct source_options *options, struct fault *f)
{
    struct event_log *l = event_log_open(path, in, s->format, options, f);
    enum source_result result = SOURCE_FAULT;
    struct log_case c;

    while (l != NULL && (result = event_log_next(l, &c, f)) == SOURCE_RECORD) {
        if (add_case(s, &c, f) != 0) {
            result = SOURCE_FAULT;
            break;
        }
    }
    event_log_close(l);
    return result == SOURCE_END ? 0 : -1;
}
