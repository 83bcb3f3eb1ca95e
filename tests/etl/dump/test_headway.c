/* A restore that was cut off: the same order goes on with what is loaded, and proves it first. */
#include "etl/dump/headway.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/base/interrupt.h"
#include "etl/dump/restoration.h"
#include "tests/etl/dump/sample.h"

struct trip {
    struct site site;
    struct restore_order order;
    char connection[600];
    char staging[600]; /* connection string of the staging place */
};

static int
cut_off(
    void *state, const char *database, enum container_kind kind, const char *path, struct fault *f)
{
    (void)state, (void)database, (void)kind, (void)path;
    return fault_set(f, FAULT_INTERRUPTED, "cut off by the test");
}

static struct db *
connect_to(const char *connection)
{
    struct fault f = FAULT_INIT;
    struct db *db = db_open("Orders", connection, DB_EXISTING, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

/* The connection string with the target's name replaced by the staging place's. */
static void
find_staging(struct trip *t)
{
    const char *suffix = test_engine() == ENGINE_SQLITE ? ".db.restoring" : "_restoring";
    const char *name = strstr(t->connection, "There");
    int rest = test_engine() == ENGINE_SQLITE ? 8 : (int)strcspn(name, ";, \"}");

    CU_ASSERT_PTR_NOT_NULL_FATAL(name);
    snprintf(t->staging, sizeof t->staging, "%.*s%.*s%s%s", (int)(name - t->connection),
        t->connection, test_engine() == ENGINE_SQLITE ? 5 : rest, name, suffix, name + rest);
}

/* A database of two tables and a view is backed up; its restore was cut off when all was loaded. */
static void
trip_begin(struct trip *t)
{
    const struct dump_order here = {.file = "here.abf"};
    struct fault f = FAULT_INIT;
    struct db *db;

    *t = (struct trip){.site = SITE_INIT};
    sample_open(&t->site, NULL);
    db = sample_database(&t->site, "Orders");
    sample_fill(db);
    sample_run(db, "DELETE FROM \"Größe \"\"&\"\" 東京; it's\" WHERE double < -1");
    sample_run(db, "CREATE TABLE other(n BIGINT NOT NULL PRIMARY KEY)");
    sample_run(db, "INSERT INTO other VALUES (1), (2)");
    sample_run(db, "CREATE VIEW v AS SELECT n FROM other");
    sample_run(
        db, "CREATE TRIGGER t AFTER INSERT ON other BEGIN DELETE FROM other WHERE n = 7; END");
    sample_dump_as(&t->site, "Orders", &here, NULL);
    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "There", t->connection, sizeof t->connection), 0);
    t->order = (struct restore_order){
        .source = "here.abf", .to_connection = t->connection, .allow_overwrite = true};
    t->order.hook.staged = cut_off;
    find_staging(t);
    ASSERT_FAULT(sample_try(&t->site, &t->order, &f), &f, FAULT_INTERRUPTED, "cut off");
    t->order.hook.staged = NULL;
}

static void
trip_end(struct trip *t)
{
    site_close(&t->site);
}

/* The target holds what was backed up, and no notes. */
static void
expect_restored(struct trip *t)
{
    struct rowsum was = ROWSUM_INIT, is = ROWSUM_INIT;
    struct db *db = connect_to(t->connection);
    struct fault f = FAULT_INIT;

    sample_sum(sample_database(&t->site, "Orders"), SAMPLE_TABLE, &was);
    sample_sum(db, SAMPLE_TABLE, &is);
    CU_ASSERT(rowsum_equal(&was, &is));
    CU_ASSERT_EQUAL(sample_int(db, "SELECT sum(n) FROM other"), 3);
    CU_ASSERT_EQUAL(db_table_exists(db, HEADWAY_TABLE, &f), 0);
    if (test_engine() == ENGINE_SQLITE)
        CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM v"), 2);
    db_close(db);
    rowsum_release(&was);
    rowsum_release(&is);
}

static void
run_staged(struct trip *t, const char *sql)
{
    struct db *db = connect_to(t->staging);

    sample_run(db, sql);
    db_close(db);
}

static bool
target_has(struct trip *t, const char *table)
{
    struct fault f = FAULT_INIT;
    struct db *db;
    bool there;

    if (test_engine() == ENGINE_SQLITE && !file_exists("There.db"))
        return false;
    db = connect_to(t->connection);
    there = db_table_exists(db, table, &f) == 1;
    db_close(db);
    return there;
}

