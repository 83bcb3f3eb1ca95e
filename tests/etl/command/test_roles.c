/* Roles of analysis databases, from the command line into a backup and back. */
#include "tests/etl/command/run.h"

static void
roles_are_shown_as_they_were_set(void)
{
    run_expect("setup", 0);
    run_expect("set role BAMAnalysis Sales add", 0);
    run_expect("set role BAMAnalysis Sales add anna", 0);
    run_says("show roles --json", 0,
        "{\"database\":\"BAMAnalysis\",\"role\":\"Sales\",\"member\":\"anna\"}", NULL);
    run_expect("set role BAMAnalysis Sales remove anna", 0);
    run_says("show roles --json", 0, "\"member\":null", NULL);
}

static void
mistakes_are_named(void)
{
    run_expect("setup", 0);
    run_says("set role BAMAnalysi Sales add", 65, NULL, "did you mean 'BAMAnalysis'?");
    run_says("set role BAMAnalysis Sales drop", 64, NULL, "say add or remove");
    run_says("set role BAMAnalysis Sales", 64, NULL, "set role needs 3 arguments");
}

static void
expect_member_after(const char *security, const char *wanted)
{
    char words[256];

    snprintf(words, sizeof words, "restore night.abf --allow-overwrite%s", security);
    run_expect(words, 0);
    run_says("show roles --json", 0, wanted, NULL);
}

static void
a_restore_brings_back_the_roles_it_is_told_to(void)
{
    run_expect("setup", 0);
    run_expect("set role BAMAnalysis Sales add", 0);
    run_expect("set role BAMAnalysis Sales add anna", 0);
    run_expect("backup BAMAnalysis --file night", 0);
    run_expect("set role BAMAnalysis Sales remove", 0);
    expect_member_after("", "anna");
    expect_member_after(" --security skip-membership", "\"member\":null");
    expect_member_after(" --security copy-all", "anna");
    expect_member_after(" --security ignore-security", "");
    struct run r = run("show roles --json");

    CU_ASSERT_STRING_EQUAL(text_get(&r.out), "");
    run_release(&r);
}

static void
an_xmla_restore_leaves_the_members_out_unless_told(void)
{
    run_expect("setup", 0);
    run_expect("set role BAMAnalysis Sales add", 0);
    run_expect("set role BAMAnalysis Sales add anna", 0);
    run_expect("backup BAMAnalysis --file night", 0);
    run_write_file("back.xml",
        "<Restore xmlns=\"http://schemas.microsoft.com/analysisservices/2003/engine\">"
        "<File>night.abf</File><AllowOverwrite>true</AllowOverwrite></Restore>");
    run_expect("run back.xml", 0);
    run_says("show roles --json", 0, "\"role\":\"Sales\",\"member\":null", NULL);
}

const struct test suite_etl_command_roles[] = {
    {"roles are shown as they were set", roles_are_shown_as_they_were_set},
    {"mistakes are named", mistakes_are_named},
    {"a restore brings back the roles it is told to",
        a_restore_brings_back_the_roles_it_is_told_to},
    {"an XMLA restore leaves the members out unless told",
        an_xmla_restore_leaves_the_members_out_unless_told},
    {0},
};
