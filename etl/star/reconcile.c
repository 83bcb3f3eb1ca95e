#include "etl/star/reconcile.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

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

/* The columns of one source; their types go behind those that are there. */
static void
add_source(struct text *sql, const struct db *star, const struct star_source *source,
    enum value_type *types, size_t *count)
{
    sql_add(sql, ", count(%n)", source->column);
    add_aggregate(sql, star, "min(%n)", source->column, source->type);
    add_aggregate(sql, star, "max(%n)", source->column, source->type);
    types[(*count)++] = VALUE_INT;
    types[(*count)++] = source->type;
    types[(*count)++] = source->type;
    if (!is_number(source->type))
        return;
    if (source->type == VALUE_FLOAT) {
        add_aggregate(sql, star, "sum(%n * " SCALE ")", source->column, VALUE_FLOAT);
        add_aggregate(sql, star, "sum(abs(%n * " SCALE "))", source->column, VALUE_FLOAT);
    } else {
        add_aggregate(sql, star, "sum(%n * 1.0)", source->column, VALUE_FLOAT);
        add_aggregate(sql, star, "sum(abs(%n * 1.0))", source->column, VALUE_FLOAT);
    }
    types[(*count)++] = VALUE_FLOAT;
    types[(*count)++] = VALUE_FLOAT;
}

/* The row is the number of facts, then what add_source asked for. */
static int
compare_row(const struct star *s, const struct cube_totals *totals, const struct value *row,
    struct fault *f)
{
    struct value facts = value_int((int64_t)totals->facts);

    if (value_compare(&facts, &row[0]) != 0)
        return differs(f, "number of facts", &facts, &row[0]);
    row++;
    for (size_t i = 0; i < s->measured_count; i++) {
        const struct star_source *source = &s->sources[s->measured[i]];

        if (compare(&totals->sources[i], row, source->type, f) != 0)
            return fault_wrap(f, "column '%s'", source->column);
        row += is_number(source->type) ? SQL_COLUMNS : SQL_SUM;
    }
    return 0;
}

int
reconcile_totals(struct db *star, const struct star *s, const char *facts, const char *where,
    const struct cube_totals *totals, struct fault *f)
{
    size_t most = s->measured_count * SQL_COLUMNS + 1, count = 0;
    enum value_type *types = calloc(most, sizeof *types);
    struct value *row = calloc(most, sizeof *row);
    struct text sql = TEXT_INIT;
    struct stmt *st = NULL;
    int rc = -1;

    if (types == NULL || row == NULL) {
        fault_set_memory(f);
        goto done;
    }
    text_add(&sql, "SELECT count(*)");
    types[count++] = VALUE_INT;
    for (size_t i = 0; i < s->measured_count; i++)
        add_source(&sql, star, &s->sources[s->measured[i]], types, &count);
    sql_add(&sql, " FROM %n%s", facts, where);
    if (text_check(&sql, f) == 0 && (st = db_prepare(star, text_get(&sql), f)) != NULL)
        rc = stmt_query(st, types, count, f);
    if (rc == 0 && (rc = stmt_fetch(st, row, f)) == 1)
        rc = compare_row(s, totals, row, f);
done:
    stmt_free(st);
    text_release(&sql);
    free(row);
    free(types);
    return rc == 0 ? 0 : fault_wrap(f, "totals of '%s'", facts);
}
