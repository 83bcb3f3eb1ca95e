/* A drill sees what did not come back as it was backed up. */
#include "etl/dump/drill.h"

#include "tests/etl/dump/sample.h"

static const struct drill_order the_drill = {.run = 0};

/* Restores beside, lets `damage` at it, and compares: the first difference, or "" for none. */
static void
expect(struct site *site, const struct restore_order *order, const char *damage, const char *what)
{
    struct restore_result restored = RESTORE_RESULT_INIT;
    struct drill_result result = DRILL_RESULT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(restore_container(site, order, &restored, &f), &f);
    CU_ASSERT_EQUAL_FATAL(system(damage), 0);
    result.good = true;
    ASSERT_OK(drill_compare(site, &the_drill, &restored.items[0], &result, &f), &f);
    CU_ASSERT_EQUAL_FATAL(result.count, 1);
    CU_ASSERT_EQUAL(result.good, what[0] == '\0');
    CU_ASSERT_EQUAL(result.rows[0].differing, what[0] != '\0');
    CU_ASSERT_STRING_EQUAL(result.rows[0].what == NULL ? "" : result.rows[0].what, what);
    drill_result_release(&result);
    restore_result_release(&restored);
}

static void
sees_a_table_that_differs(void)
{
    const struct dump_order order = {.file = "rows"};
    const struct restore_order restore = {.source = "rows", .as = "copy", .allow_overwrite = true};
    struct site site;
    struct db *db;

    sample_open(&site, NULL);
    db = sample_database(&site, "Orders");
    sample_run(db, "CREATE TABLE t(n BIGINT, s TEXT)");
    sample_run(db, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    sample_dump_as(&site, "Orders", &order, NULL);
    expect(&site, &restore, "true", "");
    expect(&site, &restore, "sqlite3 data/copy.db \"UPDATE t SET n = 3 WHERE n = 1\"",
        "table 't': other column totals");
    expect(&site, &restore,
        "sqlite3 data/copy.db \"UPDATE t SET s = CASE n WHEN 1 THEN 'b' ELSE 'a' END\"",
        "table 't': other rows");
    expect(&site, &restore, "sqlite3 data/copy.db \"DELETE FROM t WHERE n = 1\"",
        "table 't': another number of rows");
    expect(&site, &restore, "sqlite3 data/copy.db \"DROP TABLE t\"", "table 't': was not restored");
    site_close(&site);
}

static void
sees_a_file_that_differs(void)
{
    const struct dump_order order = {.file = "cubes"};
    const struct restore_order restore = {.source = "cubes", .as = "copy", .allow_overwrite = true};
    struct dump_result dumped = DUMP_RESULT_INIT;
    struct fault f = FAULT_INIT;
    struct site site;

    sample_open(&site, NULL);
    CU_ASSERT_EQUAL_FATAL(system("mkdir data/cubes; echo roles >data/cubes/roles.xml"), 0);
    ASSERT_OK(dump_analysis(&site, "Cubes", &order, &dumped, &f), &f);
    dump_result_release(&dumped);
    expect(&site, &restore, "true", "");
    expect(&site, &restore, "echo rules >data/copy/roles.xml",
        "file 'roles.xml': other bytes, or none");
    expect(&site, &restore, "echo >>data/copy/roles.xml", "file 'roles.xml': other bytes, or none");
    expect(&site, &restore, "rm data/copy/roles.xml", "file 'roles.xml': other bytes, or none");
    site_close(&site);
}

const struct test suite_etl_dump_drill[] = {
    {"sees a table that differs", sees_a_table_that_differs},
    {"sees a file that differs", sees_a_file_that_differs},
    {0},
};
