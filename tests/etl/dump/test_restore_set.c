#include "etl/dump/restore.h"

#include "config/base/clock.h"
#include "tests/etl/dump/sample.h"

static const char *const databases[] = {"Archive", "StarSchema", "Orders", "PrimaryImport"};

/* Every database says which state it is in. */
static void
set_state(struct site *site, const char *name, int64_t state)
{
    struct text sql = TEXT_INIT;
    struct db *db = sample_database(site, name);

    sample_run(db, "CREATE TABLE IF NOT EXISTS state(n BIGINT)");
    sample_run(db, "DELETE FROM state");
    sample_run(db, sql_set(&sql, "INSERT INTO state VALUES (%d)", state));
    text_release(&sql);
}

static int64_t
get_state(struct site *site, const char *name)
{
    return sample_int(sample_database(site, name), "SELECT n FROM state");
}

static void
dump_of_run(struct site *site, const char *name, int64_t run, bool after)
{
    const struct dump_order order = {.run = run, .after = after};

    sample_dump_as(site, name, &order, NULL);
}

static void
write_cubes(struct site *site, int64_t run)
{
    struct fault f = FAULT_INIT;
    const struct dump_order order = {.run = run, .after = true};
    struct dump_result result = DUMP_RESULT_INIT;
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)run * 10 + 1);
    ASSERT_OK(file_make_directory("data/cubes/deep er", 0700, &f), &f);
    ASSERT_OK(file_write_all("data/cubes/deep er/state", text, strlen(text), 0600, &f), &f);
    ASSERT_OK(dump_analysis(site, "Cubes", &order, &result, &f), &f);
    dump_result_release(&result);
}

static void
expect_cubes(const char *expected)
{
    struct fault f = FAULT_INIT;
    struct text text = TEXT_INIT;

    ASSERT_OK(file_read_all("data/cubes/deep er/state", 100, &text, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&text), expected);
    text_release(&text);
}

static void
end_run(struct site *site, int64_t run, bool complete)
{
    struct fault f = FAULT_INIT;
    struct catalogue_entry entry = {.kind = CATALOGUE_RUN,
        .added_utc = clock_now(),
        .run = run,
        .job = "nightly",
        .complete = complete};

    ASSERT_OK(catalogue_add(site_store(site, &f), &entry, &f), &f);
}

/* A night: state run*10 before it, run*10+1 after. */
static void
night(struct site *site, int64_t run, bool complete)
{
    set_state(site, "PrimaryImport", run * 10);
    set_state(site, "Orders", run * 10);
    dump_of_run(site, "PrimaryImport", run, false);
    dump_of_run(site, "Orders", run, false);
    for (int i = 0; i < 4; i++)
        set_state(site, databases[i], run * 10 + 1);
    dump_of_run(site, "Archive", run, false);
    if (complete) {
        write_cubes(site, run);
        dump_of_run(site, "StarSchema", run, true);
    }
    end_run(site, run, complete);
}

static int
try_set(struct site *site, const struct restore_set_order *order, struct fault *f)
{
    struct restore_result result = RESTORE_RESULT_INIT;
    int rc = restore_set(site, order, &result, f);

    restore_result_release(&result);
    return rc;
}

static void
restores_what_belongs_together(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 2, .allow_overwrite = true};
    struct restore_result result = RESTORE_RESULT_INIT;

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    night(&site, 3, true);
    ASSERT_OK(restore_set(&site, &order, &result, &f), &f);
    CU_ASSERT_EQUAL(result.run, 2);
    CU_ASSERT_EQUAL(result.based_on, 1);
    CU_ASSERT_EQUAL_FATAL(result.count, 5);
    CU_ASSERT_STRING_EQUAL(result.items[4].database, "PrimaryImport");
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 20);
    CU_ASSERT_EQUAL(get_state(&site, "Orders"), 20);
    CU_ASSERT_EQUAL(get_state(&site, "Archive"), 11);
    CU_ASSERT_EQUAL(get_state(&site, "StarSchema"), 11);
    expect_cubes("11");
    CU_ASSERT(!file_exists("data/cubes.restoring"));
    restore_result_release(&result);
    site_close(&site);
}

/* The path of what that run keeps of Orders. */
static void
find_orders(struct site *site, int64_t run, struct text *path)
{
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(catalogue_read(site_store(site, &f), &c, &f), &f);
    for (size_t i = 0; i < c.count; i++) {
        const struct catalogue_entry *e = &c.entries[i];

        if (e->kind == CATALOGUE_CONTAINER && e->run == run && strcmp(e->database, "Orders") == 0)
            text_add_format(path, "store/%s", e->file);
    }
    catalogue_release(&c);
    CU_ASSERT_FATAL(path->length > 0);
}

