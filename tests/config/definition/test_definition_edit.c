#include "tests/config/definition/sample.h"

/* The sample deployed, and an update of it. */
struct scene {
    struct definition whole, from, result;
    struct findings list;
    struct fault f;
};

static void
scene_open(struct scene *s, const char *old, const char *with)
{
    *s = (struct scene){.whole = DEFINITION_INIT,
        .from = DEFINITION_INIT,
        .result = DEFINITION_INIT,
        .list = FINDINGS_INIT("x.xml"),
        .f = FAULT_INIT};
    CU_ASSERT_EQUAL_FATAL(sample_read(&s->whole, "", "", &s->list), 0);
    CU_ASSERT_EQUAL_FATAL(sample_read(&s->from, old, with, &s->list), 0);
}

static void
scene_close(struct scene *s)
{
    definition_release(&s->result);
    definition_release(&s->from);
    definition_release(&s->whole);
    findings_release(&s->list);
}

static int
update(struct scene *s)
{
    return definition_update(&s->whole, &s->from, &s->result, &s->list, &s->f);
}

static int
without(struct scene *s, const char *activity, const char *view)
{
    return definition_without(&s->whole, activity, view, &s->result, &s->list, &s->f);
}

/* Takes the views and cubes out of the update, or its cubes only. */
static void
keep_activities(struct scene *s)
{
    s->from.view_count = s->from.cube_count = 0;
}

static void
keep_views(struct scene *s)
{
    s->from.cube_count = 0;
}

static void
expect_written(const struct definition *d, const char *expected)
{
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(definition_write(d, &xml, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&xml), expected);
    text_release(&xml);
}

static void
expect_same(const struct definition *a, const struct definition *b)
{
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(definition_write(b, &xml, &f), &f);
    expect_written(a, text_get(&xml));
    text_release(&xml);
}

/* What is written reads again, without a finding, and is then written alike. */
static void
expect_round_trip(const struct definition *d)
{
    struct findings list = FINDINGS_INIT("written.xml");
    struct definition again = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(definition_write(d, &xml, &f), &f);
    ASSERT_OK(definition_read_text(&again, text_get(&xml), xml.length, &list, &f), &f);
    expect_written(&again, text_get(&xml));
    text_release(&xml);
    definition_release(&again);
    findings_release(&list);
}

/* The update is refused with one finding that holds `line`, and leaves no result. */
static void
expect_refused(struct scene *s, int rc, const char *line)
{
    CU_ASSERT_EQUAL(rc, -1);
    CU_ASSERT_EQUAL(s->f.kind, FAULT_DATA);
    CU_ASSERT_EQUAL(s->list.count, 1);
    CU_ASSERT(test_contains(text_get(&s->list.lines), line));
    if (s->list.count != 1 || !test_contains(text_get(&s->list.lines), line))
        fprintf(stderr, "\n  wanted %s\n%s", line, text_get(&s->list.lines));
    CU_ASSERT_EQUAL(s->result.activity_count, 0);
}

static void
activities_update_is_refused(const char *old, const char *with, const char *line)
{
    struct scene s;

    scene_open(&s, old, with);
    keep_activities(&s);
    expect_refused(&s, update(&s), line);
    scene_close(&s);
}

static void
views_update_is_refused(const char *old, const char *with, const char *line)
{
    struct scene s;

    scene_open(&s, old, with);
    keep_views(&s);
    expect_refused(&s, update(&s), line);
    scene_close(&s);
}

static void
an_update_with_the_same_changes_nothing(void)
{
    struct scene s;

    scene_open(&s, "", "");
    ASSERT_OK(update(&s), &s.f);
    expect_same(&s.result, &s.whole);
    expect_round_trip(&s.result);
    scene_close(&s);
}

static void
an_empty_update_changes_nothing(void)
{
    struct scene s;

    scene_open(&s, "", "");
    keep_activities(&s);
    s.from.activity_count = s.from.verbatim_count = 0;
    ASSERT_OK(update(&s), &s.f);
    expect_same(&s.result, &s.whole);
    scene_close(&s);
}

