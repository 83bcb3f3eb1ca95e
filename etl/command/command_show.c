#include <string.h>

#include "config/base/file.h"
#include "config/job/job.h"
#include "config/workbook/workbook.h"
#include "etl/command/command.h"
#include "etl/command/output.h"
#include "etl/command/show.h"
#include "etl/writer/writer.h"

/* The lists that are grids. */
static const struct list {
    const char *word;
    const struct grid_column *columns;
    int (*show)(struct show *s, struct fault *f);
} lists[] = {
    {"activities", show_activities_columns, show_activities},
    {"views", show_views_columns, show_views},
    {"cubes", show_cubes_columns, show_cubes},
    {"levels", show_levels_columns, show_levels},
    {"measures", show_measures_columns, show_measures},
    {"indexes", show_indexes_columns, show_indexes},
    {"windows", show_windows_columns, show_windows},
    {"partitions", show_partitions_columns, show_partitions},
    {"trail", show_trail_columns, show_trail},
    {"changes", show_changes_columns, show_changes},
    {"incomplete", show_incomplete_columns, show_incomplete},
    {"accounts", show_accounts_columns, show_accounts},
    {NULL, NULL, NULL},
};

/* What `show cubes --design` lists. */
static const struct list design = {"cubes", show_design_columns, show_design};

static int
check_activity(const struct show *s, struct fault *f)
{
    return s->activity == NULL || invocation_activity(&s->definition, s->activity, f) != NULL ? 0
                                                                                              : -1;
}

static int
show_list(struct show *s, const struct list *list, struct fault *f)
{
    size_t columns = 0;
    int rc;

    while (list->columns[columns].name != NULL)
        columns++;
    grid_init(&s->grid, list->columns, columns, s->invocation->json);
    rc = list->show(s, f);
    if (rc == 0)
        rc = grid_finish(&s->grid, f);
    grid_release(&s->grid);
    return rc;
}

/* All that is deployed, or one activity alone. */
static int
show_definition(const struct show *s, struct fault *f)
{
    struct activity *one = (struct activity *)definition_find_activity(
        &s->definition, s->activity == NULL ? "" : s->activity);
    const struct definition alone = {.activities = one, .activity_count = 1};
    struct text xml = TEXT_INIT;
    int rc = definition_write(one == NULL ? &s->definition : &alone, &xml, f);

    if (rc == 0)
        rc = output_take(&xml, f);
    text_release(&xml);
    return rc;
}

/* How applications write events: ready to be copied, and to be run. */
static int
show_writers(const struct show *s, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < s->definition.activity_count; i++) {
        const struct activity *a = &s->definition.activities[i];

        if (show_wants(s, a))
            rc = writer_describe(&sql, db_dialect(s->primary), a, f);
    }
    if (rc == 0)
        rc = output_take(&sql, f);
    text_release(&sql);
    return rc;
}

/* The definition that a workbook carries, as it stands there. */
static int
show_workbook(const char *path, struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = file_exists(path) ? workbook_read(path, &xml, f)
                               : fault_set(f, FAULT_NO_INPUT, "there is no file '%s'", path);

    if (rc == 0)
        rc = output_take(&xml, f);
    text_release(&xml);
    return rc;
}

static int
show_job(const struct invocation *i, struct fault *f)
{
    const char *name = invocation_argument(i, 1);

    if (name != NULL && strcmp(name, "nightly") != 0) {
        fault_set(f, FAULT_DATA, "there is no built-in job '%s'", name);
        return fault_hint(f, "nightcube show job nightly");
    }
    output_text(job_nightly_xml);
    return 0;
}

static int
show_from_site(struct invocation *i, const struct list *list, struct fault *f)
{
    struct show s = {.invocation = i, .activity = invocation_option(i, "activity")};
    int rc = -1;

    if ((s.primary = invocation_primary(i, f)) != NULL &&
        invocation_definition(i, &s.definition, f) == 0 && check_activity(&s, f) == 0)
        rc = list->word != NULL                                  ? show_list(&s, list, f)
             : strcmp(invocation_argument(i, 0), "writers") == 0 ? show_writers(&s, f)
                                                                 : show_definition(&s, f);
    arena_release(&s.memory);
    definition_release(&s.definition);
    return rc;
}

