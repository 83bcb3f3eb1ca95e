#include <string.h>

#include "config/base/clock.h"
#include "config/base/log.h"
#include "etl/activity/resolve.h"
#include "etl/command/age.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"

static int
read_options(const struct invocation *i, struct resolve_options *o, struct fault *f)
{
    const char *age = invocation_option(i, "older-than");

    *o = (struct resolve_options){
        .filter = {.id = invocation_option(i, "id"), .by_age = age != NULL},
        .remove = invocation_has(i, "remove"),
        .move_to = invocation_option(i, "move-to")};
    if (!invocation_has(i, "activity"))
        return fault_set(f, FAULT_USAGE, "resolve needs --activity");
    if (invocation_want_one(i, "complete", "remove", f) != 0)
        return -1;
    if (o->move_to != NULL && !o->remove)
        return fault_set(f, FAULT_USAGE, "--move-to goes with --remove");
    if (age == NULL)
        return 0;
    return age_parse("older-than", age, clock_now(), &o->filter.modified_before, f);
}

static const struct grid_column columns[] = {
    {"completed", GRID_NUMBER},
    {"removed", GRID_NUMBER},
    {"late", GRID_NUMBER},
};

static int
print_result(const struct invocation *i, const struct resolve_result *r, struct fault *f)
{
    const struct value row[] = {value_int((int64_t)r->completed), value_int((int64_t)r->removed),
        value_int((int64_t)r->late)};

    if (r->late > 0)
        log_info("left alone as late: %llu; their IDs are completed already, they can be removed",
            (unsigned long long)r->late);
    return grid_print_one(columns, 3, i->json, row, f);
}

static int
run_resolve(struct invocation *i, struct fault *f)
{
    struct resolve_result result = {0};
    struct definition d = DEFINITION_INIT;
    const struct activity *a;
    struct resolve_options o;
    struct db *primary;
    int rc = -1;

    if (read_options(i, &o, f) != 0)
        return COMMAND_FAILED;
    if ((primary = invocation_primary(i, f)) == NULL || invocation_definition(i, &d, f) != 0)
        goto done;
    if ((a = invocation_activity(&d, invocation_option(i, "activity"), f)) == NULL)
        goto done;
    rc = resolve_run(primary, a, &o, &result, f);
    if (rc == 0)
        rc = print_result(i, &result, f);
done:
    definition_release(&d);
    return rc;
}

static const struct command_option options[] = {
    {"activity", "A", "whose instances", false},
    {"id", "ID", "only the instance with this ActivityID", false},
    {"older-than", "AGE", "only those not changed since: '7 days', 12h or a moment", false},
    {"complete", NULL, "complete them, whatever they wait for", false},
    {"remove", NULL, "remove them", false},
    {"move-to", "EXT", "with --remove: keep the rows in bam_<A>_Active_<EXT> and its siblings",
        false},
    {NULL, NULL, NULL, false},
};

const struct command command_resolve = {
    .name = "resolve",
    .arguments = "--activity A --complete|--remove",
    .summary = "completes or removes incomplete instances",
    .details =
        "Instances that will never end, for instance after a restore, stay in the activity's "
        "active table. nightcube show incomplete lists them; this command completes or removes "
        "all of them, one, or those of some age.",
    .options = options,
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {NULL, NULL, 0}},
    .run = run_resolve,
};
