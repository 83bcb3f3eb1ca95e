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
refuse_level(struct cube_level level, const char *part)
{
    const struct cube_dimension dimension = {"Size", &level, 1};
    const struct cube_model m = {.dimensions = &dimension, .dimension_count = 1};
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(cube_model_check(&m, &f), &f, FAULT_DATA, part);
}

/* A damaged or forged manifest says anything. */
static void
levels_are_checked(void)
{
    static const char *const bad[] = {"Small", "a\tb"}, *const none[] = {"Small", NULL};
    static const char *const many[CUBE_LABEL_LIMIT + 1];

    refuse_level((struct cube_level){.name = "Range", .type = VALUE_FLOAT}, "not int or text");
    refuse_level((struct cube_level){"Range", VALUE_INT, bad, 1}, "labels and is not text");
    refuse_level((struct cube_level){"Range", VALUE_TEXT, bad, 2}, "label 2 of level 'Range'");
    refuse_level((struct cube_level){"Range", VALUE_TEXT, none, 2}, "label 2 of level 'Range'");
    refuse_level((struct cube_level){"Range", VALUE_TEXT, many, CUBE_LABEL_LIMIT + 1},
        "4097 labels, more than 4096");
    refuse_level((struct cube_level){.name = "", .type = VALUE_INT}, "a level has no name");
    refuse_level((struct cube_level){.name = NULL, .type = VALUE_INT}, "a level has no name");
}

static void
refuse(const struct cube_model *m, const char *part)
{
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(cube_model_check(m, &f), &f, FAULT_DATA, part);
}

static void
limits_hold(void)
{
    const struct cube_dimension empty = {"Size", sample_place, 0};
    const struct cube_dimension deep = {"Size", sample_place, CUBE_LEVEL_LIMIT + 1};
    const struct cube_source source = {"Note", VALUE_NULL};
    char name[CUBE_NAME_LIMIT_BYTES + 2];
    struct cube_model m = sample_model;

    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    refuse_dimension(name, "is too long");
    refuse(&(struct cube_model){.dimensions = &empty, .dimension_count = 1}, "has no level");
    refuse(&(struct cube_model){.dimensions = &deep, .dimension_count = 1}, "257 levels");
    refuse(&(struct cube_model){.sources = &source, .source_count = 1}, "source 'Note' is of type");
    m.dimension_count = CUBE_DIMENSION_LIMIT + 1;
    refuse(&m, "257 dimensions, more than 256");
    m = sample_model;
    m.source_count = CUBE_SOURCE_LIMIT + 1;
    refuse(&m, "4097 sources");
    m = sample_model;
    m.measure_count = CUBE_MEASURE_LIMIT + 1;
    refuse(&m, "4097 measures");
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
    {"levels are checked", levels_are_checked},
    {"limits hold", limits_hold},
    {"sources keep what measures need", sources_keep_what_measures_need},
    {0},
};
