/* Cells in memory as a feed: cell_list_feed of feed.h. */
#include <string.h>

#include "cube/feed.h"

static void
read_codes(void *state, size_t index, struct piece_range r, uint64_t *codes)
{
    const struct cell_list *l = state;
    const uint32_t *places = l->places == NULL ? NULL : l->places[index];

    for (size_t i = 0; i < r.count; i++) {
        uint32_t code = tuples_get(l->tuples, l->order[r.first + i])[index];

        codes[i] = places == NULL ? code : places[code];
    }
}

static void
read_rows(void *state, struct piece_range r, uint64_t *rows)
{
    const struct cell_list *l = state;

    for (size_t i = 0; i < r.count; i++)
        rows[i] = l->tally->rows[l->order[r.first + i]];
}

static void
read_present(void *state, size_t source, struct piece_range r, uint64_t *present)
{
    const struct cell_list *l = state;

    for (size_t i = 0; i < r.count; i++)
        present[i] = l->tally->sources[source].present[l->order[r.first + i]];
}

static int
read_sums(
    void *state, size_t source, struct piece_range r, struct exact_column *sums, struct fault *f)
{
    const struct cell_list *l = state;
    const struct exact_column *from = &l->tally->sources[source].sum;

    if (exact_column_prepare(
            sums, from->exponent, from->exponent + 64 * (int32_t)from->width - 1, f) != 0)
        return -1;
    if (from->width == 1 && sums->width == 1) {
        for (size_t i = 0; i < r.count; i++)
            sums->limbs[i] = from->limbs[l->order[r.first + i]];
        return 0;
    }
    if (from->width == 2 && sums->width == 2) {
        for (size_t i = 0; i < r.count; i++)
            memcpy(sums->limbs + 2 * i, from->limbs + 2 * (size_t)l->order[r.first + i],
                2 * sizeof *sums->limbs);
        return 0;
    }
    for (size_t i = 0; i < r.count; i++)
        memcpy(sums->limbs + i * sums->width, from->limbs + l->order[r.first + i] * from->width,
            from->width * sizeof *sums->limbs);
    return 0;
}

static void
read_bounds(void *state, size_t source, struct piece_range r, int64_t *least, int64_t *greatest)
{
    const struct cell_list *l = state;
    const struct tally_source *s = &l->tally->sources[source];

    for (size_t i = 0; i < r.count; i++) {
        size_t cell = l->order[r.first + i];

        least[i] = s->present[cell] == 0 ? 0 : s->least[cell];
        greatest[i] = s->present[cell] == 0 ? 0 : s->greatest[cell];
    }
}

struct feed
cell_list_feed(const struct cell_list *l)
{
    static const struct feed_verbs verbs = {
        read_codes, read_rows, read_present, read_sums, read_bounds};

    return (struct feed){&verbs, (void *)(uintptr_t)l, l->tally->model, l->count, l->tuples->width,
        l->member_counts};
}
