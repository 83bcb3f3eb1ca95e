#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/dump/prune.h"
#include "etl/pipeline/lock.h"

static const struct grid_column columns[] = {
    {"taken", GRID_TIME},
    {"database", GRID_TEXT},
    {"partition", GRID_TEXT},
    {"run", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"state", GRID_TEXT},
    {"why", GRID_TEXT},
    {"file", GRID_TEXT},
};

static const char *
state_of(const struct prune_row *row, bool plan)
{
    if (row->kept)
        return "kept";
    if (plan)
        return "to go";
    return row->removed ? "removed" : "retained";
}

static int
print_rows(const struct invocation *i, const struct prune_result *r, bool plan, struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    for (size_t k = 0; rc == 0 && k < r->count; k++) {
        const struct prune_row *row = &r->rows[k];
        const struct catalogue_entry *e = row->entry;
        const struct value values[] = {value_time(e->taken_utc), value_text(e->database),
            value_text(e->partition), e->run == 0 ? value_null() : value_int(e->run),
            value_int((int64_t)e->bytes), value_text(state_of(row, plan)), value_text(row->why),
            value_text(e->file)};

        rc = grid_add(&g, values, f);
    }
    if (grid_finish(&g, rc == 0 ? f : NULL) != 0)
        rc = -1;
    grid_release(&g);
    return rc;
}

static int
run_prune(struct invocation *i, struct fault *f)
{
    struct prune_result result = PRUNE_RESULT_INIT;
    struct site *site = invocation_site(i, f);
    struct lock lock = LOCK_INIT;
    bool plan = invocation_has(i, "plan");
    int rc;

    if (site == NULL ||
        (!plan && lock_take(&lock, site->settings.state_directory, "prune", f) != 0))
        return COMMAND_FAILED;
    rc = prune_store(site, invocation_option(i, "store"), plan, &result, f);
    lock_release(&lock);
    /* What was removed before a failure is told as well. */
    if (print_rows(i, &result, plan, rc == 0 ? f : NULL) != 0)
        rc = -1;
    prune_result_release(&result);
    return rc;
}

static const struct command_option options[] = {
    {"store", "STORE", "another store than the settings'", false},
    {"plan", NULL, "say what would go and why the others stay; touch nothing", false},
    {NULL, NULL, NULL, false},
};

const struct command command_prune = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "prune",
    .arguments = "",
    .summary = "removes backups that the retention rule does not keep",
    .details =
        "The rule is <Keep Daily=\"..\" Weekly=\"..\" Monthly=\"..\"/> in the settings: of each of "
        "the last days, weeks and months that have one the newest set is kept; without a rule "
        "everything is.\n\n"
        "Whatever the rule, these stay: the newest verified set, what a kept set needs, and a "
        "backup with the only copy of dropped partitions. A backup that the store does not let go "
        "(a lock, credentials that may not delete) is retained, which is no failure. Newer ones "
        "go before older ones, so a run that was cut off leaves nothing that leans on what is "
        "gone; the next run finishes it.",
    .options = options,
    .run = run_prune,
};
