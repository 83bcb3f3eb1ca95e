#include "etl/dump/dump.h"

#include <pthread.h>
#include <unistd.h>

#include "tests/etl/dump/sample.h"

static void
names_the_file_after_database_stamp_and_set(void)
{
    struct site site;
    const struct dump_order order = {.set = "run7"};
    char file[512];

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, file);
    CU_ASSERT_EQUAL(strncmp(file, "PrimaryImport_", 14), 0);
    CU_ASSERT(test_contains(file, "Z_run7.abf"));
    site_close(&site);
}

static void
gives_two_backups_of_one_second_two_names(void)
{
    struct site site;
    const struct dump_order order = {.set = "s"};
    char first[512], second[512], third[512];

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, first);
    sample_dump_as(&site, "PrimaryImport", &order, second);
    sample_dump_as(&site, "PrimaryImport", &order, third);
    CU_ASSERT_STRING_NOT_EQUAL(first, second);
    CU_ASSERT_STRING_NOT_EQUAL(second, third);
    site_close(&site);
}

static void
adds_the_extension_to_a_file_without_one(void)
{
    struct site site;
    const struct dump_order order = {.file = "mine"};
    char file[512];

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, file);
    CU_ASSERT_STRING_EQUAL(file, "mine.abf");
    CU_ASSERT(file_exists("store/mine.abf"));
    site_close(&site);
}

static void
writes_to_a_path_without_any_catalogue(void)
{
    struct site site;
    const struct dump_order order = {.file = "elsewhere/mine.abf"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, NULL);
    CU_ASSERT(file_exists("elsewhere/mine.abf"));
    CU_ASSERT(!file_exists("elsewhere/catalogue"));
    CU_ASSERT(!file_exists("store"));
    site_close(&site);
}

static void
refuses_an_existing_file_and_keeps_it(void)
{
    struct site site;
    const struct dump_order order = {.file = "mine.abf"};
    struct fault f = FAULT_INIT;
    struct dump_result result = DUMP_RESULT_INIT;
    char before[DIGEST_HEX_BYTES], after[DIGEST_HEX_BYTES];

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, NULL);
    ASSERT_OK(digest_file("store/mine.abf", before, &f), &f);
    ASSERT_FAULT(
        dump_database(&site, "PrimaryImport", &order, &result, &f), &f, FAULT_EXISTS, "mine.abf");
    ASSERT_OK(digest_file("store/mine.abf", after, &f), &f);
    CU_ASSERT_STRING_EQUAL(before, after);
    dump_result_release(&result);
    site_close(&site);
}

static void
notes_in_the_catalogue_what_it_overwrote(void)
{
    struct site site;
    const struct dump_order order = {.file = "mine.abf", .allow_overwrite = true};
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, NULL);
    sample_dump_as(&site, "PrimaryImport", &order, NULL);
    ASSERT_OK(catalogue_read(site_store(&site, &f), &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 5);
    CU_ASSERT_EQUAL(c.entries[2].kind, CATALOGUE_REMOVED);
    CU_ASSERT(catalogue_is_removed(&c, c.entries[0].container));
    CU_ASSERT(!catalogue_is_removed(&c, c.entries[3].container));
    catalogue_release(&c);
    site_close(&site);
}

static void
enters_the_container_and_that_it_was_read_back(void)
{
    struct site site;
    const struct dump_order order = {.run = 12, .set = "s12", .job = "nightly", .after = true};
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &order, NULL);
    ASSERT_OK(catalogue_read(site_store(&site, &f), &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 2);
    CU_ASSERT_EQUAL(c.entries[0].kind, CATALOGUE_CONTAINER);
    CU_ASSERT_EQUAL(c.entries[0].run, 12);
    CU_ASSERT_STRING_EQUAL(c.entries[0].set, "s12");
    CU_ASSERT_STRING_EQUAL(c.entries[0].job, "nightly");
    CU_ASSERT(c.entries[0].after);
    CU_ASSERT(c.entries[0].encrypted);
    CU_ASSERT_EQUAL_FATAL(c.entries[0].table_count, 1);
    CU_ASSERT_STRING_EQUAL(c.entries[0].tables[0].name, SAMPLE_TABLE);
    CU_ASSERT_EQUAL(c.entries[0].tables[0].rows, 4);
    CU_ASSERT_EQUAL(c.entries[1].kind, CATALOGUE_VERIFIED);
    CU_ASSERT(!c.entries[1].deep);
    catalogue_release(&c);
    site_close(&site);
}

