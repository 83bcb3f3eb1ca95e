#include "tests/etl/event/sample.h"

#define OPEN "<?xml version='1.0'?>\n<log xmlns='http://www.xes-standard.org'>\n"
#define NAME "<string key='concept:name' value='A1'/>"
#define EVENT(class, time)                                                                         \
    "<event><string key='concept:name' value='" class "'/><date key='time:timestamp' value='" time \
                                                      "'/></event>"
#define GOOD "<trace>" NAME "</trace>\n"
#define CLOSE "</log>\n"

static void
a_trace_is_one_record_that_begins_and_ends(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s,
        OPEN
        "<global scope='event'><string key='City' value='nowhere'/></global>"
        "<string key='City' value='log'/>"
        "<trace><int key='Quantity' value='7'/>" NAME
        "<event><string key='concept:name' value='Received'/>"
        "<date key='time:timestamp' value='2026-01-01T08:00:00.000+01:00'/>"
        "<float key='Price' value='1.5'/></event>" EVENT("Shipped", "2026-01-03T00:00:00Z") EVENT(
            "Received",
            "2025-01-01T00:00:00Z") "<event><float key='Price' value='2.5'/></event></trace>" CLOSE,
        NULL);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(event_source_format(s.source), FORMAT_XES);
    CU_ASSERT_EQUAL_FATAL(s.record.event_count, 2);
    CU_ASSERT_EQUAL(e[0].op, EVENT_BEGIN);
    CU_ASSERT_EQUAL(e[1].op, EVENT_END);
    CU_ASSERT(sample_id_is(&e[0], "A1"));
    CU_ASSERT(sample_id_is(&e[1], "A1"));
    CU_ASSERT_EQUAL(e->data_count, 4);
    CU_ASSERT(sample_has(e, RECEIVED, "2026-01-01T07:00:00Z"));
    CU_ASSERT(sample_has(e, SHIPPED, "2026-01-03T00:00:00Z"));
    CU_ASSERT(sample_has(e, QUANTITY, "7"));
    CU_ASSERT(sample_has(e, PRICE, "2.5"));
    sample_end(&s);
    sample_close(&s);
}

static void
keep_active_leaves_out_the_end(void)
{
    struct source_options options = {.activity = "Order", .keep_active = true};
    struct sample s;

    sample_open(&s, OPEN GOOD CLOSE, &options);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.event_count, 1);
    sample_close(&s);
}

static void
nested_attributes_are_passed_over(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s,
        OPEN "<trace>" NAME "<string key='City' value='Wien'><string key='City' value='inner'/>"
             "</string><event><list key='x'><string key='City' value='deep'/></list>"
             "</event></trace>" CLOSE,
        NULL);
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, CITY, "Wien"));
    CU_ASSERT_EQUAL(e->data_count, 1);
    sample_close(&s);
}

static void
values_are_converted_where_they_fit(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s,
        OPEN "<trace>" NAME "<string key='Quantity' value='50'/><int key='Price' value='3'/>"
             "<float key='City' value='1.50'/></trace>"
             "<trace>" NAME "<float key='Quantity' value='35.0'/><boolean key='City' "
             "value='true'/></trace>"
             "<trace>" NAME "<boolean key='Quantity' value='true'/><string key='City' "
             "value='a&amp;b'/></trace>" CLOSE,
        NULL);
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, QUANTITY, "50"));
    CU_ASSERT(sample_has(e, PRICE, "3"));
    CU_ASSERT(sample_has(e, CITY, "1.50"));
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, QUANTITY, "35"));
    CU_ASSERT(sample_has(e, CITY, "true"));
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, QUANTITY, "1"));
    CU_ASSERT(sample_has(e, CITY, "a&b"));
    sample_close(&s);
}

static void
refuse_trace(const char *inside, const char *part)
{
    struct sample s;
    char text[2048];
    char trace[1024];

    snprintf(trace, sizeof trace, "<trace>%s</trace>", inside);
    snprintf(text, sizeof text, OPEN GOOD "%s\n" GOOD CLOSE, trace);
    sample_open(&s, text, NULL);
    sample_take(&s);
    sample_refuse(&s, part, trace);
    CU_ASSERT_EQUAL(s.record.line, 4);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.position, 3);
    sample_end(&s);
    sample_close(&s);
}

