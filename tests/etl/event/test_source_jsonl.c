#include "tests/etl/event/sample.h"

#define BEGIN_1 "{\"op\":\"begin\",\"id\":\"1\"}\n"

static void
refuse_line(const char *line, const char *part)
{
    struct sample s;
    char text[1024];

    snprintf(text, sizeof text, BEGIN_1 "%s\n" BEGIN_1, line);
    sample_open(&s, text, NULL);
    sample_take(&s);
    sample_refuse(&s, part, line);
    CU_ASSERT(test_contains(s.fault.text, "line 2: "));
    CU_ASSERT_EQUAL(s.record.line, 2);
    CU_ASSERT_EQUAL(s.record.position, 2);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.position, 3);
    sample_end(&s);
    sample_close(&s);
}

static void
refuse_data(const char *data, const char *part)
{
    char line[600];

    snprintf(line, sizeof line, "{\"op\":\"update\",\"id\":\"1\",\"data\":{%s}}", data);
    refuse_line(line, part);
}

static void
data_of_each_type_is_read(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s,
        "{\"op\":\"begin\",\"activity\":\"Order\",\"id\":\"PO#1\",\"data\":{\"Received\":"
        "\"2026-11-20T08:00:00+01:00\",\"Quantity\":150,\"Price\":2.5,\"City\":\"Wien\"}}\n",
        NULL);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(event_source_format(s.source), FORMAT_JSONL);
    CU_ASSERT_EQUAL(e->op, EVENT_BEGIN);
    CU_ASSERT_EQUAL(e->activity, 0);
    CU_ASSERT(sample_id_is(e, "PO#1"));
    CU_ASSERT_EQUAL(e->data_count, 4);
    CU_ASSERT(sample_has(e, RECEIVED, "2026-11-20T07:00:00Z"));
    CU_ASSERT(sample_has(e, QUANTITY, "150"));
    CU_ASSERT(sample_has(e, PRICE, "2.5"));
    CU_ASSERT(sample_has(e, CITY, "Wien"));
    CU_ASSERT_FALSE(sample_datum(e, RECEIVED)->keep_first);
    sample_end(&s);
    sample_close(&s);
}

static void
each_op_is_read(void)
{
    struct sample s;

    sample_open(&s,
        "{\"op\":\"begin\",\"id\":\"1\"}\n{\"op\":\"update\",\"id\":\"1\",\"data\":{}}\r\n"
        "{\"op\":\"end\",\"id\":\"1\"}\n",
        NULL);
    CU_ASSERT_EQUAL(sample_take(&s)->op, EVENT_BEGIN);
    CU_ASSERT_EQUAL(sample_take(&s)->op, EVENT_UPDATE);
    CU_ASSERT_EQUAL(sample_take(&s)->op, EVENT_END);
    sample_end(&s);
    sample_close(&s);
}

static void
continuation_and_reference_are_read(void)
{
    struct sample s;
    const struct event *e;

    sample_open(&s,
        "{\"op\":\"continue\",\"id\":\"1\",\"token\":\"SO#2\"}\n"
        "{\"op\":\"reference\",\"id\":\"1\",\"reference\":{\"name\":\"Invoice\",\"data\":\"77\","
        "\"longData\":\"pages\"}}\n",
        NULL);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(e->op, EVENT_CONTINUE);
    CU_ASSERT_EQUAL(memcmp(e->token.as.text.bytes, "SO#2", 4), 0);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(e->op, EVENT_REFERENCE);
    CU_ASSERT_EQUAL(e->reference.name.as.text.length, 7);
    CU_ASSERT_EQUAL(e->reference.type.type, VALUE_NULL);
    CU_ASSERT_EQUAL(memcmp(e->reference.data.as.text.bytes, "77", 2), 0);
    CU_ASSERT_EQUAL(e->reference.long_data.as.text.length, 5);
    sample_close(&s);
}

static void
null_is_a_null_value(void)
{
    struct sample s;
    const struct event *e;

    sample_open(
        &s, "{\"op\":\"update\",\"id\":\"1\",\"data\":{\"City\":null,\"Price\":1}}\n", NULL);
    e = sample_take(&s);
    CU_ASSERT_EQUAL(sample_datum(e, CITY)->value.type, VALUE_NULL);
    CU_ASSERT(sample_has(e, PRICE, "1"));
    sample_close(&s);
}

