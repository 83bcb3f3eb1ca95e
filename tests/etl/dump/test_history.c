#include "etl/dump/history.h"

#include "etl/dump/proof.h"
#include "etl/dump/verify.h"
#include "tests/etl/dump/sample.h"

#define OLD "bam_Order_Instances_20260101T000000Z"
#define OLD_RELATED "bam_Order_Relationships_20260101T000000Z"
#define NEW "bam_Order_Instances_20260102T000000Z"

static void
add_partition(struct db *db, const char *name, int64_t rows)
{
    struct text sql = TEXT_INIT;

    sample_run(db,
        sql_set(&sql, "CREATE TABLE %n(\"RecordID\" BIGINT NOT NULL PRIMARY KEY, t TEXT)", name));
    sample_run(
        db, sql_set(&sql,
                "INSERT INTO %n WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
                "WHERE n < %d) SELECT n, 'row ' || n FROM c",
                name, rows));
    text_release(&sql);
}

static struct db *
begin(struct site *site)
{
    struct db *db;

    sample_open(site, NULL);
    db = sample_database(site, "Archive");
    add_partition(db, OLD, 10);
    add_partition(db, OLD_RELATED, 3);
    sample_run(db, "CREATE TABLE other(n BIGINT)");
    sample_run(db, "INSERT INTO other VALUES (1)");
    return db;
}

static void
dump_archive(struct site *site, const struct dump_order *order, struct dump_result *result)
{
    struct fault f = FAULT_INIT;

    *result = (struct dump_result)DUMP_RESULT_INIT;
    ASSERT_OK(dump_database(site, "Archive", order, result, &f), &f);
}

/* How many containers a backup as ordered writes; `older` tables are left to others. */
static void
expect_dump(struct site *site, const struct dump_order *order, uint64_t containers, uint64_t older)
{
    struct dump_result r;

    dump_archive(site, order, &r);
    CU_ASSERT_EQUAL(r.containers, containers);
    CU_ASSERT_EQUAL(r.older, older);
    dump_result_release(&r);
}

static const struct dump_order plain = {.run = 0};

static void
writes_what_never_changes_once(void)
{
    struct site site;
    struct dump_result r;
    struct db *db = begin(&site);

    dump_archive(&site, &plain, &r);
    CU_ASSERT_EQUAL(r.containers, 2);
    CU_ASSERT_EQUAL(r.rows, 14);
    CU_ASSERT_EQUAL(r.tables, 3);
    dump_result_release(&r);
    add_partition(db, NEW, 5);
    dump_archive(&site, &plain, &r);
    CU_ASSERT_EQUAL(r.containers, 2);
    CU_ASSERT_EQUAL(r.older, 2);
    CU_ASSERT_EQUAL(r.rows, 6);
    CU_ASSERT_EQUAL(r.tables, 4);
    dump_result_release(&r);
    expect_dump(&site, &plain, 1, 3);
    site_close(&site);
}

static void
restores_from_several_containers(void)
{
    struct site site;
    struct dump_result r;
    struct restore_order order = {.as = "copy"};
    struct rowsum before = ROWSUM_INIT, after = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct db *db = begin(&site), *copy;

    sample_sum(db, OLD, &before);
    expect_dump(&site, &plain, 2, 0);
    add_partition(db, NEW, 5);
    dump_archive(&site, &plain, &r);
    order.source = r.file;
    sample_restore(&site, &order);
    copy = db_open("copy", "Driver=SQLite3;Database=data/copy.db", DB_EXISTING, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    sample_sum(copy, OLD, &after);
    CU_ASSERT(rowsum_equal(&before, &after));
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM " NEW), 5);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM " OLD_RELATED), 3);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM other"), 1);
    db_close(copy);
    dump_result_release(&r);
    rowsum_release(&before);
    rowsum_release(&after);
    site_close(&site);
}

static void
writes_everything_anew_when_asked(void)
{
    const struct dump_order full = {.full = true};
    struct site site;

    begin(&site);
    expect_dump(&site, &plain, 2, 0);
    expect_dump(&site, &full, 2, 0);
    expect_dump(&site, &plain, 1, 2);
    site_close(&site);
}

static void
stands_alone_with_a_name_or_keys_of_its_own(void)
{
    const struct dump_order named = {.file = "mine"};
    const struct dump_order open = {.sealing = {.no_encryption = true}};
    struct restore_order order = {.source = "mine", .as = "copy"};
    struct site site;

    begin(&site);
    expect_dump(&site, &plain, 2, 0);
    expect_dump(&site, &open, 1, 0);
    expect_dump(&site, &named, 1, 0);
    sample_restore(&site, &order);
    site_close(&site);
}

/* The stored file of the partition OLD. */
static void
find_old(struct site *site, struct text *path)
{
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;

    ASSERT_OK(catalogue_read(site_store(site, &f), &c, &f), &f);
    for (size_t i = 0; i < c.count; i++) {
        const struct catalogue_entry *e = &c.entries[i];

        if (e->kind != CATALOGUE_CONTAINER || e->partition == NULL)
            continue;
        text_clear(path);
        text_add_format(path, "store/%s", e->file);
    }
    CU_ASSERT_FATAL(path->length > 0);
    catalogue_release(&c);
}

