/* The examples are valid by the schemas for editors and by the program, which say the same. */
#include <dirent.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "config/definition/definition.h"
#include "config/job/job.h"
#include "config/settings/settings.h"
#include "tests/harness.h"

static const char *
tree_path(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", test_source_tree(), name);
    return path;
}

/* 0 when the document is valid by the schema of that name in config/schema. */
static int
validate(xmlDoc *document, const char *schema_name)
{
    xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt(tree_path(schema_name));
    xmlSchema *schema = xmlSchemaParse(parser);
    xmlSchemaValidCtxt *valid;
    int rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(schema);
    valid = xmlSchemaNewValidCtxt(schema);
    CU_ASSERT_PTR_NOT_NULL_FATAL(valid);
    rc = xmlSchemaValidateDoc(valid, document);
    xmlSchemaFreeValidCtxt(valid);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    return rc;
}

static void
expect_valid(const char *name, const char *schema_name)
{
    struct findings list = FINDINGS_INIT(name);
    struct fault f = FAULT_INIT;
    xmlDoc *document = markup_read_file(tree_path(name), &list, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    CU_ASSERT_EQUAL(validate(document, schema_name), 0);
    markup_free(document);
    findings_release(&list);
}

static void
the_settings_example_is_valid(void)
{
    struct findings list = FINDINGS_INIT(NULL);
    struct settings s = SETTINGS_INIT;
    struct fault f = FAULT_INIT;

    expect_valid("config/examples/settings.xml", "config/schema/settings.xsd");
    ASSERT_OK(settings_read(&s, tree_path("config/examples/settings.xml"), &list, &f), &f);
    CU_ASSERT_EQUAL(s.database_count, 4);
    settings_release(&s);
    expect_valid("config/examples/system.xml", "config/schema/settings.xsd");
    ASSERT_OK(settings_read(&s, tree_path("config/examples/system.xml"), &list, &f), &f);
    CU_ASSERT_STRING_EQUAL(s.backup.store, "file:/var/backups/nightcube");
    settings_release(&s);
    findings_release(&list);
}

static void
the_job_examples_are_valid(void)
{
    static const char *const jobs[] = {"config/examples/nightly.xml", "config/examples/purge.xml",
        "config/examples/backup-only.xml", "config/examples/per-activity.xml"};

    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        struct findings list = FINDINGS_INIT(jobs[i]);
        struct job j = JOB_INIT;
        struct fault f = FAULT_INIT;

        expect_valid(jobs[i], "config/schema/job.xsd");
        ASSERT_OK(job_read(&j, tree_path(jobs[i]), &list, &f), &f);
        job_release(&j);
        findings_release(&list);
    }
}

static void
the_xmla_example_is_a_job(void)
{
    struct findings list = FINDINGS_INIT("process-and-backup.xmla");
    struct job j = JOB_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(job_read(&j, tree_path("config/examples/process-and-backup.xmla"), &list, &f), &f);
    CU_ASSERT_EQUAL(j.step_count, 2);
    job_release(&j);
    findings_release(&list);
}

static void
expect_definition(const char *path)
{
    struct findings list = FINDINGS_INIT(path);
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(definition_read(&d, tree_path(path), &list, &f), &f);
    definition_release(&d);
    findings_release(&list);
}

/* Whatever XML lies there is a job, settings or a definition, and valid: also what is added. */
static void
no_example_is_left_out(void)
{
    static const char *const tested[] = {"settings.xml", "system.xml", "nightly.xml", "purge.xml",
        "backup-only.xml", "per-activity.xml", "process-and-backup.xmla"};
    DIR *folder = opendir(tree_path("config/examples"));
    const struct dirent *entry;

    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    while ((entry = readdir(folder)) != NULL) {
        bool known = strstr(entry->d_name, ".xml") == NULL;
        char path[300];

        for (size_t i = 0; i < sizeof tested / sizeof *tested; i++)
            known = known || strcmp(entry->d_name, tested[i]) == 0;
        snprintf(path, sizeof path, "config/examples/%s", entry->d_name);
        if (!known)
            expect_definition(path);
    }
    closedir(folder);
}

static void
the_nightly_example_is_the_built_in_job(void)
{
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_read_all(tree_path("config/examples/nightly.xml"), 10000, &xml, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&xml), job_nightly_xml);
    text_release(&xml);
}

static void
ignore_error(void *context, xmlError *error)
{
    (void)context, (void)error;
}

/* What program and schema must both refuse. */
static void
expect_both_refuse(const char *xml, bool is_job)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct settings s = SETTINGS_INIT;
    struct job j = JOB_INIT;
    struct fault f = FAULT_INIT;
    xmlDoc *document = markup_read(xml, strlen(xml), &list, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    xmlSetStructuredErrorFunc(NULL, ignore_error);
    CU_ASSERT(
        validate(document, is_job ? "config/schema/job.xsd" : "config/schema/settings.xsd") > 0);
    xmlSetStructuredErrorFunc(NULL, NULL);
    ASSERT_OK(file_write_all("x.xml", xml, strlen(xml), 0600, &f), &f);
    if (is_job)
        CU_ASSERT_EQUAL(job_read(&j, "x.xml", &list, &f), -1)
    else
        CU_ASSERT_EQUAL(settings_read(&s, "x.xml", &list, &f), -1)
    markup_free(document);
    findings_release(&list);
}

static void
schema_and_program_refuse_the_same(void)
{
#define JOB(steps) "<Job xmlns='urn:nightcube:job:1' Name='j'>" steps "</Job>"
#define SETTINGS(sections)                                                                         \
    "<Nightcube xmlns='urn:nightcube:config:1'><Databases><PrimaryImport Connection='x'/>"         \
    "<StarSchema Connection='x'/></Databases>" sections "</Nightcube>"
    expect_both_refuse(JOB(""), true);
    expect_both_refuse(JOB("<Backup Name='a' Database='x'/>"), true);
    expect_both_refuse(JOB("<BackupDatabase Name='a b' Database='x'/>"), true);
    expect_both_refuse(JOB("<BackupDatabase Name='a' Database='x*y'/>"), true);
    expect_both_refuse(JOB("<BackupDatabase Name='a' Database='x' Frequency='yearly'/>"), true);
    expect_both_refuse(JOB("<ProcessCube Name='a' Cube='x' Type='Full'/>"), true);
    expect_both_refuse(
        JOB("<ProcessCube Name='a' Cube='x'/><ProcessCube Name='a' Cube='y'/>"), true);
    expect_both_refuse(SETTINGS("<Backup Level='0'/>"), false);
    expect_both_refuse(SETTINGS("<Backup Store='x'/>"), false);
    expect_both_refuse(SETTINGS("<Backup><Recipient>AGE</Recipient></Backup>"), false);
    expect_both_refuse(SETTINGS("<Backup><Keep Daily='x'/></Backup>"), false);
    expect_both_refuse(SETTINGS("<Analysis Name='a/b' Directory='x'/>"), false);
    expect_both_refuse(SETTINGS("<State/>"), false);
    expect_both_refuse(SETTINGS("<Stat Directory='x'/>"), false);
}

const struct test suite_config_schema_examples[] = {
    {"the settings example is valid", the_settings_example_is_valid},
    {"the job examples are valid", the_job_examples_are_valid},
    {"the XMLA example is a job", the_xmla_example_is_a_job},
    {"no example is left out", no_example_is_left_out},
    {"the nightly example is the built-in job", the_nightly_example_is_the_built_in_job},
    {"schema and program refuse the same", schema_and_program_refuse_the_same},
    {0},
};
