/* report, over an installation that had two nights. */
#include <sys/stat.h>

#include "tests/etl/command/run.h"
#include "tests/etl/fixture.h"

static void
set_up(void)
{
    run_expect("setup", 0);
    run_write_file("orders.xml", fixture_definition);
    run_expect("deploy orders.xml --no-backup", 0);
    run_write_file("orders.csv", "ActivityID,City,Quantity,Received,IsComplete\n"
                                 "O1,<b>Bonn</b>,5,2026-01-01T00:00:00Z,true\n"
                                 "O2,Ulm,7,2026-01-02T00:00:00Z,true\n");
    run_expect("import orders.csv --activity Order", 0);
}

static void
expect_in_page(const char *path, const char *const *wanted)
{
    struct text html = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_read_all(path, 1 << 22, &html, &f), &f);
    for (; *wanted != NULL; wanted++) {
        if (!test_contains(text_get(&html), *wanted))
            fprintf(stderr, "\n    '%s' is not in %s", *wanted, path);
        CU_ASSERT(test_contains(text_get(&html), *wanted));
    }
    CU_ASSERT_FALSE(test_contains(text_get(&html), "<script"));
    CU_ASSERT_FALSE(test_contains(text_get(&html), "src="));
    CU_ASSERT_FALSE(test_contains(text_get(&html), "<b>Bonn"));
    text_release(&html);
}

static void
a_report_shows_the_newest_night(void)
{
    static const char *const wanted[] = {"All went well", "Run 1 of job", "maintain/end-archiving",
        "bam_Order_", "OrderCube", "&lt;b&gt;Bonn", "PrimaryImport_", "role=\"img\"", "<caption>",
        NULL};

    set_up();
    run_expect("nightly", 0);
    run_says("report --output night.html", 0, "", "the report is 'night.html'");
    expect_in_page("night.html", wanted);
}

static void
a_report_tells_drills_and_what_is_usual(void)
{
    static const char *const before[] = {
        "Last restore drill", "never", "nightcube drill proves that the newest set restores", NULL};
    static const char *const after[] = {
        "run 4: all as it should be", "usual</small>", "The newest backup of each database", NULL};

    set_up();
    for (int night = 1; night <= 4; night++)
        run_expect("nightly", 0);
    run_expect("report --output night.html", 0);
    expect_in_page("night.html", before);
    run_expect("drill", 0);
    run_expect("report --output night.html", 0);
    expect_in_page("night.html", after);
}

static void
a_report_before_the_first_night_says_so(void)
{
    static const char *const wanted[] = {"No job was run yet", "No cube was processed yet", NULL};

    run_expect("setup", 0);
    run_expect("report --output night.html", 0);
    expect_in_page("night.html", wanted);
}

static void
a_database_that_is_gone_is_told_in_its_place(void)
{
    static const char *const wanted[] = {"not readable", "All went well", NULL};

    set_up();
    run_expect("nightly", 0);
    CU_ASSERT_EQUAL(unlink("nightcube/BAMPrimaryImport.db"), 0);
    run_expect("report --output night.html", 0);
    expect_in_page("night.html", wanted);
}

static void
a_failed_run_says_why(void)
{
    static const char *const wanted[] = {"The run failed", "verdict bad", "step &#39;load", NULL};

    set_up();
    CU_ASSERT_EQUAL(unlink("nightcube/BAMStarSchema.db"), 0);
    CU_ASSERT_EQUAL(mkdir("nightcube/BAMStarSchema.db", 0700), 0);
    run_expect("load", 69);
    run_expect("report --output night.html", 0);
    expect_in_page("night.html", wanted);
}

static void
the_index_links_to_what_was_kept(void)
{
    static const char *const wanted[] = {"href=\"run-2.html\"", "run 1<", NULL};

    set_up();
    run_expect("nightly", 0);
    run_expect("nightly", 0);
    CU_ASSERT_EQUAL(mkdir("pages", 0700), 0);
    run_expect("report --output pages/latest.html --index", 0);
    expect_in_page("pages/index.html", wanted);
    CU_ASSERT(file_exists("pages/run-2.html"));
    run_says("report --output pages/index.html --index", 64, NULL, "latest.html");
}

static void
an_unknown_run_is_refused(void)
{
    run_expect("setup", 0);
    run_says("report --output x.html --run 7", 65, NULL, "there is no run 7");
    run_says("report", 64, NULL, "report needs --output");
}

const struct test suite_etl_command_report[] = {
    {"a report shows the newest night", a_report_shows_the_newest_night},
    {"a report tells drills and what is usual", a_report_tells_drills_and_what_is_usual},
    {"a report before the first night says so", a_report_before_the_first_night_says_so},
    {"a database that is gone is told in its place", a_database_that_is_gone_is_told_in_its_place},
    {"a failed run says why", a_failed_run_says_why},
    {"the index links to what was kept", the_index_links_to_what_was_kept},
    {"an unknown run is refused", an_unknown_run_is_refused},
    {0},
};
