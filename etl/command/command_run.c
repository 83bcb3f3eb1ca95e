#include <string.h>

#include "config/base/file.h"
#include "etl/command/jobs.h"

enum { JOB_FILE_LIMIT_BYTES = 16 * 1024 * 1024 };

static int
run_run(struct invocation *i, struct fault *f)
{
    const char *path = invocation_argument(i, 0);
    struct text xml = TEXT_INIT;
    int rc = file_read_all(path, JOB_FILE_LIMIT_BYTES, &xml, f);

    if (rc != 0 && strcmp(path, "nightly") == 0 && f->kind == FAULT_NO_INPUT)
        fault_hint(f, "the built-in job is run with: nightcube nightly");
    rc = rc == 0 ? jobs_run(i, path, text_get(&xml), f) : COMMAND_FAILED;
    text_release(&xml);
    return rc;
}

static int
run_nightly(struct invocation *i, struct fault *f)
{
    return jobs_run(i, "nightly", job_nightly_xml, f);
}

static const struct command_option options[] = {
    JOB_OPTION_ROWS,
    {NULL, NULL, NULL, false},
};

const struct command command_run = {
    .fields = jobs_fields,
    .name = "run",
    .arguments = "JOB.xml",
    .summary = "runs a job file step by step",
    .details = "Steps run in the order of the file. An order that would lose data is refused "
               "before anything "
               "is touched. Each step is noted in the journal before it acts and after; when a run "
               "dies, the "
               "next one first does the step again that was cut short.\n\n"
               "A second run while one is alive exits with 75.\n\n"
               "A Batch, Backup, Restore or Process command of Analysis Services (XMLA) runs as it "
               "stands; what it asks for and is not honoured is refused by name.",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_run,
};

const struct command command_nightly = {
    .fields = jobs_fields,
    .name = "nightly",
    .arguments = "",
    .summary = "runs the built-in nightly job",
    .details =
        "Backs the primary import up, maintains all activities (the archive is backed up before "
        "anything is dropped), loads the star schema, processes the cubes, and backs up the "
        "analysis databases and the star schema.\n\n"
        "nightcube show job nightly prints it as a job file, to start your own from.",
    .least = 0,
    .most = 0,
    .options = options,
    .run = run_nightly,
};
