#include "backup/compress.h"

#include "tests/backup/sample.h"

static void
squeeze(struct memory_sink *to, const char *bytes, size_t size, int level)
{
    struct fault f = FAULT_INIT;
    struct compressor *c = compressor_new(memory_sink_of(to), level, &f);
    struct byte_sink sink;

    CU_ASSERT_FATAL(c != NULL);
    sink = compressor_sink(c);
    for (size_t at = 0; at < size; at += 100000)
        ASSERT_OK(
            sink.write(sink.state, bytes + at, size - at < 100000 ? size - at : 100000, &f), &f);
    ASSERT_OK(compressor_finish(c, &f), &f);
    compressor_free(c);
}

/* Expands into `plain`. 0, or -1. */
static int
expand(const char *bytes, size_t size, size_t step, struct text *plain, struct fault *f)
{
    struct memory_source from = {.bytes = bytes, .size = size, .step = step};
    struct expander *e = expander_new(memory_source_of(&from), f);
    struct byte_source source;
    char buffer[70000];
    ssize_t n;

    CU_ASSERT_FATAL(e != NULL);
    source = expander_source(e);
    while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0)
        text_add_bytes(plain, buffer, (size_t)n);
    expander_free(e);
    return (int)n;
}

static void
what_was_compressed_comes_back_at_every_level(void)
{
    const size_t size = 300000;
    char *pattern = memory_pattern(size);

    memset(pattern + size / 2, 'a', size / 2);
    for (int level = COMPRESS_LEVEL_MIN; level <= COMPRESS_LEVEL_MAX; level += 6) {
        struct memory_sink m = {.writes = 0};
        struct text plain = TEXT_INIT;
        struct fault f = FAULT_INIT;

        squeeze(&m, pattern, size, level);
        CU_ASSERT(m.bytes.length < size);
        ASSERT_OK(expand(m.bytes.bytes, m.bytes.length, 0, &plain, &f), &f);
        CU_ASSERT(plain.length == size && memcmp(plain.bytes, pattern, size) == 0);
        text_release(&plain);
        text_release(&m.bytes);
    }
    free(pattern);
}

static void
a_source_may_give_a_byte_at_a_time(void)
{
    struct memory_sink m = {.writes = 0};
    struct text plain = TEXT_INIT;
    struct fault f = FAULT_INIT;

    squeeze(&m, "hello", 5, 3);
    ASSERT_OK(expand(m.bytes.bytes, m.bytes.length, 1, &plain, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&plain), "hello");
    text_release(&plain);
    text_release(&m.bytes);
}

static void
a_stream_of_its_own_inside_is_not_unpacked(void)
{
    struct memory_sink inner = {.writes = 0}, outer = {.writes = 0};
    struct text plain = TEXT_INIT;
    struct fault f = FAULT_INIT;

    squeeze(&inner, "hello", 5, 3);
    squeeze(&outer, inner.bytes.bytes, inner.bytes.length, 3);
    ASSERT_OK(expand(outer.bytes.bytes, outer.bytes.length, 0, &plain, &f), &f);
    CU_ASSERT(plain.length == inner.bytes.length &&
              memcmp(plain.bytes, inner.bytes.bytes, plain.length) == 0);
    text_release(&plain);
    text_release(&inner.bytes);
    text_release(&outer.bytes);
}

static void
nothing_is_written_after_it_was_given_up(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct compressor *c = compressor_new(memory_sink_of(&m), 3, &f);
    struct byte_sink sink = compressor_sink(c);
    size_t before;

    ASSERT_OK(sink.write(sink.state, "hello", 5, &f), &f);
    before = m.bytes.length;
    compressor_free(c);
    CU_ASSERT_EQUAL(m.bytes.length, before);
    text_release(&m.bytes);
}

const struct test suite_backup_compress[] = {
    {"what was compressed comes back at every level",
        what_was_compressed_comes_back_at_every_level},
    {"a source may give a byte at a time", a_source_may_give_a_byte_at_a_time},
    {"a stream of its own inside is not unpacked", a_stream_of_its_own_inside_is_not_unpacked},
    {"nothing is written after it was given up", nothing_is_written_after_it_was_given_up},
    {0},
};
