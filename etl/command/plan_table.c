#include "etl/command/plan_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "config/definition/definition.h"
#include "etl/command/grid.h"
#include "etl/maintenance/due.h"
#include "etl/maintenance/spawn.h"
#include "etl/pipeline/plan.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct grid_column plan_table_columns[] = {
    {"step", GRID_TEXT},
    {"does", GRID_TEXT},
    {"on", GRID_TEXT},
    {"note", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
add_row(struct grid *g, const struct unit *u, const char *target, const char *note, struct fault *f)
{
    const struct value row[] = {
        value_text(u->name), value_text(unit_verb(u->kind)), value_text(target), value_text(note)};

    return grid_add(g, row, f);
}

/* One line for each activity: what will be swapped out, or why nothing. */
static int
add_spawns(struct grid *g, struct site *site, const struct definition *d, const struct unit *u,
    struct fault *f)
{
    struct db *primary = site_primary(site, f);
    int rc = primary == NULL ? -1 : 0;

    for (size_t i = 0; rc == 0 && i < u->target_count; i++) {
        struct spawn_result r;
        char note[96];

        rc = spawn_foresee(primary, definition_find_activity(d, u->targets[i]), &r, f);
        snprintf(note, sizeof note, "records %" PRId64 " to %" PRId64 " become a partition",
            r.first, r.last);
        if (rc == 0)
            rc = add_row(g, u, u->targets[i], r.why == NULL ? note : r.why, f);
    }
    return rc;
}

/* One line for each live partition: the same judgement that the run will make. */
static int
add_partitions(struct grid *g, struct site *site, const struct definition *d, const struct unit *u,
    struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct db *primary = site_primary(site, f);
    int rc = primary == NULL ? -1 : 0;

    for (size_t i = 0; rc == 0 && i < u->target_count; i++) {
        struct due_list list;

        rc = due_explain(primary, d, definition_find_activity(d, u->targets[i]), PARTITIONS_LIVE,
            &memory, &list, f);
        for (size_t k = 0; rc == 0 && k < list.count; k++)
            rc = add_row(g, u, list.items[k].partition->instances, list.items[k].why, f);
    }
    arena_release(&memory);
    return rc;
}

static int
add_unit(struct grid *g, struct site *site, const struct definition *d, const struct unit *u,
    struct fault *f)
{
    if (u->target_count == 0)
        return add_row(g, u, "-", "nothing matches: the step does nothing", f);
    if (u->kind == UNIT_BACKUP_ARCHIVE)
        return add_row(g, u, "Archive",
            !site_has_database(site, "Archive") ? "no archive is configured"
            : u->step->backup_archive           ? ""
                                      : "switched off by BackupArchive=\"false\": a warning",
            f);
    if (u->kind == UNIT_SPAWN)
        return add_spawns(g, site, d, u, f);
    for (size_t i = 0; i < u->target_count; i++) {
        if (add_row(g, u, u->targets[i], "", f) != 0)
            return -1;
    }
    return u->kind == UNIT_BEGIN_ARCHIVING ? add_partitions(g, site, d, u, f) : 0;
}

static void
explain_activity(const struct due_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        fprintf(stderr, "    %s: %s\n", list->items[i].partition->instances, list->items[i].why);
}

int
plan_table_explain(struct site *site, const struct unit *u, struct fault *f)
{
    struct definition d = DEFINITION_INIT;
    struct arena memory = ARENA_INIT;
    struct db *primary;
    int rc = 0;

    if (u->kind != UNIT_BEGIN_ARCHIVING)
        return 0;
    if ((primary = site_primary(site, f)) == NULL)
        return -1;
    rc = site_definition(site, &d, f);
    for (size_t i = 0; rc == 0 && i < u->target_count; i++) {
        struct due_list list;

        rc = due_explain(primary, &d, definition_find_activity(&d, u->targets[i]), PARTITIONS_LIVE,
            &memory, &list, f);
        if (rc == 0)
            explain_activity(&list);
    }
    definition_release(&d);
    arena_release(&memory);
    return rc;
}

int
plan_table_print(struct invocation *i, const struct job *job, struct fault *f)
{
    struct site *site = invocation_site(i, f);
    struct definition d = DEFINITION_INIT;
    struct plan plan = PLAN_INIT;
    struct grid g;
    int rc = site == NULL ? -1 : site_definition(site, &d, f);

    if (rc == 0)
        rc = plan_make(&plan, job, &site->settings, &d, f);
    grid_init(&g, plan_table_columns, COUNT(plan_table_columns) - 1, i->json);
    for (size_t k = 0; rc == 0 && k < plan.unit_count; k++)
        rc = add_unit(&g, site, &d, &plan.units[k], f);
    if (rc == 0)
        rc = grid_finish(&g, f);
    grid_release(&g);
    plan_release(&plan);
    definition_release(&d);
    return rc;
}
