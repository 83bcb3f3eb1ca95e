/* Options that choose, narrow and exclude each other: what each gives, and what is said of the
 * wrong ones. */
#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

#define EVENT(op, id, more) "{\"op\":\"" op "\",\"activity\":\"Order\",\"id\":\"" id "\"" more "}\n"

static const char events[] = EVENT("begin", "O1", ",\"data\":{\"City\":\"Bonn\"}")
    EVENT("end", "O1", "") EVENT("update", "O3", ",\"data\":{\"City\":\"Ulm\"}");

/* A second activity, so that one alone is fewer. */
static const char claims[] =
    "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
    "<Activity Name=\"Claim\" ID=\"A9\"><Checkpoint Name=\"Paid\" ID=\"C91\" DataType=\"INT\"/>"
    "</Activity><View Name=\"Claims\" ID=\"V9\"><ActivityView Name=\"ClaimView\" ID=\"AV9\" "
    "ActivityRef=\"A9\"><Alias Name=\"Paid\" ID=\"L91\"><CheckpointRef>C91</CheckpointRef></Alias>"
    "</ActivityView></View></BAMDefinition>";

static void
set_up(void)
{
    run_write_file("sample.xml", sample_xml);
    run_write_file("claims.xml", claims);
    run_write_file("events.jsonl", events);
    run_expect("setup", 0);
    run_expect("deploy sample.xml --no-backup", 0);
    run_expect("deploy claims.xml --no-backup", 0);
    run_expect("import events.jsonl", 0);
}

/* Says `part` and nothing of the other activity. */
static void
says_only(const char *words, const char *part)
{
    struct run r = run(words);

    CU_ASSERT_EQUAL(r.exit_code, 0);
    if (!test_contains(text_get(&r.out), part) || test_contains(text_get(&r.out), "Claim"))
        fprintf(stderr, "\n    nightcube %s:\n%s%s", words, text_get(&r.out), text_get(&r.err));
    CU_ASSERT(test_contains(text_get(&r.out), part));
    CU_ASSERT_FALSE(test_contains(text_get(&r.out), "Claim"));
    run_release(&r);
}

static void
lists_are_narrowed_to_an_activity(void)
{
    set_up();
    says_only("show activities --activity Order", "Order");
    says_only("show views --activity Order", "OrderView");
    says_only("show cubes --activity Order", "Orders");
    says_only("show indexes --activity Order", "ByCity");
    says_only("show windows --activity Order", "Order");
    says_only("show changes --activity Order", "Order");
    says_only("show incomplete --activity Order", "O3");
    says_only("show definition --activity Order", "<Activity Name=\"Order\"");
    says_only("show writers --activity Order", "Order");
    says_only("show partitions --activity Order --json", "");
    says_only("show trail --activity Order --json", "");
    run_says("show cubes --activity Claim --json", 0, "", NULL);
    run_says("show windows --activity Zork", 65, "", "there is no activity 'Zork'");
    run_says("show activities more", 64, "", "one argument too many: 'more'");
}

static void
incomplete_instances_are_chosen_by_age(void)
{
    set_up();
    run_says("show incomplete --older-than 7~days --json", 0, "", NULL);
    setenv("NIGHTCUBE_NOW", "2099-01-01T00:00:00Z", 1);
    run_says("show incomplete --older-than 7~days --json", 0, "\"id\":\"O3\"", NULL);
    unsetenv("NIGHTCUBE_NOW");
    run_says("show incomplete --older-than soon", 64, "", "--older-than");
}

static void
a_partition_on_its_way_out_is_shown(void)
{
    set_up();
    run_expect("set window Order 1 day", 0);
    run_expect("nightly", 0);
    run_says("show partitions --json", 0, "\"state\":\"online\"", NULL);
    setenv("NIGHTCUBE_NOW", "2099-01-01T00:00:00Z", 1);
    run_says("show partitions --json", 0, "\"due\":true", NULL);
    run_expect("maintain", 0);
    run_says("show partitions --json", 0, "\"state\":\"archived\"", NULL);
    run_says("show trail --json", 0, "\"state\":\"dropped\"", NULL);
    unsetenv("NIGHTCUBE_NOW");
}

static void
sources_are_read_as_they_are_told(void)
{
    set_up();
    run_expect("import events.jsonl --format jsonl", 0);
    run_says("import events.jsonl --format jsnl", 64, "", "did you mean 'jsonl'?");
    run_write_file("tabs.csv", "ActivityID\tCity\nT1\tBonn\n");
    run_write_file("bars.csv", "ActivityID|City\nB1|Bonn\n");
    run_expect("import tabs.csv --activity Order --separator tab", 0);
    run_expect("import bars.csv --activity Order --separator |", 0);
    run_says("import bars.csv --activity Order --separator ||", 64, "", "one ASCII character");
    run_says("import bars.csv --activity Order --separator \"", 64, "", "one ASCII character");
    run_says("show incomplete --json", 0, "\"id\":\"T1\"", NULL);
    run_says("show incomplete --json", 0, "\"id\":\"B1\"", NULL);
}