static void
whole_reals_and_booleans_fit_an_int(void)
{
    struct sample s;

    sample_open(&s,
        "{\"op\":\"update\",\"id\":\"1\",\"data\":{\"Quantity\":35.0}}\n"
        "{\"op\":\"update\",\"id\":\"1\",\"data\":{\"Quantity\":true}}\n"
        "{\"op\":\"update\",\"id\":\"1\",\"data\":{\"Quantity\":-9223372036854775808}}\n",
        NULL);
    CU_ASSERT(sample_has(sample_take(&s), QUANTITY, "35"));
    CU_ASSERT(sample_has(sample_take(&s), QUANTITY, "1"));
    CU_ASSERT(sample_has(sample_take(&s), QUANTITY, "-9223372036854775808"));
    sample_close(&s);
}

static void
blank_lines_and_a_byte_order_mark_are_skipped(void)
{
    struct sample s;

    sample_open(&s, "\xEF\xBB\xBF" BEGIN_1 "\n  \t\r\n" BEGIN_1, NULL);
    sample_take(&s);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.line, 4);
    CU_ASSERT_EQUAL(s.record.position, 2);
    sample_end(&s);
    sample_close(&s);
}

static void
a_last_line_without_line_end_counts(void)
{
    struct sample s;

    sample_open(&s, "{\"op\":\"begin\",\"id\":\"1\"}", NULL);
    sample_take(&s);
    sample_end(&s);
    sample_close(&s);
}

static void
a_truncated_last_line_is_refused(void)
{
    struct sample s;

    sample_open(&s, BEGIN_1 "{\"op\":\"begin\",\"id\":", NULL);
    sample_take(&s);
    sample_refuse(&s, "line 2: the line is cut short", "{\"op\":\"begin\",\"id\":");
    sample_end(&s);
    sample_close(&s);
}

static void
unknown_names_are_refused_with_the_nearest(void)
{
    struct sample s;

    refuse_line("{\"op\":\"begn\",\"id\":\"1\"}", "unknown op 'begn'");
    refuse_line("{\"op\":\"begin\",\"Id\":\"1\"}", "unknown key 'Id'");
    refuse_line("{\"op\":\"begin\",\"id\":\"1\",\"activity\":\"Ordre\"}", "no activity 'Ordre'");
    sample_open(&s, "{\"op\":\"update\",\"id\":\"1\",\"data\":{\"Quantty\":1}}\n", NULL);
    sample_refuse(&s, "line 1: activity 'Order' has no checkpoint 'Quantty'", NULL);
    CU_ASSERT_STRING_EQUAL(s.fault.hint, "did you mean 'Quantity'?");
    sample_close(&s);
}

static void
broken_json_is_refused(void)
{
    refuse_line("nonsense", "line 2: ");
    refuse_line("[1]", "an array where an object is needed");
    refuse_line("{\"op\":\"begin\",\"id\":\"1\",\"id\":\"2\"}", "duplicate");
    refuse_line("{\"op\":\"begin\",\"id\":\"a\\u0000b\"}", "NUL character");
    refuse_line("{\"op\":\"begin\",\"id\":\"a\xFF\"}", "not UTF-8");
}

static void
a_wrong_id_is_refused(void)
{
    char line[300];

    refuse_line("{\"op\":\"begin\"}", "'id' is missing");
    refuse_line("{\"op\":\"begin\",\"id\":\"\"}", "'id' is missing");
    refuse_line("{\"op\":\"begin\",\"id\":7}", "'id' is not a text");
    snprintf(line, sizeof line, "{\"op\":\"begin\",\"id\":\"%0129d\"}", 0);
    refuse_line(line, "has 129 characters, at most 128");
}

static void
an_id_of_128_characters_is_taken(void)
{
    struct sample s;
    char line[300];

    snprintf(line, sizeof line, "{\"op\":\"begin\",\"id\":\"\xC3\xA4%0127d\"}\n", 0);
    sample_open(&s, line, NULL);
    CU_ASSERT_EQUAL(sample_take(&s)->id.as.text.length, 129);
    sample_close(&s);
}

