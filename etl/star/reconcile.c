#include "etl/star/reconcile.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cube/exact.h"
#include "etl/star/sums.h"

/* Sums of doubles are compared at a 2^200th of their size, so that none leaves their range. */
enum { SCALE_BITS = 200 };

/*
 * The quick way reads each column as it is and trusts sums not to leave their type. An engine may
 * refuse it, its sum of doubles may be infinite, and it counts what a cube does not take,
 * infinities: then the careful way decides.
 */
enum way { WAY_QUICK, WAY_CAREFUL };

/* What SQL says of one column. Of doubles sum and size (the sum of what is left without signs),
 * scaled; of integers the two terms of the sum (sums.h), or all of it as the lower one. */
struct sql_total {
    struct value present, least, greatest;
    double sum, size;
    struct value low, high;
};

/* What a column is asked for. */
struct question {
    enum value_type type;
    enum way way;
    bool range, sum;
    bool size; /* of doubles: apart from the sum, which it equals where none is negative */
};

static struct question
question_of(const struct star_source *source, const struct cube_source_total *t, enum way way)
{
    struct question q = {.type = source->type, .way = way, .range = t->has_range};

    q.sum = t->has_sum && (q.type == VALUE_INT || q.type == VALUE_FLOAT);
    q.size = way == WAY_CAREFUL || !t->has_range || t->least.type != VALUE_FLOAT ||
             !(t->least.as.real >= 0);
    return q;
}

enum { ITEMS_MOST = 7 }; /* for one column */

static double
as_double(const struct value *v)
{
    return v->type == VALUE_FLOAT ? v->as.real : 0;
}

/* Sums of nothing are NULL. */
static int64_t
as_integer(const struct value *v)
{
    return v->type == VALUE_INT ? v->as.integer : 0;
}

static int
differ(struct fault *f, const char *what, const char *cube, const char *sql)
{
    fault_set(f, FAULT_DATA, "%s: the cube has %s, the facts have %s", what, cube, sql);
    return fault_hint(
        f, "nothing was published; process it with --type ProcessFull, and report this");
}

static int
differs(struct fault *f, const char *what, const struct value *cube, const struct value *sql)
{
    struct text a = TEXT_INIT, b = TEXT_INIT;

    value_add_text(&a, cube);
    value_add_text(&b, sql);
    differ(f, what, text_get(&a), text_get(&b));
    text_release(&a);
    text_release(&b);
    return -1;
}

/* To the last digit, of which there may be more than a word holds. */
static int
compare_whole_sums(const struct cube_source_total *t, const struct sql_total *sql, struct fault *f)
{
    struct exact_column sum;
    struct text digits = TEXT_INIT;
    int rc = -1;

    exact_column_init(&sum);
    if (exact_column_resize(&sum, 1, f) == 0 &&
        exact_add_int(&sum, 0, as_integer(&sql->low), f) == 0 &&
        exact_add_scaled(&sum, 0, as_integer(&sql->high), sums_power(VALUE_INT), f) == 0) {
        const struct exact_number n = exact_column_get(&sum, 0);

        exact_number_add_text(&digits, &n);
        rc = text_check(&digits, f);
    }
    if (rc == 0 && strcmp(t->sum_text, text_get(&digits)) != 0)
        rc = differ(f, "sum", t->sum_text, text_get(&digits));
    text_release(&digits);
    exact_column_release(&sum);
    return rc;
}

/* The exact sum of doubles is rounded once, SQL's at each step. */
static int
compare_double_sums(const struct cube_source_total *t, const struct sql_total *sql, struct fault *f)
{
    const struct value whole = value_float(ldexp(sql->sum, SCALE_BITS));
    double cube = as_double(&t->sum);
    double n = (double)t->present;
    double tolerance = (n + 2) * DBL_EPSILON * fabs(sql->size) + n * DBL_TRUE_MIN;

    /* The first is how two infinities are the same. */
    if (t->present == 0 || cube == whole.as.real ||
        (isfinite(tolerance) && fabs(ldexp(cube, -SCALE_BITS) - sql->sum) <= tolerance))
        return 0;
    return differs(f, "sum", &t->sum, &whole);
}

