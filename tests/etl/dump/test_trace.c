#include "etl/dump/trace.h"

#include <time.h>

#include "etl/dump/history.h"
#include "tests/etl/dump/sample.h"

#define OLD "bam_Order_Instances_20260101T000000Z"

enum { ROWS = 25000 /* more than are counted each time */ };

static void
add_partition(struct db *db)
{
    static struct table_column columns[] = {
        {.name = "RecordID", .type = VALUE_INT, .not_null = true},
        {.name = "t", .type = VALUE_TEXT, .length = 20},
    };
    static const char *key[] = {"RecordID"};
    static const struct table t = {
        .name = OLD, .columns = columns, .column_count = 2, .key = key, .key_count = 1};
    struct fault f = FAULT_INIT;
    struct table_writer *w;

    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int64_t n = 1; n <= ROWS; n++)
        ASSERT_OK(table_writer_add(w, (struct value[]){value_int(n), value_text("t")}, &f), &f);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_commit(db, &f), &f);
}

/* A filled archive; whoever filled it has gone, as counters are handed in by then. */
static bool
begin(struct site *site)
{
    struct fault f = FAULT_INIT;
    char connection[600];
    struct db *db;
    bool tells;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "trace", connection, sizeof connection), 0);
    sample_open_at(site, "Archive", connection);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db = site_connect(site, "Archive", DB_CREATE, &f));
    if ((tells = db_dialect(db)->list_traces != NULL))
        add_partition(db);
    db_close(db);
    return tells;
}

static void
change(struct site *site, const char *sql)
{
    struct fault f = FAULT_INIT;
    struct text changed = TEXT_INIT;
    struct db *db = site_connect(site, "Archive", DB_EXISTING, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    sample_run(db, sql_set(&changed, sql, OLD, "RecordID"));
    text_release(&changed);
    db_close(db);
}

/* The partition's trace; "" when the engine cannot tell. */
static void
read_trace(struct site *site, struct text *trace)
{
    struct fault f = FAULT_INIT;
    struct db *db = site_connect(site, "Archive", DB_EXISTING, &f);
    struct arena memory = ARENA_INIT;
    struct trace_list list;

    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    ASSERT_OK(trace_read(db, &memory, &list, &f), &f);
    CU_ASSERT_PTR_NULL(trace_find(&list, "nothing"));
    text_clear(trace);
    if (trace_find(&list, OLD) != NULL)
        text_add(trace, trace_find(&list, OLD));
    arena_release(&memory);
    db_close(db);
}

/* An engine may have to be sure that the second is over. */
static void
wait_for_trace(struct site *site, struct text *trace)
{
    const struct timespec pause = {.tv_nsec = 100000000};

    read_trace(site, trace);
    for (int tries = 0; trace->length == 0 && tries < 100; tries++) {
        nanosleep(&pause, NULL);
        read_trace(site, trace);
    }
    CU_ASSERT_FATAL(trace->length > 0);
}

static void
expect_dump(struct site *site, uint64_t containers)
{
    const struct dump_order order = {.run = 0};
    struct dump_result r = DUMP_RESULT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(dump_database(site, "Archive", &order, &r, &f), &f);
    CU_ASSERT_EQUAL(r.containers, containers);
    dump_result_release(&r);
}

/* Do the newest backup and the engine say what the partition's mark is? Then it is that one. */
static bool
recall(struct site *site)
{
    static const char *const names[] = {OLD};
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct catalogue c = CATALOGUE_INIT;
    struct db *db = site_connect(site, "Archive", DB_EXISTING, &f);
    struct trace_list traces;
    struct history h;
    const char *known;
    bool is_known;

    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    ASSERT_OK(trace_read(db, &memory, &traces, &f), &f);
    ASSERT_OK(catalogue_read(site_store(site, &f), &c, &f), &f);
    ASSERT_OK(history_read(db, "Archive", names, 1, &memory, &h, &f), &f);
    history_recall(&h, &c, "Archive", &traces);
    known = h.units[0].tables[0].known_mark;
    is_known = known != NULL;
    h.units[0].tables[0].known_mark = NULL;
    ASSERT_OK(history_mark(db, &h.units[0], &f), &f);
    CU_ASSERT(!is_known || strcmp(known, h.units[0].tables[0].mark) == 0);
    db_close(db);
    catalogue_release(&c);
    arena_release(&memory);
    return is_known;
}

/* Any change, also one that leaves the number of rows as it was. */
static void
expect_noticed(struct site *site, const char *sql)
{
    struct text before = TEXT_INIT, after = TEXT_INIT;

    read_trace(site, &before);
    change(site, sql);
    read_trace(site, &after);
    CU_ASSERT(before.length == 0 || strcmp(text_get(&before), text_get(&after)) != 0);
    CU_ASSERT_FALSE(recall(site));
    text_release(&before);
    text_release(&after);
}

static void
spares_a_look_until_somebody_writes(void)
{
    struct text trace = TEXT_INIT;
    struct site site;

    if (begin(&site)) {
        wait_for_trace(&site, &trace);
        CU_ASSERT_FALSE(recall(&site));
        expect_dump(&site, 2);
        CU_ASSERT(recall(&site));
        expect_dump(&site, 1);
        CU_ASSERT(recall(&site));
        expect_noticed(&site, "UPDATE %n SET t = 'u' WHERE %n = 12345");
        expect_noticed(&site, "ALTER TABLE %n DROP COLUMN t");
        expect_noticed(&site, "INSERT INTO %n(%n) VALUES (0)");
        expect_noticed(&site, "DELETE FROM %n WHERE %n IN (0, 77)");
        expect_dump(&site, 2);
        wait_for_trace(&site, &trace);
        expect_dump(&site, 1);
        CU_ASSERT(recall(&site));
        expect_noticed(&site, "TRUNCATE TABLE %n");
    }
    text_release(&trace);
    site_close(&site);
}

const struct test suite_etl_dump_trace[] = {
    {"spares a look until somebody writes", spares_a_look_until_somebody_writes},
    {NULL, on_each_engine},
};
