#include <stdlib.h>

#include "tests/config/definition/sample.h"

static void
read_file(struct definition *d, const char *path)
{
    struct findings list = FINDINGS_INIT(path);
    struct fault f = FAULT_INIT;
    int rc = definition_read(d, path, &list, &f);

    if (rc != 0)
        fprintf(stderr, "\n%s", text_get(&list.lines));
    findings_release(&list);
    ASSERT_OK(rc, &f);
}

static void
reads_one_of_everything(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    const struct activity *a;
    const struct cube *c;

    CU_ASSERT_EQUAL_FATAL(sample_read(&d, "", "", &list), 0);
    a = definition_find_activity(&d, "Order");
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT_EQUAL(a->checkpoint_count, 5);
    CU_ASSERT_EQUAL(activity_find_checkpoint(a, "City"), 3);
    CU_ASSERT_EQUAL(activity_find_checkpoint(a, "city"), NO_INDEX);
    CU_ASSERT_EQUAL(a->checkpoints[3].type, VALUE_TEXT);
    CU_ASSERT_EQUAL(a->checkpoints[3].length, 30);
    CU_ASSERT_EQUAL(a->checkpoints[3].line, 7);
    CU_ASSERT_EQUAL(a->indexes[0].checkpoints.items[0], 3);
    CU_ASSERT_EQUAL(d.views[0].activity_views[0].aliases[1].checkpoints.count, 2);
    CU_ASSERT_EQUAL(d.views[0].activity_views[0].durations[0].to_alias, 1);
    c = definition_find_cube(&d, "Orders");
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_STRING_EQUAL(c->display_name, "");
    CU_ASSERT(c->create_olap_cube);
    CU_ASSERT_PTR_EQUAL(cube_activity(&d, c), a);
    CU_ASSERT_EQUAL(c->measure_count, 4);
    CU_ASSERT_EQUAL(c->measures[3].function, MEASURE_AVG);
    CU_ASSERT(c->measures[3].source.is_duration);
    CU_ASSERT_EQUAL(c->dimension_count, 4);
    CU_ASSERT_EQUAL(c->dimensions[1].time_levels[1], TIME_DAY);
    CU_ASSERT_EQUAL(c->dimensions[2].ranges[1].to, 1000.0);
    CU_ASSERT(!c->dimensions[2].ranges[0].has_from);
    CU_ASSERT_EQUAL(c->dimensions[3].stages[1].parent, 0);
    CU_ASSERT_EQUAL(c->dimensions[3].stages[1].depth, 1);
    CU_ASSERT_EQUAL(c->aggregations[0].measures.items[0], 0);
    definition_release(&d);
    findings_release(&list);
}

static void
columns_have_names_and_types(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    const struct activity_view *v;

    CU_ASSERT_EQUAL_FATAL(sample_read(&d, "", "", &list), 0);
    v = cube_activity_view(&d, &d.cubes[0]);
    CU_ASSERT_STRING_EQUAL(view_column_name(v, d.cubes[0].measures[3].source), "Took");
    CU_ASSERT_EQUAL(view_column_type(&d, v, d.cubes[0].measures[3].source), VALUE_FLOAT);
    CU_ASSERT_STRING_EQUAL(view_column_name(v, d.cubes[0].measures[0].source), "Town");
    CU_ASSERT_EQUAL(view_column_type(&d, v, d.cubes[0].measures[0].source), VALUE_TEXT);
    definition_release(&d);
    findings_release(&list);
}

static void
our_origins_belong_to_their_activity(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;

    CU_ASSERT_EQUAL_FATAL(sample_read(&d, "", "", &list), 0);
    CU_ASSERT_EQUAL_FATAL(d.activities[0].origin_count, 2);
    CU_ASSERT_EQUAL(d.activities[0].origins[0].kind, ORIGIN_EVENT_CLASS);
    CU_ASSERT_STRING_EQUAL(d.activities[0].origins[0].event, "order received");
    CU_ASSERT_PTR_NULL(d.activities[0].origins[0].attribute);
    CU_ASSERT_EQUAL(d.activities[0].origins[1].checkpoint, 2);
    CU_ASSERT_STRING_EQUAL(d.activities[0].origins[1].attribute, "cost:total");
    CU_ASSERT_EQUAL(d.verbatim_count, 2);
    definition_release(&d);
    findings_release(&list);
}

