#include "etl/star/load.h"

#include "cube/phrase.h"
#include "cube/query.h"
#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
#include "etl/star/process.h"
#include "etl/star/task.h"
#include "tests/etl/fixture.h"

static void
load_history(struct fixture *x, enum history history, struct load_result *r)
{
    const struct load_databases databases = {x->primary, x->star, x->archive};
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(load_star(&databases, &s, history, r, &x->f), &x->f);
    star_release(&s);
}

static void
load(struct fixture *x, struct load_result *r)
{
    load_history(x, HISTORY_WINDOW, r);
}

static void
truncate_facts(struct fixture *x)
{
    const struct load_databases databases = {x->primary, x->star, x->archive};
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(load_truncate(&databases, &s, &x->f), &x->f);
    star_release(&s);
}

static void
process(struct fixture *x, enum process_type type, struct process_result *r)
{
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(process_cube(x->star, &s,
                  &(struct process_order){"cubes", type, CUBE_STORAGE_MEMORY, NULL}, r, &x->f),
        &x->f);
    star_release(&s);
}

/* The single measure of a query without levels, as text; "" when there is no line. */
static const char *
ask(struct fixture *x, const char *measure, const char *where, enum cube_part part)
{
    static char answer[64];
    struct stored_cube *c = cube_open("cubes", "OrderCube", &x->f);
    struct cube_result result = CUBE_RESULT_INIT;
    struct arena memory = ARENA_INIT;
    struct cube_query q = {.part = part};
    struct text t = TEXT_INIT;
    size_t *measures = NULL;
    struct cube_slice *slices = NULL;

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    ASSERT_OK(
        phrase_measures(cube_model_of(c), measure, &memory, &measures, &q.measure_count, &x->f),
        &x->f);
    if (where != NULL)
        ASSERT_OK(
            phrase_slices(cube_model_of(c), where, &memory, &slices, &q.slice_count, &x->f), &x->f);
    q.measures = measures;
    q.slices = slices;
    ASSERT_OK(cube_query_run(c, &q, &result, &x->f), &x->f);
    if (result.line_count == 1)
        value_add_text(&t, &result.lines[0].measures[0]);
    snprintf(answer, sizeof answer, "%s", text_get(&t));
    text_release(&t);
    cube_result_release(&result);
    cube_close(c);
    arena_release(&memory);
    return answer;
}

static void
loads_completed_and_active(void)
{
    struct load_result r;
    struct import_result imported;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    ASSERT_OK(fixture_import(&x,
                  "{\"op\":\"begin\",\"id\":\"open\"}\n{\"op\":\"update\",\"id\":\"hidden\"}\n",
                  &imported),
        &x.f);
    load(&x, &r);
    CU_ASSERT_EQUAL(r.completed, 10);
    CU_ASSERT_EQUAL(r.active, 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star, "SELECT count(*) FROM bam_OrderCube_Facts"), 10);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star, "SELECT count(*) FROM bam_OrderCube_Place"), 3);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star,
                        "SELECT count(*) FROM bam_OrderCube_Facts WHERE \"Total\" = 5400.5"),
        10);
    fixture_end(&x);
}

static void
a_window_is_loaded_once(void)
{
    struct load_result r;
    struct spawn_result spawned;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 5);
    load(&x, &r);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    fixture_complete(&x, 6, 8);
    load(&x, &r);
    CU_ASSERT_EQUAL(r.completed, 3);
    load(&x, &r);
    CU_ASSERT_EQUAL(r.completed, 0);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star, "SELECT count(*) FROM bam_OrderCube_Facts"), 8);
    /* MariaDB leaves gaps between the RecordIDs of one import and the next. */
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary,
            "SELECT count(*) FROM \"bam_Metadata_AnalysisTasks\" WHERE \"MinRecordID\" > 5 AND "
            "\"MinRecordID\" <= (SELECT min(\"RecordID\") FROM \"bam_Order_Completed\") AND "
            "\"MaxRecordID\" = (SELECT max(\"RecordID\") FROM \"bam_Order_Completed\")"),
        1);
    fixture_end(&x);
}

static void
an_analysis_that_never_ended_is_redone(void)
{
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 5);
    load(&x, &r);
    ASSERT_OK(
        fixture_run(&x, x.primary, "UPDATE bam_Metadata_AnalysisTasks SET LastEndTime = NULL"),
        &x.f);
    load(&x, &r);
    CU_ASSERT_EQUAL(r.completed, 5);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star, "SELECT count(*) FROM bam_OrderCube_Facts"), 5);
    fixture_end(&x);
}

