/*
 * What has become of it: windows, partitions, changes and incomplete instances.
 */
#include <inttypes.h>

#include "config/base/clock.h"
#include "config/base/moment.h"
#include "etl/activity/changes.h"
#include "etl/activity/incomplete.h"
#include "etl/command/age.h"
#include "etl/command/show.h"
#include "etl/maintenance/due.h"
#include "etl/maintenance/trail.h"

const struct grid_column show_windows_columns[] = {
    {"activity", GRID_TEXT},
    {"length", GRID_NUMBER},
    {"unit", GRID_TEXT},
    {"archive", GRID_FLAG},
    {"begins", GRID_TIME},
    {NULL, GRID_TEXT},
};

int
show_windows(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.activity_count; i++) {
        const struct activity *a = &s->definition.activities[i];
        struct window w;

        if (!show_wants(s, a))
            continue;
        if (window_read(s->primary, a->name, &w, f) != 0)
            return -1;
        const struct value row[] = {value_text(a->name), value_int(w.length),
            value_text(window_unit_names[w.unit]), grid_flag(w.archive),
            value_time(window_threshold(&w, clock_now()))};

        if (grid_add(&s->grid, row, f) != 0)
            return -1;
    }
    return 0;
}

const struct grid_column show_partitions_columns[] = {
    {"activity", GRID_TEXT},
    {"partition", GRID_TEXT},
    {"created", GRID_TIME},
    {"min_record", GRID_NUMBER},
    {"max_record", GRID_NUMBER},
    {"rows", GRID_NUMBER},
    {"state", GRID_TEXT},
    {"due", GRID_FLAG},
    {"why", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
add_partition(struct show *s, const struct due *d, struct fault *f)
{
    const struct partition *p = d->partition;
    const char *state = p->dropped ? "archived" : p->archiving ? "archiving" : "online";
    const struct value row[] = {value_text(p->activity), value_text(p->instances),
        value_time(p->created), value_int(p->min_record), value_int(p->max_record),
        d->rows < 0 ? value_null() : value_int(d->rows), value_text(state), grid_flag(d->is_due),
        value_text(d->why)};

    return grid_add(&s->grid, row, f);
}

int
show_partitions(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.activity_count; i++) {
        const struct activity *a = &s->definition.activities[i];
        struct due_list list;

        if (!show_wants(s, a))
            continue;
        if (due_explain(s->primary, &s->definition, a, PARTITIONS_ALL, &s->memory, &list, f) != 0)
            return -1;
        for (size_t k = 0; k < list.count; k++) {
            if (add_partition(s, &list.items[k], f) != 0)
                return -1;
        }
    }
    return 0;
}

/* ---- the trail of each partition ---- */

const struct grid_column show_trail_columns[] = {
    {"activity", GRID_TEXT},
    {"partition", GRID_TEXT},
    {"state", GRID_TEXT},
    {"marked", GRID_TIME},
    {"verified", GRID_TIME},
    {"rows", GRID_NUMBER},
    {"checksum", GRID_TEXT},
    {"backed_up", GRID_TIME},
    {"container", GRID_TEXT},
    {"container_sha256", GRID_TEXT},
    {"dropped", GRID_TIME},
    {"kept", GRID_TIME},
    {"why", GRID_TEXT},
    {NULL, GRID_TEXT},
};

/* The last step on record. */
static const char *
last_step(const struct trail *t)
{
    if (t->dropped != 0)
        return "dropped";
    if (t->kept != 0)
        return "kept";
    if (t->backed_up != 0)
        return "backed up";
    return t->verified != 0 ? "verified" : "marked";
}

static struct value
text_or_null(const char *text)
{
    return text == NULL ? value_null() : value_text(text);
}

static int
add_trail(struct show *s, const char *activity, const struct trail *t, struct fault *f)
{
    const struct evidence *e = &t->evidence;
    const char *sum = arena_printf(&s->memory, "%016" PRIx64, e->sum + e->relationship_sum);
    const struct value row[] = {value_text(activity), value_text(t->instances),
        value_text(last_step(t)), grid_time(t->marked), grid_time(t->verified),
        t->verified == 0 ? value_null() : value_int(e->rows),
        t->verified == 0 ? value_null() : text_or_null(sum), grid_time(t->backed_up),
        text_or_null(e->container), text_or_null(e->sha256), grid_time(t->dropped),
        grid_time(t->kept), text_or_null(t->why)};

    return sum == NULL ? fault_set_memory(f) : grid_add(&s->grid, row, f);
}

int
show_trail(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.activity_count; i++) {
        const struct activity *a = &s->definition.activities[i];
        struct trail_list trails;

        if (!show_wants(s, a))
            continue;
        if (trail_read(s->primary, a->name, &s->memory, &trails, f) != 0)
            return -1;
        for (size_t k = 0; k < trails.count; k++) {
            if (add_trail(s, a->name, &trails.items[k], f) != 0)
                return -1;
        }
    }
    return 0;
}

/* ---- changes and incomplete instances ---- */

const struct grid_column show_changes_columns[] = {
    {"operation", GRID_NUMBER},
    {"time", GRID_TIME},
    {"account", GRID_TEXT},
    {"change", GRID_TEXT},
    {"event", GRID_TEXT},
    {"object", GRID_TEXT},
    {"name", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static bool
is_text(const struct value *v, const char *text)
{
    const struct value wanted = value_text(text);

    return value_compare(v, &wanted) == 0;
}

static int
add_change(void *state, const struct value *row, struct fault *f)
{
    struct show *s = state;

    if (s->activity != NULL && (!is_text(&row[CHANGE_OBJECT_TYPE], "Activity") ||
                                   !is_text(&row[CHANGE_OBJECT_NAME], s->activity)))
        return 0;
    return grid_add(&s->grid, row, f);
}

int
show_changes(struct show *s, struct fault *f)
{
    return changes_visit(s->primary, add_change, s, f);
}

const struct grid_column show_incomplete_columns[] = {
    {"activity", GRID_TEXT},
    {"id", GRID_TEXT},
    {"visible", GRID_FLAG},
    {"ended", GRID_FLAG},
    {"open_tokens", GRID_NUMBER},
    {"token", GRID_TEXT},
    {"relationships", GRID_NUMBER},
    {"modified", GRID_TIME},
    {"late", GRID_FLAG},
    {NULL, GRID_TEXT},
};

struct listing {
    struct show *show;
    const char *activity;
};

static int
add_incomplete(void *state, const struct incomplete *one, struct fault *f)
{
    struct listing *l = state;
    const struct value row[] = {value_text(l->activity), one->id, grid_flag(one->visible),
        grid_flag(one->ended), value_int(one->open_tokens), one->token,
        value_int(one->relationships), one->modified, grid_flag(one->late)};

    return grid_add(&l->show->grid, row, f);
}

int
show_incomplete(struct show *s, struct fault *f)
{
    const char *age = invocation_option(s->invocation, "older-than");
    struct incomplete_filter chosen = {
        .id = invocation_option(s->invocation, "id"), .by_age = age != NULL};

    if (age != NULL && age_parse("older-than", age, clock_now(), &chosen.modified_before, f) != 0)
        return -1;
    for (size_t i = 0; i < s->definition.activity_count; i++) {
        struct listing l = {.show = s, .activity = s->definition.activities[i].name};

        if (show_wants(s, &s->definition.activities[i]) &&
            incomplete_visit(s->primary, l.activity, &chosen, add_incomplete, &l, f) != 0)
            return -1;
    }
    return 0;
}