static void
kept_views_follow_their_checkpoints_by_name(void)
{
    struct scene s;
    const struct activity_view *v;

    scene_open(&s, "<Checkpoint Name=\"Received\" ID=\"C1\"",
        "<Checkpoint Name=\"Early\" ID=\"C0\" DataType=\"INT\"/>"
        "<Checkpoint Name=\"Received\" ID=\"C1\"");
    keep_activities(&s);
    ASSERT_OK(update(&s), &s.f);
    v = &s.result.views[0].activity_views[0];
    CU_ASSERT_EQUAL(s.result.activities[0].checkpoint_count, 6);
    CU_ASSERT_EQUAL(v->aliases[1].checkpoints.items[0], 2);
    CU_ASSERT_EQUAL(v->aliases[1].checkpoints.items[1], 1);
    CU_ASSERT_EQUAL(s.whole.views[0].activity_views[0].aliases[1].checkpoints.items[0], 1);
    expect_round_trip(&s.result);
    scene_close(&s);
}

static void
kept_cubes_follow_their_columns_by_name(void)
{
    static const char start[] =
        "<Alias Name=\"Start\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef></Alias>\n";
    static const char first[] =
        "<Alias Name=\"Pieces\" ID=\"L0\"><CheckpointRef>C5</CheckpointRef></Alias>"
        "<Alias Name=\"Start\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef></Alias>"
        "<Duration Name=\"Zero\" ID=\"D0\" TimeResolution=\"Hour\"><FromAliasRef>L1</FromAliasRef>"
        "<ToAliasRef>L1</ToAliasRef></Duration>";
    struct scene s;
    const struct cube *c;

    scene_open(&s, start, first);
    keep_views(&s);
    ASSERT_OK(update(&s), &s.f);
    c = &s.result.cubes[0];
    CU_ASSERT_EQUAL(c->measures[1].source.index, 3);
    CU_ASSERT(c->measures[3].source.is_duration);
    CU_ASSERT_EQUAL(c->measures[3].source.index, 1);
    CU_ASSERT_EQUAL(c->dimensions[0].levels[0].index, 4);
    CU_ASSERT_EQUAL(c->dimensions[1].timestamp_alias, 1);
    CU_ASSERT_EQUAL(c->dimensions[2].numeric.index, 1);
    CU_ASSERT_EQUAL(c->dimensions[3].stages[1].timestamp_alias, 2);
    CU_ASSERT_EQUAL(s.whole.cubes[0].dimensions[3].stages[1].timestamp_alias, 1);
    expect_round_trip(&s.result);
    scene_close(&s);
}

static void
what_is_new_comes_behind_and_the_rest_keeps_its_place(void)
{
    struct scene s;

    scene_open(&s, "", "");
    s.from.activities[0].name = "Other";
    s.from.views[0].name = "OtherView";
    s.from.cubes[0].name = "OtherCube";
    ASSERT_OK(update(&s), &s.f);
    CU_ASSERT_EQUAL(s.result.activity_count, 2);
    CU_ASSERT_STRING_EQUAL(s.result.activities[1].name, "Other");
    CU_ASSERT_EQUAL(s.result.views[1].activity_views[0].activity, 1);
    CU_ASSERT_EQUAL(s.result.cubes[1].view, 1);
    CU_ASSERT_EQUAL(s.result.views[0].activity_views[0].activity, 0);
    expect_round_trip(&s.result);
    scene_close(&s);
}

/* The result of "what is new comes behind" in the hands of an update that names only the second. */
static void
the_second_of_two_is_replaced_in_its_place(void)
{
    struct scene s;
    struct definition two = DEFINITION_INIT;

    scene_open(&s, "Name=\"Size\"", "Name=\"Span\"");
    s.from.activities[0].name = "Other";
    s.from.views[0].name = "OtherView";
    s.from.cubes[0].name = "OtherCube";
    ASSERT_OK(update(&s), &s.f);
    s.from.cubes[0].dimensions[2].name = "Stretch";
    ASSERT_OK(definition_update(&s.result, &s.from, &two, &s.list, &s.f), &s.f);
    CU_ASSERT_EQUAL(two.activity_count, 2);
    CU_ASSERT_EQUAL(two.views[1].activity_views[0].activity, 1);
    CU_ASSERT_EQUAL(two.cubes[1].view, 1);
    CU_ASSERT_STRING_EQUAL(two.cubes[1].dimensions[2].name, "Stretch");
    CU_ASSERT_STRING_EQUAL(two.cubes[0].dimensions[2].name, "Size");
    expect_round_trip(&two);
    definition_release(&two);
    scene_close(&s);
}

