#include "etl/dump/retention.h"

#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "etl/dump/set_plan.h"

#define PRIMARY "PrimaryImport"
#define ARCHIVE "Archive"

/* One set: a complete run, or a container for itself. */
struct kept_set {
    const char *series; /* sets of one series compete for its days, weeks and months */
    int64_t run;        /* 0: a container for itself */
    size_t item;
    int64_t taken_utc;
};

struct retaining {
    struct retention *r;
    const struct catalogue *c;
    const struct settings *settings;
    struct kept_set *sets; /* newest first */
    size_t set_count;
};

void
retention_release(struct retention *r)
{
    arena_release(&r->memory);
    *r = (struct retention)RETENTION_INIT;
}

/* ---- sets ---- */

static const struct catalogue_entry *
find_complete_run(const struct catalogue *c, int64_t run)
{
    for (size_t i = c->count; i-- > 0;) {
        const struct catalogue_entry *e = &c->entries[i];

        if (e->kind == CATALOGUE_RUN && e->run == run && e->complete)
            return e;
    }
    return NULL;
}

static int
list_items(struct retaining *p, struct fault *f)
{
    for (size_t i = 0; i < p->c->count; i++) {
        const struct catalogue_entry *e = &p->c->entries[i];
        struct retained *item;

        if (e->kind != CATALOGUE_CONTAINER || catalogue_is_superseded(p->c, e) ||
            catalogue_is_removed(p->c, e->container))
            continue;
        if ((item = arena_append(&p->r->memory, &p->r->items, &p->r->count, sizeof *item)) == NULL)
            return fault_set_memory(f);
        item->entry = e;
    }
    return 0;
}

static bool
has_set(const struct retaining *p, int64_t run)
{
    for (size_t i = 0; i < p->set_count; i++) {
        if (p->sets[i].run == run)
            return true;
    }
    return false;
}

static int
add_set(struct retaining *p, size_t item, struct fault *f)
{
    const struct catalogue_entry *e = p->r->items[item].entry;
    const struct catalogue_entry *run = e->run > 0 ? find_complete_run(p->c, e->run) : NULL;
    struct arena *memory = &p->r->memory;
    struct kept_set *set;

    if (e->partition != NULL || (run != NULL && has_set(p, e->run)))
        return 0;
    if ((set = arena_append(memory, &p->sets, &p->set_count, sizeof *set)) == NULL)
        return fault_set_memory(f);
    set->item = item;
    set->run = run == NULL ? 0 : e->run;
    set->taken_utc = e->taken_utc;
    set->series = run != NULL ? arena_printf(memory, "run %s", run->job == NULL ? "" : run->job)
                              : arena_printf(memory, "%s of %s",
                                    container_kind_names[e->container_kind], e->database);
    return set->series == NULL ? fault_set_memory(f) : 0;
}

static int
compare_sets(const void *a, const void *b)
{
    const struct kept_set *x = a, *y = b;

    if (x->taken_utc != y->taken_utc)
        return x->taken_utc < y->taken_utc ? 1 : -1;
    return x->item < y->item ? 1 : x->item > y->item ? -1 : 0;
}

static int
list_sets(struct retaining *p, struct fault *f)
{
    for (size_t i = 0; i < p->r->count; i++) {
        if (add_set(p, i, f) != 0)
            return -1;
    }
    if (p->set_count > 0)
        qsort(p->sets, p->set_count, sizeof *p->sets, compare_sets);
    return 0;
}

/* ---- keeping ---- */

static void
keep(struct retained *item, const char *why)
{
    if (item->why == NULL)
        item->why = why;
}

static void
keep_set(struct retaining *p, const struct kept_set *set, const char *why)
{
    if (set->run == 0)
        keep(&p->r->items[set->item], why);
    for (size_t i = 0; set->run != 0 && i < p->r->count; i++) {
        struct retained *item = &p->r->items[i];

        if (item->entry->run == set->run && item->entry->partition == NULL)
            keep(item, why);
    }
}

static int64_t
day_of(int64_t moment)
{
    static const int64_t day_us = INT64_C(86400000000);

    return (moment - MOMENT_MIN) / day_us;
}

/* The year 1 begins on a Monday. */
static int64_t
week_of(int64_t moment)
{
    return day_of(moment) / 7;
}

static int64_t
month_of(int64_t moment)
{
    struct civil c;

    moment_to_civil(moment, &c);
    return (int64_t)c.year * 12 + c.month;
}

/* Of each of the last `count` periods of a series the newest set. */
static void
keep_periods(struct retaining *p, const char *series, int count, int64_t (*period_of)(int64_t),
    const char *why)
{
    int64_t last = -1;

    for (size_t i = 0; i < p->set_count && count > 0; i++) {
        const struct kept_set *set = &p->sets[i];
        int64_t period = period_of(set->taken_utc);

        if (strcmp(set->series, series) != 0 || period == last)
            continue;
        keep_set(p, set, why);
        last = period;
        count--;
    }
}

static void
keep_by_rule(struct retaining *p)
{
    const struct backup_setting *b = &p->settings->backup;
    bool any = b->keep_daily > 0 || b->keep_weekly > 0 || b->keep_monthly > 0;

    for (size_t i = 0; i < p->set_count; i++) {
        bool first = true;

        for (size_t k = 0; k < i; k++)
            first = first && strcmp(p->sets[k].series, p->sets[i].series) != 0;
        if (!any)
            keep_set(p, &p->sets[i], "the settings have no rule");
        if (!first)
            continue;
        keep_periods(p, p->sets[i].series, b->keep_daily, day_of, "newest of its day");
        keep_periods(p, p->sets[i].series, b->keep_weekly, week_of, "newest of its week");
        keep_periods(p, p->sets[i].series, b->keep_monthly, month_of, "newest of its month");
    }
}

