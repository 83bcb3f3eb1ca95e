#include "tests/etl/event/sample.h"

#define HEADER "case:concept:name,concept:name,time:timestamp,case:City,Quantity\n"

static void
a_row_is_one_event_of_its_case(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s, HEADER "1,Received,2026-01-01 08:00:00+01:00,Wien,5\n", NULL);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(event_source_format(s.source), FORMAT_LONG_CSV);
    CU_ASSERT_EQUAL(e->op, EVENT_BEGIN);
    CU_ASSERT(sample_id_is(e, "1"));
    CU_ASSERT(sample_has(e, RECEIVED, "2026-01-01T07:00:00Z"));
    CU_ASSERT(sample_datum(e, RECEIVED)->keep_first);
    CU_ASSERT(sample_has(e, CITY, "Wien"));
    CU_ASSERT_FALSE(sample_datum(e, CITY)->keep_first);
    CU_ASSERT(sample_has(e, QUANTITY, "5"));
    sample_close(&s);
}

static void
a_case_ends_with_its_last_row_wherever_that_is(void)
{
    static const size_t expected[] = {1, 1, 2, 2};
    struct sample s;

    sample_open(&s, HEADER "1,a,,,\n2,a,,,\n1,b,,,\n2,b,,,\n", NULL);
    for (size_t i = 0; i < 4; i++) {
        sample_take(&s);
        CU_ASSERT_EQUAL(s.record.event_count, expected[i]);
    }
    CU_ASSERT_EQUAL(s.record.events[1].op, EVENT_END);
    sample_end(&s);
    sample_close(&s);
}

static void
keep_active_never_ends(void)
{
    struct source_options options = {.activity = "Order", .keep_active = true};
    struct sample s;

    sample_open(&s, HEADER "1,a,,,\n", &options);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.event_count, 1);
    sample_close(&s);
}

static void
columns_of_other_names_and_separators_are_read(void)
{
    struct source_options options = {.activity = "Order",
        .case_column = "order",
        .class_column = "step",
        .time_column = "when",
        .timezone = "Europe/Vienna"};
    struct sample s;
    const struct event *e;

    sample_open(&s, ";order;step;when;City\n0;A1;Shipped;2026-07-01 12:00;Graz\n", &options);
    e = sample_take(&s);
    CU_ASSERT(sample_id_is(e, "A1"));
    CU_ASSERT(sample_has(e, SHIPPED, "2026-07-01T10:00:00Z"));
    CU_ASSERT(sample_has(e, CITY, "Graz"));
    sample_close(&s);
}

static void
a_missing_column_is_a_fault_that_hints_at_the_nearest(void)
{
    struct source_options options = {
        .activity = "Order", .format = FORMAT_LONG_CSV, .case_column = "oder"};
    struct sample s;

    sample_open(&s, "order,concept:name,time:timestamp\n", &options);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_DATA);
    CU_ASSERT(test_contains(s.fault.text, "no column 'oder' in the header"));
    CU_ASSERT_STRING_EQUAL(s.fault.hint, "did you mean 'order'?");
    sample_close(&s);
}

static void
malformed_rows_are_refused(void)
{
    struct sample s;

    sample_open(&s, HEADER ",a,,,\n1,Received,noon,,\n1,b,,,x\n1,b,,,\"\n", NULL);
    sample_refuse(&s, "line 2: the row has no case", ",a,,,");
    sample_refuse(&s, "line 3: case '1': time of event 'Received': 'noon' is not", NULL);
    sample_refuse(&s, "line 4: case '1': column 'Quantity': 'x' is not a whole number", NULL);
    sample_refuse(&s, "line 5: a quoted field is not closed", NULL);
    sample_end(&s);
    sample_close(&s);
}

static void
a_broken_row_is_not_the_last_of_its_case(void)
{
    struct sample s;

    sample_open(&s, HEADER "1,a,,,\n1,\"b\"x,,,\n", NULL);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.event_count, 2);
    sample_refuse(&s, "line 3: text after a closing quote", "1,\"b\"x,,,");
    sample_close(&s);
}

static void
count_rows(const char *path, uint64_t rows, uint64_t cases)
{
    static const char xml[] =
        "<BAMDefinition xmlns='urn:schemas-microsoft.com:BAM'><Activity Name='A' ID='a'>"
        "<Checkpoint Name='Confirmation of receipt' ID='c' DataType='DATETIME'/>"
        "</Activity></BAMDefinition>";
    struct sample s = {.source = NULL};
    struct source_options options = {0};
    uint64_t ends = 0;

    sample_define(&s.definition, xml);
    s.source = event_source_open(path, &options, &s.definition, &s.fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.source);
    while (event_source_next(s.source, &s.record, &s.fault) == SOURCE_RECORD)
        ends += s.record.event_count == 2;
    CU_ASSERT_EQUAL(s.record.position, rows + 1);
    CU_ASSERT_EQUAL(ends, cases);
    sample_close(&s);
}

static void
real_logs_have_the_cases_they_are_said_to_have(void)
{
    const char *path;

    if ((path = test_data("event-logs/receipt.csv")) == NULL)
        return;
    count_rows(path, 8577, 1434);
    count_rows(test_data("event-logs/running-example.csv"), 42, 6);
}

const struct test suite_etl_event_log_csv[] = {
    {"a row is one event of its case", a_row_is_one_event_of_its_case},
    {"a case ends with its last row wherever that is",
        a_case_ends_with_its_last_row_wherever_that_is},
    {"keep active never ends", keep_active_never_ends},
    {"columns of other names and separators are read",
        columns_of_other_names_and_separators_are_read},
    {"a missing column is a fault that hints at the nearest",
        a_missing_column_is_a_fault_that_hints_at_the_nearest},
    {"malformed rows are refused", malformed_rows_are_refused},
    {"a broken row is not the last of its case", a_broken_row_is_not_the_last_of_its_case},
    {"real logs have the cases they are said to have",
        real_logs_have_the_cases_they_are_said_to_have},
    {0},
};
