#include "cube/merge.h"

#include <stdlib.h>
#include <string.h>

#include "cube/layout.h"
#include "cube/merge_order.h"

static void
merge_release(struct merge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct merge_input *input = &m->inputs[i];

        for (size_t k = 0; input->places != NULL && k < m->model->dimension_count; k++)
            free(input->places[k]);
        free(input->places);
    }
    scratch_release(&m->tape);
}

/* ---- one dictionary for all ---- */

/* Registers the members of an input and keeps the code of each. */
static int
gather_members(struct merge *m, struct merge_input *input, size_t dimension, struct cuboid *all,
    struct fault *f)
{
    const struct segment_dimension *d = &input->segment->dimensions[dimension];
    uint32_t *codes = malloc(((size_t)d->member_count + 1) * sizeof *codes);
    struct value levels[CUBE_LEVEL_LIMIT];

    if ((input->places[dimension] = codes) == NULL)
        return fault_set_memory(f);
    for (uint32_t i = 0; i < d->member_count; i++) {
        for (size_t k = 0; k < m->model->dimensions[dimension].level_count; k++)
            levels[k] = segment_value(&d->levels[k], (uint32_t)packed_get(&d->levels[k].ids, i));
        if (cuboid_member(all, dimension, levels, &codes[i], f) != 0)
            return fault_wrap(f, "dimension '%s'", m->model->dimensions[dimension].name);
    }
    return 0;
}

static int
gather_all(struct merge *m, struct segment *const *segments, struct cuboid *all, struct fault *f)
{
    for (size_t i = 0; i < m->count; i++) {
        m->inputs[i].segment = segments[i];
        m->inputs[i].places = calloc(m->model->dimension_count + 1, sizeof(uint32_t *));
        if (m->inputs[i].places == NULL)
            return fault_set_memory(f);
        for (size_t k = 0; k < m->model->dimension_count; k++) {
            if (gather_members(m, &m->inputs[i], k, all, f) != 0)
                return -1;
        }
    }
    return 0;
}

/* From the code of each member to its place among all of them. */
static void
find_places(struct merge *m, const struct layout *l)
{
    for (size_t i = 0; i < m->count; i++) {
        for (size_t k = 0; k < m->model->dimension_count; k++) {
            uint32_t *places = m->inputs[i].places[k];

            for (uint32_t n = 0; n < m->inputs[i].segment->dimensions[k].member_count; n++)
                places[n] = l->dimensions[k].place[places[n]];
        }
    }
}

/* ---- columns ---- */

/* Before each piece: back to the first cell, and from time to time out of memory with what was
 * read. */
static void
begin_piece(struct merge *m, struct piece_range r)
{
    if (r.first % CELLS_FORGET == 0) {
        scratch_forget(&m->tape);
        for (size_t i = 0; i < m->count; i++)
            segment_forget(m->inputs[i].segment);
    }
    if (r.first > 0)
        return;
    m->tape_at = 0;
    for (size_t i = 0; i < m->count; i++)
        m->inputs[i].at = 0;
}

static void
read_codes(void *state, size_t index, struct piece_range r, uint64_t *codes)
{
    struct merge *m = state;

    begin_piece(m, r);
    for (size_t i = 0; i < r.count; i++) {
        struct merge_cell c = merge_step(m);

        codes[i] = c.input->places[index][packed_get(&c.cells->codes[index], c.at)];
        while (c.more)
            c = merge_step(m);
    }
}

static void
read_rows(void *state, struct piece_range r, uint64_t *rows)
{
    struct merge *m = state;

    begin_piece(m, r);
    for (size_t i = 0; i < r.count; i++) {
        struct merge_cell c = {.more = true};

        for (rows[i] = 0; c.more; rows[i] += packed_get(&c.cells->rows, c.at))
            c = merge_step(m);
    }
}

static void
read_present(void *state, size_t source, struct piece_range r, uint64_t *present)
{
    struct merge *m = state;

    begin_piece(m, r);
    for (size_t i = 0; i < r.count; i++) {
        struct merge_cell c = {.more = true};

        for (present[i] = 0; c.more;
             present[i] += packed_get(&c.cells->sources[source].present, c.at))
            c = merge_step(m);
    }
}

