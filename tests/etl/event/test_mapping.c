#include "tests/etl/event/sample.h"

#define XES                                                                                        \
    "<log><trace><string key='concept:name' value='1'/><string key='town' value='Wien'/>"          \
    "<event><string key='concept:name' value='order.in'/>"                                         \
    "<date key='time:timestamp' value='2026-01-01'/><string key='n' value='1'/></event>"           \
    "<event><string key='concept:name' value='order.out'/>"                                        \
    "<date key='time:timestamp' value='2026-01-02'/><string key='n' value='2'/></event>"           \
    "<event><string key='n' value='3'/></event></trace></log>"

#define CSV                                                                                        \
    "case:concept:name,concept:name,time:timestamp,case:town,n\n1,order.in,2026-01-01,Wien,4\n"

static void
open_mapped(struct sample *s, const char *text, const char **maps, size_t count)
{
    struct source_options options = {.activity = "Order", .maps = maps, .map_count = count};

    sample_open(s, text, &options);
}

static void
maps_feed_checkpoints_of_other_names(void)
{
    const char *maps[] = {"town=City", "order.in=Received", "n=Quantity", "order.out.n=Price"};
    struct sample s;
    const struct event *e;

    open_mapped(&s, XES, maps, 4);
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, CITY, "Wien"));
    CU_ASSERT(sample_has(e, RECEIVED, "2026-01-01T00:00:00Z"));
    CU_ASSERT(sample_has(e, QUANTITY, "3"));
    CU_ASSERT(sample_has(e, PRICE, "2"));
    CU_ASSERT_EQUAL(e->data_count, 4);
    sample_close(&s);
}

static void
maps_feed_from_columns_with_and_without_prefix(void)
{
    const char *plain[] = {"town=City"};
    const char *prefixed[] = {"case:town=City"};
    struct sample s;

    open_mapped(&s, CSV, plain, 1);
    CU_ASSERT(sample_has(sample_take(&s), CITY, "Wien"));
    sample_close(&s);
    open_mapped(&s, XES, prefixed, 1);
    CU_ASSERT(sample_has(sample_take(&s), CITY, "Wien"));
    sample_close(&s);
}

static void
a_map_to_an_unknown_checkpoint_is_a_fault(void)
{
    const char *maps[] = {"town=Cty"};
    struct sample s;

    open_mapped(&s, XES, maps, 1);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_DATA);
    CU_ASSERT(test_contains(s.fault.text, "'town=Cty': activity 'Order' has no checkpoint 'Cty'"));
    CU_ASSERT_STRING_EQUAL(s.fault.hint, "did you mean 'City'?");
    sample_close(&s);
}

static void
a_map_without_a_target_is_a_usage_fault(void)
{
    const char *maps[] = {"town"};
    struct sample s;

    open_mapped(&s, XES, maps, 1);
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.fault.kind, FAULT_USAGE);
    sample_close(&s);
}

#define ORIGINS                                                                                    \
    "<BAMDefinition xmlns='urn:schemas-microsoft.com:BAM'><Activity Name='Order' ID='o'>"          \
    "<Checkpoint Name='In' ID='c0' DataType='DATETIME'/>"                                          \
    "<Checkpoint Name='Town' ID='c1' DataType='NVARCHAR' DataLength='50'/>"                        \
    "<Checkpoint Name='Any' ID='c2' DataType='INT'/>"                                              \
    "<Checkpoint Name='Out' ID='c3' DataType='INT'/>"                                              \
    "<Checkpoint Name='n' ID='c4' DataType='INT'/>"                                                \
    "</Activity><Extension><Origins xmlns='urn:nightcube:origins:1' ActivityRef='o'>"              \
    "<Origin Kind='event' Event='order.in' CheckpointRef='c0'/>"                                   \
    "<Origin Kind='trace' Attribute='case:town' CheckpointRef='c1'/>"                              \
    "<Origin Kind='attribute' Attribute='n' CheckpointRef='c2'/>"                                  \
    "<Origin Kind='attribute' Event='order.out' Attribute='n' CheckpointRef='c3'/>"                \
    "</Origins></Extension></BAMDefinition>"

static void
origins_come_before_maps_and_names(void)
{
    const char *maps[] = {"n=n"};
    struct source_options options = {.maps = maps, .map_count = 1};
    struct sample s = {.source = NULL};
    const struct event *e;

    sample_write("log", XES);
    sample_define(&s.definition, ORIGINS);
    s.source = event_source_open("log", &options, &s.definition, &s.fault);
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, 0, "2026-01-01T00:00:00Z"));
    CU_ASSERT(sample_has(e, 1, "Wien"));
    CU_ASSERT(sample_has(e, 2, "3"));
    CU_ASSERT(sample_has(e, 3, "2"));
    CU_ASSERT_PTR_NULL(sample_datum(e, 4));
    sample_close(&s);
}

static void
one_definition_reads_a_log_in_both_formats(void)
{
    struct source_options options = {0};
    struct sample s = {.source = NULL};
    const struct event *e;

    sample_write("log", CSV);
    sample_define(&s.definition, ORIGINS);
    s.source = event_source_open("log", &options, &s.definition, &s.fault);
    e = sample_take(&s);
    CU_ASSERT(sample_has(e, 0, "2026-01-01T00:00:00Z"));
    CU_ASSERT(sample_has(e, 1, "Wien"));
    CU_ASSERT(sample_has(e, 2, "4"));
    sample_close(&s);
}

const struct test suite_etl_event_mapping[] = {
    {"maps feed checkpoints of other names", maps_feed_checkpoints_of_other_names},
    {"maps feed from columns with and without prefix",
        maps_feed_from_columns_with_and_without_prefix},
    {"a map to an unknown checkpoint is a fault", a_map_to_an_unknown_checkpoint_is_a_fault},
    {"a map without a target is a usage fault", a_map_without_a_target_is_a_usage_fault},
    {"origins come before maps and names", origins_come_before_maps_and_names},
    {"one definition reads a log in both formats", one_definition_reads_a_log_in_both_formats},
    {0},
};