static void
real_files_read(void)
{
    static const struct {
        const char *name;
        size_t activities, views, cubes;
    } files[] = {
        {"bam-definitions/two-activities.utf16.xml", 2, 0, 0},
        {"bam-definitions/deployment-framework-sample.xml", 1, 1, 0},
        {"bam-definitions/activity-without-view.xml", 1, 0, 0},
        {"bam-definitions/typed-api-test-good.utf16.xml", 1, 1, 1},
        {"bam-definitions/purchase-order.docs-example.xml", 1, 1, 1},
        {"bam-definitions/biztalk-factory-activity-model.xml", 4, 0, 0},
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct definition d = DEFINITION_INIT;
        const char *path = test_data(files[i].name);

        if (path == NULL)
            return;
        read_file(&d, path);
        CU_ASSERT_EQUAL(d.activity_count, files[i].activities);
        CU_ASSERT_EQUAL(d.view_count, files[i].views);
        CU_ASSERT_EQUAL(d.cube_count, files[i].cubes);
        definition_release(&d);
    }
}

static void
the_documentations_broken_sample_is_refused_in_line_136(void)
{
    const char *path = test_data("bam-definitions/purchase-order.not-well-formed.xml");
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    if (path == NULL)
        return;
    ASSERT_FAULT(definition_read(&d, path, &list, &f), &f, FAULT_DATA, "x.xml");
    CU_ASSERT_EQUAL(list.count, 1);
    CU_ASSERT(test_contains(text_get(&list.lines), "x.xml:136: "));
    findings_release(&list);
}

static void
a_missing_file_is_no_input(void)
{
    struct findings list = FINDINGS_INIT("none.xml");
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(definition_read(&d, "none.xml", &list, &f), &f, FAULT_NO_INPUT, "none.xml");
    findings_release(&list);
}

static void
children_may_stand_in_no_namespace(void)
{
    static const char xml[] = "\xEF\xBB\xBF<?xml version='1.0'?><!-- c -->"
                              "<b:BAMDefinition xmlns:b='urn:schemas-microsoft.com:BAM'>"
                              "<Activity Name='A' ID='a'/></b:BAMDefinition>";
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(definition_read_text(&d, xml, sizeof xml - 1, &list, &f), &f);
    CU_ASSERT_STRING_EQUAL(d.activities[0].name, "A");
    definition_release(&d);
    findings_release(&list);
}

static void
another_root_or_namespace_is_refused(void)
{
    CU_ASSERT(sample_is_refused("2004/10/BAM", "2005/BAM", 1, "x.xml:2: BAMDefinition stands in"));
    CU_ASSERT(sample_is_refused("<Activity ", "<Activity xmlns=\"urn:x\" ", 1, "x.xml:3: "));
}

/* One row: what is replaced by what, how many findings, and one of them. */
struct mistake {
    const char *old;
    const char *with;
    size_t count;
    const char *line;
};

static void
expect(const struct mistake *rows)
{
    for (; rows->old != NULL; rows++)
        CU_ASSERT(sample_is_refused(rows->old, rows->with, rows->count, rows->line));
}