static void
begin_and_never_end(struct fixture *x)
{
    struct star s;
    struct task t;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(task_begin(x->primary, &s, &t, &x->f), &x->f);
    star_release(&s);
}

static void
an_empty_window_is_not_redone(void)
{
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 5);
    load(&x, &r);
    /* Its records go offline, and the analysis of a night without news dies. */
    ASSERT_OK(fixture_run(&x, x.primary, "DELETE FROM bam_Order_Completed"), &x.f);
    begin_and_never_end(&x);
    load(&x, &r);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star, "SELECT count(*) FROM bam_OrderCube_Facts"), 5);
    fixture_end(&x);
}

static void
cube_equals_the_rows(void)
{
    struct process_result p;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    CU_ASSERT_EQUAL(p.completed, 10);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "10");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Pieces", NULL, CUBE_PART_ALL), "550");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Value", NULL, CUBE_PART_ALL), "57.5");
    CU_ASSERT_STRING_EQUAL(ask(&x, "MeanTime", NULL, CUBE_PART_ALL), "5400.5");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", "Place.City=Oslo", CUBE_PART_ALL), "5");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", "Size.Range=large", CUBE_PART_ALL), "1");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", "When.Day=1", CUBE_PART_ALL), "10");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", "State.Stage=shipped", CUBE_PART_ALL), "10");
    fixture_end(&x);
}

static void
default_processing_adds_what_is_new(void)
{
    struct process_result p;
    struct import_result imported;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    fixture_complete(&x, 11, 12);
    ASSERT_OK(fixture_import(&x, "{\"op\":\"begin\",\"id\":\"open\"}\n", &imported), &x.f);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    CU_ASSERT_STRING_EQUAL(p.how, "added");
    CU_ASSERT_EQUAL(p.completed, 2);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "13");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ACTIVE), "1");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Pieces", NULL, CUBE_PART_COMPLETED), "780");
    fixture_end(&x);
}

static void
a_cube_that_does_not_fit_is_built_anew(void)
{
    struct process_result p;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    ASSERT_OK(fixture_run(&x, x.star, "DELETE FROM bam_OrderCube_Facts WHERE RecordID = 3"), &x.f);
    process(&x, PROCESS_DEFAULT, &p);
    CU_ASSERT_STRING_EQUAL(p.how, "full");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "9");
    fixture_end(&x);
}

static void
purge_loses_only_what_is_offline(void)
{
    struct process_result p;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    truncate_facts(&x);
    process(&x, PROCESS_CLEAR, &p);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "");
    load(&x, &r);
    process(&x, PROCESS_FULL, &p);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "10");
    fixture_end(&x);
}

static int
always_holds(void *state, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f)
{
    (void)state;
    (void)database;
    (void)table;
    (void)sum;
    (void)found;
    (void)f;
    return 1;
}

/* Archives and drops all partitions; the newest one is copied and stays online. */
static void
retire(struct fixture *x, bool drop)
{
    const struct archiving a = {.primary = x->primary,
        .archive = x->archive,
        .definition = &x->definition,
        .activity = fixture_activity(x),
        .proof = {always_holds, NULL}};
    struct archiving_result r;

    ASSERT_OK(archiving_begin(&a, &r, &x->f), &x->f);
    ASSERT_OK(archiving_copy(&a, &r, &x->f), &x->f);
    if (drop)
        ASSERT_OK(archiving_end(&a, &r, &x->f), &x->f);
}

static void
purge_with_the_archive_loses_nothing(void)
{
    struct spawn_result spawned;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    fixture_set_now("2026-09-01T00:00:00Z");
    retire(&x, true);
    fixture_complete(&x, 11, 13);
    load(&x, &r);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    fixture_set_now("2027-09-01T00:00:00Z");
    retire(&x, false);
    fixture_complete(&x, 14, 14);

    truncate_facts(&x);
    load_history(&x, HISTORY_PRIMARY_AND_ARCHIVE, &r);
    CU_ASSERT_EQUAL(r.completed, 14);
    CU_ASSERT_EQUAL(fixture_count(&x, x.star,
                        "SELECT count(*) FROM bam_OrderCube_Facts WHERE \"Total\" = 5400.5"),
        14);
    truncate_facts(&x);
    load_history(&x, HISTORY_PRIMARY, &r);
    CU_ASSERT_EQUAL(r.completed, 4);
    load_history(&x, HISTORY_NONE, &r);
    CU_ASSERT_EQUAL(r.completed, 0);
    fixture_end(&x);
}

