#include "tests/harness.h"

#include "cube/phrase.h"
#include "tests/cube/sample.h"

static void
levels_are_found(void)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct cube_level_ref *levels = NULL;
    size_t count = 0;

    ASSERT_OK(
        phrase_levels(&sample_model, "Place.State, Sent On.Year,Place", &a, &levels, &count, &f),
        &f);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT(levels[0].dimension == PLACE && levels[0].level == 0);
    CU_ASSERT(levels[1].dimension == TIME && levels[1].level == 0);
    CU_ASSERT(levels[2].dimension == PLACE && levels[2].level == 1);
    arena_release(&a);
}

static void
refuse_levels(const char *text, const char *part, const char *nearest)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct cube_level_ref *levels = NULL;
    size_t count = 0;

    CU_ASSERT_EQUAL(phrase_levels(&sample_model, text, &a, &levels, &count, &f), -1);
    CU_ASSERT(test_contains(f.hint, nearest));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT(test_contains(f.text, part));
    arena_release(&a);
}

static void
unknown_names_bring_the_nearest(void)
{
    refuse_levels("Plce.State", "'Plce'", "'Place'");
    refuse_levels("place.State", "'place'", "'Place'");
    refuse_levels("Place.Citi", "'Citi'", "'City'");
    refuse_levels("Place.State,", "''", "there is: Place, ");
    refuse_levels("Sent On.year", "'year'", "'Year'");
}

static void
measures_are_found(void)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    size_t *measures = NULL;
    size_t count = 0;

    ASSERT_OK(
        phrase_measures(&sample_model, "Units, Count,POCount", &a, &measures, &count, &f), &f);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT_EQUAL(measures[0], UNITS);
    CU_ASSERT_EQUAL(measures[1], CUBE_ROW_COUNT);
    CU_ASSERT_EQUAL(measures[2], POS);
    ASSERT_FAULT(phrase_measures(&sample_model, "Unit", &a, &measures, &count, &f), &f, FAULT_DATA,
        "'Unit'");
    arena_release(&a);
}

static void
orders_are_read(void)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct cube_order order = {.top = 3};

    ASSERT_OK(phrase_order(&sample_model, "Units", &a, &order, &f), &f);
    CU_ASSERT(order.measure == UNITS && !order.ascending && order.top == 3);
    ASSERT_OK(phrase_order(&sample_model, " Count  ASC ", &a, &order, &f), &f);
    CU_ASSERT(order.measure == CUBE_ROW_COUNT && order.ascending);
    ASSERT_OK(phrase_order(&sample_model, "First desc", &a, &order, &f), &f);
    CU_ASSERT(order.measure == FIRST && !order.ascending);
    ASSERT_FAULT(
        phrase_order(&sample_model, "Unit down", &a, &order, &f), &f, FAULT_DATA, "'Unit down'");
    arena_release(&a);
}

static void
slices_are_read(void)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct cube_slice *slices = NULL;
    size_t count = 0;

    ASSERT_OK(phrase_slices(&sample_model,
                  "Place.State=CA, Place = \"San \"\"Jose\"\", CA\" ,Sent On.Year=2026,Size=,"
                  "Size=(unknown),Place.City=\"(unknown)\",Place=\"\"",
                  &a, &slices, &count, &f),
        &f);
    CU_ASSERT_EQUAL_FATAL(count, 7);
    CU_ASSERT_STRING_EQUAL(slices[0].text, "CA");
    CU_ASSERT_STRING_EQUAL(slices[1].text, "San \"Jose\", CA");
    CU_ASSERT_EQUAL(slices[1].level.level, 1);
    CU_ASSERT_STRING_EQUAL(slices[2].text, "2026");
    CU_ASSERT_PTR_NULL(slices[3].text);
    CU_ASSERT_PTR_NULL(slices[4].text);
    CU_ASSERT_STRING_EQUAL(slices[5].text, "(unknown)");
    CU_ASSERT_STRING_EQUAL(slices[6].text, "");
    arena_release(&a);
}

static void
refuse_slices(const char *text, enum fault_kind kind, const char *part)
{
    struct arena a = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct cube_slice *slices = NULL;
    size_t count = 0;

    ASSERT_FAULT(phrase_slices(&sample_model, text, &a, &slices, &count, &f), &f, kind, part);
    arena_release(&a);
}

static void
malformed_slices_are_refused(void)
{
    refuse_slices("Place.State", FAULT_USAGE, "Place.State");
    refuse_slices("Place.State=CA,WA", FAULT_USAGE, "'WA'");
    refuse_slices("Place.State=\"CA", FAULT_USAGE, "not closed");
    refuse_slices("Place.State=\"CA\"x", FAULT_USAGE, "x");
    refuse_slices("Plac.State=CA", FAULT_DATA, "'Plac'");
    refuse_slices("", FAULT_USAGE, "form");
}

const struct test suite_cube_phrase[] = {
    {"levels are found, a dimension alone is its last", levels_are_found},
    {"unknown names bring the nearest", unknown_names_bring_the_nearest},
    {"measures are found", measures_are_found},
    {"orders are read", orders_are_read},
    {"slices are read", slices_are_read},
    {"malformed slices are refused", malformed_slices_are_refused},
    {0},
};
