#include "etl/dump/rekey.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/base/interrupt.h"
#include "etl/dump/copy.h"
#include "etl/dump/drill.h"
#include "etl/dump/verify.h"
#include "tests/etl/dump/sample.h"

#define PARTITION "bam_Order_Instances_20260101T000000Z"

/* An archive with a partition of its own container, backed up twice; the second one's file. */
static void
begin(struct site *site, char file[512])
{
    struct db *db;

    sample_open(site, NULL);
    db = sample_database(site, "Archive");
    sample_run(db, "CREATE TABLE " PARTITION "(\"RecordID\" BIGINT NOT NULL PRIMARY KEY)");
    sample_run(db, "INSERT INTO " PARTITION " VALUES (1), (2)");
    sample_dump(site, "Archive", NULL);
    sample_dump(site, "Archive", file);
}

/* The entry of the partition's container, as it is now. */
static void
find_partition(struct site *site, struct catalogue *c, const struct catalogue_entry **entry)
{
    struct fault f = FAULT_INIT;

    *entry = NULL;
    ASSERT_OK(catalogue_read(site_store(site, &f), c, &f), &f);
    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i].kind == CATALOGUE_CONTAINER && c->entries[i].partition != NULL)
            *entry = &c->entries[i];
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(*entry);
}

static int
rewrap_to(struct site *site, const char *source, const char *recipient, struct fault *f)
{
    const struct rekey_order order = {
        .source = source, .sealing = {.recipients = &recipient, .recipient_count = 1}};
    struct rekey_result r = REKEY_RESULT_INIT;
    int rc = rekey_container(site, &order, &r, f);

    rekey_result_release(&r);
    return rc;
}

static int
try_key(struct site *site, const char *source, const char *identity_file, struct fault *f)
{
    struct identity_list identities = sample_identities(identity_file);
    const struct verify_order order = {.source = source, .opening = {.identities = &identities}};
    struct verify_result r = VERIFY_RESULT_INIT;
    int rc = verify_container(site, &order, &r, f);

    verify_result_release(&r);
    identity_list_release(&identities);
    return rc;
}

static void
gives_a_backup_to_another_key(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;
    const struct catalogue_entry *partition;
    char file[512], recipient[RECIPIENT_TEXT_BYTES];

    begin(&site, file);
    sample_key("new.txt", recipient);
    find_partition(&site, &c, &partition);
    ASSERT_OK(rewrap_to(&site, file, recipient, &f), &f);
    ASSERT_OK(rewrap_to(&site, partition->container, recipient, &f), &f);
    /* What it leans on has another SHA-256 now than it says: the catalogue knows both. */
    ASSERT_OK(try_key(&site, file, "new.txt", &f), &f);
    CU_ASSERT_EQUAL(try_key(&site, file, "identity.txt", &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_PERMISSION);
    catalogue_release(&c);
    site_close(&site);
}

/* Killed between the entry and the file: the old file still counts. */
static void
takes_the_old_file_until_the_new_one_is_there(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;
    const struct catalogue_entry *partition;
    struct text path = TEXT_INIT, old = TEXT_INIT;
    char file[512], recipient[RECIPIENT_TEXT_BYTES];

    begin(&site, file);
    sample_key("new.txt", recipient);
    find_partition(&site, &c, &partition);
    text_add_format(&path, "store/%s", partition->file);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &old, &f), &f);
    ASSERT_OK(rewrap_to(&site, partition->container, recipient, &f), &f);
    ASSERT_OK(file_write_all(text_get(&path), old.bytes, old.length, 0600, &f), &f);
    ASSERT_OK(try_key(&site, file, "identity.txt", &f), &f);
    old.bytes[old.length - 1] ^= 1;
    ASSERT_OK(file_write_all(text_get(&path), old.bytes, old.length, 0600, &f), &f);
    CU_ASSERT_EQUAL(try_key(&site, file, "identity.txt", &f), -1);
    text_release(&path);
    text_release(&old);
    catalogue_release(&c);
    site_close(&site);
}