static void
refuses_when_nobody_said_who_may_open_it(void)
{
    struct site site;
    const struct dump_order order = {.run = 0};
    struct fault f = FAULT_INIT;
    struct dump_result result = DUMP_RESULT_INIT;

    sample_open(&site, ">");
    sample_fill(sample_database(&site, "PrimaryImport"));
    CU_ASSERT_EQUAL(dump_database(&site, "PrimaryImport", &order, &result, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_SETTINGS);
    CU_ASSERT(test_contains(f.hint, "nightcube setup"));
    CU_ASSERT(!file_exists("store"));
    site_close(&site);
}

static void
leaves_out_what_a_crash_left_half_way(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct dump_result result = DUMP_RESULT_INIT;
    const struct dump_order order = {.run = 0};

    sample_open(&site, NULL);
    sample_run(sample_database(&site, "Archive"), "CREATE TABLE \"bam_A_Instances_1_Incoming\"(a)");
    sample_run(sample_database(&site, "Orders"), "CREATE TABLE \"bam_A_Incoming\"(a TEXT)");
    ASSERT_OK(dump_database(&site, "Archive", &order, &result, &f), &f);
    CU_ASSERT_EQUAL(result.tables, 0);
    dump_result_release(&result);
    ASSERT_OK(dump_database(&site, "Orders", &order, &result, &f), &f);
    CU_ASSERT_EQUAL(result.tables, 1);
    dump_result_release(&result);
    site_close(&site);
}

static void
refuses_a_value_that_is_not_of_its_columns_type(void)
{
    struct site site;
    const struct dump_order order = {.run = 0};
    struct fault f = FAULT_INIT;
    struct dump_result result = DUMP_RESULT_INIT;

    sample_open(&site, NULL);
    sample_run(sample_database(&site, "Orders"), "CREATE TABLE t(n INTEGER)");
    sample_run(sample_database(&site, "Orders"), "INSERT INTO t VALUES ('abc')");
    ASSERT_FAULT(dump_database(&site, "Orders", &order, &result, &f), &f, FAULT_DATA, "column 'n'");
    CU_ASSERT(!file_exists("store/catalogue"));
    site_close(&site);
}

/* A program that goes on writing, always one row into each of two tables. */
static void *
write_pairs(void *state)
{
    struct fault f = FAULT_INIT;
    struct db *db = site_connect(state, "PrimaryImport", DB_EXISTING, &f);

    while (db != NULL && !file_exists("stop")) {
        if (db_begin(db, &f) != 0)
            break;
        db_run(db, "INSERT INTO a VALUES (1)", NULL, &f);
        db_run(db, "INSERT INTO z VALUES (1)", NULL, &f);
        db_end(db, 0, &f);
    }
    db_close(db);
    return NULL;
}

static void
shows_one_moment_while_others_write(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};
    struct db *db;
    pthread_t writer;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    sample_run(db, "CREATE TABLE a(n BIGINT)");
    sample_run(db, "CREATE TABLE z(n BIGINT)");
    sample_run(db, "CREATE TABLE m(n BIGINT)");
    sample_run(db, "INSERT INTO m WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "
                   "c WHERE n < 20000) SELECT n FROM c");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&writer, NULL, write_pairs, &site), 0);
    while (sample_int(db, "SELECT count(*) FROM z") < 3)
        usleep(1000);
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    ASSERT_OK(file_write_all("stop", "", 0, 0600, &f), &f);
    pthread_join(writer, NULL);
    sample_restore(&site, &order);
    db = db_open("copy", "Driver=SQLite3;Database=data/copy.db", DB_EXISTING, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    CU_ASSERT(sample_int(db, "SELECT count(*) FROM a") >= 3);
    CU_ASSERT_EQUAL(
        sample_int(db, "SELECT count(*) FROM a"), sample_int(db, "SELECT count(*) FROM z"));
    db_close(db);
    site_close(&site);
}

static void
holds_up_no_writer(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct db *db, *snapshot;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    sample_run(db, "CREATE TABLE a(n BIGINT)");
    snapshot = site_connect(&site, "PrimaryImport", DB_EXISTING, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(snapshot);
    sample_run(snapshot, db_dialect(snapshot)->begin_snapshot);
    CU_ASSERT_EQUAL(sample_int(snapshot, "SELECT count(*) FROM a"), 0);
    sample_run(db, "PRAGMA busy_timeout=0");
    sample_run(db, "INSERT INTO a VALUES (1)");
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM a"), 1);
    CU_ASSERT_EQUAL(sample_int(snapshot, "SELECT count(*) FROM a"), 0);
    db_close(snapshot);
    site_close(&site);
}

static void
finds_databases_by_pattern(void)
{
    static const struct {
        const char *pattern;
        size_t count;
        const char *first;
    } cases[] = {{"*", 4, "PrimaryImport"}, {"Other:*", 1, "Orders"}, {"Other:Or*", 1, "Orders"},
        {"Star*", 1, "StarSchema"}, {"Archive", 1, "Archive"}, {"Other:X*", 0, NULL}};
    struct site site;
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    const char **names;
    size_t count;

    sample_open(&site, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ASSERT_OK(
            dump_match_databases(&site.settings, cases[i].pattern, &memory, &names, &count, &f),
            &f);
        CU_ASSERT_EQUAL(count, cases[i].count);
        if (count > 0)
            CU_ASSERT_STRING_EQUAL(names[0], cases[i].first);
    }
    CU_ASSERT_EQUAL(
        dump_match_databases(&site.settings, "Archiv", &memory, &names, &count, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.hint, "Archive"));
    arena_release(&memory);
    site_close(&site);
}

const struct test suite_etl_dump_dump[] = {
    {"names the file after database, stamp and set", names_the_file_after_database_stamp_and_set},
    {"gives two backups of one second two names", gives_two_backups_of_one_second_two_names},
    {"adds the extension to a file without one", adds_the_extension_to_a_file_without_one},
    {"writes to a path without any catalogue", writes_to_a_path_without_any_catalogue},
    {"refuses an existing file and keeps it", refuses_an_existing_file_and_keeps_it},
    {"notes in the catalogue what it overwrote", notes_in_the_catalogue_what_it_overwrote},
    {"enters the container and that it was read back",
        enters_the_container_and_that_it_was_read_back},
    {"refuses when nobody said who may open it", refuses_when_nobody_said_who_may_open_it},
    {"leaves out what a crash left half-way", leaves_out_what_a_crash_left_half_way},
    {"refuses a value that is not of its column's type",
        refuses_a_value_that_is_not_of_its_columns_type},
    {"shows one moment while others write", shows_one_moment_while_others_write},
    {"holds up no writer", holds_up_no_writer},
    {"finds databases by pattern", finds_databases_by_pattern},
    {0},
};
