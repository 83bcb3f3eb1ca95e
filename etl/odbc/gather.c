#include "etl/odbc/gather.h"

#include <math.h>
#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/number.h"
#include "etl/odbc/cell.h"
#include "etl/odbc/packing.h"

/* Rows of a portion; how often the plan may be made anew; a plan is poor when more than one row of
 * so many does not fit it. */
enum { PORTION_ROWS = 1024, MOST_PLANS = 8, POOR = 16 };

/* Doubles of less than 2^n are told in multiples of 2^(n - SCALED_BITS). */
enum { SCALED_BITS = 61 };

/* One text that the engine makes: of packed columns, or of one. */
struct item {
    const struct packing *packing; /* NULL: of one */
    size_t column;
    int power; /* of a double: it is told times 2^power, where that is whole; 0: never */
    uint64_t misses;
    struct text text; /* of the portion, taken apart as it is read */
    char *at;
};

/* What is known of a column besides its range. */
struct scale {
    double largest;
    bool useless; /* most values have more bits than that */
};

struct gather {
    struct db *db;
    const struct row_column *columns;
    size_t count;
    struct text rest; /* of the statement, behind what it selects */
    struct portions *portions;
    struct stmt *stmt;
    enum value_type *types; /* of what the statement gives: a count, then the items */
    struct value *cells;
    struct packing_range *ranges;
    struct scale *scales;
    struct packing *packings;
    struct packing_member *members;
    bool *packed;
    struct text *names; /* quoted */
    const char **quoted;
    struct item *items;
    size_t item_count;
    int plans;
    uint64_t rows, left; /* of the portion */
};

/* ---- the plan ---- */

static int
power_of(const struct gather *g, size_t column)
{
    const struct scale *s = &g->scales[column];
    int exponent;

    if (g->columns[column].type != VALUE_FLOAT || s->useless || s->largest == 0)
        return 0;
    frexp(s->largest, &exponent);
    exponent = exponent + 1 > 0 ? exponent + 1 : 0;
    return exponent < SCALED_BITS ? SCALED_BITS - exponent : 0;
}

static struct item *
add_item(struct gather *g)
{
    struct item *item = &g->items[g->item_count++];

    item->packing = NULL;
    item->power = 0;
    item->misses = 0;
    return item;
}

static void
make_plan(struct gather *g)
{
    size_t count = packing_plan(g->ranges, g->count, g->packings, g->members, g->packed);

    g->plans++;
    g->item_count = 0;
    for (size_t i = 0; i < count; i++)
        add_item(g)->packing = &g->packings[i];
    for (size_t i = 0; i < g->count; i++) {
        struct item *item;

        if (g->packed[i])
            continue;
        item = add_item(g);
        item->column = i;
        item->power = power_of(g, i);
    }
}

/* ---- the statement ---- */

static void
add_expression(struct text *sql, const struct gather *g, const struct item *item)
{
    const char *name = g->quoted[item->column];
    enum value_type type = g->columns[item->column].type;

    if (item->packing != NULL)
        packing_add(sql, item->packing, g->quoted);
    else if (type == VALUE_TEXT)
        sql_add(sql, "CASE WHEN %s IS NOT NULL THEN 1 END", name);
    else if (item->power > 0)
        db_dialect(g->db)->add_scaled(sql, name, item->power, SCALED_BITS - item->power);
    else
        db_dialect(g->db)->add_read(sql, name, type);
}

static int
prepare(struct gather *g, struct fault *f)
{
    struct text sql = TEXT_INIT, expression = TEXT_INIT;

    text_add(&sql, "SELECT count(*)");
    for (size_t i = 0; i < g->item_count; i++) {
        text_clear(&expression);
        add_expression(&expression, g, &g->items[i]);
        text_add(&sql, ", ");
        sql_add(&sql, db_dialect(g->db)->gather, text_get(&expression));
        sql.failed |= expression.failed;
    }
    text_add(&sql, text_get(&g->rest));
    stmt_free(g->stmt);
    g->stmt = text_check(&sql, f) == 0 ? db_prepare(g->db, text_get(&sql), f) : NULL;
    text_release(&sql);
    text_release(&expression);
    return g->stmt == NULL ? -1 : 0;
}

