#include <stdlib.h>

#include "etl/event/convert.h"
#include "etl/event/log.h"
#include "etl/event/mapping.h"
#include "etl/event/source_kind.h"
#include "etl/event/utf8.h"

struct log_source {
    struct event_log *log;
    struct mapping mapping;
    struct event_datum *slots; /* by checkpoint; NULL values are empty; owned, so below */
    struct event_datum *data;  /* those that are filled, in order */
    struct event events[2];
    uint64_t fault_line; /* where the case is malformed */
};

static int
log_open(struct event_source *s, struct fault *f)
{
    const struct activity *a = &s->definition->activities[s->activity];
    struct log_source *l = calloc(1, sizeof *l);

    if (l == NULL)
        return fault_set_memory(f);
    s->state = l;
    l->slots = calloc(a->checkpoint_count + 1, sizeof *l->slots);
    l->data = calloc(a->checkpoint_count + 1, sizeof *l->data);
    if (l->slots == NULL || l->data == NULL)
        return fault_set_memory(f);
    if ((l->log = event_log_open(s->path, s->input, s->format, &s->options, f)) == NULL)
        return -1;
    return mapping_init(&l->mapping, a, &s->options, event_log_is_flat(l->log), f);
}

static void
log_close(struct event_source *s)
{
    struct log_source *l = s->state;

    if (l == NULL)
        return;
    mapping_release(&l->mapping);
    event_log_close(l->log);
    free(l->slots);
    free(l->data);
    free(l);
}

static void
clear_slots(struct log_source *l)
{
    for (size_t i = 0; i < l->mapping.activity->checkpoint_count; i++)
        l->slots[i] = (struct event_datum){.checkpoint = i, .value = value_null()};
}

/* Converts an attribute's value for each checkpoint it feeds. */
static int
take_attribute(struct event_source *s, const struct log_attribute *a,
    const struct mapping_target *target, struct fault *f)
{
    struct log_source *l = s->state;
    char key[EXCERPT_BYTES];

    for (; target != NULL; target = target->next) {
        struct event_datum *slot = &l->slots[target->checkpoint];

        slot->keep_first = false;
        if (convert_text(&l->mapping.activity->checkpoints[target->checkpoint], &s->zone,
                a->value.bytes, a->value.length, a->is_boolean, &slot->value, f) == 0)
            continue;
        utf8_excerpt(a->key.bytes, a->key.length, key);
        l->fault_line = a->line;
        return fault_wrap(f, "%s '%s'", l->mapping.is_flat ? "column" : "attribute", key);
    }
    return 0;
}

static int
take_own_attributes(struct event_source *s, const struct log_case *c, struct fault *f)
{
    const struct log_source *l = s->state;

    for (size_t i = 0; i < c->attribute_count; i++) {
        const struct log_attribute *a = &c->attributes[i];

        if (a->value.length > 0 &&
            take_attribute(s, a, mapping_find(&l->mapping, MAPPING_TRACE, c->id, a->key), f) != 0)
            return -1;
    }
    return 0;
}

static int
take_event_attributes(struct event_source *s, const struct log_event *e, struct fault *f)
{
    const struct mapping *m = &((struct log_source *)s->state)->mapping;

    for (size_t i = 0; i < e->attribute_count; i++) {
        const struct log_attribute *a = &e->attributes[i];
        const struct mapping_target *any, *pair;

        if (a->value.length == 0)
            continue;
        any = mapping_find(m, MAPPING_ATTRIBUTE, e->class, a->key);
        pair = mapping_find(m, MAPPING_PAIR, e->class, a->key);
        if (any == NULL && pair == NULL && m->is_flat)
            any = mapping_find(m, MAPPING_TRACE, e->class, a->key);
        if (take_attribute(s, a, any, f) != 0 || take_attribute(s, a, pair, f) != 0)
            return -1;
    }
    return 0;
}

/* The first event of a class, in the order of the document, is the milestone. */
static int
take_milestone(struct event_source *s, const struct log_event *e, struct fault *f)
{
    struct log_source *l = s->state;
    const struct mapping_target *target =
        mapping_find(&l->mapping, MAPPING_CLASS, e->class, e->class);
    char excerpt[EXCERPT_BYTES];

    for (; target != NULL && e->time.length > 0; target = target->next) {
        struct event_datum *slot = &l->slots[target->checkpoint];

        if (slot->value.type != VALUE_NULL)
            continue;
        slot->keep_first = true;
        slot->value.type = VALUE_TIME;
        if (zone_parse(&s->zone, e->time.bytes, e->time.length, &slot->value.as.time_us) == 0)
            continue;
        fault_set(f, FAULT_DATA, "'%s' is not a date and time",
            utf8_excerpt(e->time.bytes, e->time.length, excerpt));
        l->fault_line = e->line;
        return fault_wrap(
            f, "time of event '%s'", utf8_excerpt(e->class.bytes, e->class.length, excerpt));
    }
    return 0;
}

static int
check_id(const struct log_source *l, const struct log_case *c, struct fault *f)
{
    if (c->id.length == 0)
        return fault_set(f, FAULT_DATA, "%s",
            l->mapping.is_flat ? "the row has no case" : "the trace has no concept:name");
    return convert_check_text("ActivityID", c->id.bytes, c->id.length, LIMIT_ACTIVITY_ID, f);
}

static int
take_case(struct event_source *s, const struct log_case *c, struct fault *f)
{
    struct log_source *l = s->state;

    clear_slots(l);
    l->fault_line = c->line;
    if (check_id(l, c, f) != 0)
        return -1;
    if (take_own_attributes(s, c, f) != 0)
        return -1;
    for (size_t i = 0; i < c->event_count; i++) {
        if (take_milestone(s, &c->events[i], f) != 0 ||
            take_event_attributes(s, &c->events[i], f) != 0)
            return -1;
    }
    return 0;
}

static void
fill_record(struct event_source *s, const struct log_case *c, struct event_record *r)
{
    struct log_source *l = s->state;
    size_t count = 0;

    for (size_t i = 0; i < l->mapping.activity->checkpoint_count; i++) {
        if (l->slots[i].value.type != VALUE_NULL)
            l->data[count++] = l->slots[i];
    }
    l->events[0] = l->events[1] = (struct event){
        .op = EVENT_BEGIN,
        .activity = s->activity,
        .id = value_text_n(c->id.bytes, c->id.length),
    };
    l->events[0].data = l->data;
    l->events[0].data_count = count;
    l->events[1].op = EVENT_END;
    r->events = l->events;
    r->event_count = c->is_last && !s->options.keep_active ? 2 : 1;
}

static enum source_result
log_next(struct event_source *s, struct event_record *r, struct fault *f)
{
    struct log_source *l = s->state;
    struct log_case c;
    enum source_result result = event_log_next(l->log, &c, f);
    char excerpt[EXCERPT_BYTES];

    r->line = c.line;
    r->raw = c.raw.bytes;
    r->raw_length = c.raw.length;
    if (result != SOURCE_RECORD)
        return result;
    if (take_case(s, &c, f) == 0) {
        fill_record(s, &c, r);
        return SOURCE_RECORD;
    }
    if (f->kind != FAULT_DATA)
        return SOURCE_FAULT;
    if (c.id.length > 0)
        fault_wrap(f, "%s '%s'", l->mapping.is_flat ? "case" : "trace",
            utf8_excerpt(c.id.bytes, c.id.length, excerpt));
    fault_wrap(f, "line %llu", (unsigned long long)l->fault_line);
    return SOURCE_REJECT;
}

const struct source_kind source_kind_log = {
    .open = log_open,
    .next = log_next,
    .close = log_close,
};
