#include "etl/activity/union_view.h"

#include <string.h>

#include "config/base/arena.h"

void
union_view_init(struct union_view *u, struct db *db, const char *name)
{
    *u = (struct union_view){.db = db, .name = name};
}

void
union_view_release(struct union_view *u)
{
    text_release(&u->terms);
    text_release(&u->tiers);
}

/* Makes the gathered terms the next tier. */
static int
close_tier(struct union_view *u, struct fault *f)
{
    struct text name = TEXT_INIT;
    int rc = -1;

    text_add_format(&name, "%s_%zu", u->name, u->tier_count + 1);
    if (text_check(&name, f) == 0 && text_check(&u->terms, f) == 0)
        rc = db_create_view(u->db, text_get(&name), text_get(&u->terms), f);
    if (rc == 0) {
        sql_add(&u->tiers, u->tier_count == 0 ? "SELECT * FROM %n" : " UNION ALL SELECT * FROM %n",
            text_get(&name));
        u->tier_count++;
        u->term_count = 0;
        text_clear(&u->terms);
    }
    text_release(&name);
    return rc;
}

int
union_view_add(struct union_view *u, const char *select, struct fault *f)
{
    if (u->term_count == UNION_VIEW_TERMS && close_tier(u, f) != 0)
        return -1;
    if (u->term_count > 0)
        text_add(&u->terms, " UNION ALL ");
    text_add(&u->terms, select);
    u->term_count++;
    return text_check(&u->terms, f);
}

int
union_view_finish(struct union_view *u, struct fault *f)
{
    if (u->tier_count == 0)
        return db_create_view(u->db, u->name, text_get(&u->terms), f);
    if (close_tier(u, f) != 0 || text_check(&u->tiers, f) != 0)
        return -1;
    return db_create_view(u->db, u->name, text_get(&u->tiers), f);
}

/* ---- dropping ---- */

/* "<name>_" and digits. */
static bool
is_tier_of(const char *name, const struct value *view)
{
    size_t length = strlen(name);
    const char *digits = view->as.text.bytes + length + 1;
    size_t count = view->as.text.length - length - 1;

    if (view->as.text.length < length + 2 || view->as.text.bytes[length] != '_')
        return false;
    for (size_t i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
    }
    return true;
}

static int
list_tiers(struct db *db, const char *name, struct arena *memory, const char ***tiers,
    size_t *count, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text sql = TEXT_INIT;
    struct value v;
    struct stmt *s = db_prepare(db,
        sql_set(&sql, "SELECT name FROM (%s) AS listed WHERE substr(name, 1, %d) = %t",
            db_dialect(db)->list_views, (int64_t)strlen(name), name),
        f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char **slot;

        rc = 0;
        if (!is_tier_of(name, &v))
            continue;
        if ((slot = arena_append(memory, tiers, count, sizeof *slot)) == NULL ||
            (*slot = arena_strndup(memory, v.as.text.bytes, v.as.text.length)) == NULL)
            rc = fault_set_memory(f);
    }
    stmt_free(s);
    text_release(&sql);
    return rc;
}

int
union_view_drop(struct db *db, const char *name, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    const char **tiers = NULL;
    size_t count = 0;
    int rc = db_drop_view(db, name, f);

    if (rc == 0)
        rc = list_tiers(db, name, &memory, &tiers, &count, f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = db_drop_view(db, tiers[i], f);
    arena_release(&memory);
    return rc;
}