static void
malformed_traces_are_refused_with_their_text(void)
{
    char id[200];

    refuse_trace("", "line 4: the trace has no concept:name");
    refuse_trace("<string key='concept:name' value=''/>", "the trace has no concept:name");
    snprintf(id, sizeof id, "<string key='concept:name' value='%0129d'/>", 0);
    refuse_trace(id, "has 129 characters, at most 128");
    refuse_trace(NAME "\n<string key='Quantity' value='many'/>",
        "line 5: trace 'A1': attribute 'Quantity': 'many' is not a whole number of 64 bits");
    refuse_trace(NAME "<float key='Quantity' value='1.5'/>", "'1.5' is not a whole number");
    refuse_trace(NAME "<string key='City' value='12345678901'/>", "has 11 characters, at most 10");
    refuse_trace(NAME "<float key='Price' value='inf'/>", "'inf' is not a finite number");
    refuse_trace(NAME EVENT("Received", "today"),
        "line 4: trace 'A1': time of event 'Received': 'today' is not a date and time");
}

/* Reads up to the fault, which must say this. */
static void
expect_fault(const char *text, const char *part)
{
    struct source_options options = {.activity = "Order", .format = FORMAT_XES};
    struct sample s;

    sample_open(&s, text, &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.source);
    CU_ASSERT_EQUAL(event_source_next(s.source, &s.record, &s.fault), SOURCE_FAULT);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_DATA);
    if (!test_contains(s.fault.text, part))
        test_print_fault(__FILE__, __LINE__, &s.fault);
    CU_ASSERT(test_contains(s.fault.text, part));
    CU_ASSERT_EQUAL(event_source_next(s.source, &s.record, &s.fault), SOURCE_FAULT);
    sample_close(&s);
}

static void
a_doctype_is_refused(void)
{
    expect_fault("<?xml version='1.0'?>\n<!DOCTYPE log [<!ENTITY a 'b'>]>\n<log>&a;</log>",
        "line 2: a DOCTYPE is not accepted");
}

static void
what_would_keep_the_parser_busy_is_refused(void)
{
    struct text wide = TEXT_INIT;

    text_add(&wide, "<log");
    for (int i = 0; i < 10001; i++)
        text_add_format(&wide, " a%d='x'", i);
    expect_fault(text_get(&wide), "too many attributes");
    expect_fault("<?xml version='1.0' encoding='UTF-7'?>\n<log/>", "encoding is not accepted");
    text_release(&wide);
}

static void
documents_that_are_no_log_are_faults(void)
{
    struct text deep = TEXT_INIT;

    expect_fault("<html></html>", "the root element is not <log>");
    expect_fault("<log><trace></log>", "line 1: ");
    expect_fault("<log>\n<trace>", "line 2: ");
    expect_fault("<log a='&b;'/>", "line 1: ");
    text_add(&deep, "<log>");
    for (int i = 0; i < 300; i++)
        text_add(&deep, "<x>");
    expect_fault(text_get(&deep), "nested too deeply");
    text_release(&deep);
}

static void
traces_before_the_broken_place_are_delivered(void)
{
    struct sample s;

    sample_open(&s, OPEN GOOD GOOD "<trace><<", NULL);
    sample_take(&s);
    sample_take(&s);
    CU_ASSERT_EQUAL(event_source_next(s.source, &s.record, &s.fault), SOURCE_FAULT);
    CU_ASSERT(test_contains(s.fault.text, "line 5: "));
    sample_close(&s);
}

static void
a_trace_that_is_too_large_is_refused(void)
{
    struct text t = TEXT_INIT;
    struct sample s;

    text_add(&t, OPEN "<trace>" NAME);
    for (int i = 0; i < 100001; i++)
        text_add(&t, "<event/>");
    text_add(&t, "</trace>" GOOD CLOSE);
    sample_open(&s, text_get(&t), NULL);
    text_release(&t);
    sample_refuse(&s, "line 3: trace has too many events (at most 100000 events", NULL);
    sample_take(&s);
    CU_ASSERT(sample_id_is(s.record.events, "A1"));
    CU_ASSERT_EQUAL(s.record.position, 2);
    sample_close(&s);
}

static void
the_text_of_a_large_trace_is_not_kept(void)
{
    struct text t = TEXT_INIT;
    struct sample s;

    text_add(&t, OPEN "<trace>" NAME "<int key='Quantity' value='x'/>");
    for (int i = 0; i < 1500; i++)
        text_add_format(&t, "<event><string key='%01000d' value=''/></event>", i);
    text_add(&t, "</trace><trace><int key='Quantity' value='y'/></trace>" CLOSE);
    sample_open(&s, text_get(&t), NULL);
    text_release(&t);
    sample_refuse(&s, "'x' is not a whole number", NULL);
    CU_ASSERT_PTR_NULL(s.record.raw);
    sample_refuse(&s, "has no concept:name", "<trace><int key='Quantity' value='y'/></trace>");
    sample_end(&s);
    sample_close(&s);
}

