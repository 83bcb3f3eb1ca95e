/* XMLA files, run with the program. */
#include "tests/etl/command/run.h"
#include "tests/etl/fixture.h"

#define ENGINE " xmlns=\"http://schemas.microsoft.com/analysisservices/2003/engine\""
#define OBJECT "<Object><DatabaseID>BAMAnalysis</DatabaseID></Object>"

static void
set_up(void)
{
    run_expect("setup", 0);
    run_write_file("orders.xml", fixture_definition);
    run_expect("deploy orders.xml --no-backup", 0);
    run_write_file("orders.csv", "ActivityID,City,Quantity,Received,IsComplete\n"
                                 "O1,Bonn,5,2026-01-01T00:00:00Z,true\n"
                                 "O2,Ulm,7,2026-01-02T00:00:00Z,true\n");
    run_expect("import orders.csv --activity Order", 0);
    run_expect("load", 0);
}

static void
a_batch_processes_and_backs_up(void)
{
    set_up();
    run_write_file("step.xml", "<Batch" ENGINE "><Parallel><Process><Object><DatabaseID>BAMAnalysis"
                               "</DatabaseID><CubeID>OrderCube</CubeID></Object>"
                               "<Type>ProcessFull</Type></Process></Parallel><Backup>" OBJECT
                               "<File>night</File></Backup></Batch>");
    run_says("run step.xml --plan", 0, "process cube", NULL);
    run_says("run step.xml", 0, "process", NULL);
    run_says("query OrderCube --rows Place.City --measures Pieces --format csv", 0, "Ulm,7", NULL);
    run_says("history --run 2", 0, "backup", NULL);
    CU_ASSERT(file_exists("nightcube/backups/night.abf"));
    run_says("run step.xml", 73, NULL, "night");
}

static void
a_backup_with_a_password_restores_with_it_alone(void)
{
    set_up();
    run_expect("process", 0);
    run_write_file("save.xml", "<Backup" ENGINE ">" OBJECT
                               "<File>night</File><Password>{secret:night}</Password></Backup>");
    run_write_file("back.xml", "<Restore" ENGINE "><DatabaseName>Old</DatabaseName>"
                               "<File>night.abf</File><Password>wrong</Password></Restore>");
    run_write_file("own.xml", "<Restore" ENGINE "><File>night.abf</File>"
                              "<Password>{secret:night}</Password></Restore>");
    setenv("night", "correct horse", 1);
    run_expect("run save.xml", 0);
    run_says("run back.xml", 77, NULL, "restore 'night.abf'");
    run_says("run own.xml", 73, NULL, "exists");
    run_write_file("back.xml",
        "<Restore" ENGINE "><DatabaseName>Old</DatabaseName>"
        "<File>night.abf</File><Password>correct horse</Password></Restore>");
    run_says("run back.xml", 0, "Old", NULL);
    unsetenv("night");
}

static void
a_clear_password_is_nowhere_in_the_journal(void)
{
    struct text journal = TEXT_INIT;
    struct fault f = FAULT_INIT;
    bool found = false;

    set_up();
    run_expect("process", 0);
    run_write_file("save.xml",
        "<Backup" ENGINE ">" OBJECT "<File>night</File><Password>rosebud7</Password></Backup>");
    run_says("run save.xml", 0, "night.abf", NULL);
    ASSERT_OK(file_read_all("nightcube/state/journal.db", 1 << 24, &journal, &f), &f);
    for (size_t i = 0; i + 8 <= journal.length; i++)
        found = found || memcmp(journal.bytes + i, "rosebud7", 8) == 0;
    CU_ASSERT_FALSE(found);
    text_release(&journal);
}

static void
a_database_that_is_not_there_is_named_with_the_nearest(void)
{
    set_up();
    run_write_file("step.xml", "<Process" ENGINE "><Object><DatabaseID>BAMAnalyses</DatabaseID>"
                               "</Object></Process>");
    run_says("run step.xml", 65, NULL, "did you mean 'BAMAnalysis'?");
}

const struct test suite_etl_command_xmla[] = {
    {"a batch processes and backs up", a_batch_processes_and_backs_up},
    {"a backup with a password restores with it alone",
        a_backup_with_a_password_restores_with_it_alone},
    {"a clear password is nowhere in the journal", a_clear_password_is_nowhere_in_the_journal},
    {"a database that is not there is named with the nearest",
        a_database_that_is_not_there_is_named_with_the_nearest},
    {0},
};
