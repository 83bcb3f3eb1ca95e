#include "config/job/job.h"

#include <stdio.h>
#include <string.h>

#include "config/base/file.h"
#include "tests/harness.h"

#define HEAD "<Job xmlns=\"urn:nightcube:job:1\" Name=\"j\">\n"
#define TAIL "</Job>"

static void
read_ok(struct job *j, const char *xml)
{
    struct findings list = FINDINGS_INIT("job.xml");
    struct fault f = FAULT_INIT;
    int rc = job_read_text(j, xml, strlen(xml), &list, &f);

    if (rc != 0)
        fprintf(stderr, "\n%s", text_get(&list.lines));
    findings_release(&list);
    ASSERT_OK(rc, &f);
}

/* True when the job is refused with `count` findings, one of which holds `line`. */
static bool
is_refused(const char *xml, size_t count, const char *line)
{
    struct findings list = FINDINGS_INIT("job.xml");
    struct job j = JOB_INIT;
    struct fault f = FAULT_INIT;
    bool ok = job_read_text(&j, xml, strlen(xml), &list, &f) == -1 && f.kind == FAULT_SETTINGS &&
              list.count == count && test_contains(text_get(&list.lines), line) &&
              j.step_count == 0;

    if (!ok)
        fprintf(stderr, "\n  wanted %zu, %s\n%s", count, line, text_get(&list.lines));
    job_release(&j);
    findings_release(&list);
    return ok;
}

static void
the_nightly_job_is_built_in(void)
{
    struct job j = JOB_INIT;

    read_ok(&j, job_nightly_xml);
    CU_ASSERT_STRING_EQUAL(j.name, "nightly");
    CU_ASSERT_EQUAL_FATAL(j.step_count, 7);
    CU_ASSERT_EQUAL(j.steps[0].kind, STEP_BACKUP_DATABASE);
    CU_ASSERT_STRING_EQUAL(j.steps[0].target, "PrimaryImport");
    CU_ASSERT_EQUAL(j.steps[2].kind, STEP_MAINTAIN_DATA);
    CU_ASSERT(j.steps[2].backup_archive);
    CU_ASSERT_EQUAL(j.steps[4].process_type, PROCESS_DEFAULT);
    CU_ASSERT_EQUAL(j.steps[5].kind, STEP_BACKUP_ANALYSIS);
    CU_ASSERT_STRING_EQUAL(j.steps[6].name, "backup-star");
    CU_ASSERT_EQUAL(j.steps[6].line, 10);
    job_release(&j);
}

static void
every_attribute_is_read(void)
{
    struct job j = JOB_INIT;

    read_ok(&j, HEAD
        "<BackupAnalysis Name=\"a\" Database=\"*\" Frequency=\"monthly\" OnError=\"continue\"/>"
        "<MaintainData Name=\"b\" Activity=\"Order*\" BackupArchive=\"false\" OnError=\"stop\"/>"
        "<LoadStarSchema Name=\"c\" Cube=\"Q\" History=\"PrimaryImport+Archive\"/>"
        "<LoadStarSchema Name=\"d\" Cube=\"Q\"/>"
        "<ProcessCube Name=\"e\" Cube=\"Q\" Type=\"ProcessClear\"/>"
        "<BackupDatabase Name=\"f\" Database=\"X\" Frequency=\"hourly\"/>" TAIL);
    CU_ASSERT_EQUAL_FATAL(j.step_count, 6);
    CU_ASSERT_EQUAL(j.steps[0].frequency, FREQUENCY_MONTHLY);
    CU_ASSERT(j.steps[0].continue_on_error);
    CU_ASSERT_STRING_EQUAL(j.steps[1].target, "Order*");
    CU_ASSERT(!j.steps[1].backup_archive);
    CU_ASSERT(!j.steps[1].continue_on_error);
    CU_ASSERT_EQUAL(j.steps[1].frequency, FREQUENCY_ALWAYS);
    CU_ASSERT_EQUAL(j.steps[2].history, HISTORY_PRIMARY_AND_ARCHIVE);
    CU_ASSERT_EQUAL(j.steps[3].history, HISTORY_WINDOW);
    CU_ASSERT_EQUAL(j.steps[4].process_type, PROCESS_CLEAR);
    CU_ASSERT_EQUAL(j.steps[5].frequency, FREQUENCY_HOURLY);
    job_release(&j);
}

