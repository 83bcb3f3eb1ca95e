/* Slips at backups, restores and keys: each is told what is wrong and what to do, and changes
 * nothing. */
#include <sys/stat.h>

#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

#define EVENT                                                                                      \
    "{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"O1\",\"data\":{\"City\":\"Bonn\"}}\n"
#define STORE "nightcube/backups/"

/* A night's backups, and one in the clear. */
static void
set_up(void)
{
    run_expect("setup", 0);
    run_write_file("sample.xml", sample_xml);
    run_expect("deploy sample.xml --no-backup", 0);
    run_write_file("events.jsonl", EVENT);
    run_expect("import events.jsonl", 0);
    run_expect("nightly", 0);
    run_expect("backup PrimaryImport --file plain --no-encryption", 0);
}

/* ---- backup ---- */

static void
a_backup_of_nothing_is_no_success(void)
{
    run_expect("setup", 0);
    run_says("backup Zork*", 65, "", "no database 'Zork*' is in the settings");
    run_says("backup PrimaryImport Other:*", 65, "", "nothing is backed up");
    run_says("list", 0, NULL, "holds no backup");
}

static void
metadata_only_is_not_said_of_a_database(void)
{
    run_expect("setup", 0);
    run_says("backup PrimaryImport --metadata-only", 64, "", "'PrimaryImport' is none");
    run_says("backup * --metadata-only", 64, "", "for analysis databases");
    run_expect("backup BAMAnalysis --metadata-only", 0);
}

static void
an_empty_value_is_refused(void)
{
    run_says("backup PrimaryImport --file=", 64, "", "--file needs a value");
    run_says("restore a.abf --as=", 64, "", "hint: --as=NAME");
    run_says("key generate --output=", 64, "", "--output needs a value");
}

static void
a_directory_is_no_store_without_its_scheme(void)
{
    run_expect("setup", 0);
    run_says("backup PrimaryImport --to there", 78, "", "hint: a directory is file:there");
    run_says("copy --to /there", 78, "", "hint: a directory is file:/there");
    run_says("list --store ftp://there", 78, "", "there is file:DIR, azblob:");
}

/* ---- a store that is empty, or another one ---- */

static void
a_store_without_backups_is_told(void)
{
    run_expect("setup", 0);
    run_says("list --store file:empty", 0, NULL, "store 'file:empty' holds no backup");
    run_says("verify --sample 3 --store file:empty", 66, "", "holds no backup");
    run_says("key check --store file:empty", 66, NULL, "no backup for a key to open");
    run_says("copy --store file:empty --to file:second", 66, "", "holds no backup to copy");
    CU_ASSERT_FALSE(file_exists("empty"));
}

static void
a_database_without_backups_is_told_from_a_misspelt_one(void)
{
    set_up();
    run_says("list PrimaryImprot", 65, "", "did you mean 'PrimaryImport'?");
    run_says("list StarSchema", 0, "StarSchema_", NULL);
    run_says("copy --to file:second --run 99", 65, "", "hint: nightcube list shows the runs");
}

/* ---- restore ---- */

static void
a_part_that_is_not_there_is_told(void)
{
    set_up();
    run_says("restore plain --as Part --only Zork", 65, "", "verify FILE --tables lists");
    run_expect("backup BAMAnalysis --file cubes", 0);
    run_says("restore cubes --as Part --only Zork", 65, "", "as nightcube show cubes names it");
    run_says("restore plain --only Order --allow-overwrite", 73, "", "--as NAME restores the part");
}

static void
a_connection_is_told_from_a_directory(void)
{
    set_up();
    run_expect("backup BAMAnalysis --file cubes", 0);
    run_says("restore cubes --to-connection Driver=SQLite3;Database=x.db", 64, "",
        "hint: --to-connection DIRECTORY");
    CU_ASSERT_FALSE(file_exists("Driver=SQLite3;Database=x.db"));
    run_says("restore plain --to-connection x.db", 64, "", "'Driver=SQLite3;Database=FILE'");
    run_says("restore plain --to-connection Driver=SQLite3;Database=", 78, "", "names no file");
}

