#include <string.h>

#include "config/base/log.h"
#include "config/workbook/workbook.h"
#include "cube/store.h"
#include "etl/activity/deployment.h"
#include "etl/command/backup_hook.h"
#include "etl/command/command.h"
#include "etl/command/grid.h"
#include "etl/pipeline/lock.h"
#include "etl/star/load.h"

static const struct grid_column columns[] = {
    {"object", GRID_TEXT},
    {"name", GRID_TEXT},
    {"done", GRID_TEXT},
};

static int
add_line(struct grid *g, const char *object, const char *name, const char *done, struct fault *f)
{
    const struct value row[] = {value_text(object), value_text(name), value_text(done)};

    return grid_add(g, row, f);
}

/* Says for each thing in a definition what was done with it. */
static int
print_done(
    const struct invocation *i, const struct definition *d, const char *done, struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], i->json);
    for (size_t k = 0; rc == 0 && k < d->activity_count; k++)
        rc = add_line(&g, "activity", d->activities[k].name, done, f);
    for (size_t k = 0; rc == 0 && k < d->view_count; k++)
        rc = add_line(&g, "view", d->views[k].name, done, f);
    for (size_t k = 0; rc == 0 && k < d->cube_count; k++)
        rc = add_line(&g, "cube", d->cubes[k].name, done, f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

static int
read_definition(struct definition *d, const char *path, struct fault *f)
{
    struct findings list = FINDINGS_INIT(path);
    struct text xml = TEXT_INIT;
    int rc;

    if (workbook_kind_of(path) == WORKBOOK_NONE)
        rc = definition_read(d, path, &list, f);
    else if ((rc = workbook_read(path, &xml, f)) == 0)
        rc = definition_read_text(d, text_get(&xml), xml.length, &list, f);
    findings_log(&list);
    findings_release(&list);
    text_release(&xml);
    return rc;
}

static int
back_up(struct invocation *i, bool views, struct fault *f)
{
    if (invocation_has(i, "no-backup")) {
        log_info("no backup is taken, as --no-backup says");
        return 0;
    }
    return backup_after_deploy(i, views, f);
}

/* No run, which reads what is deployed when it begins, may be under way. */
static int
take_lock(struct invocation *i, struct lock *lock, struct fault *f)
{
    if (invocation_primary(i, f) == NULL)
        return -1;
    return lock_take_site(lock, &i->site, i->command->name, f);
}

/* ---- deploy, update ---- */

typedef int (*change)(
    struct db *primary, const struct definition *d, struct findings *list, struct fault *f);

static int
apply(struct invocation *i, const struct definition *d, change run, struct fault *f)
{
    struct db *primary = invocation_primary(i, f);
    struct findings list = FINDINGS_INIT(invocation_argument(i, 0));
    int rc = primary == NULL ? -1 : run(primary, d, &list, f);

    findings_log(&list);
    findings_release(&list);
    return rc;
}

static int
change_and_back_up(
    struct invocation *i, const struct definition *d, change run, const char *done, struct fault *f)
{
    if (apply(i, d, run, f) != 0 || print_done(i, d, done, f) != 0)
        return -1;
    if (back_up(i, d->view_count > 0, f) != 0)
        return fault_wrap(f, "%s is done, but not backed up", i->command->name);
    return 0;
}

static int
run_change(struct invocation *i, change run, const char *done, struct fault *f)
{
    struct definition d = DEFINITION_INIT;
    struct lock lock = LOCK_INIT;
    int rc = read_definition(&d, invocation_argument(i, 0), f);

    if (rc == 0 && (rc = take_lock(i, &lock, f)) == 0)
        rc = change_and_back_up(i, &d, run, done, f);
    lock_release(&lock);
    definition_release(&d);
    return rc;
}

static int
run_deploy(struct invocation *i, struct fault *f)
{
    return run_change(i, deployment_deploy, "deployed", f);
}

static int
run_update(struct invocation *i, struct fault *f)
{
    return run_change(i, deployment_update, "updated", f);
}

static const struct command_option change_options[] = {
    {"no-backup", NULL, "skip the backup that follows", false},
    {NULL, NULL, NULL, false},
};

const struct command command_deploy = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "deploy",
    .arguments = "DEFINITION",
    .summary = "deploys the activities, views and cubes of a BAM definition",
    .details =
        "Reads a BAM definition (as bm.exe takes it, in any encoding) and creates its tables and "
        "views beside what is deployed already. A faulty definition is refused with every fault "
        "in it, by file and line, and nothing is changed. A backup follows.",
    .least = 1,
    .most = 1,
    .options = change_options,
    .run = run_deploy,
};

const struct command command_update = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "update",
    .arguments = "DEFINITION",
    .summary = "changes what is deployed: adds checkpoints and indexes, replaces views and cubes",
    .details =
        "Checkpoints are added, never dropped, renamed or given another type; what is new in the "
        "definition is deployed. A backup follows.",
    .least = 1,
    .most = 1,
    .options = change_options,
    .run = run_update,
};

/* ---- remove ---- */

struct removed {
    const char *activity; /* one of the two is NULL */
    const char *view;
};

struct removal {
    struct invocation *invocation;
    struct db *primary;
    struct findings list;
    struct definition before;
    struct definition left; /* what would be left */
    struct removed *steps;  /* in the invocation's memory */
    size_t count;
    bool any_view;
};

/* Takes one thing out of what is left. */
static int
plan_one(struct removal *r, const char *activity, const char *view, struct fault *f)
{
    struct definition next = DEFINITION_INIT;
    struct removed *step;

    if (definition_without(&r->left, activity, view, &next, &r->list, f) != 0) {
        definition_release(&next);
        return -1;
    }
    definition_release(&r->left);
    r->left = next;
    r->any_view = r->any_view || view != NULL;
    step = arena_append(&r->invocation->memory, &r->steps, &r->count, sizeof *step);
    if (step == NULL)
        return fault_set_memory(f);
    *step = (struct removed){.activity = activity, .view = view};
    return 0;
}

