#include "etl/activity/account.h"

#include "etl/activity/rights.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

static const char the_view[] = "bam_Sales_Orders_View";

static const struct view *
sales(const struct fixture *x)
{
    return &x->definition.views[0];
}

static bool
is_maria(void)
{
    return test_engine() == ENGINE_MARIADB;
}

static void
run_about(struct fixture *x, const char *format, const char *name)
{
    struct text sql = TEXT_INIT;

    ASSERT_OK(db_run(x->primary, sql_set(&sql, format, name), NULL, &x->f), &x->f);
    text_release(&sql);
}

static void
drop_account(struct fixture *x, const char *name)
{
    if (!is_maria())
        run_about(x, "DROP OWNED BY %n", name);
    run_about(x, is_maria() ? "DROP USER %n" : "DROP ROLE %n", name);
}

static void
create_account(struct fixture *x, const char *name)
{
    run_about(x, is_maria() ? "CREATE USER %n" : "CREATE ROLE %n LOGIN", name);
}

/* The schema or database that the test's connection uses. */
static const char *
space(struct fixture *x, struct arena *memory)
{
    static const enum value_type type = VALUE_TEXT;
    struct value v = value_null();
    const char *name;
    struct stmt *s = db_prepare(x->primary, db_dialect(x->primary)->current_space, &x->f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    ASSERT_OK(stmt_query(s, &type, 1, &x->f), &x->f);
    CU_ASSERT_EQUAL_FATAL(stmt_fetch(s, &v, &x->f), 1);
    name = arena_strndup(memory, v.as.text.bytes, v.as.text.length);
    stmt_free(s);
    return name;
}

/* How many rows an account gets to see over a connection of its own; -1: it is turned away. */
static int64_t
seen_by(struct fixture *x, const char *name, const char *object)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct text sql = TEXT_INIT;
    char connection[600];
    struct db *db;
    int64_t rows = -1;

    CU_ASSERT_EQUAL_FATAL(engine_admin(test_engine(), connection, sizeof connection), 0);
    *strstr(connection, "Uid=") = '\0';
    strcat(connection, is_maria() ? "Uid=" : "Database=postgres;Uid=");
    strcat(connection, name);
    if ((db = db_open("theirs", connection, DB_EXISTING, &f)) == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    sql_add(&sql, "SELECT count(*) FROM %n.%n", space(x, &memory), object);
    if (db_get_int(db, text_get(&sql), -1, &rows, &f) != 0) {
        CU_ASSERT_EQUAL(f.kind, FAULT_PERMISSION);
        rows = -1;
    }
    db_close(db);
    text_release(&sql);
    arena_release(&memory);
    return rows;
}

static size_t
count_listed(struct fixture *x)
{
    struct arena memory = ARENA_INIT;
    struct account_list list;

    ASSERT_OK(account_list(x->primary, &memory, &list, &x->f), &x->f);
    arena_release(&memory);
    return list.count;
}

static void
sqlite_has_no_accounts(void)
{
    struct fixture x;

    fixture_begin(&x);
    if (test_engine() == ENGINE_SQLITE) {
        ASSERT_FAULT(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f, FAULT_USAGE,
            "PrimaryImport is on SQLite, which has no accounts");
        ASSERT_FAULT(
            account_revoke(x.primary, sales(&x), "anna", &x.f), &x.f, FAULT_USAGE, "no accounts");
    }
    CU_ASSERT_EQUAL(count_listed(&x), 0);
    fixture_end(&x);
}

static void
an_account_reads_what_it_was_granted_and_no_more(void)
{
    struct fixture x;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    fixture_complete(&x, 1, 3);
    create_account(&x, "anna");
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), -1);
    ASSERT_OK(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f);
    ASSERT_OK(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f);
    CU_ASSERT_EQUAL(count_listed(&x), 1);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), 3);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", "bam_Sales_Orders_ActiveAliasView"), 0);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", "bam_Order_Completed"), -1);
    CU_ASSERT_NOT_EQUAL(rights_can_read(x.primary, sales(&x), "anna", &x.f), 0);
    ASSERT_OK(account_revoke(x.primary, sales(&x), "anna", &x.f), &x.f);
    CU_ASSERT_EQUAL(count_listed(&x), 0);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), -1);
    ASSERT_FAULT(account_revoke(x.primary, sales(&x), "anna", &x.f), &x.f, FAULT_DATA,
        "account 'anna' was never granted view 'Sales'");
    drop_account(&x, "anna");
    fixture_end(&x);
}

