#include "etl/dump/survey.h"

#include "tests/etl/dump/sample.h"

/* The archive's partitions: enough for two connections to share. */
#define PARTITION "bam_Order_Instances_2026010%dT000000Z"

enum { PARTITIONS = 5, ROWS = 5000 /* more than a mark reads */ };

static void
add_partition(struct db *db, int number)
{
    static struct table_column columns[] = {
        {.name = "RecordID", .type = VALUE_INT, .not_null = true},
        {.name = "t", .type = VALUE_TEXT, .length = 20},
    };
    static const char *key[] = {"RecordID"};
    struct fault f = FAULT_INIT;
    struct text name = TEXT_INIT;
    struct table t = {.columns = columns, .column_count = 2, .key = key, .key_count = 1};
    struct table_writer *w;

    text_add_format(&name, PARTITION, number);
    t.name = text_get(&name);
    ASSERT_OK(db_create_table(db, &t, &f), &f);
    ASSERT_OK(db_begin(db, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int64_t n = 1; n <= ROWS; n++)
        ASSERT_OK(table_writer_add(w, (struct value[]){value_int(n), value_text("t")}, &f), &f);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    ASSERT_OK(db_commit(db, &f), &f);
    text_release(&name);
}

static struct db *
begin(struct site *site)
{
    char connection[600];
    struct db *db;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "survey", connection, sizeof connection), 0);
    sample_open_at(site, "Archive", connection);
    db = sample_database(site, "Archive");
    for (int i = 0; i < PARTITIONS; i++)
        add_partition(db, i);
    return db;
}

/* How many containers a backup writes, and how many tables it leaves to older ones. */
static void
expect_dump(struct site *site, bool full, uint64_t containers, uint64_t older)
{
    const struct dump_order order = {.full = full};
    struct dump_result r = DUMP_RESULT_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(dump_database(site, "Archive", &order, &r, &f), &f);
    CU_ASSERT_EQUAL(r.containers, containers);
    CU_ASSERT_EQUAL(r.older, older);
    dump_result_release(&r);
}

static void
change(struct db *db, const char *sql)
{
    struct text changed = TEXT_INIT;

    sample_run(db, sql_set(&changed, sql, "bam_Order_Instances_20260103T000000Z", "RecordID"));
    text_release(&changed);
}

static void
what_was_changed_by_hand_is_seen(void)
{
    struct site site;
    struct db *db = begin(&site);

    expect_dump(&site, false, PARTITIONS + 1, 0);
    expect_dump(&site, false, 1, PARTITIONS);
    change(db, "DELETE FROM %n WHERE %n = 77");
    expect_dump(&site, false, 2, PARTITIONS - 1);
    expect_dump(&site, false, 1, PARTITIONS);
    change(db, "UPDATE %n SET t = 'u' WHERE %n = 5000");
    expect_dump(&site, false, 2, PARTITIONS - 1);
    expect_dump(&site, true, PARTITIONS + 1, 0);
    expect_dump(&site, false, 1, PARTITIONS);
    site_close(&site);
}

static void
two_see_what_one_sees(void)
{
    struct site site;
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct db *db = begin(&site), *second = site_connect(&site, "Archive", DB_EXISTING, &f);
    struct catalogue none = CATALOGUE_INIT;
    struct history a, b;
    const char *names[PARTITIONS];
    struct survey s = {.first = db, .store = site_store(&site, &f), .catalogue = &none};

    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    s.database = "Archive";
    for (int i = 0; i < PARTITIONS; i++)
        names[i] = arena_printf(&memory, PARTITION, i);
    ASSERT_OK(history_read(db, "Archive", names, PARTITIONS, &memory, &a, &f), &f);
    ASSERT_OK(history_read(db, "Archive", names, PARTITIONS, &memory, &b, &f), &f);
    CU_ASSERT_EQUAL_FATAL(a.count, PARTITIONS);
    s.history = &a;
    ASSERT_OK(survey_run(&s, &f), &f);
    s.history = &b;
    s.second = second;
    ASSERT_OK(survey_run(&s, &f), &f);
    for (size_t i = 0; i < a.count; i++) {
        CU_ASSERT_PTR_NULL(a.units[i].older);
        CU_ASSERT_STRING_EQUAL(a.units[i].tables[0].mark, b.units[i].tables[0].mark);
    }
    /* A table is gone: whoever comes to it says so. */
    change(db, "DROP TABLE %n");
    ASSERT_FAULT(survey_run(&s, &f), &f, FAULT_DATA, "20260103");
    db_close(second);
    arena_release(&memory);
    site_close(&site);
}

const struct test suite_etl_dump_survey[] = {
    {"what was changed by hand is seen", what_was_changed_by_hand_is_seen},
    {"two see what one sees", two_see_what_one_sees},
    {NULL, on_each_engine},
};