/* Options that only one list knows. */
static int
check_options(const struct invocation *i, const char *word, struct fault *f)
{
    static const struct {
        const char *option, *list;
    } owned[] = {{"design", "cubes"}, {"id", "incomplete"}, {"older-than", "incomplete"}};

    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) {
        if (invocation_has(i, owned[k].option) && strcmp(word, owned[k].list) != 0)
            return fault_set(
                f, FAULT_USAGE, "show %s: --%s goes with %s", word, owned[k].option, owned[k].list);
    }
    return 0;
}

static int
run_show(struct invocation *i, struct fault *f)
{
    const char *word = i->arguments[0];
    const struct list *list = lists;

    if (check_options(i, word, f) != 0)
        return -1;

    if (strcmp(word, "job") == 0)
        return show_job(i, f);
    if (strcmp(word, "roles") == 0 && i->argument_count == 1)
        return show_roles(i, f);
    if (strcmp(word, "definition") == 0 && invocation_has(i, "from"))
        return show_workbook(invocation_option(i, "from"), f);
    if (i->argument_count > 1)
        return fault_set(
            f, FAULT_USAGE, "show %s: one argument too many: '%s'", word, i->arguments[1]);
    while (list->word != NULL && strcmp(list->word, word) != 0)
        list++;
    return show_from_site(i, invocation_has(i, "design") ? &design : list, f);
}

static const char *const words[] = {"activities", "views", "cubes", "levels", "measures", "indexes",
    "windows", "partitions", "trail", "changes", "incomplete", "accounts", "definition", "writers",
    "roles", "job", NULL};

static const struct command_option options[] = {
    {"activity", "A", "only what belongs to this activity", false},
    {"design", NULL, "cubes: what is stored of each, and why", false},
    {"id", "ID", "incomplete: only the instance with this ActivityID", false},
    {"older-than", "AGE", "incomplete: only those not changed since: '7 days', 12h or a moment",
        false},
    {"from", "WORKBOOK.xlsx", "definition: the one that this Excel workbook carries", false},
    {NULL, NULL, NULL, false},
};

static const struct command_fields fields[] = {
    {"activities", show_activities_columns, 0},
    {"views", show_views_columns, 0},
    {"cubes", show_cubes_columns, 0},
    {"cubes --design", show_design_columns, 0},
    {"levels", show_levels_columns, 0},
    {"measures", show_measures_columns, 0},
    {"indexes", show_indexes_columns, 0},
    {"windows", show_windows_columns, 0},
    {"partitions", show_partitions_columns, 0},
    {"trail", show_trail_columns, 0},
    {"changes", show_changes_columns, 0},
    {"incomplete", show_incomplete_columns, 0},
    {"accounts", show_accounts_columns, 0},
    {"roles", show_roles_columns, 0},
    {0},
};

const struct command command_show = {
    .fields = fields,
    .name = "show",
    .arguments = "activities|views|cubes|levels|measures|indexes|windows|partitions|trail|changes|"
                 "incomplete|accounts|definition|writers|roles|job [nightly]",
    .summary = "lists what is deployed and what has become of it",
    .details =
        "activities, views, cubes, indexes, definition: what is deployed; definition prints it as "
        "XML.\n\n"
        "levels, measures: what a query on a cube can name.\n\n"
        "cubes --design: the cuboids that processing stored of each cube, and for each how many of "
        "the combinations of levels it answers, reading how little. How large all of them may be "
        "is AggregatesPercent in the settings.\n\n"
        "windows: how long completed instances stay online, and since when at this moment.\n\n"
        "partitions: the swapped-out tables, and for each the rule that makes it due for the "
        "archive or holds it back.\n\n"
        "trail: what is on record of each partition's way out: marked, its copy verified with so "
        "many rows and this checksum, found in which container, dropped; or kept, and why.\n\n"
        "changes: who deployed, updated or removed what, and when.\n\n"
        "incomplete: instances that wait in the active tables; late ones are events for an "
        "instance that was completed already.\n\n"
        "accounts: who was given the objects of which view, and whether the server still lets them "
        "(PostgreSQL tells).\n\n"
        "writers: how applications write events of an activity through plain SQL, and what was "
        "deployed for that.\n\n"
        "roles: the roles of the analysis databases and their members.\n\n"
        "job nightly: the built-in nightly job as XML, to start your own from.",
    .words = words,
    .least = 1,
    .most = 2,
    .options = options,
    .run = run_show,
};
