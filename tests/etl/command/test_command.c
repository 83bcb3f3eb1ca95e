#include "etl/command/command.h"

#include <string.h>
#include <sys/stat.h>

#include "etl/pipeline/lock.h"
#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

#define EVENT(op, id, more) "{\"op\":\"" op "\",\"activity\":\"Order\",\"id\":\"" id "\"" more "}\n"

static const char events[] = EVENT("begin", "O1", ",\"data\":{\"City\":\"Bonn\"}")
    EVENT("end", "O1", "") EVENT("begin", "O2", "") EVENT("continue", "O2", ",\"token\":\"T\"")
        EVENT("end", "O2", "") EVENT("update", "O3", ",\"data\":{\"City\":\"Ulm\"}");

/* An installation with the sample deployed. */
static void
set_up(void)
{
    run_expect("setup", 0);
    run_write_file("sample.xml", sample_xml);
    run_expect("deploy sample.xml --no-backup", 0);
}

static void
set_up_with_events(void)
{
    set_up();
    run_write_file("events.jsonl", events);
    run_expect("import events.jsonl", 0);
}

static mode_t
mode_of(const char *path)
{
    struct stat st;

    CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
    return st.st_mode & 0777;
}

/* ---- the program ---- */

static void
usage_faults_exit_64(void)
{
    run_says("", 64, "", "no command is given");
    run_says("frobnicate", 64, "", "unknown command");
    run_says("show", 64, "", "hint: nightcube show");
    run_says("version --nonsense", 64, "", "unknown option");
}

static void
results_that_do_not_arrive_exit_74(void)
{
    struct run r = run_to("version", "/dev/full");

    CU_ASSERT_EQUAL(r.exit_code, 74);
    CU_ASSERT(test_contains(text_get(&r.err), "stdout"));
    run_release(&r);
    run_expect("version", 0);
}

static void
a_fixed_clock_is_told_in_the_log(void)
{
    setenv("NIGHTCUBE_NOW", "2026-11-20T02:00:00Z", 1);
    run_says("version", 0, "nightcube", "2026-11-20T02:00:00Z by NIGHTCUBE_NOW");
    setenv("NIGHTCUBE_NOW", "tomorrow", 1);
    run_says("version", 64, "", "tomorrow");
    unsetenv("NIGHTCUBE_NOW");
}

static void
errors_can_be_json(void)
{
    run_says("--log-format json frobnicate", 64, "", "\"level\":\"error\"");
}

static void
settings_that_are_missing_exit_66(void)
{
    run_says("--config nowhere.xml show views", 66, "", "nowhere.xml");
}

static void
faulty_settings_exit_78(void)
{
    run_write_file("wrong.xml", "<Nightcube xmlns=\"urn:nightcube:config:1\"><Wrong/></Nightcube>");
    run_says("--config wrong.xml show views", 78, "", "Wrong");
}

/* ---- setup ---- */

static void
commands_before_setup_say_so(void)
{
    run_says("show activities", 69, "", "nightcube setup");
}

static void
setup_makes_databases_and_keys(void)
{
    run_says("setup", 0, "recovery.txt", NULL);
    CU_ASSERT(file_exists("nightcube/BAMPrimaryImport.db"));
    CU_ASSERT(file_exists("nightcube/BAMArchive.db"));
    CU_ASSERT(file_exists("nightcube/BAMStarSchema.db"));
    CU_ASSERT_EQUAL(mode_of("nightcube/identity.txt"), 0600);
    CU_ASSERT_EQUAL(mode_of("nightcube/recovery.txt"), 0600);
}

