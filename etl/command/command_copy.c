#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/dump/copy.h"

static const struct grid_column columns[] = {
    {"file", GRID_TEXT},
    {"database", GRID_TEXT},
    {"run", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"state", GRID_TEXT},
    {"container", GRID_TEXT},
};

static int
print_rows(const struct invocation *i, const struct copy_result *r, struct fault *f)
{
    static const char *const states[] = {[COPY_NOT_YET] = "",
        [COPY_COPIED] = "copied",
        [COPY_WAS_THERE] = "there",
        [COPY_FAILED] = "failed"};
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    for (size_t k = 0; rc == 0 && k < r->count; k++) {
        const struct catalogue_entry *e = r->rows[k].entry;
        const struct value row[] = {value_text(e->file), value_text(e->database),
            e->run == 0 ? value_null() : value_int(e->run), value_int((int64_t)e->bytes),
            value_text(states[r->rows[k].state]), value_text(e->container)};

        if (r->rows[k].state != COPY_NOT_YET)
            rc = grid_add(&g, row, f);
    }
    if (rc == 0 && (f != NULL || g.row_count > 0))
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
run_copy(struct invocation *i, struct fault *f)
{
    struct copy_result result = COPY_RESULT_INIT;
    struct copy_order o = {.from = invocation_option(i, "store"),
        .to = invocation_option(i, "to"),
        .sources = i->arguments,
        .source_count = i->argument_count};
    struct site *site;
    int rc;

    if (o.to == NULL) {
        fault_set(f, FAULT_USAGE, "copy needs --to STORE");
        return fault_hint(f, "nightcube copy --to file:DIR copies all there are");
    }
    if (invocation_number(i, "run", 1, INT64_MAX, &o.run, f) != 0)
        return COMMAND_FAILED;
    if (o.run != 0 && o.source_count > 0)
        return fault_set(f, FAULT_USAGE, "--run and names of backups exclude each other");
    if ((site = invocation_site(i, f)) == NULL)
        return COMMAND_FAILED;
    rc = copy_containers(site, &o, &result, f);
    /* What was copied before a failure is told as well. */
    if ((rc == 0 || result.count > 0) && print_rows(i, &result, rc == 0 ? f : NULL) != 0)
        rc = -1;
    copy_result_release(&result);
    return rc;
}

static const struct command_option options[] = {
    {"to", "STORE", "where to: file:DIR, azblob:ACCOUNT/CONTAINER/PREFIX, s3:BUCKET/PREFIX", false},
    {"store", "STORE", "where from (default: the settings' store)", false},
    {"run", "ID", "the backups of this run", false},
    {NULL, NULL, NULL, false},
};

const struct command command_copy = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "copy",
    .arguments = "[FILE|ID...] --to STORE",
    .summary = "copies backups into another store",
    .details =
        "Copies the backups that are named, those of a run, or all, with those that they leave "
        "partitions to and what the catalogue says of them, so that the other store is restored "
        "from like this one. Bytes are compared with the catalogue while they are read, and read "
        "back from the other store. What is there already is not copied again. One that is damaged "
        "or "
        "missing is passed over: the others are copied, and then it is 65 or 66. No key is needed.",
    .most = COMMAND_ANY_ARGUMENTS,
    .options = options,
    .run = run_copy,
};