static int
compare(const struct cube_source_total *t, const struct sql_total *sql, enum value_type type,
    struct fault *f)
{
    const struct value present = value_int((int64_t)t->present);

    if (value_compare(&present, &sql->present) != 0)
        return differs(f, "number of values", &present, &sql->present);
    if (t->has_range && value_compare(&t->least, &sql->least) != 0)
        return differs(f, "smallest value", &t->least, &sql->least);
    if (t->has_range && value_compare(&t->greatest, &sql->greatest) != 0)
        return differs(f, "largest value", &t->greatest, &sql->greatest);
    if (!t->has_sum)
        return 0;
    return type == VALUE_INT ? compare_whole_sums(t, sql, f) : compare_double_sums(t, sql, f);
}

/* ---- the statement ---- */

struct statement {
    const struct dialect *dialect;
    enum way way;
    struct text sql;
    enum value_type *types;
    size_t count;
};

/* A select-list item that brings an expression exactly. */
static void
add_item(struct statement *s, struct text *expression, enum value_type type)
{
    text_add(&s->sql, s->count == 0 ? "SELECT " : ", ");
    s->dialect->add_read(&s->sql, text_get(expression), type);
    s->sql.failed |= expression->failed;
    s->types[s->count++] = type;
    text_clear(expression);
}

static void
add_whole_sums(struct statement *s, const char *column)
{
    struct text item = TEXT_INIT;

    if (s->way == WAY_QUICK) {
        sql_add(&item, "sum(%s)", column);
        add_item(s, &item, VALUE_INT);
    } else {
        sums_add_low(&item, s->dialect, column, VALUE_INT);
        add_item(s, &item, VALUE_INT);
        sums_add_high(&item, s->dialect, column, VALUE_INT);
        add_item(s, &item, VALUE_INT);
    }
    text_release(&item);
}

static void
add_double_sums(struct statement *s, const char *column, const struct question *q)
{
    static void (*const terms[])(struct text *, const struct dialect *, const char *) = {
        sums_add_low_double, sums_add_high_double, sums_add_low_size, sums_add_high_size};
    struct text item = TEXT_INIT;

    if (s->way == WAY_QUICK) {
        sql_add(&item, "sum(%s)", column);
        add_item(s, &item, VALUE_FLOAT);
        if (q->size) {
            sql_add(&item, "sum(abs(%s))", column);
            add_item(s, &item, VALUE_FLOAT);
        }
    } else {
        for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
            terms[i](&item, s->dialect, column);
            add_item(s, &item, VALUE_FLOAT);
        }
    }
    text_release(&item);
}

static void
add_aggregate(struct statement *s, const char *function, const char *column,
    const struct question *q, enum value_type type)
{
    struct text item = TEXT_INIT;

    text_add_format(&item, "%s(", function);
    if (s->way == WAY_CAREFUL)
        sums_add_finite(&item, s->dialect, column, q->type);
    else
        text_add(&item, column);
    text_add(&item, ")");
    add_item(s, &item, type);
    text_release(&item);
}

/* read_total takes the same columns in the same order. */
static void
add_source(struct statement *s, const char *column, const struct question *q)
{
    add_aggregate(s, "count", column, q, VALUE_INT);
    if (q->range) {
        add_aggregate(s, "min", column, q, q->type);
        add_aggregate(s, "max", column, q, q->type);
    }
    if (q->sum && q->type == VALUE_INT)
        add_whole_sums(s, column);
    else if (q->sum)
        add_double_sums(s, column, q);
}

/* Scales what was summed as it is. */
static double
scaled(const struct value *v)
{
    return ldexp(as_double(v), -SCALE_BITS);
}

