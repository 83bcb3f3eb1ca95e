#include "etl/odbc/gather.h"

#include <stdlib.h>

#include "etl/odbc/gather_plan.h"

struct gather {
    struct db *db;
    struct text rest; /* of the statement, behind what it selects */
    struct portions *portions;
    struct stmt *stmt;
    enum value_type *types; /* of what the statement gives: a count, then the items */
    struct value *cells;
    struct gather_plan plan;
    uint64_t rows, left; /* of the portion */
};

static int
prepare(struct gather *g, struct fault *f)
{
    struct text sql = TEXT_INIT;

    text_add(&sql, "SELECT count(*)");
    for (size_t i = 0; i < g->plan.item_count; i++) {
        text_add(&sql, ", ");
        gather_plan_add(&sql, &g->plan, &g->plan.items[i]);
    }
    text_add(&sql, text_hand_on(&g->rest));
    stmt_free(g->stmt);
    g->stmt = text_check(&sql, f) == 0 ? db_prepare(g->db, text_get(&sql), f) : NULL;
    text_release(&sql);
    return g->stmt == NULL ? -1 : 0;
}

static int
make_room(struct gather *g, size_t columns, struct fault *f)
{
    g->types = calloc(columns + 1, sizeof *g->types);
    g->cells = calloc(columns + 1, sizeof *g->cells);
    if (g->types == NULL || g->cells == NULL)
        return fault_set_memory(f);
    g->types[0] = VALUE_INT;
    for (size_t i = 0; i < columns; i++)
        g->types[i + 1] = VALUE_TEXT;
    return 0;
}

struct gather *
gather_open(struct db *db, const struct row_column *columns, size_t count, const char *rest,
    struct portions *portions, struct fault *f)
{
    struct gather *g = calloc(1, sizeof *g);

    if (g == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    g->db = db;
    g->portions = portions;
    text_add(&g->rest, rest);
    if (text_check(&g->rest, f) == 0 && make_room(g, count, f) == 0 &&
        gather_plan_init(&g->plan, db, columns, count, f) == 0 && prepare(g, f) == 0)
        return g;
    gather_close(g);
    return NULL;
}

void
gather_close(struct gather *g)
{
    if (g == NULL)
        return;
    stmt_free(g->stmt);
    gather_plan_release(&g->plan);
    text_release(&g->rest);
    free(g->types);
    free(g->cells);
    free(g);
}

/* ---- portions ---- */

static int
keep_cells(struct gather *g, struct fault *f)
{
    if (g->cells[0].type != VALUE_INT)
        return fault_set(f, FAULT_INTERNAL, "%s: rows without a count", db_name(g->db));
    g->rows = g->left = (uint64_t)g->cells[0].as.integer;
    for (size_t i = 0; g->rows > 0 && i < g->plan.item_count; i++) {
        struct gather_item *item = &g->plan.items[i];
        const struct value *cell = &g->cells[i + 1];

        text_clear(&item->text);
        if (cell->type == VALUE_TEXT)
            text_add_bytes(&item->text, cell->as.text.bytes, cell->as.text.length);
        text_add_char(&item->text, '\n');
        if (text_check(&item->text, f) != 0)
            return -1;
        item->at = item->text.bytes;
    }
    return 0;
}

/* SQLite's driver wants a statement read to its end before it runs again. */
static int
query(struct gather *g, int64_t from, int64_t to, struct fault *f)
{
    const struct value bounds[] = {value_int(from), value_int(to)};
    int rc;

    if (stmt_bind_row(g->stmt, bounds, 2, f) != 0 ||
        stmt_query(g->stmt, g->types, g->plan.item_count + 1, f) != 0 ||
        (rc = stmt_fetch(g->stmt, g->cells, f)) < 0)
        return -1;
    if (rc != 1)
        return fault_set(f, FAULT_INTERNAL, "%s: no row where one must be", db_name(g->db));
    return keep_cells(g, f) == 0 && stmt_fetch(g->stmt, g->cells, f) == 0 ? 0 : -1;
}

/* 1 when there are rows, 0 at the end, -1. */
static int
next_portion(struct gather *g, struct fault *f)
{
    int64_t from, to;

    do {
        if (g->rows > 0 && gather_plan_is_poor(&g->plan, g->rows)) {
            gather_plan_make(&g->plan);
            if (prepare(g, f) != 0)
                return -1;
        }
        if (!portions_take(g->portions, &from, &to))
            return 0;
        if (query(g, from, to, f) != 0)
            return -1;
        portions_tell(g->portions, g->rows, GATHER_ROWS);
    } while (g->rows == 0);
    return 1;
}

/* ---- rows ---- */

int
gather_next(struct gather *g, struct value *row, struct fault *f)
{
    if (g->left == 0) {
        int rc = next_portion(g, f);

        if (rc != 1)
            return rc;
    }
    if (gather_plan_take(&g->plan, row, g->left == 1, f) != 0)
        return -1;
    g->left--;
    return 1;
}
