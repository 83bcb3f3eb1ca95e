#include "etl/activity/import.h"

#include "tests/etl/fixture.h"

static const char two_orders[] =
    "{\"op\":\"begin\",\"id\":\"o1\",\"data\":{\"City\":\"Oslo\",\"Quantity\":5}}\n"
    "{\"op\":\"update\",\"id\":\"o1\",\"data\":{\"City\":null,\"Price\":0.30000000000000004}}\n"
    "{\"op\":\"end\",\"id\":\"o1\"}\n"
    "{\"op\":\"begin\",\"id\":\"o2\"}\n";

static void
completes_and_keeps_apart(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x, two_orders, &r), &x.f);
    CU_ASSERT_EQUAL(r.records, 4);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Completed"), 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_Completed WHERE City = 'Oslo' AND "
                        "Price = 0.30000000000000004"),
        1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_AllInstances"), 2);
    fixture_end(&x);
}

static void
twice_is_once(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x, two_orders, &r), &x.f);
    fixture_set_now("2026-02-01T00:00:00Z");
    ASSERT_OK(fixture_import(&x, two_orders, &r), &x.f);
    CU_ASSERT_EQUAL(r.records, 0);
    CU_ASSERT_EQUAL(r.skipped, 4);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_AllInstances"), 2);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary,
            "SELECT count(*) FROM nightcube_Imports WHERE LastTime < '2026-01-02 00:00:00'"),
        1);
    fixture_end(&x);
}

static void
stops_at_a_bad_line_with_nothing_half_done(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_FAULT(fixture_import(&x,
                     "{\"op\":\"begin\",\"id\":\"o1\"}\n{\"op\":\"begin\",\"id\":\"o2\",\"data\":"
                     "{\"Quantity\":\"many\"}}\n",
                     &r),
        &x.f, FAULT_DATA, "line 2");
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 0);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM nightcube_Imports"), 0);
    fixture_end(&x);
}

static void
collects_rejects_and_goes_on(void)
{
    const struct import_options options = {
        .source = {.activity = "Order"}, .reject_file = "rejects"};
    struct import_result r;
    struct text rejects = TEXT_INIT;
    struct fixture x;

    fixture_begin(&x);
    fixture_write("bad.jsonl",
        "{\"op\":\"begin\",\"id\":\"o1\"}\nnonsense\n{\"op\":\"end\",\"id\":\"o1\"}\n"
        "{\"op\":\"begin\",\"id\":\"o1\"}\n{\"op\":\"end\",\"id\":\"o1\"}\n");
    ASSERT_OK(import_run(x.primary, &x.definition, "bad.jsonl", &options, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.rejected, 2);
    CU_ASSERT_EQUAL(r.late, 1);
    ASSERT_OK(file_read_all("rejects", 10000, &rejects, &x.f), &x.f);
    CU_ASSERT(test_contains(text_get(&rejects), "nonsense"));
    CU_ASSERT(test_contains(text_get(&rejects), "second time"));
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Completed"), 1);
    text_release(&rejects);
    fixture_end(&x);
}

static void
rejects_stay_when_the_import_is_said_again(void)
{
    const struct import_options options = {
        .source = {.activity = "Order"}, .reject_file = "rejects"};
    struct import_result r;
    struct text rejects = TEXT_INIT;
    struct fixture x;

    fixture_begin(&x);
    fixture_write("bad.jsonl", "{\"op\":\"begin\",\"id\":\"o1\"}\nnonsense\n");
    fixture_write("rejects", "of another source\n");
    ASSERT_OK(import_run(x.primary, &x.definition, "bad.jsonl", &options, &r, &x.f), &x.f);
    ASSERT_OK(import_run(x.primary, &x.definition, "bad.jsonl", &options, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.rejected, 0);
    ASSERT_OK(file_read_all("rejects", 10000, &rejects, &x.f), &x.f);
    CU_ASSERT(test_contains(text_get(&rejects), "nonsense"));
    CU_ASSERT(!test_contains(text_get(&rejects), "another"));
    text_release(&rejects);
    fixture_end(&x);
}

/* Where they cannot be written nothing of the batch is taken either. */
static void
rejects_that_cannot_be_written_end_the_import(void)
{
    static const char *const places[] = {"no-folder/rejects", "/dev/full"};
    struct fixture x;

    fixture_begin(&x);
    fixture_write("bad.jsonl", "{\"op\":\"begin\",\"id\":\"o1\"}\nnonsense\n");
    for (size_t i = 0; i < 2; i++) {
        const struct import_options options = {
            .source = {.activity = "Order"}, .reject_file = places[i]};
        struct import_result r;

        ASSERT_FAULT(import_run(x.primary, &x.definition, "bad.jsonl", &options, &r, &x.f), &x.f,
            i == 0 ? FAULT_NO_INPUT : FAULT_IO, places[i]);
    }
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 0);
    fixture_end(&x);
}

static void
the_source_is_not_overwritten_with_rejects(void)
{
    const struct import_options options = {
        .source = {.activity = "Order"}, .reject_file = "./orders.jsonl"};
    struct import_result r;
    struct text content = TEXT_INIT;
    struct fixture x;

    fixture_begin(&x);
    fixture_write("orders.jsonl", two_orders);
    ASSERT_FAULT(import_run(x.primary, &x.definition, "orders.jsonl", &options, &r, &x.f), &x.f,
        FAULT_USAGE, "the source itself");
    ASSERT_OK(file_read_all("orders.jsonl", 10000, &content, &x.f), &x.f);
    CU_ASSERT_STRING_EQUAL(text_get(&content), two_orders);
    text_release(&content);
    fixture_end(&x);
}

static void
relationships_move_along(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(
        fixture_import(&x,
            "{\"op\":\"begin\",\"id\":\"o1\"}\n"
            "{\"op\":\"reference\",\"id\":\"o1\",\"reference\":{\"name\":\"a\",\"data\":\"x\"}}\n",
            &r),
        &x.f);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_ActiveRelationships"), 1);
    ASSERT_OK(
        fixture_import(&x,
            "{\"op\":\"reference\",\"id\":\"o1\",\"reference\":{\"name\":\"b\",\"type\":\"T\"}}\n"
            "{\"op\":\"end\",\"id\":\"o1\"}\n",
            &r),
        &x.f);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_ActiveRelationships"), 0);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_CompletedRelationships r JOIN "
                        "bam_Order_Completed c ON c.RecordID = r.RecordID"),
        2);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_CompletedRelationships WHERE "
                        "ReferenceType = 'BizTalkService' AND ReferenceName = 'a'"),
        1);
    fixture_end(&x);
}

