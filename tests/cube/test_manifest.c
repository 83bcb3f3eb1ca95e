#include "tests/harness.h"

#include <stdio.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/manifest.h"
#include "tests/cube/sample.h"

static void
write_sample(const char *path)
{
    struct manifest_segment segments[] = {{1, 5, 500, 0xABC}, {7, 3, 400, UINT64_MAX}};
    struct manifest m = {.model = sample_model,
        .parts = {{segments, 1, 5}, {segments + 1, 1, 3}},
        .watermark = 42,
        .processed = true,
        .processed_us = 1500000,
        .next_number = 8};
    struct fault f = FAULT_INIT;

    ASSERT_OK(manifest_write(path, &m, &f), &f);
}

static void
comes_back_whole(void)
{
    struct arena a = ARENA_INIT;
    struct manifest m;
    struct fault f = FAULT_INIT;

    write_sample("cube.xml");
    ASSERT_OK(manifest_read("cube.xml", &a, &m, &f), &f);
    CU_ASSERT(cube_model_equal(&m.model, &sample_model));
    CU_ASSERT_EQUAL(m.storage, CUBE_STORAGE_MEMORY);
    CU_ASSERT_EQUAL(m.watermark, 42);
    CU_ASSERT_EQUAL(m.processed_us, 1500000);
    CU_ASSERT_EQUAL(m.next_number, 8);
    CU_ASSERT_EQUAL(m.parts[MANIFEST_COMPLETED].facts, 5);
    CU_ASSERT_EQUAL(m.parts[MANIFEST_ACTIVE].segments[0].number, 7);
    CU_ASSERT_EQUAL(m.parts[MANIFEST_ACTIVE].segments[0].checksum, UINT64_MAX);
    arena_release(&a);
}

static size_t
count_refused(struct text *bytes, bool flip)
{
    size_t refused = 0;

    for (size_t i = 0; i < bytes->length; i++) {
        struct arena a = ARENA_INIT;
        struct manifest m;
        struct fault f = FAULT_INIT;
        FILE *file;

        /* A new file each time: some file systems flush one that is truncated and written again. */
        unlink("other.xml");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file = fopen("other.xml", "w"));
        bytes->bytes[i] ^= flip ? 0x15 : 0;
        fwrite(bytes->bytes, 1, flip ? bytes->length : i, file);
        fclose(file);
        bytes->bytes[i] ^= flip ? 0x15 : 0;
        refused += manifest_read("other.xml", &a, &m, &f) == -1 && f.kind == FAULT_DATA;
        arena_release(&a);
    }
    return refused;
}

static void
every_flipped_byte_is_refused(void)
{
    struct text bytes = TEXT_INIT;
    struct fault f = FAULT_INIT;

    write_sample("cube.xml");
    ASSERT_OK(file_read_all("cube.xml", 1 << 20, &bytes, &f), &f);
    CU_ASSERT_EQUAL(count_refused(&bytes, true), bytes.length);
    text_release(&bytes);
}

static void
every_truncation_is_refused(void)
{
    struct text bytes = TEXT_INIT;
    struct fault f = FAULT_INIT;

    write_sample("cube.xml");
    ASSERT_OK(file_read_all("cube.xml", 1 << 20, &bytes, &f), &f);
    CU_ASSERT_EQUAL(count_refused(&bytes, false), bytes.length);
    text_release(&bytes);
}

static void
refuse(const struct manifest *m, const char *part)
{
    struct arena a = ARENA_INIT;
    struct manifest read;
    struct fault f = FAULT_INIT;

    ASSERT_OK(manifest_write("bad.xml", m, &f), &f);
    ASSERT_FAULT(manifest_read("bad.xml", &a, &read, &f), &f, FAULT_DATA, part);
    arena_release(&a);
}

static void
contradictions_are_refused(void)
{
    struct manifest_segment segments[] = {{1, 5, 500, 0xABC}};
    struct manifest m = {.model = sample_model, .next_number = 2};

    m.parts[0] = (struct manifest_part){segments, 1, 6};
    refuse(&m, "Completed");
    m.parts[0].facts = 5;
    m.next_number = 1;
    refuse(&m, "Segment");
    m.next_number = 2;
    m.storage = CUBE_STORAGE_DIRECT;
    refuse(&m, "Completed");
    m.parts[0] = (struct manifest_part){.segments = NULL};
    m.watermark = -1;
    refuse(&m, "Cube");
}

static void
a_missing_file_says_so(void)
{
    struct arena a = ARENA_INIT;
    struct manifest m;
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(manifest_read("none.xml", &a, &m, &f), &f, FAULT_NO_INPUT, "none.xml");
    arena_release(&a);
}

const struct test suite_cube_manifest[] = {
    {"what was written comes back", comes_back_whole},
    {"every flipped byte is refused", every_flipped_byte_is_refused},
    {"every truncation is refused", every_truncation_is_refused},
    {"contradictions are refused", contradictions_are_refused},
    {"a missing file says so", a_missing_file_says_so},
    {0},
};
