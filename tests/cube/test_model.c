#include "tests/harness.h"

#include "cube/model.h"
#include "tests/cube/sample.h"

static void
the_sample_is_sound(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(cube_model_check(&sample_model, &f), &f);
}

static void
a_copy_is_equal(void)
{
    struct arena a = ARENA_INIT;
    struct cube_model copy;
    struct fault f = FAULT_INIT;

    ASSERT_OK(cube_model_copy(&copy, &sample_model, &a, &f), &f);
    CU_ASSERT(cube_model_equal(&copy, &sample_model));
    CU_ASSERT_PTR_NOT_EQUAL(copy.dimensions[0].name, sample_model.dimensions[0].name);
    arena_release(&a);
}

static void
every_change_is_seen(void)
{
    static const char *const labels[] = {"Small", "Big", "Out of range"};
    const struct cube_level sizes[] = {
        {.name = "Range", .type = VALUE_TEXT, .labels = labels, .label_count = 3}};
    struct cube_dimension dimensions[] = {
        sample_dimensions[0], sample_dimensions[1], {"Size", sizes, 1}};
    struct cube_source sources[SAMPLE_SOURCES];
    struct cube_model other = sample_model;

    other.dimensions = dimensions;
    CU_ASSERT_FALSE(cube_model_equal(&sample_model, &other));
    other = sample_model;
    other.measure_count--;
    CU_ASSERT_FALSE(cube_model_equal(&sample_model, &other));
    memcpy(sources, sample_sources, sizeof sources);
    sources[QUANTITY].type = VALUE_FLOAT;
    other = sample_model;
    other.sources = sources;
    CU_ASSERT_FALSE(cube_model_equal(&sample_model, &other));
}

static void
refuse_measure(enum cube_function function, size_t source, const char *part)
{
    const struct cube_measure measures[] = {{"M", function, source}};
    struct cube_model m = sample_model;
    struct fault f = FAULT_INIT;

    m.measures = measures;
    m.measure_count = 1;
    ASSERT_FAULT(cube_model_check(&m, &f), &f, FAULT_DATA, part);
}

static void
functions_want_their_types(void)
{
    refuse_measure(CUBE_SUM, NOTE, "Note");
    refuse_measure(CUBE_AVG, SENT, "Sent");
    refuse_measure(CUBE_MIN, NOTE, "Note");
    refuse_measure(CUBE_SUM, CUBE_NO_SOURCE, "no source");
    refuse_measure(CUBE_SUM, 99, "no source");
    refuse_measure(CUBE_FUNCTION_COUNT, NOTE, "no function");
}

static void
refuse_dimension(const char *name, const char *part)
{
    const struct cube_dimension dimensions[] = {
        {"Other", sample_place, 2}, {name, sample_place, 2}};
    struct cube_model m = {.dimensions = dimensions, .dimension_count = 2};
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(cube_model_check(&m, &f), &f, FAULT_DATA, part);
}

static void
bad_names_are_refused(void)
{
    refuse_dimension("", "no name");
    refuse_dimension("Other", "'Other'");
    refuse_dimension("a.b", "a.b");
    refuse_dimension("a=b", "a=b");
    refuse_dimension("a,b", "a,b");
    refuse_dimension("a\nb", "cannot name");
    refuse_dimension("\xC3", "cannot name");
}

static void
sources_keep_what_measures_need(void)
{
    CU_ASSERT_EQUAL(cube_model_keeps(&sample_model, AMOUNT), CUBE_KEEP_SUM | CUBE_KEEP_RANGE);
    CU_ASSERT_EQUAL(cube_model_keeps(&sample_model, SENT), CUBE_KEEP_RANGE);
    CU_ASSERT_EQUAL(cube_model_keeps(&sample_model, NOTE), 0);
}

const struct test suite_cube_model[] = {
    {"the sample is sound", the_sample_is_sound},
    {"a copy is equal", a_copy_is_equal},
    {"every change is seen", every_change_is_seen},
    {"functions want their types", functions_want_their_types},
    {"bad names are refused", bad_names_are_refused},
    {"sources keep what measures need", sources_keep_what_measures_need},
    {0},
};
