#include "etl/dump/set_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/base/moment.h"

#define PRIMARY "PrimaryImport"
#define ARCHIVE "Archive"
#define STAR "StarSchema"

struct planning {
    const struct catalogue *c;
    const struct settings *settings;
    const struct set_request *request;
    struct set_plan *plan;
};

void
set_plan_release(struct set_plan *plan)
{
    arena_release(&plan->memory);
    *plan = (struct set_plan)SET_PLAN_INIT;
}

static int add_note(struct planning *p, struct fault *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int
add_note(struct planning *p, struct fault *f, const char *format, ...)
{
    struct set_plan *plan = p->plan;
    const char **slot = arena_append(&plan->memory, &plan->notes, &plan->note_count, sizeof *slot);
    char line[512];
    va_list arguments;

    if (slot == NULL)
        return fault_set_memory(f);
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return (*slot = arena_strdup(&plan->memory, line)) == NULL ? fault_set_memory(f) : 0;
}

/* ---- finding containers ---- */

static bool
is_container_of(const struct planning *p, const struct catalogue_entry *e, const char *database)
{
    return e->kind == CATALOGUE_CONTAINER && e->run > 0 && e->container_kind != CONTAINER_DEPLOY &&
           e->partition == NULL && strcmp(e->database, database) == 0 &&
           !catalogue_is_removed(p->c, e->container);
}

/* The newest container of a database in a run; `after` as given, or any when that is -1. */
static const struct catalogue_entry *
find_in_run(const struct planning *p, const char *database, int64_t run, int after)
{
    for (size_t i = p->c->count; i-- > 0;) {
        const struct catalogue_entry *e = &p->c->entries[i];

        if (is_container_of(p, e, database) && e->run == run && (after < 0 || e->after == after))
            return e;
    }
    return NULL;
}

/* Was the database ever backed up by a run, up to and with `last`? A removed container counts. */
static bool
was_backed_up(const struct planning *p, const char *database, int64_t last)
{
    for (size_t i = 0; i < p->c->count; i++) {
        const struct catalogue_entry *e = &p->c->entries[i];

        if (e->kind == CATALOGUE_CONTAINER && e->run > 0 && e->run <= last &&
            strcmp(e->database, database) == 0)
            return true;
    }
    return false;
}

/* ---- finding runs ---- */

/* Of the newest primary import at or before a moment; 0: none. */
static int64_t
find_run_as_of(const struct planning *p)
{
    const struct catalogue_entry *best = NULL;

    for (size_t i = 0; i < p->c->count; i++) {
        const struct catalogue_entry *e = &p->c->entries[i];

        if (is_container_of(p, e, PRIMARY) && e->after == p->request->after &&
            e->taken_utc <= p->request->as_of_utc &&
            (best == NULL || e->taken_utc >= best->taken_utc))
            best = e;
    }
    return best == NULL ? 0 : best->run;
}

/* Does a run hold what maintenance and loading leave behind? */
static bool
holds_results(const struct planning *p, int64_t run)
{
    const struct settings *s = p->settings;
    bool holds = find_in_run(p, ARCHIVE, run, -1) != NULL || find_in_run(p, STAR, run, -1) != NULL;

    for (size_t i = 0; i < s->analysis_count; i++)
        holds = holds || find_in_run(p, s->analyses[i].name, run, -1) != NULL;
    return holds;
}

/* The newest complete run before `run`; 0: none. */
static int64_t
find_complete_before(const struct planning *p, int64_t run)
{
    int64_t newest = 0;

    for (size_t i = 0; i < p->c->count; i++) {
        const struct catalogue_entry *e = &p->c->entries[i];

        if (e->kind == CATALOGUE_RUN && e->complete && e->run < run && e->run > newest &&
            holds_results(p, e->run))
            newest = e->run;
    }
    return newest;
}

static int
choose_run(struct planning *p, struct fault *f)
{
    char moment[MOMENT_TEXT_BYTES];

    p->plan->run = p->request->run != 0 ? p->request->run : find_run_as_of(p);
    if (p->plan->run == 0)
        fault_set(f, FAULT_DATA, "no run has backed up " PRIMARY " at or before %s",
            moment_format(p->request->as_of_utc, moment));
    else if (find_in_run(p, PRIMARY, p->plan->run, p->request->after) == NULL)
        fault_set(f, FAULT_DATA, "run %lld has no container of " PRIMARY "%s",
            (long long)p->plan->run, p->request->after ? " taken at its end" : "");
    else
        return 0;
    return fault_hint(f, "nightcube list shows the runs and their containers");
}

/* ---- the archive ---- */

static bool
has_table(const struct catalogue_entry *e, const char *name)
{
    for (size_t i = 0; e != NULL && i < e->table_count; i++) {
        if (strcmp(e->tables[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Is the partition behind an archive's table bam_<Activity>_Instances_<stamp> still in the primary
 * import, as bam_<Activity>_<stamp>? */
static bool
is_still_online(struct planning *p, const struct catalogue_entry *primary, const char *table)
{
    static const char infix[] = "_Instances_";

    for (const char *at = table; (at = strstr(at, infix)) != NULL; at++) {
        const char *name = arena_printf(
            &p->plan->memory, "%.*s_%s", (int)(at - table), table, at + sizeof infix - 1);

        if (name != NULL && has_table(primary, name))
            return true;
    }
    return strstr(table, infix) == NULL;
}

/* Does `later` hold archived rows that neither `known` nor the primary import does? */
static bool
holds_the_only_copy(struct planning *p, const struct catalogue_entry *later,
    const struct catalogue_entry *known, const struct catalogue_entry *primary)
{
    for (size_t i = 0; i < later->table_count; i++) {
        const char *table = later->tables[i].name;

        if (!has_table(known, table) && !is_still_online(p, primary, table))
            return true;
    }
    return false;
}

static int
choose_archive(struct planning *p, const struct catalogue_entry **archive, struct fault *f)
{
    struct set_plan *plan = p->plan;
    const struct catalogue_entry *primary = find_in_run(p, PRIMARY, plan->run, false);

    for (int64_t i = (int64_t)p->c->count - 1; i >= 0; i--) {
        const struct catalogue_entry *e = &p->c->entries[i];

        if (!is_container_of(p, e, ARCHIVE) || e->run <= plan->based_on || e->run >= plan->run)
            continue;
        if (!holds_the_only_copy(p, e, *archive, primary))
            return 0;
        *archive = e;
        return add_note(p, f,
            ARCHIVE " is taken from run %lld, which was cut off: it had moved partitions there "
                    "that " PRIMARY " of run %lld does not hold any more",
            (long long)e->run, (long long)plan->run);
    }
    return 0;
}

/* ---- the parts ---- */

static int
add_part(struct planning *p, const char *database, enum container_kind kind,
    const struct catalogue_entry *entry, struct fault *f)
{
    struct set_plan *plan = p->plan;
    struct set_part *part = arena_append(&plan->memory, &plan->parts, &plan->count, sizeof *part);

    if (part == NULL)
        return fault_set_memory(f);
    *part = (struct set_part){database, kind, entry};
    return 0;
}

static int
refuse_hole(const char *database, int64_t run, struct fault *f)
{
    if (run == 0)
        fault_set(f, FAULT_DATA, "no complete run before it has a container of '%s'", database);
    else
        fault_set(f, FAULT_DATA, "run %lld has no container of '%s'", (long long)run, database);
    return fault_hint(f, "a set is restored whole or not at all; nightcube list shows other runs, "
                         "nightcube restore FILE restores one container");
}

/* Archive, star schema, an analysis database. */
static int
add_result(struct planning *p, const char *database, enum container_kind kind, struct fault *f)
{
    struct set_plan *plan = p->plan;
    bool after = p->request->after;
    int64_t run = after ? plan->run : plan->based_on;
    const struct catalogue_entry *entry = NULL;

    if (after && (entry = find_in_run(p, database, run, true)) == NULL)
        entry = find_in_run(p, database, run, -1);
    if (!after && run > 0)
        entry = find_in_run(p, database, run, -1);
    if (!after && strcmp(database, ARCHIVE) == 0 && choose_archive(p, &entry, f) != 0)
        return -1;
    /* Before the first complete run there was nothing: empty is right. */
    if (entry == NULL && run > 0 && was_backed_up(p, database, run))
        return refuse_hole(database, run, f);
    return add_part(p, database, kind, entry, f);
}

/* The primary import and the Other databases. */
static int
add_source(struct planning *p, const struct database_setting *setting, struct fault *f)
{
    int64_t run = p->plan->run;
    const struct catalogue_entry *entry = find_in_run(p, setting->name, run, p->request->after);

    if (entry == NULL && setting->is_other)
        entry = find_in_run(p, setting->name, run, -1);
    if (entry != NULL)
        return add_part(p, setting->name, CONTAINER_DATABASE, entry, f);
    if (was_backed_up(p, setting->name, run))
        return refuse_hole(setting->name, run, f);
    return add_note(p, f, "'%s' was never backed up until run %lld: it is left as it is",
        setting->name, (long long)run);
}

static bool
is_source(const struct database_setting *setting)
{
    return setting->is_other || strcmp(setting->name, PRIMARY) == 0;
}

static int
add_parts(struct planning *p, struct fault *f)
{
    const struct settings *s = p->settings;

    for (size_t i = 0; i < s->database_count; i++) {
        if (!is_source(&s->databases[i]) &&
            add_result(p, s->databases[i].name, CONTAINER_DATABASE, f) != 0)
            return -1;
    }
    for (size_t i = 0; i < s->analysis_count; i++) {
        if (add_result(p, s->analyses[i].name, CONTAINER_ANALYSIS, f) != 0)
            return -1;
    }
    for (size_t i = 0; i < s->database_count; i++) {
        if (s->databases[i].is_other && add_source(p, &s->databases[i], f) != 0)
            return -1;
    }
    for (size_t i = 0; i < s->database_count; i++) {
        if (strcmp(s->databases[i].name, PRIMARY) == 0 && add_source(p, &s->databases[i], f) != 0)
            return -1;
    }
    return 0;
}

static bool
is_configured(const struct settings *s, const char *name)
{
    return settings_find_database(s, name) != NULL || settings_find_analysis(s, name) != NULL;
}

/* A container of these runs whose database is not in the settings: the archive must be. */
static int
check_configured(struct planning *p, struct fault *f)
{
    int64_t results = p->request->after ? p->plan->run : p->plan->based_on;

    if (!is_configured(p->settings, ARCHIVE) && results > 0 &&
        find_in_run(p, ARCHIVE, results, -1) != NULL) {
        fault_set(f, FAULT_SETTINGS, "the set has an archive, the settings name none");
        return fault_hint(f, "put <Archive> back into the settings");
    }
    for (size_t i = 0; i < p->c->count; i++) {
        const struct catalogue_entry *e = &p->c->entries[i];

        if (e->kind != CATALOGUE_CONTAINER || e->run != p->plan->run ||
            is_configured(p->settings, e->database))
            continue;
        if (add_note(p, f, "'%s' is not in the settings any more: its container '%s' is left out",
                e->database, e->file) != 0)
            return -1;
    }
    return 0;
}

int
set_plan_make(struct set_plan *plan, const struct catalogue *c, const struct settings *settings,
    const struct set_request *request, struct fault *f)
{
    struct planning p = {c, settings, request, plan};

    *plan = (struct set_plan)SET_PLAN_INIT;
    if (choose_run(&p, f) != 0)
        return -1;
    if (!request->after)
        plan->based_on = find_complete_before(&p, plan->run);
    return check_configured(&p, f) == 0 ? add_parts(&p, f) : -1;
}
