#include "etl/dump/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include "backup/container.h"
#include "etl/activity/deployment.h"
#include "etl/activity/metadata.h"
#include "tests/etl/dump/sample.h"

/* A second connection, to a file beside the configured ones. */
static struct db *
open_beside(const char *name)
{
    struct fault f = FAULT_INIT;
    char connection[600];
    struct db *db;

    snprintf(connection, sizeof connection, "Driver=SQLite3;Database=data/%s", name);
    if ((db = db_open(name, connection, DB_EXISTING, &f)) == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

/* The digest of the configured primary import, closed before. */
static void
digest_primary(struct site *site, char sha256[DIGEST_HEX_BYTES])
{
    struct fault f = FAULT_INIT;

    site_disconnect(site, "PrimaryImport");
    ASSERT_OK(digest_file("data/primary.db", sha256, &f), &f);
}

static void
expect_nothing_staged(void)
{
    CU_ASSERT(!file_exists("data/primary.db.restoring"));
    CU_ASSERT(!file_exists("data/primary.db.restoring-wal"));
    CU_ASSERT(!file_exists("data/primary.db-wal"));
}

static void
brings_back_every_value(void)
{
    struct site site;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};
    struct rowsum was = ROWSUM_INIT, is = ROWSUM_INIT;
    struct db *copy;

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_sum(sample_database(&site, "PrimaryImport"), SAMPLE_TABLE, &was);
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    sample_sum(copy, SAMPLE_TABLE, &is);
    CU_ASSERT_EQUAL(is.rows, 4);
    CU_ASSERT(rowsum_equal(&was, &is));
    rowsum_release(&was);
    rowsum_release(&is);
    db_close(copy);
    site_close(&site);
}

static void
keeps_empty_texts_apart_from_null(void)
{
    struct site site;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};
    struct db *copy;

    sample_open(&site, NULL);
    sample_run(sample_database(&site, "Orders"), "CREATE TABLE t(a TEXT, b BLOB)");
    sample_run(sample_database(&site, "Orders"),
        "INSERT INTO t VALUES ('', x''), (NULL, NULL), ('NULL', x'00')");
    sample_dump_as(&site, "Orders", &mine, NULL);
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM t WHERE a = ''"), 1);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM t WHERE a IS NULL"), 1);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM t WHERE b = x''"), 1);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM t WHERE b = x'00'"), 1);
    db_close(copy);
    site_close(&site);
}

static void
lets_the_identity_go_on(void)
{
    struct site site;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};
    struct db *db, *copy;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    sample_run(db, "CREATE TABLE t(n INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, v TEXT)");
    sample_run(db, "INSERT INTO t(v) VALUES ('a'), ('b'), ('c')");
    sample_run(db, "DELETE FROM t WHERE n > 1");
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    sample_run(copy, "INSERT INTO t(v) VALUES ('d')");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT n FROM t WHERE v = 'd'"), 4);
    db_close(copy);
    site_close(&site);
}

static void
brings_back_indexes_views_and_triggers(void)
{
    static const char *const made[] = {"CREATE TABLE \"a b\"(n INTEGER CHECK(n > 0), d DECIMAL(9, "
                                       "2) DEFAULT (1 + 1), UNIQUE(n))",
        "CREATE UNIQUE INDEX \"some rows\" ON \"a b\"(d) WHERE d > 0",
        "CREATE INDEX \"by ;expression\" ON \"a b\"(abs(n), d)",
        "CREATE VIEW \"v ö\" AS SELECT n, ';' AS x FROM \"a b\"",
        "CREATE TRIGGER \"t;\" AFTER INSERT ON \"a b\" BEGIN UPDATE \"a b\" SET d = CASE WHEN "
        "d > 5 THEN 5 ELSE d END; DELETE FROM \"a b\" WHERE n = 99; END",
        "INSERT INTO \"a b\" VALUES (1, 0.1), (2, 0), (3, 0)"};
    static const char all[] =
        "SELECT 1 FROM (SELECT type, name, tbl_name, sql FROM sqlite_master EXCEPT SELECT type, "
        "name, tbl_name, sql FROM old.sqlite_master)";
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};
    struct db *copy;

    sample_open(&site, NULL);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        sample_run(sample_database(&site, "Orders"), made[i]);
    sample_dump_as(&site, "Orders", &mine, NULL);
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM sqlite_master"), 6);
    sample_run(copy, "ATTACH 'data/orders.db' AS old");
    CU_ASSERT_EQUAL(db_has_row(copy, all, &f), 0);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM \"v ö\""), 3);
    sample_run(copy, "INSERT INTO \"a b\" VALUES (99, 0)");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM \"a b\""), 3);
    db_close(copy);
    site_close(&site);
}

