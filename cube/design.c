#include "cube/design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many of the base cuboid's cells are looked at to estimate how many a coarser one has. */
enum { SAMPLE_CELLS = 8192, SAMPLE_SLOTS = 4 * SAMPLE_CELLS };

/* Making all aggregates reads at most so many times the cells of the base cuboid. */
static const double READINGS = 6;

/* A cuboid nearly as large as the one it would be read from saves nothing. */
static const double WORTH = 0.7;

struct candidates {
    const struct lattice *lattice;
    size_t dimension_count;
    uint16_t *depths; /* dimension_count of each */
    double *cells;
    double *costs; /* cells of the smallest stored cuboid that covers it */
    bool *taken;
    size_t count;
    uint32_t *sample; /* member codes, dimension_count of each cell */
    size_t sample_count;
    uint64_t *slots;
};

static const uint16_t *
candidate(const struct candidates *c, size_t index)
{
    return c->depths + index * c->dimension_count;
}

/* ---- listing ---- */

/* The depths of a dimension that differ, from the innermost on; returns how many there are. */
static uint16_t
list_depths(const struct lattice *l, size_t dimension, uint16_t *depths)
{
    uint16_t depth = l->dimensions[dimension].full;
    uint16_t count = 0;

    depths[count++] = depth;
    depth = lattice_least(l, dimension, depth);
    while (depth > 0) {
        depth = lattice_least(l, dimension, (uint16_t)(depth - 1));
        depths[count++] = depth;
    }
    return count;
}

/* Middle depths are left out while there are too many cuboids: down to three, two, one for each
 * dimension. Returns how many cuboids are left. */
static double
thin_out(uint16_t (*depths)[CUBE_LEVEL_LIMIT + 1], uint16_t *counts, size_t dimension_count)
{
    double cuboids = 1;

    for (size_t i = 0; i < dimension_count; i++)
        cuboids *= counts[i];
    for (uint16_t most = 3; most > 0 && cuboids > DESIGN_LATTICE_LIMIT; most--) {
        for (size_t i = dimension_count; i-- > 0 && cuboids > DESIGN_LATTICE_LIMIT;) {
            if (counts[i] <= most)
                continue;
            /* Of three the innermost, the outermost and none stay; of two the first and none. */
            if (most == 3)
                depths[i][1] = depths[i][counts[i] - 2];
            depths[i][most == 1 ? 0 : most - 1] = depths[i][most == 1 ? 0 : counts[i] - 1];
            cuboids = cuboids / counts[i] * most;
            counts[i] = most;
        }
    }
    return cuboids;
}

static int
list_candidates(struct candidates *c, struct fault *f)
{
    uint16_t(*depths)[CUBE_LEVEL_LIMIT + 1] = calloc(c->dimension_count + 1, sizeof *depths);
    uint16_t *counts = calloc(c->dimension_count + 1, sizeof *counts);
    int rc = -1;

    if (depths == NULL || counts == NULL)
        goto done;
    for (size_t k = 0; k < c->dimension_count; k++)
        counts[k] = list_depths(c->lattice, k, depths[k]);
    c->count = (size_t)thin_out(depths, counts, c->dimension_count);
    c->depths = calloc(c->count * c->dimension_count + 1, sizeof *c->depths);
    c->cells = calloc(c->count, sizeof *c->cells);
    c->costs = calloc(c->count, sizeof *c->costs);
    c->taken = calloc(c->count, sizeof *c->taken);
    if (c->depths == NULL || c->cells == NULL || c->costs == NULL || c->taken == NULL)
        goto done;
    for (size_t i = 0; i < c->count; i++) {
        size_t rest = i;

        for (size_t k = c->dimension_count; k-- > 0; rest /= counts[k])
            c->depths[i * c->dimension_count + k] = depths[k][rest % counts[k]];
    }
    rc = 0;
done:
    free(depths);
    free(counts);
    return rc == 0 ? 0 : fault_set_memory(f);
}

/* ---- estimating ---- */

static int
take_sample(struct candidates *c, struct fault *f)
{
    const struct cells *cells = &c->lattice->base->cells;
    uint64_t state = 0x2545F4914F6CDD1D;

    c->sample_count = cells->count < SAMPLE_CELLS ? (size_t)cells->count : SAMPLE_CELLS;
    c->sample = malloc((c->sample_count * c->dimension_count + 1) * sizeof *c->sample);
    c->slots = malloc(SAMPLE_SLOTS * sizeof *c->slots);
    if (c->sample == NULL || c->slots == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < c->sample_count; i++) {
        /* One cell of each stretch, the same in every run (xorshift). */
        uint64_t first = cells->count * i / c->sample_count;
        uint64_t length = cells->count * (i + 1) / c->sample_count - first;

        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        for (size_t k = 0; k < c->dimension_count; k++)
            c->sample[i * c->dimension_count + k] =
                (uint32_t)packed_get(&cells->codes[k], first + state % length);
    }
    return 0;
}

static uint64_t
hash_cell(const struct candidates *c, const uint16_t *depths, const uint32_t *codes)
{
    uint64_t hash = 0x9E3779B97F4A7C15;

    for (size_t k = 0; k < c->dimension_count; k++) {
        const struct lattice_depth *d = &c->lattice->dimensions[k].depths[depths[k]];
        uint32_t place = d->of_base == NULL ? codes[k] : d->of_base[codes[k]];

        hash = (hash ^ place) * 0xD6E8FEB86659FD93;
        hash ^= hash >> 32;
    }
    return hash | 1;
}

