/*
 * Cube files whose bytes were changed by somebody who put the checksums right again: whatever they
 * say, reading them ends with an error or an answer, never outside of the file. Worth most under
 * AddressSanitizer. Every byte is changed in test-long, otherwise every few.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "config/base/file.h"
#include "cube/aggregate.h"
#include "cube/query.h"
#include "tests/cube/sample.h"

static const char segment_path[] = "db/Orders/1.seg";
static const char aggregates_path[] = "db/Orders/1-aggregates.seg";
static const char manifest_path[] = "db/Orders/cube.xml";

/* How far apart the changes are that are tried, of so many. */
static size_t
stride(size_t changes)
{
    size_t tried = (size_t)long_rounds(600, changes);

    return tried < changes ? changes / tried : 1;
}

static void
store_sample(void)
{
    struct cube_builder *completed = sample_builder();
    struct cube_builder *active = sample_builder();

    for (int64_t i = 0; i < 60; i++)
        sample_add(completed, i % 6, 6 + i % 4, i % 5 == 0 ? 0 : 10 + i % 3, (double)i / 3, i);
    sample_fill(active);
    sample_store(completed, active);
    cube_builder_free(completed);
    cube_builder_free(active);
}

static void
read_file(const char *path, struct text *bytes)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_read_all(path, 1 << 20, bytes, &f), &f);
}

static void
put(const char *path, const struct text *bytes)
{
    int fd;

    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, bytes->bytes, bytes->length) == (ssize_t)bytes->length);
    close(fd);
}

static uint64_t
get_number(const struct text *bytes, size_t at)
{
    uint64_t number;

    memcpy(&number, bytes->bytes + at, sizeof number);
    return number;
}

static void
set_number(struct text *bytes, size_t at, uint64_t number)
{
    memcpy(bytes->bytes + at, &number, sizeof number);
}

/* All levels and measures, sliced and not: true when everything was answered. */
static bool
answers(void)
{
    static const struct cube_level_ref levels[] = {
        {PLACE, 0}, {PLACE, 1}, {TIME, 0}, {TIME, 1}, {SIZE, 0}};
    static const struct cube_slice slice = {{PLACE, 0}, "CA"};
    struct fault f = FAULT_INIT;
    struct stored_cube *c = cube_open("db", "Orders", &f);
    bool answered = c != NULL;

    for (size_t set = 0; answered && set < 8; set++) {
        const size_t first = set * 5 / 8;
        const struct cube_query q = {.rows = levels + first,
            .row_count = 5 - first,
            .slices = &slice,
            .slice_count = set % 2,
            .part = (enum cube_part)(set % CUBE_PART_COUNT),
            .totals = set % 3 == 0};
        struct cube_result r;

        answered = cube_query_run(c, &q, &r, &f) == 0;
        if (answered)
            cube_result_release(&r);
    }
    cube_close(c);
    return answered;
}

/* ---- checksums put right ---- */

/* The manifest's last line is the XXH3-64 of what stands before it. */
static void
seal_manifest(struct text *xml)
{
    size_t length = xml->length - strlen("<!-- xxh3 0123456789abcdef -->\n");
    char seal[40];

    snprintf(seal, sizeof seal, "<!-- xxh3 %016llx -->\n",
        (unsigned long long)XXH3_64bits(xml->bytes, length));
    memcpy(xml->bytes + length, seal, strlen(seal));
}

/* The manifest names a segment by its checksum. */
static void
name_segment(const struct text *manifest, uint64_t before, uint64_t now)
{
    struct text xml = TEXT_INIT;
    char old[20], new[20];
    char *found;

    text_add_bytes(&xml, manifest->bytes, manifest->length);
    snprintf(old, sizeof old, "%016llx", (unsigned long long)before);
    snprintf(new, sizeof new, "%016llx", (unsigned long long)now);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found = strstr(xml.bytes, old));
    memcpy(found, new, 16);
    seal_manifest(&xml);
    put(manifest_path, &xml);
    text_release(&xml);
}