static void
refuses_a_wrong_key_with_77(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    char recipient[RECIPIENT_TEXT_BYTES];
    struct identity_list identities;
    const struct restore_order order = {
        .source = "mine", .as = "copy", .opening = {.identities = &identities}};
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_key("other.txt", recipient);
    identities = sample_identities("other.txt");
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(fault_exit_code(f.kind), 77);
    CU_ASSERT(!file_exists("data/copy.db"));
    identity_list_release(&identities);
    site_close(&site);
}

static void
refuses_without_any_key_with_77(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    ASSERT_OK(file_remove("identity.txt", &f), &f);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(fault_exit_code(f.kind), 77);
    site_close(&site);
}

static void
refuses_a_key_for_what_is_not_encrypted(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct identity_list identities;
    const struct restore_order order = {
        .source = "mine", .as = "copy", .opening = {.identities = &identities}};
    const struct dump_order mine = {.file = "mine", .sealing = {.no_encryption = true}};

    sample_open(&site, NULL);
    identities = sample_identities("identity.txt");
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_USAGE);
    identity_list_release(&identities);
    site_close(&site);
}

static void
opens_with_the_passphrase(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {
        .source = "mine", .as = "copy", .opening = {.passphrase = "correct horse"}};
    const struct restore_order wrong = {
        .source = "mine", .as = "wrong", .opening = {.passphrase = "battery"}};
    const struct dump_order mine = {.file = "mine", .sealing = {.passphrase = "correct horse"}};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    CU_ASSERT(file_exists("data/copy.db"));
    CU_ASSERT_EQUAL(sample_try(&site, &wrong, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_PERMISSION);
    CU_ASSERT(!file_exists("data/wrong.db"));
    site_close(&site);
}

/* Changes one byte of a file, or cuts it there. */
static void
damage(const char *path, double part, bool cut)
{
    int fd = open(path, O_RDWR);
    off_t at = (off_t)(part * (double)lseek(fd, 0, SEEK_END));
    char byte;

    CU_ASSERT_FATAL(fd >= 0);
    if (cut) {
        CU_ASSERT_EQUAL(ftruncate(fd, at), 0);
    } else {
        CU_ASSERT_EQUAL(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        CU_ASSERT_EQUAL(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

/* A damaged container must leave the database that is there as it is. */
static void
try_damaged(double part, bool cut, bool plain)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "store/mine.abf", .allow_overwrite = true};
    const struct dump_order mine = {.file = "mine",
        .compression = plain ? DUMP_COMPRESS_NOT : DUMP_COMPRESS_AS_SET,
        .sealing = {.no_encryption = plain}};
    char before[DIGEST_HEX_BYTES], after[DIGEST_HEX_BYTES];

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    damage("store/mine.abf", part, cut);
    digest_primary(&site, before);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(fault_exit_code(f.kind), 65);
    digest_primary(&site, after);
    CU_ASSERT_STRING_EQUAL(before, after);
    expect_nothing_staged();
    site_close(&site);
    ASSERT_OK(file_remove_tree("store", &f), &f);
    ASSERT_OK(file_remove_tree("data", &f), &f);
}

static void
refuses_a_flipped_byte_and_keeps_the_old_database(void)
{
    /* The first ones lie in the header: nothing but the catalogue tells that it is not for another.
     */
    static const double parts[] = {0.015, 0.05, 0.4, 0.6, 0.9};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        try_damaged(parts[i], false, false);
}

static void
refuses_a_flipped_byte_in_a_plain_container(void)
{
    static const double parts[] = {0.01, 0.3, 0.5, 0.7, 0.999};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        try_damaged(parts[i], false, true);
}

static void
refuses_a_cut_container_and_keeps_the_old_database(void)
{
    try_damaged(0.5, true, false);
    try_damaged(0.5, true, true);
    try_damaged(0.999, true, true);
}

static void
refuses_a_container_that_the_catalogue_does_not_mean(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct text other = TEXT_INIT;
    const struct restore_order order = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"}, elsewhere = {.file = "elsewhere/mine.abf"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_dump_as(&site, "PrimaryImport", &elsewhere, NULL);
    ASSERT_OK(file_read_all("elsewhere/mine.abf", 1 << 24, &other, &f), &f);
    ASSERT_OK(file_write_all("store/mine.abf", text_get(&other), other.length, 0600, &f), &f);
    text_release(&other);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "catalogue");
    CU_ASSERT(!file_exists("data/copy.db"));
    CU_ASSERT(!file_exists("data/copy.db.restoring"));
    site_close(&site);
}

static void
refuses_an_existing_target_with_73(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine"};
    const struct restore_order beside = {.source = "mine", .as = "copy"};
    const struct dump_order mine = {.file = "mine"};
    char before[DIGEST_HEX_BYTES], after[DIGEST_HEX_BYTES];

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    digest_primary(&site, before);
    CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
    CU_ASSERT_EQUAL(fault_exit_code(f.kind), 73);
    digest_primary(&site, after);
    CU_ASSERT_STRING_EQUAL(before, after);
    sample_restore(&site, &beside);
    CU_ASSERT_EQUAL(sample_try(&site, &beside, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_EXISTS);
    site_close(&site);
}

static void
replaces_the_database_and_no_old_journal_is_replayed(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .allow_overwrite = true};
    const struct dump_order mine = {.file = "mine"};
    struct db *db;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    sample_run(db, "CREATE TABLE t(n BIGINT)");
    sample_run(db, "INSERT INTO t VALUES (1)");
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_run(db, "INSERT INTO t VALUES (2)");
    /* What a killed program leaves behind. */
    ASSERT_OK(digest_file("data/primary.db-wal", (char[DIGEST_HEX_BYTES]){0}, &f), &f);
    CU_ASSERT_EQUAL(system("cp data/primary.db-wal kept"), 0);
    site_disconnect(&site, "PrimaryImport");
    CU_ASSERT_EQUAL(system("cp kept data/primary.db-wal"), 0);
    sample_restore(&site, &order);
    expect_nothing_staged();
    db = sample_database(&site, "PrimaryImport");
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM t"), 1);
    CU_ASSERT_EQUAL(sample_int(db, "SELECT n FROM t"), 1);
    site_close(&site);
}

static void
refuses_to_replace_what_another_program_uses(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .allow_overwrite = true};
    const struct dump_order mine = {.file = "mine"};
    struct db *other;

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    other = site_connect(&site, "PrimaryImport", DB_EXISTING, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    CU_ASSERT_EQUAL(sample_int(other, "SELECT count(*) FROM sqlite_sequence"), 1);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_LOCKED, "in use");
    db_close(other);
    sample_restore(&site, &order);
    site_close(&site);
}

static void
replaces_a_database_that_is_beyond_opening(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .allow_overwrite = true};
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    site_disconnect(&site, "PrimaryImport");
    ASSERT_OK(file_write_all("data/primary.db", "rubbish, long since", 19, 0600, &f), &f);
    sample_restore(&site, &order);
    CU_ASSERT_EQUAL(
        sample_int(sample_database(&site, "PrimaryImport"), "SELECT count(*) FROM sqlite_master "
                                                            "WHERE type = 'index'"),
        1);
    site_close(&site);
}