/* ---- the nevers ---- */

static struct retained *
find_item(struct retaining *p, const char *container)
{
    for (size_t i = 0; i < p->r->count; i++) {
        if (strcmp(p->r->items[i].entry->container, container) == 0)
            return &p->r->items[i];
    }
    return NULL;
}

static bool
is_verified(const struct retaining *p, const struct kept_set *set)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct catalogue_entry *e = p->r->items[i].entry;

        if (e->run == set->run && catalogue_verified_utc(p->c, e->container, false) == 0)
            return false;
    }
    return set->run != 0;
}

static void
keep_newest_verified(struct retaining *p)
{
    for (size_t i = 0; i < p->set_count; i++) {
        if (!is_verified(p, &p->sets[i]))
            continue;
        keep_set(p, &p->sets[i], "the newest verified set");
        return;
    }
}

/* What `restore --run` would take for a kept primary import. */
static int
keep_needed(struct retaining *p, const struct catalogue_entry *primary, struct fault *f)
{
    const struct set_request request = {.run = primary->run, .after = primary->after};
    struct set_plan plan;
    struct fault hole = FAULT_INIT;
    int rc = 0;

    /* A set with a hole cannot be restored as one: nothing more is needed for it. */
    if (set_plan_make(&plan, p->c, p->settings, &request, &hole) != 0 &&
        hole.kind == FAULT_INTERNAL) {
        *f = hole;
        rc = -1;
    }
    for (size_t i = 0; rc == 0 && i < plan.count; i++) {
        struct retained *item =
            plan.parts[i].entry == NULL ? NULL : find_item(p, plan.parts[i].entry->container);
        const char *why =
            arena_printf(&p->r->memory, "the set of run %lld needs it", (long long)primary->run);

        if (why == NULL)
            rc = fault_set_memory(f);
        else if (item != NULL)
            keep(item, why);
    }
    set_plan_release(&plan);
    return rc;
}

static int
keep_all_needed(struct retaining *p, struct fault *f)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct retained *item = &p->r->items[i];
        const struct catalogue_entry *e = item->entry;

        if (item->why != NULL && e->run > 0 && e->partition == NULL &&
            e->container_kind != CONTAINER_DEPLOY && strcmp(e->database, PRIMARY) == 0 &&
            keep_needed(p, e, f) != 0)
            return -1;
    }
    return 0;
}

static void
keep_referenced(struct retaining *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct catalogue_entry *e = p->r->items[i].entry;
        const char *last = "";

        for (size_t k = 0; p->r->items[i].why != NULL && k < e->table_count; k++) {
            const char *reference = e->tables[k].reference;
            struct retained *item;

            if (reference == NULL || strcmp(reference, last) == 0)
                continue;
            if ((item = find_item(p, reference)) != NULL)
                keep(item, "a kept backup leaves tables to it");
            last = reference;
        }
    }
}

static bool
is_held(const struct retaining *p, const char *database, const char *table)
{
    for (size_t i = p->r->count; i-- > 0;) {
        const struct catalogue_entry *e = p->r->items[i].entry;

        if (p->r->items[i].why == NULL || strcmp(e->database, database) != 0 || e->metadata_only)
            continue;
        for (size_t k = 0; k < e->table_count; k++) {
            if (e->tables[k].reference == NULL && strcmp(e->tables[k].name, table) == 0)
                return true;
        }
    }
    return false;
}

/* May its tables be dropped from the database because a backup holds them? */
static bool
may_be_only_copy(const struct retaining *p, const struct catalogue_entry *e)
{
    if (strcmp(e->database, ARCHIVE) == 0)
        return true;
    return e->partition != NULL && settings_find_database(p->settings, ARCHIVE) == NULL;
}

static int
keep_only_copies(struct retaining *p, struct fault *f)
{
    for (size_t i = p->r->count; i-- > 0;) {
        struct retained *item = &p->r->items[i];
        const struct catalogue_entry *e = item->entry;

        if (item->why != NULL || !may_be_only_copy(p, e))
            continue;
        for (size_t k = 0; item->why == NULL && k < e->table_count; k++) {
            const char *table = e->tables[k].name;

            if (e->tables[k].reference != NULL || strncmp(table, "bam_", 4) != 0 ||
                is_held(p, e->database, table))
                continue;
            item->why = arena_printf(&p->r->memory, "holds the only copy of %s", table);
            if (item->why == NULL)
                return fault_set_memory(f);
        }
    }
    return 0;
}

int
retention_plan(struct retention *r, const struct catalogue *c, const struct settings *settings,
    struct fault *f)
{
    struct retaining p = {.r = r, .c = c, .settings = settings};

    if (list_items(&p, f) != 0 || list_sets(&p, f) != 0)
        return -1;
    keep_by_rule(&p);
    keep_newest_verified(&p);
    if (keep_all_needed(&p, f) != 0)
        return -1;
    keep_referenced(&p);
    if (keep_only_copies(&p, f) != 0)
        return -1;
    /* What holds the only copy may lean on others in turn. */
    keep_referenced(&p);
    return 0;
}
