#include "etl/event/define.h"

#include "tests/etl/event/sample.h"

/* Defines from a file, writes the definition and reads it back. */
static void
define_again(struct definition *d, const char *path, const struct define_options *options)
{
    struct definition made;
    struct findings list = FINDINGS_INIT("made");
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    *d = (struct definition){.memory = ARENA_INIT};
    ASSERT_OK(define_from_log(path, options, &made, &f), &f);
    ASSERT_OK(definition_write(&made, &xml, &f), &f);
    if (definition_read_text(d, text_get(&xml), xml.length, &list, &f) != 0)
        fprintf(stderr, "\n%s", text_get(&list.lines));
    CU_ASSERT_EQUAL(list.count, 0);
    findings_release(&list);
    text_release(&xml);
    definition_release(&made);
    CU_ASSERT_EQUAL_FATAL(d->activity_count, 1);
}

static void
define_text(struct definition *d, const char *text)
{
    struct define_options options = {0};

    sample_write("order-log.txt", text);
    define_again(d, "order-log.txt", &options);
}

static const struct checkpoint *
checkpoint(const struct definition *d, const char *name)
{
    size_t i = activity_find_checkpoint(&d->activities[0], name);

    if (i == NO_INDEX)
        fprintf(stderr, "\n    no checkpoint '%s'\n", name);
    CU_ASSERT_FATAL(i != NO_INDEX);
    return &d->activities[0].checkpoints[i];
}

static const struct dimension *
dimension(const struct definition *d, const char *name)
{
    for (size_t i = 0; i < d->cubes[0].dimension_count; i++) {
        if (strcmp(d->cubes[0].dimensions[i].name, name) == 0)
            return &d->cubes[0].dimensions[i];
    }
    return NULL;
}

static bool
has_measure(const struct definition *d, const char *name)
{
    for (size_t i = 0; i < d->cubes[0].measure_count; i++) {
        if (strcmp(d->cubes[0].measures[i].name, name) == 0)
            return true;
    }
    return false;
}

#define HEADER                                                                                     \
    "case:concept:name,concept:name,time:timestamp,case:kind,pay,code,lifecycle:transition\n"
#define LOG                                                                                        \
    HEADER "1,Start,2026-01-01,a,1.5,007,complete\n2,Start,2026-01-01,b,2,8,complete\n"            \
           "1,Work,2026-01-02,a,,,complete\n1,Stop,2026-01-03,a,,,complete\n"                      \
           "2,Work,2026-01-04,b,,,complete\n3,Start,2026-01-05,a,7,1,complete\n"                   \
           "3,Stop,2026-01-05,a,,,complete\n"

static void
classes_become_milestones_in_order(void)
{
    struct definition d;

    define_text(&d, LOG);
    CU_ASSERT_STRING_EQUAL(d.activities[0].name, "OrderLog");
    CU_ASSERT_STRING_EQUAL(d.activities[0].checkpoints[0].name, "Start");
    CU_ASSERT_STRING_EQUAL(d.activities[0].checkpoints[1].name, "Work");
    CU_ASSERT_STRING_EQUAL(d.activities[0].checkpoints[2].name, "Stop");
    CU_ASSERT_EQUAL(checkpoint(&d, "Stop")->type, VALUE_TIME);
    definition_release(&d);
}

static void
attributes_take_the_type_all_values_fit(void)
{
    struct definition d;

    define_text(&d, LOG);
    CU_ASSERT_EQUAL(checkpoint(&d, "kind")->type, VALUE_TEXT);
    CU_ASSERT_EQUAL(checkpoint(&d, "kind")->length, 50);
    CU_ASSERT_EQUAL(checkpoint(&d, "pay")->type, VALUE_FLOAT);
    CU_ASSERT_EQUAL(checkpoint(&d, "code")->type, VALUE_TEXT);
    CU_ASSERT_EQUAL(d.activities[0].checkpoint_count, 6);
    definition_release(&d);
}

static void
original_names_are_kept_as_origins(void)
{
    struct definition d;
    const struct activity *a;

    define_text(&d, LOG);
    a = &d.activities[0];
    CU_ASSERT_EQUAL_FATAL(a->origin_count, 6);
    CU_ASSERT_EQUAL(a->origins[0].kind, ORIGIN_EVENT_CLASS);
    CU_ASSERT_STRING_EQUAL(a->origins[0].event, "Start");
    CU_ASSERT_EQUAL(a->origins[3].kind, ORIGIN_TRACE_ATTRIBUTE);
    CU_ASSERT_STRING_EQUAL(a->origins[3].attribute, "case:kind");
    CU_ASSERT_EQUAL(a->origins[4].kind, ORIGIN_EVENT_ATTRIBUTE);
    CU_ASSERT_PTR_NULL(a->origins[4].event);
    definition_release(&d);
}