/* Views go before the activities under them. What is not there was removed before. */
static int
plan_file(struct removal *r, const struct definition *d, struct fault *f)
{
    for (size_t k = 0; k < d->view_count; k++) {
        const char *name = d->views[k].name;

        if (definition_find_view(&r->left, name) != NULL && plan_one(r, NULL, name, f) != 0)
            return -1;
    }
    for (size_t k = 0; k < d->activity_count; k++) {
        const char *name = d->activities[k].name;

        if (definition_find_activity(&r->left, name) != NULL && plan_one(r, name, NULL, f) != 0)
            return -1;
    }
    if (r->count == 0)
        return fault_set(f, FAULT_DATA, "nothing of this definition is deployed");
    return 0;
}

/* A cube's tables and files. What a crash leaves of them is not taken over by a new cube of that
 * name. */
static int
drop_cube(struct site *site, const struct definition *d, const struct cube *c, struct fault *f)
{
    struct db *star = site_database(site, "StarSchema", DB_EXISTING, f);
    struct star shape;
    int rc;

    if (star == NULL || star_init(&shape, d, c, f) != 0)
        return -1;
    rc = load_drop(star, &shape, f);
    star_release(&shape);
    for (size_t i = 0; rc == 0 && i < site->settings.analysis_count; i++)
        rc = cube_drop(site->settings.analyses[i].directory, c->name, f);
    return rc;
}

static int
drop_cubes_of(struct removal *r, const char *view, struct fault *f)
{
    const struct definition *d = &r->before;

    for (size_t i = 0; i < d->cube_count; i++) {
        if (strcmp(d->views[d->cubes[i].view].name, view) == 0 && d->cubes[i].create_olap_cube &&
            drop_cube(&r->invocation->site, d, &d->cubes[i], f) != 0)
            return -1;
    }
    return 0;
}

static int
apply_removal(struct removal *r, struct fault *f)
{
    struct grid g;
    int rc = 0;

    grid_init(&g, columns, sizeof columns / sizeof columns[0], r->invocation->json);
    for (size_t k = 0; rc == 0 && k < r->count; k++) {
        const struct removed *step = &r->steps[k];

        rc = deployment_remove(r->primary, step->activity, step->view, &r->list, f);
        if (rc == 0 && step->view != NULL)
            rc = drop_cubes_of(r, step->view, f);
        if (rc == 0)
            rc = add_line(&g, step->view == NULL ? "activity" : "view",
                step->view == NULL ? step->activity : step->view, "removed", f);
    }
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    return rc;
}

/* Everything that would be refused is refused before the backup and before the first drop. */
static int
remove_planned(struct removal *r, const struct definition *d, struct fault *f)
{
    const char *activity = invocation_option(r->invocation, "activity");
    const char *view = invocation_option(r->invocation, "view");
    int rc = d != NULL ? plan_file(r, d, f) : plan_one(r, activity, view, f);

    if (rc == 0 && back_up(r->invocation, r->any_view, f) != 0)
        return fault_wrap(f, "nothing was removed: back up before");
    return rc == 0 ? apply_removal(r, f) : -1;
}

static int
remove_from_site(struct invocation *i, const struct definition *d, struct fault *f)
{
    const char *path = invocation_argument(i, 0);
    struct removal r = {.invocation = i, .list = FINDINGS_INIT(path == NULL ? "remove" : path)};
    struct lock lock = LOCK_INIT;
    int rc = -1;

    if (take_lock(i, &lock, f) == 0 && (r.primary = invocation_primary(i, f)) != NULL &&
        invocation_definition(i, &r.before, f) == 0 && invocation_definition(i, &r.left, f) == 0)
        rc = remove_planned(&r, d, f);
    lock_release(&lock);
    findings_log(&r.list);
    findings_release(&r.list);
    definition_release(&r.left);
    definition_release(&r.before);
    return rc;
}

static int
run_remove(struct invocation *i, struct fault *f)
{
    bool by_name = invocation_has(i, "activity") || invocation_has(i, "view");
    struct definition d = DEFINITION_INIT;
    int rc;

    if (by_name == (i->argument_count == 1)) {
        fault_set(f, FAULT_USAGE, "remove needs a definition, --activity or --view");
        return fault_hint(f, "nightcube remove DEFINITION | --activity A | --view V");
    }
    if (by_name)
        return invocation_want_one(i, "activity", "view", f) != 0 ? COMMAND_FAILED
                                                                  : remove_from_site(i, NULL, f);
    rc = read_definition(&d, invocation_argument(i, 0), f);
    if (rc == 0)
        rc = remove_from_site(i, &d, f);
    definition_release(&d);
    return rc;
}

static const struct command_option remove_options[] = {
    {"activity", "A", "remove this activity with all its data", false},
    {"view", "V", "remove this view with its cubes", false},
    {"no-backup", NULL, "skip the backup that goes before", false},
    {NULL, NULL, NULL, false},
};

const struct command command_remove = {
    .fields = (const struct command_fields[]){COMMAND_FIELDS(NULL, columns), {0}},
    .name = "remove",
    .arguments = "[DEFINITION]",
    .summary = "removes what a definition names, one activity or one view",
    .details =
        "An activity goes with all its data; one that views still depend on is refused. A backup "
        "is taken before anything is dropped; when that fails nothing is removed.",
    .most = 1,
    .options = remove_options,
    .run = run_remove,
};
