/*
 * The commands that run one stage alone: each is a job of its own, with lock, journal and recovery.
 */
#include <string.h>

#include "config/base/log.h"
#include "config/base/markup.h"
#include "config/job/job_shape.h"
#include "etl/command/jobs.h"
#include "etl/maintenance/archive_views.h"
#include "etl/pipeline/lock.h"

/* One step of a job that a command makes up. */
struct made_step {
    const char *element;
    const char *name;
    const char *target_attribute;
    const char *extra_name; /* a further attribute, or NULL */
    const char *extra_value;
};

static void
add_step(struct text *xml, const struct made_step *s, const char *target)
{
    text_add_format(xml, "  <%s Name=\"%s\" %s=\"", s->element, s->name, s->target_attribute);
    markup_add_escaped(xml, target);
    text_add_char(xml, '"');
    if (s->extra_name != NULL && s->extra_value != NULL) {
        text_add_format(xml, " %s=\"", s->extra_name);
        markup_add_escaped(xml, s->extra_value);
        text_add_char(xml, '"');
    }
    text_add(xml, "/>\n");
}

static int
run_stages(struct invocation *i, const struct made_step *stages, size_t count, const char *target,
    struct fault *f)
{
    struct text xml = TEXT_INIT;

    text_add_format(&xml, "<Job xmlns=\"urn:nightcube:job:1\" Name=\"%s\">\n", i->command->name);
    for (size_t k = 0; k < count; k++)
        add_step(&xml, &stages[k], target == NULL ? "*" : target);
    text_add(&xml, "</Job>\n");
    return jobs_run_made(i, &xml, f);
}

static int
refuse_without_archive(struct fault *f)
{
    fault_set(f, FAULT_SETTINGS, "no archive is configured");
    return fault_hint(f, "add <Archive Connection=\"...\"/> to <Databases> in the settings");
}

/* The archive's views over the tables that are there, of one activity or of all. */
static int
rebuild_archive_views(struct invocation *i, struct fault *f)
{
    const char *only = invocation_option(i, "activity");
    struct definition d = DEFINITION_INIT;
    struct lock lock = LOCK_INIT;
    struct db *archive = NULL;
    struct site *site = invocation_site(i, f);
    int rc = -1;

    if (site != NULL)
        rc = lock_take_site(&lock, site, i->command->name, f);
    if (rc == 0)
        rc = site_definition(site, &d, f);
    if (rc == 0 && (archive = site_archive(site, f)) == NULL)
        rc = f->kind != FAULT_NONE ? -1 : refuse_without_archive(f);
    if (rc == 0 && only != NULL && invocation_activity(&d, only, f) == NULL)
        rc = -1;
    for (size_t k = 0; rc == 0 && k < d.activity_count; k++) {
        if (only != NULL && strcmp(d.activities[k].name, only) != 0)
            continue;
        if ((rc = archive_views_rebuild(archive, d.activities[k].name, f)) == 0)
            log_info("the archive's views of '%s' are made anew", d.activities[k].name);
    }
    definition_release(&d);
    lock_release(&lock);
    return rc;
}

static int
run_maintain(struct invocation *i, struct fault *f)
{
    const struct made_step stage = {"MaintainData", "maintain", "Activity", "BackupArchive",
        invocation_has(i, "no-backup-archive") ? "false" : "true"};

    if (!invocation_has(i, "rebuild-archive-views"))
        return run_stages(i, &stage, 1, invocation_option(i, "activity"), f);
    if (invocation_has(i, "plan"))
        return fault_set(f, FAULT_USAGE, "--plan and --rebuild-archive-views exclude each other");
    return rebuild_archive_views(i, f);
}

static int
run_load(struct invocation *i, struct fault *f)
{
    static const struct made_step stage = {"LoadStarSchema", "load", "Cube", NULL, NULL};

    return run_stages(i, &stage, 1, invocation_option(i, "cube"), f);
}

static int
run_process(struct invocation *i, struct fault *f)
{
    const struct made_step stage = {
        "ProcessCube", "process", "Cube", "Type", invocation_option(i, "type")};
    size_t chosen;

    if (invocation_choice(i, "type", process_choices, &chosen, f) != 0)
        return COMMAND_FAILED;
    return run_stages(i, &stage, 1, invocation_option(i, "cube"), f);
}

static int
run_purge(struct invocation *i, struct fault *f)
{
    const struct made_step stages[] = {
        {"TruncateFacts", "truncate", "Cube", NULL, NULL},
        {"PurgeCube", "purge", "Cube", NULL, NULL},
        {"LoadStarSchema", "load", "Cube", "History", invocation_option(i, "history")},
        {"ProcessCube", "process", "Cube", "Type", "ProcessFull"},
    };
    size_t chosen;

    if (invocation_choice(i, "history", history_names, &chosen, f) != 0)
        return COMMAND_FAILED;
    return run_stages(i, stages, sizeof stages / sizeof stages[0], invocation_argument(i, 0), f);
}

static const struct command_option maintain_options[] = {
    {"activity", "NAME", "only this activity (default: all)", false},
    JOB_OPTION_PLAN,
    {"no-backup-archive", NULL, "drop without backing the archive up first: a warning", false},
    {"rebuild-archive-views", NULL,
        "only make the archive's views anew, over the tables that are there", false},
    {NULL, NULL, NULL, false},
};

const struct command command_maintain = {
    .fields = jobs_fields,
    .name = "maintain",
    .arguments = "",
    .summary = "maintains the data of activities: partition, archive, drop",
    .details =
        "Swaps completed instances out as a partition, marks partitions that have left the online "
        "window, copies them to the archive, backs the archive up, and only then drops them. "
        "Nothing is "
        "dropped that is not proved to be elsewhere; --plan and nightcube show partitions say "
        "what holds each one "
        "back, show trail what was done with it.\n\n"
        "An archive that was detached, restored or put together by hand gets its views back with "
        "--rebuild-archive-views.",
    .options = maintain_options,
    .run = run_maintain,
};

static const struct command_option load_options[] = {
    {"cube", "NAME", "only this cube (default: all)", false},
    JOB_OPTION_PLAN,
    {NULL, NULL, NULL, false},
};

const struct command command_load = {
    .fields = jobs_fields,
    .name = "load",
    .arguments = "",
    .summary = "loads new completed and all active instances into the star schema",
    .options = load_options,
    .run = run_load,
};

static const struct command_option process_options[] = {
    {"cube", "NAME", "only this cube (default: all)", false},
    JOB_OPTION_PLAN,
    {"type", "TYPE",
        "ProcessDefault, ProcessFull, ProcessData, ProcessIndexes, ProcessAdd or ProcessClear",
        false},
    {NULL, NULL, NULL, false},
};

const struct command command_process = {
    .fields = jobs_fields,
    .name = "process",
    .arguments = "",
    .summary = "processes cubes from the star schema",
    .options = process_options,
    .run = run_process,
};

static const struct command_option purge_options[] = {
    JOB_OPTION_PLAN,
    {"history", "WHAT",
        "what is read again: PrimaryImport (default), PrimaryImport+Archive or None", false},
    {NULL, NULL, NULL, false},
};

const struct command command_purge = {
    .fields = jobs_fields,
    .name = "purge",
    .arguments = "CUBE",
    .summary = "purges a cube: truncates its facts, then loads and processes it fully",
    .details =
        "The facts of instances that are no longer online are gone from the cube after this.",
    .least = 1,
    .most = 1,
    .options = purge_options,
    .run = run_purge,
};