static void
values_of_a_wrong_type_are_refused(void)
{
    refuse_data("\"City\":5", "checkpoint 'City': a number, but NVARCHAR needs a text in quotes");
    refuse_data("\"City\":\"12345678901\"", "has 11 characters, at most 10");
    refuse_data("\"Quantity\":\"5\"", "a text, but INT needs a whole number");
    refuse_data("\"Quantity\":1.5", "1.5, but INT needs a whole number");
    refuse_data("\"Quantity\":9223372036854775808", "a number beyond 64 bits");
    refuse_data("\"Price\":true", "true or false, but FLOAT needs a number");
    refuse_data("\"Price\":9007199254740993", "9007199254740993 is not exact as a FLOAT");
    refuse_data("\"Received\":\"yesterday\"", "'yesterday' is not a date and time");
    refuse_data("\"Received\":{}", "an object, but DATETIME needs a text");
}

static void
keys_that_do_not_fit_the_op_are_refused(void)
{
    refuse_line("{\"op\":\"begin\",\"id\":\"1\",\"token\":\"2\"}", "op 'begin' has no 'token'");
    refuse_line("{\"op\":\"continue\",\"id\":\"1\"}", "'token' is missing");
    refuse_line("{\"op\":\"reference\",\"id\":\"1\"}", "'reference' is missing");
    refuse_line("{\"op\":\"reference\",\"id\":\"1\",\"reference\":{\"data\":\"1\"}}",
        "reference: 'name' is missing");
    refuse_line("{\"op\":\"update\",\"id\":\"1\",\"data\":[]}", "'data' is not an object");
}

static void
the_activity_may_stand_in_the_line_alone(void)
{
    struct source_options none = {0};
    struct sample s;

    sample_open(&s, "{\"op\":\"begin\",\"activity\":\"Parcel\",\"id\":\"1\"}\n" BEGIN_1, &none);
    CU_ASSERT_EQUAL(sample_take(&s)->activity, 1);
    sample_refuse(&s, "line 2: 'activity' is missing", NULL);
    CU_ASSERT(test_contains(s.fault.hint, "--activity"));
    sample_close(&s);
}

static void
times_without_zone_follow_the_option(void)
{
    struct source_options options = {.activity = "Order", .timezone = "+02:00"};
    struct sample s;

    sample_open(&s,
        "{\"op\":\"update\",\"id\":\"1\",\"data\":{\"Received\":\"2026-11-20 08:00\"}}\n",
        &options);
    CU_ASSERT(sample_has(sample_take(&s), RECEIVED, "2026-11-20T06:00:00Z"));
    sample_close(&s);
}

static void
a_line_beyond_the_limit_is_refused_and_passed_over(void)
{
    struct sample s;
    struct text t = TEXT_INIT;

    text_add(&t, "{\"op\":\"");
    for (size_t i = 0; i < 17 * 1024; i++)
        text_add_format(&t, "%01024d", 0);
    text_add(&t, "\"}\n" BEGIN_1);
    sample_open(&s, text_get(&t), NULL);
    text_release(&t);
    sample_refuse(&s, "line 1: longer than 16 MiB", NULL);
    CU_ASSERT_PTR_NULL(s.record.raw);
    sample_take(&s);
    CU_ASSERT_EQUAL(s.record.line, 2);
    sample_close(&s);
}

const struct test suite_etl_event_source_jsonl[] = {
    {"data of each type is read", data_of_each_type_is_read},
    {"each op is read", each_op_is_read},
    {"continuation and reference are read", continuation_and_reference_are_read},
    {"null is a null value", null_is_a_null_value},
    {"whole reals and booleans fit an int", whole_reals_and_booleans_fit_an_int},
    {"blank lines and a byte order mark are skipped",
        blank_lines_and_a_byte_order_mark_are_skipped},
    {"a last line without line end counts", a_last_line_without_line_end_counts},
    {"a truncated last line is refused", a_truncated_last_line_is_refused},
    {"unknown names are refused with the nearest", unknown_names_are_refused_with_the_nearest},
    {"broken JSON is refused", broken_json_is_refused},
    {"a wrong id is refused", a_wrong_id_is_refused},
    {"an id of 128 characters is taken", an_id_of_128_characters_is_taken},
    {"values of a wrong type are refused", values_of_a_wrong_type_are_refused},
    {"keys that do not fit the op are refused", keys_that_do_not_fit_the_op_are_refused},
    {"the activity may stand in the line alone", the_activity_may_stand_in_the_line_alone},
    {"times without zone follow the option", times_without_zone_follow_the_option},
    {"a line beyond the limit is refused and passed over",
        a_line_beyond_the_limit_is_refused_and_passed_over},
    {0},
};
