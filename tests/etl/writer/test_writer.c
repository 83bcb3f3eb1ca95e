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

/* All that the rules decide on, as text. */
static void
dump(struct fixture *x, struct db *db, struct text *out)
{
    static const char *const queries[] = {
        "SELECT ActivityID || ' ' || IsVisible || IsComplete || COALESCE(City, '-') || "
        "COALESCE(Quantity, -1) FROM bam_Order_Active ORDER BY ActivityID",
        "SELECT ActivityID || ' ' || COALESCE(City, '-') || COALESCE(Quantity, -1) FROM "
        "bam_Order_CompletedInstances ORDER BY RecordID",
        "SELECT ActivityID || ' ' || ParentActivityID FROM bam_Order_Continuations ORDER BY "
        "ActivityID",
        "SELECT ActivityID || ' ' || COALESCE(ReferenceData, '-') FROM bam_Order_AllRelationships "
        "ORDER BY ActivityID, ReferenceData",
    };
    static const enum value_type type = VALUE_TEXT;

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct text sql = TEXT_INIT;
        struct value v;
        struct stmt *s;

        text_add(out, "--\n");
        s = db_prepare(db, fixture_quote(&sql, queries[i]), &x->f);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        ASSERT_OK(stmt_query(s, &type, 1, &x->f), &x->f);
        while (stmt_fetch(s, &v, &x->f) == 1)
            text_add_format(out, "%.*s\n", (int)v.as.text.length, v.as.text.bytes);
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
    {"random events end as their import", random_events_end_as_their_import},
    {NULL, on_each_engine},
};