/* A cuboid's checksum stands in the list, the list's behind it. */
static void
seal_aggregates(struct text *bytes)
{
    uint32_t dimensions, count;
    size_t entry, list;

    memcpy(&dimensions, bytes->bytes + 12, 4);
    memcpy(&count, bytes->bytes + 20, 4);
    entry = 2 * (size_t)dimensions + 32;
    list = 40 + entry * count;
    if (dimensions > 256 || count > 65536 || list + 8 > bytes->length)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t at = 40 + entry * i + 2 * (size_t)dimensions;
        uint64_t start = get_number(bytes, at + 8), length = get_number(bytes, at + 16);

        if (start <= bytes->length && length <= bytes->length - start)
            set_number(bytes, at + 24, XXH3_64bits(bytes->bytes + start, length));
    }
    set_number(bytes, list, XXH3_64bits(bytes->bytes, list));
}

/* ---- the tests ---- */

static const unsigned char patterns[] = {0xFF, 0x01, 0x80};

static void
forged_segments_do_no_harm(void)
{
    struct text bytes = TEXT_INIT, manifest = TEXT_INIT;
    uint64_t checksum;
    size_t step, answered = 0, tried = 0;

    store_sample();
    unlink(aggregates_path);
    read_file(segment_path, &bytes);
    read_file(manifest_path, &manifest);
    CU_ASSERT(answers());
    checksum = get_number(&bytes, bytes.length - 8);
    step = stride(bytes.length * 3);
    for (size_t i = 0; i < (bytes.length - 8) * 3; i += step) {
        unsigned char pattern = patterns[i % 3];

        bytes.bytes[i / 3] = (char)((unsigned char)bytes.bytes[i / 3] ^ pattern);
        set_number(&bytes, bytes.length - 8, XXH3_64bits(bytes.bytes, bytes.length - 8));
        put(segment_path, &bytes);
        name_segment(&manifest, checksum, get_number(&bytes, bytes.length - 8));
        answered += answers();
        tried++;
        bytes.bytes[i / 3] = (char)((unsigned char)bytes.bytes[i / 3] ^ pattern);
    }
    /* Most bytes are values, of which nobody knows that they are wrong; lengths are refused. */
    CU_ASSERT(answered > 0 && answered < tried);
    text_release(&bytes);
    text_release(&manifest);
}

static void
forged_aggregates_do_no_harm(void)
{
    struct text bytes = TEXT_INIT;
    size_t step, answered = 0, tried = 0;

    store_sample();
    read_file(aggregates_path, &bytes);
    CU_ASSERT(answers());
    step = stride(bytes.length * 3);
    for (size_t i = 0; i < bytes.length * 3; i += step) {
        struct text forged = TEXT_INIT;

        text_add_bytes(&forged, bytes.bytes, bytes.length);
        forged.bytes[i / 3] = (char)((unsigned char)forged.bytes[i / 3] ^ patterns[i % 3]);
        seal_aggregates(&forged);
        put(aggregates_path, &forged);
        answered += answers();
        tried++;
        text_release(&forged);
    }
    CU_ASSERT(answered > 0 && answered < tried);
    text_release(&bytes);
}

static void
forged_manifests_do_no_harm(void)
{
    struct text bytes = TEXT_INIT;
    size_t step, answered = 0, tried = 0;

    store_sample();
    read_file(manifest_path, &bytes);
    step = stride(bytes.length * 3);
    for (size_t i = 0; i < bytes.length * 3; i += step) {
        struct text forged = TEXT_INIT;

        text_add_bytes(&forged, bytes.bytes, bytes.length);
        forged.bytes[i / 3] = (char)((unsigned char)forged.bytes[i / 3] ^ patterns[i % 3]);
        seal_manifest(&forged);
        put(manifest_path, &forged);
        answered += answers();
        tried++;
        text_release(&forged);
    }
    CU_ASSERT(answered < tried);
    text_release(&bytes);
}

const struct test suite_cube_forged[] = {
    {"forged segments do no harm", forged_segments_do_no_harm},
    {"forged aggregates do no harm", forged_aggregates_do_no_harm},
    {"forged manifests do no harm", forged_manifests_do_no_harm},
    {0},
};