/* ---- opening ---- */

static int
make_room(struct gather *g, struct fault *f)
{
    size_t n = g->count + 1;

    g->types = calloc(n, sizeof *g->types);
    g->cells = calloc(n, sizeof *g->cells);
    g->ranges = calloc(n, sizeof *g->ranges);
    g->scales = calloc(n, sizeof *g->scales);
    g->packings = calloc(n, sizeof *g->packings);
    g->members = calloc(n, sizeof *g->members);
    g->packed = calloc(n, sizeof *g->packed);
    g->names = calloc(n, sizeof *g->names);
    g->quoted = calloc(n, sizeof(*g->quoted));
    g->items = calloc(n, sizeof *g->items);
    if (g->types == NULL || g->cells == NULL || g->ranges == NULL || g->scales == NULL ||
        g->packings == NULL || g->members == NULL || g->packed == NULL || g->names == NULL ||
        g->quoted == NULL || g->items == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < g->count; i++) {
        g->ranges[i].is_integer = g->columns[i].type == VALUE_INT;
        g->quoted[i] = sql_set(&g->names[i], "%n", g->columns[i].name);
        g->types[i + 1] = VALUE_TEXT;
        if (text_check(&g->names[i], f) != 0)
            return -1;
    }
    g->types[0] = VALUE_INT;
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
    g->columns = columns;
    g->count = count;
    g->portions = portions;
    text_add(&g->rest, rest);
    if (text_check(&g->rest, f) == 0 && make_room(g, f) == 0) {
        make_plan(g);
        if (prepare(g, f) == 0)
            return g;
    }
    gather_close(g);
    return NULL;
}

void
gather_close(struct gather *g)
{
    if (g == NULL)
        return;
    stmt_free(g->stmt);
    for (size_t i = 0; i < g->count; i++) {
        if (g->names != NULL)
            text_release(&g->names[i]);
        if (g->items != NULL)
            text_release(&g->items[i].text);
    }
    text_release(&g->rest);
    free(g->types);
    free(g->cells);
    free(g->ranges);
    free(g->scales);
    free(g->packings);
    free(g->members);
    free(g->packed);
    free(g->names);
    free(g->quoted);
    free(g->items);
    free(g);
}

/* ---- portions ---- */

/* Did the plan fit the last portion? What did not fit taught better. */
static bool
is_poor(struct gather *g)
{
    bool poor = g->plans == 1; /* the first one knew nothing */

    for (size_t i = 0; i < g->item_count; i++) {
        struct item *item = &g->items[i];

        if (item->misses > g->rows / POOR) {
            poor = true;
            if (item->packing == NULL && power_of(g, item->column) == item->power)
                g->scales[item->column].useless = true;
        }
        item->misses = 0;
    }
    return poor && g->plans < MOST_PLANS;
}

static int
keep_cells(struct gather *g, struct fault *f)
{
    if (g->cells[0].type != VALUE_INT)
        return fault_set(f, FAULT_INTERNAL, "%s: rows without a count", db_name(g->db));
    g->rows = g->left = (uint64_t)g->cells[0].as.integer;
    for (size_t i = 0; g->rows > 0 && i < g->item_count; i++) {
        struct item *item = &g->items[i];
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
        stmt_query(g->stmt, g->types, g->item_count + 1, f) != 0 ||
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
        if (g->rows > 0 && is_poor(g)) {
            make_plan(g);
            if (prepare(g, f) != 0)
                return -1;
        }
        if (!portions_take(g->portions, &from, &to))
            return 0;
        if (query(g, from, to, f) != 0)
            return -1;
        portions_tell(g->portions, g->rows, PORTION_ROWS);
    } while (g->rows == 0);
    return 1;
}

/* ---- rows ---- */

static int
refuse(const struct gather *g, size_t column, const char *piece, struct fault *f)
{
    return fault_set(f, FAULT_DATA, "%s: column '%s' holds '%.80s', which is not of type %s",
        db_name(g->db), g->columns[column].name, piece, value_type_name(g->columns[column].type));
}

