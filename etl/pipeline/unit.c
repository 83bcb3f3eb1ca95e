#include "etl/pipeline/unit.h"

#include <inttypes.h>
#include <string.h>

#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "etl/activity/metadata.h"
#include "etl/maintenance/archiving.h"
#include "etl/maintenance/heal.h"
#include "etl/maintenance/spawn.h"
#include "etl/pipeline/unit_backup.h"
#include "etl/pipeline/unit_restore.h"
#include "etl/star/load.h"
#include "etl/star/process.h"

/* ---- maintenance: activity by activity, each on its own ---- */

static bool
has_failed(const struct run_context *c, const char *activity)
{
    for (size_t i = 0; i < c->failed_count; i++) {
        if (strcmp(c->failed_activities[i], activity) == 0)
            return true;
    }
    return false;
}

/* Somebody's transaction is in the way, and where tables are locked one by one it is in the way of
 * this activity alone. */
static bool
is_held_up(struct db *primary, const struct fault *f)
{
    return f->kind == FAULT_UNAVAILABLE && db_dialect(primary)->add_hold != NULL &&
           db_was_held_up(primary);
}

/* Is it a fault of this one activity, or will it meet the others too? */
static bool
concerns_all(struct db *primary, const struct fault *f)
{
    if (is_held_up(primary, f))
        return false;
    return f->kind == FAULT_INTERRUPTED || f->kind == FAULT_TERMINATED || f->kind == FAULT_IO ||
           f->kind == FAULT_UNAVAILABLE || f->kind == FAULT_SETTINGS;
}

/* Keeps an activity's failure: the others go on, and this one's partitions are not dropped. */
static int
set_aside(struct run_context *c, struct db *primary, const char *activity, struct fault *f)
{
    const char **slot;

    if (concerns_all(primary, f))
        return -1;
    log_fault(f);
    log_warning("activity '%s' is left as it is for the rest of this run", activity);
    slot = arena_append(&c->memory, &c->failed_activities, &c->failed_count, sizeof *slot);
    if (slot == NULL)
        return fault_set_memory(f);
    *slot = activity;
    if (c->first_failure.kind == FAULT_NONE)
        c->first_failure = *f;
    fault_clear(f);
    return 0;
}

typedef int (*maintain)(struct run_context *c, const struct archiving *a,
    struct archiving_result *result, struct fault *f);

static int
open_for_archiving(struct run_context *c, struct archiving *a, struct fault *f)
{
    if ((a->primary = site_primary(c->site, f)) == NULL)
        return -1;
    a->archive = site_archive(c->site, f);
    if (a->archive == NULL && f->kind != FAULT_NONE)
        return -1;
    if (a->archive != NULL && metadata_note_archive(a->primary, f) != 0)
        return -1;
    if (c->proof == NULL && (c->proof = proof_open(c->site, NULL, f)) == NULL)
        return -1;
    a->proof = proof_of(c->proof);
    return 0;
}

/* Does one part of maintenance for all activities of the unit. */
static int
for_each_activity(struct run_context *c, const struct unit *u, maintain part, struct unit_result *r,
    struct archiving_result *total, struct fault *f)
{
    struct archiving a = {.definition = &c->definition, .without_backup = !u->step->backup_archive};

    *total = (struct archiving_result){0};
    if (open_for_archiving(c, &a, f) != 0)
        return -1;
    for (size_t i = 0; i < u->target_count; i++) {
        struct archiving_result result = {0};

        if (interrupt_check(f) != 0)
            return -1;
        a.activity = definition_find_activity(&c->definition, u->targets[i]);
        if (has_failed(c, u->targets[i]))
            continue;
        if (part(c, &a, &result, f) != 0) {
            r->failed = true;
            r->message = arena_strdup(&c->memory, f->text);
            if (set_aside(c, a.primary, u->targets[i], f) != 0)
                return -1;
        }
        total->partitions += result.partitions;
        total->held_back += result.held_back;
        total->rows += result.rows;
    }
    r->rows = total->rows;
    return 0;
}

static int
spawn_one(struct run_context *c, const struct archiving *a, struct archiving_result *result,
    struct fault *f)
{
    struct spawn_result spawned;

    if (spawn_partition(a->primary, &c->definition, a->activity, &spawned, f) != 0)
        return -1;
    if (spawned.why != NULL)
        log_debug("activity '%s': no new partition: %s", a->activity->name, spawned.why);
    result->partitions = spawned.rows > 0;
    result->rows = spawned.rows;
    return 0;
}

static int
begin_one(struct run_context *c, const struct archiving *a, struct archiving_result *result,
    struct fault *f)
{
    (void)c;
    return archiving_begin(a, result, f);
}

static int
copy_one(struct run_context *c, const struct archiving *a, struct archiving_result *result,
    struct fault *f)
{
    (void)c;
    return archiving_copy(a, result, f);
}

static int
end_one(struct run_context *c, const struct archiving *a, struct archiving_result *result,
    struct fault *f)
{
    (void)c;
    return archiving_end(a, result, f);
}

static int
apply_maintenance(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    static const maintain parts[UNIT_KIND_COUNT] = {
        [UNIT_SPAWN] = spawn_one,
        [UNIT_BEGIN_ARCHIVING] = begin_one,
        [UNIT_COPY] = copy_one,
        [UNIT_END_ARCHIVING] = end_one,
    };
    struct archiving_result total;

    if (for_each_activity(c, u, parts[u->kind], r, &total, f) != 0)
        return -1;
    if (!r->failed)
        r->message = total.held_back > 0
                         ? arena_printf(&c->memory, "partitions: %" PRId64 ", held back: %" PRId64,
                               total.partitions, total.held_back)
                         : arena_printf(&c->memory, "partitions: %" PRId64, total.partitions);
    return 0;
}