static void
unknown_and_missing_parts_are_named(void)
{
    expect((const struct mistake[]){
        {"<Index ", "<Inex/><Index ", 1,
            "x.xml:9: element Inex is not known in Activity; did you mean Index?"},
        {" DataType=\"INT\"", "", 1, "x.xml:8: Checkpoint needs the attribute DataType"},
        {"DataType=\"INT\"", "DataTyp=\"INT\"", 2,
            "x.xml:8: Checkpoint takes no attribute DataTyp; did you mean DataType?"},
        {"\"INT\"", "\"INTEGER\"", 1, "x.xml:8: Checkpoint: DataType=\"INTEGER\" is not known"},
        {"Name=\"Count\"", "Name=\"\"", 1, "x.xml:8: Checkpoint: Name is empty"},
        {" DataLength=\"30\"", "", 1, "x.xml:7: Checkpoint 'City': NVARCHAR needs"},
        {"\"INT\"", "\"INT\" DataLength=\"4\"", 1,
            "x.xml:8: Checkpoint 'Count': DataLength goes with"},
        {"\"30\"", "\"4001\"", 1, "x.xml:7: Checkpoint 'City': DataLength=\"4001\""},
        {"\"30\"", "\"0\"", 1, "x.xml:7: Checkpoint 'City': DataLength=\"0\""},
        {"\"Avg\"", "\"Median\"", 1, "x.xml:24: Measure: AggregationFunction=\"Median\""},
        {"\"Hour\"", "\"Hours\"", 1, "x.xml:17: Duration: TimeResolution=\"Hours\""},
        {"<TimeLevel>Day", "<TimeLevel>Decade", 1, "TimeLevel \"Decade\" is not known"},
        {"<CheckpointRef>C4</CheckpointRef></Index>", "</Index>", 1,
            "x.xml:9: Index needs at least 1 CheckpointRef"},
        {"</Activity>", "text</Activity>", 1, "Activity holds text"},
        {"<ToAliasRef>L2</ToAliasRef>", "", 1, "x.xml:17: Duration needs at least 1 ToAliasRef"},
        {0},
    });
}

static void
order_and_number_are_checked(void)
{
    expect((const struct mistake[]){
        {"<Cube ", "<Activity Name=\"Z\" ID=\"Z\"/><Cube ", 1,
            "x.xml:20: Activity stands after View"},
        {"</Cube>",
            "<Measure Name=\"Z\" ID=\"Z\" AliasRef=\"L4\" AggregationFunction=\"Count\"/></Cube>",
            1, "Measure stands after RealTimeAggregation"},
        {"<Range Name=\"Large\" ID=\"R2\" From=\"10\" To=\"1e3\"/>", "", 1,
            "x.xml:27: NumericRangeDimension needs at least 2 Range, it has 1"},
        {"</ProgressDimension>",
            "<ProgressStage Name=\"Z\" ID=\"Z\" TimeStampAliasRef=\"L1\"/></ProgressDimension>", 1,
            "x.xml:31: ProgressDimension takes at most 1 ProgressStage, not 2"},
        {"<Alerts>", "<Alerts/><Alerts>", 1, "takes at most 1 Alerts"},
        {0},
    });
}

static void
ids_are_unique_outside_alerts_and_extensions(void)
{
    CU_ASSERT(sample_is_refused(
        "ID=\"C2\"", "ID=\"C5\"", 2, "x.xml:8: ID \"C5\" is taken by a Checkpoint in line 5"));
    CU_ASSERT(sample_is_refused(
        "ID=\"R2\"", "ID=\"A\"", 1, "x.xml:29: ID \"A\" is taken by an Activity in line 3"));
    CU_ASSERT(
        sample_is_refused("ID=\"R2\"", "ID=\"2 R\"", 1, "x.xml:29: ID \"2 R\" is not an XML ID"));
    CU_ASSERT(sample_is_accepted("<OWC/>", "<OWC ID=\"A\"/><OWC ID=\"A\"/><OWC ID=\"\"/>"));
}