static void
refuses_another_database_than_expected(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {
        .source = "mine", .database = "Archive", .allow_overwrite = true};
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "of 'PrimaryImport'");
    CU_ASSERT(!file_exists("data/archive.db"));
    site_close(&site);
}

static void
restores_on_a_bare_machine_from_the_store_alone(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .store = "file:store"};
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    site_disconnect(&site, "PrimaryImport");
    ASSERT_OK(file_remove_tree("data", &f), &f);
    sample_restore(&site, &order);
    CU_ASSERT(file_exists("data/primary.db"));
    site_close(&site);
}

static void
restores_to_another_connection(void)
{
    struct site site;
    const struct restore_order order = {
        .source = "mine", .to_connection = "Driver=SQLite3;Database=far/away.db"};
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    CU_ASSERT(file_exists("far/away.db"));
    site_close(&site);
}

static void
restores_the_tables_of_a_pattern_beside(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .as = "part", .only = "bam_A_*"};
    const struct restore_order over = {
        .source = "mine", .only = "bam_A_*", .allow_overwrite = true};
    const struct restore_order none = {.source = "mine", .as = "none", .only = "X*"};
    const struct dump_order mine = {.file = "mine"};
    struct db *db;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    sample_run(db, "CREATE TABLE \"bam_A_Active\"(n BIGINT)");
    sample_run(db, "CREATE TABLE \"bam_B_Active\"(n BIGINT)");
    sample_run(db, "CREATE VIEW \"bam_A_View\" AS SELECT n FROM \"bam_A_Active\"");
    sample_run(db, "CREATE VIEW \"bam_B_View\" AS SELECT n FROM \"bam_B_Active\"");
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    db = open_beside("part.db");
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM sqlite_master"), 2);
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM \"bam_A_View\""), 0);
    db_close(db);
    CU_ASSERT_EQUAL(sample_try(&site, &over, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_EXISTS);
    ASSERT_FAULT(sample_try(&site, &none, &f), &f, FAULT_DATA, "X*");
    site_close(&site);
}

