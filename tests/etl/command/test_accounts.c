/* Accounts of the primary import's server, from the command line and over a restore. */
#include "etl/odbc/db.h"
#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

/* An installation whose primary import is on the suite's engine. */
static void
set_up(char *connection, size_t size)
{
    struct text xml = TEXT_INIT;

    CU_ASSERT_EQUAL_FATAL(engine_new_database(test_engine(), "PrimaryImport", connection, size), 0);
    text_add_format(&xml,
        "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases>"
        "<PrimaryImport Connection='%s'/>"
        "<Archive Connection=\"Driver=SQLite3;Database=archive.db\"/>"
        "<StarSchema Connection=\"Driver=SQLite3;Database=star.db\"/></Databases>"
        "<Analysis Name=\"BAMAnalysis\" Directory=\"cubes\"/>"
        "<Backup Store=\"file:store\" Encryption=\"none\"/><State Directory=\"state\"/>"
        "</Nightcube>",
        connection);
    run_write_file("nightcube.xml", text_get(&xml));
    text_release(&xml);
    run_expect("setup", 0);
    run_write_file("sample.xml", sample_xml);
    run_expect("deploy sample.xml --no-backup", 0);
}

static void
on_server(const char *connection, const char *sql)
{
    struct fault f = FAULT_INIT;
    struct db *db = db_open("test", connection, DB_EXISTING, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    ASSERT_OK(db_run(db, sql, NULL, &f), &f);
    db_close(db);
}

static void
mistakes_are_named(void)
{
    char connection[600];

    set_up(connection, sizeof connection);
    run_says("set account Sales anna", 64, NULL, "hint: nightcube set account VIEW NAME");
    run_says("set account Sales anna give", 64, NULL, "say grant or revoke, not 'give'");
    if (test_engine() == ENGINE_SQLITE) {
        run_says("set account Sales anna grant", 64, NULL,
            "PrimaryImport is on SQLite, which has no accounts");
        run_says("set account Sales anna grant", 64, NULL, "hint: let the file's owner, group");
        run_says("show accounts", 0, "view  account", "which has no accounts");
        return;
    }
    run_says("set account Sale anna grant", 65, NULL, "did you mean 'Sales'?");
    run_says("set account Sales nobody_here grant", 65, NULL, "create it on the server first");
    run_says("set account Sales nobody_here revoke", 65, NULL, "was never granted view 'Sales'");
}

static void
an_account_outlives_a_restore(void)
{
    bool maria = test_engine() == ENGINE_MARIADB;
    char connection[600];

    if (test_engine() == ENGINE_SQLITE)
        return;
    set_up(connection, sizeof connection);
    on_server(connection, maria ? "CREATE USER sales_reader" : "CREATE ROLE sales_reader");
    run_expect("set account Sales sales_reader grant", 0);
    run_says("show accounts", 0, "sales_reader", NULL);
    run_says("show changes", 0, "Sales: sales_reader", NULL);
    run_expect("backup PrimaryImport --file night", 0);
    on_server(connection, maria ? "CREATE USER sales_guest" : "CREATE ROLE sales_guest");
    run_expect("set account Sales sales_guest grant", 0);
    run_says("restore night.abf --allow-overwrite", 0, "nightcube show accounts",
        "account 'sales_guest' sees view 'Sales' no more");
    run_says("show accounts --json", 0, "\"account\":\"sales_reader\",\"granted\":", NULL);
    run_says("show accounts --json", 0, "\"state\":\"granted\"", NULL);
    run_write_file("back.xmla",
        "<Restore xmlns=\"http://schemas.microsoft.com/analysisservices/2003/"
        "engine\"><File>night.abf</File>"
        "<AllowOverwrite>true</AllowOverwrite></Restore>");
    run_expect("run back.xmla", 0);
    run_says("show accounts --json", 0, "\"state\":\"granted\"", NULL);
    if (!maria) {
        on_server(connection, "DROP OWNED BY sales_reader");
        run_says("show accounts", 0, "lost: grant it again", NULL);
        run_expect("set account Sales sales_reader grant", 0);
        run_says("show accounts --json", 0, "\"state\":\"granted\"", NULL);
    }
    run_expect("set account Sales sales_reader revoke", 0);
    on_server(connection, maria ? "DROP USER sales_reader" : "DROP ROLE sales_reader");
    on_server(connection, maria ? "DROP USER sales_guest" : "DROP ROLE sales_guest");
}

const struct test suite_etl_command_accounts[] = {
    {"mistakes are named", mistakes_are_named},
    {"an account outlives a restore", an_account_outlives_a_restore},
    {NULL, on_each_engine},
};
