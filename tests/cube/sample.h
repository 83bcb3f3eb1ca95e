/*
 * sample: the cube that the tests of cube/ share: purchase orders by place, time and size.
 */
#ifndef TESTS_CUBE_SAMPLE_H
#define TESTS_CUBE_SAMPLE_H

#include <stdint.h>
#include <string.h>

#include "config/base/value.h"
#include "cube/builder.h"
#include "cube/model.h"
#include "cube/process.h"
#include "cube/query.h"
#include "tests/harness.h"

enum { PLACE, TIME, SIZE, SAMPLE_DIMENSIONS };
enum { AMOUNT, QUANTITY, SENT, NOTE, SAMPLE_SOURCES };
enum { POS, TOTAL, UNITS, MEAN, LEAST, MOST, FIRST, LAST, SAMPLE_MEASURES };
enum { SAMPLE_ROW = SAMPLE_DIMENSIONS + SAMPLE_SOURCES };

static const char *const sample_labels[] = {"Small", "Large", "Out of range"};

static const struct cube_level sample_place[] = {
    {.name = "State", .type = VALUE_TEXT}, {.name = "City", .type = VALUE_TEXT}};
static const struct cube_level sample_time[] = {
    {.name = "Year", .type = VALUE_INT}, {.name = "Month", .type = VALUE_INT}};
static const struct cube_level sample_size[] = {
    {.name = "Range", .type = VALUE_TEXT, .labels = sample_labels, .label_count = 3}};

static const struct cube_dimension sample_dimensions[] = {
    [PLACE] = {"Place", sample_place, 2},
    [TIME] = {"Sent On", sample_time, 2},
    [SIZE] = {"Size", sample_size, 1},
};

static const struct cube_source sample_sources[] = {
    [AMOUNT] = {"Amount", VALUE_FLOAT},
    [QUANTITY] = {"Quantity", VALUE_INT},
    [SENT] = {"Sent", VALUE_TIME},
    [NOTE] = {"Note", VALUE_TEXT},
};

static const struct cube_measure sample_measures[] = {
    [POS] = {"POCount", CUBE_COUNT, NOTE},
    [TOTAL] = {"AmountTotal", CUBE_SUM, AMOUNT},
    [UNITS] = {"Units", CUBE_SUM, QUANTITY},
    [MEAN] = {"AmountMean", CUBE_AVG, AMOUNT},
    [LEAST] = {"AmountLeast", CUBE_MIN, AMOUNT},
    [MOST] = {"QuantityMost", CUBE_MAX, QUANTITY},
    [FIRST] = {"First", CUBE_MIN, SENT},
    [LAST] = {"Last", CUBE_MAX, SENT},
};

static const struct cube_model sample_model = {sample_dimensions, SAMPLE_DIMENSIONS, sample_sources,
    SAMPLE_SOURCES, sample_measures, SAMPLE_MEASURES};

/* The sample's members; keys are 1, 2, ... in this order. */
struct sample_member {
    size_t dimension;
    struct value levels[2];
};

#define SAMPLE_TEXT(string)                                                                        \
    {                                                                                              \
        .type = VALUE_TEXT, .as.text = { string, sizeof(string) - 1 }                              \
    }
#define SAMPLE_INT(number)                                                                         \
    {                                                                                              \
        .type = VALUE_INT, .as.integer = (number)                                                  \
    }
#define SAMPLE_NULL                                                                                \
    {                                                                                              \
        .type = VALUE_NULL                                                                         \
    }

