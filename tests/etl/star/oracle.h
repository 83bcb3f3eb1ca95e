/*
 * oracle: the answer to a cube's query by one plain GROUP BY over the whole star schema: facts of
 * both parts in one table, all dimensions joined. Written without a look at how pushdown.c does it.
 * Header only.
 */
#ifndef TESTS_ETL_STAR_ORACLE_H
#define TESTS_ETL_STAR_ORACLE_H

#include <float.h>
#include <math.h>

#include "cube/query.h"
#include "tests/etl/star/world.h"

enum { ORACLE_LEVELS = 8, ORACLE_MEASURES = 16 };

/* What SQL says of a measure in a group. */
struct oracle_cell {
    uint64_t present;
    struct value value; /* for Avg the sum */
    double absolute;    /* the sum of the values' sizes, for Sum and Avg */
};

struct oracle_row {
    const char *key; /* the group's members */
    struct oracle_cell cells[ORACLE_MEASURES];
};

struct oracle {
    struct arena memory;
    struct oracle_row *rows; /* sorted by key */
    size_t count;
};

static inline void
oracle_add_member(struct text *key, const struct value *v)
{
    text_add_format(key, "%d:", (int)v->type);
    value_add_text(key, v);
    text_add_char(key, '\x01');
}

static inline const struct cube_measure *
oracle_measure(const struct world *w, size_t measure)
{
    static const struct cube_measure rows = {"Count", CUBE_COUNT, CUBE_NO_SOURCE};

    return measure == CUBE_ROW_COUNT ? &rows : &w->model->measures[measure];
}

/* ---- the statement ---- */

static inline void
oracle_add_column(
    struct text *sql, const struct world *w, const char *expression, enum value_type t)
{
    text_add(sql, ", ");
    db_dialect(w->star)->add_read(sql, expression, t);
}

static inline void
oracle_add_measure(struct text *sql, const struct world *w, size_t measure, enum value_type *types)
{
    const char *whole = test_engine() == ENGINE_POSTGRESQL ? "bigint"
                        : test_engine() == ENGINE_MARIADB  ? "signed"
                                                           : "integer";
    const struct cube_measure *m = oracle_measure(w, measure);
    struct text item = TEXT_INIT;
    enum value_type type;

    types[0] = types[1] = VALUE_INT;
    types[2] = VALUE_FLOAT;
    if (m->function == CUBE_COUNT) {
        text_add(sql, ", count(*), count(*), ");
        db_dialect(w->star)->add_read(sql, "0e0", VALUE_FLOAT);
        return;
    }
    type = types[1] = w->model->sources[m->source].type;
    sql_add(sql, ", count(u.%n)", w->model->sources[m->source].name);
    if (m->function == CUBE_MIN || m->function == CUBE_MAX) {
        sql_set(&item, m->function == CUBE_MIN ? "min(u.%n)" : "max(u.%n)",
            w->model->sources[m->source].name);
        oracle_add_column(sql, w, text_get(&item), type);
        oracle_add_column(sql, w, "0e0", VALUE_FLOAT);
    } else {
        sql_set(&item, type == VALUE_INT ? "CAST(sum(u.%n) AS %s)" : "sum(u.%n)",
            w->model->sources[m->source].name, whole);
        oracle_add_column(sql, w, text_get(&item), type);
        sql_set(&item, "sum(abs(u.%n) * 1e0)", w->model->sources[m->source].name);
        oracle_add_column(sql, w, text_get(&item), VALUE_FLOAT);
    }
    text_release(&item);
}

static inline void
oracle_add_facts(struct text *sql, const struct world *w, int part, const char *table)
{
    text_add_format(sql, "SELECT %d AS part", part);
    for (size_t i = 0; i < w->shape.dimension_count; i++)
        sql_add(sql, ", %n AS k%d", w->shape.dimensions[i].key, (int64_t)i);
    for (size_t i = 0; i < w->model->source_count; i++)
        sql_add(sql, ", %n", w->model->sources[i].name);
    sql_add(sql, " FROM %n", table);
}

static inline void
oracle_add_level(struct text *sql, const struct world *w, struct cube_level_ref l)
{
    sql_add(sql, "j%d.%n", (int64_t)l.dimension, cube_model_level(w->model, l)->name);
}

static inline void
oracle_add_slices(struct text *sql, const struct world *w, const struct cube_query *q)
{
    for (size_t i = 0; i < q->slice_count; i++) {
        bool first = true;

        for (size_t k = 0; k < i; k++)
            first = first && !cube_level_same(q->slices[i].level, q->slices[k].level);
        if (!first)
            continue;
        text_add(sql, " AND (1 = 0");
        for (size_t k = i; k < q->slice_count; k++) {
            if (!cube_level_same(q->slices[i].level, q->slices[k].level))
                continue;
            text_add(sql, " OR ");
            oracle_add_level(sql, w, q->slices[k].level);
            if (q->slices[k].text == NULL)
                text_add(sql, " IS NULL");
            else if (cube_model_level(w->model, q->slices[k].level)->type == VALUE_INT)
                text_add_format(sql, " = %s", q->slices[k].text);
            else
                sql_add(sql, " = %t", q->slices[k].text);
        }
        text_add(sql, ")");
    }
}

