/* Cubes while memory runs out. */
#include "tests/shortage.h"

#include <sys/stat.h>

#include "config/base/file.h"
#include "cube/folder.h"
#include "cube/phrase.h"
#include "tests/cube/sample.h"

static int
register_members(struct cube_builder *b, struct fault *f)
{
    for (size_t i = 0; i < SAMPLE_MEMBERS; i++) {
        if (cube_builder_member(
                b, sample_members[i].dimension, (int64_t)i + 1, sample_members[i].levels, f) != 0)
            return -1;
    }
    return 0;
}

/* As many facts as members, each with another sum. */
static int
add_facts(struct cube_builder *b, struct fault *f)
{
    for (int64_t i = 0; i < 12; i++) {
        const struct value row[SAMPLE_ROW] = {value_int(1 + i % 5), value_int(6 + i % 4),
            value_int(10 + i % 3), value_float((double)i * 1e100), value_int(i), value_time(i),
            value_text("note")};

        if (cube_builder_add(b, row, f) != 0)
            return -1;
    }
    return cube_builder_finish(b, f);
}

static int
process(struct cube_builder *b, enum cube_process_kind kind, int64_t first, int64_t last,
    struct fault *f)
{
    struct cube_process *p = cube_process_begin("db", "Orders", kind, &sample_model, f);
    int rc = p == NULL ? -1 : 0;

    if (rc == 0)
        cube_process_budget(p, 100, 1);
    if (rc == 0)
        rc = cube_process_window(p, first, last, f);
    if (rc == 0)
        rc = cube_process_write(p, CUBE_PART_COMPLETED, b, f);
    if (rc == 0)
        rc = cube_process_commit(p, 77, f);
    cube_process_end(p);
    return rc;
}

static int
fill_and_process(struct fault *f)
{
    struct cube_builder *b = cube_builder_new(&sample_model, f);
    int rc = b == NULL ? -1 : register_members(b, f);

    if (rc == 0)
        rc = add_facts(b, f);
    if (rc == 0)
        rc = process(b, CUBE_PROCESS_FULL, 1, 12, f);
    cube_builder_free(b);
    return rc;
}

static uint64_t
facts_stored(void)
{
    struct stored_cube *c = sample_open();
    uint64_t count = cube_facts(c, CUBE_PART_ALL);

    cube_close(c);
    return count;
}

static void
make_cube(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(cube_create("db", "Orders", &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    ASSERT_OK(fill_and_process(&f), &f);
}

/* What is there stays until all of what is new is there. */
static void
a_cube_is_processed_or_left(void)
{
    make_cube();
    shortage_everywhere(fill_and_process, 100);
    CU_ASSERT_EQUAL(facts_stored(), 12);
}

static int
ask(struct fault *f)
{
    struct cube_result r = CUBE_RESULT_INIT;
    struct cube_query q = {.totals = true};
    struct cube_level_ref *rows = NULL, *columns = NULL;
    struct cube_slice *slices = NULL;
    struct cube_order order = {.top = 2};
    struct arena a = ARENA_INIT;
    struct stored_cube *c = cube_open("db", "Orders", f);
    const struct cube_model *m = c == NULL ? NULL : cube_model_of(c);
    int rc = -1;

    if (m != NULL && phrase_levels(m, "Place.State,Place.City", &a, &rows, &q.row_count, f) == 0 &&
        phrase_levels(m, "Size.Range", &a, &columns, &q.column_count, f) == 0 &&
        phrase_slices(m, "Sent On.Year=2026", &a, &slices, &q.slice_count, f) == 0 &&
        phrase_order(m, "AmountTotal asc", &a, &order, f) == 0) {
        q.rows = rows;
        q.columns = columns;
        q.slices = slices;
        q.order = &order;
        rc = cube_query_run(c, &q, &r, f);
    }
    if (rc == 0)
        CU_ASSERT(r.line_count > 0 && r.measure_count == SAMPLE_MEASURES);
    cube_result_release(&r);
    cube_close(c);
    arena_release(&a);
    return rc;
}

static void
a_query_is_answered_or_it_is_not(void)
{
    make_cube();
    shortage_everywhere(ask, 50);
}

/* An unknown member is told with the nearest one, or for want of memory without. */
static int
ask_for_an_unknown_member(struct fault *f)
{
    const struct cube_slice slice = {.level = {0, 1}, .text = "Seatle"};
    const struct cube_query q = {.slices = &slice, .slice_count = 1};
    struct cube_result r = CUBE_RESULT_INIT;
    struct stored_cube *c = cube_open("db", "Orders", f);
    int rc = c == NULL ? -1 : cube_query_run(c, &q, &r, f);

    cube_result_release(&r);
    cube_close(c);
    if (rc == 0 || f->kind != FAULT_DATA)
        return rc == 0 ? fault_set(f, FAULT_USAGE, "an unknown member was found") : -1;
    CU_ASSERT(test_contains(f->text, "Seatle"));
    fault_clear(f);
    return 0;
}

static void
an_unknown_member_is_told(void)
{
    make_cube();
    shortage_everywhere(ask_for_an_unknown_member, 20);
}

/* It asks for none. */
static int
sweep(struct fault *f)
{
    const struct manifest nothing = {.next_number = 1};
    FILE *litter = fopen("swept/7.seg", "w");
    int rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(litter);
    fclose(litter);
    rc = folder_sweep("swept", &nothing, f);
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT(!file_exists("swept/7.seg"));
    return rc;
}

static void
what_no_cube_names_is_swept_all_the_same(void)
{
    CU_ASSERT_EQUAL_FATAL(mkdir("swept", 0700), 0);
    shortage_everywhere(sweep, 0);
}

const struct test suite_cube_shortage[] = {
    {"what no cube names is swept all the same", what_no_cube_names_is_swept_all_the_same},
    {"a cube is processed or left", a_cube_is_processed_or_left},
    {"a query is answered or it is not", a_query_is_answered_or_it_is_not},
    {"an unknown member is told", an_unknown_member_is_told},
    {0},
};
