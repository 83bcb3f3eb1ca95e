#include "etl/activity/storage.h"

#include "etl/maintenance/spawn.h"
#include "tests/etl/fixture.h"

/* Loads one order the way a batch of an import does. */
static bool
is_completed(struct fixture *x, struct storage *s, const char *id)
{
    struct instance_set set;
    struct value v = value_text(id);
    bool completed;

    ASSERT_OK(instance_set_init(&set, fixture_activity(x), &x->f), &x->f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(instance_set_add(&set, &v));
    ASSERT_OK(storage_load(s, &set, &x->f), &x->f);
    completed = instance_set_add(&set, &v)->completed_online;
    instance_set_release(&set);
    return completed;
}

static void
completed_ones_are_known(void)
{
    struct fixture x;
    struct storage *s;

    fixture_begin(&x);
    fixture_complete(&x, 1, 1);
    s = storage_new(x.primary, fixture_activity(&x), &x.f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT(is_completed(&x, s, "o1"));
    CU_ASSERT(!is_completed(&x, s, "o2"));
    storage_free(s);
    fixture_end(&x);
}

static void
a_partition_made_meanwhile_is_known(void)
{
    struct spawn_result spawned;
    struct fixture x;
    struct storage *s;

    fixture_begin(&x);
    s = storage_new(x.primary, fixture_activity(&x), &x.f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    fixture_complete(&x, 1, 1);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    CU_ASSERT_EQUAL(spawned.rows, 1);
    CU_ASSERT(is_completed(&x, s, "o1"));
    storage_free(s);
    fixture_end(&x);
}

const struct test suite_etl_activity_storage[] = {
    {"completed instances are known", completed_ones_are_known},
    {"a partition made between two batches is known", a_partition_made_meanwhile_is_known},
    {0},
};
