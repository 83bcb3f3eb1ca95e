/* Maintenance of several activities, one of which cannot be maintained. */
#include "etl/pipeline/unit.h"

#include "tests/etl/fixture.h"

static const char two_activities[] =
    "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
    "<Activity Name=\"First\" ID=\"A\"><Checkpoint Name=\"City\" ID=\"A1\" "
    "DataType=\"NVARCHAR\" DataLength=\"30\"/></Activity>"
    "<Activity Name=\"Second\" ID=\"B\"><Checkpoint Name=\"City\" ID=\"B1\" "
    "DataType=\"NVARCHAR\" DataLength=\"30\"/></Activity></BAMDefinition>";

/* An installation with one completed instance in each of its two activities. */
struct world {
    struct database_setting databases[2];
    char connections[2][600];
    struct site site;
    struct db *primary; /* the site's */
    struct run_context context;
    struct unit_result result;
    struct fault f;
};

static void
open_site(struct world *w)
{
    static const char *const names[] = {"PrimaryImport", "Archive"};

    w->site = (struct site)SITE_INIT;
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL_FATAL(engine_new_database(test_engine(), names[i], w->connections[i],
                                  sizeof w->connections[i]),
            0);
        db_close(db_open(names[i], w->connections[i], DB_CREATE, &w->f));
        w->databases[i] = (struct database_setting){names[i], w->connections[i], false};
    }
    w->site.settings.databases = w->databases;
    w->site.settings.database_count = 2;
    w->site.settings.backup.store = "file:backups";
    w->primary = site_database(&w->site, "PrimaryImport", DB_EXISTING, &w->f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w->primary);
    db_set_patience(w->primary, 0.5);
}

static void
begin(struct world *w)
{
    struct findings list = FINDINGS_INIT("two");
    struct definition d = DEFINITION_INIT;

    *w = (struct world){.f = FAULT_INIT};
    open_site(w);
    ASSERT_OK(metadata_setup(w->primary, &w->f), &w->f);
    ASSERT_OK(
        definition_read_text(&d, two_activities, sizeof two_activities - 1, &list, &w->f), &w->f);
    ASSERT_OK(deployment_deploy(w->primary, &d, &list, &w->f), &w->f);
    ASSERT_OK(deployment_read(w->primary, &w->context.definition, &w->f), &w->f);
    w->context.site = &w->site;
    ASSERT_OK(db_run(w->primary, "INSERT INTO \"bam_First_Completed\"(\"ActivityID\") VALUES ('1')",
                  NULL, &w->f),
        &w->f);
    ASSERT_OK(db_run(w->primary,
                  "INSERT INTO \"bam_Second_Completed\"(\"ActivityID\") VALUES ('2')", NULL, &w->f),
        &w->f);
    definition_release(&d);
    findings_release(&list);
}

static void
end(struct world *w)
{
    proof_close(w->context.proof);
    arena_release(&w->context.memory);
    definition_release(&w->context.definition);
    for (size_t i = 0; i < 2; i++)
        db_close(w->site.databases[i]);
    store_close(w->site.store);
}

static int
spawn(struct world *w)
{
    static const char *targets[] = {"First", "Second"};
    const struct job_step step = {.backup_archive = true};
    const struct unit u = {.kind = UNIT_SPAWN,
        .name = "maintain/spawn",
        .step = &step,
        .targets = targets,
        .target_count = 2};

    return unit_apply(&w->context, &u, &w->result, &w->f);
}

static int64_t
partitions_of(struct world *w, const char *activity)
{
    struct text sql = TEXT_INIT;
    int64_t count = -1;

    sql_set(&sql, "SELECT count(*) FROM \"bam_Metadata_Partitions\" WHERE \"ActivityName\" = %t",
        activity);
    ASSERT_OK(db_get_int(w->primary, text_get(&sql), -1, &count, &w->f), &w->f);
    text_release(&sql);
    return count;
}

/* An application's transaction that never ends. On SQLite it holds all there is. */
static void
a_stuck_writer_holds_up_its_activity_alone(void)
{
    struct db *application;
    struct world w;

    if (test_engine() == ENGINE_SQLITE)
        return;
    begin(&w);
    application = db_open_again(w.primary, &w.f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(application);
    ASSERT_OK(db_begin(application, &w.f), &w.f);
    ASSERT_OK(db_run(application,
                  "INSERT INTO \"bam_First_Completed\"(\"ActivityID\") VALUES ('3')", NULL, &w.f),
        &w.f);
    ASSERT_OK(spawn(&w), &w.f);
    CU_ASSERT_TRUE(w.result.failed);
    CU_ASSERT_EQUAL(w.context.failed_count, 1);
    CU_ASSERT_EQUAL(w.context.first_failure.kind, FAULT_UNAVAILABLE);
    CU_ASSERT(test_contains(w.context.first_failure.text, "'First'"));
    CU_ASSERT_EQUAL(partitions_of(&w, "Second"), 1);
    db_close(application);
    CU_ASSERT_EQUAL(partitions_of(&w, "First"), 0);
    end(&w);
}

static void
a_missing_table_fails_its_activity_alone(void)
{
    struct world w;

    begin(&w);
    ASSERT_OK(db_run(w.primary,
                  "INSERT INTO \"bam_Metadata_Partitions\"(\"ActivityName\", \"InstancesTable\", "
                  "\"RelationshipsTable\", \"CreationTime\", \"MinRecordID\", \"MaxRecordID\", "
                  "\"ArchivingInProgress\") VALUES ('First', 'gone', 'gone_Relationships', "
                  "'2026-01-01 00:00:00', 1, 1, 0)",
                  NULL, &w.f),
        &w.f);
    ASSERT_OK(spawn(&w), &w.f);
    CU_ASSERT_TRUE(w.result.failed);
    CU_ASSERT_EQUAL(w.context.first_failure.kind, FAULT_DATA);
    CU_ASSERT_EQUAL(partitions_of(&w, "First"), 1);
    CU_ASSERT_EQUAL(partitions_of(&w, "Second"), 1);
    end(&w);
}

const struct test suite_etl_pipeline_unit[] = {
    {"a stuck writer holds up its activity alone", a_stuck_writer_holds_up_its_activity_alone},
    {"a missing table fails its activity alone", a_missing_table_fails_its_activity_alone},
    {NULL, on_each_engine},
};