/* The fixture's definition with a measure over a column and a second level that it had not. */
static void
update_cube(struct fixture *x)
{
    static const char measure[] =
        "<Measure Name=\"Longest\" ID=\"M9\" AliasRef=\"D1\" "
        "AggregationFunction=\"Max\"/><Measure Name=\"Latest\" ID=\"M10\" "
        "AliasRef=\"L5\" AggregationFunction=\"Max\"/>";
    static const char level[] = "<LevelAliasRef>L2</LevelAliasRef>";
    const char *at = strstr(fixture_definition, "<DataDimension");
    const char *inside = strstr(at, "</DataDimension>");
    struct findings list = FINDINGS_INIT("update");
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT;

    text_add_bytes(&xml, fixture_definition, (size_t)(at - fixture_definition));
    text_add(&xml, measure);
    text_add_bytes(&xml, at, (size_t)(inside - at));
    text_add(&xml, level);
    text_add(&xml, inside);
    ASSERT_OK(definition_read_text(&d, text_get(&xml), xml.length, &list, &x->f), &x->f);
    ASSERT_OK(deployment_update(x->primary, &d, &list, &x->f), &x->f);
    definition_release(&x->definition);
    ASSERT_OK(deployment_read(x->primary, &x->definition, &x->f), &x->f);
    definition_release(&d);
    findings_release(&list);
    text_release(&xml);
}

static void
an_updated_cube_reads_its_facts_again(void)
{
    struct process_result p;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    update_cube(&x);
    load(&x, &r);
    CU_ASSERT_EQUAL(r.completed, 10);
    process(&x, PROCESS_DEFAULT, &p);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "10");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Latest", NULL, CUBE_PART_ALL), "2026-01-01T09:30:00.5Z");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", "Place.Quantity=30", CUBE_PART_ALL), "1");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", "Place.City=Oslo", CUBE_PART_ALL), "5");
    fixture_end(&x);
}

static void
facts_of_a_removed_cube_are_not_taken_over(void)
{
    struct findings list = FINDINGS_INIT("again");
    struct definition d = DEFINITION_INIT;
    struct process_result p;
    struct load_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    ASSERT_OK(deployment_remove(x.primary, NULL, "Sales", &list, &x.f), &x.f);
    ASSERT_OK(deployment_remove(x.primary, "Order", NULL, &list, &x.f), &x.f);
    ASSERT_OK(
        definition_read_text(&d, fixture_definition, sizeof fixture_definition - 1, &list, &x.f),
        &x.f);
    ASSERT_OK(deployment_deploy(x.primary, &d, &list, &x.f), &x.f);
    fixture_complete(&x, 101, 110);
    load(&x, &r);
    process(&x, PROCESS_DEFAULT, &p);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Orders", NULL, CUBE_PART_ALL), "10");
    CU_ASSERT_STRING_EQUAL(ask(&x, "Pieces", NULL, CUBE_PART_ALL), "10550");
    definition_release(&d);
    findings_release(&list);
    fixture_end(&x);
}

/* RecordIDs must not begin anew: the archive holds those that were given. */
static void
records_go_on_after_a_removal(void)
{
    struct findings list = FINDINGS_INIT("again");
    struct definition d = DEFINITION_INIT;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    ASSERT_OK(deployment_remove(x.primary, NULL, "Sales", &list, &x.f), &x.f);
    ASSERT_OK(deployment_remove(x.primary, "Order", NULL, &list, &x.f), &x.f);
    ASSERT_OK(
        definition_read_text(&d, fixture_definition, sizeof fixture_definition - 1, &list, &x.f),
        &x.f);
    ASSERT_OK(deployment_deploy(x.primary, &d, &list, &x.f), &x.f);
    fixture_complete(&x, 11, 11);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM \"bam_Order_Completed\" WHERE \"RecordID\" > 10"),
        1);
    definition_release(&d);
    findings_release(&list);
    fixture_end(&x);
}

