#include "tests/harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "config/base/file.h"
#include "cube/bytes.h"
#include "cube/segment.h"
#include "tests/cube/sample.h"

static void
write_sample(const char *path)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct segment_facts written;

    sample_fill(b);
    ASSERT_OK(segment_write(path, cube_builder_cuboid(b), &written, &f), &f);
    CU_ASSERT_EQUAL(written.facts, 6);
    cube_builder_free(b);
}

static struct text
read_sample(void)
{
    struct text bytes = TEXT_INIT;
    struct fault f = FAULT_INIT;

    write_sample("1.seg");
    ASSERT_OK(file_read_all("1.seg", 1 << 20, &bytes, &f), &f);
    return bytes;
}

static void
put(const char *path, const char *bytes, size_t size)
{
    int fd;

    /* A new file each time: some file systems flush one that is truncated and written again. */
    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    close(fd);
}

/* 0 when the file is taken for whole, otherwise the fault's kind. */
static enum fault_kind
verdict(const char *path)
{
    struct fault f = FAULT_INIT;
    struct segment *s = segment_open(path, &f);

    if (s != NULL)
        segment_verify(s, &sample_model, &f);
    segment_close(s);
    return f.kind;
}

static void
comes_back_whole(void)
{
    struct fault f = FAULT_INIT;
    struct segment *s;

    write_sample("1.seg");
    CU_ASSERT_PTR_NOT_NULL_FATAL(s = segment_open("1.seg", &f));
    ASSERT_OK(segment_verify(s, &sample_model, &f), &f);
    CU_ASSERT_EQUAL(s->facts, 6);
    CU_ASSERT_EQUAL(s->cells.count, 6);
    CU_ASSERT_EQUAL(s->dimensions[PLACE].member_count, 5);
    CU_ASSERT_EQUAL(s->dimensions[PLACE].levels[0].value_count, 3);
    CU_ASSERT_EQUAL(s->dimensions[PLACE].levels[1].value_count, 4);
    CU_ASSERT(s->dimensions[PLACE].levels[1].has_null);
    struct value v = segment_value(&s->dimensions[PLACE].levels[1], 1);
    CU_ASSERT(sample_is_text(&v, "San Jose, CA"));
    v = segment_value(&s->dimensions[PLACE].levels[0], 2);
    CU_ASSERT_EQUAL(v.type, VALUE_NULL);
    segment_close(s);
}

static void
labels_sort_as_defined(void)
{
    struct fault f = FAULT_INIT;
    struct segment *s;

    write_sample("1.seg");
    CU_ASSERT_PTR_NOT_NULL_FATAL(s = segment_open("1.seg", &f));
    ASSERT_OK(segment_verify(s, &sample_model, &f), &f);
    for (uint32_t i = 0; i < 3; i++) {
        struct value v = segment_value(&s->dimensions[SIZE].levels[0], i);

        CU_ASSERT(sample_is_text(&v, sample_labels[i]));
    }
    segment_close(s);
}

static void
same_facts_same_bytes(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct text bytes = read_sample();
    struct text other = TEXT_INIT;
    struct segment_facts written;

    /* Another order, and a member that is known and not used. */
    const struct value extra[] = {value_text("ZZ"), value_text("Top")};
    ASSERT_OK(cube_builder_member(b, PLACE, 99, extra, &f), &f);
    sample_add(b, 0, 8, 11, 1e300, 6);
    sample_add(b, 4, 6, 12, 7, 5);
    sample_add(b, 3, 7, 10, 100, 4);
    sample_add(b, 2, 8, 12, -0.25, 3);
    sample_add(b, 1, 6, 12, 10.5, 1);
    sample_add(b, 2, 7, 11, 20, 2);
    ASSERT_OK(segment_write("2.seg", cube_builder_cuboid(b), &written, &f), &f);
    ASSERT_OK(file_read_all("2.seg", 1 << 20, &other, &f), &f);
    CU_ASSERT_EQUAL(bytes.length, other.length);
    CU_ASSERT_EQUAL(memcmp(bytes.bytes, other.bytes, bytes.length), 0);
    text_release(&other);
    text_release(&bytes);
    cube_builder_free(b);
}

