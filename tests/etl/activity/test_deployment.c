#include "etl/activity/deployment.h"

#include "etl/maintenance/spawn.h"
#include "etl/odbc/table_shape.h"
#include "tests/etl/fixture.h"

/* The definition with something more before the end of its activity, as an update. */
static void
update_with(struct fixture *x, const char *more)
{
    const char *cut = strstr(fixture_definition, "</Activity>");
    struct findings list = FINDINGS_INIT("update");
    struct definition d = DEFINITION_INIT;
    struct text xml = TEXT_INIT;

    text_add_bytes(&xml, fixture_definition, (size_t)(cut - fixture_definition));
    text_add(&xml, more);
    text_add(&xml, cut);
    ASSERT_OK(definition_read_text(&d, text_get(&xml), xml.length, &list, &x->f), &x->f);
    ASSERT_OK(deployment_update(x->primary, &d, &list, &x->f), &x->f);
    text_release(&xml);
    definition_release(&d);
    findings_release(&list);
}

/* Those over the checkpoint City alone. */
static size_t
count_city_indexes(struct fixture *x)
{
    struct arena memory = ARENA_INIT;
    size_t count = 0;
    struct table t;

    ASSERT_OK(table_shape_read(x->primary, "bam_Order_Completed", &memory, &t, &x->f), &x->f);
    for (size_t i = 0; i < t.index_count; i++)
        count += t.indexes[i].column_count == 1 && strcmp(t.indexes[i].columns[0], "City") == 0;
    arena_release(&memory);
    return count;
}

static void
remove_index(struct fixture *x, const char *name)
{
    struct findings list = FINDINGS_INIT("remove");

    ASSERT_OK(deployment_remove_index(x->primary, "Order", name, &list, &x->f), &x->f);
    findings_release(&list);
}

/* A swap in between has made other tables; one of two alike stays for the other. */
static void
a_removed_index_leaves_completed_alone(void)
{
    struct spawn_result r;
    struct fixture x;

    fixture_begin(&x);
    update_with(&x, "<Index Name=\"First\" ID=\"I1\"><CheckpointRef>C1</CheckpointRef></Index>"
                    "<Index Name=\"Second\" ID=\"I2\"><CheckpointRef>C1</CheckpointRef></Index>"
                    "<Index Name=\"Both\" ID=\"I3\"><CheckpointRef>C1</CheckpointRef>"
                    "<CheckpointRef>C2</CheckpointRef></Index>");
    definition_release(&x.definition);
    ASSERT_OK(deployment_read(x.primary, &x.definition, &x.f), &x.f);
    fixture_complete(&x, 1, 3);
    ASSERT_OK(spawn_partition(x.primary, &x.definition, fixture_activity(&x), &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(count_city_indexes(&x), 2);
    remove_index(&x, "First");
    CU_ASSERT_EQUAL(count_city_indexes(&x), 1);
    remove_index(&x, "Second");
    CU_ASSERT_EQUAL(count_city_indexes(&x), 0);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Metadata_CustomIndexes"), 1);
    CU_ASSERT_EQUAL(
        fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_CompletedInstances"), 3);
    fixture_end(&x);
}

const struct test suite_etl_activity_deployment[] = {
    {"a removed index leaves Completed alone", a_removed_index_leaves_completed_alone},
    {NULL, on_each_engine},
};
