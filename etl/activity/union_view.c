#include "etl/activity/union_view.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "etl/activity/names.h"

struct union_view_tier {
    const char *name;
    bool needed;
};

void
union_view_init(struct union_view *u, struct db *db, const char *name)
{
    *u = (struct union_view){.db = db, .name = name, .memory = ARENA_INIT};
}

void
union_view_release(struct union_view *u)
{
    text_release(&u->terms);
    text_release(&u->next);
    arena_release(&u->memory);
}

/* ---- the tiers there are ---- */

/* Does the listed view bear the name that a tier of ours would? */
static bool
is_tier(struct union_view *u, const char *listed)
{
    const char *digits = strrchr(listed, '_');
    const char *tier;

    if (digits == NULL || strlen(digits + 1) != TIER_DIGITS ||
        strspn(digits + 1, "0123456789abcdef") != TIER_DIGITS)
        return false;
    tier = tier_name(&u->memory, u->name, strtoull(digits + 1, NULL, 16));
    return tier != NULL && strcmp(tier, listed) == 0;
}

static struct union_view_tier *
add_tier(struct union_view *u, const char *name)
{
    struct union_view_tier *t = arena_append(&u->memory, &u->tiers, &u->tier_count, sizeof *t);

    if (t != NULL)
        *t = (struct union_view_tier){.name = name};
    return t;
}

static int
look_for_tiers(struct union_view *u, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v;
    struct stmt *s;
    int rc;

    if (u->looked)
        return 0;
    u->looked = true;
    s = db_prepare(u->db, db_dialect(u->db)->list_names, f);
    rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);
    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char *listed = arena_strndup(&u->memory, v.as.text.bytes, v.as.text.length);

        rc = listed == NULL || (is_tier(u, listed) && add_tier(u, listed) == NULL)
                 ? fault_set_memory(f)
                 : 0;
    }
    stmt_free(s);
    return rc;
}

static int
drop_unneeded(struct union_view *u, struct fault *f)
{
    for (size_t i = 0; i < u->tier_count; i++) {
        if (!u->tiers[i].needed && db_drop_view(u->db, u->tiers[i].name, f) != 0)
            return -1;
    }
    return 0;
}

/* ---- adding ---- */

static int
add_term(struct text *terms, const char *select, struct fault *f)
{
    if (terms->length > 0)
        text_add(terms, " UNION ALL ");
    text_add(terms, select);
    return text_check(terms, f);
}

/* Finds the tier that says this, or makes it. */
static int
take_tier(struct union_view *u, const char *name, const char *selects, struct fault *f)
{
    struct union_view_tier *t = NULL;

    for (size_t i = 0; t == NULL && i < u->tier_count; i++)
        t = strcmp(u->tiers[i].name, name) == 0 ? &u->tiers[i] : NULL;
    if (t == NULL && db_create_view(u->db, name, selects, f) != 0)
        return -1;
    if (t == NULL && (t = add_tier(u, name)) == NULL)
        return fault_set_memory(f);
    t->needed = true;
    return 0;
}

static int
close_tier(struct union_view *u, struct fault *f)
{
    struct text select = TEXT_INIT;
    const char *name =
        tier_name(&u->memory, u->name, XXH3_64bits(text_get(&u->next), u->next.length));
    int rc = name == NULL ? fault_set_memory(f) : look_for_tiers(u, f);

    if (rc == 0)
        rc = take_tier(u, name, text_hand_on(&u->next), f);
    if (rc == 0)
        rc = add_term(&u->terms, sql_set(&select, "SELECT * FROM %n", name), f);
    text_clear(&u->next);
    u->next_count = 0;
    text_release(&select);
    return rc;
}

int
union_view_add_outside(struct union_view *u, const char *select, struct fault *f)
{
    return add_term(&u->terms, select, f);
}

int
union_view_add(struct union_view *u, const char *select, struct fault *f)
{
    if (u->next_count == UNION_VIEW_TERMS && close_tier(u, f) != 0)
        return -1;
    u->next_count++;
    return add_term(&u->next, select, f);
}

/* ---- finishing ---- */

int
union_view_finish(struct union_view *u, struct fault *f)
{
    if (u->next_count > 0 && add_term(&u->terms, text_hand_on(&u->next), f) != 0)
        return -1;
    if (text_check(&u->terms, f) != 0 || look_for_tiers(u, f) != 0 ||
        db_replace_view(u->db, u->name, text_get(&u->terms), f) != 0)
        return -1;
    return drop_unneeded(u, f);
}

int
union_view_drop(struct db *db, const char *name, struct fault *f)
{
    struct union_view u;
    int rc;

    union_view_init(&u, db, name);
    rc = db_drop_view(db, name, f);
    if (rc == 0)
        rc = look_for_tiers(&u, f);
    if (rc == 0)
        rc = drop_unneeded(&u, f);
    union_view_release(&u);
    return rc;
}
