#include "etl/activity/union_view.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"
#include "etl/activity/names.h"

void
union_view_init(struct union_view *u, struct db *db, const char *name)
{
    *u =
        (struct union_view){.db = db, .name = name, .in_place = !db_dialect(db)->transactional_ddl};
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
    struct arena memory = ARENA_INIT;
    const char *name = tier_name(&memory, u->name, u->tier_count + 1);
    int rc = name == NULL ? fault_set_memory(f) : text_check(&u->terms, f);

    if (rc == 0)
        rc = db_replace_view(u->db, name, text_get(&u->terms), f);
    if (rc == 0) {
        sql_add(&u->tiers, u->tier_count == 0 ? "SELECT * FROM %n" : " UNION ALL SELECT * FROM %n",
            name);
        u->tier_count++;
        u->term_count = 0;
        text_clear(&u->terms);
    }
    arena_release(&memory);
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

/* ---- dropping ---- */

/* Does the listed view bear the name that a tier of ours beyond the first so many would? */
static bool
is_tier_of(struct arena *memory, const char *name, size_t beyond, const char *listed)
{
    const char *digits = strrchr(listed, '_');
    const char *tier;

    if (digits == NULL || digits[1] == '\0' ||
        strspn(digits + 1, "0123456789") != strlen(digits + 1))
        return false;
    tier = tier_name(memory, name, strtoul(digits + 1, NULL, 10));
    return tier != NULL && strcmp(tier, listed) == 0 && strtoul(digits + 1, NULL, 10) > beyond;
}

static int
list_tiers(struct db *db, const char *name, size_t beyond, struct arena *memory,
    const char ***tiers, size_t *count, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v;
    struct stmt *s = db_prepare(db, db_dialect(db)->list_views, f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char *listed = arena_strndup(memory, v.as.text.bytes, v.as.text.length);
        const char **slot;

        rc = listed == NULL ? fault_set_memory(f) : 0;
        if (rc != 0 || !is_tier_of(memory, name, beyond, listed))
            continue;
        if ((slot = arena_append(memory, tiers, count, sizeof *slot)) == NULL)
            rc = fault_set_memory(f);
        else
            *slot = listed;
    }
    stmt_free(s);
    return rc;
}

static int
drop_tiers(struct db *db, const char *name, size_t beyond, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    const char **tiers = NULL;
    size_t count = 0;
    int rc = list_tiers(db, name, beyond, &memory, &tiers, &count, f);

    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = db_drop_view(db, tiers[i], f);
    arena_release(&memory);
    return rc;
}

int
union_view_drop(struct db *db, const char *name, struct fault *f)
{
    return db_drop_view(db, name, f) != 0 ? -1 : drop_tiers(db, name, 0, f);
}

/* ---- finishing ---- */

int
union_view_finish(struct union_view *u, struct fault *f)
{
    bool tiers = u->tier_count > 0;

    if (tiers && close_tier(u, f) != 0)
        return -1;
    if (text_check(&u->tiers, f) != 0 ||
        db_replace_view(u->db, u->name, text_get(tiers ? &u->tiers : &u->terms), f) != 0)
        return -1;
    return u->in_place ? drop_tiers(u->db, u->name, u->tier_count, f) : 0;
}
