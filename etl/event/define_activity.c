#include <string.h>

#include "etl/event/define_draft.h"
#include "etl/event/log.h"
#include "etl/event/naming.h"

/* Lengths of texts are rounded up, so that the next log still fits. */
static int
rounded_length(size_t longest)
{
    static const int lengths[] = {50, 128, 255, 1000, LIMIT_DATA_LENGTH};
    size_t i = 0;

    while ((size_t)lengths[i] < longest)
        i++;
    return lengths[i];
}

static enum value_type
type_of(const struct survey_column *c)
{
    if (c->values == 0)
        return VALUE_TEXT;
    if (c->types & SURVEY_INT)
        return VALUE_INT;
    if (c->types & SURVEY_FLOAT)
        return VALUE_FLOAT;
    return c->types & SURVEY_TIME ? VALUE_TIME : VALUE_TEXT;
}

/* A new checkpoint; its number, NO_INDEX with a fault. */
static size_t
add_checkpoint(
    struct draft *b, struct naming *names, const char *name, enum value_type type, struct fault *f)
{
    struct activity *a = b->activity;
    struct checkpoint *c =
        arena_append(&b->d->memory, &a->checkpoints, &a->checkpoint_count, sizeof *c);

    if (c == NULL) {
        fault_set_memory(f);
        return NO_INDEX;
    }
    c->type = type;
    c->name = naming_take(names, name, "Checkpoint", LIMIT_CHECKPOINT_NAME, f);
    c->id = c->name == NULL ? NULL : naming_id(&b->d->memory, "C", c->name, f);
    if (c->id == NULL)
        return NO_INDEX;
    return a->checkpoint_count - 1;
}

/* Keeps the original name. */
static int
add_origin(
    struct draft *b, enum origin_kind kind, const char *name, size_t checkpoint, struct fault *f)
{
    struct activity *a = b->activity;
    struct origin *o = arena_append(&b->d->memory, &a->origins, &a->origin_count, sizeof *o);
    const char *copy = arena_strdup(&b->d->memory, name);

    if (o == NULL || copy == NULL)
        return fault_set_memory(f);
    *o = (struct origin){.kind = kind, .checkpoint = checkpoint};
    *(kind == ORIGIN_EVENT_CLASS ? &o->event : &o->attribute) = copy;
    return 0;
}

static int
add_milestone(struct draft *b, struct milestone milestone, struct fault *f)
{
    struct milestone *m =
        arena_append(&b->d->memory, &b->milestones, &b->milestone_count, sizeof *m);

    if (m == NULL)
        return fault_set_memory(f);
    *m = milestone;
    return 0;
}

/* A class is sure to be an end when most of its events are the last of their case: one that nearly
 * always occurs, but in the middle, must not hide a rarer one that closes the case. */
static int
add_classes(struct draft *b, struct naming *names, struct fault *f)
{
    const struct survey *s = b->s;

    for (size_t i = 0; i < s->classes.count; i++) {
        const struct survey_class *c = &s->class_rows[i];
        const char *name = s->classes.entries[i].bytes;
        size_t checkpoint = add_checkpoint(b, names, name, VALUE_TIME, f);
        struct milestone m = {
            .checkpoint = checkpoint,
            .order = c->position_sum / (double)c->events,
            .begins = (double)c->first,
            .ends = (double)c->last / (double)c->events,
            .weight = (double)c->events,
        };

        if (checkpoint == NO_INDEX || add_milestone(b, m, f) != 0 ||
            add_origin(b, ORIGIN_EVENT_CLASS, name, checkpoint, f) != 0)
            return -1;
    }
    return 0;
}

/* Columns of wide CSV and JSON Lines have no order of events: the mean of their times gives it. */
static int
note_time_column(struct draft *b, size_t checkpoint, const struct survey_column *c, struct fault *f)
{
    double mean = c->time_sum / (double)c->values;
    struct milestone m = {
        .checkpoint = checkpoint,
        .order = mean,
        .begins = -mean,
        .ends = mean + 1e18, /* positive for every time there is */
        .weight = (double)c->values,
    };

    return add_milestone(b, m, f);
}

static bool
is_wide(const struct survey *s)
{
    return s->format == FORMAT_CSV || s->format == FORMAT_JSONL;
}

/* lifecycle:transition says nothing when it is always "complete" (IEEE 1849-2016, lifecycle
 * extension); texts longer than an NVARCHAR have no place. */
static bool
is_left_out(const char *name, const struct survey_column *c)
{
    if (type_of(c) == VALUE_TEXT && c->longest > LIMIT_DATA_LENGTH)
        return true;
    return strcmp(name, "lifecycle:transition") == 0 && c->distinct_count <= 1;
}

static int
add_column(struct draft *b, struct naming *names, const char *name, const struct survey_column *c,
    struct fault *f)
{
    const size_t prefix =
        strncmp(name, LOG_CASE_PREFIX, strlen(LOG_CASE_PREFIX)) == 0 ? strlen(LOG_CASE_PREFIX) : 0;
    size_t checkpoint = add_checkpoint(b, names, name + prefix, type_of(c), f);
    struct checkpoint *made;
    struct attribute *a;

    if (checkpoint == NO_INDEX)
        return -1;
    made = &b->activity->checkpoints[checkpoint];
    made->length = made->type == VALUE_TEXT ? rounded_length(c->longest) : 0;
    a = arena_append(&b->d->memory, &b->attributes, &b->attribute_count, sizeof *a);
    if (a == NULL)
        return fault_set_memory(f);
    *a = (struct attribute){checkpoint, c};
    if (is_wide(b->s) && made->type == VALUE_TIME && note_time_column(b, checkpoint, c, f) != 0)
        return -1;
    if (is_wide(b->s) && strcmp(made->name, name) == 0)
        return 0;
    return add_origin(
        b, c->of_case ? ORIGIN_TRACE_ATTRIBUTE : ORIGIN_EVENT_ATTRIBUTE, name, checkpoint, f);
}

static int
add_columns(struct draft *b, struct naming *names, const struct names *columns,
    const struct survey_column *rows, struct fault *f)
{
    for (size_t i = 0; i < columns->count; i++) {
        const char *name = columns->entries[i].bytes;

        if (!is_left_out(name, &rows[i]) && add_column(b, names, name, &rows[i], f) != 0)
            return -1;
    }
    return 0;
}

int
draft_add_activity(struct draft *b, const char *name, struct fault *f)
{
    struct definition *d = b->d;
    struct naming names;
    int rc = -1;

    naming_init(&names, &d->memory);
    b->activity = arena_append(&d->memory, &d->activities, &d->activity_count, sizeof *b->activity);
    if (b->activity == NULL || (b->activity->name = arena_strdup(&d->memory, name)) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    b->activity->id = naming_id(&d->memory, "Activity", name, f);
    if (b->activity->id == NULL || add_classes(b, &names, f) != 0 ||
        add_columns(b, &names, &b->s->own, b->s->own_rows, f) != 0 ||
        add_columns(b, &names, &b->s->others, b->s->other_rows, f) != 0)
        goto done;
    if (b->activity->checkpoint_count == 0)
        fault_set(f, FAULT_DATA, "holds neither events nor attributes: nothing to define");
    else if (b->activity->checkpoint_count > LIMIT_CHECKPOINTS)
        fault_set(f, FAULT_DATA, "would make %zu checkpoints; at most %d are allowed",
            b->activity->checkpoint_count, LIMIT_CHECKPOINTS);
    else
        rc = 0;
done:
    naming_release(&names);
    return rc;
}