static void
every_process_type_has_its_name(void)
{
    for (int type = 0; type < PROCESS_TYPE_COUNT; type++) {
        struct job j = JOB_INIT;
        char xml[300];

        snprintf(xml, sizeof xml, HEAD "<ProcessCube Name=\"a\" Cube=\"Q\" Type=\"%s\"/>" TAIL,
            process_type_names[type]);
        read_ok(&j, xml);
        CU_ASSERT_EQUAL((int)j.steps[0].process_type, type);
        job_release(&j);
    }
}

static void
mistakes_are_named_with_line_and_cure(void)
{
    static const struct {
        const char *xml;
        const char *line;
    } rows[] = {
        {HEAD "<BackupDatabas Name=\"a\" Database=\"X\"/>" TAIL,
            "job.xml:2: element BackupDatabas is not known in Job; did you mean BackupDatabase?"},
        {HEAD "\n<PurgeCube2 Name=\"a\" Cube=\"X\"/>" TAIL, "job.xml:3: "},
        {HEAD "<LoadStarSchema Name=\"a\" Cube=\"X\" Histori=\"None\"/>" TAIL,
            "job.xml:2: LoadStarSchema takes no attribute Histori; did you mean History?"},
        {HEAD "<LoadStarSchema Name=\"a\" Cube=\"X\" Frequency=\"daily\"/>" TAIL,
            "job.xml:2: LoadStarSchema takes no attribute Frequency; it takes Name, Cube, OnError, "
            "History"},
        {HEAD "<BackupDatabase Name=\"a\" Database=\"X\" Frequency=\"dayly\"/>" TAIL,
            "BackupDatabase: Frequency=\"dayly\" is not known; did you mean daily?"},
        {HEAD "<BackupDatabase Name=\"a\"/>" TAIL,
            "job.xml:2: BackupDatabase needs the attribute Database"},
        {HEAD "<BackupDatabase Database=\"X\"/>" TAIL,
            "job.xml:2: BackupDatabase needs the attribute Name"},
        {HEAD "<BackupDatabase Name=\"a/b\" Database=\"X\"/>" TAIL,
            "job.xml:2: BackupDatabase: Name=\"a/b\" is not made of"},
        {HEAD "<MaintainData Name=\"a\" Activity=\"*x\"/>" TAIL,
            "job.xml:2: MaintainData: Activity=\"*x\": a pattern has one * at its end"},
        {HEAD "<MaintainData Name=\"a\" Activity=\"x\" OnError=\"ignore\"/>" TAIL,
            "MaintainData: OnError=\"ignore\" is not known; it is one of stop, continue"},
        {HEAD "<MaintainData Name=\"a\" Activity=\"x\">text</MaintainData>" TAIL,
            "job.xml:2: MaintainData holds text"},
        {HEAD TAIL, "job 'j' has no steps"},
        {"<Job Name=\"j\"><BackupDatabase Name=\"a\" Database=\"X\"/></Job>",
            "job.xml:1: Job stands in the namespace \"\", not in \"urn:nightcube:job:1\""},
        {"<Batch xmlns=\"urn:nightcube:job:1\"/>", "job.xml:1: the root element is Batch, not Job"},
        {HEAD "<x>" TAIL, "job.xml:2: "},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT(is_refused(rows[i].xml, i == 0 || i == 1 ? 2 : 1, rows[i].line));
}

#define TRUNCATE "<TruncateFacts Name=\"t\" Cube=\"Q\"/>\n"
#define PURGE "<PurgeCube Name=\"p\" Cube=\"Q\"/>\n"
#define FULL "<ProcessCube Name=\"f\" Cube=\"Q\" Type=\"ProcessFull\"/>\n"

static void
a_purge_needs_its_facts_truncated_before(void)
{
    CU_ASSERT(
        is_refused(HEAD PURGE FULL TAIL, 1, "job.xml:2: step 'p': rule purge-after-truncate"));
    CU_ASSERT(is_refused(HEAD PURGE TRUNCATE FULL TAIL, 1, "purge-after-truncate"));
    CU_ASSERT(is_refused(
        HEAD "<TruncateFacts Name=\"t\" Cube=\"R\"/>" PURGE FULL TAIL, 1, "purge-after-truncate"));
}

static void
a_purge_needs_full_processing_after_it(void)
{
    CU_ASSERT(is_refused(
        HEAD TRUNCATE PURGE TAIL, 1, "job.xml:3: step 'p': rule full-process-after-purge"));
    CU_ASSERT(is_refused(HEAD FULL TRUNCATE PURGE TAIL, 1, "full-process-after-purge"));
    CU_ASSERT(is_refused(HEAD TRUNCATE PURGE "<ProcessCube Name=\"f\" Cube=\"Q\"/>" TAIL, 1,
        "full-process-after-purge"));
    CU_ASSERT(is_refused(HEAD PURGE TAIL, 2, "full-process-after-purge"));
}

static void
a_pattern_covers_what_it_matches(void)
{
    struct job j = JOB_INIT;

    read_ok(&j, HEAD "<TruncateFacts Name=\"t\" Cube=\"*\"/>" PURGE
                     "<ProcessCube Name=\"f\" Cube=\"Q*\" Type=\"ProcessFull\"/>" TAIL);
    job_release(&j);
    CU_ASSERT(
        is_refused(HEAD TRUNCATE "<PurgeCube Name=\"p\" Cube=\"Q*\"/>"
                                 "<ProcessCube Name=\"f\" Cube=\"*\" Type=\"ProcessFull\"/>" TAIL,
            1, "purge-after-truncate"));
}

static void
the_star_schema_is_backed_up_after_the_analysis(void)
{
    struct job j = JOB_INIT;

    CU_ASSERT(is_refused(HEAD "<BackupDatabase Name=\"s\" Database=\"StarSchema\"/>\n"
                              "<BackupAnalysis Name=\"a\" Database=\"*\"/>" TAIL,
        1, "job.xml:2: step 's': rule analysis-before-star"));
    CU_ASSERT(is_refused(HEAD "<BackupDatabase Name=\"s\" Database=\"*\"/>\n"
                              "<BackupAnalysis Name=\"a\" Database=\"*\"/>" TAIL,
        1, "analysis-before-star"));
    read_ok(&j, HEAD "<BackupDatabase Name=\"s\" Database=\"StarSchema\"/>" TAIL);
    job_release(&j);
}

static void
step_names_are_unique(void)
{
    CU_ASSERT(is_refused(HEAD "<BackupDatabase Name=\"a\" Database=\"X\"/>\n"
                              "<BackupDatabase Name=\"a\" Database=\"Y\"/>" TAIL,
        1, "job.xml:3: step 'a': rule unique-names: the step in line 2"));
}

static void
a_fingerprint_follows_the_meaning(void)
{
    static const char one[] = HEAD "<LoadStarSchema Name=\"a\" Cube=\"Q\"/>" TAIL;
    static const char same[] =
        HEAD "<!-- c -->\n  <LoadStarSchema  Cube='Q'\nName='a'></LoadStarSchema>" TAIL;
    static const char other[] = HEAD "<LoadStarSchema Name=\"a\" Cube=\"R\"/>" TAIL;
    struct job a = JOB_INIT;
    struct job b = JOB_INIT;
    struct job c = JOB_INIT;

    read_ok(&a, one);
    read_ok(&b, same);
    read_ok(&c, other);
    CU_ASSERT_EQUAL(strlen(a.fingerprint), 64);
    CU_ASSERT_STRING_EQUAL(a.fingerprint, b.fingerprint);
    CU_ASSERT_STRING_EQUAL(a.steps[0].fingerprint, b.steps[0].fingerprint);
    CU_ASSERT_STRING_NOT_EQUAL(a.fingerprint, c.fingerprint);
    CU_ASSERT_STRING_NOT_EQUAL(a.steps[0].fingerprint, c.steps[0].fingerprint);
    CU_ASSERT_STRING_NOT_EQUAL(a.steps[0].fingerprint, a.fingerprint);
    job_release(&c);
    job_release(&b);
    job_release(&a);
}

static void
a_missing_file_is_no_input(void)
{
    struct findings list = FINDINGS_INIT("none.xml");
    struct job j = JOB_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(job_read(&j, "none.xml", &list, &f), &f, FAULT_NO_INPUT, "none.xml");
    findings_release(&list);
}

const struct test suite_config_job_job[] = {
    {"the nightly job is built in", the_nightly_job_is_built_in},
    {"every attribute is read", every_attribute_is_read},
    {"every process type has its name", every_process_type_has_its_name},
    {"mistakes are named with line and cure", mistakes_are_named_with_line_and_cure},
    {"a purge needs its facts truncated before", a_purge_needs_its_facts_truncated_before},
    {"a purge needs full processing after it", a_purge_needs_full_processing_after_it},
    {"a pattern covers what it matches", a_pattern_covers_what_it_matches},
    {"the star schema is backed up after the analysis",
        the_star_schema_is_backed_up_after_the_analysis},
    {"step names are unique", step_names_are_unique},
    {"a fingerprint follows the meaning", a_fingerprint_follows_the_meaning},
    {"a missing file is no input", a_missing_file_is_no_input},
    {0},
};