static void
tokens_survive_between_imports(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x,
                  "{\"op\":\"update\",\"id\":\"t\",\"data\":{\"Quantity\":7}}\n"
                  "{\"op\":\"reference\",\"id\":\"t\",\"reference\":{\"name\":\"a\"}}\n",
                  &r),
        &x.f);
    ASSERT_OK(fixture_import(&x,
                  "{\"op\":\"begin\",\"id\":\"o1\"}\n{\"op\":\"continue\",\"id\":\"o1\",\"token\":"
                  "\"t\"}\n"
                  "{\"op\":\"end\",\"id\":\"o1\"}\n",
                  &r),
        &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Continuations"), 1);
    ASSERT_OK(
        fixture_import(&x, "{\"op\":\"end\",\"id\":\"t\",\"data\":{\"City\":\"Oslo\"}}\n", &r),
        &x.f);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Continuations"), 0);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_Completed c JOIN "
                        "bam_Order_CompletedRelationships r ON r.RecordID = c.RecordID WHERE "
                        "c.ActivityID = 'o1' AND Quantity = 7 AND City = 'Oslo'"),
        1);
    fixture_end(&x);
}

static void
an_instance_may_live_twice_in_a_batch(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x,
                  "{\"op\":\"begin\",\"id\":\"o1\"}\n{\"op\":\"end\",\"id\":\"o1\"}\n"
                  "{\"op\":\"update\",\"id\":\"o1\",\"data\":{\"Quantity\":1}}\n",
                  &r),
        &x.f);
    CU_ASSERT_EQUAL(r.late, 1);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_ActiveInstances"), 0);
    fixture_end(&x);
}

static void
keys_differ_in_case_and_blanks(void)
{
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x,
                  "{\"op\":\"begin\",\"id\":\"a\"}\n{\"op\":\"begin\",\"id\":\"A\"}\n"
                  "{\"op\":\"begin\",\"id\":\"a \"}\n{\"op\":\"begin\",\"id\":\"it's\"}\n"
                  "{\"op\":\"end\",\"id\":\"it's\"}\n",
                  &r),
        &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 3);
    fixture_end(&x);
}