/* An activity's own tables and views, of whatever age, and not those of one whose name goes on. */
static void
restores_one_activity_beside(void)
{
    static const char *const names[] = {"bam_A_Active", "bam_A_20260901T020000Z",
        "bam_A_20260901T020000Z_2", "bam_A_20260901T020000Z_Relationships",
        "bam_A_Instances_20260901T020000Z", "bam_A_B_Active", "bam_A_B_20260901T020000Z",
        "bam_A_20260901T020000Z_B", "bam_AB_Active", "A_"};
    struct site site;
    const struct restore_order order = {.source = "mine", .as = "part", .only = "A"};
    const struct dump_order mine = {.file = "mine"};
    struct text sql = TEXT_INIT;
    struct fault f = FAULT_INIT;
    struct db *db;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        sample_run(db, sql_set(&sql, "CREATE TABLE %n(n BIGINT)", names[i]));
    sample_run(
        db, "CREATE VIEW \"bam_A_AllInstances_1\" AS SELECT n FROM \"bam_A_20260901T020000Z\"");
    sample_run(db, "CREATE VIEW \"bam_A_AllInstances\" AS SELECT n FROM \"bam_A_AllInstances_1\"");
    sample_run(db, "CREATE VIEW \"bam_A_B_AllInstances\" AS SELECT n FROM \"bam_A_B_Active\"");
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    db = open_beside("part.db");
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM sqlite_master"), 7);
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM \"bam_A_AllInstances\""), 0);
    for (size_t i = 5; i < sizeof names / sizeof *names; i++)
        CU_ASSERT_EQUAL(db_table_exists(db, names[i], &f), 0);
    db_close(db);
    text_release(&sql);
    site_close(&site);
}

static void
refuses_a_name_that_leads_elsewhere(void)
{
    static const char *const names[] = {"../x", "a/b", ".x", "", "a;b"};
    struct site site;
    struct fault f = FAULT_INIT;
    const struct dump_order mine = {.file = "mine"};

    sample_open(&site, NULL);
    sample_fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct restore_order order = {.source = "mine", .as = names[i]};

        CU_ASSERT_EQUAL(sample_try(&site, &order, &f), -1);
        CU_ASSERT_EQUAL(f.kind, FAULT_USAGE);
    }
    site_close(&site);
}

/* ---- containers of other engines, written by hand ---- */

