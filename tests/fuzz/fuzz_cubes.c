/* Cube files: targets of fuzz.h. What checksums would refuse is sealed anew first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "config/base/file.h"
#include "cube/aggregate.h"
#include "cube/builder.h"
#include "cube/manifest.h"
#include "cube/process.h"
#include "cube/rollup.h"
#include "cube/totals.h"
#include "tests/fuzz/fuzz.h"

/* ---- the cube that the files are of ---- */

static const struct cube_level place[] = {
    {.name = "State", .type = VALUE_TEXT}, {.name = "City", .type = VALUE_TEXT}};
static const struct cube_level year[] = {{.name = "Year", .type = VALUE_INT}};
static const struct cube_dimension dimensions[] = {{"Place", place, 2}, {"Time", year, 1}};
static const struct cube_source sources[] = {
    {"Amount", VALUE_FLOAT}, {"Pieces", VALUE_INT}, {"Sent", VALUE_TIME}};
static const struct cube_measure measures[] = {
    {"Total", CUBE_SUM, 0}, {"Least", CUBE_MIN, 0}, {"Pieces", CUBE_SUM, 1}, {"Last", CUBE_MAX, 2}};
static const struct cube_model model = {dimensions, 2, sources, 3, measures, 4};

enum { FACTS = 40, CELLS_LIMIT = 10000 };

static void
fill(struct cube_builder *b)
{
    static const char *const cities[] = {"Aachen", "Bonn", "Celle", "Dresden"};
    struct fault f = FAULT_INIT;

    for (int64_t i = 0; i < 4; i++) {
        const struct value levels[] = {value_text(i < 2 ? "West" : "East"), value_text(cities[i])};

        fuzz_must(cube_builder_member(b, 0, i + 1, levels, &f) == 0);
    }
    for (int64_t i = 0; i < 3; i++) {
        const struct value level = value_int(2024 + i);

        fuzz_must(cube_builder_member(b, 1, i + 1, &level, &f) == 0);
    }
    for (int64_t i = 0; i < FACTS; i++) {
        const struct value fact[] = {value_int(i % 5), value_int(i % 3 + 1),
            i % 7 == 0 ? value_null() : value_float((double)i * 0.37), value_int(i),
            value_time(i * 1000000)};

        fuzz_must(cube_builder_add(b, fact, &f) == 0);
    }
    fuzz_must(cube_builder_finish(b, &f) == 0);
}

/* Its files, as processing leaves them. */
struct files {
    struct text segment, aggregates, manifest;
    struct segment *opened;
};

static void
process(const char *directory)
{
    struct fault f = FAULT_INIT;
    struct cube_builder *b = cube_builder_new(&model, &f);
    struct cube_process *p;

    fuzz_must(b != NULL);
    fill(b);
    fuzz_must(cube_create(directory, "Orders", &model, CUBE_STORAGE_MEMORY, &f) == 0);
    p = cube_process_begin(directory, "Orders", CUBE_PROCESS_FULL, &model, &f);
    fuzz_must(p != NULL && cube_process_write(p, CUBE_PART_COMPLETED, b, &f) == 0 &&
              cube_process_commit(p, 0, &f) == 0);
    cube_process_end(p);
    cube_builder_free(b);
}

static void
take(const char *directory, const char *name, struct text *bytes)
{
    struct text path = TEXT_INIT;
    struct fault f = FAULT_INIT;

    text_add_format(&path, "%s/Orders/%s", directory, name);
    fuzz_must(file_read_all(text_get(&path), 1 << 20, bytes, &f) == 0);
    text_release(&path);
}

/* Made once. */
static const struct files *
our_files(void)
{
    static struct files files;
    char directory[] = "/tmp/nightcube-fuzz.XXXXXX";
    struct fault f = FAULT_INIT;

    if (files.opened != NULL)
        return &files;
    fuzz_must(mkdtemp(directory) != NULL);
    process(directory);
    take(directory, "1.seg", &files.segment);
    take(directory, "1-aggregates.seg", &files.aggregates);
    take(directory, "cube.xml", &files.manifest);
    fuzz_must(cube_drop(directory, "Orders", &f) == 0 && rmdir(directory) == 0);
    files.opened =
        segment_open(fuzz_file((const uint8_t *)files.segment.bytes, files.segment.length), &f);
    fuzz_must(files.opened != NULL && segment_verify(files.opened, &model, &f) == 0);
    return &files;
}

void
seed_segment(struct text *bytes)
{
    text_add_bytes(bytes, our_files()->segment.bytes, our_files()->segment.length);
}

void
seed_aggregates(struct text *bytes)
{
    text_add_bytes(bytes, our_files()->aggregates.bytes, our_files()->aggregates.length);
}

void
seed_manifest(struct text *bytes)
{
    text_add_bytes(bytes, our_files()->manifest.bytes, our_files()->manifest.length);
}

/* ---- segments ---- */

/* A copy in memory whose checksum, its last eight bytes, is right. */
static const char *
sealed_segment(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    const char *path;
    uint64_t sum;

    fuzz_must(copy != NULL);
    memcpy(copy, bytes, size);
    if (size >= sizeof sum) {
        sum = XXH3_64bits(copy, size - sizeof sum);
        memcpy(copy + size - sizeof sum, &sum, sizeof sum);
    }
    path = fuzz_file(copy, size);
    free(copy);
    return path;
}

