#include "etl/pipeline/plan.h"

#include <string.h>

#include "config/base/nearest.h"

static const char *const verbs[UNIT_KIND_COUNT] = {
    [UNIT_BACKUP_DATABASE] = "back up",
    [UNIT_BACKUP_ANALYSIS] = "back up analysis",
    [UNIT_SPAWN] = "spawn partition",
    [UNIT_BEGIN_ARCHIVING] = "begin archiving",
    [UNIT_COPY] = "copy to archive",
    [UNIT_BACKUP_ARCHIVE] = "back up archive",
    [UNIT_END_ARCHIVING] = "end archiving",
    [UNIT_LOAD] = "load star schema",
    [UNIT_PROCESS] = "process cube",
    [UNIT_TRUNCATE] = "truncate facts",
    [UNIT_PURGE] = "purge cube",
    [UNIT_RESTORE] = "restore",
};

const char *
unit_verb(enum unit_kind kind)
{
    return verbs[kind];
}

const char *
unit_targets(const struct unit *u, struct arena *memory)
{
    enum { NAMED_MAX = 6 };
    /* "and 1 other" would be no shorter than its name. */
    size_t named = u->target_count <= NAMED_MAX + 1 ? u->target_count : NAMED_MAX;
    struct text names = TEXT_INIT;
    const char *joined;

    for (size_t i = 0; i < named; i++)
        text_add_format(&names, "%s%s", i == 0 ? "" : ", ", u->targets[i]);
    if (named < u->target_count)
        text_add_format(&names, " and %zu others", u->target_count - named);
    joined = names.failed ? NULL : arena_strdup(memory, text_get(&names));
    text_release(&names);
    return joined;
}

/* ---- what a step's target can be ---- */

struct names {
    const char **items;
    size_t count;
};

struct planning {
    struct plan *plan;
    const struct settings *settings;
    const struct definition *definition;
};

static int
add_name(struct planning *p, struct names *names, const char *name)
{
    const char **slot = arena_append(&p->plan->memory, &names->items, &names->count, sizeof *slot);

    if (slot == NULL)
        return -1;
    *slot = name;
    return 0;
}

/* Databases by name, and the others once more as "Other:<Name>". */
static int
list_databases(struct planning *p, struct names *names)
{
    for (size_t i = 0; i < p->settings->database_count; i++) {
        if (add_name(p, names, p->settings->databases[i].name) != 0)
            return -1;
    }
    return 0;
}

static int
list_analyses(struct planning *p, struct names *names)
{
    for (size_t i = 0; i < p->settings->analysis_count; i++) {
        if (add_name(p, names, p->settings->analyses[i].name) != 0)
            return -1;
    }
    return 0;
}

static int
list_activities(struct planning *p, struct names *names)
{
    for (size_t i = 0; i < p->definition->activity_count; i++) {
        if (add_name(p, names, p->definition->activities[i].name) != 0)
            return -1;
    }
    return 0;
}

/* Only cubes that are cubes: CreateOlapCube="false" is an aggregation kept by the engine. */
static int
list_cubes(struct planning *p, struct names *names)
{
    for (size_t i = 0; i < p->definition->cube_count; i++) {
        if (p->definition->cubes[i].create_olap_cube &&
            add_name(p, names, p->definition->cubes[i].name) != 0)
            return -1;
    }
    return 0;
}

/* A file to restore need not be there yet: a step before it may write it. */
static int
list_nothing(struct planning *p, struct names *names)
{
    (void)p;
    (void)names;
    return 0;
}

/* ---- step kinds ---- */

struct part {
    enum unit_kind kind;
    const char *suffix; /* "" or "/copy" */
};

static const struct {
    const char *noun;
    int (*list)(struct planning *, struct names *);
    const struct part parts[6]; /* up to a NULL suffix */
} kinds[STEP_KIND_COUNT] = {
    [STEP_BACKUP_DATABASE] = {"database", list_databases, {{UNIT_BACKUP_DATABASE, ""}}},
    [STEP_BACKUP_ANALYSIS] = {"analysis database", list_analyses, {{UNIT_BACKUP_ANALYSIS, ""}}},
    [STEP_MAINTAIN_DATA] = {"activity", list_activities,
        {{UNIT_SPAWN, "/spawn"}, {UNIT_BEGIN_ARCHIVING, "/begin"}, {UNIT_COPY, "/copy"},
            {UNIT_BACKUP_ARCHIVE, "/backup-archive"}, {UNIT_END_ARCHIVING, "/end-archiving"}}},
    [STEP_LOAD_STAR_SCHEMA] = {"cube", list_cubes, {{UNIT_LOAD, ""}}},
    [STEP_PROCESS_CUBE] = {"cube", list_cubes, {{UNIT_PROCESS, ""}}},
    [STEP_TRUNCATE_FACTS] = {"cube", list_cubes, {{UNIT_TRUNCATE, ""}}},
    [STEP_PURGE_CUBE] = {"cube", list_cubes, {{UNIT_PURGE, ""}}},
    [STEP_RESTORE] = {"file", list_nothing, {{UNIT_RESTORE, ""}}},
};

