#include "backup/catalogue.h"

#include <sys/wait.h>

#include "tests/backup/sample.h"

static struct store *
open_here(void)
{
    struct fault f = FAULT_INIT;
    struct store *s = store_open("file:backups", &f);

    CU_ASSERT_FATAL(s != NULL);
    return s;
}

static void
add(struct store *s, struct catalogue_entry entry)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(catalogue_add(s, &entry, &f), &f);
}

static struct catalogue_entry
run_entry(int64_t run)
{
    return (struct catalogue_entry){.kind = CATALOGUE_RUN,
        .added_utc = run * 1000000,
        .job = "nightly",
        .run = run,
        .complete = run % 2 == 0,
        .started_utc = run,
        .ended_utc = run + 1};
}

/* A container that was really written, as an entry. */
static void
add_container(struct store *s, const char *file)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_summary summary;
    struct arena a = ARENA_INIT;
    struct catalogue_entry entry;

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = true}, &summary, &f), &f);
    ASSERT_OK(catalogue_describe(&entry, &summary, file, &a, &f), &f);
    add(s, entry);
    arena_release(&a);
    container_summary_release(&summary);
    text_release(&m.bytes);
}

static void
a_store_without_a_catalogue_has_an_empty_one(void)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(catalogue_read(s, &c, &f), &f);
    CU_ASSERT_EQUAL(c.count, 0);
    CU_ASSERT_EQUAL(c.last, 0);
    catalogue_release(&c);
    store_close(s);
}

static void
a_container_comes_back_with_its_tables(void)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;
    const struct catalogue_entry *e;

    add_container(s, "PrimaryImport_1.abf");
    ASSERT_OK(catalogue_read(s, &c, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(e = catalogue_find(&c, "sample-1"));
    CU_ASSERT_PTR_EQUAL(e, catalogue_find(&c, "PrimaryImport_1.abf"));
    CU_ASSERT_STRING_EQUAL(e->database, "PrimaryImport");
    CU_ASSERT_EQUAL(e->run, 7);
    CU_ASSERT_STRING_EQUAL(e->set, "set-7");
    CU_ASSERT(!e->encrypted && e->bytes > 0 && strlen(e->sha256) == 64);
    CU_ASSERT_EQUAL_FATAL(e->table_count, 4);
    CU_ASSERT_STRING_EQUAL(e->tables[0].name, sample_table.name);
    CU_ASSERT_EQUAL(e->tables[0].rows, SAMPLE_ROWS);
    CU_ASSERT(e->tables[0].sum != 0 && e->tables[0].reference == NULL);
    CU_ASSERT_STRING_EQUAL(e->tables[3].reference, "older");
    catalogue_release(&c);
    store_close(s);
}

static void
runs_and_what_became_of_containers_come_back(void)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    add(s, run_entry(8));
    add(s, (struct catalogue_entry){
               .kind = CATALOGUE_VERIFIED, .container = "x", .added_utc = 5, .deep = true});
    add(s, (struct catalogue_entry){.kind = CATALOGUE_VERIFIED, .container = "x", .added_utc = 9});
    add(s, (struct catalogue_entry){
               .kind = CATALOGUE_REMOVED, .container = "y", .note = "older than \"14\" days"});
    ASSERT_OK(catalogue_read(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 4);
    CU_ASSERT(c.entries[0].complete && c.entries[0].run == 8 && c.entries[0].ended_utc == 9);
    CU_ASSERT_STRING_EQUAL(c.entries[0].job, "nightly");
    CU_ASSERT_EQUAL(catalogue_verified_utc(&c, "x", true), 5);
    CU_ASSERT_EQUAL(catalogue_verified_utc(&c, "x", false), 9);
    CU_ASSERT_EQUAL(catalogue_verified_utc(&c, "y", false), 0);
    CU_ASSERT(catalogue_is_removed(&c, "y") && !catalogue_is_removed(&c, "x"));
    CU_ASSERT_STRING_EQUAL(c.entries[3].note, "older than \"14\" days");
    CU_ASSERT_EQUAL(c.entries[3].sequence, 4);
    catalogue_release(&c);
    store_close(s);
}

/* What was read before is not read again, unless the store has another catalogue since. */
static void
a_catalogue_read_before_goes_on(void)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;
    const char *job;

    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    add(s, run_entry(1));
    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 1);
    job = c.entries[0].job;
    add(s, run_entry(2));
    add(s, run_entry(3));
    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 3);
    CU_ASSERT(c.last == 3 && c.entries[2].run == 3);
    CU_ASSERT_PTR_EQUAL(c.entries[0].job, job);
    /* Shorter, as long, then longer, of other entries. */
    CU_ASSERT_EQUAL(system("rm -r backups"), 0);
    add(s, run_entry(8));
    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 1);
    CU_ASSERT_EQUAL(c.entries[0].run, 8);
    CU_ASSERT_EQUAL(system("rm -r backups"), 0);
    add(s, run_entry(4));
    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 1);
    CU_ASSERT_EQUAL(c.entries[0].run, 4);
    CU_ASSERT_EQUAL(system("rm -r backups"), 0);
    add(s, run_entry(5));
    add(s, run_entry(6));
    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 2);
    CU_ASSERT_EQUAL(c.entries[0].run, 5);
    CU_ASSERT_EQUAL(system("printf x >>backups/catalogue/00000002.xml"), 0);
    catalogue_release(&c);
    ASSERT_FAULT(catalogue_refresh(s, &c, &f), &f, FAULT_DATA, "00000002.xml");
    catalogue_release(&c);
    store_close(s);
}

