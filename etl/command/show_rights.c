/*
 * Who may see what: roles of the analysis databases, accounts of the primary import's server.
 */
#include "config/base/log.h"
#include "etl/activity/account.h"
#include "etl/activity/rights.h"
#include "etl/command/show.h"
#include "etl/role/role.h"

const struct grid_column show_roles_columns[] = {
    {"database", GRID_TEXT},
    {"role", GRID_TEXT},
    {"member", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
add_row(
    struct grid *g, const char *database, const struct role *r, const char *member, struct fault *f)
{
    const struct value row[] = {value_text(database), value_text(r->name), value_text(member)};

    return grid_add(g, row, f);
}

/* A role without members is one line of its own. */
static int
add_database(struct grid *g, const struct analysis_setting *a, struct fault *f)
{
    struct role_list list = ROLE_LIST_INIT;
    int rc = role_read(&list, a->directory, f);

    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        const struct role *r = &list.items[i];

        if (r->member_count == 0)
            rc = add_row(g, a->name, r, NULL, f);
        for (size_t k = 0; rc == 0 && k < r->member_count; k++)
            rc = add_row(g, a->name, r, r->members[k], f);
    }
    role_list_release(&list);
    return rc;
}

int
show_roles(struct invocation *i, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct grid g;
    int rc = site == NULL ? -1 : 0;

    grid_init(&g, show_roles_columns, 3, i->json);
    for (size_t k = 0; rc == 0 && k < site->settings.analysis_count; k++)
        rc = add_database(&g, &site->settings.analyses[k], f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* ---- accounts ---- */

const struct grid_column show_accounts_columns[] = {
    {"view", GRID_TEXT},
    {"account", GRID_TEXT},
    {"granted", GRID_TIME},
    {"state", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
add_account(struct show *s, const struct account *a, struct fault *f)
{
    static const char *const states[] = {"lost: grant it again", "granted", "granted"};
    const struct view *v = definition_find_view(&s->definition, a->view);
    int can = v == NULL ? 0 : rights_can_read(s->primary, v, a->name, f);
    const struct value row[] = {value_text(a->view), value_text(a->name), value_time(a->granted),
        value_text(can < 0 ? NULL : states[can])};

    return can < 0 ? -1 : grid_add(&s->grid, row, f);
}

int
show_accounts(struct show *s, struct fault *f)
{
    struct account_list list;
    struct fault none = FAULT_INIT;
    int rc = account_list(s->primary, &s->memory, &list, f);

    if (account_check_engine(s->primary, &none) != 0)
        log_info("%s; %s", none.text, none.hint);
    for (size_t i = 0; rc == 0 && i < list.count; i++)
        rc = add_account(s, &list.items[i], f);
    return rc;
}
