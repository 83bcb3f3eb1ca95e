/* The documented shapes of XMLA commands, read as jobs. */
#include <stdlib.h>
#include <string.h>

#include "config/job/job.h"
#include "tests/harness.h"

#define ENGINE " xmlns=\"http://schemas.microsoft.com/analysisservices/2003/engine\""
#define OBJECT(more) "<Object><DatabaseID>BAMAnalysis</DatabaseID>" more "</Object>"

struct reading {
    struct job job;
    struct findings list;
    struct fault f;
    int rc;
};

static struct reading
read_text(const char *xml)
{
    struct reading r = {.list = FINDINGS_INIT("jobs/step 1.xmla"), .f = FAULT_INIT};

    r.rc = job_read_text(&r.job, xml, strlen(xml), &r.list, &r.f);
    return r;
}

static void
release(struct reading *r)
{
    job_release(&r->job);
    findings_release(&r->list);
}

static struct reading
read_good(const char *xml)
{
    struct reading r = read_text(xml);

    if (r.rc != 0)
        fputs(text_get(&r.list.lines), stderr);
    CU_ASSERT_EQUAL_FATAL(r.rc, 0);
    return r;
}

static void
refuses(const char *xml, const char *why)
{
    struct reading r = read_text(xml);

    CU_ASSERT_EQUAL(r.rc, -1);
    CU_ASSERT_EQUAL(r.f.kind, FAULT_SETTINGS);
    if (!test_contains(text_get(&r.list.lines), why))
        fprintf(stderr, "\n    wanted '%s' in: %s", why, text_get(&r.list.lines));
    CU_ASSERT(test_contains(text_get(&r.list.lines), why));
    release(&r);
}

static void
a_process_command_is_a_job_of_one_step(void)
{
    struct reading r = read_good("<Process" ENGINE ">" OBJECT(
        "<CubeID>POCube</CubeID>") "<Type>ProcessFull</Type><WriteBackTableCreation>UseExisting</"
                                   "WriteBackTableCreation>"
                                   "</Process>");
    const struct job_step *s = r.job.steps;

    CU_ASSERT_STRING_EQUAL(r.job.name, "xmla:step 1");
    CU_ASSERT_EQUAL_FATAL(r.job.step_count, 1);
    CU_ASSERT_EQUAL(s->kind, STEP_PROCESS_CUBE);
    CU_ASSERT_STRING_EQUAL(s->name, "process");
    CU_ASSERT_STRING_EQUAL(s->target, "POCube");
    CU_ASSERT_STRING_EQUAL(s->analysis, "BAMAnalysis");
    CU_ASSERT_EQUAL(s->process_type, PROCESS_FULL);
    release(&r);
}

static void
processing_a_database_processes_all_cubes_as_they_need_it(void)
{
    struct reading r = read_good("<Process" ENGINE ">" OBJECT("") "</Process>");

    CU_ASSERT_STRING_EQUAL(r.job.steps[0].target, "*");
    CU_ASSERT_EQUAL(r.job.steps[0].process_type, PROCESS_DEFAULT);
    release(&r);
}

static void
a_batch_keeps_the_order_of_its_commands(void)
{
    struct reading r = read_good(
        "<Batch" ENGINE " Transaction=\"false\"><Parallel "
        "MaxParallel=\"4\"><Process>" OBJECT("<CubeID>A</CubeID>") "</Process><Process>" OBJECT(
            "<CubeID>B</CubeID>") "</Process></Parallel><Backup>" OBJECT("") "<File>n.abf</File></"
                                                                             "Backup></Batch>");

    CU_ASSERT_EQUAL_FATAL(r.job.step_count, 3);
    CU_ASSERT_STRING_EQUAL(r.job.steps[0].name, "process-1");
    CU_ASSERT_STRING_EQUAL(r.job.steps[1].target, "B");
    CU_ASSERT_STRING_EQUAL(r.job.steps[2].name, "backup");
    CU_ASSERT(r.job.steps[0].continue_on_error);
    release(&r);
}

static void
a_batch_is_a_transaction_unless_it_says_otherwise(void)
{
    struct reading r = read_good("<Batch" ENGINE "><Process>" OBJECT("") "</Process></Batch>");

    CU_ASSERT_FALSE(r.job.steps[0].continue_on_error);
    release(&r);
}

static void
a_backup_has_the_documented_defaults(void)
{
    struct reading r = read_good("<Backup" ENGINE ">" OBJECT("") "<File>night.abf</File></Backup>");
    const struct job_step *s = r.job.steps;

    CU_ASSERT_EQUAL(s->kind, STEP_BACKUP_ANALYSIS);
    CU_ASSERT_STRING_EQUAL(s->target, "BAMAnalysis");
    CU_ASSERT_STRING_EQUAL(s->file->name, "night.abf");
    CU_ASSERT_FALSE(s->file->allow_overwrite);
    CU_ASSERT(s->file->compress);
    CU_ASSERT_PTR_NULL(s->file->password);
    release(&r);
}

static void
a_backup_says_what_it_wants(void)
{
    struct reading r = read_good("<Backup" ENGINE ">" OBJECT(
        "") "<File>/b/n.abf</File><AllowOverwrite>true</AllowOverwrite>"
            "<ApplyCompression>0</ApplyCompression><Password>{secret:night}</Password></Backup>");
    const struct step_file *file = r.job.steps[0].file;

    CU_ASSERT(file->allow_overwrite);
    CU_ASSERT_FALSE(file->compress);
    CU_ASSERT_STRING_EQUAL(file->password, "{secret:night}");
    CU_ASSERT_FALSE(r.job.has_password);
    release(&r);
}