static void
the_result_stands_alone(void)
{
    struct scene s;

    scene_open(&s, "", "");
    ASSERT_OK(update(&s), &s.f);
    definition_release(&s.from);
    definition_release(&s.whole);
    expect_round_trip(&s.result);
    scene_close(&s);
}

static void
text_may_grow(void)
{
    struct scene s;

    scene_open(&s, "DataLength=\"30\"", "DataLength=\"31\"");
    keep_activities(&s);
    ASSERT_OK(update(&s), &s.f);
    CU_ASSERT_EQUAL(s.result.activities[0].checkpoints[3].length, 31);
    scene_close(&s);
}

static void
text_never_shrinks(void)
{
    activities_update_is_refused("DataLength=\"30\"", "DataLength=\"29\"",
        "x.xml:7: checkpoint 'City' of activity 'Order' had 30 characters and cannot be cut to 29");
}

static void
no_checkpoint_is_renamed(void)
{
    activities_update_is_refused("Name=\"Count\"", "Name=\"COUNT\"",
        "x.xml:3: checkpoint 'Count' of activity 'Order' is missing");
}

static void
no_checkpoint_gets_another_type(void)
{
    activities_update_is_refused("ID=\"C5\" DataType=\"INT\"", "ID=\"C5\" DataType=\"FLOAT\"",
        "x.xml:8: checkpoint 'Count' of activity 'Order' was INT and cannot be FLOAT");
}

/* An operator may have set it: definitions in files know nothing of it. */
static void
an_index_that_is_not_named_stays(void)
{
    const struct activity *a;
    struct scene s;

    scene_open(&s, "Name=\"ByCity\"", "Name=\"ByTown\"");
    keep_activities(&s);
    ASSERT_OK(update(&s), &s.f);
    a = &s.result.activities[0];
    CU_ASSERT_EQUAL_FATAL(a->index_count, 2);
    CU_ASSERT_STRING_EQUAL(a->indexes[1].name, "ByCity");
    CU_ASSERT_EQUAL(a->indexes[1].checkpoints.count, 1);
    CU_ASSERT_STRING_EQUAL(a->checkpoints[a->indexes[1].checkpoints.items[0]].name, "City");
    scene_close(&s);
}

static void
no_index_changes(void)
{
    activities_update_is_refused("<CheckpointRef>C4</CheckpointRef></Index>",
        "<CheckpointRef>C4</CheckpointRef><CheckpointRef>C5</CheckpointRef></Index>",
        "x.xml:9: index 'ByCity' of activity 'Order' is over other checkpoints");
}

static void
an_index_is_added(void)
{
    struct scene s;

    scene_open(&s, "</Index>",
        "</Index><Index Name=\"More\" ID=\"I2\"><CheckpointRef>C5</CheckpointRef></Index>");
    keep_activities(&s);
    ASSERT_OK(update(&s), &s.f);
    CU_ASSERT_EQUAL(s.result.activities[0].index_count, 2);
    scene_close(&s);
}

static void
everything_wrong_is_told(void)
{
    struct scene s;

    scene_open(&s, "", "");
    keep_activities(&s);
    s.from.activities[0].checkpoint_count = 1;
    s.from.activities[0].index_count = 0;
    ASSERT_FAULT(update(&s), &s.f, FAULT_DATA, "4 things are wrong");
    scene_close(&s);
}

static void
names_that_differ_in_case_are_refused(void)
{
    activities_update_is_refused("Activity Name=\"Order\"", "Activity Name=\"ORDER\"",
        "x.xml:3: activity 'ORDER' exists already as 'Order'");
}

static void
a_view_keeps_what_a_kept_cube_needs(void)
{
    views_update_is_refused("Name=\"Money\"", "Name=\"Sum\"",
        "x.xml:12: activity view 'OrderView' has no 'Money' any more; 'Total' of cube 'Orders'");
}

