#include "config/base/pump.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "tests/harness.h"

/* A sink that looks whether the right bytes come, and may fail at a place. */
struct counter {
    uint64_t at;
    uint64_t fails_at; /* 0: never */
    bool right;
    pthread_t writer;
};

static unsigned char
byte_at(uint64_t at)
{
    return (unsigned char)(at * 2654435761U >> 13);
}

static int
write_counted(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct counter *c = state;

    c->writer = pthread_self();
    for (size_t i = 0; i < size; i++)
        c->right = c->right && ((const unsigned char *)bytes)[i] == byte_at(c->at + i);
    c->at += size;
    if (c->fails_at != 0 && c->at >= c->fails_at)
        return fault_set(f, FAULT_IO, "the disk is full");
    return 0;
}

static struct pump *
start(struct counter *c)
{
    struct fault f = FAULT_INIT;
    struct pump *p = pump_new((struct byte_sink){write_counted, c}, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    c->right = true;
    return p;
}

/* Brings `size` bytes in pieces; 0, or -1 where the pump refused one. */
static int
bring(struct pump *p, uint64_t size, size_t piece, struct fault *f)
{
    static unsigned char buffer[1000003];
    struct byte_sink sink = pump_sink(p);

    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < piece ? (size_t)(size - at) : piece;

        for (size_t i = 0; i < n; i++)
            buffer[i] = byte_at(at + i);
        if (sink.write(sink.state, buffer, n, f) != 0)
            return -1;
        at += n;
    }
    return 0;
}

static void
bytes_arrive_in_order_whatever_the_pieces(void)
{
    static const size_t pieces[] = {1000003, 65536, 999};
    static const uint64_t sizes[] = {0, 1, 524287, 524288, 524289, 9000000};

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            struct counter c = {.at = 0};
            struct fault f = FAULT_INIT;
            struct pump *p = start(&c);

            CU_ASSERT_EQUAL(bring(p, sizes[k], pieces[i], &f), 0);
            CU_ASSERT_EQUAL(pump_finish(p, &f), 0);
            CU_ASSERT_EQUAL(c.at, sizes[k]);
            CU_ASSERT(c.right);
            pump_free(p);
        }
    }
}

static void
many_bytes_are_written_in_another_thread(void)
{
    struct counter c = {.at = 0};
    struct fault f = FAULT_INIT;
    struct pump *p = start(&c);

    CU_ASSERT_EQUAL(bring(p, 524288, 524288, &f), 0);
    CU_ASSERT_EQUAL(pump_finish(p, &f), 0);
    CU_ASSERT_FALSE(pthread_equal(c.writer, pthread_self()));
    pump_free(p);
}

/* Wherever the sink fails, nothing is written behind it and the fault is told; once by the calls
 * that bring bytes, when there are many, and always at the end. */
static void
a_fault_is_told_and_nothing_follows_it(void)
{
    for (uint64_t at = 1; at <= 20000001; at += 2500000) {
        struct counter c = {.fails_at = at};
        struct fault f = FAULT_INIT;
        struct pump *p = start(&c);
        int rc = bring(p, 20000001, 65537, &f);

        CU_ASSERT_EQUAL(rc, at < 10000000 ? -1 : rc);
        fault_clear(&f);
        CU_ASSERT_EQUAL(pump_finish(p, &f), -1);
        CU_ASSERT_EQUAL(f.kind, FAULT_IO);
        CU_ASSERT_STRING_EQUAL(f.text, "the disk is full");
        CU_ASSERT(c.at < at + 524288 + 1);
        pump_free(p);
    }
}

static void
a_fault_at_the_last_bytes_is_told(void)
{
    struct counter c = {.fails_at = 100};
    struct fault f = FAULT_INIT;
    struct pump *p = start(&c);

    CU_ASSERT_EQUAL(bring(p, 100, 10, &f), 0);
    CU_ASSERT_EQUAL(pump_finish(p, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_IO);
    pump_free(p);
}

static void
nothing_more_is_written_without_a_finish(void)
{
    for (uint64_t size = 0; size < 8000000; size += 777777) {
        struct counter c = {.at = 0};
        struct fault f = FAULT_INIT;
        struct pump *p = start(&c);

        CU_ASSERT_EQUAL(bring(p, size, 65536, &f), 0);
        pump_free(p);
        CU_ASSERT(c.at % 524288 == 0 && c.right);
    }
    pump_free(NULL);
}

static void
nothing_is_taken_behind_the_end(void)
{
    struct counter c = {.at = 0};
    struct fault f = FAULT_INIT;
    struct pump *p = start(&c);

    CU_ASSERT_EQUAL(pump_finish(p, &f), 0);
    CU_ASSERT_EQUAL(bring(p, 1, 1, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_INTERNAL);
    pump_free(p);
}

const struct test suite_config_base_pump[] = {
    {"bytes arrive in order, whatever the pieces", bytes_arrive_in_order_whatever_the_pieces},
    {"many bytes are written in another thread", many_bytes_are_written_in_another_thread},
    {"a fault is told, and nothing follows it", a_fault_is_told_and_nothing_follows_it},
    {"a fault at the last bytes is told", a_fault_at_the_last_bytes_is_told},
    {"nothing more is written without a finish", nothing_more_is_written_without_a_finish},
    {"nothing is taken behind the end", nothing_is_taken_behind_the_end},
    {0},
};
