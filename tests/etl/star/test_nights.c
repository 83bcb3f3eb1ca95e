/* A cube after many nights against the same facts processed at once: the same bytes. */
#include "cube/process.h"
#include "cube/sealing.h"
#include "cube/segment.h"
#include "etl/star/load.h"
#include "etl/star/process.h"
#include "etl/star/reading.h"
#include "tests/etl/fixture.h"

enum { NIGHTS = 9, OF_A_NIGHT = 7 };

static const char added[] = "added";
static const char full[] = "full";

static void
load(struct fixture *x)
{
    const struct load_databases databases = {x->primary, x->star, x->archive};
    struct load_result r;
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(load_star(&databases, &s, HISTORY_WINDOW, &r, &x->f), &x->f);
    star_release(&s);
}

static void
process(struct fixture *x, const char *directory, enum process_type type)
{
    const struct process_order order = {directory, type, CUBE_STORAGE_MEMORY, NULL};
    struct process_result r;
    struct star s;

    ASSERT_OK(star_init(&s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(process_cube(x->star, &s, &order, &r, &x->f), &x->f);
    star_release(&s);
}

/* The checksum of all that a part's segments hold: they are merged when there are several. */
static uint64_t
checksum_of(const char *directory, size_t part, struct fixture *x)
{
    struct arena memory = ARENA_INIT;
    struct manifest_segment merged = {.number = 999999};
    struct text path = TEXT_INIT, folder = TEXT_INIT;
    struct manifest m;
    uint64_t checksum = 0;

    text_add_format(&folder, "%s/OrderCube", directory);
    text_add_format(&path, "%s/%s", text_get(&folder), MANIFEST_NAME);
    ASSERT_OK(manifest_read(text_get(&path), &memory, &m, &x->f), &x->f);
    if (m.parts[part].segment_count > 1) {
        struct segment *whole = sealing_merge(m.parts[part].segments, m.parts[part].segment_count,
            &m.model, text_get(&folder), &merged, &x->f);

        CU_ASSERT_PTR_NOT_NULL(whole);
        segment_close(whole);
    } else if (m.parts[part].segment_count == 1) {
        merged = m.parts[part].segments[0];
    }
    checksum = merged.checksum;
    text_release(&folder);
    text_release(&path);
    arena_release(&memory);
    return checksum;
}

static size_t
count_segments(const char *directory, enum cube_part part, struct fixture *x)
{
    struct stored_cube *c = cube_open(directory, "OrderCube", &x->f);
    size_t count;

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    count = cube_segment_count(c, part);
    cube_close(c);
    return count;
}

static void
nights_equal_one_full_processing(void)
{
    struct import_result imported;
    struct fixture x;
    char line[80];

    fixture_begin(&x);
    for (int night = 0; night < NIGHTS; night++) {
        fixture_complete(&x, night * OF_A_NIGHT + 1, (night + 1) * OF_A_NIGHT);
        snprintf(line, sizeof line, "{\"op\":\"begin\",\"id\":\"open%d\"}\n", night);
        ASSERT_OK(fixture_import(&x, line, &imported), &x.f);
        load(&x);
        process(&x, added, PROCESS_DEFAULT);
    }
    process(&x, full, PROCESS_FULL);
    CU_ASSERT(count_segments("added", CUBE_PART_COMPLETED, &x) > 1);
    CU_ASSERT(count_segments("added", CUBE_PART_COMPLETED, &x) < NIGHTS);
    CU_ASSERT_EQUAL(count_segments("full", CUBE_PART_COMPLETED, &x), 1);
    for (size_t part = 0; part < MANIFEST_PART_COUNT; part++) {
        CU_ASSERT_NOT_EQUAL(checksum_of("full", part, &x), 0);
        CU_ASSERT_EQUAL(checksum_of("added", part, &x), checksum_of("full", part, &x));
    }
    fixture_end(&x);
}

/* Doubles the facts: the same ones under higher RecordIDs. */
static void
double_facts(struct fixture *x, struct star *s, int times)
{
    const struct table *t = star_facts_table(s);

    for (int i = 0; i < times; i++) {
        struct text sql = TEXT_INIT;
        int64_t last;

        sql_set(&sql, "SELECT max(\"RecordID\") FROM %n", t->name);
        ASSERT_OK(db_get_int(x->star, text_get(&sql), 0, &last, &x->f), &x->f);
        sql_set(&sql, "INSERT INTO %n (", t->name);
        for (size_t k = 0; k < t->column_count; k++)
            sql_add(&sql, k == 0 ? "%n" : ", %n", t->columns[k].name);
        sql_add(&sql, ") SELECT \"RecordID\" + %d", last);
        for (size_t k = 1; k < t->column_count; k++)
            sql_add(&sql, ", %n", t->columns[k].name);
        sql_add(&sql, " FROM %n", t->name);
        ASSERT_OK(fixture_run(x, x->star, text_get(&sql)), &x->f);
        text_release(&sql);
    }
}

/* Two connections, and memory for nothing: every few facts become a piece. */
static void
process_in_pieces(struct fixture *x, struct star *s, struct cube_build_counts *counts)
{
    const struct cube_model *model = process_model(s, &x->f);
    struct cube_process *p;

    ASSERT_OK(file_make_directory("added", 0700, &x->f), &x->f);
    ASSERT_OK(cube_create("added", "OrderCube", model, CUBE_STORAGE_MEMORY, &x->f), &x->f);
    p = cube_process_begin("added", "OrderCube", CUBE_PROCESS_FULL, model, &x->f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    const struct reading r = {.star = x->star,
        .shape = s,
        .model = model,
        .process = p,
        .part = CUBE_PART_COMPLETED,
        .facts = s->names.facts,
        .first = INT64_MIN,
        .last = INT64_MAX,
        .whole = true,
        .expected = 1000000,
        .memory_bytes = 0};
    ASSERT_OK(reading_run(&r, counts, &x->f), &x->f);
    ASSERT_OK(cube_process_commit(p, 0, &x->f), &x->f);
    cube_process_end(p);
}

/* On SQLite so many pieces that some are joined before all are there. */
static void
pieces_leave_no_trace(void)
{
    const int times = test_engine() == ENGINE_SQLITE ? 13 : 11;
    struct cube_build_counts counts = {0};
    struct fixture x;
    struct star s;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x);
    ASSERT_OK(star_init(&s, &x.definition, &x.definition.cubes[0], &x.f), &x.f);
    double_facts(&x, &s, times);
    process_in_pieces(&x, &s, &counts);
    CU_ASSERT_EQUAL(counts.facts, UINT64_C(10) << times);
    process(&x, full, PROCESS_FULL);
    CU_ASSERT_EQUAL(count_segments("added", CUBE_PART_COMPLETED, &x), 1);
    CU_ASSERT_EQUAL(
        checksum_of("added", MANIFEST_COMPLETED, &x), checksum_of("full", MANIFEST_COMPLETED, &x));
    star_release(&s);
    fixture_end(&x);
}

const struct test suite_etl_star_nights[] = {
    {"nights equal one full processing, byte for byte", nights_equal_one_full_processing},
    {"pieces and connections leave no trace", pieces_leave_no_trace},
    {NULL, on_each_engine},
};
