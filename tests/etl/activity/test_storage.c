#include "etl/activity/storage.h"

#include <pthread.h>
#include <time.h>

#include "etl/activity/resolve.h"
#include "etl/maintenance/spawn.h"
#include "tests/etl/writer/calls.h"

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

/* ---- what applications write meanwhile ---- */

struct meanwhile {
    struct fixture x;
    int (*work)(struct fixture *x);
    int rc;
};

static void *
work(void *state)
{
    struct meanwhile *m = state;

    m->rc = m->work(&m->x);
    return NULL;
}

/* Until somebody waits for a lock; where nobody tells, until he may have come to it. InnoDB looks
 * anew only when it was not asked for a tenth of a second (CACHE_MIN_IDLE_TIME_NS). */
static void
wait_until_it_waits(struct db *db)
{
    static const char *const queries[ENGINE_COUNT] = {
        [ENGINE_POSTGRESQL] = "SELECT count(*) FROM pg_locks WHERE NOT granted",
        [ENGINE_MARIADB] =
            "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
    };
    const struct timespec pause = {.tv_nsec = 150000000};
    const char *query = queries[test_engine()];
    int64_t waiting = 0;

    for (int try = 0; waiting == 0 && try < (query == NULL ? 1 : 100); try++) {
        struct fault f = FAULT_INIT;

        nanosleep(&pause, NULL);
        if (query != NULL)
            ASSERT_OK(db_get_int(db, query, 0, &waiting, &f), &f);
    }
    CU_ASSERT(query == NULL || waiting > 0);
}

/* An application has written and not yet committed when the work begins. */
static void
write_while(struct meanwhile *m, const struct call *c)
{
    struct db *application = db_open_again(m->x.primary, &m->x.f);
    struct fault f = FAULT_INIT;
    pthread_t thread;

    CU_ASSERT_PTR_NOT_NULL_FATAL(application);
    ASSERT_OK(db_begin(application, &f), &f);
    ASSERT_OK(call_run(application, test_engine(), c, &f), &f);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, work, m), 0);
    wait_until_it_waits(application);
    ASSERT_OK(db_end(application, 0, &f), &f);
    pthread_join(thread, NULL);
    ASSERT_OK(m->rc, &m->x.f);
    db_close(application);
}

static int
import_quantity(struct fixture *x)
{
    struct import_result result;

    return fixture_import(
        x, "{\"op\":\"update\",\"id\":\"o1\",\"data\":{\"Quantity\":7}}\n", &result);
}

static int
resolve_all(struct fixture *x)
{
    const struct resolve_options options = {.remove = false};
    struct resolve_result result;

    return resolve_run(x->primary, fixture_activity(x), &options, &result, &x->f);
}

static void
begin_o1(struct meanwhile *m)
{
    struct import_result result;

    fixture_begin(&m->x);
    ASSERT_OK(fixture_import(&m->x, "{\"op\":\"begin\",\"id\":\"o1\"}\n", &result), &m->x.f);
}

static void
an_import_keeps_what_is_written_meanwhile(void)
{
    const struct call c = {.op = "update", .id = "o1", .city = "Oslo"};
    struct meanwhile m = {.work = import_quantity};

    begin_o1(&m);
    write_while(&m, &c);
    CU_ASSERT_EQUAL(fixture_count(&m.x, m.x.primary,
                        "SELECT count(*) FROM bam_Order_Active WHERE City = 'Oslo' AND "
                        "Quantity = 7 AND IsVisible = 1"),
        1);
    fixture_end(&m.x);
}

static void
resolving_keeps_what_is_written_meanwhile(void)
{
    const struct call c = {.op = "update", .id = "o1", .city = "Oslo"};
    struct meanwhile m = {.work = resolve_all};

    begin_o1(&m);
    write_while(&m, &c);
    CU_ASSERT_EQUAL(fixture_count(&m.x, m.x.primary,
                        "SELECT count(*) FROM bam_Order_Completed WHERE City = 'Oslo'"),
        1);
    CU_ASSERT_EQUAL(fixture_count(&m.x, m.x.primary, "SELECT count(*) FROM bam_Order_Active"), 0);
    fixture_end(&m.x);
}

const struct test suite_etl_activity_storage[] = {
    {"completed instances are known", completed_ones_are_known},
    {"a partition made between two batches is known", a_partition_made_meanwhile_is_known},
    {"an import keeps what is written meanwhile", an_import_keeps_what_is_written_meanwhile},
    {"resolving keeps what is written meanwhile", resolving_keeps_what_is_written_meanwhile},
    {NULL, on_each_engine},
};
