#include "tests/etl/event/sample.h"

static void
a_row_begins_with_its_data(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s,
        "ActivityID,Received,Quantity,Price,City\n"
        "PO#1,2026-11-20T08:00:00Z,50,2.5,\"Wien, XV\"\n",
        NULL);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(event_source_format(s.source), FORMAT_CSV);
    CU_ASSERT_EQUAL(s.record.event_count, 1);
    CU_ASSERT_EQUAL(s.record.line, 2);
    CU_ASSERT_EQUAL(e->op, EVENT_BEGIN);
    CU_ASSERT(sample_id_is(e, "PO#1"));
    CU_ASSERT(sample_has(e, RECEIVED, "2026-11-20T08:00:00Z"));
    CU_ASSERT(sample_has(e, QUANTITY, "50"));
    CU_ASSERT(sample_has(e, PRICE, "2.5"));
    CU_ASSERT(sample_has(e, CITY, "Wien, XV"));
    sample_end(&s);
    sample_close(&s);
}

static void
an_unquoted_empty_field_is_no_value(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s, "ActivityID,City,Quantity\n1,,\n2,\"\",7\n", NULL);
    CU_ASSERT_EQUAL(sample_take(&s)->data_count, 0);
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, CITY, ""));
    CU_ASSERT_EQUAL(sample_datum(e, CITY)->value.type, VALUE_TEXT);
    sample_close(&s);
}

static void
is_complete_ends_the_instance(void)
{
    struct sample s;
    static const char *const ends[] = {"1", "true", "TRUE"};
    static const char *const stays[] = {"0", "false", ""};

    sample_open(&s, "IsComplete,ActivityID\n1,a\ntrue,b\nTRUE,c\n0,d\nfalse,e\n,f\n", NULL);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sample_take(&s);
        CU_ASSERT_EQUAL_FATAL(s.record.event_count, 2);
        CU_ASSERT_EQUAL(s.record.events[1].op, EVENT_END);
        CU_ASSERT_EQUAL(s.record.events[1].data_count, 0);
        CU_ASSERT_EQUAL(s.record.events[1].id.as.text.length, 1);
    }
    for (size_t i = 0; i < sizeof stays / sizeof *stays; i++) {
        sample_take(&s);
        CU_ASSERT_EQUAL(s.record.event_count, 1);
    }
    sample_end(&s);
    sample_close(&s);
}

static void
semicolons_tabs_and_row_numbers_are_understood(void)
{
    struct sample s;

    sample_open(&s, ";ActivityID;City\n0;a;\"x;y\"\n", NULL);
    CU_ASSERT(sample_has(sample_take(&s), CITY, "x;y"));
    sample_close(&s);
    sample_open(&s, "ActivityID\tCity\r\na\tx,y\r\n", NULL);
    CU_ASSERT(sample_has(sample_take(&s), CITY, "x,y"));
    sample_close(&s);
}

static void
an_unknown_column_is_a_fault_that_hints_at_the_nearest(void)
{
    struct sample s;

    sample_open(&s, "ActivityID,Quantty\n1,2\n", NULL);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_DATA);
    CU_ASSERT(test_contains(s.fault.text, "activity 'Order' has no checkpoint 'Quantty'"));
    CU_ASSERT(test_contains(s.fault.hint, "'Quantity'"));
    sample_close(&s);
    sample_open(&s, "ActivityID,quantity\n1,2\n", NULL);
    CU_ASSERT_PTR_NULL(s.source);
    sample_close(&s);
}

static void
a_column_that_occurs_twice_is_a_fault(void)
{
    struct sample s;

    sample_open(&s, "ActivityID,City,City\n1,2,3\n", NULL);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT(test_contains(s.fault.text, "line 1: column 'City' occurs twice"));
    sample_close(&s);
}

static void
a_header_alone_has_no_records(void)
{
    struct sample s;

    sample_open(&s, "ActivityID,City\n", NULL);
    sample_end(&s);
    sample_close(&s);
}

static void
malformed_rows_are_refused_and_reading_goes_on(void)
{
    struct sample s;

    sample_open(&s,
        "ActivityID,Quantity,IsComplete\n1,x,\n2\n,3,\n4,1.5,\n5,5,maybe\n6,6\"6,\n7,\"7\n7\",\n",
        NULL);
    sample_refuse(&s, "line 2: column 'Quantity': 'x' is not a whole number of 64 bits", "1,x,");
    sample_refuse(&s, "line 3: 1 fields, the header has 3", "2");
    sample_refuse(&s, "line 4: the row has no ActivityID", ",3,");
    sample_refuse(&s, "line 5: column 'Quantity': '1.5' is not", "4,1.5,");
    sample_refuse(&s, "line 6: column 'IsComplete': 'maybe' is none of", "5,5,maybe");
    sample_refuse(&s, "line 7: a quote inside an unquoted field", "6,6\"6,");
    sample_refuse(&s, "line 8: column 'Quantity': '7?7' is not", "7,\"7\n7\",");
    CU_ASSERT_EQUAL(s.record.position, 7);
    sample_end(&s);
    sample_close(&s);
}

static void
a_text_that_is_too_long_or_not_utf8_is_refused(void)
{
    struct sample s;

    sample_open(&s,
        "ActivityID,City\n1,\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3"
        "\xA4\xC3\xA4\n2,12345678901\n3,\xE4\n",
        NULL);
    CU_ASSERT_EQUAL(sample_datum(sample_take(&s), CITY)->value.as.text.length, 20);
    sample_refuse(&s, "line 3: column 'City': text '12345678901' has 11 characters", NULL);
    sample_refuse(&s, "line 4: column 'City': text '?' is not UTF-8", NULL);
    sample_close(&s);
}

static void
a_quote_that_is_never_closed_is_refused(void)
{
    struct sample s;

    sample_open(&s, "ActivityID,City\n1,a\n2,\"b\n", NULL);
    sample_take(&s);
    sample_refuse(&s, "line 3: a quoted field is not closed", "2,\"b");
    sample_end(&s);
    sample_close(&s);
}

const struct test suite_etl_event_source_wide[] = {
    {"a row begins with its data", a_row_begins_with_its_data},
    {"an unquoted empty field is no value", an_unquoted_empty_field_is_no_value},
    {"IsComplete ends the instance", is_complete_ends_the_instance},
    {"semicolons, tabs and row numbers are understood",
        semicolons_tabs_and_row_numbers_are_understood},
    {"an unknown column is a fault that hints at the nearest",
        an_unknown_column_is_a_fault_that_hints_at_the_nearest},
    {"a column that occurs twice is a fault", a_column_that_occurs_twice_is_a_fault},
    {"a header alone has no records", a_header_alone_has_no_records},
    {"malformed rows are refused and reading goes on",
        malformed_rows_are_refused_and_reading_goes_on},
    {"a text that is too long or not UTF-8 is refused",
        a_text_that_is_too_long_or_not_utf8_is_refused},
    {"a quote that is never closed is refused", a_quote_that_is_never_closed_is_refused},
    {0},
};