struct draft {
    struct store *store;
    struct store_writer *to;
    struct container_writer *writer;
};

static void
draft_begin(struct draft *d, const struct container_info *info, const char *file)
{
    struct fault f = FAULT_INIT;
    const struct pack_options packing = {.compress = false};

    d->store = store_open("file:store", &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d->store);
    d->to = store_begin(d->store, file, true, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d->to);
    d->writer = container_begin(&packing, info, store_writer_sink(d->to), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d->writer);
}

static void
draft_end(struct draft *d, char sha256[DIGEST_HEX_BYTES])
{
    struct fault f = FAULT_INIT;
    struct container_summary summary = CONTAINER_SUMMARY_INIT;

    ASSERT_OK(container_finish(d->writer, &summary, &f), &f);
    if (sha256 != NULL)
        memcpy(sha256, summary.packed.sha256, DIGEST_HEX_BYTES);
    container_summary_release(&summary);
    container_free(d->writer);
    ASSERT_OK(store_commit(d->to, &f), &f);
    store_close(d->store);
}

static const struct container_info foreign = {.id = "f1",
    .database = "Orders",
    .engine = "PostgreSQL",
    .program = "test",
    .taken_utc = INT64_C(1700000000000000)};

/* A table "t" of one column, with one value. */
static void
draft_table(struct draft *d, struct value v)
{
    struct fault f = FAULT_INIT;
    struct table_column column = {.name = "c", .type = v.type};
    const struct table t = {.name = "t", .columns = &column, .column_count = 1};

    ASSERT_OK(container_begin_table(d->writer, &t, &f), &f);
    ASSERT_OK(container_add_row(d->writer, &v, &f), &f);
    ASSERT_OK(container_end_table(d->writer, &f), &f);
}

static void
refuses_what_the_engine_cannot_hold_unless_told(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct draft d;
    const struct restore_order order = {.source = "f.abf", .as = "copy"};
    const struct restore_order lossy = {.source = "f.abf", .as = "copy", .allow_lossy = true};
    struct restore_result result = RESTORE_RESULT_INIT;
    struct db *copy;

    sample_open(&site, NULL);
    draft_begin(&d, &foreign, "f.abf");
    draft_table(&d, value_float(NAN));
    draft_end(&d, NULL);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "table 't', column 'c', row 1");
    CU_ASSERT(!file_exists("data/copy.db"));
    ASSERT_OK(restore_container(&site, &lossy, &result, &f), &f);
    CU_ASSERT_EQUAL(result.items[0].changed, 1);
    restore_result_release(&result);
    copy = open_beside("copy.db");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM t WHERE c IS NULL"), 1);
    db_close(copy);
    site_close(&site);
}

static int
cut_off(
    void *state, const char *database, enum container_kind kind, const char *path, struct fault *f)
{
    (void)state, (void)database, (void)kind, (void)path;
    return fault_set(f, FAULT_INTERRUPTED, "cut off by the test");
}

static void
tells_what_was_changed_before_it_was_cut_off(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct draft d;
    struct restore_order order = {
        .source = "f.abf", .as = "copy", .allow_lossy = true, .hook.staged = cut_off};
    struct restore_result result = RESTORE_RESULT_INIT;

    sample_open(&site, NULL);
    draft_begin(&d, &foreign, "f.abf");
    draft_table(&d, value_float(NAN));
    draft_end(&d, NULL);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_INTERRUPTED, "cut off");
    CU_ASSERT(file_exists("data/copy.db.restoring"));
    order.hook.staged = NULL;
    ASSERT_OK(restore_container(&site, &order, &result, &f), &f);
    CU_ASSERT_EQUAL(result.items[0].rows, 1);
    CU_ASSERT_EQUAL(result.items[0].changed, 1);
    restore_result_release(&result);
    site_close(&site);
}

