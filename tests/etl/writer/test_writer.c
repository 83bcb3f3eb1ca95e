#include "etl/writer/writer.h"

#include "etl/maintenance/spawn.h"
#include "tests/etl/writer/calls.h"

static int
call(struct fixture *x, const char *op, const char *id, const char *token)
{
    const struct call c = {.op = op, .id = id, .token = token};

    return call_run(x->primary, test_engine(), &c, &x->f);
}

static void
an_instance_runs_through(void)
{
    const struct call begin = {.op = "begin", .id = "o1", .city = "Oslo"};
    const struct call update = {.op = "update", .id = "o1", .quantity = 7};
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(call_run(x.primary, test_engine(), &begin, &x.f), &x.f);
    ASSERT_OK(call_run(x.primary, test_engine(), &update, &x.f), &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_ActiveInstances WHERE City = 'Oslo' AND "
                        "Quantity = 7"),
        1);
    ASSERT_OK(call(&x, "reference", "o1", "d1"), &x.f);
    ASSERT_OK(call(&x, "end", "o1", NULL), &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 0);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary,
                        "SELECT count(*) FROM bam_Order_Completed AS c JOIN "
                        "bam_Order_CompletedRelationships AS r ON r.RecordID = c.RecordID WHERE "
                        "c.Quantity = 7 AND r.ReferenceType = 'BizTalkService'"),
        1);
    fixture_end(&x);
}

/* Those that a writer_drop or a writer_create that died has left out. */
static void
what_is_missing_is_made(void)
{
    static const char *const drops[ENGINE_COUNT] = {
        [ENGINE_SQLITE] = "DROP VIEW bam_Order_EnableContinuation",
        [ENGINE_POSTGRESQL] = "DROP FUNCTION bam_Order_EnableContinuation",
        [ENGINE_MARIADB] = "DROP PROCEDURE bam_Order_EnableContinuation",
    };
    struct spawn_result spawned;
    struct fixture x;

    fixture_begin(&x);
    ASSERT_OK(fixture_run(&x, x.primary, drops[test_engine()]), &x.f);
    CU_ASSERT_EQUAL(call(&x, "continue", "o1", "t1"), -1);
    fault_clear(&x.f);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    ASSERT_OK(call(&x, "continue", "o1", "t1"), &x.f);
    fixture_end(&x);
}

/* A database of before there was the table of what is online. */
static void
what_is_online_is_gathered(void)
{
    struct spawn_result spawned;
    struct fixture x;

    fixture_begin(&x);
    fixture_complete(&x, 1, 3);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    fixture_complete(&x, 4, 5);
    ASSERT_OK(fixture_run(&x, x.primary, "DROP TABLE bam_Order_OnlineIDs"), &x.f);
    ASSERT_OK(
        spawn_partition(x.primary, &x.definition, fixture_activity(&x), &spawned, &x.f), &x.f);
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_OnlineIDs"), 5);
    ASSERT_OK(call(&x, "begin", "o2", NULL), &x.f);
    ASSERT_FAULT(call(&x, "end", "o2", NULL), &x.f, FAULT_DATA, "while the first is still online");
    fixture_end(&x);
}

/* SQLite takes whatever it is given; the others have booleans. */
static void
a_flag_is_no_text(void)
{
    static const char *const flags[] = {"'true'", "'false'", "'0'", "2"};
    struct fixture x;

    if (test_engine() != ENGINE_SQLITE)
        return;
    fixture_begin(&x);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        char sql[160];

        snprintf(sql, sizeof sql,
            "INSERT INTO bam_Order_PrimaryImport (ActivityID, %s) VALUES ('o1', %s)",
            i % 2 == 0 ? "IsStartNew" : "IsComplete", flags[i]);
        ASSERT_FAULT(fixture_run(&x, x.primary, sql), &x.f, FAULT_DATA,
            "IsStartNew and IsComplete are 0, 1 or NULL");
    }
    CU_ASSERT_EQUAL(fixture_count(&x, x.primary, "SELECT count(*) FROM bam_Order_Active"), 0);
    fixture_end(&x);
}

/* ---- the rules, against import ---- */

static uint32_t seed;

static int
draw(int below)
{
    seed = seed * 1664525U + 1013904223U;
    return (int)((seed >> 8) % (uint32_t)below);
}

static struct call
random_call(void)
{
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static const char *const ops[] = {
        "begin", "begin", "update", "update", "end", "end", "continue", "continue", "reference"};
    static const char *const cities[] = {NULL, NULL, "Oslo", "Bergen", "Tromso"};

    return (struct call){.op = ops[draw(9)],
        .id = ids[draw(8)],
        .token = ids[draw(8)],
        .city = cities[draw(5)],
        .quantity = draw(3) == 0 ? draw(100) : 0};
}