static void
nobody_is_created(void)
{
    struct fixture x;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    CU_ASSERT_EQUAL(account_grant(x.primary, sales(&x), "nobody here", &x.f), -1);
    CU_ASSERT_EQUAL(x.f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(x.f.hint, "create it on the server first"));
    CU_ASSERT_EQUAL(count_listed(&x), 0);
    fixture_end(&x);
}

/* A grant that fails on its way leaves neither rights nor a memory of them. */
static void
half_a_grant_is_taken_back(void)
{
    struct fixture x;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    create_account(&x, "anna");
    run_about(&x, "DROP VIEW %n", the_view);
    CU_ASSERT_EQUAL(account_grant(x.primary, sales(&x), "anna", &x.f), -1);
    CU_ASSERT(test_contains(x.f.text, "account 'anna' on view 'Sales'"));
    CU_ASSERT_EQUAL(count_listed(&x), 0);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", "bam_Sales_Orders_ActiveAliasView"), -1);
    drop_account(&x, "anna");
    fixture_end(&x);
}

/* Granted by us or by hand: a night's new views know everybody who knew the old ones. */
static void
rights_outlive_a_swap(void)
{
    struct fixture x;
    struct spawn_result r;
    struct text sql = TEXT_INIT;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    create_account(&x, "anna");
    create_account(&x, "otto");
    ASSERT_OK(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f);
    ASSERT_OK(account_grant(x.primary, sales(&x), "otto", &x.f), &x.f);
    ASSERT_OK(account_revoke(x.primary, sales(&x), "otto", &x.f), &x.f);
    sql_set(&sql, "GRANT SELECT ON %n TO %n", "bam_Order_AllInstances", "anna");
    ASSERT_OK(db_run(x.primary, text_get(&sql), NULL, &x.f), &x.f);
    fixture_complete(&x, 1, 4);
    ASSERT_OK(spawn_partition(x.primary, &x.definition, fixture_activity(&x), &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.rows, 4);
    fixture_complete(&x, 5, 6);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), 6);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", "bam_Order_AllInstances"), 6);
    CU_ASSERT_EQUAL(seen_by(&x, "otto", the_view), -1);
    drop_account(&x, "anna");
    drop_account(&x, "otto");
    text_release(&sql);
    fixture_end(&x);
}

static void
read_definition(struct fixture *x, struct definition *d)
{
    struct findings list = FINDINGS_INIT("test");

    ASSERT_OK(
        definition_read_text(d, fixture_definition, sizeof fixture_definition - 1, &list, &x->f),
        &x->f);
    findings_release(&list);
}

/* PostgreSQL alone has a way into a schema apart from the rights in it. */
static bool
may_enter(struct fixture *x, const char *name)
{
    struct text sql = TEXT_INIT;
    int there =
        test_engine() != ENGINE_POSTGRESQL
            ? 0
            : db_has_row(x->primary,
                  sql_set(&sql,
                      "SELECT 1 WHERE has_schema_privilege(%t, current_schema(), 'USAGE')", name),
                  &x->f);

    text_release(&sql);
    return there != 0;
}