/* Room for the finest and the largest of all, and for the carries. */
static int
prepare_sums(const struct merge *m, size_t source, struct exact_column *sums, struct fault *f)
{
    int32_t lowest = EXACT_EXPONENT_MAX, top = EXACT_EXPONENT_MIN, carries = 1;

    for (size_t i = 0; i < m->count; i++) {
        const struct cell_source *s = &m->inputs[i].segment->cells.sources[source];
        int32_t end = s->sum_exponent + 8 * (int32_t)s->sum_bytes;

        lowest = s->sum_exponent < lowest ? s->sum_exponent : lowest;
        top = end > top ? end : top;
        carries += (1 << carries) < (int32_t)m->count;
    }
    return exact_column_prepare(sums, lowest, top + carries, f);
}

static int
read_sums(
    void *state, size_t source, struct piece_range r, struct exact_column *sums, struct fault *f)
{
    struct merge *m = state;
    uint64_t limbs[EXACT_WIDTH_LIMIT];

    begin_piece(m, r);
    if (prepare_sums(m, source, sums, f) != 0)
        return -1;
    memset(sums->limbs, 0, r.count * sums->width * sizeof *sums->limbs);
    for (size_t i = 0; i < r.count; i++) {
        struct merge_cell c = {.more = true};

        while (c.more) {
            struct exact_number n;

            c = merge_step(m);
            n = cell_sum(&c.cells->sources[source], c.at, limbs);
            if (n.exponent == sums->exponent)
                exact_add_ready(sums, i, limbs, n.width);
            else if (exact_add_number(sums, i, &n, f) != 0)
                return -1;
        }
    }
    return 0;
}

static void
read_bounds(void *state, size_t source, struct piece_range r, int64_t *least, int64_t *greatest)
{
    struct merge *m = state;

    begin_piece(m, r);
    for (size_t i = 0; i < r.count; i++) {
        struct merge_cell c = {.more = true};
        bool any = false;

        for (least[i] = greatest[i] = 0; c.more;) {
            const struct cell_source *s;

            c = merge_step(m);
            s = &c.cells->sources[source];
            if (packed_get(&s->present, c.at) == 0)
                continue;
            if (!any || cell_bound(&s->least, c.at) < least[i])
                least[i] = cell_bound(&s->least, c.at);
            if (!any || cell_bound(&s->greatest, c.at) > greatest[i])
                greatest[i] = cell_bound(&s->greatest, c.at);
            any = true;
        }
    }
}

/* ---- the whole ---- */

static int
write_merged(struct merge *m, const char *path, const char *folder, const struct layout *l,
    struct segment_facts *written, struct fault *f)
{
    static const struct feed_verbs verbs = {
        read_codes, read_rows, read_present, read_sums, read_bounds};
    uint32_t *member_counts = calloc(m->model->dimension_count + 1, sizeof *member_counts);
    struct feed from = {&verbs, m, m->model, 0, m->model->dimension_count, member_counts};
    int rc = -1;

    if (member_counts == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < m->model->dimension_count; k++)
        member_counts[k] = l->dimensions[k].count;
    if (merge_order(m, folder, member_counts, &from.count, f) == 0)
        rc = segment_write_feed(path, l, &from, written, f);
    free(member_counts);
    return rc;
}

int
segment_merge(const char *path, const char *folder, struct segment *const *segments, size_t count,
    const struct cube_model *model, struct segment_facts *written, struct fault *f)
{
    struct merge m = {.model = model, .count = count};
    struct cuboid all = {.model = NULL};
    struct layout l = {.cuboid = NULL};
    int rc = -1;

    if (cuboid_init(&all, model, f) == 0 && gather_all(&m, segments, &all, f) == 0 &&
        layout_members(&l, &all, f) == 0) {
        find_places(&m, &l);
        rc = write_merged(&m, path, folder, &l, written, f);
    }
    layout_release(&l);
    if (all.model != NULL)
        cuboid_release(&all);
    merge_release(&m);
    return rc == 0 ? 0 : fault_wrap(f, "merge %zu cube segments", count);
}
