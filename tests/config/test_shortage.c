/* Definitions, settings and jobs while memory runs out. */
#include "tests/shortage.h"

#include "config/base/file.h"
#include "config/job/job.h"
#include "config/settings/settings.h"
#include "tests/config/definition/sample.h"

static char path[4096];

/* A file of config/examples. */
static const char *
example(const char *name)
{
    snprintf(path, sizeof path, "%s/config/examples/%s", test_source_tree(), name);
    return path;
}

/* Findings for want of memory are a fault of their own kind; the rest of the sample has none. */
static int
read_definition(struct fault *f)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    int rc = definition_read_text(&d, sample_xml, sizeof sample_xml - 1, &list, f);

    if (rc == 0)
        rc = definition_write(&d, &xml, f);
    if (rc == 0)
        CU_ASSERT(d.cube_count == 1 && test_contains(text_get(&xml), "</BAMDefinition>"));
    text_release(&xml);
    definition_release(&d);
    findings_release(&list);
    return rc;
}

static void
a_definition_is_read_whole_or_not(void)
{
    shortage_everywhere(read_definition, 50);
}

static int
read_settings(struct fault *f)
{
    struct findings list = FINDINGS_INIT("settings.xml");
    struct settings s = SETTINGS_INIT;
    int rc = settings_read(&s, path, &list, f);

    if (rc == 0)
        CU_ASSERT(s.database_count > 0);
    settings_release(&s);
    findings_release(&list);
    return rc;
}

static void
settings_are_read_whole_or_not(void)
{
    example("settings.xml");
    shortage_everywhere(read_settings, 20);
}

static int
read_job(struct fault *f)
{
    struct findings list = FINDINGS_INIT("job.xml");
    struct job j = JOB_INIT;
    int rc = job_read(&j, path, &list, f);

    if (rc == 0)
        CU_ASSERT(j.step_count > 1);
    job_release(&j);
    findings_release(&list);
    return rc;
}

static void
a_job_is_read_whole_or_not(void)
{
    example("per-activity.xml");
    shortage_everywhere(read_job, 10);
}

static void
an_xmla_job_is_read_whole_or_not(void)
{
    example("process-and-backup.xmla");
    shortage_everywhere(read_job, 10);
}

const struct test suite_config_shortage[] = {
    {"a definition is read whole or not", a_definition_is_read_whole_or_not},
    {"settings are read whole or not", settings_are_read_whole_or_not},
    {"a job is read whole or not", a_job_is_read_whole_or_not},
    {"an XMLA job is read whole or not", an_xmla_job_is_read_whole_or_not},
    {0},
};
