#include "etl/star/history.h"

#include "etl/activity/partition.h"
#include "tests/etl/fixture.h"

/* What was read: how often, the sum of the records, and the last of them. */
struct reading {
    size_t relations, rows;
    int64_t sum, last;
};

static int
read_records(void *state, struct db *from, const char *rest, struct fault *f)
{
    static const enum value_type type = VALUE_INT;
    struct reading *r = state;
    struct text sql = TEXT_INIT;
    struct stmt *st;
    struct value v;
    int rc;

    sql_add(&sql, "SELECT \"RecordID\" FROM %s", rest);
    st = db_prepare_stream(from, text_get(&sql), f);
    rc = st == NULL ? -1 : stmt_query(st, &type, 1, f);
    while (rc == 0 && (rc = stmt_fetch(st, &v, f)) == 1) {
        r->rows++;
        r->sum += v.as.integer;
        r->last = v.as.integer;
        rc = 0;
    }
    r->relations++;
    stmt_free(st);
    text_release(&sql);
    return rc;
}

static struct fixture x;
static struct star s;

static void
begin(void)
{
    fixture_begin(&x);
    ASSERT_OK(star_init(&s, &x.definition, &x.definition.cubes[0], &x.f), &x.f);
}

static void
end(void)
{
    star_release(&s);
    fixture_end(&x);
}

static void
record_partition(const char *table, int64_t min, int64_t max)
{
    const struct partition p = {.activity = "Order",
        .instances = table,
        .relationships = table,
        .created = min,
        .min_record = min,
        .max_record = max};

    ASSERT_OK(partition_record(x.primary, &p, &x.f), &x.f);
}

/* A table of the instances `from` to `to`, with no other column than each table of instances has.
 */
static void
make_instances(struct db *db, const char *name, int64_t from, int64_t to)
{
    static struct table_column columns[] = {
        {.name = "RecordID", .type = VALUE_INT, .not_null = true},
        {.name = "ActivityID", .type = VALUE_TEXT, .length = 128},
        {.name = "LastModified", .type = VALUE_TIME},
    };
    static const char *key[] = {"RecordID"};
    const struct table t = {
        .name = name, .columns = columns, .column_count = 3, .key = key, .key_count = 1};
    struct text sql = TEXT_INIT;

    ASSERT_OK(db_create_table(db, &t, &x.f), &x.f);
    for (int64_t i = from; i <= to; i++)
        ASSERT_OK(
            db_run(db,
                sql_set(&sql, "INSERT INTO %n (\"RecordID\", \"ActivityID\") VALUES (%d, 'x')",
                    name, i),
                NULL, &x.f),
            &x.f);
    text_release(&sql);
}

/* The others need not even be there: they lie outside of the window. */
static void
a_window_touches_only_what_holds_some_of_it(void)
{
    const struct task t = {.min_record = 12, .max_record = 24};
    struct reading r = {0};

    begin();
    record_partition("not_there", 1, 10);
    record_partition("second", 11, 20);
    record_partition("third", 21, 30);
    record_partition("nor_this", 31, 40);
    make_instances(x.primary, "second", 11, 20);
    make_instances(x.primary, "third", 21, 30);
    ASSERT_OK(history_online(x.primary, &s, &t, read_records, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.relations, 3); /* and Completed */
    CU_ASSERT_EQUAL(r.rows, 13);
    CU_ASSERT_EQUAL(r.sum, 13 * (12 + 24) / 2);
    CU_ASSERT_EQUAL(r.last, 24);
    end();
}

static void
a_partition_that_is_gone_is_told(void)
{
    const struct task t = {.min_record = 1, .max_record = 24};
    struct reading r = {0};

    begin();
    record_partition("not_there", 1, 10);
    ASSERT_FAULT(
        history_online(x.primary, &s, &t, read_records, &r, &x.f), &x.f, FAULT_DATA, "'not_there'");
    end();
}

/* Next to each other they are one range; with gaps between them more than an expression may be
 * deep. */
static void
what_is_online_is_not_read_from_the_archive(void)
{
    enum { GAPS = 1100 };
    const struct task t = {.min_record = 1, .max_record = 1000000};
    struct reading r = {0};

    begin();
    ASSERT_OK(history_archived(x.archive, x.primary, &s, &t, read_records, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.relations, 0); /* nothing was ever archived */
    make_instances(x.archive, "copies", 1, 60);
    ASSERT_OK(
        db_create_view(x.archive, "bam_Order_InstancesView", "SELECT * FROM \"copies\"", &x.f),
        &x.f);
    ASSERT_OK(db_begin(x.primary, &x.f), &x.f);
    record_partition("p1", 11, 20);
    record_partition("p2", 21, 30);
    record_partition("p3", 51, 60);
    for (int64_t i = 0; i < GAPS; i++) {
        char name[20];

        snprintf(name, sizeof name, "gap%d", (int)i);
        record_partition(name, 1000 + 3 * i, 1001 + 3 * i);
    }
    ASSERT_OK(db_commit(x.primary, &x.f), &x.f);
    ASSERT_OK(history_archived(x.archive, x.primary, &s, &t, read_records, &r, &x.f), &x.f);
    CU_ASSERT_EQUAL(r.relations, 1);
    CU_ASSERT_EQUAL(r.rows, 30);
    CU_ASSERT_EQUAL(r.sum, 10 * (1 + 10) / 2 + 20 * (31 + 50) / 2);
    end();
}

const struct test suite_etl_star_history[] = {
    {"a window touches only what holds some of it", a_window_touches_only_what_holds_some_of_it},
    {"a partition that is gone is told", a_partition_that_is_gone_is_told},
    {"what is online is not read from the archive", what_is_online_is_not_read_from_the_archive},
    {NULL, on_each_engine},
};