static void
a_fault_names_a_backup_once(void)
{
    set_up();
    run_says("restore plain", 73, "", "error: restore: container 'plain.abf': '");
    run_says("restore --as-of 2020-01-01", 65, "", "error: restore a set: no run has backed up");
    run_says("restore --run 0", 64, "", "--run is a whole number from 1 on, not '0'");
}

/* A set with a hole: what is to be done stands in the hint. */
static void
a_missing_container_of_a_set_is_told(void)
{
    set_up();
    CU_ASSERT_EQUAL(system("rm " STORE "PrimaryImport_*-r1.abf"), 0);
    run_says("restore --run 1 --allow-overwrite", 65, "", "hint: put it back from a copy");
}

/* ---- the place where something lies ---- */

static void
only_what_is_missing_is_looked_for(void)
{
    set_up();
    run_write_file("plain.abf", "");
    run_says("verify plain.abf --identity-file nokey", 66, NULL, "'nokey'");
    struct run r = run("verify plain.abf --identity-file /nokey");

    CU_ASSERT_FALSE(test_contains(text_get(&r.err), "looked for"));
    run_release(&r);
    run_says("verify " STORE, 66, NULL, "hint: the backups of a store are named with --store");
    run_says("key check .", 66, NULL, "'.' is a directory");
    r = run("verify nightcube/backups");
    CU_ASSERT_FALSE(test_contains(text_get(&r.err), "did you mean"));
    run_release(&r);
}

/* ---- keys ---- */

static void
a_backup_without_encryption_needs_no_key(void)
{
    set_up();
    run_says("key check plain", 64, "", "is not encrypted");
    run_says("key rewrap plain", 64, "", "hint: it opens without a key");
    run_says("key check ./sample.xml", 65, "", "is not a nightcube backup");
}

static void
key_check_tells_of_the_others_when_one_is_missing(void)
{
    set_up();
    CU_ASSERT_EQUAL(system("rm " STORE "Archive_*-r1.abf"), 0);
    run_says("key check", 66, "StarSchema_", "error: check 'Archive_");
    run_says("key check --json", 66, "\"opens\":null", NULL);
}

/* The second file cannot be written: its part's name is taken. */
static void
key_generate_makes_both_or_none(void)
{
    run_expect("setup", 0);
    CU_ASSERT_EQUAL(mkdir("new.recovery.txt.part", 0700), 0);
    run_says("key generate --output new.txt", 74, "", "new.recovery.txt.part");
    CU_ASSERT_FALSE(file_exists("new.txt"));
    CU_ASSERT_EQUAL(rmdir("new.recovery.txt.part"), 0);
    run_expect("key generate --output new.txt", 0);
}

static void
nothing_rewritten_is_no_table(void)
{
    set_up();
    run_says("key rewrap zork", 66, "", "holds no container 'zork.abf'");
}

const struct test suite_etl_command_slips[] = {
    {"a backup of nothing is no success", a_backup_of_nothing_is_no_success},
    {"metadata only is not said of a database", metadata_only_is_not_said_of_a_database},
    {"an empty value is refused", an_empty_value_is_refused},
    {"a directory is no store without its scheme", a_directory_is_no_store_without_its_scheme},
    {"a store without backups is told", a_store_without_backups_is_told},
    {"a database without backups is told from a misspelt one",
        a_database_without_backups_is_told_from_a_misspelt_one},
    {"a part that is not there is told", a_part_that_is_not_there_is_told},
    {"a connection is told from a directory", a_connection_is_told_from_a_directory},
    {"a fault names a backup once", a_fault_names_a_backup_once},
    {"a missing container of a set is told", a_missing_container_of_a_set_is_told},
    {"only what is missing is looked for", only_what_is_missing_is_looked_for},
    {"a backup without encryption needs no key", a_backup_without_encryption_needs_no_key},
    {"key check tells of the others when one is missing",
        key_check_tells_of_the_others_when_one_is_missing},
    {"key generate makes both or none", key_generate_makes_both_or_none},
    {"nothing rewritten is no table", nothing_rewritten_is_no_table},
    {0},
};