static void
a_restore_has_the_documented_defaults(void)
{
    struct reading r = read_good("<Restore" ENGINE "><File>night.abf</File></Restore>");
    const struct job_step *s = r.job.steps;

    CU_ASSERT_EQUAL(s->kind, STEP_RESTORE);
    CU_ASSERT_STRING_EQUAL(s->target, "night.abf");
    CU_ASSERT_PTR_NULL(s->file->database);
    CU_ASSERT_FALSE(s->file->allow_overwrite);
    CU_ASSERT_EQUAL(s->file->security, SECURITY_SKIP_MEMBERSHIP);
    release(&r);
}

static void
a_restore_says_under_which_name(void)
{
    struct reading r = read_good("<Restore" ENGINE "><DatabaseName>Old</DatabaseName>"
                                 "<File>n.abf</File><Security>IgnoreSecurity</Security></Restore>");

    CU_ASSERT_STRING_EQUAL(r.job.steps[0].file->database, "Old");
    CU_ASSERT_EQUAL(r.job.steps[0].file->security, SECURITY_IGNORE);
    release(&r);
}

static void
a_password_changes_no_fingerprint(void)
{
    static const char form[] =
        "<Backup" ENGINE ">" OBJECT("") "<File>n.abf</File><Password>%s</Password></Backup>";
    struct text one = TEXT_INIT, two = TEXT_INIT;
    struct reading a, b;

    text_add_format(&one, form, "first");
    text_add_format(&two, form, "second");
    a = read_good(text_get(&one));
    b = read_good(text_get(&two));
    CU_ASSERT_STRING_EQUAL(a.job.fingerprint, b.job.fingerprint);
    CU_ASSERT(a.job.has_password);
    release(&a);
    release(&b);
    text_release(&one);
    text_release(&two);
}

static void
another_file_changes_the_fingerprint(void)
{
    struct reading a = read_good("<Restore" ENGINE "><File>a.abf</File></Restore>");
    struct reading b = read_good("<Restore" ENGINE "><File>b.abf</File></Restore>");

    CU_ASSERT_STRING_NOT_EQUAL(a.job.fingerprint, b.job.fingerprint);
    CU_ASSERT_STRING_NOT_EQUAL(a.job.steps[0].fingerprint, b.job.steps[0].fingerprint);
    release(&a);
    release(&b);
}

static void
what_is_not_honoured_is_refused_by_name(void)
{
    refuses("<Delete" ENGINE ">" OBJECT("") "</Delete>", "Delete is not honoured");
    refuses("<Process" ENGINE ">" OBJECT("<DimensionID>D</DimensionID>") "</Process>",
        "element DimensionID is not known in Object");
    refuses("<Process" ENGINE ">" OBJECT("") "<ErrorConfiguration/></Process>",
        "element ErrorConfiguration is not known in Process");
    refuses("<Process" ENGINE ">" OBJECT("") "<Type>ProcessUpdate</Type></Process>",
        "'ProcessUpdate' is not honoured");
    refuses("<Backup" ENGINE ">" OBJECT("") "<File>a</File><Locations/></Backup>",
        "element Locations is not known in Backup");
    refuses("<Backup" ENGINE ">" OBJECT("") "<File>a</File><BackupRemotePartitions>true"
                                            "</BackupRemotePartitions></Backup>",
        "BackupRemotePartitions in Backup: 'true'");
    refuses("<Batch" ENGINE "><Parallel><Backup/></Parallel></Batch>",
        "element Backup is not known in Parallel");
    refuses("<Batch" ENGINE "/>", "Batch holds no command");
}

static void
a_backup_without_a_file_is_refused(void)
{
    refuses("<Backup" ENGINE ">" OBJECT("") "</Backup>", "needs at least 1 File");
}

static void
a_windows_path_is_refused_with_the_cure(void)
{
    refuses("<Backup" ENGINE ">" OBJECT("") "<File>D:\\b\\n.abf</File></Backup>",
        "is a path of another system; give a name alone");
}

static void
a_malformed_secret_is_refused(void)
{
    refuses("<Backup" ENGINE
            ">" OBJECT("") "<File>n</File><Password>x{secret:n}</Password></Backup>",
        "a secret is written {secret:NAME}");
}

const struct test suite_config_xmla_xmla[] = {
    {"a Process command is a job of one step", a_process_command_is_a_job_of_one_step},
    {"processing a database processes all cubes as they need it",
        processing_a_database_processes_all_cubes_as_they_need_it},
    {"a batch keeps the order of its commands", a_batch_keeps_the_order_of_its_commands},
    {"a batch is a transaction unless it says otherwise",
        a_batch_is_a_transaction_unless_it_says_otherwise},
    {"a backup has the documented defaults", a_backup_has_the_documented_defaults},
    {"a backup says what it wants", a_backup_says_what_it_wants},
    {"a restore has the documented defaults", a_restore_has_the_documented_defaults},
    {"a restore says under which name", a_restore_says_under_which_name},
    {"a password changes no fingerprint", a_password_changes_no_fingerprint},
    {"another file changes the fingerprint", another_file_changes_the_fingerprint},
    {"what is not honoured is refused by name", what_is_not_honoured_is_refused_by_name},
    {"a backup without a file is refused", a_backup_without_a_file_is_refused},
    {"a Windows path is refused with the cure", a_windows_path_is_refused_with_the_cure},
    {"a malformed secret is refused", a_malformed_secret_is_refused},
    {0},
};
