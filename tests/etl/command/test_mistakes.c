/* What a clumsy hand types, and what it is told. */
#include "tests/config/definition/sample.h"
#include "tests/etl/command/run.h"

static void
before_setup_everything_says_setup(void)
{
    run_says("nightly", 69, NULL, "hint: a new installation begins with: nightcube setup");
    run_says("show views", 69, NULL, "PrimaryImport is not there yet: no file '");
    run_says("query Cube", 65, NULL, "hint: ");
}

static void
a_misspelt_file_is_guessed(void)
{
    run_write_file("orders.xml", sample_xml);
    run_expect("setup", 0);
    run_says("deploy order.xml", 66, NULL, "did you mean 'orders.xml'?");
    run_says("run orders.xlm", 66, NULL, "did you mean 'orders.xml'?");
    run_says("define nothing.like.it", 66, NULL, "No such file");
    run_says("define nothing.like.it", 66, NULL, "hint: it was looked for in '/");
    run_says("run nightly", 66, NULL, "hint: the built-in job is run with: nightcube nightly");
    run_says("report nowhere/night.html", 66, NULL, "hint: mkdir -p 'nowhere'");
    run_says("report .", 64, NULL, "hint: name the file in it: ./night.html");
}

static void
what_there_is_stands_in_the_hint(void)
{
    run_expect("setup", 0);
    run_says("load --cube Orders", 65, NULL, "activities and cubes come with nightcube deploy");
    run_says("set window Order 1 day", 65, NULL, "none is deployed yet: nightcube deploy DEF.xml");
    run_says("backup Foo", 65, NULL, "there is: PrimaryImport, Archive, StarSchema");
    run_says("show foo", 64, NULL, "there is: activities, views, cubes,");
    run_says("process --type Full", 64, NULL, "there is: ProcessDefault, ProcessFull,");
    run_says("process --type processfull", 64, NULL, "did you mean 'ProcessFull'?");
    run_says("purge X --history All", 64, NULL, "there is: PrimaryImport, PrimaryImport+Archive");
    run_says("copy", 64, NULL, "nightcube copy --to file:DIR");
    run_says("resolve", 64, NULL, "hint: nightcube help resolve");
}

static void
misspelt_names_are_guessed(void)
{
    run_write_file("orders.xml", sample_xml);
    run_expect("setup", 0);
    run_expect("deploy orders.xml --no-backup", 0);
    run_says("set window Orde 1 day", 65, NULL, "did you mean 'Order'?");
    run_says("set archive Orde off", 65, NULL, "did you mean 'Order'?");
    run_says("set index Orde I City", 65, NULL, "did you mean 'Order'?");
    run_says("import x --case Order", 64, NULL, "did you mean '--case-column'?");
    run_says("history 99", 65, NULL, "nightcube history lists the runs");
    run_says("history night", 64, NULL, "'night' is no run's number");
    run_says("history 1 --run 2", 64, NULL, "exclude each other");
    run_says("set role BAMAnalysis Sales add anna", 65, NULL, "set role DATABASE 'Sales' add");
    run_says("history --run 99", 65, NULL, "nightcube history lists the runs");
}

static void
a_night_without_anything_says_so(void)
{
    run_expect("setup", 0);
    run_says("nightly", 0, NULL, "no activity is deployed yet");
    run_says("status", 0, "usual_seconds", NULL);
    run_says("history --json", 0, "\"trend_percent\":null", NULL);
}

const struct test suite_etl_command_mistakes[] = {
    {"before setup everything says setup", before_setup_everything_says_setup},
    {"a misspelt file is guessed", a_misspelt_file_is_guessed},
    {"misspelt names are guessed", misspelt_names_are_guessed},
    {"what there is stands in the hint", what_there_is_stands_in_the_hint},
    {"a night without anything says so", a_night_without_anything_says_so},
    {0},
};
