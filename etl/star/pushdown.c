#include "etl/star/pushdown.h"

#include "config/base/interrupt.h"
#include "cube/direct.h"
#include "etl/activity/names.h"
#include "etl/star/shape.h"

/*
 * Doubles above 2^900 are summed at a 2^62nd of their size, apart from the others, so that no sum
 * leaves the range of doubles: engines differ in what comes of that. Dividing by a power of two
 * rounds nothing.
 */
enum { HUGE_POWER = 62 };
enum { WHOLE_POWER = 32 }; /* of the dialects' sum_high */
#define HUGE_DIVISOR "4611686018427387904.0"
#define HUGE_FROM "8.4527124981706439e270"

struct pushdown {
    struct db *star;
    const char *cube;
    struct cube_names names;
    struct arena memory;
};

/* A statement with the types of its columns. */
struct select {
    const struct dialect *dialect;
    struct text sql;
    enum value_type *types;
    size_t count;
};

/* ---- the select list ---- */

/* Adds an item that brings the expression's exact value. */
static void
add_item(struct select *s, struct text *expression, enum value_type type)
{
    text_add(&s->sql, s->count == 0 ? "SELECT " : ", ");
    s->dialect->add_read(&s->sql, text_get(expression), type);
    s->sql.failed |= expression->failed;
    s->types[s->count++] = type;
    text_clear(expression);
}

/* The column, as far as a cube takes its values: a double that is not finite counts as NULL. */
static void
add_value(struct text *sql, const struct dialect *dialect, const struct cube_source *source)
{
    if (source->type == VALUE_FLOAT && dialect->infinity != NULL)
        sql_add(sql, "CASE WHEN abs(f.%n) < %s THEN f.%n END", source->name, dialect->infinity,
            source->name);
    else
        sql_add(sql, "f.%n", source->name);
}

static void
add_aggregate(struct select *s, const char *function, const struct cube_source *source,
    enum value_type type)
{
    struct text item = TEXT_INIT;

    text_add_format(&item, "%s(", function);
    add_value(&item, s->dialect, source);
    text_add(&item, ")");
    add_item(s, &item, type);
    text_release(&item);
}

static void
add_sum_of_doubles(struct select *s, const char *name)
{
    struct text item = TEXT_INIT;

    sql_add(&item, "sum(CASE WHEN abs(f.%n) < " HUGE_FROM " THEN f.%n END)", name, name);
    add_item(s, &item, VALUE_FLOAT);
    sql_add(&item, "sum(CASE WHEN abs(f.%n) >= " HUGE_FROM, name);
    if (s->dialect->infinity != NULL)
        sql_add(&item, " AND abs(f.%n) < %s", name, s->dialect->infinity);
    sql_add(&item, " THEN f.%n / " HUGE_DIVISOR " END)", name);
    add_item(s, &item, VALUE_FLOAT);
    text_release(&item);
}

static void
add_sum_of_integers(struct select *s, const char *name)
{
    struct text item = TEXT_INIT, column = TEXT_INIT;

    sql_set(&column, "f.%n", name);
    sql_add(&item, s->dialect->sum_low, text_get(&column));
    add_item(s, &item, VALUE_INT);
    sql_add(&item, s->dialect->sum_high, text_get(&column));
    add_item(s, &item, VALUE_INT);
    text_release(&column);
    text_release(&item);
}

/* What a cube keeps of a source; read_finding takes the same columns in the same order. */
static void
add_source(struct select *s, const struct cube_source *source, unsigned keeps)
{
    add_aggregate(s, "count", source, VALUE_INT);
    if ((keeps & CUBE_KEEP_RANGE) != 0) {
        add_aggregate(s, "min", source, source->type);
        add_aggregate(s, "max", source, source->type);
    }
    if ((keeps & CUBE_KEEP_SUM) != 0 && source->type == VALUE_FLOAT)
        add_sum_of_doubles(s, source->name);
    else if ((keeps & CUBE_KEEP_SUM) != 0)
        add_sum_of_integers(s, source->name);
}

static const struct value *
read_finding(const struct value *row, const struct cube_source *source, unsigned keeps,
    struct tally_finding *found)
{
    *found = (struct tally_finding){.present = (uint64_t)(row++)->as.integer};
    if ((keeps & CUBE_KEEP_RANGE) != 0) {
        found->least = *row++;
        found->greatest = *row++;
    }
    if ((keeps & CUBE_KEEP_SUM) != 0) {
        found->terms[0] = *row++;
        found->terms[1] = *row++;
        found->powers[1] = source->type == VALUE_FLOAT ? HUGE_POWER : WHOLE_POWER;
    }
    return row;
}

/* ---- levels: each dimension that is asked for is joined once ---- */

/* d3."City" */
static void
add_level(struct text *sql, const struct cube_model *m, struct cube_level_ref level)
{
    sql_add(sql, "d%d.%n", (int64_t)level.dimension, cube_model_level(m, level)->name);
}