/* ---- resolving ---- */

static bool
matches(const char *pattern, const char *name)
{
    size_t length = strlen(pattern);

    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, name, length - 1) == 0;
    return strcmp(pattern, name) == 0;
}

/* "Other:*" and "Other:Orders" mean the other databases; a plain pattern means all by their names.
 */
static bool
database_matches(const struct settings *s, const char *pattern, size_t index)
{
    static const char prefix[] = "Other:";
    const struct database_setting *d = &s->databases[index];

    if (strncmp(pattern, prefix, sizeof prefix - 1) == 0)
        return d->is_other && matches(pattern + sizeof prefix - 1, d->name);
    return matches(pattern, d->name);
}

static int
refuse_unknown(const char *noun, const char *target, const struct names *known, struct fault *f)
{
    struct nearest nearest;

    nearest_init(&nearest, target);
    for (size_t i = 0; i < known->count; i++)
        nearest_offer(&nearest, known->items[i]);
    fault_set(f, FAULT_DATA, "there is no %s '%s'", noun, target);
    if (known->count > 0)
        return nearest_hint(&nearest, f);
    return fault_hint(f, "there is none: activities and cubes come with nightcube deploy DEF.xml");
}

/* Cubes lie in the first analysis database of the settings. */
static int
check_analysis(struct planning *p, const char *name, struct fault *f)
{
    struct names known = {.items = NULL};

    if (name == NULL ||
        (p->settings->analysis_count > 0 && strcmp(p->settings->analyses[0].name, name) == 0))
        return 0;
    if (list_analyses(p, &known) != 0)
        return fault_set_memory(f);
    if (settings_find_analysis(p->settings, name) == NULL)
        return refuse_unknown("analysis database", name, &known, f);
    fault_set(f, FAULT_DATA, "the analysis database '%s' holds no cubes", name);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the one that was found is among them. */
    return fault_hint(f, "cubes lie in '%s', the first one of the settings", known.items[0]);
}

static int
resolve(struct planning *p, const struct job_step *step, struct names *targets, struct fault *f)
{
    struct names known = {.items = NULL};
    size_t length = strlen(step->target);

    if (check_analysis(p, step->analysis, f) != 0)
        return -1;
    if (step->kind == STEP_RESTORE)
        return add_name(p, targets, step->target) == 0 ? 0 : fault_set_memory(f);
    if (kinds[step->kind].list(p, &known) != 0)
        return fault_set_memory(f);
    for (size_t i = 0; i < known.count; i++) {
        bool wanted = step->kind == STEP_BACKUP_DATABASE
                          ? database_matches(p->settings, step->target, i)
                          : matches(step->target, known.items[i]);

        if (wanted && add_name(p, targets, known.items[i]) != 0)
            return fault_set_memory(f);
    }
    if (targets->count == 0 && step->target[length - 1] != '*')
        return refuse_unknown(kinds[step->kind].noun, step->target, &known, f);
    return 0;
}

static int
add_unit(struct planning *p, const struct job_step *step, const struct part *part,
    const struct names *targets, bool after)
{
    struct plan *plan = p->plan;
    struct unit *u = arena_append(&plan->memory, &plan->units, &plan->unit_count, sizeof *u);

    if (u == NULL)
        return -1;
    *u = (struct unit){.kind = part->kind,
        .name = arena_printf(&plan->memory, "%s%s", step->name, part->suffix),
        .step = step,
        .targets = targets->items,
        .target_count = targets->count,
        .after = after};
    return u->name == NULL ? -1 : 0;
}

int
plan_make(struct plan *p, const struct job *job, const struct settings *settings,
    const struct definition *d, struct fault *f)
{
    struct planning planning = {.plan = p, .settings = settings, .definition = d};
    bool after = false;

    for (size_t i = 0; i < job->step_count; i++) {
        const struct job_step *step = &job->steps[i];
        struct names targets = {.items = NULL};

        if (resolve(&planning, step, &targets, f) != 0)
            return fault_wrap(f, "step '%s'", step->name);
        for (const struct part *part = kinds[step->kind].parts; part->suffix != NULL; part++) {
            if (add_unit(&planning, step, part, &targets, after) != 0)
                return fault_set_memory(f);
        }
        after = after || step->kind == STEP_MAINTAIN_DATA;
    }
    return 0;
}

void
plan_release(struct plan *p)
{
    arena_release(&p->memory);
    *p = (struct plan)PLAN_INIT;
}

bool
unit_is(const struct unit *u, const char *selection)
{
    return strcmp(u->name, selection) == 0 || strcmp(u->step->name, selection) == 0;
}
