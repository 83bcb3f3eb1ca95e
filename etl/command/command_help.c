#include <string.h>

#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/help.h"
#include "etl/command/manual.h"
#include "etl/command/output.h"
#include "etl/command/version.h"

/* ---- help ---- */

static const struct grid_column exit_code_columns[] = {
    {"code", GRID_NUMBER}, {"meaning", GRID_TEXT}};

static int
print_exit_codes(const struct invocation *i, struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, exit_code_columns, 2, i->json);
    for (int kind = 0; rc == 0 && kind < FAULT_KIND_COUNT; kind++) {
        const struct value row[] = {
            value_int(fault_kinds[kind].exit_code), value_text(fault_kinds[kind].meaning)};

        rc = grid_add(&g, row, f);
    }
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
print_text(void (*add)(struct text *t), struct fault *f)
{
    struct text t = TEXT_INIT;
    int rc;

    add(&t);
    rc = output_take(&t, f);
    text_release(&t);
    return rc;
}

static int
run_help(struct invocation *i, struct fault *f)
{
    const char *topic = invocation_argument(i, 0);
    const struct command *c;

    if (topic == NULL)
        return help_print(NULL, f);
    if (strcmp(topic, "exit-codes") == 0)
        return print_exit_codes(i, f);
    if (strcmp(topic, "log-fields") == 0)
        return print_text(help_add_log_fields, f);
    if (strcmp(topic, "man") == 0)
        return print_text(manual_add_program, f);
    if (strcmp(topic, "man-job") == 0)
        return print_text(manual_add_job, f);
    return (c = command_find(topic, f)) == NULL ? COMMAND_FAILED : help_print(c, f);
}

const struct command command_help = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS("exit-codes", exit_code_columns), {0}},
    .name = "help",
    .arguments = "[COMMAND | exit-codes | log-fields | man | man-job]",
    .summary = "lists the commands, explains one, or lists exit codes or fields of the log",
    .details = "man and man-job print the manual pages nightcube(1) and nightcube-job(5).",
    .most = 1,
    .run = run_help,
};

/* ---- version ---- */

static const struct grid_column version_columns[] = {{"name", GRID_TEXT}, {"version", GRID_TEXT}};

static int
run_version(struct invocation *i, struct fault *f)
{
    const struct value row[] = {value_text(PROGRAM_NAME), value_text(PROGRAM_VERSION)};

    if (i->json)
        return grid_print_one(version_columns, 2, true, row, f);
    output_text(PROGRAM_NAME " " PROGRAM_VERSION "\n");
    return COMMAND_DONE;
}

const struct command command_version = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, version_columns), {0}},
    .name = "version",
    .arguments = "",
    .summary = "prints the program's name and version",
    .run = run_version,
};

/* ---- completion ---- */

static int
run_completion(struct invocation *i, struct fault *f)
{
    struct text t = TEXT_INIT;
    int rc;

    (void)i;
    help_add_completion(&t);
    rc = output_take(&t, f);
    text_release(&t);
    return rc;
}

static const char *const shells[] = {"bash", NULL};

const struct command command_completion = {
    .name = "completion",
    .arguments = "bash",
    .summary = "prints a script that completes commands and options in a shell",
    .details = "For this shell only: source <(nightcube completion bash). For every one: put the "
               "output into ~/.local/share/bash-completion/completions/nightcube.",
    .words = shells,
    .least = 1,
    .most = 1,
    .run = run_completion,
};