static const struct value *
read_sums(const struct value *row, const struct question *q, struct sql_total *t)
{
    if (q->type == VALUE_INT) {
        t->low = *row++;
        t->high = q->way == WAY_CAREFUL ? *row++ : value_null();
    } else if (q->way == WAY_QUICK) {
        t->sum = scaled(row++);
        t->size = q->size ? scaled(row++) : t->sum;
    } else {
        t->sum = scaled(&row[0]) + ldexp(as_double(&row[1]), sums_power(q->type) - SCALE_BITS);
        t->size = scaled(&row[2]) + ldexp(as_double(&row[3]), sums_power(q->type) - SCALE_BITS);
        row += 4;
    }
    return row;
}

static const struct value *
read_total(const struct value *row, const struct question *q, struct sql_total *t)
{
    *t = (struct sql_total){.present = *row++};
    if (q->range) {
        t->least = *row++;
        t->greatest = *row++;
    }
    return q->sum ? read_sums(row, q, t) : row;
}

/* The row is the number of facts, then what add_source asked for. */
static int
compare_row(const struct star *s, enum way way, const struct cube_totals *totals,
    const struct value *row, struct fault *f)
{
    struct value facts = value_int((int64_t)totals->facts);

    if (value_compare(&facts, &row[0]) != 0)
        return differs(f, "number of facts", &facts, &row[0]);
    row++;
    for (size_t i = 0; i < s->measured_count; i++) {
        const struct star_source *source = &s->sources[s->measured[i]];
        const struct question q = question_of(source, &totals->sources[i], way);
        struct sql_total sql;

        row = read_total(row, &q, &sql);
        if (compare(&totals->sources[i], &sql, source->type, f) != 0)
            return fault_wrap(f, "column '%s'", source->column);
    }
    return 0;
}

static int
reconcile(struct db *star, const struct star *s, struct statement *st, const char *tail,
    const struct cube_totals *totals, struct fault *f)
{
    struct value *row = calloc(s->measured_count * ITEMS_MOST + 1, sizeof *row);
    struct text item = TEXT_INIT, name = TEXT_INIT;
    struct stmt *query = NULL;
    int rc = row == NULL ? fault_set_memory(f) : -1;

    text_add(&item, "count(*)");
    add_item(st, &item, VALUE_INT);
    for (size_t i = 0; i < s->measured_count; i++) {
        const struct star_source *source = &s->sources[s->measured[i]];
        const struct question q = question_of(source, &totals->sources[i], st->way);

        add_source(st, sql_set(&name, "%n", source->column), &q);
        st->sql.failed |= name.failed;
    }
    text_add(&st->sql, tail);
    if (row != NULL && text_check(&st->sql, f) == 0 &&
        (query = db_prepare(star, text_get(&st->sql), f)) != NULL)
        rc = stmt_query(query, st->types, st->count, f);
    if (rc == 0 && (rc = stmt_fetch(query, row, f)) == 1)
        rc = compare_row(s, st->way, totals, row, f);
    stmt_free(query);
    text_release(&item);
    text_release(&name);
    free(row);
    return rc;
}

static int
reconcile_in(struct db *star, const struct star *s, enum way way, const char *tail,
    const struct cube_totals *totals, struct fault *f)
{
    struct statement st = {.dialect = db_dialect(star), .way = way, .sql = TEXT_INIT};
    int rc;

    if ((st.types = calloc(s->measured_count * ITEMS_MOST + 1, sizeof *st.types)) == NULL)
        return fault_set_memory(f);
    rc = reconcile(star, s, &st, tail, totals, f);
    text_release(&st.sql);
    free(st.types);
    return rc;
}

int
reconcile_totals(struct db *star, const struct star *s, const char *facts, const char *where,
    const struct cube_totals *totals, struct fault *f)
{
    struct text tail = TEXT_INIT;
    struct fault quick = FAULT_INIT;
    int rc;

    sql_add(&tail, " FROM %n%s", facts, where);
    rc = reconcile_in(star, s, WAY_QUICK, text_hand_on(&tail), totals, &quick);
    if (rc != 0)
        rc = reconcile_in(star, s, WAY_CAREFUL, text_hand_on(&tail), totals, f);
    text_release(&tail);
    return rc == 0 ? 0 : fault_wrap(f, "totals of '%s'", facts);
}