static void
a_query_without_sense_is_told_why(void)
{
    set_up();
    run_expect("nightly", 0);
    run_says("query Orders --top 3", 64, "", "--top is about rows: name them with --rows");
    run_says("query Orders --order-by N", 64, "", "--order-by is about rows");
    run_says("query Orders --rows Place.Town --top none", 64, "", "--top is a whole number");
    run_says("query Orders --rows Place.Town --order-by Zork", 65, "", "--order-by: ");
    run_says("query Orders --where Zork=1", 65, "", "--where: ");
    run_says("query Orders --part some", 64, "", "'some' is none of active, completed, all");
    run_says("query Orders --format xml", 64, "", "'xml' is none of table, csv, json");
    run_says("query Orders --rows Place.Town --top 1 --format csv", 0, "Bonn", NULL);
    run_says("query Orders --rows Place.Town --part completed --json", 0, "Bonn", NULL);
}

static void
what_excludes_each_other_is_refused(void)
{
    run_expect("setup", 0);
    run_says("copy one.abf --run 1 --to file:there", 64, "", "--run and names of backups exclude");
    run_says("copy --run none --to file:there", 64, "", "--run is a whole number");
    run_says("restore one.abf --as X --to-connection Driver=SQLite3;Database=x.db", 64, "",
        "--as and --to-connection exclude each other");
    run_says("restore one.abf --after", 64, "", "--after");
    run_says("verify", 64, "", "hint: nightcube verify FILE|ID... | --sample N");
    run_says("verify one.abf --sample 1", 64, "", "or --sample N");
    run_says("verify one.abf two.abf --tables", 64, "", "--tables reads one backup");
    run_says("verify --sample 0", 64, "", "--sample is a whole number from 1 to 1000000");
    run_says("key generate more", 64, "", "key generate takes no argument");
    run_says("key generate", 73, "", "a key is never overwritten");
    run_says("key rewrap", 64, "", "hint: nightcube key rewrap FILE|ID...");
    run_says("key rewrap one.abf --all", 64, "", "needs the names of backups, or --all");
    run_says("key check one.abf two.abf", 64, "", "takes one backup, or none");
    run_says("report --output a.html b.html", 64, "", "exclude each other");
    run_says("report a.html --run 0", 64, "", "--run is a whole number from 1 on");
    run_says("history --limit 0", 64, "", "--limit is a whole number");
    run_says("status --max-age 0", 64, "", "--max-age is a whole number from 1 to 100000");
    run_says("help log-fields", 0, "level", NULL);
    run_says("help zork", 64, "", "zork");
}

static void
a_key_is_made_where_it_is_told(void)
{
    run_says("key generate --output mine", 0, "age1", NULL);
    CU_ASSERT(file_exists("mine"));
    CU_ASSERT(file_exists("mine.recovery.txt"));
    run_says("key generate --output mine", 73, "", "name another file with --output");
    run_write_file("broken.xml", "<Nightcube");
    run_says("--config broken.xml key generate --output other.txt", 0, "other.recovery.txt",
        "the recovery key does not say where the backups lie");
}

/* Before the first run, and of a job that never ran. */
static void
a_job_that_never_ran_is_not_fresh(void)
{
    run_expect("setup", 0);
    run_says("status", 1, "never run", NULL);
    run_says("nightly --plan", 0, NULL, NULL);
    run_expect("nightly", 0);
    run_says("status --max-age 1", 0, NULL, NULL);
}

/* What doctor advises of keys, of a store that is gone and of backups that anybody can read. */
static void
doctor_looks_at_keys_and_places(void)
{
    struct fault f = FAULT_INIT;
    struct text settings = TEXT_INIT;
    char *second;

    run_expect("setup", 0);
    ASSERT_OK(file_read_all("nightcube/nightcube.xml", 1 << 16, &settings, &f), &f);
    second = strrchr(text_get(&settings), '<');
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    while (strncmp(second, "<Recipient>", 11) != 0)
        second--;
    memset(second, ' ', (size_t)(strstr(second, "</Recipient>") + 12 - second));
    run_write_file("nightcube/nightcube.xml", text_get(&settings));
    text_release(&settings);
    run_says("doctor", 0, "a single one", NULL);
    ASSERT_OK(file_remove_tree("nightcube/backups", &f), &f);
    run_says("doctor", 66, "it is missing; run: nightcube setup", NULL);
}

const struct test suite_etl_command_choices[] = {
    {"lists are narrowed to an activity", lists_are_narrowed_to_an_activity},
    {"incomplete instances are chosen by age", incomplete_instances_are_chosen_by_age},
    {"a partition on its way out is shown", a_partition_on_its_way_out_is_shown},
    {"sources are read as they are told", sources_are_read_as_they_are_told},
    {"a query without sense is told why", a_query_without_sense_is_told_why},
    {"what excludes each other is refused", what_excludes_each_other_is_refused},
    {"a key is made where it is told", a_key_is_made_where_it_is_told},
    {"a job that never ran is not fresh", a_job_that_never_ran_is_not_fresh},
    {"doctor looks at keys and places", doctor_looks_at_keys_and_places},
    {0},
};