static void
leaves_a_damaged_backup_as_it_is(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct text path = TEXT_INIT, bytes = TEXT_INIT, after = TEXT_INIT;
    char file[512], recipient[RECIPIENT_TEXT_BYTES];

    begin(&site, file);
    sample_key("new.txt", recipient);
    text_add_format(&path, "store/%s", file);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    bytes.bytes[bytes.length - 20] ^= 1;
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    ASSERT_FAULT(rewrap_to(&site, file, recipient, &f), &f, FAULT_DATA, file);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &after, &f), &f);
    CU_ASSERT(after.length == bytes.length && memcmp(after.bytes, bytes.bytes, after.length) == 0);
    text_release(&path);
    text_release(&bytes);
    text_release(&after);
    site_close(&site);
}

static void
wants_a_key_for_both_sides(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct rekey_order order = {.source = "mine"};
    const struct dump_order mine = {.file = "mine"};
    struct rekey_result r = REKEY_RESULT_INIT;
    char recipient[RECIPIENT_TEXT_BYTES];

    sample_open(&site, NULL);
    sample_run(sample_database(&site, "Orders"), "CREATE TABLE t(n BIGINT)");
    sample_dump_as(&site, "Orders", &mine, NULL);
    site.settings.backup.encrypt = false;
    ASSERT_FAULT(rekey_container(&site, &order, &r, &f), &f, FAULT_USAGE, "nobody is named");
    rekey_result_release(&r);
    site.settings.backup.encrypt = true;
    sample_key("new.txt", recipient);
    ASSERT_OK(file_remove("identity.txt", &f), &f);
    CU_ASSERT_EQUAL(rewrap_to(&site, "mine", recipient, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_PERMISSION);
    site_close(&site);
}

/* ---- copy ---- */

static int
copy_to(struct site *site, const char *source, size_t *count, struct fault *f)
{
    const struct copy_order order = {
        .to = "file:second", .sources = &source, .source_count = source != NULL};
    struct copy_result r = COPY_RESULT_INIT;
    int rc = copy_containers(site, &order, &r, f);

    *count = 0;
    for (size_t i = 0; i < r.count; i++)
        *count += r.rows[i].state == COPY_COPIED;
    copy_result_release(&r);
    return rc;
}

static void
copies_what_a_backup_leans_on(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct restore_order order = {.store = "file:second", .as = "copy"};
    char file[512];
    size_t count;

    begin(&site, file);
    ASSERT_OK(copy_to(&site, file, &count, &f), &f);
    CU_ASSERT_EQUAL(count, 2);
    order.source = file;
    sample_restore(&site, &order);
    ASSERT_OK(copy_to(&site, NULL, &count, &f), &f);
    CU_ASSERT_EQUAL(count, 1);
    ASSERT_OK(copy_to(&site, NULL, &count, &f), &f);
    CU_ASSERT_EQUAL(count, 0);
    site_close(&site);
}

static void
copies_nothing_that_was_damaged(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    char file[512];
    size_t count;

    begin(&site, file);
    text_add_format(&path, "store/%s", file);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    bytes.bytes[bytes.length / 2] ^= 1;
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    ASSERT_FAULT(copy_to(&site, file, &count, &f), &f, FAULT_DATA, "not the container");
    text_clear(&path);
    text_add_format(&path, "second/%s", file);
    CU_ASSERT(!file_exists(text_get(&path)));
    text_release(&path);
    text_release(&bytes);
    site_close(&site);
}

/* The others are copied, but for what leans on it; and that is no set there. */
static void
copies_all_but_what_is_lost(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct catalogue c = CATALOGUE_INIT;
    const struct catalogue_entry *partition;
    struct text path = TEXT_INIT;
    char file[512];
    size_t count;

    begin(&site, file);
    sample_run(sample_database(&site, "Orders"), "CREATE TABLE t(n BIGINT)");
    sample_dump(&site, "Orders", NULL);
    find_partition(&site, &c, &partition);
    text_add_format(&path, "store/%s", partition->file);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    ASSERT_FAULT(copy_to(&site, NULL, &count, &f), &f, FAULT_NO_INPUT, partition->file);
    CU_ASSERT_EQUAL(count, 1); /* that of Orders */
    text_clear(&path);
    text_add_format(&path, "second/%s", file);
    CU_ASSERT(!file_exists(text_get(&path)));
    text_release(&path);
    catalogue_release(&c);
    site_close(&site);
}

/* In a process of its own, as it cannot be told to go on any more: nothing of it is "failed". */
static int
copy_when_stopped(struct site *site)
{
    const struct copy_order order = {.to = "file:second"};
    struct copy_result r = COPY_RESULT_INIT;
    struct fault f = FAULT_INIT;
    bool as_told;

    interrupt_init();
    raise(SIGINT);
    as_told = copy_containers(site, &order, &r, &f) == -1 && f.kind == FAULT_INTERRUPTED &&
              r.count > 1 && r.rows[0].state == COPY_NOT_YET && r.rows[1].state == COPY_NOT_YET;
    copy_result_release(&r);
    return as_told ? 0 : 1;
}

static void
stops_a_copy_at_a_signal(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    char file[512];
    size_t count;
    int status = -1;
    pid_t pid;

    begin(&site, file);
    fflush(NULL);
    if ((pid = fork()) == 0)
        _exit(copy_when_stopped(&site));
    CU_ASSERT(waitpid(pid, &status, 0) == pid && status == 0);
    ASSERT_OK(copy_to(&site, file, &count, &f), &f);
    site_close(&site);
}

static void
finishes_a_copy_that_was_cut_off(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    char file[512];
    size_t count;

    begin(&site, file);
    text_add_format(&path, "store/%s", file);
    ASSERT_OK(file_read_all(text_get(&path), 1 << 24, &bytes, &f), &f);
    text_clear(&path);
    text_add_format(&path, "second/%s", file);
    ASSERT_OK(file_make_directory("second", 0700, &f), &f);
    /* Something else under that name stays; the very file, without an entry yet, is taken. */
    ASSERT_OK(file_write_all(text_get(&path), "mine", 4, 0600, &f), &f);
    ASSERT_FAULT(copy_to(&site, file, &count, &f), &f, FAULT_DATA, "not the container");
    ASSERT_OK(file_write_all(text_get(&path), bytes.bytes, bytes.length, 0600, &f), &f);
    ASSERT_OK(copy_to(&site, file, &count, &f), &f);
    text_release(&path);
    text_release(&bytes);
    site_close(&site);
}

/* ---- drill ---- */

static void
records_a_drill_that_failed(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    const struct drill_order order = {.run = 1};
    const struct dump_order night = {.run = 1};
    struct drill_result r = DRILL_RESULT_INIT;
    struct catalogue c = CATALOGUE_INIT;
    struct text path = TEXT_INIT;
    char file[512];

    sample_open(&site, NULL);
    sample_run(sample_database(&site, "PrimaryImport"), "CREATE TABLE t(n BIGINT)");
    sample_dump_as(&site, "PrimaryImport", &night, file);
    ASSERT_OK(drill_run(&site, &order, &r, &f), &f);
    CU_ASSERT(r.good);
    drill_result_release(&r);
    text_add_format(&path, "store/%s", file);
    ASSERT_OK(file_remove(text_get(&path), &f), &f);
    CU_ASSERT_EQUAL(drill_run(&site, &order, &r, &f), -1);
    drill_result_release(&r);
    fault_clear(&f);
    ASSERT_OK(catalogue_read(site_store(&site, &f), &c, &f), &f);
    CU_ASSERT_EQUAL(c.entries[c.count - 1].kind, CATALOGUE_DRILLED);
    CU_ASSERT(!c.entries[c.count - 1].complete);
    catalogue_release(&c);
    text_release(&path);
    site_close(&site);
}

const struct test suite_etl_dump_rekey[] = {
    {"gives a backup to another key", gives_a_backup_to_another_key},
    {"takes the old file until the new one is there",
        takes_the_old_file_until_the_new_one_is_there},
    {"leaves a damaged backup as it is", leaves_a_damaged_backup_as_it_is},
    {"wants a key for both sides", wants_a_key_for_both_sides},
    {"copies what a backup leans on", copies_what_a_backup_leans_on},
    {"copies nothing that was damaged", copies_nothing_that_was_damaged},
    {"copies all but what is lost", copies_all_but_what_is_lost},
    {"stops a copy at a signal", stops_a_copy_at_a_signal},
    {"finishes a copy that was cut off", finishes_a_copy_that_was_cut_off},
    {"records a drill that failed", records_a_drill_that_failed},
    {0},
};
