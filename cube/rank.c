#include "cube/rank.h"

#include <stdlib.h>
#include <string.h>

/* All lines with the same row labels, the totals over columns among them. */
struct row {
    size_t first, end;          /* lines */
    const struct value *by;     /* what it ranks by; NULL: it has no total over columns */
    const struct row **parents; /* the row's own subtotal at each depth from 1 on, last itself */
    size_t depth;               /* row levels that are no totals */
    bool stays;
};

struct ranking {
    const struct rank *rank;
    const struct cube_result *result;
    struct row *rows; /* in the order of members */
    size_t row_count;
    const struct row **order;
};

static bool
same_row(const struct cube_result *r, size_t a, size_t b)
{
    return memcmp(r->lines[a].keys, r->lines[b].keys, r->row_count * sizeof *r->lines[a].keys) == 0;
}

/* The line that stands for the row: its total over all columns. */
static const struct value *
total_of(const struct ranking *g, const struct row *row)
{
    for (size_t i = row->first; i < row->end; i++) {
        if (g->result->lines[i].column_depth == 0)
            return &g->result->lines[i].measures[g->rank->measure];
    }
    return NULL;
}

static int
find_rows(struct ranking *g, struct fault *f)
{
    struct cube_result *r = (struct cube_result *)(uintptr_t)g->result;
    const struct row **parents =
        arena_array(&r->memory, r->line_count * (r->row_count + 1) + 1, sizeof(struct row *));

    g->rows = arena_array(&r->memory, r->line_count + 1, sizeof *g->rows);
    g->order = arena_array(&r->memory, r->line_count + 1, sizeof(struct row *));
    if (g->rows == NULL || g->order == NULL || parents == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < r->line_count; i++) {
        if (i == 0 || !same_row(r, i - 1, i))
            g->rows[g->row_count++] = (struct row){.first = i,
                .parents = parents + i * (r->row_count + 1),
                .depth = r->lines[i].row_depth};
        g->rows[g->row_count - 1].end = i + 1;
    }
    for (size_t i = 0; i < g->row_count; i++) {
        g->rows[i].by = total_of(g, &g->rows[i]);
        g->order[i] = &g->rows[i];
    }
    return 0;
}

/* A subtotal comes behind its rows: from the end on, the last one seen at a depth is the parent. */
static int
find_parents(struct ranking *g, struct fault *f)
{
    const struct row **seen = calloc(g->result->row_count + 1, sizeof(struct row *));

    if (seen == NULL)
        return fault_set_memory(f);
    for (size_t i = g->row_count; i-- > 0;) {
        struct row *row = &g->rows[i];

        seen[row->depth] = row;
        memcpy(row->parents, seen, (row->depth + 1) * sizeof(struct row *));
    }
    free(seen);
    return 0;
}

/* ---- which stay ---- */

static int
compare_by(const struct rank *rank, const struct row *a, const struct row *b)
{
    bool a_null = a->by == NULL || a->by->type == VALUE_NULL;
    bool b_null = b->by == NULL || b->by->type == VALUE_NULL;
    int order = a_null || b_null ? 0 : value_compare(a->by, b->by);

    if (a_null != b_null)
        return a_null ? 1 : -1;
    if (order != 0)
        return rank->ascending ? order : -order;
    return a < b ? -1 : a > b;
}

/* Rows first, by their rank; then subtotals. */
static int
compare_rows(const void *left, const void *right, void *state)
{
    const struct row *a = *(const struct row *const *)left;
    const struct row *b = *(const struct row *const *)right;

    if (a->depth != b->depth)
        return a->depth > b->depth ? -1 : 1;
    return compare_by(state, a, b);
}

/* A subtotal stays with one of its rows. */
static void
keep_parents(struct row *row)
{
    for (size_t depth = 0; depth < row->depth; depth++) {
        if (row->parents[depth] != NULL)
            ((struct row *)(uintptr_t)row->parents[depth])->stays = true;
    }
}

/* Sorts, marks what stays; returns how many rows (without totals) were cut off. */
static size_t
choose(struct ranking *g)
{
    size_t depth = g->result->row_count;
    size_t leaves = 0;

    qsort_r(g->order, g->row_count, sizeof(struct row *), compare_rows, (void *)(uintptr_t)g->rank);
    while (leaves < g->row_count && g->order[leaves]->depth == depth)
        leaves++;
    for (size_t i = 0; i < leaves && (g->rank->top == 0 || i < g->rank->top); i++) {
        struct row *row = &g->rows[g->order[i] - g->rows];

        row->stays = true;
        if (g->rank->totals)
            keep_parents(row);
    }
    return g->rank->top == 0 || g->rank->top > leaves ? 0 : leaves - g->rank->top;
}

/* ---- in which order ---- */

/* Outer members by their subtotals, under each of them the inner ones; a subtotal comes last. */
static int
compare_grouped(const void *left, const void *right, void *state)
{
    const struct row *a = *(const struct row *const *)left;
    const struct row *b = *(const struct row *const *)right;

    for (size_t depth = 1; depth <= a->depth && depth <= b->depth; depth++) {
        if (a->parents[depth] != b->parents[depth])
            return compare_by(state, a->parents[depth], b->parents[depth]);
    }
    return a->depth > b->depth ? -1 : a->depth < b->depth;
}

static int
take_lines(struct ranking *g, struct cube_result *r, struct fault *f)
{
    struct cube_line *lines = arena_array(&r->memory, r->line_count + 1, sizeof *lines);
    size_t count = 0;

    if (lines == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < g->row_count; i++) {
        for (size_t k = g->order[i]->first; g->order[i]->stays && k < g->order[i]->end; k++) {
            if (g->rank->totals || !cube_line_has_totals(r, &r->lines[k]))
                lines[count++] = r->lines[k];
        }
    }
    r->lines = lines;
    r->line_count = count;
    return 0;
}

int
rank_apply(const struct rank *rank, struct cube_result *r, struct fault *f)
{
    struct ranking g = {.rank = rank, .result = r};

    if (find_rows(&g, f) != 0 || find_parents(&g, f) != 0)
        return -1;
    r->cut = choose(&g);
    if (rank->totals)
        qsort_r(
            g.order, g.row_count, sizeof(struct row *), compare_grouped, (void *)(uintptr_t)rank);
    return take_lines(&g, r, f);
}
