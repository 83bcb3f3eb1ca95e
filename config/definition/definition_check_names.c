#include <libxml/hash.h>
#include <stdint.h>
#include <string.h>

#include "config/definition/definition_check.h"
#include "config/definition/name.h"

/*
 * Where the documentation gives no length, or one that names of real logs outgrow (20 for levels),
 * ours: ranges, stages and levels like aliases; an activity view so long that the longest view made
 * of it, bam_<View>_<ActivityView>_CompletedAliasView, keeps to the 128 characters of a SQL Server
 * name.
 */
enum {
    LONGEST_ACTIVITY_VIEW = 128 - LIMIT_VIEW_NAME - 24,
    LONGEST_MEMBER = LIMIT_ALIAS_NAME,
    LONGEST_AGGREGATION = LIMIT_INDEX_NAME
};

/* Names that must differ from each other. */
struct scope {
    struct findings *list;
    xmlHashTable *taken; /* folded name -> first holder's line, as a pointer to it */
};

/* What kind of thing has the name, and how long it may be. */
struct rule {
    const char *what;
    size_t longest;
    bool not_reserved;
};

static const struct rule activity_rule = {"Activity", LIMIT_ACTIVITY_NAME, false};
static const struct rule checkpoint_rule = {"Checkpoint", LIMIT_CHECKPOINT_NAME, true};
static const struct rule index_rule = {"Index", LIMIT_INDEX_NAME, false};
static const struct rule view_rule = {"View", LIMIT_VIEW_NAME, false};
static const struct rule activity_view_rule = {"ActivityView", LONGEST_ACTIVITY_VIEW, false};
static const struct rule alias_rule = {"Alias", LIMIT_ALIAS_NAME, true};
static const struct rule duration_rule = {"Duration", LIMIT_DURATION_NAME, true};
static const struct rule cube_rule = {"Cube", LIMIT_CUBE_NAME, false};
static const struct rule measure_rule = {"Measure", LIMIT_MEASURE_NAME, false};
static const struct rule dimension_rule = {"dimension", LIMIT_DIMENSION_NAME, false};
static const struct rule range_rule = {"Range", LONGEST_MEMBER, false};
static const struct rule stage_rule = {"ProgressStage", LONGEST_MEMBER, false};
static const struct rule aggregation_rule = {"RealTimeAggregation", LONGEST_AGGREGATION, false};

static struct scope
scope_open(struct findings *list)
{
    struct scope s = {list, xmlHashCreate(0)};

    if (s.taken == NULL)
        findings_no_memory(list);
    return s;
}

static void
scope_close(struct scope *s)
{
    xmlHashFree(s->taken, NULL);
}

static void
fold(struct text *t, const char *name)
{
    for (; *name != '\0'; name++)
        text_add_char(t, (char)(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name));
}

/* Reports the name when it is taken in this scope, and takes it otherwise. */
static void
take(struct scope *s, const struct rule *rule, const char *name, const int *line)
{
    struct text folded = TEXT_INIT;
    const int *first = NULL;

    fold(&folded, name);
    if (s->taken != NULL && !folded.failed) {
        first = xmlHashLookup(s->taken, (const xmlChar *)text_get(&folded));
        if (first == NULL && xmlHashAddEntry(s->taken, (const xmlChar *)text_get(&folded),
                                 (void *)(uintptr_t)line) != 0)
            findings_no_memory(s->list);
    }
    if (first != NULL)
        findings_add(s->list, *line,
            "%s name '%s' is taken in line %d (upper and lower case are one)", rule->what, name,
            *first);
    text_release(&folded);
}

/* Everything that can be said of one name. An empty one was reported by the shape. */
static void
check_name(struct scope *s, const struct rule *rule, const char *name, const int *line)
{
    if (name[0] == '\0')
        return;
    if (!name_is_valid(name))
        findings_add(s->list, *line,
            "%s name '%s' is not allowed: a letter or _, then letters, digits, _ and single blanks",
            rule->what, name);
    if (name_length(name) > rule->longest)
        findings_add(s->list, *line, "%s name '%s' has %zu characters; at most %zu are allowed",
            rule->what, name, name_length(name), rule->longest);
    if (rule->not_reserved && name_is_reserved(name))
        findings_add(s->list, *line, "%s name '%s' is reserved for a column that is always there",
            rule->what, name);
    take(s, rule, name, line);
}