static void
leans_on_nothing_that_was_damaged_or_lost(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct text path = TEXT_INIT, bytes = TEXT_INIT;

    begin(&site);
    expect_dump(&site, &plain, 2, 0);
    find_old(&site, &path);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    bytes.bytes[bytes.length / 2] ^= 1;
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    expect_dump(&site, &plain, 2, 0);
    expect_dump(&site, &plain, 1, 2);
    find_old(&site, &path);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    expect_dump(&site, &plain, 2, 0);
    text_release(&path);
    text_release(&bytes);
    site_close(&site);
}

static void
knows_another_history_of_the_same_name(void)
{
    struct site site;
    struct db *db = begin(&site);

    expect_dump(&site, &plain, 2, 0);
    sample_run(db, "UPDATE " OLD " SET t = 'else' WHERE \"RecordID\" = 4");
    expect_dump(&site, &plain, 2, 0);
    sample_run(db, "ALTER TABLE " OLD " ADD COLUMN more BIGINT");
    expect_dump(&site, &plain, 2, 0);
    expect_dump(&site, &plain, 1, 2);
    site_close(&site);
}

static void
marks_large_tables_by_their_ends_and_number(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct history_unit u = {.name = NEW, .tables = {{.name = NEW}}, .table_count = 1};
    char before[HISTORY_MARK_BYTES];
    struct db *db = begin(&site);
    static const char *const changes[] = {
        "UPDATE " NEW " SET t = '' WHERE \"RecordID\" = 1",
        "UPDATE " NEW " SET t = '' WHERE \"RecordID\" = 10000",
        "DELETE FROM " NEW " WHERE \"RecordID\" = 150",
    };

    add_partition(db, NEW, 10000);
    ASSERT_OK(history_mark(db, &u, &f), &f);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        memcpy(before, u.tables[0].mark, sizeof before);
        ASSERT_OK(history_mark(db, &u, &f), &f);
        CU_ASSERT_STRING_EQUAL(before, u.tables[0].mark);
        sample_run(db, changes[i]);
        ASSERT_OK(history_mark(db, &u, &f), &f);
        CU_ASSERT_STRING_NOT_EQUAL(before, u.tables[0].mark);
    }
    site_close(&site);
}

static void
seals_history_anew_for_new_recipients(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    char recipient[RECIPIENT_TEXT_BYTES];
    const char *recipients[] = {recipient};

    begin(&site);
    expect_dump(&site, &plain, 2, 0);
    sample_key("second.txt", recipient);
    ASSERT_OK(settings_add_recipients(&site.settings, recipients, 1, &f), &f);
    site_close(&site);
    site = (struct site)SITE_INIT;
    ASSERT_OK(site_open(&site, "nightcube.xml", &f), &f);
    expect_dump(&site, &plain, 2, 0);
    expect_dump(&site, &plain, 1, 2);
    site_close(&site);
}

static void
proves_what_an_older_container_holds(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct evidence found;
    struct proof *p;
    struct db *db = begin(&site);

    expect_dump(&site, &plain, 2, 0);
    expect_dump(&site, &plain, 1, 2);
    sample_sum(db, OLD, &sum);
    p = proof_open(&site, NULL, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT_EQUAL(proof_holds(p, "Archive", OLD, &sum, &found, &f), 1);
    sum.whole++;
    CU_ASSERT_EQUAL(proof_holds(p, "Archive", OLD, &sum, &found, &f), 0);
    proof_close(p);
    rowsum_release(&sum);
    site_close(&site);
}

static void
verifies_what_it_leans_on(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct text path = TEXT_INIT;
    struct dump_result d;
    struct verify_order order = {.no_key = false};
    struct verify_result r = VERIFY_RESULT_INIT;

    begin(&site);
    expect_dump(&site, &plain, 2, 0);
    dump_archive(&site, &plain, &d);
    order.source = d.file;
    ASSERT_OK(verify_container(&site, &order, &r, &f), &f);
    CU_ASSERT_EQUAL(r.older, 1);
    CU_ASSERT_EQUAL(r.summary.table_count, 3);
    CU_ASSERT_EQUAL(r.summary.rows, 14);
    verify_result_release(&r);
    find_old(&site, &path);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    CU_ASSERT_EQUAL(verify_container(&site, &order, &r, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_NO_INPUT);
    verify_result_release(&r);
    fault_clear(&f);
    order.no_key = true;
    CU_ASSERT_EQUAL(verify_container(&site, &order, &r, &f), -1);
    verify_result_release(&r);
    dump_result_release(&d);
    text_release(&path);
    site_close(&site);
}

const struct test suite_etl_dump_history[] = {
    {"writes what never changes once", writes_what_never_changes_once},
    {"restores from several containers", restores_from_several_containers},
    {"writes everything anew when asked", writes_everything_anew_when_asked},
    {"stands alone with a name or keys of its own", stands_alone_with_a_name_or_keys_of_its_own},
    {"leans on nothing that was damaged or lost", leans_on_nothing_that_was_damaged_or_lost},
    {"knows another history of the same name", knows_another_history_of_the_same_name},
    {"marks large tables by their ends and number", marks_large_tables_by_their_ends_and_number},
    {"seals history anew for new recipients", seals_history_anew_for_new_recipients},
    {"proves what an older container holds", proves_what_an_older_container_holds},
    {"verifies what it leans on", verifies_what_it_leans_on},
    {0},
};