static void
every_flipped_byte_is_refused(void)
{
    struct text bytes = read_sample();
    size_t refused = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        bytes.bytes[i] = (char)~bytes.bytes[i];
        put("2.seg", bytes.bytes, bytes.length);
        refused += verdict("2.seg") == FAULT_DATA;
        bytes.bytes[i] = (char)~bytes.bytes[i];
    }
    CU_ASSERT_EQUAL(refused, bytes.length);
    put("2.seg", bytes.bytes, bytes.length);
    CU_ASSERT_EQUAL(verdict("2.seg"), FAULT_NONE);
    text_release(&bytes);
}

static void
every_truncation_is_refused(void)
{
    struct text bytes = read_sample();
    size_t refused = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        put("2.seg", bytes.bytes, i);
        refused += verdict("2.seg") == FAULT_DATA;
    }
    CU_ASSERT_EQUAL(refused, bytes.length);
    text_release(&bytes);
}

static void
bytes_behind_the_end_are_refused(void)
{
    struct text bytes = read_sample();

    text_add_char(&bytes, 'x');
    put("2.seg", bytes.bytes, bytes.length);
    CU_ASSERT_EQUAL(verdict("2.seg"), FAULT_DATA);
    text_release(&bytes);
}

/* Whoever forges the checksum too gets an error or another cube, and never a crash: what passes is
 * read through to the end. */
static void
forged_bytes_never_crash(void)
{
    static const unsigned char forgeries[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    struct text bytes = read_sample();
    struct fault f = FAULT_INIT;
    size_t refused = 0;

    for (size_t i = 0; i < bytes.length - 8; i++) {
        for (size_t k = 0; k < sizeof forgeries; k++) {
            char before = bytes.bytes[i];
            struct segment *s;
            struct arena a = ARENA_INIT;
            struct cube_totals totals;

            bytes.bytes[i] = (char)forgeries[k];
            bytes_put((unsigned char *)bytes.bytes + bytes.length - 8,
                XXH3_64bits(bytes.bytes, bytes.length - 8), 8);
            put("2.seg", bytes.bytes, bytes.length);
            bytes.bytes[i] = before;
            if ((s = segment_open("2.seg", &f)) == NULL ||
                segment_verify(s, &sample_model, &f) != 0)
                refused++;
            else
                cube_totals_of(
                    (const struct segment *const *)&s, 1, &sample_model, &a, &totals, &f);
            arena_release(&a);
            segment_close(s);
        }
    }
    CU_ASSERT(refused > bytes.length);
    text_release(&bytes);
}

static void
another_model_is_refused(void)
{
    struct cube_model other = sample_model;
    struct fault f = FAULT_INIT;
    struct segment *s;

    write_sample("1.seg");
    other.source_count = 3;
    other.measure_count = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(s = segment_open("1.seg", &f));
    ASSERT_FAULT(segment_verify(s, &other, &f), &f, FAULT_DATA, "does not fit");
    segment_close(s);
}

static void
an_existing_name_is_not_overwritten(void)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = sample_builder();
    struct segment_facts written;

    write_sample("1.seg");
    ASSERT_FAULT(
        segment_write("1.seg", cube_builder_cuboid(b), &written, &f), &f, FAULT_EXISTS, "1.seg");
    cube_builder_free(b);
}

const struct test suite_cube_segment[] = {
    {"what was written comes back", comes_back_whole},
    {"labels sort as defined", labels_sort_as_defined},
    {"the same facts give the same bytes", same_facts_same_bytes},
    {"every flipped byte is refused", every_flipped_byte_is_refused},
    {"every truncation is refused", every_truncation_is_refused},
    {"bytes behind the end are refused", bytes_behind_the_end_are_refused},
    {"forged bytes never crash", forged_bytes_never_crash},
    {"a segment of another model is refused", another_model_is_refused},
    {"an existing segment is not overwritten", an_existing_name_is_not_overwritten},
    {0},
};