static void
setup_writes_both_recipients_into_the_settings(void)
{
    struct fault f = FAULT_INIT;
    struct text settings = TEXT_INIT;
    const char *first;

    run_expect("setup", 0);
    ASSERT_OK(file_read_all("nightcube/nightcube.xml", 1 << 20, &settings, &f), &f);
    CU_ASSERT_FALSE(test_contains(text_get(&settings), "SECRET"));
    first = strstr(text_get(&settings), "<Recipient>age1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT_PTR_NOT_NULL(strstr(first + 1, "<Recipient>age1"));
    text_release(&settings);
}

static void
setup_again_changes_nothing_and_says_so(void)
{
    struct fault f = FAULT_INIT;
    struct text before = TEXT_INIT, after = TEXT_INIT;

    run_expect("setup", 0);
    ASSERT_OK(file_read_all("nightcube/identity.txt", 1 << 20, &before, &f), &f);
    run_says("setup", 0, "exists", "nothing was changed");
    ASSERT_OK(file_read_all("nightcube/identity.txt", 1 << 20, &after, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&before), text_get(&after));
    text_release(&before);
    text_release(&after);
}

static void
setup_never_prints_a_secret(void)
{
    struct run r = run("setup --verbose");

    CU_ASSERT_FALSE(test_contains(text_get(&r.out), "AGE-SECRET-KEY"));
    CU_ASSERT_FALSE(test_contains(text_get(&r.err), "AGE-SECRET-KEY"));
    run_release(&r);
}

static void
setup_takes_keys_that_a_cut_short_setup_left(void)
{
    run_expect("setup", 0);
    CU_ASSERT_EQUAL(remove("nightcube/nightcube.xml"), 0);
    run_says("setup", 0, "recipients", NULL);
    run_says("doctor", 0, "identity", NULL);
}

/* ---- deploying ---- */

static void
a_deployed_definition_is_shown(void)
{
    set_up();
    run_says("show activities", 0, "Order", NULL);
    run_says("show views --json", 0, "\"activity_view\":\"OrderView\"", NULL);
    run_says("show cubes", 0, "Orders", NULL);
    run_says("show indexes", 0, "ByCity", NULL);
    run_says("show changes", 0, "deployed", NULL);
    run_says("show definition", 0, "<Activity Name=\"Order\"", NULL);
}

static void
a_name_that_is_taken_exits_65(void)
{
    set_up();
    run_says("deploy sample.xml --no-backup", 65, "", "sample.xml:3");
}

static void
a_faulty_definition_is_refused_with_its_lines(void)
{
    run_expect("setup", 0);
    run_write_file("bad.xml",
        "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">\n"
        "<Activity Name=\"A\" ID=\"A\">\n<Checkpoint Name=\"RecordID\" ID=\"C\" "
        "DataType=\"INT\"/>\n</Activity>\n</BAMDefinition>\n");
    run_says("deploy bad.xml", 65, "", "bad.xml:3");
    run_says("deploy missing.xml", 66, "", "missing.xml");
    run_says("show activities --json", 0, "", NULL);
}

static void
an_activity_under_a_view_is_not_removed(void)
{
    set_up();
    run_says("remove --activity Order --no-backup", 65, "", "OrderView");
    run_says("remove --view Nothing --no-backup", 65, "", "Nothing");
    run_says("remove", 64, "", "needs a definition");
    run_says("show activities", 0, "Order", NULL);
}

static void
a_view_and_its_activity_are_removed_in_order(void)
{
    set_up();
    run_says("remove --view Sales --no-backup", 0, "Sales", NULL);
    run_says("remove sample.xml --no-backup", 0, "Order", NULL);
    run_says("remove sample.xml --no-backup", 65, "", "nothing of this definition");
}

static void
update_adds_a_checkpoint(void)
{
    struct text xml = TEXT_INIT;
    const char *at = strstr(sample_xml, "<Index ");

    set_up();
    text_add_bytes(&xml, sample_xml, (size_t)(at - sample_xml));
    text_add(&xml, "<Checkpoint Name=\"New\" ID=\"C9\" DataType=\"INT\"/>");
    text_add(&xml, at);
    run_write_file("more.xml", text_get(&xml));
    run_says("update more.xml --no-backup", 0, "updated", NULL);
    run_says("show activities --json", 0, "\"checkpoints\":6", NULL);
    text_release(&xml);
}

/* ---- setting ---- */

static void
a_window_is_set_and_shown(void)
{
    set_up();
    setenv("NIGHTCUBE_NOW", "2026-11-20T02:00:00Z", 1);
    run_expect("set window Order 3 days", 0);
    run_says("show windows --json", 0,
        "\"length\":3,\"unit\":\"DAY\",\"archive\":true,\"begins\":\"2026-11-17T02:00:00Z\"", NULL);
    unsetenv("NIGHTCUBE_NOW");
    run_expect("set window Order -3 day", 64);
    run_expect("set window Order 3 fortnights", 64);
    run_expect("set window Nothing 3 day", 65);
}

static void
archiving_is_switched(void)
{
    set_up();
    run_expect("set archive Order off", 0);
    run_says("show windows --json", 0, "\"archive\":false", NULL);
    run_expect("set archive Order on", 0);
    run_says("show windows --json", 0, "\"archive\":true", NULL);
    run_expect("set archive Order maybe", 64);
    run_expect("set archive Order", 64);
}

static void
an_index_is_added(void)
{
    set_up();
    run_expect("set index Order ByCount Count,City", 0);
    run_says(
        "show indexes --json", 0, "\"index\":\"ByCount\",\"checkpoints\":\"Count,City\"", NULL);
    run_says("set index Order ByCount Count", 65, "", "already");
    run_says("set index Order Other Cuont", 65, "", "did you mean 'Count'?");
    run_says("set index Order 1x Count", 65, "", "1x");
    run_says("set index Nothing Other Count", 65, "", "Nothing");
}

static void
an_index_is_removed(void)
{
    set_up();
    run_expect("set index Order ByCount Count", 0);
    run_expect("set index Order ByPlace City,Count", 0);
    run_says("set index Order ByCuont remove", 65, "", "did you mean 'ByCount'?");
    run_expect("set index Order ByCount remove", 0);
    run_says("set index Order ByCount remove", 65, "", "no index 'ByCount'");
    run_expect("set index Order AlsoByCount Count", 0);
    run_says("show indexes --json", 0, "\"index\":\"ByPlace\"", NULL);
    run_says("show indexes --json", 0, "\"index\":\"AlsoByCount\"", NULL);
    run_expect("set index Nothing ByPlace remove", 65);
}

/* ---- events ---- */

static void
events_are_imported_and_counted(void)
{
    set_up();
    run_write_file("events.jsonl", events);
    run_says("import events.jsonl --json", 0,
        "{\"records\":6,\"events\":6,\"skipped\":0,\"late\":0,\"rejected\":0}", NULL);
    run_says("import events.jsonl --json", 0, "\"records\":0,\"events\":0,\"skipped\":6", NULL);
}

static void
rejected_lines_exit_1(void)
{
    set_up();
    run_write_file("bad.jsonl", EVENT("begin", "O1", "") "nonsense\n" EVENT("end", "O1", ""));
    run_says("import bad.jsonl", 65, "", "line 2");
    run_says("import bad.jsonl --reject rejected.txt --json", 1, "\"rejected\":1", "rejected.txt");
    CU_ASSERT(file_exists("rejected.txt"));
}

static void
a_definition_is_inferred_deployed_and_fed(void)
{
    struct run r;

    run_write_file("orders.csv", "case:concept:name,concept:name,time:timestamp,cost\n"
                                 "1,register,2026-01-01T08:00:00Z,5\n1,pay,2026-01-02T08:00:00Z,7\n"
                                 "2,register,2026-01-03T08:00:00Z,9\n");
    run_expect("setup", 0);
    r = run_to("define orders.csv", "orders.xml");
    CU_ASSERT_EQUAL(r.exit_code, 0);
    run_release(&r);
    run_expect("deploy orders.xml --no-backup", 0);
    run_says("import orders.csv --json", 0, "\"rejected\":0", NULL);
}

static void
wrong_source_options_exit_64(void)
{
    run_says("define a.csv --format yaml", 64, "", "jsonl, csv, long-csv or xes");
    run_says("define a.csv --separator ab", 64, "", "one ASCII character");
}

static void
incomplete_instances_are_listed(void)
{
    set_up_with_events();
    run_says("show incomplete --json", 0,
        "\"id\":\"O2\",\"visible\":true,\"ended\":true,\"open_tokens\":1", NULL);
    run_says("show incomplete --json", 0, "\"id\":\"O3\",\"visible\":false,\"ended\":false", NULL);
    run_says("show incomplete --id O3 --json", 0, "\"id\":\"O3\"", NULL);
    run_says("show incomplete --id O9 --json", 0, "", NULL);
    run_says("show partitions --id O3", 64, "", "--id goes with incomplete");
    run_says("show incomplete --activity Ordr", 65, "", "did you mean 'Order'?");
}

static void
incomplete_instances_are_completed(void)
{
    set_up_with_events();
    run_says("resolve --activity Order --complete --json", 0, "\"completed\":2", NULL);
    run_says("show incomplete --json", 0, "", NULL);
    run_says("resolve --activity Order --id O2 --complete", 65, "", "no incomplete instance 'O2'");
}

static void
an_instance_is_removed_by_its_id(void)
{
    set_up_with_events();
    run_says("resolve --activity Order --id O2 --remove --json", 0, "\"removed\":1", NULL);
    run_says("resolve --activity Order --remove --move-to Old --json", 0, "\"removed\":1", NULL);
    run_says("show incomplete --json", 0, "", NULL);
}

static void
age_limits_what_is_resolved(void)
{
    set_up_with_events();
    run_says(
        "resolve --activity Order --older-than 7~days --remove --json", 0, "\"removed\":0", NULL);
    setenv("NIGHTCUBE_NOW", "9000-01-01T00:00:00Z", 1);
    run_says(
        "resolve --activity Order --older-than 7~days --remove --json", 0, "\"removed\":2", NULL);
    unsetenv("NIGHTCUBE_NOW");
}

static void
resolve_wants_to_know_what_to_do(void)
{
    run_expect("resolve --complete", 64);
    run_expect("resolve --activity Order", 64);
    run_expect("resolve --activity Order --complete --remove", 64);
    run_expect("resolve --activity Order --complete --move-to X", 64);
    run_expect("resolve --activity Order --complete --older-than soon", 64);
}

/* Whoever is told to set up here would go on with an empty archive. */
static void
an_archive_that_is_gone_is_no_new_installation(void)
{
    set_up();
    CU_ASSERT_EQUAL(rename("nightcube/BAMArchive.db", "elsewhere.db"), 0);
    run_says("maintain", 69, NULL, "Archive is not there: no file '");
    run_says("maintain --rebuild-archive-views", 69, NULL, "hint: is its disk mounted");
    run_write_file("nightcube/without.xml",
        "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases><PrimaryImport "
        "Connection=\"Driver=SQLite3;Database=Other.db\"/><StarSchema "
        "Connection=\"Driver=SQLite3;Database=BAMStarSchema.db\"/></Databases><Backup "
        "Store=\"file:backups\"/></Nightcube>");
    run_expect("setup --config nightcube/without.xml", 0);
    run_says("maintain --rebuild-archive-views --config nightcube/without.xml", 78, NULL,
        "hint: add <Archive");
}

static void
a_plan_says_what_will_leave_and_what_will_not(void)
{
    set_up_with_events();
    run_says("maintain --plan", 0, "records 1 to 1 become a partition", NULL);
    run_says("maintain --plan --rebuild-archive-views", 64, "", "exclude each other");
    run_expect("nightly --only maintain/spawn", 0);
    run_says("maintain --plan", 0, "nothing has completed since the last partition", NULL);
    run_says("maintain --plan --activity Order", 0, "online window of 6 MONTH: created ", NULL);
    run_says("show partitions", 0, "online window of 6 MONTH: created ", NULL);
}

static void
partitions_of_a_new_activity_are_none(void)
{
    set_up_with_events();
    run_says("show partitions", 0, "why", NULL);
    run_says("show partitions --json", 0, "", NULL);
}

static void
the_nightly_job_is_shown(void)
{
    run_says("show job nightly", 0, "<MaintainData", NULL);
    run_says("show job", 0, "<MaintainData", NULL);
    run_says("show job weekly", 65, "", "weekly");
}

/* ---- backups ---- */

static void
a_deployment_is_backed_up(void)
{
    run_expect("setup", 0);
    run_write_file("sample.xml", sample_xml);
    run_expect("deploy sample.xml", 0);
    run_says("list --json", 0, "\"database\":\"PrimaryImport\",\"kind\":\"deploy\"", NULL);
    run_says("list BAMAnalysis --json", 0, "\"database\":\"BAMAnalysis\"", NULL);
    run_expect("remove --view Sales", 0);
}

static void
what_cannot_be_backed_up_is_not_removed(void)
{
    set_up();
    CU_ASSERT_EQUAL(remove("nightcube/backups"), 0);
    run_write_file("nightcube/backups", "in the way");
    run_says("remove --view Sales", 74, "", "nothing was removed");
    run_says("show views", 0, "Sales", NULL);
}

static void
a_backup_restores_under_another_name(void)
{
    set_up_with_events();
    run_says("backup PrimaryImport --to file:out --file night --json", 0, "\"file\":\"night.abf\"",
        NULL);
    run_says("backup PrimaryImport --to file:out --file night", 73, "", "--allow-overwrite");
    run_says("verify night --store file:out", 0, "right", NULL);
    run_says(
        "restore night --store file:out --database PrimaryImport --as Copy", 0, "Copy.db", NULL);
    CU_ASSERT(file_exists("nightcube/Copy.db"));
    run_says("restore night --store file:out --as Copy", 73, "", "exists");
    run_says("restore night --store file:out --database Archive --as C2", 65, "", "PrimaryImport");
}

static void
a_backup_opens_with_its_key_only(void)
{
    set_up();
    run_expect("key generate --output other.txt", 0);
    run_expect("backup PrimaryImport --to file:out --file night", 0);
    run_says("key check out/night.abf", 0, "identity.txt", NULL);
    run_says("key check out/night.abf --identity-file other.txt", 77, "", "no identity");
    run_says("key check out/night.abf --identity-file nightcube/recovery.txt", 0, "yes", NULL);
    run_says("verify night --store file:out --identity-file other.txt", 77, "failed", "");
    run_says("verify missing", 66, "failed", "missing");
}

static void
several_databases_are_one_set(void)
{
    set_up();
    run_expect("backup * --no-encryption", 0);
    run_says("list BAMAnalysis --json", 0, "\"kind\":\"analysis\"", NULL);
    run_says("backup PrimaryImport Archive --file one", 64, "", "--file names one backup");
    run_says("backup Primary", 65, "", "did you mean");
    run_says("backup Archive --no-encryption --recipient age1x", 64, "", "goes with no key");
}

static void
restore_wants_one_thing(void)
{
    run_expect("restore", 64);
    run_expect("restore a.abf --run 1", 64);
    run_expect("restore --run 1 --as-of 2026-01-01", 64);
    run_expect("restore --run 1 --as X", 64);
    run_expect("restore --run zero", 64);
    run_expect("restore --as-of someday", 64);
    run_expect("restore a.abf --security some", 64);
}

static void
one_run_at_a_time(void)
{
    struct lock lock = LOCK_INIT;
    struct fault f = FAULT_INIT;

    set_up();
    ASSERT_OK(lock_take(&lock, "nightcube/state", "test", &f), &f);
    run_says("backup PrimaryImport", 75, "", "another run holds the lock: test (process ");
    run_says("maintain", 75, "", ") since 20");
    run_expect("load", 75);
    run_expect("maintain --rebuild-archive-views", 75);
    run_expect("set index Order ByCount Count", 75);
    run_expect("restore a.abf", 75);
    run_expect("update sample.xml --no-backup", 75);
    run_expect("remove --view Sales --no-backup", 75);
    lock_release(&lock);
    run_expect("remove --view Sales --no-backup", 0);
}

/* ---- keys and doctor ---- */

static void
key_generate_makes_two_keys_and_overwrites_none(void)
{
    run_says("key generate --output my.txt --json", 0, "\"key\":\"recovery\",\"recipient\":\"age1",
        NULL);
    CU_ASSERT_EQUAL(mode_of("my.txt"), 0600);
    CU_ASSERT_EQUAL(mode_of("my.recovery.txt"), 0600);
    run_says("key generate --output my.txt", 73, "", "my.txt");
}

static void
doctor_fails_before_setup_and_passes_after(void)
{
    run_says("doctor", 69, "nightcube setup", "checks failed");
    run_expect("setup", 0);
    run_says("doctor", 0, "ok", NULL);
}

static void
doctor_warns_of_a_recovery_key_that_lies_about(void)
{
    run_expect("setup", 0);
    run_says("doctor --json", 0, "\"verdict\":\"warning\",\"check\":\"recovery key\"", NULL);
    CU_ASSERT_EQUAL(remove("nightcube/recovery.txt"), 0);
    run_says("doctor", 0, "ok", NULL);
}

static void
doctor_refuses_an_identity_that_others_read(void)
{
    run_expect("setup", 0);
    CU_ASSERT_EQUAL(chmod("nightcube/identity.txt", 0644), 0);
    run_says("doctor", 77, "chmod 600", NULL);
}

const struct test suite_etl_command_command[] = {
    {"usage faults exit 64", usage_faults_exit_64},
    {"results that do not arrive exit 74", results_that_do_not_arrive_exit_74},
    {"a fixed clock is told in the log", a_fixed_clock_is_told_in_the_log},
    {"errors can be JSON", errors_can_be_json},
    {"settings that are missing exit 66", settings_that_are_missing_exit_66},
    {"faulty settings exit 78", faulty_settings_exit_78},
    {"commands before setup say so", commands_before_setup_say_so},
    {"setup makes databases and keys", setup_makes_databases_and_keys},
    {"setup writes both recipients into the settings",
        setup_writes_both_recipients_into_the_settings},
    {"setup again changes nothing and says so", setup_again_changes_nothing_and_says_so},
    {"setup never prints a secret", setup_never_prints_a_secret},
    {"setup takes keys that a cut short setup left", setup_takes_keys_that_a_cut_short_setup_left},
    {"a deployed definition is shown", a_deployed_definition_is_shown},
    {"a name that is taken exits 65", a_name_that_is_taken_exits_65},
    {"a faulty definition is refused with its lines",
        a_faulty_definition_is_refused_with_its_lines},
    {"an activity under a view is not removed", an_activity_under_a_view_is_not_removed},
    {"a view and its activity are removed in order", a_view_and_its_activity_are_removed_in_order},
    {"update adds a checkpoint", update_adds_a_checkpoint},
    {"a window is set and shown", a_window_is_set_and_shown},
    {"archiving is switched", archiving_is_switched},
    {"an index is added", an_index_is_added},
    {"an index is removed", an_index_is_removed},
    {"events are imported and counted", events_are_imported_and_counted},
    {"rejected lines exit 1", rejected_lines_exit_1},
    {"a definition is inferred, deployed and fed", a_definition_is_inferred_deployed_and_fed},
    {"wrong source options exit 64", wrong_source_options_exit_64},
    {"incomplete instances are listed", incomplete_instances_are_listed},
    {"incomplete instances are completed", incomplete_instances_are_completed},
    {"an instance is removed by its ID", an_instance_is_removed_by_its_id},
    {"age limits what is resolved", age_limits_what_is_resolved},
    {"resolve wants to know what to do", resolve_wants_to_know_what_to_do},
    {"an archive that is gone is no new installation",
        an_archive_that_is_gone_is_no_new_installation},
    {"a plan says what will leave and what will not",
        a_plan_says_what_will_leave_and_what_will_not},
    {"partitions of a new activity are none", partitions_of_a_new_activity_are_none},
    {"the nightly job is shown", the_nightly_job_is_shown},
    {"a deployment is backed up", a_deployment_is_backed_up},
    {"what cannot be backed up is not removed", what_cannot_be_backed_up_is_not_removed},
    {"a backup restores under another name", a_backup_restores_under_another_name},
    {"a backup opens with its key only", a_backup_opens_with_its_key_only},
    {"several databases are one set", several_databases_are_one_set},
    {"restore wants one thing", restore_wants_one_thing},
    {"one run at a time", one_run_at_a_time},
    {"key generate makes two keys and overwrites none",
        key_generate_makes_two_keys_and_overwrites_none},
    {"doctor fails before setup and passes after", doctor_fails_before_setup_and_passes_after},
    {"doctor warns of a recovery key that lies about",
        doctor_warns_of_a_recovery_key_that_lies_about},
    {"doctor refuses an identity that others read", doctor_refuses_an_identity_that_others_read},
    {0},
};
