#include "config/base/log.h"
#include "etl/activity/import.h"
#include "etl/command/grid.h"
#include "etl/command/source_options.h"

static const struct grid_column columns[] = {
    {"records", GRID_NUMBER},
    {"events", GRID_NUMBER},
    {"skipped", GRID_NUMBER},
    {"late", GRID_NUMBER},
    {"rejected", GRID_NUMBER},
};

static int
print_result(const struct invocation *i, const struct import_result *r, struct fault *f)
{
    const struct value row[] = {value_int((int64_t)r->records), value_int((int64_t)r->events),
        value_int((int64_t)r->skipped), value_int((int64_t)r->late),
        value_int((int64_t)r->rejected)};

    return grid_print_one(columns, sizeof columns / sizeof columns[0], i->json, row, f);
}

static const char *
plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void
log_result(const struct import_options *o, const struct import_result *r)
{
    if (r->skipped > 0)
        log_info("%llu record%s taken before by an import of this source",
            (unsigned long long)r->skipped, r->skipped == 1 ? " was" : "s were");
    if (r->late > 0)
        log_info("%llu event%s came late, for completed instances, and wait in Active: nightcube "
                 "show incomplete",
            (unsigned long long)r->late, plural(r->late));
    if (r->rejected > 0)
        log_warning("%llu record%s rejected, see %s", (unsigned long long)r->rejected,
            plural(r->rejected), o->reject_file);
}

static int
import(struct invocation *i, const struct import_options *o, struct fault *f)
{
    struct db *primary = invocation_primary(i, f);
    struct import_result result = {0};
    struct definition d = DEFINITION_INIT;
    struct fault output = FAULT_INIT;
    int rc;

    if (primary == NULL || invocation_definition(i, &d, f) != 0)
        return COMMAND_FAILED;
    rc = import_run(primary, &d, invocation_argument(i, 0), o, &result, f);
    definition_release(&d);
    /* What was taken before a failure stays, so it is told as well. */
    if (rc != 0 && result.records == 0)
        return COMMAND_FAILED;
    if (print_result(i, &result, rc == 0 ? f : &output) != 0)
        return COMMAND_FAILED;
    if (rc != 0)
        return COMMAND_FAILED;
    log_result(o, &result);
    return result.rejected > 0 ? COMMAND_WARNINGS : COMMAND_DONE;
}

static int
run_import(struct invocation *i, struct fault *f)
{
    struct import_options o = {.reject_file = invocation_option(i, "reject")};

    if (source_options_read(i, &o.source, f) != 0)
        return COMMAND_FAILED;
    o.source.keep_active = invocation_has(i, "keep-active");
    return import(i, &o, f);
}

static const struct command_option options[] = {
    SOURCE_OPTION_ROWS,
    {"keep-active", NULL, "the end of a trace or case does not complete its instance", false},
    {"reject", "FILE", "collect malformed records there and go on (default: stop at the first)",
        false},
    {NULL, NULL, NULL, false},
};

const struct command command_import = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "import",
    .arguments = "SOURCE",
    .summary = "loads events from a file: JSON Lines, CSV or XES",
    .details =
        "The format is known by the content. Records are taken in batches, each as a whole or not "
        "at all; importing the same source again goes on where it was cut short and changes "
        "nothing when it was finished.\n\n"
        "With rejected records the exit code is 1; without --reject the first malformed record "
        "stops the import (65).",
    .least = 1,
    .most = 1,
    .options = options,
    .run = run_import,
};