static void
add_cells(struct text *out, const struct value *row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (row[i].type == VALUE_TEXT)
            text_add_format(out, " '%.*s'", (int)row[i].as.text.length, row[i].as.text.bytes);
        else if (row[i].type == VALUE_INT)
            text_add_format(out, " %lld", (long long)row[i].as.integer);
        else
            text_add(out, " -");
    }
    text_add(out, "\n");
}

/* All that the rules decide on, as text. */
static void
dump(struct fixture *x, struct db *db, struct text *out)
{
    static const struct {
        const char *sql;
        enum value_type types[5];
        size_t columns;
    } queries[] = {
        {"SELECT ActivityID, IsVisible, IsComplete, City, Quantity FROM bam_Order_Active ORDER BY "
         "ActivityID",
            {VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_INT}, 5},
        {"SELECT ActivityID, City, Quantity FROM bam_Order_CompletedInstances ORDER BY RecordID",
            {VALUE_TEXT, VALUE_TEXT, VALUE_INT}, 3},
        {"SELECT ActivityID, ParentActivityID FROM bam_Order_Continuations ORDER BY ActivityID",
            {VALUE_TEXT, VALUE_TEXT}, 2},
        {"SELECT ActivityID, ReferenceData FROM bam_Order_AllRelationships ORDER BY ActivityID, "
         "ReferenceData",
            {VALUE_TEXT, VALUE_TEXT}, 2},
    };

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct text sql = TEXT_INIT;
        struct value row[5];
        struct stmt *s;
        int rc;

        text_add(out, "--\n");
        s = db_prepare(db, fixture_quote(&sql, queries[i].sql), &x->f);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        ASSERT_OK(stmt_query(s, queries[i].types, queries[i].columns, &x->f), &x->f);
        while ((rc = stmt_fetch(s, row, &x->f)) == 1)
            add_cells(out, row, queries[i].columns);
        ASSERT_OK(rc, &x->f);
        stmt_free(s);
        text_release(&sql);
    }
}

static void
import_lines(struct fixture *x, const char *lines, uint64_t *rejected)
{
    const struct import_options options = {
        .source = {.activity = "Order"}, .reject_file = "rejects"};
    struct import_result r;

    fixture_write("random.jsonl", lines);
    ASSERT_OK(import_run(x->primary, &x->definition, "random.jsonl", &options, &r, &x->f), &x->f);
    *rejected += r.rejected;
}

static void
compare(struct fixture *imported, struct fixture *called, int round)
{
    struct text expected = TEXT_INIT, got = TEXT_INIT;
    bool same;

    dump(imported, imported->primary, &expected);
    dump(called, called->primary, &got);
    same = strcmp(text_get(&expected), text_get(&got)) == 0;
    if (!same)
        printf("\nround %d, seed %u\nimport:\n%s\ncalls:\n%s\n", round, seed, text_get(&expected),
            text_get(&got));
    CU_ASSERT_FATAL(same);
    text_release(&expected);
    text_release(&got);
}

/* Some events through both ways, then perhaps a swap. */
static void
play(struct fixture *imported, struct fixture *called, int events)
{
    uint64_t rejected = 0, refused = 0;
    struct spawn_result spawned;
    struct text lines = TEXT_INIT;

    for (int i = 0; i < events; i++) {
        const struct call c = random_call();

        call_add_line(&lines, &c);
        refused += call_run(called->primary, test_engine(), &c, &called->f) != 0;
        fault_clear(&called->f);
    }
    import_lines(imported, text_get(&lines), &rejected);
    CU_ASSERT_EQUAL(refused, rejected);
    ASSERT_OK(spawn_partition(imported->primary, &imported->definition, fixture_activity(imported),
                  &spawned, &imported->f),
        &imported->f);
    ASSERT_OK(spawn_partition(called->primary, &called->definition, fixture_activity(called),
                  &spawned, &called->f),
        &called->f);
    text_release(&lines);
}

static void
random_events_end_as_their_import(void)
{
    const char *wanted = getenv("NIGHTCUBE_SEED");
    const char *longer = getenv("NIGHTCUBE_LONG");
    int rounds = longer == NULL ? 4 : 20;

    seed = wanted == NULL ? 20261126 : (uint32_t)strtoul(wanted, NULL, 10);
    for (int round = 0; round < rounds; round++) {
        struct fixture imported, called;

        fixture_begin(&imported);
        fixture_begin(&called);
        for (int part = 0; part < 3; part++) {
            play(&imported, &called, 25);
            compare(&imported, &called, round);
        }
        fixture_end(&called);
        fixture_end(&imported);
    }
}

const struct test suite_etl_writer_writer[] = {
    {"an instance runs through", an_instance_runs_through},
    {"what is missing is made", what_is_missing_is_made},
    {"what is online is gathered", what_is_online_is_gathered},
    {"a flag is no text", a_flag_is_no_text},
    {"random events end as their import", random_events_end_as_their_import},
    {NULL, on_each_engine},
};
