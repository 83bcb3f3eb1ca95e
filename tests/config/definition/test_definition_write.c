#include "tests/config/definition/sample.h"

static void
write_text(const struct definition *d, struct text *xml)
{
    struct fault f = FAULT_INIT;

    text_clear(xml);
    ASSERT_OK(definition_write(d, xml, &f), &f);
}

static void
read_text(struct definition *d, const struct text *xml)
{
    struct findings list = FINDINGS_INIT("written.xml");
    struct fault f = FAULT_INIT;
    int rc = definition_read_text(d, text_get(xml), xml->length, &list, &f);

    if (rc != 0)
        fprintf(stderr, "\n%s\n%s", text_get(&list.lines), text_get(xml));
    findings_release(&list);
    ASSERT_OK(rc, &f);
}

/* Writes, reads, writes: both texts must be the same, and each is written twice alike. */
static void
expect_round_trip(const struct definition *d)
{
    struct definition again = DEFINITION_INIT;
    struct text first = TEXT_INIT;
    struct text second = TEXT_INIT;

    write_text(d, &first);
    write_text(d, &second);
    CU_ASSERT_STRING_EQUAL(text_get(&first), text_get(&second));
    read_text(&again, &first);
    CU_ASSERT_EQUAL(again.verbatim_count, d->verbatim_count);
    for (size_t i = 0; i < again.verbatim_count; i++)
        CU_ASSERT_STRING_EQUAL(again.verbatim[i], d->verbatim[i]);
    write_text(&again, &second);
    CU_ASSERT_STRING_EQUAL(text_get(&first), text_get(&second));
    text_release(&second);
    text_release(&first);
    definition_release(&again);
}

static void
the_sample_survives(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;

    CU_ASSERT_EQUAL_FATAL(sample_read(&d, "", "", &list), 0);
    expect_round_trip(&d);
    definition_release(&d);
    findings_release(&list);
}

static void
everything_of_the_sample_is_written(void)
{
    static const char *const parts[] = {
        "<Checkpoint Name=\"City\" ID=\"C4\" DataType=\"NVARCHAR\" DataLength=\"30\"/>",
        "<Index Name=\"ByCity\" ID=\"I1\">\n      <CheckpointRef>C4</CheckpointRef>",
        "<Duration Name=\"Took\" ID=\"D1\" TimeResolution=\"Hour\">",
        "<Cube Name=\"Orders\" ID=\"Q\" DisplayName=\"\" ActivityViewRef=\"AV\">",
        "<Measure Name=\"AvgTook\" ID=\"M4\" AliasRef=\"D1\" AggregationFunction=\"Avg\"/>",
        "<Range Name=\"Large\" ID=\"R2\" From=\"10\" To=\"1000\"/>",
        "        <ProgressStage Name=\"Done\" ID=\"S2\" TimeStampAliasRef=\"L2\"/>",
        "<DimensionRef>X1</DimensionRef>",
        "<Alert ID=\"A\"/></Alerts>",
        "<OWC/></Extension>",
        "<Origins xmlns=\"urn:nightcube:origins:1\" ActivityRef=\"A\">",
        "<Origin Kind=\"event\" Event=\"order received\" CheckpointRef=\"C1\"/>",
    };
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT;

    CU_ASSERT_EQUAL_FATAL(sample_read(&d, "", "", &list), 0);
    write_text(&d, &xml);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        CU_ASSERT(test_contains(text_get(&xml), parts[i]));
        if (!test_contains(text_get(&xml), parts[i]))
            fprintf(stderr, "\n    not written: %s", parts[i]);
    }
    text_release(&xml);
    definition_release(&d);
    findings_release(&list);
}

static void
real_files_survive(void)
{
    static const char *const files[] = {
        "bam-definitions/two-activities.utf16.xml",
        "bam-definitions/deployment-framework-sample.xml",
        "bam-definitions/typed-api-test-good.utf16.xml",
        "bam-definitions/purchase-order.docs-example.xml",
        "bam-definitions/biztalk-factory-activity-model.xml",
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct findings list = FINDINGS_INIT("x.xml");
        struct definition d = DEFINITION_INIT;
        struct fault f = FAULT_INIT;
        const char *path = test_data(files[i]);

        if (path == NULL)
            return;
        ASSERT_OK(definition_read(&d, path, &list, &f), &f);
        expect_round_trip(&d);
        definition_release(&d);
        findings_release(&list);
    }
}