static const struct sample_member sample_members[] = {
    {PLACE, {SAMPLE_TEXT("CA"), SAMPLE_TEXT("San Jose, CA")}},
    {PLACE, {SAMPLE_TEXT("CA"), SAMPLE_TEXT("Los Angeles")}},
    {PLACE, {SAMPLE_TEXT("WA"), SAMPLE_TEXT("Seattle")}},
    {PLACE, {SAMPLE_TEXT("WA"), SAMPLE_NULL}},
    {PLACE, {SAMPLE_TEXT("Ärm"), SAMPLE_TEXT("")}},
    {TIME, {SAMPLE_INT(2025), SAMPLE_INT(12)}},
    {TIME, {SAMPLE_INT(2026), SAMPLE_INT(2)}},
    {TIME, {SAMPLE_INT(2026), SAMPLE_INT(12)}},
    {TIME, {SAMPLE_INT(-5), SAMPLE_INT(1)}},
    {SIZE, {SAMPLE_TEXT("Out of range")}},
    {SIZE, {SAMPLE_TEXT("Large")}},
    {SIZE, {SAMPLE_TEXT("Small")}},
};

enum { SAMPLE_MEMBERS = sizeof sample_members / sizeof sample_members[0] };

static inline void
sample_register(struct cube_builder *b)
{
    struct fault f = FAULT_INIT;

    for (size_t i = 0; i < SAMPLE_MEMBERS; i++)
        ASSERT_OK(cube_builder_member(
                      b, sample_members[i].dimension, (int64_t)i + 1, sample_members[i].levels, &f),
            &f);
}

static inline struct cube_builder *
sample_builder(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = cube_builder_new(&sample_model, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    sample_register(b);
    return b;
}

/* One fact; a key of 0 is NULL. */
static inline void
sample_add(struct cube_builder *b, int64_t place, int64_t time, int64_t size, double amount,
    int64_t quantity)
{
    struct fault f = FAULT_INIT;
    const struct value row[SAMPLE_ROW] = {place ? value_int(place) : value_null(),
        time ? value_int(time) : value_null(), size ? value_int(size) : value_null(),
        value_float(amount), value_int(quantity), value_time(quantity * 1000000), value_null()};

    ASSERT_OK(cube_builder_add(b, row, &f), &f);
    ASSERT_OK(cube_builder_finish(b, &f), &f);
}

/* Six facts: 3 in CA, 2 in WA (one of no city), 1 unknown. */
static inline void
sample_fill(struct cube_builder *b)
{
    sample_add(b, 1, 6, 12, 10.5, 1);
    sample_add(b, 2, 7, 11, 20, 2);
    sample_add(b, 2, 8, 12, -0.25, 3);
    sample_add(b, 3, 7, 10, 100, 4);
    sample_add(b, 4, 6, 12, 7, 5);
    sample_add(b, 0, 8, 11, 1e300, 6);
}

/* Creates the cube "Orders" in "db" with these facts completed and, when not NULL, those active. */
static inline void
sample_store(struct cube_builder *completed, struct cube_builder *active)
{
    struct fault f = FAULT_INIT;
    struct cube_process *p;

    if (!cube_exists("db", "Orders"))
        ASSERT_OK(cube_create("db", "Orders", &sample_model, CUBE_STORAGE_MEMORY, &f), &f);
    p = cube_process_begin("db", "Orders", CUBE_PROCESS_FULL, &sample_model, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    ASSERT_OK(cube_process_write(p, CUBE_PART_COMPLETED, completed, &f), &f);
    if (active != NULL)
        ASSERT_OK(cube_process_write(p, CUBE_PART_ACTIVE, active, &f), &f);
    ASSERT_OK(cube_process_commit(p, 0, &f), &f);
    cube_process_end(p);
}

static inline struct stored_cube *
sample_open(void)
{
    struct fault f = FAULT_INIT;
    struct stored_cube *c = cube_open("db", "Orders", &f);

    if (c == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    return c;
}

static inline bool
sample_is_text(const struct value *v, const char *text)
{
    return v->type == VALUE_TEXT && v->as.text.length == strlen(text) &&
           memcmp(v->as.text.bytes, text, v->as.text.length) == 0;
}

static inline bool
sample_is_int(const struct value *v, int64_t number)
{
    return v->type == VALUE_INT && v->as.integer == number;
}

static inline bool
sample_is_float(const struct value *v, double number)
{
    return v->type == VALUE_FLOAT && v->as.real == number;
}

/* Numbers that are the same in every run (SplitMix64, public domain algorithm by S. Vigna). */
static inline uint64_t
sample_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

#endif