static void
check_activity(const struct activity *a, struct findings *list)
{
    struct scope checkpoints = scope_open(list);
    struct scope indexes = scope_open(list);

    for (size_t i = 0; i < a->checkpoint_count; i++)
        check_name(&checkpoints, &checkpoint_rule, a->checkpoints[i].name, &a->checkpoints[i].line);
    for (size_t i = 0; i < a->index_count; i++)
        check_name(&indexes, &index_rule, a->indexes[i].name, &a->indexes[i].line);
    scope_close(&indexes);
    scope_close(&checkpoints);
}

static void
check_activity_view(const struct activity_view *v, struct findings *list)
{
    struct scope columns = scope_open(list);

    for (size_t i = 0; i < v->alias_count; i++)
        check_name(&columns, &alias_rule, v->aliases[i].name, &v->aliases[i].line);
    for (size_t i = 0; i < v->duration_count; i++)
        check_name(&columns, &duration_rule, v->durations[i].name, &v->durations[i].line);
    scope_close(&columns);
}

static void
check_view(const struct view *v, struct findings *list)
{
    struct scope activity_views = scope_open(list);

    for (size_t i = 0; i < v->activity_view_count; i++) {
        const struct activity_view *av = &v->activity_views[i];

        check_name(&activity_views, &activity_view_rule, av->name, &av->line);
        check_activity_view(av, list);
    }
    scope_close(&activity_views);
}

static void
check_members(const struct dimension *d, struct findings *list)
{
    struct scope members = scope_open(list);

    for (size_t i = 0; i < d->range_count; i++)
        check_name(&members, &range_rule, d->ranges[i].name, &d->ranges[i].line);
    for (size_t i = 0; i < d->stage_count; i++)
        check_name(&members, &stage_rule, d->stages[i].name, &d->stages[i].line);
    scope_close(&members);
}

/* Tables named bam_<Cube>_<Dimension> stand beside these of the cube itself. */
static void
check_dimension_table(const struct dimension *d, struct findings *list)
{
    static const char *const tables[] = {"Facts", "ActiveFacts", "ActiveInstancesSnapshot"};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (name_is_same(d->name, tables[i]))
            findings_add(
                list, d->line, "dimension name '%s' is reserved for a table of the cube", d->name);
    }
}

static void
check_cube(const struct cube *c, struct findings *list)
{
    struct scope measures = scope_open(list);
    struct scope dimensions = scope_open(list);
    struct scope aggregations = scope_open(list);

    for (size_t i = 0; i < c->measure_count; i++)
        check_name(&measures, &measure_rule, c->measures[i].name, &c->measures[i].line);
    for (size_t i = 0; i < c->dimension_count; i++) {
        const struct dimension *d = &c->dimensions[i];

        check_name(&dimensions, &dimension_rule, d->name, &d->line);
        check_dimension_table(d, list);
        check_members(d, list);
    }
    for (size_t i = 0; i < c->aggregation_count; i++)
        check_name(
            &aggregations, &aggregation_rule, c->aggregations[i].name, &c->aggregations[i].line);
    scope_close(&aggregations);
    scope_close(&dimensions);
    scope_close(&measures);
}

void
definition_check_names(const struct definition *d, struct findings *list)
{
    struct scope activities = scope_open(list);
    struct scope views = scope_open(list);
    struct scope cubes = scope_open(list);

    for (size_t i = 0; i < d->activity_count; i++) {
        check_name(&activities, &activity_rule, d->activities[i].name, &d->activities[i].line);
        check_activity(&d->activities[i], list);
    }
    for (size_t i = 0; i < d->view_count; i++) {
        check_name(&views, &view_rule, d->views[i].name, &d->views[i].line);
        check_view(&d->views[i], list);
    }
    for (size_t i = 0; i < d->cube_count; i++) {
        check_name(&cubes, &cube_rule, d->cubes[i].name, &d->cubes[i].line);
        check_cube(&d->cubes[i], list);
    }
    scope_close(&cubes);
    scope_close(&views);
    scope_close(&activities);
}