static void
a_view_keeps_the_types_a_kept_cube_needs(void)
{
    views_update_is_refused("ID=\"L3\"><CheckpointRef>C3", "ID=\"L3\"><CheckpointRef>C5",
        "x.xml:12: 'Money' of activity view 'OrderView' was FLOAT; 'Total' of cube 'Orders'");
}

static void
a_view_keeps_the_activity_view_a_kept_cube_reads(void)
{
    views_update_is_refused("Name=\"OrderView\"", "Name=\"NewView\"",
        "x.xml:11: view 'Sales' has no activity view 'OrderView' any more; cube 'Orders' reads it");
}

static void
a_view_keeps_the_activity_a_kept_cube_reads(void)
{
    views_update_is_refused("Activity Name=\"Order\"", "Activity Name=\"Sale\"",
        "x.xml:12: activity view 'OrderView' was over activity 'Order'; cube 'Orders'");
}

static void
a_view_may_lose_what_no_kept_cube_needs(void)
{
    struct scene s;

    scene_open(&s, "", "");
    s.from.cubes[0].measures[1] = s.from.cubes[0].measures[0];
    s.from.cubes[0].measure_count = 1;
    s.from.views[0].activity_views[0].aliases[2].name = "Sum";
    ASSERT_OK(update(&s), &s.f);
    CU_ASSERT_STRING_EQUAL(s.result.views[0].activity_views[0].aliases[2].name, "Sum");
    CU_ASSERT_EQUAL(s.result.cubes[0].measure_count, 1);
    expect_round_trip(&s.result);
    scene_close(&s);
}

static void
origins_stay_when_the_update_has_none(void)
{
    struct scene s;

    scene_open(&s, "<Checkpoint Name=\"Received\" ID=\"C1\"",
        "<Checkpoint Name=\"Early\" ID=\"C0\" DataType=\"INT\"/>"
        "<Checkpoint Name=\"Received\" ID=\"C1\"");
    s.from.activities[0].origin_count = 0;
    ASSERT_OK(update(&s), &s.f);
    CU_ASSERT_EQUAL_FATAL(s.result.activities[0].origin_count, 2);
    CU_ASSERT_EQUAL(s.result.activities[0].origins[1].checkpoint, 3);
    expect_round_trip(&s.result);
    scene_close(&s);
}

/* However often, and whatever else it brings. */
static void
alerts_of_an_update_are_taken_once(void)
{
    struct scene s;
    struct definition again = DEFINITION_INIT;

    scene_open(
        &s, "<Alert ID=\"A\"/>", "<Alert ID=\"A\"/><Alert ID=\"B\"><C d=\"e\">f</C></Alert>");
    ASSERT_OK(update(&s), &s.f);
    CU_ASSERT(test_contains(s.result.verbatim[0], " ID=\"B\""));
    CU_ASSERT_PTR_NULL(strstr(strstr(s.result.verbatim[0], "ID=\"A\"") + 1, "ID=\"A\""));
    s.from.activity_count = s.from.view_count = s.from.cube_count = 0;
    s.from.verbatim[0] =
        "<Alerts xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\" >"
        "<Alert ID=\"B\"><C d=\"e\">f</C></Alert></Alerts>";
    ASSERT_OK(definition_update(&s.result, &s.from, &again, &s.list, &s.f), &s.f);
    expect_same(&again, &s.result);
    definition_release(&again);
    scene_close(&s);
}

static void
an_activity_without_views_goes(void)
{
    struct scene s;
    struct definition two = DEFINITION_INIT;

    scene_open(&s, "", "");
    s.from.activities[0].name = "Other";
    keep_activities(&s);
    ASSERT_OK(definition_update(&s.from, &s.whole, &two, &s.list, &s.f), &s.f);
    CU_ASSERT_EQUAL(two.views[0].activity_views[0].activity, 1);
    ASSERT_OK(definition_without(&two, "Other", NULL, &s.result, &s.list, &s.f), &s.f);
    expect_same(&s.result, &s.whole);
    definition_release(&two);
    scene_close(&s);
}