/* One file of many lost its last byte: it is told before anything is replaced. */
static void
a_set_with_a_cut_container_is_refused_whole(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 2, .allow_overwrite = true};
    struct text path = TEXT_INIT, bytes = TEXT_INIT;

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    night(&site, 3, true);
    find_orders(&site, 2, &path);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length - 1, 0600, &f), &f);
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_DATA, "of Orders has");
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(get_state(&site, databases[i]), 31);
    expect_cubes("31");
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "Orders"), 20);
    text_release(&bytes);
    text_release(&path);
    site_close(&site);
}

static void
passes_over_a_run_that_is_not_complete(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 3, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, false);
    night(&site, 3, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 30);
    CU_ASSERT_EQUAL(get_state(&site, "Archive"), 11);
    CU_ASSERT_EQUAL(get_state(&site, "StarSchema"), 11);
    site_close(&site);
}

/* Rows that only the archive of a run that was cut off holds must not get lost. */
static void
takes_the_archive_that_holds_the_only_copy(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 3, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    sample_run(sample_database(&site, "Archive"), "CREATE TABLE \"bam_A_Instances_7\"(n BIGINT)");
    night(&site, 2, false);
    night(&site, 3, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "Archive"), 21);
    CU_ASSERT_EQUAL(get_state(&site, "StarSchema"), 11);
    site_close(&site);
}

static void
keeps_to_the_complete_run_while_the_partition_is_online(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 3, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    sample_run(sample_database(&site, "Archive"), "CREATE TABLE \"bam_A_Instances_7\"(n BIGINT)");
    sample_run(sample_database(&site, "PrimaryImport"), "CREATE TABLE \"bam_A_7\"(n BIGINT)");
    night(&site, 2, false);
    night(&site, 3, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "Archive"), 11);
    site_close(&site);
}

static void
empties_what_was_not_there_before_the_first_run(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 1, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 10);
    CU_ASSERT_EQUAL(
        sample_int(sample_database(&site, "Archive"), "SELECT count(*) FROM sqlite_master"), 0);
    CU_ASSERT(file_exists("data/cubes"));
    CU_ASSERT(!file_exists("data/cubes/deep er"));
    site_close(&site);
}

static void
restores_the_end_of_a_run(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 1, .after = true, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    dump_of_run(&site, "PrimaryImport", 1, true);
    night(&site, 2, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 11);
    CU_ASSERT_EQUAL(get_state(&site, "Archive"), 11);
    expect_cubes("11");
    site_close(&site);
}

static void
refuses_the_end_of_a_run_that_was_not_kept(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 1, .after = true, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_DATA, "taken at its end");
    site_close(&site);
}

static void
finds_the_run_of_a_moment(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct restore_set_order order = {.as_of_utc = 1, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_DATA, "1970-01-01");
    order.as_of_utc = clock_now();
    night(&site, 3, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 20);
    site_close(&site);
}

static void
refuses_existing_targets_and_touches_none(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 2};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    CU_ASSERT_EQUAL(try_set(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(fault_exit_code(f.kind), 73);
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 21);
    CU_ASSERT_EQUAL(get_state(&site, "Archive"), 21);
    expect_cubes("21");
    site_close(&site);
}

/* Removes the stored file of a database's container of a run. */
static void
lose(struct site *site, const char *database, int64_t run)
{
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;

    ASSERT_OK(catalogue_read(site_store(site, &f), &c, &f), &f);
    for (size_t i = 0; i < c.count; i++) {
        if (c.entries[i].kind == CATALOGUE_CONTAINER && c.entries[i].run == run &&
            strcmp(c.entries[i].database, database) == 0)
            ASSERT_OK(store_remove(site_store(site, &f), c.entries[i].file, &f), &f);
    }
    catalogue_release(&c);
}

static void
refuses_a_set_with_a_missing_container_by_name(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 2, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    lose(&site, "StarSchema", 1);
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_DATA, "of StarSchema is missing");
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 21);
    site_close(&site);
}

static void
refuses_a_hole_by_name(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 3, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, false);
    end_run(&site, 2, true);
    night(&site, 3, true);
    ASSERT_FAULT(
        try_set(&site, &order, &f), &f, FAULT_DATA, "run 2 has no container of 'StarSchema'");
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 31);
    site_close(&site);
}

