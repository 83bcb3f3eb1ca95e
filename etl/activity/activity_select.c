#include "etl/activity/activity_select.h"

#include <string.h>

#include "config/base/number.h"
#include "etl/activity/names.h"
#include "etl/odbc/sql.h"

/* ---- aliases and durations ---- */

/* The value of an alias: its first checkpoint that is not NULL. */
static void
add_alias_value(struct text *sql, const struct activity *a, const struct alias *alias)
{
    if (alias->checkpoints.count > 1)
        text_add(sql, "COALESCE(");
    for (size_t i = 0; i < alias->checkpoints.count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", a->checkpoints[alias->checkpoints.items[i]].name);
    if (alias->checkpoints.count > 1)
        text_add_char(sql, ')');
}

static void
add_duration(struct text *sql, const struct dialect *dialect, const struct activity *a,
    const struct activity_view *av, const struct duration *duration)
{
    struct text from = TEXT_INIT, to = TEXT_INIT;

    add_alias_value(&from, a, &av->aliases[duration->from_alias]);
    add_alias_value(&to, a, &av->aliases[duration->to_alias]);
    dialect->add_seconds_between(sql, text_get(&from), text_get(&to));
    sql->failed = sql->failed || from.failed || to.failed;
    text_release(&from);
    text_release(&to);
}

void
activity_select_add_aliases(struct text *sql, const struct dialect *dialect,
    const struct activity *a, const struct activity_view *av, const char *instances)
{
    text_add(sql, "SELECT \"RecordID\", \"ActivityID\"");
    for (size_t i = 0; i < av->alias_count; i++) {
        text_add(sql, ", ");
        add_alias_value(sql, a, &av->aliases[i]);
        sql_add(sql, " AS %n", av->aliases[i].name);
    }
    for (size_t i = 0; i < av->duration_count; i++) {
        text_add(sql, ", ");
        add_duration(sql, dialect, a, av, &av->durations[i]);
        sql_add(sql, " AS %n", av->durations[i].name);
    }
    sql_add(sql, ", \"LastModified\" FROM %s", instances);
}

/* ---- ranges and progress ---- */

/* From is inclusive, To exclusive; whatever lies in no range is "Out of range". */
static void
add_range_case(struct text *sql, const struct activity_view *av, const struct dimension *dimension)
{
    const char *column = view_column_name(av, dimension->numeric);
    char number[NUMBER_TEXT_BYTES];

    sql_add(sql, "CASE WHEN %n IS NULL THEN NULL", column);
    for (size_t i = 0; i < dimension->range_count; i++) {
        const struct range *r = &dimension->ranges[i];

        text_add(sql, " WHEN 1 = 1");
        if (r->has_from)
            sql_add(sql, " AND %n >= %s", column, number_format_double(r->from, number));
        if (r->has_to)
            sql_add(sql, " AND %n < %s", column, number_format_double(r->to, number));
        sql_add(sql, " THEN %t", r->name);
    }
    sql_add(sql, " ELSE %t END", OUT_OF_RANGE);
}

/* The deepest stage whose milestone is not NULL; later siblings win. */
static void
add_progress_case(
    struct text *sql, const struct activity_view *av, const struct dimension *dimension)
{
    int deepest = 0;

    for (size_t i = 0; i < dimension->stage_count; i++)
        deepest = dimension->stages[i].depth > deepest ? dimension->stages[i].depth : deepest;
    text_add(sql, "CASE");
    for (int depth = deepest; depth >= 0; depth--) {
        for (size_t i = dimension->stage_count; i-- > 0;) {
            const struct stage *stage = &dimension->stages[i];

            if (stage->depth == depth)
                sql_add(sql, " WHEN %n IS NOT NULL THEN %t",
                    av->aliases[stage->timestamp_alias].name, stage->name);
        }
    }
    text_add(sql, " ELSE NULL END");
}

static bool
is_column(const struct activity_view *av, const char *name)
{
    for (size_t i = 0; i < av->alias_count; i++) {
        if (strcasecmp(av->aliases[i].name, name) == 0)
            return true;
    }
    for (size_t i = 0; i < av->duration_count; i++) {
        if (strcasecmp(av->durations[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Does an earlier dimension that makes a column bear the name already? */
static bool
is_taken(const struct definition *d, const struct cube *c, const struct dimension *dimension)
{
    const struct activity_view *av = cube_activity_view(d, c);

    if (is_column(av, dimension->name))
        return true;
    for (size_t i = 0; i < d->cube_count && &d->cubes[i] != c; i++) {
        const struct cube *other = &d->cubes[i];

        if (cube_activity_view(d, other) != av)
            continue;
        for (size_t k = 0; k < other->dimension_count; k++) {
            if (strcasecmp(other->dimensions[k].name, dimension->name) == 0)
                return true;
        }
    }
    return false;
}

const char *
activity_select_dimension_column(const struct definition *d, const struct cube *c,
    const struct dimension *dimension, struct arena *memory)
{
    if (!is_taken(d, c, dimension))
        return dimension->name;
    return arena_printf(memory, "%s_%s", c->name, dimension->name);
}

/* Adds the range and progress columns of all cubes over the activity view. */
static int
add_dimension_columns(struct text *sql, const struct definition *d, const struct activity_view *av,
    struct arena *memory, struct fault *f)
{
    for (size_t i = 0; i < d->cube_count; i++) {
        const struct cube *c = &d->cubes[i];

        if (cube_activity_view(d, c) != av)
            continue;
        for (size_t k = 0; k < c->dimension_count; k++) {
            const struct dimension *dimension = &c->dimensions[k];
            const char *column;

            if (dimension->kind != DIMENSION_RANGE && dimension->kind != DIMENSION_PROGRESS)
                continue;
            if ((column = activity_select_dimension_column(d, c, dimension, memory)) == NULL)
                return fault_set_memory(f);
            text_add(sql, ", ");
            if (dimension->kind == DIMENSION_RANGE)
                add_range_case(sql, av, dimension);
            else
                add_progress_case(sql, av, dimension);
            sql_add(sql, " AS %n", column);
        }
    }
    return 0;
}

int
activity_select_add_all(struct text *sql, const struct definition *d,
    const struct activity_view *av, const char *aliases, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    int rc;

    text_add(sql, "SELECT \"RecordID\", \"ActivityID\"");
    for (size_t i = 0; i < av->alias_count; i++)
        sql_add(sql, ", %n", av->aliases[i].name);
    for (size_t i = 0; i < av->duration_count; i++)
        sql_add(sql, ", %n", av->durations[i].name);
    rc = add_dimension_columns(sql, d, av, &memory, f);
    sql_add(sql, ", \"LastModified\" FROM %s", aliases);
    arena_release(&memory);
    return rc == 0 ? text_check(sql, f) : -1;
}

int
activity_select_add_cube(struct text *sql, const struct dialect *dialect,
    const struct definition *d, const struct cube *c, const char *instances, struct fault *f)
{
    const struct activity_view *av = cube_activity_view(d, c);
    struct text aliases = TEXT_INIT;
    int rc;

    text_add(&aliases, "(");
    activity_select_add_aliases(&aliases, dialect, cube_activity(d, c), av, instances);
    text_add(&aliases, ") AS aliased");
    rc = text_check(&aliases, f) == 0 ? activity_select_add_all(sql, d, av, text_get(&aliases), f)
                                      : -1;
    text_release(&aliases);
    return rc;
}