static void
an_activity_with_views_stays(void)
{
    struct scene s;

    scene_open(&s, "", "");
    expect_refused(&s, without(&s, "Order", NULL),
        "x.xml: activity 'Order' is read by activity view 'OrderView' of view 'Sales'");
    scene_close(&s);
}

static void
a_view_goes_with_its_cubes_only(void)
{
    struct scene s;
    struct definition two = DEFINITION_INIT;

    scene_open(&s, "", "");
    s.from.views[0].name = "OtherView";
    s.from.cubes[0].name = "OtherCube";
    ASSERT_OK(definition_update(&s.from, &s.whole, &two, &s.list, &s.f), &s.f);
    CU_ASSERT_EQUAL(two.cube_count, 2);
    CU_ASSERT_EQUAL(two.activity_count, 1);
    ASSERT_OK(definition_without(&two, NULL, "OtherView", &s.result, &s.list, &s.f), &s.f);
    expect_same(&s.result, &s.whole);
    definition_release(&two);
    scene_close(&s);
}

static void
a_view_takes_its_activity_along_when_both_are_named(void)
{
    struct scene s;

    scene_open(&s, "", "");
    ASSERT_OK(without(&s, "Order", "Sales"), &s.f);
    CU_ASSERT_EQUAL(s.result.activity_count + s.result.view_count + s.result.cube_count, 0);
    CU_ASSERT_EQUAL(s.result.verbatim_count, 2);
    scene_close(&s);
}

static void
unknown_names_are_refused(void)
{
    struct scene s;

    scene_open(&s, "", "");
    expect_refused(&s, without(&s, "order", NULL), "x.xml: there is no activity 'order'");
    findings_release(&s.list);
    expect_refused(&s, without(&s, NULL, "Order"), "x.xml: there is no view 'Order'");
    scene_close(&s);
}

const struct test suite_config_definition_definition_edit[] = {
    {"an update with the same changes nothing", an_update_with_the_same_changes_nothing},
    {"an empty update changes nothing", an_empty_update_changes_nothing},
    {"kept views follow their checkpoints by name", kept_views_follow_their_checkpoints_by_name},
    {"kept cubes follow their columns by name", kept_cubes_follow_their_columns_by_name},
    {"what is new comes behind and the rest keeps its place",
        what_is_new_comes_behind_and_the_rest_keeps_its_place},
    {"the second of two is replaced in its place", the_second_of_two_is_replaced_in_its_place},
    {"the result stands alone", the_result_stands_alone},
    {"text may grow", text_may_grow},
    {"text never shrinks", text_never_shrinks},
    {"no checkpoint is renamed", no_checkpoint_is_renamed},
    {"no checkpoint gets another type", no_checkpoint_gets_another_type},
    {"an index that is not named stays", an_index_that_is_not_named_stays},
    {"no index changes", no_index_changes},
    {"an index is added", an_index_is_added},
    {"everything wrong is told", everything_wrong_is_told},
    {"names that differ in case are refused", names_that_differ_in_case_are_refused},
    {"a view keeps what a kept cube needs", a_view_keeps_what_a_kept_cube_needs},
    {"a view keeps the types a kept cube needs", a_view_keeps_the_types_a_kept_cube_needs},
    {"a view keeps the activity view a kept cube reads",
        a_view_keeps_the_activity_view_a_kept_cube_reads},
    {"a view keeps the activity a kept cube reads", a_view_keeps_the_activity_a_kept_cube_reads},
    {"a view may lose what no kept cube needs", a_view_may_lose_what_no_kept_cube_needs},
    {"origins stay when the update has none", origins_stay_when_the_update_has_none},
    {"Alerts of an update are taken once", alerts_of_an_update_are_taken_once},
    {"an activity without views goes", an_activity_without_views_goes},
    {"an activity with views stays", an_activity_with_views_stays},
    {"a view goes with its cubes only", a_view_goes_with_its_cubes_only},
    {"a view takes its activity along when both are named",
        a_view_takes_its_activity_along_when_both_are_named},
    {"unknown names are refused", unknown_names_are_refused},
    {0},
};
