#include "etl/activity/account.h"

#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "etl/activity/deployment.h"
#include "etl/activity/metadata.h"
#include "etl/activity/rights.h"

/* ---- what is remembered ---- */

static int
take_account(
    const struct value *row, struct arena *memory, struct account_list *list, struct fault *f)
{
    struct account *a = arena_append(memory, &list->items, &list->count, sizeof *a);

    if (a == NULL ||
        (a->view = arena_strndup(memory, row[0].as.text.bytes, row[0].as.text.length)) == NULL ||
        (a->name = arena_strndup(memory, row[1].as.text.bytes, row[1].as.text.length)) == NULL)
        return fault_set_memory(f);
    a->granted = row[2].as.time_us;
    return 0;
}

/* A database that was set up by an older release has no such table before the first grant. */
int
account_list(struct db *primary, struct arena *memory, struct account_list *list, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT, VALUE_TIME};
    struct value row[3];
    struct stmt *s;
    int rc = db_table_exists(primary, "nightcube_Accounts", f);

    *list = (struct account_list){0};
    if (rc != 1)
        return rc;
    s = db_prepare(primary,
        "SELECT \"ViewName\", \"AccountName\", \"GrantedTime\" FROM \"nightcube_Accounts\" "
        "ORDER BY \"ViewName\", \"AccountName\"",
        f);
    rc = s == NULL ? -1 : stmt_query(s, types, 3, f);
    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take_account(row, memory, list, f);
    stmt_free(s);
    return rc == 0 ? 0 : fault_wrap(f, "read the accounts");
}

static bool
is_remembered(const struct account_list *list, const char *view, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].view, view) == 0 && strcmp(list->items[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Does the account see any other view? */
static bool
sees_another(const struct account_list *list, const char *view, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].view, view) != 0 && strcmp(list->items[i].name, name) == 0)
            return true;
    }
    return false;
}

static int
forget(struct db *primary, const char *view, const char *name, struct fault *f)
{
    const struct value row[] = {value_text(view), value_text(name)};

    return db_run_with(primary,
        "DELETE FROM \"nightcube_Accounts\" WHERE \"ViewName\" = ? AND \"AccountName\" = ?", row, 2,
        f);
}

static int
remember(struct db *primary, const char *view, const char *name, struct fault *f)
{
    const struct value row[] = {value_text(view), value_text(name), value_time(clock_now())};

    return db_run_with(primary,
        "INSERT INTO \"nightcube_Accounts\"(\"ViewName\", \"AccountName\", \"GrantedTime\") "
        "VALUES (?, ?, ?)",
        row, 3, f);
}

/* Puts what was done into the list of changes. */
static int
note_change(
    struct db *primary, const char *view, const char *name, const char *what, struct fault *f)
{
    struct text object = TEXT_INIT;
    int64_t operation;
    int rc;

    if (db_begin(primary, f) != 0)
        return -1;
    text_add_format(&object, "%s: %s", view, name);
    rc = metadata_begin_operation(primary, "set account", &operation, f);
    if (rc == 0)
        rc = metadata_add_event(primary, operation, what, "Account", text_get(&object), f);
    text_release(&object);
    return db_end(primary, rc, f);
}

/* ---- what operators ask for ---- */

/* A grant that failed may have given a part: nothing of it stays, or it stays remembered. */
static void
take_back(struct db *primary, const struct view *v, const char *name, bool is_last)
{
    struct fault f = FAULT_INIT;

    if (rights_take(primary, v, name, is_last, &f) != 0 || forget(primary, v->name, name, &f) != 0)
        log_warning("account '%s' may see a part of view '%s': %s (nightcube set account %s %s "
                    "revoke)",
            name, v->name, f.text, v->name, name);
}

/* Says what to do about a GRANT that failed. */
static int
explain(const struct db *primary, const char *view, const char *name, struct fault *f)
{
    if (f->kind == FAULT_DATA)
        fault_hint(f, "nightcube makes no accounts: create it on the server first");
    else if (f->kind == FAULT_PERMISSION)
        fault_hint(f,
            "the account nightcube connects to %s with must be allowed to pass SELECT on (WITH "
            "GRANT OPTION)",
            db_name(primary));
    return fault_wrap(f, "account '%s' on view '%s'", name, view);
}

int
account_check_engine(struct db *primary, struct fault *f)
{
    const struct dialect *dialect = db_dialect(primary);

    if (dialect->add_account != NULL)
        return 0;
    fault_set(f, FAULT_USAGE, "%s is on %s, which has no accounts: who can read its file sees all",
        db_name(primary), dialect->name);
    return fault_hint(f,
        "let the file's owner, group and mode say who may (chown, chmod), or keep "
        "%s on PostgreSQL or MariaDB",
        db_name(primary));
}

static int
grant(struct db *primary, const struct account_list *list, const struct view *v, const char *name,
    struct fault *f)
{
    bool again = is_remembered(list, v->name, name);