static double
distinct_in_sample(struct candidates *c, const uint16_t *depths)
{
    size_t distinct = 0;

    memset(c->slots, 0, SAMPLE_SLOTS * sizeof *c->slots);
    for (size_t i = 0; i < c->sample_count; i++) {
        uint64_t hash = hash_cell(c, depths, c->sample + i * c->dimension_count);
        size_t slot = hash >> 40 & (SAMPLE_SLOTS - 1);

        while (c->slots[slot] != 0 && c->slots[slot] != hash)
            slot = (slot + 1) & (SAMPLE_SLOTS - 1);
        distinct += c->slots[slot] == 0;
        c->slots[slot] = hash;
    }
    return (double)distinct;
}

/* Distinct values among n draws from d equally likely ones (Cardenas' formula). */
static double
expected(double d, double n)
{
    return -d * expm1(-n / d);
}

static double
estimate(struct candidates *c, const uint16_t *depths)
{
    double all = (double)c->lattice->base->cells.count, n = (double)c->sample_count;
    double distinct = distinct_in_sample(c, depths);
    double domain = 1, low = distinct, high = all * 64;

    for (size_t k = 0; k < c->dimension_count; k++)
        domain *= c->lattice->dimensions[k].depths[depths[k]].count;
    for (int i = 0; i < 60 && n < all; i++) {
        double middle = (low + high) / 2;

        *(expected(middle, n) < distinct ? &low : &high) = middle;
    }
    return fmin(domain, fmax(distinct, n < all ? fmin(all, expected(high, all)) : distinct));
}

/* ---- choosing ---- */

/* Cells saved when the candidate is stored: by each cuboid that it covers. */
static double
benefit_of(const struct candidates *c, size_t index)
{
    double benefit = 0;

    for (size_t i = 0; i < c->count; i++) {
        if (c->costs[i] > c->cells[index] &&
            lattice_covers(c->lattice, candidate(c, index), candidate(c, i)))
            benefit += c->costs[i] - c->cells[index];
    }
    return benefit;
}

static void
take(struct candidates *c, struct design *d, size_t index, double benefit)
{
    uint16_t *depths = d->depths + d->count * c->dimension_count;

    memcpy(depths, candidate(c, index), c->dimension_count * sizeof *depths);
    d->cuboids[d->count++] = (struct design_cuboid){depths, c->cells[index], benefit};
    c->taken[index] = true;
    for (size_t i = 0; i < c->count; i++) {
        if (c->costs[i] > c->cells[index] &&
            lattice_covers(c->lattice, candidate(c, index), candidate(c, i)))
            c->costs[i] = c->cells[index];
    }
}

/* What is left to be spent, in cells. */
struct budget {
    double space;
    double reading;
    double most; /* of one cuboid */
};

/* The best of what fits, 0 (the base cuboid) when nothing is worth it. A cuboid costs the cells it
 * stores and the cells it is made from. */
static size_t
best_of(const struct candidates *c, const struct budget *b, double *benefit)
{
    double best_rate = 0;
    size_t best = 0;

    for (size_t i = 1; i < c->count; i++) {
        double saved, rate;

        if (c->taken[i] || c->cells[i] > b->space || c->cells[i] > b->most ||
            c->costs[i] > b->reading || c->cells[i] > c->costs[i] * WORTH)
            continue;
        saved = benefit_of(c, i);
        rate = saved / (c->cells[i] + c->costs[i]);
        if (rate > best_rate) {
            best_rate = rate;
            best = i;
            *benefit = saved;
        }
    }
    return best;
}

static void
choose(struct candidates *c, struct design *d, const struct design_limits *limits)
{
    struct budget left = {
        limits->all_cells, READINGS * (double)c->lattice->base->cells.count, limits->most_cells};
    double benefit = 0;
    size_t best;

    while ((best = best_of(c, &left, &benefit)) != 0) {
        left.space -= c->cells[best];
        left.reading -= c->costs[best];
        take(c, d, best, benefit);
    }
}

static void
candidates_release(struct candidates *c)
{
    free(c->depths);
    free(c->cells);
    free(c->costs);
    free(c->taken);
    free(c->sample);
    free(c->slots);
}

static int
open_design(struct candidates *c, struct design *d, const struct lattice *l, struct fault *f)
{
    *d = (struct design){.count = 0};
    *c = (struct candidates){.lattice = l, .dimension_count = l->model->dimension_count};
    if (list_candidates(c, f) != 0 || take_sample(c, f) != 0)
        return -1;
    for (size_t i = 0; i < c->count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): candidates_release gives it back. */
        c->cells[i] = i == 0 ? (double)l->base->cells.count : estimate(c, candidate(c, i));
        c->costs[i] = (double)l->base->cells.count;
    }
    /* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): the base is one of them. */
    d->cuboids = calloc(c->count, sizeof *d->cuboids);
    d->depths = calloc(c->count * c->dimension_count + 1, sizeof *d->depths);
    return d->cuboids == NULL || d->depths == NULL ? fault_set_memory(f) : 0;
}

int
design_choose(
    struct design *d, const struct lattice *l, const struct design_limits *limits, struct fault *f)
{
    struct candidates c;
    int rc = open_design(&c, d, l, f);

    if (rc == 0)
        choose(&c, d, limits);
    candidates_release(&c);
    return rc;
}

int
design_all(struct design *d, const struct lattice *l, struct fault *f)
{
    struct candidates c;
    int rc = open_design(&c, d, l, f);

    for (size_t i = 1; rc == 0 && i < c.count; i++)
        take(&c, d, i, 0);
    candidates_release(&c);
    return rc;
}

void
design_release(struct design *d)
{
    free(d->cuboids);
    free(d->depths);
    *d = (struct design){.count = 0};
}