static void
references_must_lead_somewhere(void)
{
    expect((const struct mistake[]){
        {"<CheckpointRef>C3<", "<CheckpointRef>C9<", 1,
            "x.xml:15: CheckpointRef refers to \"C9\", but nothing has this ID; it must be the ID "
            "of a Checkpoint"},
        {"<CheckpointRef>C3<", "<CheckpointRef>I1<", 1,
            "x.xml:15: CheckpointRef refers to \"I1\", which is an Index (line 9); it must be a "
            "Checkpoint"},
        {"ActivityRef=\"A\"", "ActivityRef=\"Order\"", 1,
            "x.xml:12: ActivityView refers to \"Order\""},
        {"ActivityViewRef=\"AV\"", "ActivityViewRef=\"V\"", 1,
            "x.xml:20: Cube refers to \"V\", which is a View"},
        {"AliasRef=\"L3\"", "AliasRef=\"C3\"", 1,
            "x.xml:22: Measure refers to \"C3\", which is a Checkpoint (line 6); it must be an "
            "Alias or a Duration"},
        {"TimeStampAliasRef=\"L2\"", "TimeStampAliasRef=\"D1\"", 1,
            "x.xml:33: ProgressStage refers to \"D1\""},
        {"<MeasureRef>M1", "<MeasureRef>X1", 1,
            "x.xml:36: MeasureRef refers to \"X1\", which is a dimension"},
        {"CheckpointRef=\"C3\"", "CheckpointRef=\"C0\"", 1, "x.xml:39: Origin refers to \"C0\""},
        {0},
    });
}

static void
references_stay_within_their_activity(void)
{
    CU_ASSERT(sample_is_refused("<View ",
        "<Activity Name=\"B\" ID=\"B\"><Checkpoint Name=\"x\" ID=\"Bx\" DataType=\"INT\"/>"
        "<Index Name=\"i\" ID=\"Bi\"><CheckpointRef>C1</CheckpointRef></Index></Activity>\n<View ",
        1, "x.xml:11: CheckpointRef refers to \"C1\" (line 4), which belongs to another"));
    CU_ASSERT(sample_is_refused("</View>",
        "<ActivityView Name=\"B\" ID=\"B\" ActivityRef=\"A\"><Alias Name=\"x\" ID=\"Bx\">"
        "<CheckpointRef>C1</CheckpointRef></Alias><Duration Name=\"d\" ID=\"Bd\" "
        "TimeResolution=\"Day\">"
        "<FromAliasRef>Bx</FromAliasRef><ToAliasRef>L1</ToAliasRef></Duration></ActivityView></"
        "View>",
        1, "x.xml:19: ToAliasRef refers to \"L1\" (line 13), which belongs to another"));
}

static void
names_are_checked(void)
{
    expect((const struct mistake[]){
        {"Name=\"Count\"", "Name=\"9 lives\"", 1,
            "x.xml:8: Checkpoint name '9 lives' is not allowed"},
        {"Name=\"Count\"", "Name=\"isvisible\"", 1,
            "x.xml:8: Checkpoint name 'isvisible' is reserved"},
        {"Name=\"Money\"", "Name=\"RecordID\"", 1, "x.xml:15: Alias name 'RecordID' is reserved"},
        {"Name=\"Took\"", "Name=\"ActivityID\"", 1,
            "x.xml:17: Duration name 'ActivityID' is reserved"},
        {"Name=\"Count\"", "Name=\"CITY\"", 1,
            "x.xml:8: Checkpoint name 'CITY' is taken in line 7"},
        {"Name=\"Took\"", "Name=\"Start\"", 1,
            "x.xml:17: Duration name 'Start' is taken in line 13"},
        {"Name=\"When\"", "Name=\"Place\"", 1,
            "x.xml:26: dimension name 'Place' is taken in line 25"},
        {"Name=\"When\"", "Name=\"Facts\"", 1, "x.xml:26: dimension name 'Facts' is reserved"},
        {"Name=\"Done\"", "Name=\"New\"", 1,
            "x.xml:33: ProgressStage name 'New' is taken in line 32"},
        {"Name=\"Total\"", "Name=\"N\"", 1, "x.xml:22: Measure name 'N' is taken in line 21"},
        {0},
    });
    CU_ASSERT(sample_is_accepted("Name=\"Orders\"", "Name=\"Sales\""));
}

/* A name of `length` two-byte characters in quotes. */
static const char *
long_name(size_t length)
{
    static char name[512];
    char *at = name + snprintf(name, sizeof name, "Name=\"");

    for (size_t i = 0; i < length; i++)
        at += snprintf(at, 3, "\xC3\x84");
    snprintf(at, 2, "\"");
    return name;
}

