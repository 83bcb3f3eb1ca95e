#include "cube/query.h"

#include <stdlib.h>
#include <string.h>

#include "cube/answer.h"
#include "cube/axis.h"
#include "cube/lattice.h"
#include "cube/rollup.h"
#include "cube/slice.h"

/* A level with slices, and which of its members they let through. */
struct sliced {
    struct axis axis;
    bool *pass; /* of each place */
};

struct running {
    struct stored_cube *cube;
    const struct cube_model *model;
    const struct cube_query *query;
    struct axis *axes; /* rows, then columns */
    size_t axis_count;
    struct sliced *sliced;
    size_t sliced_count;
    struct rollup rollup;
};

struct cube_level_ref
cube_query_level(const struct cube_query *q, size_t index)
{
    return index < q->row_count ? q->rows[index] : q->columns[index - q->row_count];
}

int
cube_query_check(const struct cube_model *m, const struct cube_query *q, struct fault *f)
{
    for (size_t i = 0; i < q->row_count + q->column_count; i++) {
        struct cube_level_ref ref = cube_query_level(q, i);

        for (size_t k = 0; k < i; k++) {
            if (cube_level_same(cube_query_level(q, k), ref))
                return fault_set(f, FAULT_USAGE, "level '%s.%s' is named twice",
                    m->dimensions[ref.dimension].name, cube_model_level(m, ref)->name);
        }
    }
    return 0;
}

static int
open_axes(struct running *q, struct fault *f)
{
    size_t count = q->query->row_count + q->query->column_count;

    if ((q->axes = calloc(count + 1, sizeof *q->axes)) == NULL)
        return fault_set_memory(f);
    for (; q->axis_count < count; q->axis_count++)
        axis_init(&q->axes[q->axis_count], q->model, cube_query_level(q->query, q->axis_count));
    return 0;
}

/* One entry for each level that has slices. */
static int
open_slices(struct running *q, struct fault *f)
{
    q->sliced = calloc(q->query->slice_count + 1, sizeof *q->sliced);
    if (q->sliced == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->query->slice_count; i++) {
        struct cube_level_ref ref = q->query->slices[i].level;
        size_t k = 0;

        while (k < q->sliced_count && !cube_level_same(q->sliced[k].axis.ref, ref))
            k++;
        if (k == q->sliced_count)
            axis_init(&q->sliced[q->sliced_count++].axis, q->model, ref);
    }
    return 0;
}