/* A key that is NULL, or that no member has, is the unknown member: all its levels are NULL. */
static int
add_join(struct pushdown *p, struct text *sql, const struct cube_model *m, size_t dimension,
    struct fault *f)
{
    const char *name = m->dimensions[dimension].name;
    const char *table = dimension_table_name(&p->memory, p->cube, name);
    const char *key = star_key_name(&p->memory, name);
    int64_t number = (int64_t)dimension;

    if (table == NULL || key == NULL)
        return fault_set_memory(f);
    sql_add(sql, " LEFT JOIN %n AS d%d ON d%d.%n = f.%n", table, number, number, key, key);
    return 0;
}

static bool
is_asked(const struct direct_plan *plan, size_t dimension)
{
    bool asked = false;

    for (size_t i = 0; i < plan->level_count; i++)
        asked = asked || plan->levels[i].dimension == dimension;
    for (size_t i = 0; i < plan->filter_count; i++)
        asked = asked || plan->filters[i].level.dimension == dimension;
    return asked;
}

static void
add_member(struct text *sql, const struct value *member)
{
    struct text bytes = TEXT_INIT;

    if (member->type == VALUE_INT) {
        sql_add(sql, "%d", member->as.integer);
        return;
    }
    text_add_bytes(&bytes, member->as.text.bytes, member->as.text.length);
    sql_add(sql, "%t", text_get(&bytes));
    sql->failed |= bytes.failed;
    text_release(&bytes);
}

/* ("level" IN (a, b) OR "level" IS NULL) */
static void
add_filter(struct text *sql, const struct cube_model *m, const struct direct_filter *filter)
{
    bool null = false;
    size_t named = 0;

    text_add(sql, "(");
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->members[i].type == VALUE_NULL) {
            null = true;
            continue;
        }
        if (named++ == 0) {
            add_level(sql, m, filter->level);
            text_add(sql, " IN (");
        } else {
            text_add(sql, ", ");
        }
        add_member(sql, &filter->members[i]);
    }
    text_add(sql, named > 0 ? ")" : "");
    if (null) {
        text_add(sql, named > 0 ? " OR " : "");
        add_level(sql, m, filter->level);
        text_add(sql, " IS NULL");
    }
    text_add(sql, ")");
}

/* " FROM facts LEFT JOIN ... WHERE ..." */
static int
add_facts(struct pushdown *p, struct text *sql, const struct direct_plan *plan, const char *facts,
    struct fault *f)
{
    sql_add(sql, " FROM %n AS f", facts);
    for (size_t i = 0; i < plan->model->dimension_count; i++) {
        if (is_asked(plan, i) && add_join(p, sql, plan->model, i, f) != 0)
            return -1;
    }
    for (size_t i = 0; i < plan->filter_count; i++) {
        text_add(sql, i == 0 ? " WHERE " : " AND ");
        add_filter(sql, plan->model, &plan->filters[i]);
    }
    return 0;
}

/* ---- groups ---- */

static void
add_items(struct select *s, const struct direct_plan *plan)
{
    const struct cube_model *m = plan->model;
    struct text item = TEXT_INIT;

    for (size_t i = 0; i < plan->level_count; i++) {
        add_level(&item, m, plan->levels[i]);
        add_item(s, &item, cube_model_level(m, plan->levels[i])->type);
    }
    text_add(&item, "count(*)");
    add_item(s, &item, VALUE_INT);
    text_release(&item);
    for (size_t i = 0; i < m->source_count; i++) {
        if (plan->is_measured[i])
            add_source(s, &m->sources[i], plan->keeps[i]);
    }
}

static int
write_select(struct pushdown *p, struct select *s, const struct direct_plan *plan,
    const char *facts, struct fault *f)
{
    size_t most = plan->level_count + 1 + plan->model->source_count * (3 + TALLY_TERMS);

    if ((s->types = arena_array(&p->memory, most, sizeof *s->types)) == NULL)
        return fault_set_memory(f);
    s->dialect = db_dialect(p->star);
    add_items(s, plan);
    if (add_facts(p, &s->sql, plan, facts, f) != 0)
        return -1;
    for (size_t i = 0; i < plan->level_count; i++) {
        text_add(&s->sql, i == 0 ? " GROUP BY " : ", ");
        add_level(&s->sql, plan->model, plan->levels[i]);
    }
    return text_check(&s->sql, f);
}

static int
take_group(const struct direct_plan *plan, const struct value *row, struct tally_finding *findings,
    struct direct_groups *to, struct fault *f)
{
    const struct value *next = row + plan->level_count;
    uint64_t facts = (uint64_t)(next++)->as.integer;

    for (size_t i = 0; i < plan->model->source_count; i++) {
        if (plan->is_measured[i])
            next = read_finding(next, &plan->model->sources[i], plan->keeps[i], &findings[i]);
    }
    return direct_groups_add(to, row, facts, findings, f);
}