/* ---- cubes ---- */

typedef int (*treat_cube)(struct run_context *c, const struct unit *u, struct star *s,
    struct unit_result *r, struct fault *f);

static int
apply_cubes(struct run_context *c, const struct unit *u, treat_cube treat, struct unit_result *r,
    struct fault *f)
{
    for (size_t i = 0; i < u->target_count; i++) {
        struct star s;
        int rc;

        if (interrupt_check(f) != 0 ||
            star_init(&s, &c->definition, definition_find_cube(&c->definition, u->targets[i]), f) !=
                0)
            return -1;
        rc = treat(c, u, &s, r, f);
        star_release(&s);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int
open_for_loading(struct run_context *c, struct load_databases *d, struct fault *f)
{
    if ((d->primary = site_primary(c->site, f)) == NULL)
        return -1;
    d->archive = site_archive(c->site, f);
    if (d->archive == NULL && f->kind != FAULT_NONE)
        return -1;
    d->star = site_database(c->site, "StarSchema", DB_EXISTING, f);
    return d->star == NULL ? -1 : 0;
}

static int
load_one(struct run_context *c, const struct unit *u, struct star *s, struct unit_result *r,
    struct fault *f)
{
    struct load_databases databases;
    struct load_result result;

    if (open_for_loading(c, &databases, f) != 0 ||
        heal_before_reading(
            databases.primary, &c->definition, cube_activity(&c->definition, s->cube), f) != 0 ||
        load_star(&databases, s, u->step->history, &result, f) != 0)
        return -1;
    r->rows += result.completed + result.active;
    r->message = arena_printf(
        &c->memory, "%" PRId64 " completed, %" PRId64 " active", result.completed, result.active);
    return 0;
}

static int
truncate_one(struct run_context *c, const struct unit *u, struct star *s, struct unit_result *r,
    struct fault *f)
{
    struct load_databases databases;

    (void)u;
    (void)r;
    return open_for_loading(c, &databases, f) == 0 ? load_truncate(&databases, s, f) : -1;
}

/* Cubes live in the first analysis database of the settings. */
static const struct analysis_setting *
cube_database(struct run_context *c, struct fault *f)
{
    if (c->site->settings.analysis_count > 0)
        return &c->site->settings.analyses[0];
    fault_set(f, FAULT_SETTINGS, "no analysis database is configured");
    fault_hint(f, "add <Analysis Name=\"BAMAnalysis\" Directory=\"...\"/> to the settings");
    return NULL;
}

static enum cube_storage
cube_storage_wanted(const struct analysis_setting *a, const char *cube)
{
    return settings_cube_storage(a, cube) == STORAGE_DIRECTQUERY ? CUBE_STORAGE_DIRECT
                                                                 : CUBE_STORAGE_MEMORY;
}

static int
process_as(struct run_context *c, struct star *s, enum process_type type, struct unit_result *r,
    struct fault *f)
{
    const struct analysis_setting *a = cube_database(c, f);
    struct db *star = site_database(c->site, "StarSchema", DB_EXISTING, f);
    struct process_order order = {.type = type};
    struct process_result result;

    if (a == NULL || star == NULL)
        return -1;
    order.directory = a->directory;
    order.limits = a;
    order.storage = cube_storage_wanted(a, s->cube->name);
    if (process_cube(star, s, &order, &result, f) != 0)
        return -1;
    r->rows += (int64_t)(result.completed + result.active);
    r->message = arena_printf(&c->memory, "%s: %" PRIu64 " completed, %" PRIu64 " active",
        result.how, result.completed, result.active);
    return 0;
}

static int
process_one(struct run_context *c, const struct unit *u, struct star *s, struct unit_result *r,
    struct fault *f)
{
    return process_as(c, s, u->step->process_type, r, f);
}

static int
purge_one(struct run_context *c, const struct unit *u, struct star *s, struct unit_result *r,
    struct fault *f)
{
    (void)u;
    return process_as(c, s, PROCESS_CLEAR, r, f);
}

static int
apply_load(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    return apply_cubes(c, u, load_one, r, f);
}

static int
apply_process(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    return apply_cubes(c, u, process_one, r, f);
}

static int
apply_truncate(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    return apply_cubes(c, u, truncate_one, r, f);
}

static int
apply_purge(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    return apply_cubes(c, u, purge_one, r, f);
}

/* ---- the table ---- */

int
unit_apply(struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f)
{
    static int (*const appliers[UNIT_KIND_COUNT])(
        struct run_context *, const struct unit *, struct unit_result *, struct fault *) = {
        [UNIT_BACKUP_DATABASE] = unit_backup_databases,
        [UNIT_BACKUP_ANALYSIS] = unit_backup_analyses,
        [UNIT_SPAWN] = apply_maintenance,
        [UNIT_BEGIN_ARCHIVING] = apply_maintenance,
        [UNIT_COPY] = apply_maintenance,
        [UNIT_BACKUP_ARCHIVE] = unit_backup_archive,
        [UNIT_END_ARCHIVING] = apply_maintenance,
        [UNIT_LOAD] = apply_load,
        [UNIT_PROCESS] = apply_process,
        [UNIT_TRUNCATE] = apply_truncate,
        [UNIT_PURGE] = apply_purge,
        [UNIT_RESTORE] = unit_restore,
    };

    *r = (struct unit_result){0};
    return appliers[u->kind](c, u, r, f);
}
