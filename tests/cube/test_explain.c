#include "cube/explain.h"

#include "config/base/file.h"
#include "tests/cube/sample.h"

/* Every place at every time, often: coarser cuboids are worth storing. */
static void
store(void)
{
    struct cube_builder *b = sample_builder();

    for (int i = 0; i < 2000; i++)
        sample_add(b, 1 + i % 5, 6 + i / 5 % 4, 10 + i / 20 % 3, i, i);
    sample_store(b, NULL);
    cube_builder_free(b);
}

static void
every_combination_has_its_answer(void)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct explanation e;
    struct stored_cube *c;
    size_t answers = 0;

    store();
    c = sample_open();
    ASSERT_OK(cube_explain(c, CUBE_PART_COMPLETED, 0, &memory, &e, &f), &f);
    CU_ASSERT(e.count > 1);
    CU_ASSERT_STRING_EQUAL(e.items[0].levels, "Place.City, Sent On.Month, Size.Range");
    CU_ASSERT_EQUAL(e.items[0].cells, 60);
    for (size_t i = 0; i < e.count; i++) {
        answers += e.items[i].answers;
        CU_ASSERT(e.items[i].answers > 0);
        CU_ASSERT(i == 0 || e.items[i].reads < 100);
    }
    CU_ASSERT_EQUAL(answers, e.combinations);
    cube_close(c);
    arena_release(&memory);
}

static void
without_aggregates_the_base_answers_all(void)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct explanation e;
    struct stored_cube *c;

    store();
    ASSERT_OK(cube_index("db", "Orders", 0, 1, 1 << 28, &f), &f);
    c = sample_open();
    ASSERT_OK(cube_explain(c, CUBE_PART_COMPLETED, 0, &memory, &e, &f), &f);
    CU_ASSERT_EQUAL(e.count, 1);
    CU_ASSERT_EQUAL(e.items[0].answers, e.combinations);
    cube_close(c);
    arena_release(&memory);
}

const struct test suite_cube_explain[] = {
    {"every combination has its answer", every_combination_has_its_answer},
    {"without aggregates the base answers all", without_aggregates_the_base_answers_all},
    {0},
};
