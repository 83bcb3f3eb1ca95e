#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/command/opening_options.h"
#include "etl/dump/drill.h"

static const struct grid_column columns[] = {
    {"database", GRID_TEXT},
    {"verdict", GRID_TEXT},
    {"tables", GRID_NUMBER},
    {"rows", GRID_NUMBER},
    {"files", GRID_NUMBER},
    {"differing", GRID_NUMBER},
    {"changed", GRID_NUMBER},
    {"what", GRID_TEXT},
    {"container", GRID_TEXT},
};

static const char *
verdict_of(const struct drill_row *row)
{
    if (row->container == NULL)
        return "empty";
    return row->differing == 0 ? "right" : "differs";
}

static int
print_rows(const struct invocation *i, const struct drill_result *r, struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    for (size_t k = 0; rc == 0 && k < r->count; k++) {
        const struct drill_row *row = &r->rows[k];
        const struct value values[] = {value_text(row->database), value_text(verdict_of(row)),
            value_int((int64_t)row->tables), value_int((int64_t)row->rows),
            value_int((int64_t)row->files), value_int((int64_t)row->differing),
            value_int((int64_t)row->changed), value_text(row->what), value_text(row->container)};

        rc = grid_add(&g, values, f);
    }
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
run_drill(struct invocation *i, struct fault *f)
{
    struct drill_result result = DRILL_RESULT_INIT;
    struct drill_order o = {.store = invocation_option(i, "store"),
        .scratch = invocation_option(i, "scratch"),
        .keep = invocation_has(i, "keep")};
    struct site *site = invocation_site(i, f);
    int rc;

    if (site == NULL || opening_options_read(i, &o.opening, f) != 0 ||
        invocation_number(i, "run", 1, INT64_MAX, &o.run, f) != 0)
        return COMMAND_FAILED;
    rc = drill_run(site, &o, &result, f);
    /* What was compared before a failure, as of the record, is told as well. */
    if ((rc == 0 || result.count > 0) && print_rows(i, &result, rc == 0 ? f : NULL) != 0)
        rc = -1;
    if (rc == 0 && !result.good)
        rc = fault_set(f, FAULT_DATA, "the set of run %lld does not come back as it was backed up",
            (long long)result.run);
    drill_result_release(&result);
    return rc;
}

static const struct command_option options[] = {
    {"run", "ID", "the set of this run (default: the newest)", false},
    {"scratch", "DIRECTORY", "restore there (default: below the state directory)", false},
    {"keep", NULL, "leave the restored databases there", false},
    OPENING_OPTION_ROWS,
    {NULL, NULL, NULL, false},
};

const struct command command_drill = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "drill",
    .arguments = "",
    .summary = "restores the newest set into scratch databases and compares",
    .details =
        "Restores what belongs together into embedded databases in a directory of their own, "
        "compares every table's rows and column totals with its backup's manifest and every cube "
        "file with the one in it, and enters the dated result in the store's catalogue. The "
        "databases themselves are not touched. 65 when "
        "something differs.",
    .options = options,
    .run = run_drill,
};