static void
names_the_views_of_another_engine_that_are_left_out(void)
{
    static const char objects[] = "Kind,Name,Table,Sql\r\nview,\"v\",\"v\",\"CREATE VIEW x\"\r\n";
    struct site site;
    struct fault f = FAULT_INIT;
    struct draft d;
    const struct restore_order order = {.source = "f.abf", .as = "copy"};
    struct restore_result result = RESTORE_RESULT_INIT;

    sample_open(&site, NULL);
    draft_begin(&d, &foreign, "f.abf");
    ASSERT_OK(container_add_bytes(d.writer, "objects.csv", objects, sizeof objects - 1, &f), &f);
    draft_table(&d, value_int(1));
    draft_end(&d, NULL);
    ASSERT_OK(restore_container(&site, &order, &result, &f), &f);
    CU_ASSERT_EQUAL_FATAL(result.todo_count, 2);
    CU_ASSERT(test_contains(result.todo[0], "foreign keys, checks, triggers"));
    CU_ASSERT(test_contains(result.todo[1], "'v'"));
    restore_result_release(&result);
    site_close(&site);
}

static void
follows_references_to_older_containers(void)
{
    static const char *tables[] = {"t"};
    struct site site;
    struct fault f = FAULT_INIT;
    struct draft d;
    struct container_reference reference = {
        .container = "f1", .file = "old.abf", .tables = tables, .table_count = 1};
    struct container_info newer = foreign;
    const struct restore_order order = {.source = "new.abf", .as = "copy"};
    struct db *copy;

    sample_open(&site, NULL);
    draft_begin(&d, &foreign, "old.abf");
    draft_table(&d, value_int(42));
    draft_end(&d, reference.sha256);
    newer.id = "f2";
    newer.references = &reference;
    newer.reference_count = 1;
    draft_begin(&d, &newer, "new.abf");
    draft_end(&d, NULL);
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT c FROM t"), 42);
    db_close(copy);
    ASSERT_OK(file_remove("data/copy.db", &f), &f);
    draft_begin(&d, &foreign, "old.abf");
    draft_table(&d, value_int(43));
    draft_end(&d, NULL);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "built on");
    CU_ASSERT(!file_exists("data/copy.db"));
    site_close(&site);
}

static void
runs_nothing_but_the_making_of_objects(void)
{
    static const char *const evil[] = {
        "view,v,v,\"CREATE VIEW v AS SELECT 1; ATTACH 'data/evil.db' AS e\"\r\n",
        "view,v,v,\"ATTACH 'data/evil.db' AS e\"\r\n",
        "trigger,g,t,\"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; ATTACH "
        "'data/evil.db' AS e\"\r\n",
        "trigger,g,t,\"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; ATTACH 'data/evil.db' "
        "AS e; END\"\r\n",
        "table,t,t,\"CREATE TABLE t(c INT) /* ; */; ATTACH 'data/evil.db' AS e\"\r\n"};
    struct site site;
    struct fault f = FAULT_INIT;
    struct container_info info = foreign;
    const struct restore_order order = {.source = "f.abf", .as = "copy"};

    info.engine = "sqlite";
    sample_open(&site, NULL);
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        struct text objects = TEXT_INIT;
        struct draft d;

        text_add_format(&objects, "Kind,Name,Table,Sql\r\n%s", evil[i]);
        draft_begin(&d, &info, "f.abf");
        ASSERT_OK(
            container_add_bytes(d.writer, "objects.csv", text_get(&objects), objects.length, &f),
            &f);
        draft_table(&d, value_int(1));
        draft_end(&d, NULL);
        ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "its SQL");
        CU_ASSERT(!file_exists("data/evil.db"));
        text_release(&objects);
    }
    site_close(&site);
}

/* ---- a real primary import ---- */

