#include "etl/star/adapt.h"
#include "etl/odbc/table_shape.h"

static const struct table_column *
find_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (sql_is_name(t->columns[i].name, name))
            return &t->columns[i];
    }
    return NULL;
}

/* Describes the table in the database. 1, 0 when there is none, -1. */
static int
describe(struct db *star, struct star *s, const char *name, struct table *seen, struct fault *f)
{
    int exists = db_table_exists(star, name, f);

    if (exists != 1)
        return exists;
    return table_shape_read(star, name, &s->memory, seen, f) == 0 ? 1 : -1;
}

static bool
has_all_columns(const struct table *seen, const struct table *wanted)
{
    for (size_t i = 0; i < wanted->column_count; i++) {
        if (find_column(seen, wanted->columns[i].name) == NULL)
            return false;
    }
    return true;
}

/* A dimension's levels must be the same ones, of the same types: its members are told apart by
 * them. */
static bool
has_same_columns(const struct table *seen, const struct table *wanted)
{
    if (seen->column_count != wanted->column_count)
        return false;
    for (size_t i = 0; i < wanted->column_count; i++) {
        const struct table_column *column = find_column(seen, wanted->columns[i].name);

        if (column == NULL || column->type != wanted->columns[i].type)
            return false;
    }
    return true;
}

/* ---- facts ---- */

static int
lacks_columns(struct db *star, struct star *s, const struct table *wanted, struct fault *f)
{
    struct table seen;
    int rc = wanted == NULL ? fault_set_memory(f) : describe(star, s, wanted->name, &seen, f);

    return rc == 1 ? !has_all_columns(&seen, wanted) : rc;
}

static int
add_columns(struct db *star, const struct table *seen, const struct table *wanted, struct fault *f)
{
    for (size_t i = 0; i < wanted->column_count; i++) {
        if (find_column(seen, wanted->columns[i].name) == NULL &&
            db_add_column(star, wanted->name, &wanted->columns[i], f) != 0)
            return -1;
    }
    return 0;
}

static int
adapt_facts(struct db *star, struct star *s, const struct table *wanted, struct fault *f)
{
    struct table seen;
    int rc = wanted == NULL ? fault_set_memory(f) : describe(star, s, wanted->name, &seen, f);

    if (rc == 0)
        return db_create_table(star, wanted, f);
    return rc == 1 ? add_columns(star, &seen, wanted, f) : -1;
}

/* ---- dimensions ---- */

static int
differs(struct db *star, struct star *s, const struct table *wanted, struct fault *f)
{
    struct table seen;
    int rc = wanted == NULL ? fault_set_memory(f) : describe(star, s, wanted->name, &seen, f);

    return rc == 1 ? !has_same_columns(&seen, wanted) : rc;
}

/* Keys of the old members mean nothing any more. */
static int
forget_members(struct db *star, struct star *s, size_t dimension, struct fault *f)
{
    const char *const facts[] = {s->names.facts, s->names.active_facts};
    struct text sql = TEXT_INIT;
    int rc = db_drop_table(star, s->dimensions[dimension].table, f);

    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = db_run(star,
            sql_set(&sql, "UPDATE %n SET %n = NULL", facts[i], s->dimensions[dimension].key), NULL,
            f);
    text_release(&sql);
    return rc;
}

static int
adapt_dimension(struct db *star, struct star *s, size_t dimension, struct fault *f)
{
    const struct table *wanted = star_dimension_table(s, dimension);
    int exists = wanted == NULL ? fault_set_memory(f) : db_table_exists(star, wanted->name, f);
    int changed = exists == 1 ? differs(star, s, wanted, f) : exists;

    if (changed < 0 || (changed == 1 && forget_members(star, s, dimension, f) != 0))
        return -1;
    return exists == 1 && changed == 0 ? 0 : db_create_table(star, wanted, f);
}

/* ---- all ---- */

int
adapt_is_needed(struct db *star, struct star *s, struct fault *f)
{
    int rc = lacks_columns(star, s, star_facts_table(s), f);

    for (size_t i = 0; rc == 0 && i < s->dimension_count; i++)
        rc = differs(star, s, star_dimension_table(s, i), f);
    return rc;
}

int
adapt_tables(struct db *star, struct star *s, struct fault *f)
{
    int rc = adapt_facts(star, s, star_facts_table(s), f);

    if (rc == 0)
        rc = adapt_facts(star, s, star_active_facts_table(s, s->names.active_facts), f);
    for (size_t i = 0; rc == 0 && i < s->dimension_count; i++)
        rc = adapt_dimension(star, s, i, f);
    return rc == 0 ? 0 : fault_wrap(f, "adapt the star schema of '%s'", s->cube->name);
}

int
adapt_drop(struct db *star, struct star *s, struct fault *f)
{
    int rc = db_drop_table_if_there(star, s->names.facts, f);

    if (rc == 0)
        rc = db_drop_table_if_there(star, s->names.active_facts, f);
    for (size_t i = 0; rc == 0 && i < s->dimension_count; i++)
        rc = db_drop_table_if_there(star, s->dimensions[i].table, f);
    return rc;
}