/* Members, totals, and every coarser cuboid. */
static bool
use_segment(const struct segment *s)
{
    struct aggregate_counts counts;
    struct arena memory = ARENA_INIT;
    struct cube_totals totals;
    struct fault f = FAULT_INIT;
    bool used;

    for (size_t k = 0; k < model.dimension_count; k++) {
        for (size_t i = 0; i < model.dimensions[k].level_count; i++) {
            const struct segment_level *level = &s->dimensions[k].levels[i];

            for (uint32_t id = 0; id < level->value_count; id++)
                segment_value(level, id);
        }
    }
    used = cube_totals_of(&s, 1, &model, &memory, &totals, &f) == 0 &&
           (s->cells.count > CELLS_LIMIT || aggregates_try_all(s, &model, 1, &counts, &f) == 0);
    arena_release(&memory);
    return used;
}

bool
fuzz_segment(const uint8_t *bytes, size_t size)
{
    struct fault f = FAULT_INIT;
    struct segment *s = size == 0 ? NULL : segment_open(sealed_segment(bytes, size), &f);
    bool taken = s != NULL && segment_verify(s, &model, &f) == 0 && use_segment(s);

    segment_close(s);
    return taken;
}

/* ---- aggregates ---- */

static uint64_t
get_number(const uint8_t *at)
{
    uint64_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static void
set_sum(uint8_t *at, const uint8_t *from, uint64_t size)
{
    uint64_t sum = XXH3_64bits(from, (size_t)size);

    memcpy(at, &sum, sizeof sum);
}

/* The segment's checksum, each cuboid's in the list, and the list's behind it. */
static void
seal_list(uint8_t *bytes, size_t size)
{
    uint64_t dimension_count, count, entry, list;

    if (size < AGGREGATE_HEADER_BYTES + 8)
        return;
    memcpy(bytes + 24, &our_files()->opened->checksum, 8);
    dimension_count = get_number(bytes + 12) & UINT32_MAX;
    count = get_number(bytes + 20) & UINT32_MAX;
    entry = 2 * dimension_count + AGGREGATE_ENTRY_BYTES;
    list = AGGREGATE_HEADER_BYTES + entry * count;
    if (dimension_count > 256 || count > AGGREGATE_LIMIT || list + 8 > size)
        return;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t *at = bytes + AGGREGATE_HEADER_BYTES + entry * i + 2 * dimension_count;
        uint64_t start = get_number(at + 8), length = get_number(at + 16);

        if (start <= size && length <= size - start)
            set_sum(at + 24, bytes + start, length);
    }
    set_sum(bytes + list, bytes, list);
}

/* The grand total of one cuboid. */
static bool
roll_up(const struct cells *c)
{
    struct fault f = FAULT_INIT;
    struct rollup r;
    bool rolled = rollup_init(&r, &model, 0, &f) == 0 && rollup_add(&r, c, NULL, NULL, 0, &f) == 0;

    rollup_release(&r);
    return rolled;
}

/* Every combination of levels, from the smallest cuboid that has it. */
static bool
use_aggregates(struct aggregates *a)
{
    bool used = true;

    for (uint16_t outer = 0; outer <= 2; outer++) {
        for (uint16_t inner = 0; inner <= 1; inner++) {
            const uint16_t depths[] = {outer, inner};
            const struct aggregate *found = NULL;
            struct fault f = FAULT_INIT;

            if (aggregates_find(a, depths, &found, &f) != 0)
                used = false;
            else if (found != NULL)
                used &= roll_up(&found->cells);
        }
    }
    return used;
}

bool
fuzz_aggregates(const uint8_t *bytes, size_t size)
{
    const struct segment *base = our_files()->opened;
    uint8_t *copy = malloc(size + 1);
    struct fault f = FAULT_INIT;
    struct aggregates *a;
    bool taken;

    fuzz_must(copy != NULL);
    memcpy(copy, bytes, size);
    seal_list(copy, size);
    a = size == 0 ? NULL : aggregates_open(fuzz_file(copy, size), &f);
    free(copy);
    taken = a != NULL && aggregates_verify(a, base, &model, &f) == 0 && use_aggregates(a);
    aggregates_close(a);
    return taken;
}

/* ---- manifests ---- */

/* The last line holds the checksum of what stands before it. */
static const char *
sealed_manifest(const uint8_t *bytes, size_t size)
{
    static const char form[] = "<!-- xxh3 0123456789abcdef -->\n";
    char seal[sizeof form + 1];
    uint8_t *copy = malloc(size + 1);
    const char *path;

    fuzz_must(copy != NULL);
    memcpy(copy, bytes, size);
    if (size >= sizeof form - 1) {
        size_t length = size - (sizeof form - 1);

        snprintf(seal, sizeof seal, "<!-- xxh3 %016llx -->\n",
            (unsigned long long)XXH3_64bits(copy, length));
        memcpy(copy + length, seal, sizeof form - 1);
    }
    path = fuzz_file(copy, size);
    free(copy);
    return path;
}

bool
fuzz_manifest(const uint8_t *bytes, size_t size)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct manifest m;
    bool taken = manifest_read(sealed_manifest(bytes, size), &memory, &m, &f) == 0;

    arena_release(&memory);
    return taken;
}