static inline void
oracle_add_tail(struct text *sql, const struct world *w, const struct cube_query *q,
    const struct cube_level_ref *levels, size_t level_count)
{
    static const char *const parts[] = {" WHERE part >= 0", " WHERE part = 0", " WHERE part = 1"};

    text_add(sql, " FROM (");
    oracle_add_facts(sql, w, 0, w->shape.names.facts);
    text_add(sql, " UNION ALL ");
    oracle_add_facts(sql, w, 1, w->shape.names.active_facts);
    text_add(sql, ") AS u");
    for (size_t i = 0; i < w->shape.dimension_count; i++)
        sql_add(sql, " LEFT JOIN %n AS j%d ON u.k%d = j%d.%n", w->shape.dimensions[i].table,
            (int64_t)i, (int64_t)i, (int64_t)i, w->shape.dimensions[i].key);
    text_add(sql, parts[q->part]);
    oracle_add_slices(sql, w, q);
    for (size_t i = 0; i < level_count; i++) {
        text_add(sql, i == 0 ? " GROUP BY " : ", ");
        oracle_add_level(sql, w, levels[i]);
    }
}

/* ---- asking ---- */

static inline int
oracle_compare_rows(const void *a, const void *b)
{
    return strcmp(((const struct oracle_row *)a)->key, ((const struct oracle_row *)b)->key);
}

static inline void
oracle_take(struct oracle *o, const struct value *row, size_t level_count, size_t measure_count)
{
    struct text key = TEXT_INIT;
    struct oracle_row *added;

    /* Without GROUP BY there is a line even of nothing. */
    if (row[level_count].as.integer == 0)
        return;
    added = arena_append(&o->memory, &o->rows, &o->count, sizeof *added);
    for (size_t i = 0; i < level_count; i++)
        oracle_add_member(&key, &row[i]);
    added->key = arena_strdup(&o->memory, text_get(&key));
    row += level_count + 1;
    for (size_t i = 0; i < measure_count; i++, row += 3)
        added->cells[i] = (struct oracle_cell){
            (uint64_t)row[0].as.integer, row[1], row[2].type == VALUE_FLOAT ? row[2].as.real : 0};
    text_release(&key);
}

/* Groups by these levels; the query says which facts. */
static inline void
oracle_ask(struct oracle *o, struct world *w, const struct cube_query *q,
    const struct cube_level_ref *levels, size_t level_count, const size_t *measures,
    size_t measure_count)
{
    enum value_type types[ORACLE_LEVELS + 1 + 3 * ORACLE_MEASURES];
    struct value row[WORLD_COUNT(types)];
    struct text sql = TEXT_INIT;
    struct stmt *st;
    int rc;

    *o = (struct oracle){.memory = ARENA_INIT};
    text_add(&sql, "SELECT ");
    for (size_t i = 0; i < level_count; i++) {
        oracle_add_level(&sql, w, levels[i]);
        text_add(&sql, ", ");
        types[i] = cube_model_level(w->model, levels[i])->type;
    }
    text_add(&sql, "count(*)");
    types[level_count] = VALUE_INT;
    for (size_t i = 0; i < measure_count; i++)
        oracle_add_measure(&sql, w, measures[i], types + level_count + 1 + 3 * i);
    oracle_add_tail(&sql, w, q, levels, level_count);
    st = db_prepare(w->star, text_get(&sql), &w->f);
    ASSERT_OK(
        st == NULL ? -1 : stmt_query(st, types, level_count + 1 + 3 * measure_count, &w->f), &w->f);
    while ((rc = stmt_fetch(st, row, &w->f)) == 1)
        oracle_take(o, row, level_count, measure_count);
    ASSERT_OK(rc, &w->f);
    stmt_free(st);
    text_release(&sql);
    if (o->count > 0)
        qsort(o->rows, o->count, sizeof *o->rows, oracle_compare_rows);
}

static inline const struct oracle_row *
oracle_find(const struct oracle *o, const char *key)
{
    const struct oracle_row wanted = {.key = key};

    return o->count == 0
               ? NULL
               : bsearch(&wanted, o->rows, o->count, sizeof *o->rows, oracle_compare_rows);
}

static inline double
oracle_number(const struct value *v)
{
    return v->type == VALUE_INT ? (double)v->as.integer : v->type == VALUE_FLOAT ? v->as.real : 0;
}

/* Exact but for sums of doubles, which may differ by n * epsilon * sum(|x|), and what is made of
 * them. */
static inline bool
oracle_agrees(const struct world *w, size_t measure, const struct oracle_cell *cell,
    const struct value *answer)
{
    const struct cube_measure *m = oracle_measure(w, measure);
    double n = (double)cell->present, sum = oracle_number(&cell->value);
    double tolerance = (n + 4) * DBL_EPSILON * cell->absolute + n * DBL_TRUE_MIN;

    if (m->function != CUBE_COUNT && cell->present == 0)
        return answer->type == VALUE_NULL;
    if (m->function == CUBE_AVG)
        return answer->type == VALUE_FLOAT && fabs(answer->as.real - sum / n) <= tolerance / n;
    if (m->function == CUBE_SUM && cell->value.type == VALUE_FLOAT)
        return answer->type == VALUE_FLOAT && fabs(answer->as.real - sum) <= tolerance;
    return answer->type == cell->value.type && value_compare(answer, &cell->value) == 0;
}

#endif
