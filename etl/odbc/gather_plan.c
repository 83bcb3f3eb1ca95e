#include "etl/odbc/gather_plan.h"

#include <math.h>
#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/number.h"
#include "etl/odbc/cell.h"

/* How often the plan may be made anew; it is poor when more than one row of so many does not fit.
 */
enum { MOST_PLANS = 8, POOR = 16 };

/* ---- the plan ---- */

int
gather_plan_power(double largest)
{
    int exponent;

    if (largest == 0 || !isfinite(largest))
        return 0;
    frexp(largest, &exponent);
    exponent = exponent + 1 > 0 ? exponent + 1 : 0;
    return exponent < GATHER_SCALED_BITS ? GATHER_SCALED_BITS - exponent : 0;
}

static int
power_of(const struct gather_plan *p, size_t column)
{
    const struct gather_scale *s = &p->scales[column];

    return p->columns[column].type != VALUE_FLOAT || s->useless ? 0 : gather_plan_power(s->largest);
}

static struct gather_item *
add_item(struct gather_plan *p)
{
    struct gather_item *item = &p->items[p->item_count++];

    item->packing = NULL;
    item->power = 0;
    item->misses = 0;
    return item;
}

void
gather_plan_make(struct gather_plan *p)
{
    size_t count = packing_plan(p->ranges, p->count, p->packings, p->members, p->packed);

    p->plans++;
    p->item_count = 0;
    for (size_t i = 0; i < count; i++)
        add_item(p)->packing = &p->packings[i];
    for (size_t i = 0; i < p->count; i++) {
        struct gather_item *item;

        if (p->packed[i])
            continue;
        item = add_item(p);
        item->column = i;
        item->power = power_of(p, i);
    }
}

/* ---- its memory ---- */

static int
make_room(struct gather_plan *p, struct fault *f)
{
    size_t n = p->count + 1;

    p->ranges = calloc(n, sizeof *p->ranges);
    p->scales = calloc(n, sizeof *p->scales);
    p->packings = calloc(n, sizeof *p->packings);
    p->members = calloc(n, sizeof *p->members);
    p->packed = calloc(n, sizeof *p->packed);
    p->names = calloc(n, sizeof *p->names);
    p->quoted = calloc(n, sizeof(*p->quoted));
    p->items = calloc(n, sizeof *p->items);
    if (p->ranges == NULL || p->scales == NULL || p->packings == NULL || p->members == NULL ||
        p->packed == NULL || p->names == NULL || p->quoted == NULL || p->items == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < p->count; i++) {
        p->ranges[i].is_integer = p->columns[i].type == VALUE_INT;
        p->quoted[i] = sql_set(&p->names[i], "%n", p->columns[i].name);
        if (text_check(&p->names[i], f) != 0)
            return -1;
    }
    return 0;
}

int
gather_plan_init(struct gather_plan *p, struct db *db, const struct row_column *columns,
    size_t count, struct fault *f)
{
    *p = (struct gather_plan){.db = db, .columns = columns, .count = count};
    if (make_room(p, f) != 0)
        return -1;
    gather_plan_make(p);
    return 0;
}

void
gather_plan_release(struct gather_plan *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->names != NULL)
            text_release(&p->names[i]);
        if (p->items != NULL)
            text_release(&p->items[i].text);
    }
    free(p->ranges);
    free(p->scales);
    free(p->packings);
    free(p->members);
    free(p->packed);
    free(p->names);
    free(p->quoted);
    free(p->items);
    *p = (struct gather_plan){.db = NULL};
}

/* ---- asking ---- */

static void
add_expression(struct text *sql, const struct gather_plan *p, const struct gather_item *item)
{
    const char *name = p->quoted[item->column];
    enum value_type type = p->columns[item->column].type;

    if (item->packing != NULL)
        packing_add(sql, item->packing, p->quoted);
    else if (type == VALUE_TEXT)
        sql_add(sql, "CASE WHEN %s IS NOT NULL THEN 1 END", name);
    else if (item->power > 0)
        db_dialect(p->db)->add_scaled(sql, name, item->power, GATHER_SCALED_BITS - item->power);
    else
        db_dialect(p->db)->add_read(sql, name, type);
}

void
gather_plan_add(struct text *sql, const struct gather_plan *p, const struct gather_item *item)
{
    struct text expression = TEXT_INIT;

    add_expression(&expression, p, item);
    sql_add(sql, db_dialect(p->db)->gather, text_hand_on(&expression));
    sql->failed |= expression.failed;
    text_release(&expression);
}

/* ---- learning ---- */

/* Did the plan fit the last portion? What did not fit taught better. */
bool
gather_plan_is_poor(struct gather_plan *p, uint64_t rows)
{
    bool poor = p->plans == 1; /* the first one knew nothing */

    for (size_t i = 0; i < p->item_count; i++) {
        struct gather_item *item = &p->items[i];

        if (item->misses > rows / POOR) {
            poor = true;
            if (item->packing == NULL && power_of(p, item->column) == item->power)
                p->scales[item->column].useless = true;
        }
        item->misses = 0;
    }
    return poor && p->plans < MOST_PLANS;
}