static void
foreign_extensions_keep_their_namespaces(void)
{
    static const char xml[] =
        "<b:BAMDefinition xmlns:b='urn:schemas-microsoft.com:BAM' xmlns:xsi="
        "'http://www.w3.org/2001/XMLSchema-instance'><Activity Name='A' ID='a'/>"
        "<Alerts>\n<v xsi:nil='true' t='&lt;&#xE9;'>\xC3\xA9 &amp;</v></Alerts>"
        "<b:Extension xmlns='urn:y'><b:x/><z xmlns=''/></b:Extension></b:BAMDefinition>";
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(definition_read_text(&d, xml, sizeof xml - 1, &list, &f), &f);
    CU_ASSERT_EQUAL_FATAL(d.verbatim_count, 2);
    CU_ASSERT_STRING_EQUAL(d.verbatim[0],
        "<Alerts xmlns:b=\"urn:schemas-microsoft.com:BAM\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns=\"\">\n"
        "<v xsi:nil=\"true\" t=\"&lt;\xC3\xA9\">\xC3\xA9 &amp;</v></Alerts>");
    expect_round_trip(&d);
    definition_release(&d);
    findings_release(&list);
}

static void
merged_documents_get_unique_ids(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition a = DEFINITION_INIT;
    struct definition b = DEFINITION_INIT;
    struct definition again = DEFINITION_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;

    CU_ASSERT_EQUAL_FATAL(sample_read(&a, "", "", &list), 0);
    CU_ASSERT_EQUAL_FATAL(sample_read(&b, "", "", &list), 0);
    b.activities[0].name = "Other";
    b.views[0].name = "OtherView";
    b.cubes[0].name = "OtherCube";
    ASSERT_OK(definition_merge(&a, &b, &list, &f), &f);
    definition_release(&b);
    write_text(&a, &xml);
    read_text(&again, &xml);
    CU_ASSERT_EQUAL(again.activity_count, 2);
    CU_ASSERT_EQUAL(again.views[1].activity_views[0].activity, 1);
    CU_ASSERT_EQUAL(again.cubes[1].view, 1);
    CU_ASSERT_STRING_EQUAL(again.activities[0].id, "A");
    CU_ASSERT_STRING_EQUAL(again.activities[1].id, "A_2");
    CU_ASSERT_EQUAL(again.activities[1].origin_count, 2);
    CU_ASSERT_STRING_EQUAL(a.activities[1].id, "A");
    expect_round_trip(&again);
    text_release(&xml);
    definition_release(&again);
    definition_release(&a);
    findings_release(&list);
}

static void
merged_alerts_become_one_element(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition a = DEFINITION_INIT;
    struct definition b = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    CU_ASSERT_EQUAL_FATAL(sample_read(&a, "", "", &list), 0);
    CU_ASSERT_EQUAL_FATAL(sample_read(&b, "<Alert ID=\"A\"/>", "<Alert ID=\"B\"/>", &list), 0);
    b.activities[0].name = b.views[0].name = b.cubes[0].name = "Other";
    ASSERT_OK(definition_merge(&a, &b, &list, &f), &f);
    CU_ASSERT_EQUAL(a.verbatim_count, 2);
    CU_ASSERT(test_contains(a.verbatim[0], "<Alert ID=\"A\"/><Alert xmlns=\"http://"));
    expect_round_trip(&a);
    definition_release(&b);
    definition_release(&a);
    findings_release(&list);
}

static void
a_taken_name_refuses_the_merge(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition a = DEFINITION_INIT;
    struct definition b = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    CU_ASSERT_EQUAL_FATAL(sample_read(&a, "", "", &list), 0);
    CU_ASSERT_EQUAL_FATAL(sample_read(&b, "Name=\"Order\"", "Name=\"ORDER\"", &list), 0);
    ASSERT_FAULT(definition_merge(&a, &b, &list, &f), &f, FAULT_DATA, "3 names");
    CU_ASSERT(test_contains(
        text_get(&list.lines), "x.xml:3: activity 'ORDER' exists already as 'Order'"));
    CU_ASSERT(test_contains(text_get(&list.lines), "x.xml:20: cube 'Orders' exists already\n"));
    definition_release(&b);
    definition_release(&a);
    findings_release(&list);
}

static void
what_has_no_id_gets_one(void)
{
    struct definition d = DEFINITION_INIT;
    struct checkpoint checkpoints[] = {
        {.name = "x", .type = VALUE_INT}, {.name = "y", .id = "ID", .type = VALUE_FLOAT}};
    struct activity activity = {.name = "A", .checkpoints = checkpoints, .checkpoint_count = 2};

    d.activities = &activity;
    d.activity_count = 1;
    expect_round_trip(&d);
}

const struct test suite_config_definition_definition_write[] = {
    {"the sample survives", the_sample_survives},
    {"everything of the sample is written", everything_of_the_sample_is_written},
    {"real files survive", real_files_survive},
    {"foreign extensions keep their namespaces", foreign_extensions_keep_their_namespaces},
    {"merged documents get unique IDs", merged_documents_get_unique_ids},
    {"merged Alerts become one element", merged_alerts_become_one_element},
    {"a taken name refuses the merge", a_taken_name_refuses_the_merge},
    {"what has no ID gets one", what_has_no_id_gets_one},
    {0},
};
