#include "etl/star/pushdown.h"

#include "config/base/interrupt.h"
#include "cube/direct.h"
#include "etl/activity/names.h"
#include "etl/star/grouping.h"

struct pushdown {
    struct db *star;
    const char *cube;
    struct cube_names names;
    struct arena memory;
};

/* The lowest layer says what the engine refused; here on which cube, and what helps when its tables
 * are no longer those that it was processed from: a likelier cause than somebody's hand. */
static int
wrap(const struct pushdown *p, struct fault *f)
{
    fault_wrap(f, "ask the star schema of cube '%s'", p->cube);
    if (f == NULL || f->kind == FAULT_INTERRUPTED || f->kind == FAULT_TERMINATED)
        return -1;
    if (f->kind == FAULT_DATA)
        f->hint[0] = '\0';
    return fault_hint(f, "when its definition was changed, load and process it first");
}

/* ---- groups ---- */

static int
read_groups(struct pushdown *p, struct grouping *g, struct direct_groups *to, struct fault *f)
{
    struct value *row = arena_array(&p->memory, g->column_count, sizeof *row);
    struct stmt *st = NULL;
    int rc = -1;

    if (row == NULL)
        return fault_set_memory(f);
    if ((st = db_prepare_stream(p->star, text_get(&g->sql), f)) != NULL)
        rc = stmt_query(st, g->types, g->column_count, f);
    while (rc == 0 && (rc = stmt_fetch(st, row, f)) == 1) {
        rc = grouping_take(g, row, to, f);
        rc = rc == 0 ? interrupt_check(f) : rc;
    }
    stmt_free(st);
    return rc;
}

static int
find_in(struct pushdown *p, struct grouping *g, const char *facts, struct direct_groups *to,
    struct fault *f)
{
    int rc = grouping_write(g, facts, f);

    return rc == 0 ? read_groups(p, g, to, f) : rc;
}

static int
find_groups(void *state, const struct direct_plan *plan, struct direct_groups *to, struct fault *f)
{
    struct pushdown *p = state;
    struct grouping g;
    int rc = grouping_init(&g, p->cube, db_dialect(p->star), plan, &p->memory, f);

    if (rc == 0 && plan->part != CUBE_PART_ACTIVE)
        rc = find_in(p, &g, p->names.facts, to, f);
    if (rc == 0 && plan->part != CUBE_PART_COMPLETED)
        rc = find_in(p, &g, p->names.active_facts, to, f);
    grouping_release(&g);
    return rc == 0 ? 0 : wrap(p, f);
}

/* ---- members ---- */

static int
read_members(struct pushdown *p, const struct cube_level *level, const char *table,
    struct value_set *to, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct stmt *st = db_prepare_stream(
        p->star, sql_set(&sql, "SELECT DISTINCT %n FROM %n", level->name, table), f);
    struct value member;
    uint32_t id;
    int rc = st == NULL ? -1 : stmt_query(st, &level->type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(st, &member, f)) == 1)
        rc = value_set_add(to, &member, &id, f);
    stmt_free(st);
    text_release(&sql);
    return rc == 0 ? 0 : wrap(p, f);
}

static int
find_members(void *state, const struct cube_model *m, struct cube_level_ref level,
    struct value_set *to, struct fault *f)
{
    struct pushdown *p = state;
    const char *table =
        dimension_table_name(&p->memory, p->cube, m->dimensions[level.dimension].name);

    return table == NULL ? fault_set_memory(f)
                         : read_members(p, cube_model_level(m, level), table, to, f);
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
    struct grouping g;
    int64_t found = 0;
    int rc = grouping_init(&g, p->cube, db_dialect(p->star), &plan, &p->memory, f);

    for (size_t i = 0; rc == 0 && found == 0 && i < sizeof facts / sizeof facts[0]; i++) {
        if ((rc = grouping_write_probe(&g, facts[i], f)) == 0)
            rc = db_get_int(p->star, text_get(&g.sql), 0, &found, f);
    }
    grouping_release(&g);
    return rc == 0 ? (int)found : wrap(p, f);
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
    return rc;
}