static int
read_groups(struct pushdown *p, const struct select *s, const struct direct_plan *plan,
    struct direct_groups *to, struct fault *f)
{
    struct value *row = arena_array(&p->memory, s->count, sizeof *row);
    struct tally_finding *findings =
        arena_array(&p->memory, plan->model->source_count + 1, sizeof *findings);
    struct stmt *st = NULL;
    int rc = -1;

    if (row == NULL || findings == NULL)
        return fault_set_memory(f);
    if ((st = db_prepare_stream(p->star, text_get(&s->sql), f)) != NULL)
        rc = stmt_query(st, s->types, s->count, f);
    while (rc == 0 && (rc = stmt_fetch(st, row, f)) == 1) {
        rc = take_group(plan, row, findings, to, f);
        rc = rc == 0 ? interrupt_check(f) : rc;
    }
    stmt_free(st);
    return rc;
}

static int
find_in(struct pushdown *p, const struct direct_plan *plan, const char *facts,
    struct direct_groups *to, struct fault *f)
{
    struct select s = {.sql = TEXT_INIT};
    int rc = write_select(p, &s, plan, facts, f);

    if (rc == 0)
        rc = read_groups(p, &s, plan, to, f);
    text_release(&s.sql);
    return rc;
}

static int
find_groups(void *state, const struct direct_plan *plan, struct direct_groups *to, struct fault *f)
{
    struct pushdown *p = state;
    int rc = 0;

    if (plan->part != CUBE_PART_ACTIVE)
        rc = find_in(p, plan, p->names.facts, to, f);
    if (rc == 0 && plan->part != CUBE_PART_COMPLETED)
        rc = find_in(p, plan, p->names.active_facts, to, f);
    return rc;
}

/* ---- members ---- */

static int
find_members(void *state, const struct cube_model *m, struct cube_level_ref level,
    struct value_set *to, struct fault *f)
{
    struct pushdown *p = state;
    const enum value_type type = cube_model_level(m, level)->type;
    const char *table = dimension_table_name(&p->memory, p->cube, m->dimensions[level.dimension].name);
    struct text sql = TEXT_INIT;
    struct stmt *st = NULL;
    struct value member;
    uint32_t id;
    int rc = table == NULL ? fault_set_memory(f) : 0;

    if (rc == 0) {
        sql_set(&sql, "SELECT DISTINCT %n FROM %n", cube_model_level(m, level)->name, table);
        rc = (st = db_prepare_stream(p->star, text_get(&sql), f)) == NULL
                 ? -1
                 : stmt_query(st, &type, 1, f);
    }
    while (rc == 0 && (rc = stmt_fetch(st, &member, f)) == 1)
        rc = value_set_add(to, &member, &id, f);
    stmt_free(st);
    text_release(&sql);
    return rc;
}

/* A condition on the facts of both parts, answered by the first fact that meets it. */
static int
has_member(void *state, const struct cube_model *m, struct cube_level_ref level,
    const struct value *member, struct fault *f)
{
    struct pushdown *p = state;
    const char *const facts[] = {p->names.facts, p->names.active_facts};
    struct value members[] = {*member};
    const struct direct_filter filter = {level, members, 1};
    const struct direct_plan plan = {.model = m, .filters = &filter, .filter_count = 1};
    struct text sql = TEXT_INIT;
    int64_t found = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && found == 0 && i < sizeof facts / sizeof facts[0]; i++) {
        sql_set(&sql, "SELECT CASE WHEN EXISTS (SELECT 1");
        if ((rc = add_facts(p, &sql, &plan, facts[i], f)) == 0) {
            text_add(&sql, ") THEN 1 ELSE 0 END");
            rc = db_get_int(p->star, text_get(&sql), 0, &found, f);
        }
    }
    text_release(&sql);
    return rc == 0 ? (int)found : -1;
}

/* ---- the whole ---- */

/* All statements see one moment: a load that ends between them would move an instance from the
 * active facts to the completed ones. */
static int
ask_at_one_moment(struct pushdown *p, const struct cube_model *m, const struct cube_query *q,
    struct cube_result *r, struct fault *f)
{
    const struct direct_facts facts = {p, find_groups, find_members, has_member};
    int rc;

    if (db_run(p->star, db_dialect(p->star)->begin_snapshot, NULL, f) != 0)
        return -1;
    rc = cube_query_facts(m, q, &facts, r, f);
    db_run(p->star, db_dialect(p->star)->rollback, NULL, NULL);
    return rc;
}

int
pushdown_query(struct db *star, const char *cube, const struct cube_model *m,
    const struct cube_query *q, struct cube_result *r, struct fault *f)
{
    struct pushdown p = {.star = star, .cube = cube, .memory = ARENA_INIT};
    int rc = -1;

    *r = (struct cube_result)CUBE_RESULT_INIT;
    if (cube_names_init(&p.names, &p.memory, cube, f) == 0)
        rc = ask_at_one_moment(&p, m, q, r, f);
    arena_release(&p.memory);
    return rc == 0 ? 0 : fault_wrap(f, "ask the star schema of cube '%s'", cube);
}