static void
deploy(struct db *db)
{
    static const char xml[] =
        "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
        "<Activity Name=\"Order\" ID=\"A\"><Checkpoint Name=\"Received\" ID=\"C1\" "
        "DataType=\"DATETIME\"/><Checkpoint Name=\"State\" ID=\"C2\" DataType=\"NVARCHAR\" "
        "DataLength=\"50\"/></Activity>"
        "<View Name=\"Sales\" ID=\"V\"><ActivityView Name=\"OrderView\" ID=\"AV\" "
        "ActivityRef=\"A\"><Alias Name=\"Received\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef>"
        "</Alias><Alias Name=\"State\" ID=\"L2\"><CheckpointRef>C2</CheckpointRef></Alias>"
        "</ActivityView></View></BAMDefinition>";
    struct fault f = FAULT_INIT;
    struct findings list = FINDINGS_INIT("test");
    struct definition d = DEFINITION_INIT;
    int rc = definition_read_text(&d, xml, sizeof xml - 1, &list, &f);

    if (rc != 0)
        fprintf(stderr, "%s", text_get(&list.lines));
    ASSERT_OK(rc, &f);
    ASSERT_OK(metadata_setup(db, &f), &f);
    ASSERT_OK(deployment_deploy(db, &d, &list, &f), &f);
    definition_release(&d);
    findings_release(&list);
}

static void
says_what_is_left_to_do(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct restore_order order = {.source = "mine", .allow_overwrite = true};
    const struct dump_order mine = {.file = "mine"};
    struct restore_result result = RESTORE_RESULT_INIT;
    struct db *db;

    sample_open(&site, NULL);
    db = sample_database(&site, "PrimaryImport");
    deploy(db);
    sample_run(db, "INSERT INTO \"bam_Order_Active\"(\"ActivityID\") VALUES ('1'), ('2')");
    sample_run(db, "INSERT INTO \"bam_Metadata_ReferencedDatabases\"(\"Name\") VALUES ('CRM')");
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    ASSERT_OK(restore_container(&site, &order, &result, &f), &f);
    CU_ASSERT_EQUAL_FATAL(result.todo_count, 2); /* an embedded engine has no accounts */
    CU_ASSERT(test_contains(result.todo[0], "Order: 2 incomplete instances"));
    CU_ASSERT(test_contains(result.todo[1], "CRM"));
    restore_result_release(&result);
    site_close(&site);
}

/* Writes a container anew as one of another engine. */
static int
take_info(void *state, const struct container_info *info, struct fault *f)
{
    struct container_info changed = *info;

    (void)f;
    changed.engine = "PostgreSQL";
    draft_begin(state, &changed, "foreign.abf");
    return 0;
}

static int
take_table(void *state, const struct table *table, struct fault *f)
{
    struct draft *d = state;

    return container_begin_table(d->writer, table, f);
}

static int
take_row(void *state, const struct value *row, struct fault *f)
{
    struct draft *d = state;

    return container_add_row(d->writer, row, f);
}

static int
take_end(void *state, const struct rowsum *sum, struct fault *f)
{
    struct draft *d = state;

    (void)sum;
    return container_end_table(d->writer, f);
}

static int
take_file(
    void *state, const char *name, uint64_t size_bytes, struct byte_source content, struct fault *f)
{
    struct draft *d = state;
    char *bytes = malloc(size_bytes + 1);
    int rc = -1;

    if (source_read_full(&content, bytes, size_bytes, f) == (ssize_t)size_bytes)
        rc = container_add_bytes(d->writer, name, bytes, size_bytes, f);
    free(bytes);
    return rc;
}

static void
translate(const char *path)
{
    struct fault f = FAULT_INIT;
    struct draft d = {NULL, NULL, NULL};
    const struct container_handler handler = {.info = take_info,
        .begin_table = take_table,
        .row = take_row,
        .end_table = take_end,
        .file = take_file,
        .state = &d};
    struct file_reader r;

    ASSERT_OK(file_reader_open(&r, path, &f), &f);
    ASSERT_OK(container_read(file_reader_source(&r), NULL, &handler, NULL, &f), &f);
    file_reader_close(&r);
    draft_end(&d, NULL);
}

static void
regenerates_the_views_of_a_primary_import_from_another_engine(void)
{
    static const char views[] =
        "SELECT count(*) FROM sqlite_master WHERE type = 'view' AND name LIKE 'bam_%'";
    struct site site;
    const struct restore_order order = {.source = "foreign.abf", .as = "copy"};
    const struct dump_order mine = {.file = "mine", .sealing = {.no_encryption = true}};
    struct db *copy;

    sample_open(&site, NULL);
    deploy(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    translate("store/mine.abf");
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    CU_ASSERT_EQUAL(
        sample_int(copy, views), sample_int(sample_database(&site, "PrimaryImport"), views));
    CU_ASSERT(sample_int(copy, views) > 5);
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT count(*) FROM \"bam_Sales_OrderView_View\""), 0);
    db_close(copy);
    site_close(&site);
}

