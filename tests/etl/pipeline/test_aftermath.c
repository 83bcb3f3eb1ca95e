/* What others are told of a run: summary, metrics, hook. */
#include <sys/stat.h>

#include "tests/etl/command/run.h"
#include "tests/etl/fixture.h"

static const char settings[] =
    "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases>"
    "<PrimaryImport Connection=\"Driver=SQLite3;Database=p.db\"/>"
    "<Archive Connection=\"Driver=SQLite3;Database=a.db\"/>"
    "<StarSchema Connection=\"Driver=SQLite3;Database=s.db\"/></Databases>"
    "<Backup Encryption=\"none\"/><OnFailure Command=\"cat &gt; told.json\"/>"
    "<Metrics File=\"night.prom\"/></Nightcube>";

static void
set_up(void)
{
    run_write_file("nightcube.xml", settings);
    run_expect("setup", 0);
    run_write_file("orders.xml", fixture_definition);
    run_expect("deploy orders.xml --no-backup", 0);
}

static void
break_star(void)
{
    CU_ASSERT_EQUAL(rename("s.db", "kept.db"), 0);
    CU_ASSERT_EQUAL(mkdir("s.db", 0700), 0);
}

static void
expect_file(const char *path, const char *wanted, bool is_there)
{
    struct text content = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_read_all(path, 1 << 20, &content, &f), &f);
    if (test_contains(text_get(&content), wanted) != is_there)
        fprintf(stderr, "\n    '%s' in %s: %s", wanted, path, text_get(&content));
    CU_ASSERT_EQUAL(test_contains(text_get(&content), wanted), is_there);
    text_release(&content);
}

static void
a_good_run_ends_with_a_summary(void)
{
    set_up();
    run_says("nightly --json", 0,
        "{\"summary\":true,\"run\":1,\"job\":\"nightly\",\"state\":\"done\","
        "\"exit_code\":0,",
        NULL);
    run_says("nightly --log-format json", 0, NULL, "\n{\"summary\":true,\"run\":2,");
    CU_ASSERT_FALSE(file_exists("told.json"));
}

static void
a_failure_is_told_with_its_step(void)
{
    set_up();
    break_star();
    run_expect("load", 69);
    expect_file("told.json", "\"state\":\"failed\",\"exit_code\":69", true);
    expect_file("told.json", "\"failed_step\":\"load\"", true);
}

static void
a_hook_that_fails_changes_nothing(void)
{
    set_up();
    break_star();
    CU_ASSERT_EQUAL(mkdir("told.json", 0700), 0);
    run_says("load", 69, NULL, "warning: nobody may have been told");
}

static void
success_time_is_written_only_on_success(void)
{
    struct stat st;

    set_up();
    break_star();
    run_expect("load", 69);
    expect_file("night.prom", "nightcube_last_run_exit_code{job=\"load\"} 69\n", true);
    expect_file("night.prom", "nightcube_last_success_timestamp_seconds{", false);
    CU_ASSERT_EQUAL(rmdir("s.db"), 0);
    CU_ASSERT_EQUAL(rename("kept.db", "s.db"), 0);
    run_expect("load", 0);
    expect_file("night.prom", "nightcube_last_success_timestamp_seconds{job=\"load\"} ", true);
    CU_ASSERT_EQUAL(stat("night.prom", &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 0777, 0644);
}

const struct test suite_etl_pipeline_aftermath[] = {
    {"a good run ends with a summary", a_good_run_ends_with_a_summary},
    {"a failure is told with its step", a_failure_is_told_with_its_step},
    {"a hook that fails changes nothing", a_hook_that_fails_changes_nothing},
    {"success time is written only on success", success_time_is_written_only_on_success},
    {0},
};