static void
goes_on_with_what_is_loaded(void)
{
    struct trip t;

    trip_begin(&t);
    CU_ASSERT(!target_has(&t, "other"));
    run_staged(&t, "CREATE TABLE marker(n bigint)");
    sample_restore(&t.site, &t.order);
    expect_restored(&t);
    CU_ASSERT(target_has(&t, "marker"));
    trip_end(&t);
}

static void
loads_half_a_table_anew(void)
{
    struct trip t;
    struct text sql = TEXT_INIT;

    trip_begin(&t);
    run_staged(&t, "INSERT INTO other VALUES (5)");
    run_staged(&t, sql_set(&sql, "DELETE FROM %n WHERE %n = 'other'", HEADWAY_TABLE, "Name"));
    run_staged(&t, "CREATE TABLE marker(n bigint)");
    sample_restore(&t.site, &t.order);
    expect_restored(&t);
    CU_ASSERT(target_has(&t, "marker"));
    text_release(&sql);
    trip_end(&t);
}

static void
trusts_nothing_that_was_changed_since(void)
{
    struct fault f = FAULT_INIT;
    struct trip t;

    trip_begin(&t);
    run_staged(&t, "INSERT INTO other VALUES (5)");
    ASSERT_FAULT(sample_try(&t.site, &t.order, &f), &f, FAULT_DATA, "holds other rows");
    CU_ASSERT(!target_has(&t, "other"));
    sample_restore(&t.site, &t.order);
    expect_restored(&t);
    trip_end(&t);
}

static void
begins_anew_for_another_order(void)
{
    const struct dump_order again = {.file = "again.abf"};
    struct trip t;

    trip_begin(&t);
    run_staged(&t, "CREATE TABLE marker(n bigint)");
    sample_dump_as(&t.site, "Orders", &again, NULL);
    t.order.source = "again.abf";
    sample_restore(&t.site, &t.order);
    expect_restored(&t);
    CU_ASSERT(!target_has(&t, "marker"));
    trip_end(&t);
}

/* Another time it may be read: what is loaded is not taken away for that. */
static void
leaves_alone_what_cannot_be_reached_now(void)
{
    struct fault f = FAULT_INIT;
    struct trip t;

    if (test_engine() != ENGINE_SQLITE)
        return;
    trip_begin(&t);
    run_staged(&t, "CREATE TABLE marker(n bigint)");
    CU_ASSERT_EQUAL_FATAL(rename("There.db.restoring", "aside"), 0);
    CU_ASSERT_EQUAL_FATAL(symlink(".", "There.db.restoring"), 0); /* it cannot be opened */
    ASSERT_FAULT(sample_try(&t.site, &t.order, &f), &f, FAULT_UNAVAILABLE, "go on with");
    CU_ASSERT_EQUAL_FATAL(unlink("There.db.restoring"), 0);
    CU_ASSERT_EQUAL_FATAL(rename("aside", "There.db.restoring"), 0);
    sample_restore(&t.site, &t.order);
    expect_restored(&t);
    CU_ASSERT(target_has(&t, "marker"));
    trip_end(&t);
}

/* How many rows pass until a signal is heeded, when none of them is written; up to 10000. */
static int
rows_until_interrupted(struct restoration *r)
{
    struct fault f = FAULT_INIT;
    int rows = 0;

    while (rows < 10000 && restoration_row(r, NULL, &f) == 0)
        rows++;
    return f.kind == FAULT_INTERRUPTED ? rows : 10000;
}

static void
stops_while_it_passes_over_rows(void)
{
    const struct table t = {.name = "t"};
    const struct headway_table done = {.name = "t"};
    struct restoration unwanted = {.table = NULL}, loaded = {.table = &t, .done = &done};
    pid_t child = fork();
    int status;

    if (child == 0) { /* a signal is never forgotten */
        interrupt_init();
        raise(SIGINT);
        _exit(rows_until_interrupted(&unwanted) < 10000 && rows_until_interrupted(&loaded) < 10000
                  ? 0
                  : 1);
    }
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT_EQUAL(status, 0);
}

const struct test suite_etl_dump_headway[] = {
    {"goes on with what is loaded", goes_on_with_what_is_loaded},
    {"loads half a table anew", loads_half_a_table_anew},
    {"trusts nothing that was changed since", trusts_nothing_that_was_changed_since},
    {"begins anew for another order", begins_anew_for_another_order},
    {"stops while it passes over rows", stops_while_it_passes_over_rows},
    {"leaves alone what cannot be reached now", leaves_alone_what_cannot_be_reached_now},
    {NULL, on_each_engine},
};