static void
rebuilds_the_views_of_an_archive_from_another_engine(void)
{
    struct site site;
    const struct restore_order order = {.source = "foreign.abf", .as = "copy"};
    const struct dump_order mine = {.file = "mine", .sealing = {.no_encryption = true}};
    struct db *db, *copy;

    sample_open(&site, NULL);
    db = sample_database(&site, "Archive");
    sample_run(db, "CREATE TABLE \"bam_Order_Instances_1\"(\"RecordID\" BIGINT)");
    sample_run(db, "INSERT INTO \"bam_Order_Instances_1\" VALUES (5)");
    sample_run(db, "CREATE VIEW \"bam_Order_InstancesView\" AS SELECT 0 AS \"RecordID\"");
    sample_dump_as(&site, "Archive", &mine, NULL);
    translate("store/mine.abf");
    sample_restore(&site, &order);
    copy = open_beside("copy.db");
    CU_ASSERT_EQUAL(sample_int(copy, "SELECT \"RecordID\" FROM \"bam_Order_InstancesView\""), 5);
    db_close(copy);
    site_close(&site);
}

const struct test suite_etl_dump_restore[] = {
    {"brings back every value", brings_back_every_value},
    {"keeps empty texts apart from NULL", keeps_empty_texts_apart_from_null},
    {"lets the identity go on", lets_the_identity_go_on},
    {"brings back indexes, views and triggers", brings_back_indexes_views_and_triggers},
    {"refuses a wrong key with 77", refuses_a_wrong_key_with_77},
    {"refuses without any key with 77", refuses_without_any_key_with_77},
    {"refuses a key for what is not encrypted", refuses_a_key_for_what_is_not_encrypted},
    {"opens with the passphrase", opens_with_the_passphrase},
    {"refuses a flipped byte and keeps the old database",
        refuses_a_flipped_byte_and_keeps_the_old_database},
    {"refuses a flipped byte in a plain container", refuses_a_flipped_byte_in_a_plain_container},
    {"refuses a cut container and keeps the old database",
        refuses_a_cut_container_and_keeps_the_old_database},
    {"refuses a container that the catalogue does not mean",
        refuses_a_container_that_the_catalogue_does_not_mean},
    {"refuses an existing target with 73", refuses_an_existing_target_with_73},
    {"replaces the database and no old journal is replayed",
        replaces_the_database_and_no_old_journal_is_replayed},
    {"refuses to replace what another program uses", refuses_to_replace_what_another_program_uses},
    {"replaces a database that is beyond opening", replaces_a_database_that_is_beyond_opening},
    {"refuses another database than expected", refuses_another_database_than_expected},
    {"restores on a bare machine from the store alone",
        restores_on_a_bare_machine_from_the_store_alone},
    {"restores to another connection", restores_to_another_connection},
    {"restores the tables of a pattern beside", restores_the_tables_of_a_pattern_beside},
    {"restores one activity beside", restores_one_activity_beside},
    {"refuses a name that leads elsewhere", refuses_a_name_that_leads_elsewhere},
    {"refuses what the engine cannot hold unless told",
        refuses_what_the_engine_cannot_hold_unless_told},
    {"tells what was changed before it was cut off", tells_what_was_changed_before_it_was_cut_off},
    {"names the views of another engine that are left out",
        names_the_views_of_another_engine_that_are_left_out},
    {"follows references to older containers", follows_references_to_older_containers},
    {"runs nothing but the making of objects", runs_nothing_but_the_making_of_objects},
    {"says what is left to do", says_what_is_left_to_do},
    {"regenerates the views of a primary import from another engine",
        regenerates_the_views_of_a_primary_import_from_another_engine},
    {"rebuilds the views of an archive from another engine",
        rebuilds_the_views_of_an_archive_from_another_engine},
    {0},
};