static void
a_removed_activity_may_be_imported_again(void)
{
    struct findings list = FINDINGS_INIT("again");
    struct definition d = DEFINITION_INIT;
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_import(&x, two_orders, &r), &x.f);
    ASSERT_OK(deployment_remove(x.primary, NULL, "Sales", &list, &x.f), &x.f);
    ASSERT_OK(deployment_remove(x.primary, "Order", NULL, &list, &x.f), &x.f);
    ASSERT_OK(
        definition_read_text(&d, fixture_definition, sizeof fixture_definition - 1, &list, &x.f),
        &x.f);
    ASSERT_OK(deployment_deploy(x.primary, &d, &list, &x.f), &x.f);
    ASSERT_OK(fixture_import(&x, two_orders, &r), &x.f);
    CU_ASSERT_EQUAL(r.records, 4);
    definition_release(&d);
    findings_release(&list);
    fixture_end(&x);
}

static void
a_foreign_log_is_refused(void)
{
    const struct import_options options = {.source = {.activity = "Order"}};
    struct import_result r;
    struct fixture x;

    fixture_begin(&x);
    fixture_write("foreign.csv",
        "case:concept:name,concept:name,time:timestamp\n1,Register,2026-01-01T00:00:00Z\n");
    ASSERT_FAULT(import_run(x.primary, &x.definition, "foreign.csv", &options, &r, &x.f), &x.f,
        FAULT_DATA, "no event class or attribute");
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 0);
    fixture_end(&x);
}

/* More than write at a time, and over two batches. */
static void
a_source_may_speak_of_many_activities(void)
{
    enum { ACTIVITIES = 20, INSTANCES = 110 };
    struct findings list = FINDINGS_INIT("many");
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT, events = TEXT_INIT, sql = TEXT_INIT;
    const struct import_options options = {0};
    struct import_result r;
    struct fixture x;

    if (test_engine() != ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    text_add(
        &xml, "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">");
    for (int a = 0; a < ACTIVITIES; a++)
        text_add_format(&xml,
            "<Activity Name=\"A%d\" ID=\"A%d\"><Checkpoint Name=\"N\" ID=\"A%dN\" "
            "DataType=\"INT\"/></Activity>",
            a, a, a);
    text_add(&xml, "</BAMDefinition>");
    for (int i = 0; i < INSTANCES * ACTIVITIES; i++)
        text_add_format(&events,
            "{\"op\":\"begin\",\"activity\":\"A%d\",\"id\":\"%d\",\"data\":{\"N\":%d}}\n"
            "{\"op\":\"end\",\"activity\":\"A%d\",\"id\":\"%d\"}\n",
            i % ACTIVITIES, i, i / ACTIVITIES, i % ACTIVITIES, i);
    fixture_write("many.jsonl", text_get(&events));
    ASSERT_OK(definition_read_text(&d, text_get(&xml), xml.length, &list, &x.f), &x.f);
    ASSERT_OK(deployment_deploy(x.primary, &d, &list, &x.f), &x.f);
    ASSERT_OK(import_run(x.primary, &d, "many.jsonl", &options, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.records, 2 * INSTANCES * ACTIVITIES);
    for (int a = 0; a < ACTIVITIES; a++) {
        text_clear(&sql);
        text_add_format(
            &sql, "SELECT sum(N) * 1000 + count(DISTINCT ActivityID) FROM bam_A%d_Completed", a);
        CU_ASSERT_EQUAL(fixture_count(&x, x.primary, text_get(&sql)),
            INSTANCES * (INSTANCES - 1) / 2 * 1000 + INSTANCES);
    }
    text_release(&xml);
    text_release(&events);
    text_release(&sql);
    definition_release(&d);
    findings_release(&list);
    fixture_end(&x);
}

const struct test suite_etl_activity_import[] = {
    {"completed instances leave Active", completes_and_keeps_apart},
    {"the same source twice is imported once", twice_is_once},
    {"a bad line stops with nothing half done", stops_at_a_bad_line_with_nothing_half_done},
    {"rejects are collected and the import goes on", collects_rejects_and_goes_on},
    {"rejects stay when the import is said again", rejects_stay_when_the_import_is_said_again},
    {"rejects that cannot be written end the import",
        rejects_that_cannot_be_written_end_the_import},
    {"the source is not overwritten with rejects", the_source_is_not_overwritten_with_rejects},
    {"relationships move along", relationships_move_along},
    {"tokens survive between imports", tokens_survive_between_imports},
    {"an instance may live twice in a batch", an_instance_may_live_twice_in_a_batch},
    {"keys differ in case and blanks", keys_differ_in_case_and_blanks},
    {"a log of another process is refused", a_foreign_log_is_refused},
    {"a removed activity may be imported again", a_removed_activity_may_be_imported_again},
    {"a source may speak of many activities", a_source_may_speak_of_many_activities},
    {NULL, on_each_engine},
};
