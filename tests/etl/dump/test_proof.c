#include "etl/dump/proof.h"

#include "tests/etl/dump/sample.h"

/* A primary import with one table, and the checksums of its rows. */
static struct db *
begin(struct site *site, struct rowsum *sum)
{
    struct db *db;

    sample_open(site, NULL);
    db = sample_database(site, "PrimaryImport");
    sample_run(db, "CREATE TABLE p(n BIGINT, t TEXT)");
    sample_run(db, "INSERT INTO p VALUES (1, 'a'), (2, NULL)");
    sample_sum(db, "p", sum);
    return db;
}

static int
ask(struct proof *p, const char *database, const char *table, const struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct evidence found = {.container = NULL};
    int rc = proof_holds(p, database, table, sum, &found, &f);

    if (rc < 0)
        test_print_fault(__FILE__, __LINE__, &f);
    return rc;
}

static struct proof *
open_proof(struct site *site)
{
    struct fault f = FAULT_INIT;
    struct proof *p = proof_open(site, NULL, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p;
}

static void
finds_the_backup_that_holds_the_rows(void)
{
    struct site site;
    struct rowsum sum = ROWSUM_INIT;
    struct proof *p;

    begin(&site, &sum);
    sample_dump(&site, "PrimaryImport", NULL);
    p = open_proof(&site);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "p", &sum), 1);
    CU_ASSERT_EQUAL(ask(p, "Archive", "p", &sum), 0);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "q", &sum), 0);
    proof_close(p);
    rowsum_release(&sum);
    site_close(&site);
}

static void
sees_a_backup_made_after_it_was_opened(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct proof *p;
    struct backup_proof proof;
    struct evidence found = {.container = NULL};

    begin(&site, &sum);
    p = open_proof(&site);
    proof = proof_of(p);
    CU_ASSERT_EQUAL(proof.holds(proof.state, "PrimaryImport", "p", &sum, &found, &f), 0);
    sample_dump(&site, "PrimaryImport", NULL);
    CU_ASSERT_PTR_NULL(found.container);
    CU_ASSERT_EQUAL(proof.holds(proof.state, "PrimaryImport", "p", &sum, &found, &f), 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found.container);
    CU_ASSERT_EQUAL(strlen(found.sha256), 64);
    proof_close(p);
    rowsum_release(&sum);
    site_close(&site);
}

static void
denies_rows_that_changed_since(void)
{
    struct site site;
    struct rowsum before = ROWSUM_INIT, after = ROWSUM_INIT;
    struct proof *p;
    struct db *db = begin(&site, &before);

    sample_dump(&site, "PrimaryImport", NULL);
    sample_run(db, "UPDATE p SET t = 'b' WHERE n = 1");
    sample_sum(db, "p", &after);
    p = open_proof(&site);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "p", &after), 0);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "p", &before), 1);
    proof_close(p);
    rowsum_release(&before);
    rowsum_release(&after);
    site_close(&site);
}

static void
denies_a_container_that_is_gone_or_changed(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    char file[512];
    struct proof *p;

    begin(&site, &sum);
    sample_dump(&site, "PrimaryImport", file);
    text_add_format(&path, "store/%s", file);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    bytes.bytes[bytes.length / 2] ^= 1;
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    p = open_proof(&site);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "p", &sum), 0);
    proof_close(p);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    p = open_proof(&site);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "p", &sum), 0);
    proof_close(p);
    text_release(&path);
    text_release(&bytes);
    rowsum_release(&sum);
    site_close(&site);
}

static void
denies_a_container_that_was_removed(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct catalogue c = CATALOGUE_INIT;
    struct catalogue_entry removed = {.kind = CATALOGUE_REMOVED, .added_utc = 1};
    struct proof *p;

    begin(&site, &sum);
    sample_dump(&site, "PrimaryImport", NULL);
    ASSERT_OK(catalogue_read(site_store(&site, &f), &c, &f), &f);
    removed.container = c.entries[0].container;
    ASSERT_OK(catalogue_add(site_store(&site, &f), &removed, &f), &f);
    p = open_proof(&site);
    CU_ASSERT_EQUAL(ask(p, "PrimaryImport", "p", &sum), 0);
    proof_close(p);
    catalogue_release(&c);
    rowsum_release(&sum);
    site_close(&site);
}

const struct test suite_etl_dump_proof[] = {
    {"finds the backup that holds the rows", finds_the_backup_that_holds_the_rows},
    {"sees a backup made after it was opened", sees_a_backup_made_after_it_was_opened},
    {"denies rows that changed since", denies_rows_that_changed_since},
    {"denies a container that is gone or changed", denies_a_container_that_is_gone_or_changed},
    {"denies a container that was removed", denies_a_container_that_was_removed},
    {0},
};
