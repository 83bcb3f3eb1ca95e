#include <stdlib.h>

#include "tests/etl/event/sample.h"

static void
expect_format(const char *text, enum source_format format)
{
    struct sample s;

    sample_open(&s, text, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.source);
    CU_ASSERT_EQUAL(event_source_format(s.source), format);
    sample_close(&s);
}

static void
the_format_is_seen_from_the_content(void)
{
    expect_format("\n <log/>", FORMAT_XES);
    expect_format("\xEF\xBB\xBF<?xml version='1.0'?><log/>", FORMAT_XES);
    expect_format("{\"op\":", FORMAT_JSONL);
    expect_format("ActivityID\n", FORMAT_CSV);
    expect_format("\"City\";\"ActivityID\"\r\n", FORMAT_CSV);
    expect_format("concept:name,time:timestamp,case:concept:name\n", FORMAT_LONG_CSV);
}

static void
expect_refusal(const char *text, enum fault_kind kind, const char *part)
{
    struct sample s;

    sample_open(&s, text, NULL);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, kind);
    CU_ASSERT(test_contains(s.fault.text, part));
    CU_ASSERT(test_contains(s.fault.text, "'log'"));
    sample_close(&s);
}

static void
an_unknown_format_is_a_fault(void)
{
    expect_refusal("", FAULT_DATA, "the file is empty");
    expect_refusal("\n\n", FAULT_DATA, "the file is empty");
    expect_refusal("a,b\n1,2\n", FAULT_DATA, "unknown format");
    expect_refusal("[{}]", FAULT_DATA, "a JSON array is not JSON Lines");
}

static void
a_csv_of_ones_own_is_told_what_to_say(void)
{
    struct sample s;

    sample_open(&s, "Order;Step;When;City\nA1;\"in\";2026-11-20 08:00:00;Ulm\n", NULL);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT(test_contains(s.fault.text, "its first line says 'Order', 'Step', 'When', 'City'"));
    CU_ASSERT(test_contains(
        s.fault.hint, "--case-column 'Order' --class-column 'Step' --time-column 'When'"));
    sample_close(&s);
    sample_open(&s, "a,b\n1,2\n", NULL);
    CU_ASSERT(test_contains(s.fault.hint, "call its key ActivityID"));
    sample_close(&s);
}

static void
a_missing_file_is_no_input(void)
{
    struct source_options options = {.activity = "Order"};
    struct definition d;
    struct fault f = FAULT_INIT;

    sample_define(&d, SAMPLE_DEFINITION);
    CU_ASSERT_PTR_NULL(event_source_open("nowhere", &options, &d, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_NO_INPUT);
    definition_release(&d);
}

static void
one_of_several_activities_must_be_named(void)
{
    struct source_options none = {0};
    struct source_options wrong = {.activity = "Parcels"};
    struct sample s;

    sample_open(&s, "ActivityID\n", &none);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_USAGE);
    CU_ASSERT(test_contains(s.fault.hint, "--activity"));
    sample_close(&s);
    sample_open(&s, "ActivityID\n", &wrong);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_DATA);
    CU_ASSERT(test_contains(s.fault.text, "no activity 'Parcels'"));
    CU_ASSERT_STRING_EQUAL(s.fault.hint, "did you mean 'Parcel'?");
    sample_close(&s);
}

static void
an_unknown_time_zone_is_a_usage_fault(void)
{
    struct source_options options = {.activity = "Order", .timezone = "Mars/Olympus"};
    struct sample s;

    sample_open(&s, "ActivityID\n", &options);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_USAGE);
    sample_close(&s);
}

static void
compressed_files_are_read_whatever_their_name(void)
{
    static const char *const commands[] = {"gzip", "zstd -q", "xz", "bzip2"};
    struct source_options options = {.activity = "Order"};
    char command[100];

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct sample s = {.source = NULL};

        sample_write("plain", "ActivityID,City\n1,Wien\n");
        sample_define(&s.definition, SAMPLE_DEFINITION);
        snprintf(command, sizeof command, "%s -c plain > packed 2> /dev/null", commands[i]);
        if (system(command) == 0) {
            s.source = event_source_open("packed", &options, &s.definition, &s.fault);
            CU_ASSERT(sample_has(sample_take(&s), CITY, "Wien"));
            sample_end(&s);
        }
        sample_close(&s);
    }
}

static void
a_truncated_archive_is_a_data_fault(void)
{
    struct source_options options = {.activity = "Order"};
    struct sample s = {.source = NULL};
    enum source_result result = SOURCE_FAULT;

    sample_define(&s.definition, SAMPLE_DEFINITION);
    CU_ASSERT_EQUAL_FATAL(
        system("{ echo ActivityID; seq 100000; } | gzip | head -c 100000 > cut"), 0);
    s.source = event_source_open("cut", &options, &s.definition, &s.fault);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s.source);
    while ((result = event_source_next(s.source, &s.record, &s.fault)) == SOURCE_RECORD)
        ;
    CU_ASSERT_EQUAL(result, SOURCE_FAULT);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_DATA);
    CU_ASSERT(test_contains(s.fault.text, "decompress 'cut'"));
    sample_close(&s);
}

const struct test suite_etl_event_source[] = {
    {"the format is seen from the content", the_format_is_seen_from_the_content},
    {"an unknown format is a fault", an_unknown_format_is_a_fault},
    {"a CSV of one's own is told what to say", a_csv_of_ones_own_is_told_what_to_say},
    {"a missing file is no input", a_missing_file_is_no_input},
    {"one of several activities must be named", one_of_several_activities_must_be_named},
    {"an unknown time zone is a usage fault", an_unknown_time_zone_is_a_usage_fault},
    {"compressed files are read whatever their name",
        compressed_files_are_read_whatever_their_name},
    {"a truncated archive is a data fault", a_truncated_archive_is_a_data_fault},
    {0},
};