/* The last container of a set is found damaged: nothing of the set may be swapped in. */
static void
swaps_nothing_when_one_container_is_damaged(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    const struct restore_set_order order = {.run = 2, .allow_overwrite = true};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    ASSERT_OK(catalogue_read(site_store(&site, &f), &c, &f), &f);
    for (size_t i = 0; i < c.count; i++) {
        if (c.entries[i].kind == CATALOGUE_CONTAINER && c.entries[i].run == 2 &&
            strcmp(c.entries[i].database, "PrimaryImport") == 0)
            text_add_format(&path, "store/%s", c.entries[i].file);
    }
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    bytes.bytes[bytes.length - 20] ^= 1;
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    CU_ASSERT_EQUAL(try_set(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(get_state(&site, databases[i]), 21);
    expect_cubes("21");
    CU_ASSERT(!file_exists("data/archive.db.restoring"));
    CU_ASSERT(!file_exists("data/cubes.restoring"));
    text_release(&path);
    text_release(&bytes);
    catalogue_release(&c);
    site_close(&site);
}

static void
restores_into_a_scratch_directory(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_set_order order = {.run = 2, .scratch = "drill"};

    sample_open(&site, NULL);
    night(&site, 1, true);
    night(&site, 2, true);
    ASSERT_OK(try_set(&site, &order, &f), &f);
    CU_ASSERT(file_exists("drill/PrimaryImport.db"));
    CU_ASSERT(file_exists("drill/Archive.db"));
    CU_ASSERT(file_exists("drill/Cubes/deep er/state"));
    CU_ASSERT_EQUAL(get_state(&site, "PrimaryImport"), 21);
    site_close(&site);
}

struct cut {
    const char *database;
};

static int
cut_off_at(
    void *state, const char *database, enum container_kind kind, const char *path, struct fault *f)
{
    const struct cut *cut = state;

    (void)kind, (void)path;
    return strcmp(database, cut->database) == 0
               ? fault_set(f, FAULT_INTERRUPTED, "cut off by the test")
               : 0;
}

/* Nothing goes on in scratch, or with a place that is empty: they do not stay, and nobody is told
 * to rely on them. */
static void
keeps_no_place_that_is_begun_anew_anyway(void)
{
    struct cut cut = {"Archive"};
    struct site site;
    struct fault f = FAULT_INIT;
    struct restore_set_order order = {.run = 1,
        .scratch = "drill",
        .allow_overwrite = true,
        .hook = {.staged = cut_off_at, .state = &cut}};

    sample_open(&site, NULL);
    night(&site, 1, true);
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_INTERRUPTED, "cut off");
    CU_ASSERT_STRING_EQUAL(f.hint, "");
    CU_ASSERT(!file_exists("drill/Archive.db.restoring"));
    order.scratch = NULL; /* before the first run there was no archive: it is loaded with nothing */
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_INTERRUPTED, "cut off");
    CU_ASSERT_STRING_EQUAL(f.hint, "");
    CU_ASSERT(!file_exists("data/archive.db.restoring"));
    cut.database = "PrimaryImport";
    ASSERT_FAULT(try_set(&site, &order, &f), &f, FAULT_INTERRUPTED, "cut off");
    CU_ASSERT(file_exists("data/primary.db.restoring"));
    CU_ASSERT(!file_exists("data/archive.db.restoring"));
    site_close(&site);
}

const struct test suite_etl_dump_restore_set[] = {
    {"restores what belongs together", restores_what_belongs_together},
    {"a set with a cut container is refused whole", a_set_with_a_cut_container_is_refused_whole},
    {"passes over a run that is not complete", passes_over_a_run_that_is_not_complete},
    {"takes the archive that holds the only copy", takes_the_archive_that_holds_the_only_copy},
    {"keeps to the complete run while the partition is online",
        keeps_to_the_complete_run_while_the_partition_is_online},
    {"empties what was not there before the first run",
        empties_what_was_not_there_before_the_first_run},
    {"restores the end of a run", restores_the_end_of_a_run},
    {"refuses the end of a run that was not kept", refuses_the_end_of_a_run_that_was_not_kept},
    {"finds the run of a moment", finds_the_run_of_a_moment},
    {"refuses existing targets and touches none", refuses_existing_targets_and_touches_none},
    {"refuses a set with a missing container by name",
        refuses_a_set_with_a_missing_container_by_name},
    {"refuses a hole by name", refuses_a_hole_by_name},
    {"swaps nothing when one container is damaged", swaps_nothing_when_one_container_is_damaged},
    {"restores into a scratch directory", restores_into_a_scratch_directory},
    {"keeps no place that is begun anew anyway", keeps_no_place_that_is_begun_anew_anyway},
    {0},
};