static void
weeks_and_days_count_as_datepart_does(void)
{
    static enum time_level levels[] = {TIME_YEAR, TIME_WEEK, TIME_DAY, TIME_HOUR, TIME_MINUTE};
    const struct dimension def = {
        .kind = DIMENSION_TIME, .time_levels = levels, .time_level_count = 5};
    size_t source = 0;
    const struct star_dimension d = {.definition = &def, .level_count = 5, .sources = &source};
    static const struct {
        const char *moment;
        int64_t week, day;
    } cases[] = {
        {"2026-01-01T00:00:00Z", 1, 1}, /* a Thursday */
        {"2026-01-03T00:00:00Z", 1, 3}, /* Saturday */
        {"2026-01-04T00:00:00Z", 2, 4}, /* Sunday: a new week */
        {"2026-12-31T23:59:59Z", 53, 31},
        {"2000-12-31T00:00:00Z", 54, 31}, /* leap year that begins on a Saturday */
        {"1969-12-31T12:00:00Z", 53, 31},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct level_texts texts;
        struct value values[5], v = value_time(0);

        CU_ASSERT_EQUAL(
            moment_parse(cases[i].moment, strlen(cases[i].moment), 0, &v.as.time_us), 0);
        star_levels_of(&d, &v, &texts, values);
        CU_ASSERT_EQUAL(values[1].as.integer, cases[i].week);
        CU_ASSERT_EQUAL(values[2].as.integer, cases[i].day);
    }
}

static void
sums_may_leave_the_range_of_doubles(void)
{
    struct load_result r;
    struct process_result p;
    struct import_result imported;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x,
                  "{\"op\":\"begin\",\"id\":\"a\",\"data\":{\"Price\":1e308,\"Quantity\":1}}\n"
                  "{\"op\":\"begin\",\"id\":\"b\",\"data\":{\"Price\":1e308,\"Quantity\":2}}\n",
                  &imported),
        &x.f);
    load(&x, &r);
    process(&x, PROCESS_FULL, &p);
    CU_ASSERT_STRING_EQUAL(ask(&x, "Pieces", NULL, CUBE_PART_ALL), "3");
    fixture_end(&x);
}

static void
ragged_stages_repeat_their_own_name(void)
{
    static struct stage stages[] = {
        {.name = "received", .parent = NO_INDEX, .depth = 0},
        {.name = "approved", .parent = 0, .depth = 1},
        {.name = "shipped", .parent = 1, .depth = 2},
        {.name = "denied", .parent = 0, .depth = 1},
    };
    const struct dimension def = {.kind = DIMENSION_PROGRESS, .stages = stages, .stage_count = 4};
    size_t source = 0;
    const struct star_dimension d = {.definition = &def, .level_count = 3, .sources = &source};
    struct level_texts texts;
    struct value levels[3], v = value_text("denied");

    star_levels_of(&d, &v, &texts, levels);
    CU_ASSERT_STRING_EQUAL(levels[0].as.text.bytes, "received");
    CU_ASSERT_STRING_EQUAL(levels[1].as.text.bytes, "denied");
    CU_ASSERT_STRING_EQUAL(levels[2].as.text.bytes, "denied");
    v = value_text("shipped");
    star_levels_of(&d, &v, &texts, levels);
    CU_ASSERT_STRING_EQUAL(levels[1].as.text.bytes, "approved");
    CU_ASSERT_STRING_EQUAL(levels[2].as.text.bytes, "shipped");
    v = value_null();
    star_levels_of(&d, &v, &texts, levels);
    CU_ASSERT_EQUAL(levels[0].type, VALUE_NULL);
}

const struct test suite_etl_star_load[] = {
    {"completed and active instances become facts", loads_completed_and_active},
    {"a window is loaded once", a_window_is_loaded_once},
    {"an analysis that never ended is redone", an_analysis_that_never_ended_is_redone},
    {"an empty window is not redone", an_empty_window_is_not_redone},
    {"the cube equals the rows", cube_equals_the_rows},
    {"default processing adds what is new", default_processing_adds_what_is_new},
    {"a cube that does not fit its facts is built anew", a_cube_that_does_not_fit_is_built_anew},
    {"a purge loses only what is offline", purge_loses_only_what_is_offline},
    {"a purge with the archive loses nothing", purge_with_the_archive_loses_nothing},
    {"an updated cube reads its facts again", an_updated_cube_reads_its_facts_again},
    {"facts of a removed cube are not taken over", facts_of_a_removed_cube_are_not_taken_over},
    {"RecordIDs go on after a removal", records_go_on_after_a_removal},
    {"weeks and days count as DATEPART does", weeks_and_days_count_as_datepart_does},
    {"sums may leave the range of doubles", sums_may_leave_the_range_of_doubles},
    {"ragged stages repeat their own name", ragged_stages_repeat_their_own_name},
    {NULL, on_each_engine},
};