    if (!again && remember(primary, v->name, name, f) != 0)
        return -1;
    if (rights_give(primary, v, name, f) == 0)
        return again ? 0 : note_change(primary, v->name, name, "granted", f);
    if (!again)
        take_back(primary, v, name, !sees_another(list, v->name, name));
    return explain(primary, v->name, name, f);
}

int
account_grant(struct db *primary, const struct view *v, const char *name, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct account_list list;
    int rc = -1;

    if (account_check_engine(primary, f) == 0 && metadata_setup(primary, f) == 0 &&
        account_list(primary, &memory, &list, f) == 0)
        rc = grant(primary, &list, v, name, f);
    arena_release(&memory);
    return rc;
}

int
account_revoke(struct db *primary, const struct view *v, const char *name, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct account_list list;
    int rc = -1;

    if (account_check_engine(primary, f) != 0 || account_list(primary, &memory, &list, f) != 0)
        goto done;
    if (!is_remembered(&list, v->name, name)) {
        fault_set(f, FAULT_DATA, "account '%s' was never granted view '%s'", name, v->name);
        fault_hint(f, "nightcube show accounts");
        goto done;
    }
    if (rights_take(primary, v, name, !sees_another(&list, v->name, name), f) != 0)
        explain(primary, v->name, name, f);
    else if (forget(primary, v->name, name, f) == 0)
        rc = note_change(primary, v->name, name, "revoked", f);
done:
    arena_release(&memory);
    return rc;
}

/* ---- settling ---- */

/* Does the account see any view that is there? */
static bool
sees_any(const struct account_list *list, const struct definition *d, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].name, name) == 0 &&
            definition_find_view(d, list->items[i].view) != NULL)
            return true;
    }
    return false;
}

/* A view that is gone takes along what was given on it, and the last one the way in. */
static int
settle_gone(struct db *primary, const struct account *a, bool is_last, struct fault *f)
{
    if (is_last && rights_expel(primary, a->name, f) != 0)
        return -1;
    return forget(primary, a->view, a->name, f);
}

static int
settle_one(struct db *primary, const struct account *a, const struct definition *before,
    const struct definition *after, bool is_last, struct fault *f)
{
    const struct view *was = before == NULL ? NULL : definition_find_view(before, a->view);
    const struct view *is = definition_find_view(after, a->view);

    if (rights_take_gone(primary, was, is, a->name, f) != 0)
        return -1;
    return is == NULL ? settle_gone(primary, a, is_last, f) : rights_give(primary, is, a->name, f);
}

static void
settle_all(struct db *primary, const struct account_list *list, const struct definition *before,
    const struct definition *after)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct account *a = &list->items[i];
        struct fault failed = FAULT_INIT;

        if (settle_one(primary, a, before, after, !sees_any(list, after, a->name), &failed) != 0)
            log_warning("account '%s' cannot see view '%s': %s (nightcube set account %s %s "
                        "grant, or revoke to forget it)",
                a->name, a->view, failed.text, a->view, a->name);
    }
}

int
account_settle(struct db *primary, const struct definition *before, const struct definition *after,
    struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct account_list list = {0};
    int rc =
        db_dialect(primary)->add_account == NULL ? 0 : account_list(primary, &memory, &list, f);

    if (rc == 0)
        settle_all(primary, &list, before, after);
    arena_release(&memory);
    return rc;
}

/* ---- over a restore ---- */

int
account_memory_read(struct account_memory *m, struct db *primary, struct fault *f)
{
    if (db_dialect(primary)->add_account == NULL)
        return 0;
    if (account_list(primary, &m->memory, &m->list, f) != 0)
        return -1;
    return m->list.count == 0 ? 0 : deployment_read(primary, &m->definition, f);
}

void
account_memory_release(struct account_memory *m)
{
    definition_release(&m->definition);
    arena_release(&m->memory);
    *m = (struct account_memory)ACCOUNT_MEMORY_INIT;
}

/* Granted after the backup was taken: nobody would know of it any more. */
static void
take_forgotten(struct db *primary, const struct account_memory *before,
    const struct account_list *list, const struct definition *d)
{
    for (size_t i = 0; i < before->list.count; i++) {
        const struct account *a = &before->list.items[i];
        const struct view *v = definition_find_view(&before->definition, a->view);
        struct fault f = FAULT_INIT;

        if (v == NULL || is_remembered(list, a->view, a->name))
            continue;
        log_warning(
            "account '%s' sees view '%s' no more: it was granted after the backup was taken "
            "(nightcube set account %s %s grant)",
            a->name, a->view, a->view, a->name);
        if (rights_take(primary, v, a->name, !sees_any(list, d, a->name), &f) != 0)
            log_warning("account '%s' may still see view '%s': %s (REVOKE it on the server)",
                a->name, a->view, f.text);
    }
}

int
account_settle_restored(struct db *primary, const struct account_memory *before, struct fault *f)
{
    struct account_memory now = ACCOUNT_MEMORY_INIT;
    int rc = account_memory_read(&now, primary, f);

    if (rc == 0) {
        take_forgotten(primary, before, &now.list, &now.definition);
        settle_all(primary, &now.list, NULL, &now.definition);
    }
    account_memory_release(&now);
    return rc;
}
