#include "etl/star/reconcile.h"

#include <float.h>
#include <math.h>

/* What SQL says of one column. */
enum { SQL_COUNT, SQL_LEAST, SQL_GREATEST, SQL_SUM, SQL_ABSOLUTE, SQL_COLUMNS };

/* Doubles are summed at a 2^200th of their size, so that no sum of them leaves their range: engines
 * differ in what comes of that. */
enum { SCALE_BITS = 200 };
#define SCALE "6.223015277861142e-61"

static bool
is_number(enum value_type type)
{
    return type == VALUE_INT || type == VALUE_FLOAT;
}

static double
as_double(const struct value *v)
{
    return v->type == VALUE_INT ? (double)v->as.integer : v->type == VALUE_FLOAT ? v->as.real : 0;
}

static int
differs(struct fault *f, const char *what, const struct value *cube, const struct value *sql)
{
    struct text a = TEXT_INIT, b = TEXT_INIT;

    value_add_text(&a, cube);
    value_add_text(&b, sql);
    fault_set(
        f, FAULT_DATA, "%s: the cube has %s, the facts have %s", what, text_get(&a), text_get(&b));
    text_release(&a);
    text_release(&b);
    return fault_hint(
        f, "nothing was published; process it with --type ProcessFull, and report this");
}

/* Sums are compared as doubles; the exact sum of integers is rounded once, SQL's at each step. */
static int
compare_sums(const struct cube_source_total *t, const struct value *row, enum value_type type,
    struct fault *f)
{
    int scale = type == VALUE_FLOAT ? SCALE_BITS : 0;
    const struct value sql = value_float(ldexp(as_double(&row[SQL_SUM]), scale));
    double cube = as_double(&t->sum);
    double absolute = fabs(as_double(&row[SQL_ABSOLUTE]));
    double n = (double)t->present;
    double tolerance = (n + 2) * DBL_EPSILON * absolute + n * DBL_TRUE_MIN;

    /* The first is how two infinities are the same. */
    if (t->present == 0 || cube == sql.as.real ||
        fabs(ldexp(cube, -scale) - as_double(&row[SQL_SUM])) <= tolerance)
        return 0;
    return differs(f, "sum", &t->sum, &sql);
}

static int
compare(const struct cube_source_total *t, const struct value *row, enum value_type type,
    struct fault *f)
{
    const struct value present = value_int((int64_t)t->present);

    if (value_compare(&present, &row[SQL_COUNT]) != 0)
        return differs(f, "number of values", &present, &row[SQL_COUNT]);
    if (t->has_range && value_compare(&t->least, &row[SQL_LEAST]) != 0)
        return differs(f, "smallest value", &t->least, &row[SQL_LEAST]);
    if (t->has_range && value_compare(&t->greatest, &row[SQL_GREATEST]) != 0)
        return differs(f, "largest value", &t->greatest, &row[SQL_GREATEST]);
    return t->has_sum ? compare_sums(t, row, type, f) : 0;
}

/* A select-list item that brings an aggregate of a column exactly. */
static void
add_aggregate(struct text *sql, const struct db *star, const char *form, const char *column,
    enum value_type type)
{
    struct text aggregate = TEXT_INIT;

    sql_set(&aggregate, form, column);
    text_add(sql, ", ");
    db_dialect(star)->add_read(sql, text_get(&aggregate), type);
    text_release(&aggregate);
}

static int
reconcile_source(struct db *star, const struct star_source *source, const char *facts,
    const struct cube_source_total *total, struct fault *f)
{
    const enum value_type types[SQL_COLUMNS] = {
        VALUE_INT, source->type, source->type, VALUE_FLOAT, VALUE_FLOAT};
    size_t columns = is_number(source->type) ? SQL_COLUMNS : SQL_SUM;
    struct value row[SQL_COLUMNS] = {{0}};
    struct text sql = TEXT_INIT;
    struct stmt *st = NULL;
    int rc = -1;

    sql_add(&sql, "SELECT count(%n)", source->column);
    add_aggregate(&sql, star, "min(%n)", source->column, source->type);
    add_aggregate(&sql, star, "max(%n)", source->column, source->type);
    if (source->type == VALUE_FLOAT) {
        add_aggregate(&sql, star, "sum(%n * " SCALE ")", source->column, VALUE_FLOAT);
        add_aggregate(&sql, star, "sum(abs(%n * " SCALE "))", source->column, VALUE_FLOAT);
    } else if (source->type == VALUE_INT) {
        add_aggregate(&sql, star, "sum(%n * 1.0)", source->column, VALUE_FLOAT);
        add_aggregate(&sql, star, "sum(abs(%n * 1.0))", source->column, VALUE_FLOAT);
    }
    sql_add(&sql, " FROM %n", facts);
    if (text_check(&sql, f) == 0 && (st = db_prepare(star, text_get(&sql), f)) != NULL)
        rc = stmt_query(st, types, columns, f);
    if (rc == 0 && (rc = stmt_fetch(st, row, f)) == 1)
        rc = compare(total, row, source->type, f);
    stmt_free(st);
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "column '%s'", source->column);
}

int
reconcile_totals(struct db *star, const struct star *s, const char *facts,
    const struct cube_totals *totals, struct fault *f)
{
    struct value cube = value_int((int64_t)totals->facts), sql = value_int(0);
    struct text query = TEXT_INIT;
    int rc =
        db_get_int(star, sql_set(&query, "SELECT count(*) FROM %n", facts), 0, &sql.as.integer, f);

    if (rc == 0 && value_compare(&cube, &sql) != 0)
        rc = differs(f, "number of facts", &cube, &sql);
    for (size_t i = 0; rc == 0 && i < s->measured_count; i++)
        rc = reconcile_source(star, &s->sources[s->measured[i]], facts, &totals->sources[i], f);
    text_release(&query);
    return rc == 0 ? 0 : fault_wrap(f, "totals of '%s'", facts);
}
