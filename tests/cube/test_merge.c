#include "cube/merge.h"

#include <stdlib.h>

#include "config/base/file.h"
#include "cube/builder.h"
#include "tests/cube/sample.h"

enum { PIECES_LIMIT = MERGE_LIMIT };

/* A fact that is the same for each number: NULL keys and values, doubles of all sizes. */
static void
add_fact(struct cube_builder *b, uint64_t number)
{
    uint64_t state = number * 977 + 5;
    struct fault f = FAULT_INIT;
    const uint64_t r = sample_random(&state);
    const double sizes[] = {1, 0x1p-300, 0x1p80, 0.1, -3e200, 0};
    const struct value row[SAMPLE_ROW] = {
        r % 7 == 0 ? value_null() : value_int(1 + (int64_t)(r % 5)),
        value_int(6 + (int64_t)(r >> 8 & 3)), value_int(10 + (int64_t)(r >> 16) % 3),
        r % 5 == 0 ? value_null()
                   : value_float((double)(r >> 20 & 1023) * sizes[number % 6] - (double)(r % 3)),
        value_int((int64_t)sample_random(&state) >> (r >> 32) % 60),
        r % 3 == 0 ? value_null() : value_time((int64_t)(r >> 40)), value_null()};

    ASSERT_OK(cube_builder_add(b, row, &f), &f);
}

/* Every `count`th fact from number `first` on, below `end`. */
static void
write_piece(const char *path, uint64_t first, uint64_t step, uint64_t end)
{
    struct cube_builder *b = sample_builder();
    struct segment_facts written;
    struct fault f = FAULT_INIT;

    for (uint64_t i = first; i < end; i += step)
        add_fact(b, i);
    ASSERT_OK(cube_builder_finish(b, &f), &f);
    ASSERT_OK(segment_write(path, cube_builder_cuboid(b), &written, &f), &f);
    cube_builder_free(b);
}

static struct segment *
open_piece(const char *path)
{
    struct fault f = FAULT_INIT;
    struct segment *s = segment_open(path, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    ASSERT_OK(segment_verify(s, &sample_model, &f), &f);
    return s;
}

static bool
same_bytes(const char *left, const char *right)
{
    struct text a = TEXT_INIT, b = TEXT_INIT;
    struct fault f = FAULT_INIT;
    bool same;

    ASSERT_OK(file_read_all(left, 1 << 26, &a, &f), &f);
    ASSERT_OK(file_read_all(right, 1 << 26, &b, &f), &f);
    same = a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
    text_release(&a);
    text_release(&b);
    return same;
}

/* Facts dealt out to `count` segments, merged, against all of them in one. */
static void
merge_and_compare(size_t count, uint64_t facts)
{
    struct segment *pieces[PIECES_LIMIT];
    struct segment_facts written;
    struct fault f = FAULT_INIT;
    char path[32];

    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%zu.seg", i);
        file_remove(path, &f);
        write_piece(path, i, count, facts);
        pieces[i] = open_piece(path);
    }
    file_remove("whole.seg", &f);
    file_remove("merged.seg", &f);
    write_piece("whole.seg", 0, 1, facts);
    ASSERT_OK(segment_merge("merged.seg", ".", pieces, count, &sample_model, &written, &f), &f);
    CU_ASSERT_EQUAL(written.facts, facts);
    CU_ASSERT(same_bytes("merged.seg", "whole.seg"));
    segment_close(open_piece("merged.seg"));
    for (size_t i = 0; i < count; i++)
        segment_close(pieces[i]);
}

static void
merging_gives_the_bytes_of_one_build(void)
{
    for (uint64_t facts = 2; facts < 4000; facts = facts * 3 + 1) {
        merge_and_compare(2, facts);
        merge_and_compare(facts < 5 ? facts : 5, facts);
    }
}

static void
as_many_as_may_be(void)
{
    merge_and_compare(MERGE_LIMIT, 3000);
}

static void
one_alone_stays_as_it_is(void)
{
    merge_and_compare(1, 500);
}

/* Sums that cancel out leave no trace of what was added. */
static void
cancelled_sums_are_forgotten(void)
{
    struct cube_builder *b = sample_builder();
    struct segment_facts written;
    struct segment *pieces[2];
    struct fault f = FAULT_INIT;

    for (int i = 0; i < 2; i++) {
        cube_builder_clear_facts(b);
        sample_add(b, 1, 6, 12, i == 0 ? 0x1p-900 : -0x1p-900, i);
        ASSERT_OK(
            segment_write(i == 0 ? "a.seg" : "b.seg", cube_builder_cuboid(b), &written, &f), &f);
        pieces[i] = open_piece(i == 0 ? "a.seg" : "b.seg");
    }
    ASSERT_OK(segment_merge("merged.seg", ".", pieces, 2, &sample_model, &written, &f), &f);
    segment_close(pieces[0]);
    pieces[0] = open_piece("merged.seg");
    CU_ASSERT_EQUAL(pieces[0]->cells.sources[AMOUNT].sum_exponent, 0);
    CU_ASSERT_EQUAL(pieces[0]->cells.sources[AMOUNT].sum_bytes, 1);
    segment_close(pieces[0]);
    segment_close(pieces[1]);
    cube_builder_free(b);
}

static void
a_full_disk_is_told(void)
{
    struct segment_facts written;
    struct segment *piece;
    struct fault f = FAULT_INIT;

    write_piece("a.seg", 0, 1, 10);
    piece = open_piece("a.seg");
    ASSERT_FAULT(segment_merge("merged.seg", "nowhere", &piece, 1, &sample_model, &written, &f), &f,
        FAULT_NO_INPUT, "nowhere");
    CU_ASSERT_FALSE(file_exists("merged.seg"));
    segment_close(piece);
}

const struct test suite_cube_merge[] = {
    {"merging gives the bytes of one build", merging_gives_the_bytes_of_one_build},
    {"as many as may be", as_many_as_may_be},
    {"one alone stays as it is", one_alone_stays_as_it_is},
    {"cancelled sums are forgotten", cancelled_sums_are_forgotten},
    {"a scratch file that cannot be made is told", a_full_disk_is_told},
    {0},
};