/* Somebody who was let in once is not let in by a later view of that name. */
static void
a_removed_view_takes_its_rights_along(void)
{
    struct fixture x;
    struct findings list = FINDINGS_INIT("test");
    struct definition d = DEFINITION_INIT;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    create_account(&x, "anna");
    ASSERT_OK(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f);
    CU_ASSERT_EQUAL(may_enter(&x, "anna"), test_engine() == ENGINE_POSTGRESQL);
    ASSERT_OK(deployment_remove(x.primary, NULL, "Sales", &list, &x.f), &x.f);
    CU_ASSERT_EQUAL(count_listed(&x), 0);
    CU_ASSERT_FALSE(may_enter(&x, "anna"));
    ASSERT_OK(deployment_remove(x.primary, "Order", NULL, &list, &x.f), &x.f);
    read_definition(&x, &d);
    ASSERT_OK(deployment_deploy(x.primary, &d, &list, &x.f), &x.f);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), -1);
    drop_account(&x, "anna");
    definition_release(&d);
    findings_release(&list);
    fixture_end(&x);
}

static void
settle(struct fixture *x, const struct account_memory *before)
{
    ASSERT_OK(account_settle_restored(x->primary, before, &x->f), &x->f);
}

/* As after a restore into a server where nobody has any rights yet. */
static void
what_is_remembered_is_given_again(void)
{
    const struct account_memory nothing = ACCOUNT_MEMORY_INIT;
    struct fixture x;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    create_account(&x, "anna");
    create_account(&x, "gone");
    ASSERT_OK(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f);
    ASSERT_OK(account_grant(x.primary, sales(&x), "gone", &x.f), &x.f);
    drop_account(&x, "gone");
    ASSERT_OK(rights_take(x.primary, sales(&x), "anna", true, &x.f), &x.f);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), -1);
    settle(&x, &nothing);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), 0);
    CU_ASSERT_EQUAL(count_listed(&x), 2);
    ASSERT_OK(account_revoke(x.primary, sales(&x), "gone", &x.f), &x.f);
    CU_ASSERT_EQUAL(count_listed(&x), 1);
    drop_account(&x, "anna");
    fixture_end(&x);
}

/* Anna was granted the view after the backup was taken: the restored database knows nothing of it.
 */
static void
what_the_backup_does_not_know_is_taken(void)
{
    struct account_memory before = ACCOUNT_MEMORY_INIT;
    struct fixture x;

    if (test_engine() == ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    create_account(&x, "anna");
    create_account(&x, "otto");
    ASSERT_OK(account_grant(x.primary, sales(&x), "anna", &x.f), &x.f);
    ASSERT_OK(account_grant(x.primary, sales(&x), "otto", &x.f), &x.f);
    ASSERT_OK(account_memory_read(&before, x.primary, &x.f), &x.f);
    run_about(&x, "DELETE FROM \"nightcube_Accounts\" WHERE \"AccountName\" = %t", "anna");
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), 0);
    settle(&x, &before);
    CU_ASSERT_EQUAL(seen_by(&x, "anna", the_view), -1);
    CU_ASSERT_EQUAL(seen_by(&x, "otto", the_view), 0);
    CU_ASSERT_FALSE(may_enter(&x, "anna"));
    account_memory_release(&before);
    drop_account(&x, "anna");
    drop_account(&x, "otto");
    fixture_end(&x);
}

const struct test suite_etl_activity_account[] = {
    {"SQLite has no accounts", sqlite_has_no_accounts},
    {"an account reads what it was granted and no more",
        an_account_reads_what_it_was_granted_and_no_more},
    {"nobody is created", nobody_is_created},
    {"half a grant is taken back", half_a_grant_is_taken_back},
    {"rights outlive a swap", rights_outlive_a_swap},
    {"a removed view takes its rights along", a_removed_view_takes_its_rights_along},
    {"what is remembered is given again", what_is_remembered_is_given_again},
    {"what the backup does not know is taken", what_the_backup_does_not_know_is_taken},
    {NULL, on_each_engine},
};