/* Members come from the whole cube: one that only another part has is known and finds nothing. */
static int
read_members(struct running *q, struct fault *f)
{
    for (size_t i = 0; i < cube_segment_count(q->cube, CUBE_PART_ALL); i++) {
        const struct segment *s = cube_segment(q->cube, CUBE_PART_ALL, i, f);

        if (s == NULL)
            return -1;
        for (size_t k = 0; k < q->axis_count; k++) {
            if (axis_add(&q->axes[k], s, f) != 0)
                return -1;
        }
        for (size_t k = 0; k < q->sliced_count; k++) {
            if (axis_add(&q->sliced[k].axis, s, f) != 0)
                return -1;
        }
    }
    for (size_t k = 0; k < q->axis_count; k++) {
        if (axis_sort(&q->axes[k], f) != 0)
            return -1;
    }
    for (size_t k = 0; k < q->sliced_count; k++) {
        struct sliced *s = &q->sliced[k];

        if (axis_sort(&s->axis, f) != 0)
            return -1;
        if ((s->pass = calloc(s->axis.values.count + 1, sizeof *s->pass)) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

/* The place of a slice's member, VALUE_SET_NONE when it is known and has no facts. */
static int
find_member(const struct running *q, const struct axis *a, const struct cube_slice *slice,
    uint32_t *place, struct fault *f)
{
    struct value member;

    *place = slice_member(q->model, slice, &member) ? axis_find(a, &member) : VALUE_SET_NONE;
    if (*place != VALUE_SET_NONE || slice_is_label(q->model, slice))
        return 0;
    return slice_refuse(q->model, slice, &a->values, f);
}

static int
apply_slices(struct running *q, struct fault *f)
{
    for (size_t i = 0; i < q->query->slice_count; i++) {
        const struct cube_slice *slice = &q->query->slices[i];
        size_t k = 0;
        uint32_t place;

        while (!cube_level_same(q->sliced[k].axis.ref, slice->level))
            k++;
        if (find_member(q, &q->sliced[k].axis, slice, &place, f) != 0)
            return -1;
        if (place != VALUE_SET_NONE)
            q->sliced[k].pass[place] = true;
    }
    return 0;
}

/* What axes and slices make of one segment's member codes. */
struct views {
    struct rollup_axis *axes;
    struct rollup_filter *filters;
    uint32_t **places; /* behind the axes; owned */
    bool **passes;     /* behind the filters; owned */
};

static void
views_release(struct views *v, const struct running *q)
{
    for (size_t i = 0; v->places != NULL && i < q->axis_count; i++)
        free(v->places[i]);
    for (size_t i = 0; v->passes != NULL && i < q->sliced_count; i++)
        free(v->passes[i]);
    free(v->places);
    free(v->passes);
    free(v->axes);
    free(v->filters);
}

/* For each member of the view's dimension its place on the axis; free() it. */
static uint32_t *
view_places(const struct axis *a, const struct cube_view *v, struct fault *f)
{
    size_t dimension = a->ref.dimension;
    uint32_t *places = axis_places(a, v->segment, f);
    const struct lattice_depth *depth;

    if (places == NULL || v->lattice == NULL)
        return places;
    /* A coarser member is where the first of its own is; firsts rise, so nothing is overwritten
     * too early. */
    depth = &v->lattice->dimensions[dimension].depths[v->depths[dimension]];
    for (uint32_t i = 0; depth->first != NULL && i < depth->count; i++)
        places[i] = places[depth->first[i]];
    return places;
}

static bool *
member_passes(const struct sliced *sliced, const struct cube_view *v, struct fault *f)
{
    size_t dimension = sliced->axis.ref.dimension;
    uint32_t count = v->lattice == NULL
                         ? v->segment->dimensions[dimension].member_count
                         : v->lattice->dimensions[dimension].depths[v->depths[dimension]].count;
    uint32_t *places = view_places(&sliced->axis, v, f);
    bool *pass = calloc((size_t)count + 1, sizeof *pass);

    if (places == NULL || pass == NULL) {
        free(places);
        free(pass);
        fault_set_memory(f);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        pass[i] = sliced->pass[places[i]];
    free(places);
    return pass;
}

static int
views_init(struct views *v, const struct running *q, const struct cube_view *view, struct fault *f)
{
    *v = (struct views){.axes = calloc(q->axis_count + 1, sizeof *v->axes),
        .filters = calloc(q->sliced_count + 1, sizeof *v->filters),
        .places = calloc(q->axis_count + 1, sizeof(uint32_t *)),
        .passes = calloc(q->sliced_count + 1, sizeof(bool *))};
    if (v->axes == NULL || v->filters == NULL || v->places == NULL || v->passes == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < q->axis_count; i++) {
        if ((v->places[i] = view_places(&q->axes[i], view, f)) == NULL)
            return -1;
        v->axes[i] = (struct rollup_axis){q->axes[i].ref.dimension, v->places[i]};
    }
    for (size_t i = 0; i < q->sliced_count; i++) {
        if ((v->passes[i] = member_passes(&q->sliced[i], view, f)) == NULL)
            return -1;
        v->filters[i] = (struct rollup_filter){q->sliced[i].axis.ref.dimension, v->passes[i]};
    }
    return 0;
}

static int
open_rollup(struct running *q, struct fault *f)
{
    uint32_t *sizes = calloc(q->axis_count + 1, sizeof *sizes);
    int rc = sizes == NULL ? fault_set_memory(f) : 0;

    for (size_t i = 0; rc == 0 && i < q->axis_count; i++)
        sizes[i] = (uint32_t)q->axes[i].values.count;
    if (rollup_init(&q->rollup, q->model, q->axis_count, f) != 0 || rc != 0 ||
        rollup_sizes(&q->rollup, sizes, cube_facts(q->cube, q->query->part), 64, f) != 0)
        rc = -1;
    free(sizes);
    return rc;
}

static void
need_depth(uint16_t *depths, struct cube_level_ref ref)
{
    if (depths[ref.dimension] < ref.level + 1)
        depths[ref.dimension] = (uint16_t)(ref.level + 1);
}

static int
group_segment(struct running *q, size_t index, const uint16_t *depths, struct fault *f)
{
    struct cube_view view;
    struct views v;
    int rc = -1;

    if (cube_smallest(q->cube, q->query->part, index, depths, &view, f) != 0)
        return -1;
    if (views_init(&v, q, &view, f) == 0)
        rc = rollup_add(&q->rollup, view.cells, v.axes, v.filters, q->sliced_count, f);
    views_release(&v, q);
    return rc;
}

static int
group_facts(struct running *q, struct fault *f)
{
    uint16_t *depths = calloc(q->model->dimension_count + 1, sizeof *depths);
    int rc = depths == NULL ? fault_set_memory(f) : open_rollup(q, f);

    for (size_t i = 0; depths != NULL && i < q->axis_count; i++)
        need_depth(depths, q->axes[i].ref);
    for (size_t i = 0; depths != NULL && i < q->sliced_count; i++)
        need_depth(depths, q->sliced[i].axis.ref);
    for (size_t i = 0; rc == 0 && i < cube_segment_count(q->cube, q->query->part); i++)
        rc = group_segment(q, i, depths, f);
    free(depths);
    return rc;
}

static void
release(struct running *q)
{
    rollup_release(&q->rollup);
    for (size_t i = 0; i < q->sliced_count; i++) {
        axis_release(&q->sliced[i].axis);
        free(q->sliced[i].pass);
    }
    free(q->sliced);
    for (size_t i = 0; i < q->axis_count; i++)
        axis_release(&q->axes[i]);
    free(q->axes);
}

int
cube_query_run(
    struct stored_cube *c, const struct cube_query *q, struct cube_result *r, struct fault *f)
{
    struct running running = {.cube = c, .model = cube_model_of(c), .query = q};
    int rc = -1;

    *r = (struct cube_result)CUBE_RESULT_INIT;
    if (cube_storage_of(c) != CUBE_STORAGE_MEMORY)
        return fault_set(f, FAULT_INTERNAL, "a cube in direct mode holds no facts to query");
    if (cube_query_check(running.model, q, f) == 0 && open_axes(&running, f) == 0 &&
        open_slices(&running, f) == 0 && read_members(&running, f) == 0 &&
        apply_slices(&running, f) == 0 && group_facts(&running, f) == 0)
        rc = answer_fill(
            &(struct answer){running.model, q, running.axes, running.axis_count, &running.rollup},
            r, f);
    release(&running);
    if (rc != 0)
        cube_result_release(r);
    return rc;
}