/* An integer that came by itself; nothing is NULL. */
static int
take_integer(struct gather *g, size_t column, const char *piece, size_t length, struct value *v,
    struct fault *f)
{
    *v = value_null();
    if (length > 0) {
        v->type = VALUE_INT;
        if (number_parse_int(piece, length, &v->as.integer) != 0)
            return refuse(g, column, piece, f);
    }
    packing_see(&g->ranges[column], v);
    return 0;
}

/* A row that is outside the ranges of its packing. */
static int
take_apart(struct gather *g, struct item *item, char *piece, struct value *row, struct fault *f)
{
    const struct packing *p = item->packing;

    item->misses++;
    for (size_t i = 0; i < p->count; i++) {
        size_t column = p->members[i].column;
        char *end = strchrnul(piece, PACKING_MARK);
        bool last = *end == '\0';

        *end = '\0';
        if (take_integer(g, column, piece, (size_t)(end - piece), &row[column], f) != 0)
            return -1;
        if (last != (i + 1 == p->count))
            return refuse(g, column, piece, f);
        piece = end + 1;
    }
    return 0;
}

static int
take_packed(struct gather *g, struct item *item, char *piece, size_t length, struct value *row,
    struct fault *f)
{
    int64_t number;

    if (memchr(piece, PACKING_MARK, length) != NULL)
        return take_apart(g, item, piece, row, f);
    if (number_parse_int(piece, length, &number) != 0 ||
        !packing_unpack(item->packing, number, row))
        return fault_set(f, FAULT_DATA,
            "%s: one of the columns from '%s' to '%s' holds a number that is not whole",
            db_name(g->db), g->columns[item->packing->members[0].column].name,
            g->columns[item->packing->members[item->packing->count - 1].column].name);
    return 0;
}

static int
take_double(struct gather *g, struct item *item, char *piece, size_t length, struct value *v,
    struct fault *f)
{
    struct scale *s = &g->scales[item->column];
    int64_t number;

    if (item->power > 0 && number_parse_int(piece, length, &number) == 0) {
        *v = value_float(ldexp((double)number, -item->power));
        return 0;
    }
    item->misses++;
    if (cell_take(g->db, (int)item->column + 1, SQL_C_CHAR, VALUE_FLOAT, piece, length, v, NULL) !=
        0)
        return refuse(g, item->column, piece, f);
    if (isfinite(v->as.real) && fabs(v->as.real) > s->largest)
        s->largest = fabs(v->as.real);
    return 0;
}

static int
take_column(struct gather *g, struct item *item, char *piece, size_t length, struct value *v,
    struct fault *f)
{
    enum value_type type = g->columns[item->column].type;

    if (type == VALUE_INT)
        return take_integer(g, item->column, piece, length, v, f);
    *v = value_null();
    if (length == 0)
        return 0;
    if (type == VALUE_FLOAT)
        return take_double(g, item, piece, length, v, f);
    if (type == VALUE_TEXT)
        *v = value_text("");
    else if (cell_take(g->db, (int)item->column + 1, SQL_C_CHAR, type, piece, length, v, NULL) != 0)
        return refuse(g, item->column, piece, f);
    return 0;
}

/* Cuts the next line off an item's text; NULL: there is none, or more than there are rows. */
static char *
cut(const struct gather *g, struct item *item, size_t *length)
{
    char *piece = item->at, *end = item->text.bytes + item->text.length;
    char *newline = memchr(piece, '\n', (size_t)(end - piece));

    if (newline == NULL || (g->left == 1 && newline + 1 != end))
        return NULL;
    *newline = '\0';
    *length = (size_t)(newline - piece);
    item->at = newline + 1;
    return piece;
}

int
gather_next(struct gather *g, struct value *row, struct fault *f)
{
    if (g->left == 0) {
        int rc = next_portion(g, f);

        if (rc != 1)
            return rc;
    }
    for (size_t i = 0; i < g->item_count; i++) {
        struct item *item = &g->items[i];
        size_t length;
        char *piece = cut(g, item, &length);

        if (piece == NULL)
            return fault_set(f, FAULT_DATA,
                "%s: a value of several lines is where a number must be", db_name(g->db));
        if ((item->packing != NULL
                    ? take_packed(g, item, piece, length, row, f)
                    : take_column(g, item, piece, length, &row[item->column], f)) != 0)
            return -1;
    }
    g->left--;
    return 1;
}