static void
the_duration_goes_from_the_start_to_the_surest_end(void)
{
    struct definition d;
    const struct activity_view *v;
    const struct alias *end;

    define_text(&d, LOG);
    v = &d.views[0].activity_views[0];
    CU_ASSERT_EQUAL_FATAL(v->duration_count, 1);
    CU_ASSERT_STRING_EQUAL(v->durations[0].name, "TotalDuration");
    CU_ASSERT_STRING_EQUAL(v->aliases[v->durations[0].from_alias].name, "Start");
    end = &v->aliases[v->durations[0].to_alias];
    CU_ASSERT_EQUAL_FATAL(end->checkpoints.count, 3);
    CU_ASSERT_EQUAL(end->checkpoints.items[0], 2);
    CU_ASSERT_EQUAL(end->checkpoints.items[1], 1);
    CU_ASSERT_EQUAL(end->checkpoints.items[2], 0);
    definition_release(&d);
}

static void
the_cube_has_measures_and_dimensions(void)
{
    struct definition d;
    const struct dimension *progress;

    define_text(&d, LOG);
    CU_ASSERT_STRING_EQUAL(d.views[0].name, "OrderLogView");
    CU_ASSERT_STRING_EQUAL(d.cubes[0].name, "OrderLogCube");
    CU_ASSERT(d.cubes[0].create_olap_cube);
    CU_ASSERT(has_measure(&d, "Count"));
    CU_ASSERT(has_measure(&d, "AvgTotalDuration"));
    CU_ASSERT(has_measure(&d, "SumPay"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(dimension(&d, "StartTime"));
    CU_ASSERT_EQUAL(dimension(&d, "StartTime")->time_level_count, 3);
    CU_ASSERT_PTR_NOT_NULL(dimension(&d, "kind"));
    CU_ASSERT_PTR_NULL(dimension(&d, "code"));
    progress = dimension(&d, "Progress");
    CU_ASSERT_PTR_NOT_NULL_FATAL(progress);
    CU_ASSERT_EQUAL_FATAL(progress->stage_count, 3);
    CU_ASSERT_STRING_EQUAL(progress->stages[0].name, "Start");
    CU_ASSERT_STRING_EQUAL(progress->stages[1].name, "Work");
    CU_ASSERT_STRING_EQUAL(progress->stages[2].name, "Stop");
    CU_ASSERT_EQUAL(progress->stages[2].parent, 0);
    definition_release(&d);
}

static void
foreign_names_become_allowed_ones(void)
{
    struct definition d;

    define_text(&d,
        "<log><trace><string key='concept:name' value='1'/><string key='ActivityID' value='x'/>"
        "<event><string key='concept:name' value='Pay (cash)'/></event>"
        "<event><string key='concept:name' value='pay_cash'/></event></trace></log>");
    checkpoint(&d, "Pay_cash");
    checkpoint(&d, "pay_cash_2");
    checkpoint(&d, "ActivityID_2");
    definition_release(&d);
}

static void
lengths_are_rounded_up_and_too_long_texts_left_out(void)
{
    struct definition d;
    struct text t = TEXT_INIT;

    text_add_format(&t, "ActivityID,a,b,c\n1,%051d_,%04000d,", 0, 0);
    text_add_format(&t, "%04001d\n", 0);
    define_text(&d, text_get(&t));
    text_release(&t);
    CU_ASSERT_EQUAL(checkpoint(&d, "a")->length, 128);
    CU_ASSERT_EQUAL(checkpoint(&d, "b")->length, 4000);
    CU_ASSERT_EQUAL(activity_find_checkpoint(&d.activities[0], "c"), NO_INDEX);
    definition_release(&d);
}

static void
wide_csv_is_defined_by_its_columns(void)
{
    struct definition d;

    define_text(&d, "ActivityID,Done at,Begun,Qty,IsComplete,Empty\n"
                    "1,2026-01-03,2026-01-01,5,1,\n2,,2026-01-02,6,0,\n");
    CU_ASSERT_EQUAL(d.activities[0].checkpoint_count, 4);
    CU_ASSERT_EQUAL(checkpoint(&d, "Begun")->type, VALUE_TIME);
    CU_ASSERT_EQUAL(checkpoint(&d, "Qty")->type, VALUE_INT);
    CU_ASSERT_EQUAL(checkpoint(&d, "Empty")->type, VALUE_TEXT);
    CU_ASSERT_EQUAL(d.activities[0].origin_count, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dimension(&d, "Progress"));
    CU_ASSERT_STRING_EQUAL(dimension(&d, "Progress")->stages[0].name, "Begun");
    definition_release(&d);
}

static void
json_lines_are_defined_by_their_data(void)
{
    struct definition d;

    define_text(&d,
        "{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"1\",\"data\":{\"At\":\"2026-01-01\","
        "\"n\":1,\"x\":1,\"code\":\"12\",\"ok\":true,\"at:place\":\"Graz\"}}\n\n"
        "{\"op\":\"update\",\"activity\":\"Other\",\"id\":\"1\",\"data\":{\"y\":1}}\n"
        "{\"op\":\"update\",\"activity\":\"Order\",\"id\":\"1\",\"data\":{\"x\":1.5,\"n\":null}}"
        "\n");
    CU_ASSERT_STRING_EQUAL(d.activities[0].name, "Order");
    CU_ASSERT_EQUAL(checkpoint(&d, "At")->type, VALUE_TIME);
    CU_ASSERT_EQUAL(checkpoint(&d, "n")->type, VALUE_INT);
    CU_ASSERT_EQUAL(checkpoint(&d, "x")->type, VALUE_FLOAT);
    CU_ASSERT_EQUAL(checkpoint(&d, "code")->type, VALUE_TEXT);
    CU_ASSERT_EQUAL(checkpoint(&d, "ok")->type, VALUE_INT);
    checkpoint(&d, "at_place");
    CU_ASSERT_EQUAL(d.activities[0].checkpoint_count, 6);
    CU_ASSERT_EQUAL(d.activities[0].origin_count, 1);
    definition_release(&d);
}

static void
what_was_defined_can_be_imported(void)
{
    static const char text[] = "ActivityID,net price,when?\n1,2.5,2026-01-01\n";
    struct source_options options = {0};
    struct sample s = {.source = NULL};

    define_text(&s.definition, text);
    s.source = event_source_open("order-log.txt", &options, &s.definition, &s.fault);
    CU_ASSERT_EQUAL(sample_take(&s)->data_count, 2);
    sample_close(&s);
}

static void
expect_refusal(const char *text, const char *part)
{
    struct define_options options = {0};
    struct definition d;
    struct fault f = FAULT_INIT;

    sample_write("log", text);
    ASSERT_FAULT(define_from_log("log", &options, &d, &f), &f, FAULT_DATA, part);
}

/* The name that is kept with the definition, to find the column again, must be the very one. */
static void
names_that_xml_cannot_hold_are_refused(void)
{
    expect_refusal("ActivityID,Pri\x1A"
                   "ce\nA1,7\n",
        "'Pri?ce' holds a character that XML");
    expect_refusal("case:concept:name,concept:name,time:timestamp\nA1,i\x01n,2026-11-20\n",
        "'i?n' holds a character that XML");
    expect_refusal(
        "{\"op\":\"update\",\"activity\":\"A\",\"id\":\"a\",\"data\":{\"n\\u001f\":1}}\n",
        "'n?' holds a character that XML");
    expect_refusal("ActivityID,Pri\xEF\xBF\xBF,n\nA1,7,1\n", "holds a character that XML");
}

/* Columns that had to be said once need not be said again, not for the whole of an activity's life.
 */
static void
columns_are_kept_with_the_definition(void)
{
    static const char text[] = "Order,Step,When\nA1,in,2026-11-20 08:00:00\n";
    struct define_options options = {
        .source = {.case_column = "Order", .class_column = "Step", .time_column = "When"}};
    const struct source_options none = {.activity = NULL};
    struct fault f = FAULT_INIT;
    struct event_source *s;
    struct definition d;

    sample_write("mine.csv", text);
    define_again(&d, "mine.csv", &options);
    CU_ASSERT_STRING_EQUAL(d.activities[0].case_column, "Order");
    CU_ASSERT_STRING_EQUAL(d.activities[0].class_column, "Step");
    CU_ASSERT_STRING_EQUAL(d.activities[0].time_column, "When");
    s = event_source_open("mine.csv", &none, &d, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(event_source_format(s), FORMAT_LONG_CSV);
    CU_ASSERT_STRING_EQUAL(event_source_options(s)->time_column, "When");
    event_source_close(s);
    definition_release(&d);
}

static void
logs_that_cannot_be_imported_are_not_defined(void)
{
    struct text t = TEXT_INIT;

    expect_refusal("", "'log': the file is empty");
    expect_refusal("<log/>", "holds neither events nor attributes");
    expect_refusal("<log><trace>", "line 1: ");
    expect_refusal("ActivityID,a\n1\n", "line 2: 1 fields");
    expect_refusal("{\"op\":\n", "line 1: ");
    text_add(&t, "<log><trace>");
    for (int i = 0; i < 1001; i++)
        text_add_format(&t, "<event><string key='concept:name' value='e%d'/></event>", i);
    text_add(&t, "</trace></log>");
    expect_refusal(text_get(&t), "more than 1000 different names of event class");
    text_release(&t);
}

static void
the_name_can_be_given(void)
{
    struct define_options options = {.name = "Very long name of an activity that outgrows a view"};
    struct definition d;

    sample_write("log", LOG);
    define_again(&d, "log", &options);
    CU_ASSERT_STRING_EQUAL(
        d.activities[0].name, "Very long name of an activity that outgrows a vi");
    CU_ASSERT_STRING_EQUAL(d.views[0].name, "Very long nameView");
    definition_release(&d);
}

/* Defines a real log and imports it with what came out. */
static void
round_trip(const char *path, uint64_t cases)
{
    struct define_options define = {0};
    struct source_options import = {0};
    struct sample s = {.source = NULL};
    enum source_result result;
    uint64_t ends = 0;

    define_again(&s.definition, path, &define);
    s.source = event_source_open(path, &import, &s.definition, &s.fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.source);
    while ((result = event_source_next(s.source, &s.record, &s.fault)) == SOURCE_RECORD)
        ends += s.record.event_count == 2;
    CU_ASSERT_EQUAL(result, SOURCE_END);
    CU_ASSERT_EQUAL(ends, cases);
    sample_close(&s);
}

static void
real_logs_are_defined_and_imported(void)
{
    if (test_data("event-logs/receipt.csv") == NULL)
        return;
    round_trip(test_data("event-logs/travel-declarations.xes.gz"), 10357);
    round_trip(test_data("event-logs/receipt.csv"), 1434);
    round_trip(test_data("event-logs/running-example.xes"), 6);
    round_trip(test_data("event-logs/running-example.csv"), 6);
}

static void
the_large_log_is_defined(void)
{
    struct define_options options = {0};
    struct definition d;

    if (test_data("event-logs/road-traffic-fines.xes.gz") == NULL)
        return;
    define_again(&d, test_data("event-logs/road-traffic-fines.xes.gz"), &options);
    CU_ASSERT_STRING_EQUAL(d.activities[0].name, "RoadTrafficFines");
    CU_ASSERT_EQUAL(checkpoint(&d, "Create Fine")->type, VALUE_TIME);
    CU_ASSERT_EQUAL(checkpoint(&d, "amount")->type, VALUE_FLOAT);
    CU_ASSERT_EQUAL(checkpoint(&d, "points")->type, VALUE_INT);
    CU_ASSERT_EQUAL(checkpoint(&d, "dismissal")->type, VALUE_TEXT);
    CU_ASSERT_EQUAL(d.activities[0].checkpoint_count, 23);
    definition_release(&d);
}

const struct test suite_etl_event_define[] = {
    {"classes become milestones in order", classes_become_milestones_in_order},
    {"attributes take the type all values fit", attributes_take_the_type_all_values_fit},
    {"original names are kept as origins", original_names_are_kept_as_origins},
    {"the duration goes from the start to the surest end",
        the_duration_goes_from_the_start_to_the_surest_end},
    {"the cube has measures and dimensions", the_cube_has_measures_and_dimensions},
    {"foreign names become allowed ones", foreign_names_become_allowed_ones},
    {"lengths are rounded up and too long texts left out",
        lengths_are_rounded_up_and_too_long_texts_left_out},
    {"wide CSV is defined by its columns", wide_csv_is_defined_by_its_columns},
    {"JSON Lines are defined by their data", json_lines_are_defined_by_their_data},
    {"what was defined can be imported", what_was_defined_can_be_imported},
    {"logs that cannot be imported are not defined", logs_that_cannot_be_imported_are_not_defined},
    {"the name can be given", the_name_can_be_given},
    {"names that XML cannot hold are refused", names_that_xml_cannot_hold_are_refused},
    {"columns are kept with the definition", columns_are_kept_with_the_definition},
    {"real logs are defined and imported", real_logs_are_defined_and_imported},
    {"the large log is defined", the_large_log_is_defined},
    {0},
};
