#include <string.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "etl/command/command.h"
#include "etl/command/version.h"
#include "etl/report/report.h"

#define SIGNATURE PROGRAM_NAME " " PROGRAM_VERSION

/* ---- the page over all nights ---- */

/* The folder of a path, in the invocation's memory. */
static const char *
folder_of(struct invocation *i, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return ".";
    return arena_strndup(&i->memory, path, slash == path ? 1 : (size_t)(slash - path));
}

static int
write_into(const char *folder, const char *name, const struct text *html, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc;

    file_join(&path, folder, name);
    rc = text_check(&path, f);
    if (rc == 0)
        rc = file_write_all(text_get(&path), text_get(html), html->length, 0644, f);
    text_release(&path);
    return rc;
}

/* Keeps this report under its run's name and makes the list of all anew. */
static int
write_index(
    struct invocation *i, const char *output, const struct text *html, int64_t run, struct fault *f)
{
    const char *folder = folder_of(i, output);
    const char *name = arena_printf(&i->memory, "run-%lld.html", (long long)run);
    struct text index = TEXT_INIT;
    int rc = folder == NULL || name == NULL ? fault_set_memory(f) : 0;

    if (rc == 0 && run > 0)
        rc = write_into(folder, name, html, f);
    if (rc == 0)
        rc = report_write_index(&i->site, folder, SIGNATURE, &index, f);
    if (rc == 0)
        rc = write_into(folder, "index.html", &index, f);
    text_release(&index);
    return rc;
}

/* ---- report ---- */

/* Named by the option or, as people type it, alone. */
static const char *
output_of(const struct invocation *i)
{
    const char *output = invocation_option(i, "output");

    return output == NULL ? invocation_argument(i, 0) : output;
}

static int
check_output(struct invocation *i, const char *output, struct fault *f)
{
    const char *slash = output == NULL ? NULL : strrchr(output, '/');

    if (output == NULL) {
        fault_set(f, FAULT_USAGE, "report needs --output");
        return fault_hint(f, "nightcube report --output night.html");
    }
    if (file_is_directory(output)) {
        fault_set(f, FAULT_USAGE, "'%s' is a directory", output);
        return fault_hint(f, "name the file in it: %s/night.html", output);
    }
    if (!file_is_directory(folder_of(i, output))) {
        fault_set(f, FAULT_NO_INPUT, "there is no directory '%s'", folder_of(i, output));
        return fault_hint(f, "mkdir -p '%s'", folder_of(i, output));
    }
    if (invocation_has(i, "output") && i->argument_count > 0)
        return fault_set(f, FAULT_USAGE, "--output and '%s' exclude each other", i->arguments[0]);
    if (invocation_has(i, "index") &&
        strcmp(slash == NULL ? output : slash + 1, "index.html") == 0) {
        fault_set(f, FAULT_USAGE, "index.html is the page over all nights");
        return fault_hint(f, "call the report itself another name, for instance latest.html");
    }
    return 0;
}

static int
run_report(struct invocation *i, struct fault *f)
{
    const char *output = output_of(i);
    struct report_order order = {.job = invocation_option(i, "job"),
        .has_index = invocation_has(i, "index"),
        .signature = SIGNATURE};
    struct text html = TEXT_INIT;
    int64_t run = 0;
    int rc = -1;

    if (check_output(i, output, f) == 0 &&
        invocation_number(i, "run", 1, INT64_MAX, &order.run, f) == 0 &&
        invocation_site(i, f) != NULL)
        rc = report_write(&i->site, &order, &html, &run, f);
    if (rc == 0)
        rc = file_write_all(output, text_get(&html), html.length, 0644, f);
    if (rc == 0 && invocation_has(i, "index"))
        rc = write_index(i, output, &html, run, f);
    if (rc == 0)
        log_info("the report is '%s'", output);
    text_release(&html);
    return rc;
}

static const struct command_option options[] = {
    {"output", "FILE", "the HTML file to write, as FILE; replaces it", false},
    {"run", "ID", "about this run (default: the newest)", false},
    {"job", "NAME", "about runs of this job (default: nightly)", false},
    {"index", NULL, "keep it as run-ID.html beside FILE too, and list all runs in index.html",
        false},
    {NULL, NULL, NULL, false},
};

const struct command command_report = {
    .name = "report",
    .arguments = "[FILE]",
    .most = 1,
    .summary = "writes what the nights did as one HTML file",
    .details =
        "The verdict, the steps of the run, the nights before it, the partitions against the "
        "online window, the backups and the cubes. The file stands alone: it loads nothing, needs "
        "no script, and prints. What cannot be read is told in its place.",
    .options = options,
    .run = run_report,
};
