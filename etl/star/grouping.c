#include "etl/star/grouping.h"

#include "etl/activity/names.h"
#include "etl/star/shape.h"
#include "etl/star/sums.h"

/* ---- the select list ---- */

/* Adds an item that brings the expression's exact value. */
static void
add_item(struct grouping *g, struct text *expression, enum value_type type)
{
    text_add(&g->sql, g->column_count == 0 ? "SELECT " : ", ");
    g->dialect->add_read(&g->sql, text_get(expression), type);
    g->sql.failed |= expression->failed;
    g->types[g->column_count++] = type;
    text_clear(expression);
}

static void
add_aggregate(struct grouping *g, const char *function, const char *column, enum value_type type,
    enum value_type result)
{
    struct text item = TEXT_INIT;

    text_add_format(&item, "%s(", function);
    sums_add_finite(&item, g->dialect, column, type);
    text_add(&item, ")");
    add_item(g, &item, result);
    text_release(&item);
}

static void
add_sum(struct grouping *g, const char *column, enum value_type type)
{
    struct text item = TEXT_INIT;

    sums_add_low(&item, g->dialect, column, type);
    add_item(g, &item, type);
    sums_add_high(&item, g->dialect, column, type);
    add_item(g, &item, type);
    text_release(&item);
}

/* What a cube keeps of a source; read_finding takes the same columns in the same order. */
static void
add_source(struct grouping *g, const struct cube_source *source, unsigned keeps)
{
    struct text name = TEXT_INIT;
    const char *column = sql_set(&name, "f.%n", source->name);

    add_aggregate(g, "count", column, source->type, VALUE_INT);
    if ((keeps & CUBE_KEEP_RANGE) != 0) {
        add_aggregate(g, "min", column, source->type, source->type);
        add_aggregate(g, "max", column, source->type, source->type);
    }
    if ((keeps & CUBE_KEEP_SUM) != 0)
        add_sum(g, column, source->type);
    g->sql.failed |= name.failed;
    text_release(&name);
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
        found->powers[1] = sums_power(source->type);
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
add_join(struct grouping *g, size_t dimension, struct fault *f)
{
    const char *name = g->plan->model->dimensions[dimension].name;
    const char *table = dimension_table_name(g->memory, g->cube, name);
    const char *key = star_key_name(g->memory, name);
    int64_t number = (int64_t)dimension;

    if (table == NULL || key == NULL)
        return fault_set_memory(f);
    sql_add(&g->sql, " LEFT JOIN %n AS d%d ON d%d.%n = f.%n", table, number, number, key, key);
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
    sql_add(sql, "%t", text_hand_on(&bytes));
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
add_facts(struct grouping *g, const char *facts, struct fault *f)
{
    const struct direct_plan *plan = g->plan;

    sql_add(&g->sql, " FROM %n AS f", facts);
    for (size_t i = 0; i < plan->model->dimension_count; i++) {
        if (is_asked(plan, i) && add_join(g, i, f) != 0)
            return -1;
    }
    for (size_t i = 0; i < plan->filter_count; i++) {
        text_add(&g->sql, i == 0 ? " WHERE " : " AND ");
        add_filter(&g->sql, plan->model, &plan->filters[i]);
    }
    return 0;
}

static void
add_items(struct grouping *g)
{
    const struct direct_plan *plan = g->plan;
    const struct cube_model *m = plan->model;
    struct text item = TEXT_INIT;

    for (size_t i = 0; i < plan->level_count; i++) {
        add_level(&item, m, plan->levels[i]);
        add_item(g, &item, cube_model_level(m, plan->levels[i])->type);
    }
    text_add(&item, "count(*)");
    add_item(g, &item, VALUE_INT);
    text_release(&item);
    for (size_t i = 0; i < m->source_count; i++) {
        if (plan->is_measured[i])
            add_source(g, &m->sources[i], plan->keeps[i]);
    }
}

/* ---- the whole ---- */

int
grouping_init(struct grouping *g, const char *cube, const struct dialect *dialect,
    const struct direct_plan *plan, struct arena *memory, struct fault *f)
{
    size_t most = plan->level_count + 1 + plan->model->source_count * (3 + TALLY_TERMS);

    *g = (struct grouping){cube, dialect, plan, memory, TEXT_INIT, NULL, 0, NULL};
    g->types = arena_array(memory, most, sizeof *g->types);
    g->findings = arena_array(memory, plan->model->source_count + 1, sizeof *g->findings);
    return g->types == NULL || g->findings == NULL ? fault_set_memory(f) : 0;
}

void
grouping_release(struct grouping *g)
{
    text_release(&g->sql);
}

int
grouping_write(struct grouping *g, const char *facts, struct fault *f)
{
    text_clear(&g->sql);
    g->column_count = 0;
    add_items(g);
    if (add_facts(g, facts, f) != 0)
        return -1;
    for (size_t i = 0; i < g->plan->level_count; i++) {
        text_add(&g->sql, i == 0 ? " GROUP BY " : ", ");
        add_level(&g->sql, g->plan->model, g->plan->levels[i]);
    }
    return text_check(&g->sql, f);
}

int
grouping_write_probe(struct grouping *g, const char *facts, struct fault *f)
{
    text_clear(&g->sql);
    text_add(&g->sql, "SELECT CASE WHEN EXISTS (SELECT 1");
    if (add_facts(g, facts, f) != 0)
        return -1;
    text_add(&g->sql, ") THEN 1 ELSE 0 END");
    return text_check(&g->sql, f);
}

int
grouping_take(
    struct grouping *g, const struct value *row, struct direct_groups *to, struct fault *f)
{
    const struct direct_plan *plan = g->plan;
    const struct value *next = row + plan->level_count;
    uint64_t facts = (uint64_t)(next++)->as.integer;

    for (size_t i = 0; i < plan->model->source_count; i++) {
        if (plan->is_measured[i])
            next = read_finding(next, &plan->model->sources[i], plan->keeps[i], &g->findings[i]);
    }
    return direct_groups_add(to, row, facts, g->findings, f);
}