static void
limits_hold_on_both_sides(void)
{
    static const struct {
        const char *old;
        size_t longest;
    } names[] = {
        {"Name=\"Order\"", 48},
        {"Name=\"Sales\"", 18},
        {"Name=\"Orders\"", 20},
        {"Name=\"Place\"", 20},
        {"Name=\"Total\"", 20},
        {"Name=\"Count\"", 50},
        {"Name=\"Money\"", 50},
        {"Name=\"ByCity\"", 100},
        {"Name=\"Took\"", 100},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CU_ASSERT(sample_is_accepted(names[i].old, long_name(names[i].longest)));
        CU_ASSERT(sample_is_refused(
            names[i].old, long_name(names[i].longest + 1), 1, "characters; at most"));
    }
    CU_ASSERT(sample_is_accepted("\"30\"", "\"4000\""));
}

/* `count` checkpoints, or indexes over C4. */
static char *
many(const char *format, int count)
{
    struct text t = TEXT_INIT;

    text_add(&t, "<Index Name=\"ByCity\" ID=\"I1\"><CheckpointRef>C4</CheckpointRef></Index>\n");
    for (int i = 0; i < count; i++)
        text_add_format(&t, format, i, i);
    return text_take(&t);
}

static void
the_numbers_of_checkpoints_and_indexes_are_limited(void)
{
    static const char old[] =
        "<Index Name=\"ByCity\" ID=\"I1\"><CheckpointRef>C4</CheckpointRef></Index>\n";
    static const struct {
        const char *format;
        int fits;
    } rows[] = {
        {"<Checkpoint Name=\"N%d\" ID=\"N%d\" DataType=\"INT\"/>", 995},
        {"<Index Name=\"N%d\" ID=\"N%d\"><CheckpointRef>C4</CheckpointRef></Index>", 244},
    };

    for (size_t i = 0; i < 2; i++) {
        char *fits = many(rows[i].format, rows[i].fits);
        char *over = many(rows[i].format, rows[i].fits + 1);

        CU_ASSERT(sample_is_accepted(old, fits));
        CU_ASSERT(sample_is_refused(old, over, 1, "x.xml:3: Activity takes at most"));
        free(over);
        free(fits);
    }
}

static void
types_are_checked(void)
{
    expect((const struct mistake[]){
        {"<CheckpointRef>C1</CheckpointRef></Alias>\n<Alias Name=\"Money\"",
            "<CheckpointRef>C3</CheckpointRef></Alias>\n<Alias Name=\"Money\"", 1,
            "x.xml:14: Alias 'End' is over checkpoints of different types: 'Shipped' is DATETIME, "
            "'Amount' is FLOAT"},
        {"AliasRef=\"L3\" AggregationFunction=\"Sum\"",
            "AliasRef=\"L1\" AggregationFunction=\"Sum\"", 1,
            "x.xml:22: Measure 'Total': Sum needs INT, FLOAT or a duration; 'Start' is DATETIME"},
        {"AliasRef=\"L2\" AggregationFunction=\"Max\"",
            "AliasRef=\"L4\" AggregationFunction=\"Max\"", 1,
            "x.xml:23: Measure 'Last': Max needs INT, FLOAT, DATETIME or a duration; 'Town' is "
            "NVARCHAR"},
        {"TimeStampAliasRef=\"L1\"><TimeLevel>", "TimeStampAliasRef=\"L3\"><TimeLevel>", 1,
            "x.xml:26: TimeDimension 'When' needs DATETIME; alias 'Money' is FLOAT"},
        {"NumericAliasRef=\"D1\"", "NumericAliasRef=\"L1\"", 1,
            "x.xml:27: NumericRangeDimension 'Size' needs INT"},
        {"TimeStampAliasRef=\"L2\"", "TimeStampAliasRef=\"L4\"", 1,
            "x.xml:33: ProgressStage 'Done' needs DATETIME"},
        {"<FromAliasRef>L1", "<FromAliasRef>L3", 1,
            "x.xml:17: Duration 'Took' needs DATETIME; alias 'Money' is FLOAT"},
        {"<TimeLevel>Year</TimeLevel><TimeLevel>Day", "<TimeLevel>Day</TimeLevel><TimeLevel>Year",
            1, "x.xml:26: TimeDimension 'When': level Year stands after Day"},
        {"Alias Name=\"Town\"", "Alias Name=\"Place_Key\"", 2,
            "'Place_Key' is the name of the key column of dimension 'Place'"},
        {"<LevelAliasRef>L4</LevelAliasRef>",
            "<LevelAliasRef>L4</LevelAliasRef><LevelAliasRef>L4</LevelAliasRef>", 1,
            "x.xml:25: DataDimension 'Place' has the level 'Town' twice"},
        {"<CheckpointRef>C4</CheckpointRef></Index>",
            "<CheckpointRef>C4</CheckpointRef><CheckpointRef>C4</CheckpointRef></Index>", 1,
            "x.xml:9: Index 'ByCity' names a checkpoint twice"},
        {0},
    });
}

