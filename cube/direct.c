#include "cube/direct.h"

#include <stdlib.h>

#include "cube/answer.h"
#include "cube/axis.h"
#include "cube/rollup.h"
#include "cube/slice.h"
#include "cube/tuples.h"

struct direct_groups {
    const struct direct_plan *plan;
    struct axis *axes; /* of each level: the members seen so far */
    uint32_t *ids;     /* of the group that is added */
    struct tuples tuples;
    struct tally tally; /* a cell for each tuple */
};

struct asking {
    const struct cube_model *model;
    const struct cube_query *query;
    const struct direct_facts *facts;
    struct arena memory;
    struct direct_plan plan;
    struct direct_filter *filters;
    struct direct_groups groups;
    struct rollup rollup; /* the same groups, by the places of their members */
};

/* ---- the plan ---- */

static int
plan_levels(struct asking *a, struct fault *f)
{
    size_t count = a->query->row_count + a->query->column_count;
    struct cube_level_ref *levels = arena_array(&a->memory, count + 1, sizeof *levels);

    if (levels == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        levels[i] = cube_query_level(a->query, i);
    a->plan.levels = levels;
    a->plan.level_count = count;
    return 0;
}

static struct direct_filter *
filter_of(struct asking *a, struct cube_level_ref level)
{
    struct direct_filter *added;

    for (size_t i = 0; i < a->plan.filter_count; i++) {
        if (cube_level_same(a->filters[i].level, level))
            return &a->filters[i];
    }
    added = arena_append(&a->memory, &a->filters, &a->plan.filter_count, sizeof *added);
    if (added != NULL)
        *added = (struct direct_filter){.level = level};
    a->plan.filters = a->filters;
    return added;
}

/* A slice that names no member as its level has them stays out of the plan: it lets nothing
 * through, and check_slices refuses it. */
static int
plan_filters(struct asking *a, struct fault *f)
{
    for (size_t i = 0; i < a->query->slice_count; i++) {
        const struct cube_slice *slice = &a->query->slices[i];
        struct direct_filter *filter = filter_of(a, slice->level);
        struct value member, *added;

        if (filter == NULL)
            return fault_set_memory(f);
        if (!slice_member(a->model, slice, &member))
            continue;
        if ((added = arena_append(&a->memory, &filter->members, &filter->count, sizeof *added)) ==
            NULL)
            return fault_set_memory(f);
        *added = member;
    }
    return 0;
}

static void
want_measure(const struct cube_model *m, size_t measure, bool *is_measured)
{
    /* Facts are counted anyway. */
    if (measure != CUBE_ROW_COUNT && m->measures[measure].function != CUBE_COUNT)
        is_measured[m->measures[measure].source] = true;
}

static int
plan_sources(struct asking *a, struct fault *f)
{
    const struct cube_model *m = a->model;
    const struct cube_query *q = a->query;
    bool *is_measured = arena_array(&a->memory, m->source_count + 1, sizeof *is_measured);
    unsigned *keeps = arena_array(&a->memory, m->source_count + 1, sizeof *keeps);

    if (is_measured == NULL || keeps == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->measure_count; i++)
        want_measure(m, q->measures[i], is_measured);
    for (size_t i = 0; q->measure_count == 0 && i < m->measure_count; i++)
        want_measure(m, i, is_measured);
    if (q->order != NULL)
        want_measure(m, q->order->measure, is_measured);
    for (size_t i = 0; i < m->source_count; i++)
        keeps[i] = cube_model_keeps(m, i);
    a->plan.is_measured = is_measured;
    a->plan.keeps = keeps;
    return 0;
}

/* ---- slices ---- */

static int
refuse_slice(struct asking *a, const struct cube_slice *slice, struct fault *f)
{
    struct value_set members = VALUE_SET_INIT;
    int rc = a->facts->find_members(a->facts->state, a->model, slice->level, &members, f);

    if (rc == 0)
        rc = slice_refuse(a->model, slice, &members, f);
    value_set_release(&members);
    return rc;
}

/* Members are those that facts have, as in a cube in memory. */
static int
check_slice(struct asking *a, const struct cube_slice *slice, struct fault *f)
{
    struct value member;
    int known = slice_is_label(a->model, slice);

    if (known == 0 && slice_member(a->model, slice, &member))
        known = a->facts->has_member(a->facts->state, a->model, slice->level, &member, f);
    if (known == 0)
        return refuse_slice(a, slice, f);
    return known == 1 ? 0 : -1;
}

/* Where each slice is the only one of its level and facts were found, all its members are there. */
static bool
answers_for_slices(const struct asking *a)
{
    return a->groups.tuples.count > 0 && a->plan.filter_count == a->query->slice_count;
}

static int
check_slices(struct asking *a, struct fault *f)
{
    for (size_t i = 0; !answers_for_slices(a) && i < a->query->slice_count; i++) {
        if (check_slice(a, &a->query->slices[i], f) != 0)
            return -1;
    }
    return 0;
}

/* A level that is sliced by nothing that could be a member lets nothing through. */
static bool
lets_nothing_through(const struct asking *a)
{
    for (size_t i = 0; i < a->plan.filter_count; i++) {
        if (a->filters[i].count == 0)
            return true;
    }
    return false;
}

/* ---- groups ---- */

static int
groups_init(struct direct_groups *g, struct asking *a, struct fault *f)
{
    size_t count = a->plan.level_count;

    g->plan = &a->plan;
    tuples_init(&g->tuples, count);
    g->axes = arena_array(&a->memory, count + 1, sizeof *g->axes);
    g->ids = arena_array(&a->memory, count + 1, sizeof *g->ids);
    if (tally_init(&g->tally, a->model, f) != 0)
        return -1;
    if (g->axes == NULL || g->ids == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        axis_init(&g->axes[i], a->model, a->plan.levels[i]);
    return 0;
}

static void
groups_release(struct direct_groups *g)
{
    for (size_t i = 0; g->axes != NULL && g->plan != NULL && i < g->plan->level_count; i++)
        axis_release(&g->axes[i]);
    tuples_release(&g->tuples);
    tally_release(&g->tally);
}

int
direct_groups_add(struct direct_groups *to, const struct value *members, uint64_t facts,
    const struct tally_finding *findings, struct fault *f)
{
    uint32_t cell;

    if (facts == 0)
        return 0;
    for (size_t i = 0; i < to->plan->level_count; i++) {
        /* A value that is none of the level's type is unknown, as when a cube is built. */
        bool fits = members[i].type == to->axes[i].level->type;
        const struct value member = fits ? members[i] : value_null();

        if (value_set_add(&to->axes[i].values, &member, &to->ids[i], f) != 0)
            return -1;
    }
    if (tuples_add(&to->tuples, to->ids, &cell, f) != 0 ||
        (cell == to->tally.count && tally_reserve(&to->tally, to->tuples.count, f) != 0))
        return -1;
    to->tally.rows[cell] += facts;
    for (size_t i = 0; i < to->plan->model->source_count; i++) {
        if (to->plan->is_measured[i] && tally_take(&to->tally, cell, i, &findings[i], f) != 0)
            return fault_wrap(f, "source '%s'", to->plan->model->sources[i].name);
    }
    return 0;
}

/* Members are numbered in order of arrival; in an answer they are their places in the level's
 * order. */
static int
sort_groups(struct asking *a, struct fault *f)
{
    struct direct_groups *g = &a->groups;

    if (rollup_init(&a->rollup, a->model, a->plan.level_count, f) != 0)
        return -1;
    for (size_t i = 0; i < a->plan.level_count; i++) {
        if (axis_sort(&g->axes[i], f) != 0)
            return -1;
    }
    for (size_t cell = 0; cell < g->tuples.count; cell++) {
        const uint32_t *ids = tuples_get(&g->tuples, cell);

        for (size_t i = 0; i < a->plan.level_count; i++)
            g->ids[i] = g->axes[i].place[ids[i]];
        if (rollup_merge(&a->rollup, g->ids, &g->tally, cell, f) != 0)
            return -1;
    }
    return 0;
}

/* ---- the whole ---- */

static int
find_groups(struct asking *a, struct fault *f)
{
    if (lets_nothing_through(a))
        return 0;
    return a->facts->find_groups(a->facts->state, &a->plan, &a->groups, f);
}

static int
make_plan(struct asking *a, struct fault *f)
{
    a->plan = (struct direct_plan){.model = a->model, .part = a->query->part};
    return plan_levels(a, f) == 0 && plan_filters(a, f) == 0 ? plan_sources(a, f) : -1;
}

int
cube_query_facts(const struct cube_model *m, const struct cube_query *q,
    const struct direct_facts *facts, struct cube_result *r, struct fault *f)
{
    struct asking a = {.model = m, .query = q, .facts = facts, .memory = ARENA_INIT};
    int rc = -1;

    *r = (struct cube_result)CUBE_RESULT_INIT;
    if (cube_query_check(m, q, f) == 0 && make_plan(&a, f) == 0 &&
        groups_init(&a.groups, &a, f) == 0 && find_groups(&a, f) == 0 && check_slices(&a, f) == 0 &&
        sort_groups(&a, f) == 0)
        rc =
            answer_fill(&(struct answer){m, q, a.groups.axes, a.plan.level_count, &a.rollup}, r, f);
    rollup_release(&a.rollup);
    groups_release(&a.groups);
    arena_release(&a.memory);
    if (rc != 0)
        cube_result_release(r);
    return rc;
}