/* An entry that could not be read once, and can be the next time, is there once. */
static void
a_catalogue_that_stumbled_is_read_anew(void)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    for (int64_t run = 1; run <= 3; run++)
        add(s, run_entry(run));
    CU_ASSERT_EQUAL(system("cp -r backups whole && : >backups/catalogue/00000002.xml"), 0);
    ASSERT_FAULT(catalogue_refresh(s, &c, &f), &f, FAULT_DATA, "00000002.xml");
    CU_ASSERT(c.count == 0 && c.last == 0);
    CU_ASSERT_EQUAL(system("cp whole/catalogue/* backups/catalogue"), 0);
    ASSERT_OK(catalogue_refresh(s, &c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(c.count, 3);
    for (size_t i = 0; i < c.count; i++)
        CU_ASSERT(c.entries[i].kind == CATALOGUE_RUN && c.entries[i].run == (int64_t)i + 1);
    catalogue_release(&c);
    store_close(s);
}

/* Runs a shell command on a catalogue of four runs; reading it must then fail. */
static void
expect_broken(const char *command, const char *why)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    for (int64_t run = 1; run <= 4; run++)
        add(s, run_entry(run));
    CU_ASSERT_EQUAL(system(command), 0);
    CU_ASSERT_EQUAL(catalogue_read(s, &c, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, why));
    CU_ASSERT(test_contains(f.hint, "copy of the store"));
    CU_ASSERT_EQUAL(system("rm -r backups"), 0);
    catalogue_release(&c);
    store_close(s);
}

static void
a_broken_chain_is_noticed(void)
{
    expect_broken("rm backups/catalogue/00000002.xml", "00000002.xml' is missing");
    expect_broken("rm backups/catalogue/00000001.xml", "00000001.xml' is missing");
    expect_broken("sed -i s/nightly/Nightly/ backups/catalogue/00000002.xml", "was changed");
    expect_broken("sed -i 's/Sequence=\"2\"/Sequence=\"3\"/' backups/catalogue/00000002.xml",
        "00000002.xml' does not follow");
    expect_broken("echo x > backups/catalogue/00000003.xml", "00000003.xml' is malformed");
    expect_broken("cp backups/catalogue/00000003.xml backups/catalogue/00000005.xml",
        "00000005.xml' does not follow");
    expect_broken("touch backups/catalogue/notes", "00000005.xml' is missing");
}

