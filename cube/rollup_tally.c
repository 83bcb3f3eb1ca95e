/* The numbers of a piece's cells into the tallies of their groups. */
#include "cube/rollup_piece.h"

/* The limb at a byte, of which `bytes` (1 to 8) are its own. */
static inline uint64_t
limb_at(const unsigned char *at, uint32_t bytes)
{
    uint32_t unused = 64 - 8 * bytes;

    return (uint64_t)((int64_t)(bytes_get64(at) << unused) >> unused);
}

/* Sums of up to eight bytes into sums of one limb. */
static void
add_single_limbs(uint64_t *sums, const struct cell_source *s, const struct rollup_piece *p)
{
    const unsigned char *at = s->sums + p->first * s->sum_bytes;
    uint32_t bytes = s->sum_bytes;

    for (size_t i = 0; i < p->count; i++, at += bytes)
        sums[p->groups[i]] += limb_at(at, bytes);
}

/* Sums of up to sixteen bytes into sums of two limbs. */
static void
add_double_limbs(uint64_t *sums, const struct cell_source *s, const struct rollup_piece *p)
{
    const unsigned char *at = s->sums + p->first * s->sum_bytes;
    uint32_t bytes = s->sum_bytes;

    for (size_t i = 0; i < p->count; i++, at += bytes) {
        uint64_t low = bytes < 8 ? limb_at(at, bytes) : bytes_get64(at);
        uint64_t high = bytes > 8 ? limb_at(at + 8, bytes - 8) : (uint64_t)((int64_t)low >> 63);
        uint64_t *sum = sums + 2 * (size_t)p->groups[i];
        bool carry = __builtin_add_overflow(sum[0], low, &sum[0]);

        sum[1] += high + carry;
    }
}

static int
merge_any_sums(struct exact_column *sum, const struct cell_source *s, const struct rollup_piece *p,
    bool ready, struct fault *f)
{
    uint64_t limbs[EXACT_WIDTH_LIMIT];

    for (size_t i = 0; i < p->count; i++) {
        struct exact_number n;

        if (p->filtered && p->groups[i] == TUPLES_NONE)
            continue;
        n = cell_sum(s, p->first + i, limbs);
        if (ready)
            exact_add_ready(sum, p->groups[i], limbs, n.width);
        else if (exact_add_number(sum, p->groups[i], &n, f) != 0)
            return -1;
    }
    return 0;
}

static int
merge_sums(struct exact_column *sum, const struct cell_source *s, const struct rollup_piece *p,
    bool ready, struct fault *f)
{
    if (ready && !p->filtered && sum->width == 1 && s->sum_bytes <= 8)
        add_single_limbs(sum->limbs, s, p);
    else if (ready && !p->filtered && sum->width == 2 && s->sum_bytes <= 16)
        add_double_limbs(sum->limbs, s, p);
    else
        return merge_any_sums(sum, s, p, ready, f);
    return 0;
}

/* Order keys of a piece: numbers, or what they number. */
static void
read_bounds(const struct cell_bounds *b, const struct rollup_piece *p, uint64_t *keys)
{
    packed_read(&b->codes, p->first, p->count, keys);
    for (size_t i = 0; b->values != NULL && i < p->count; i++)
        keys[i] = bytes_get64(b->values + 8 * keys[i]);
}

static void
merge_bounds(struct tally_source *to, const struct cell_source *from, struct rollup_piece *p)
{
    read_bounds(&from->least, p, p->numbers);
    read_bounds(&from->greatest, p, p->addresses);
    for (size_t i = 0; i < p->count; i++) {
        if ((p->filtered && p->groups[i] == TUPLES_NONE) ||
            (!from->always && packed_get(&from->present, p->first + i) == 0))
            continue;
        tally_extend(to, p->groups[i], (int64_t)p->numbers[i], (int64_t)p->addresses[i]);
    }
}

static void
merge_counts(uint64_t *to, const struct packed *from, struct rollup_piece *p)
{
    packed_read(from, p->first, p->count, p->numbers);
    for (size_t i = 0; !p->filtered && i < p->count; i++)
        to[p->groups[i]] += p->numbers[i];
    for (size_t i = 0; p->filtered && i < p->count; i++) {
        if (p->groups[i] != TUPLES_NONE)
            to[p->groups[i]] += p->numbers[i];
    }
}

int
rollup_piece_tally(struct rollup *r, struct rollup_piece *p, const struct cells *c,
    const bool *ready, struct fault *f)
{
    merge_counts(r->tally.rows, &c->rows, p);
    for (size_t i = 0; i < r->tally.model->source_count; i++) {
        struct tally_source *to = &r->tally.sources[i];
        const struct cell_source *from = &c->sources[i];

        if (!r->follows[i])
            merge_counts(to->present, &from->present, p);
        if ((from->keeps & CUBE_KEEP_SUM) != 0 && merge_sums(&to->sum, from, p, ready[i], f) != 0)
            return -1;
        if ((from->keeps & CUBE_KEEP_RANGE) != 0)
            merge_bounds(to, from, p);
    }
    return 0;
}
