/*
 * Every command while a call of its databases, or of its files, fails, once or from then on. In
 * make test a few of the places that call them, in make test-long all.
 */
#include "tests/etl/command/every.h"

/* doctor tells each of its checks on stdout. */
static const char *const databases_tell[] = {
    "the call is to fail", "unixODBC gives no", "checks failed", NULL};
/* Secrets lie in memory that is mapped for them. */
static const char *const files_tell[] = {
    "Input/output error", "out of memory", "checks failed", NULL};

static void
set_up(void)
{
    char connections[3][600];
    struct text xml = TEXT_INIT;

    CU_ASSERT_EQUAL_FATAL(engine_new_database(test_engine(), "Primary", connections[0], 600), 0);
    CU_ASSERT_EQUAL_FATAL(engine_new_database(test_engine(), "Archive", connections[1], 600), 0);
    CU_ASSERT_EQUAL_FATAL(engine_new_database(test_engine(), "Star", connections[2], 600), 0);
    text_add_format(&xml,
        "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases>"
        "<PrimaryImport Connection='%s'/><Archive Connection='%s'/>"
        "<StarSchema Connection='%s'/></Databases>"
        "<Analysis Name=\"BAMAnalysis\" Directory=\"cubes\"/>"
        "<Backup Store=\"file:store\"/><State Directory=\"state\"/></Nightcube>",
        connections[0], connections[1], connections[2]);
    run_write_file("nightcube.xml", text_get(&xml));
    text_release(&xml);
    every_set_up();
}

static void
every_command_says_what_its_databases_refuse(void)
{
    struct every e = {
        STRIKE_DATABASE, databases_tell, {70, 69}, long_rounds(1, 100000), long_rounds(6, 1)};

    set_up();
    CU_ASSERT(every_command_given(&e) > 0);
}

static void
every_command_says_what_its_files_refuse(void)
{
    struct every e = {
        STRIKE_FILE, files_tell, {74, 77, 70}, long_rounds(1, 100000), long_rounds(6, 1)};

    if (test_engine() != ENGINE_SQLITE)
        return;
    set_up();
    CU_ASSERT(every_command_given(&e) > 0);
}

const struct test suite_etl_command_refusal[] = {
    {"every command says what its databases refuse", every_command_says_what_its_databases_refuse},
    {"every command says what its files refuse", every_command_says_what_its_files_refuse},
    {NULL, on_each_engine},
};