static void
ranges_do_not_overlap(void)
{
    expect((const struct mistake[]){
        {"From=\"10\"", "From=\"9.5\"", 1,
            "x.xml:29: Range 'Large' overlaps Range 'Small' of line 28"},
        {" From=\"10\"", "", 1, "overlaps"},
        {"To=\"1e3\"", "To=\"10\"", 1,
            "x.xml:29: Range 'Large' is empty: From 10 is not below To 10"},
        {" To=\"10\"", "", 1, "x.xml:28: Range 'Small' needs From, To or both"},
        {"To=\"1e3\"", "To=\"many\"", 1, "x.xml:29: Range: To=\"many\" is not a number"},
        {"To=\"1e3\"", "To=\"inf\"", 1, "x.xml:29: Range: To=\"inf\" is not a number"},
        {0},
    });
    CU_ASSERT(sample_is_accepted("From=\"10\"", "From=\"20\""));
}

static void
every_fault_is_listed(void)
{
    CU_ASSERT(sample_is_refused("<Checkpoint Name=\"Received\" ID=\"C1\" DataType=\"DATETIME\"/>\n",
        "<Checkpoint Name=\"City\" ID=\"C1\" DataType=\"FLOAT\"/>\n"
        "<Checkpoint Name=\"IsComplete\" ID=\"A\" DataType=\"TEXT\"/>\n",
        8, "x.xml:5: Checkpoint name 'IsComplete' is reserved"));
}

const struct test suite_config_definition_definition_read[] = {
    {"reads one of everything", reads_one_of_everything},
    {"columns have names and types", columns_have_names_and_types},
    {"our origins belong to their activity", our_origins_belong_to_their_activity},
    {"real files read", real_files_read},
    {"the documentation's broken sample is refused in line 136",
        the_documentations_broken_sample_is_refused_in_line_136},
    {"a missing file is no input", a_missing_file_is_no_input},
    {"children may stand in no namespace", children_may_stand_in_no_namespace},
    {"another root or namespace is refused", another_root_or_namespace_is_refused},
    {"unknown and missing parts are named", unknown_and_missing_parts_are_named},
    {"order and number are checked", order_and_number_are_checked},
    {"IDs are unique outside Alerts and Extensions", ids_are_unique_outside_alerts_and_extensions},
    {"references must lead somewhere", references_must_lead_somewhere},
    {"references stay within their activity", references_stay_within_their_activity},
    {"names are checked", names_are_checked},
    {"limits hold on both sides", limits_hold_on_both_sides},
    {"the numbers of checkpoints and indexes are limited",
        the_numbers_of_checkpoints_and_indexes_are_limited},
    {"types are checked", types_are_checked},
    {"ranges do not overlap", ranges_do_not_overlap},
    {"every fault is listed", every_fault_is_listed},
    {0},
};