/* ---- taking ---- */

static int
refuse(const struct gather_plan *p, size_t column, const char *piece, struct fault *f)
{
    return fault_set(f, FAULT_DATA, "%s: column '%s' holds '%.80s', which is not of type %s",
        db_name(p->db), p->columns[column].name, piece, value_type_name(p->columns[column].type));
}

/* An integer that came by itself; nothing is NULL. */
static int
take_integer(struct gather_plan *p, size_t column, const char *piece, size_t length,
    struct value *v, struct fault *f)
{
    *v = value_null();
    if (length > 0) {
        v->type = VALUE_INT;
        if (number_parse_int(piece, length, &v->as.integer) != 0)
            return refuse(p, column, piece, f);
    }
    packing_see(&p->ranges[column], v);
    return 0;
}

/* A row that is outside the ranges of its packing. */
static int
take_apart(struct gather_plan *p, struct gather_item *item, char *piece, struct value *row,
    struct fault *f)
{
    const struct packing *packing = item->packing;

    item->misses++;
    for (size_t i = 0; i < packing->count; i++) {
        size_t column = packing->members[i].column;
        char *end = strchrnul(piece, PACKING_MARK);
        bool last = *end == '\0';

        *end = '\0';
        if (take_integer(p, column, piece, (size_t)(end - piece), &row[column], f) != 0)
            return -1;
        if (last != (i + 1 == packing->count))
            return refuse(p, column, piece, f);
        piece = end + 1;
    }
    return 0;
}

static int
take_packed(struct gather_plan *p, struct gather_item *item, char *piece, size_t length,
    struct value *row, struct fault *f)
{
    int64_t number;

    if (memchr(piece, PACKING_MARK, length) != NULL)
        return take_apart(p, item, piece, row, f);
    if (number_parse_int(piece, length, &number) != 0 ||
        !packing_unpack(item->packing, number, row))
        return fault_set(f, FAULT_DATA,
            "%s: one of the columns from '%s' to '%s' holds a number that is not whole",
            db_name(p->db), p->columns[item->packing->members[0].column].name,
            p->columns[item->packing->members[item->packing->count - 1].column].name);
    return 0;
}

static int
take_double(struct gather_plan *p, struct gather_item *item, char *piece, size_t length,
    struct value *v, struct fault *f)
{
    struct gather_scale *s = &p->scales[item->column];
    int64_t number;

    if (item->power > 0 && number_parse_int(piece, length, &number) == 0) {
        *v = value_float(ldexp((double)number, -item->power));
        return 0;
    }
    item->misses++;
    if (cell_take(p->db, (int)item->column + 1, SQL_C_CHAR, VALUE_FLOAT, piece, length, v, NULL) !=
        0)
        return refuse(p, item->column, piece, f);
    if (isfinite(v->as.real) && fabs(v->as.real) > s->largest)
        s->largest = fabs(v->as.real);
    return 0;
}

static int
take_column(struct gather_plan *p, struct gather_item *item, char *piece, size_t length,
    struct value *v, struct fault *f)
{
    enum value_type type = p->columns[item->column].type;

    if (type == VALUE_INT)
        return take_integer(p, item->column, piece, length, v, f);
    *v = value_null();
    if (length == 0)
        return 0;
    if (type == VALUE_FLOAT)
        return take_double(p, item, piece, length, v, f);
    if (type == VALUE_TEXT)
        *v = value_text("");
    else if (cell_take(p->db, (int)item->column + 1, SQL_C_CHAR, type, piece, length, v, NULL) != 0)
        return refuse(p, item->column, piece, f);
    return 0;
}

/* Cuts the next line off an item's text; NULL: there is none, or more than there are rows. */
static char *
cut(struct gather_item *item, bool last, size_t *length)
{
    char *piece = item->at, *end = item->text.bytes + item->text.length;
    char *newline = memchr(piece, '\n', (size_t)(end - piece));

    if (newline == NULL || (last && newline + 1 != end))
        return NULL;
    *newline = '\0';
    *length = (size_t)(newline - piece);
    item->at = newline + 1;
    return piece;
}

int
gather_plan_take(struct gather_plan *p, struct value *row, bool last, struct fault *f)
{
    for (size_t i = 0; i < p->item_count; i++) {
        struct gather_item *item = &p->items[i];
        size_t length;
        char *piece = cut(item, last, &length);

        if (piece == NULL)
            return fault_set(f, FAULT_DATA,
                "%s: a value of several lines is where a number must be", db_name(p->db));
        if ((item->packing != NULL
                    ? take_packed(p, item, piece, length, row, f)
                    : take_column(p, item, piece, length, &row[item->column], f)) != 0)
            return -1;
    }
    return 0;
}