static void
a_tag_that_is_too_long_is_a_fault(void)
{
    struct text t = TEXT_INIT;

    text_add(&t, "<log><trace a='");
    for (int i = 0; i < 9 * 1024; i++)
        text_add_format(&t, "%01024d", 0);
    expect_fault(text_get(&t), "a tag or comment is too long");
    text_release(&t);
}

static void
other_keys_may_hold_class_and_time(void)
{
    struct source_options options = {
        .activity = "Order", .class_column = "step", .time_column = "at"};
    struct sample s;

    sample_open(&s,
        OPEN "<trace>" NAME "<event><string key='concept:name' value='Received'/>"
             "<string key='step' value='Shipped'/><date key='at' value='2026-01-01'/></event>"
             "</trace>" CLOSE,
        &options);
    CU_ASSERT(sample_has(sample_take(&s), SHIPPED, "2026-01-01T00:00:00Z"));
    CU_ASSERT_EQUAL(s.record.events->data_count, 1);
    sample_close(&s);
}

static void
utf16_is_read(void)
{
    static const char plain[] = "<log><trace>" NAME "</trace></log>";
    char wide[2 * sizeof plain] = "\xFF\xFE";
    struct source_options options = {.activity = "Order"};
    struct sample s = {.source = NULL};

    for (size_t i = 0; i + 1 < sizeof plain; i++)
        wide[2 + 2 * i] = plain[i];
    ASSERT_OK(file_write_all("log", wide, sizeof wide, 0600, &s.fault), &s.fault);
    sample_define(&s.definition, SAMPLE_DEFINITION);
    s.source = event_source_open("log", &options, &s.definition, &s.fault);
    CU_ASSERT(sample_id_is(sample_take(&s), "A1"));
    sample_close(&s);
}

static void
count_traces(const char *path, uint64_t traces)
{
    static const char xml[] =
        "<BAMDefinition xmlns='urn:schemas-microsoft.com:BAM'><Activity Name='A' ID='a'>"
        "<Checkpoint Name='Create Fine' ID='c1' DataType='DATETIME'/>"
        "<Checkpoint Name='amount' ID='c2' DataType='FLOAT'/>"
        "<Checkpoint Name='points' ID='c3' DataType='INT'/></Activity></BAMDefinition>";
    struct sample s = {.source = NULL};
    struct source_options options = {0};
    enum source_result result;
    uint64_t done, total;

    sample_define(&s.definition, xml);
    s.source = event_source_open(path, &options, &s.definition, &s.fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.source);
    while ((result = event_source_next(s.source, &s.record, &s.fault)) == SOURCE_RECORD) {
        if (s.record.position == 1 && traces == 150370) {
            CU_ASSERT(sample_has(s.record.events, 0, "2006-07-23T22:00:00Z"));
            CU_ASSERT(sample_has(s.record.events, 1, "35"));
        }
    }
    CU_ASSERT_EQUAL(result, SOURCE_END);
    CU_ASSERT_EQUAL(s.record.position, traces + 1);
    event_source_progress(s.source, &done, &total);
    CU_ASSERT(total > 0);
    CU_ASSERT_EQUAL(done, total);
    sample_close(&s);
}

static void
real_logs_have_the_traces_they_are_said_to_have(void)
{
    const char *path;

    if ((path = test_data("event-logs/road-traffic-fines.xes.gz")) == NULL)
        return;
    count_traces(path, 150370);
    count_traces(test_data("event-logs/travel-declarations.xes.gz"), 10357);
    count_traces(test_data("event-logs/running-example.xes"), 6);
}

const struct test suite_etl_event_log_xes[] = {
    {"a trace is one record that begins and ends", a_trace_is_one_record_that_begins_and_ends},
    {"keep active leaves out the end", keep_active_leaves_out_the_end},
    {"nested attributes are passed over", nested_attributes_are_passed_over},
    {"values are converted where they fit", values_are_converted_where_they_fit},
    {"malformed traces are refused with their text", malformed_traces_are_refused_with_their_text},
    {"a DOCTYPE is refused", a_doctype_is_refused},
    {"what would keep the parser busy is refused", what_would_keep_the_parser_busy_is_refused},
    {"documents that are no log are faults", documents_that_are_no_log_are_faults},
    {"traces before the broken place are delivered", traces_before_the_broken_place_are_delivered},
    {"a trace that is too large is refused", a_trace_that_is_too_large_is_refused},
    {"the text of a large trace is not kept", the_text_of_a_large_trace_is_not_kept},
    {"a tag that is too long is a fault", a_tag_that_is_too_long_is_a_fault},
    {"other keys may hold class and time", other_keys_may_hold_class_and_time},
    {"UTF-16 is read", utf16_is_read},
    {"real logs have the traces they are said to have",
        real_logs_have_the_traces_they_are_said_to_have},
    {0},
};