static void
a_change_of_the_newest_entry_shows_in_the_head(void)
{
    struct store *s = open_here();
    struct catalogue before = CATALOGUE_INIT, after = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    add(s, run_entry(1));
    add(s, run_entry(2));
    ASSERT_OK(catalogue_read(s, &before, &f), &f);
    CU_ASSERT_EQUAL(system("sed -i s/nightly/Nightly/ backups/catalogue/00000002.xml"), 0);
    ASSERT_OK(catalogue_read(s, &after, &f), &f);
    CU_ASSERT_STRING_NOT_EQUAL(before.head, after.head);
    catalogue_release(&before);
    catalogue_release(&after);
    store_close(s);
}

static void
nothing_is_added_behind_a_gap(void)
{
    struct store *s = open_here();
    struct catalogue_entry entry = run_entry(4);
    struct fault f = FAULT_INIT;

    for (int64_t run = 1; run <= 3; run++)
        add(s, run_entry(run));
    store_close(s);
    CU_ASSERT_EQUAL(system("rm backups/catalogue/00000002.xml"), 0);
    s = open_here();
    ASSERT_FAULT(catalogue_add(s, &entry, &f), &f, FAULT_DATA, "broken");
    store_close(s);
}

/* It remembers what it has added, and finds what others add meanwhile. */
static void
goes_on_behind_what_others_added(void)
{
    struct store *s = open_here(), *other = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;

    for (int64_t run = 1; run <= 12; run++)
        add(run % 4 == 0 || run % 4 == 3 ? other : s, run_entry(run));
    ASSERT_OK(catalogue_read(s, &c, &f), &f);
    CU_ASSERT_EQUAL(c.count, 12);
    CU_ASSERT_EQUAL(c.entries[11].run, 12);
    catalogue_release(&c);
    store_close(other);
    store_close(s);
}

enum { WRITERS = 4, ENTRIES_EACH = 10 };

static void
writers_at_the_same_time_make_one_chain(void)
{
    struct store *s = open_here();
    struct catalogue c = CATALOGUE_INIT;
    struct fault f = FAULT_INIT;
    int status;

    for (int i = 0; i < WRITERS; i++) {
        pid_t child = fork();

        CU_ASSERT_FATAL(child >= 0);
        if (child == 0) {
            int failed = 0;

            for (int j = 0; j < ENTRIES_EACH; j++) {
                struct catalogue_entry entry = run_entry(i * 100 + j);

                failed += catalogue_add(s, &entry, &f) != 0;
            }
            _exit(failed == 0 ? 0 : 1);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        CU_ASSERT(wait(&status) > 0);
        CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    ASSERT_OK(catalogue_read(s, &c, &f), &f);
    CU_ASSERT_EQUAL(c.count, WRITERS * ENTRIES_EACH);
    catalogue_release(&c);
    store_close(s);
}

const struct test suite_backup_catalogue[] = {
    {"a store without a catalogue has an empty one", a_store_without_a_catalogue_has_an_empty_one},
    {"a container comes back with its tables", a_container_comes_back_with_its_tables},
    {"runs and what became of containers come back", runs_and_what_became_of_containers_come_back},
    {"a catalogue read before goes on", a_catalogue_read_before_goes_on},
    {"a catalogue that stumbled is read anew", a_catalogue_that_stumbled_is_read_anew},
    {"a broken chain is noticed", a_broken_chain_is_noticed},
    {"a change of the newest entry shows in the head",
        a_change_of_the_newest_entry_shows_in_the_head},
    {"nothing is added behind a gap", nothing_is_added_behind_a_gap},
    {"goes on behind what others added", goes_on_behind_what_others_added},
    {"writers at the same time make one chain", writers_at_the_same_time_make_one_chain},
    {0},
};
