#include "config/base/relay.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/harness.h"

/* A source of counted bytes in pieces of odd sizes, which may end in a fault. */
struct counter {
    uint64_t size; /* where it ends */
    uint64_t at;
    bool fails_at_end;
    bool never_ends;
    atomic_ulong reads;
    pthread_t reader;
};

static unsigned char
byte_at(uint64_t at)
{
    return (unsigned char)(at * 2654435761U >> 13);
}

static ssize_t
read_counted(void *state, void *buffer, size_t size, struct fault *f)
{
    struct counter *c = state;
    size_t n = 1 + (size_t)(c->at * 7919 % 70000);

    c->reader = pthread_self();
    atomic_fetch_add(&c->reads, 1);
    if (c->at == c->size && !c->never_ends)
        return c->fails_at_end ? fault_set(f, FAULT_IO, "the disk is gone") : 0;
    n = n < size ? n : size;
    if (!c->never_ends && n > c->size - c->at)
        n = (size_t)(c->size - c->at);
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)buffer)[i] = byte_at(c->at + i);
    c->at += n;
    return (ssize_t)n;
}

static struct relay *
start(struct counter *c, struct byte_source *source)
{
    struct fault f = FAULT_INIT;
    struct relay *r = relay_new((struct byte_source){read_counted, c}, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    *source = relay_source(r);
    return r;
}

/* Reads in pieces of `piece` bytes up to the end or a fault; how far the bytes were right. */
static uint64_t
take(struct byte_source source, size_t piece, ssize_t *last, struct fault *f)
{
    unsigned char *buffer = malloc(piece);
    uint64_t at = 0;
    bool right = true;

    while ((*last = source.read(source.state, buffer, piece, f)) > 0) {
        for (ssize_t i = 0; i < *last; i++)
            right = right && buffer[i] == byte_at(at + (uint64_t)i);
        at += (uint64_t)*last;
    }
    free(buffer);
    CU_ASSERT(right);
    return at;
}

static void
bytes_come_in_order_whatever_the_pieces(void)
{
    static const size_t pieces[] = {1000003, 65536, 4096, 999};
    static const uint64_t sizes[] = {0, 1, 262143, 262144, 262145, 3000000};

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            struct counter c = {.size = sizes[k]};
            struct fault f = FAULT_INIT;
            struct byte_source source;
            struct relay *r = start(&c, &source);
            ssize_t last;

            CU_ASSERT_EQUAL(take(source, pieces[i], &last, &f), sizes[k]);
            CU_ASSERT_EQUAL(last, 0);
            /* The end stays the end. */
            CU_ASSERT_EQUAL(source.read(source.state, &last, 1, &f), 0);
            relay_free(r);
        }
    }
}

static void
it_is_read_in_another_thread(void)
{
    struct counter c = {.size = 100000};
    struct fault f = FAULT_INIT;
    struct byte_source source;
    struct relay *r = start(&c, &source);
    ssize_t last;

    take(source, 4096, &last, &f);
    CU_ASSERT_FALSE(pthread_equal(c.reader, pthread_self()));
    relay_free(r);
}

static void
a_fault_comes_behind_the_bytes_before_it(void)
{
    struct counter c = {.size = 700001, .fails_at_end = true};
    struct fault f = FAULT_INIT;
    struct byte_source source;
    struct relay *r = start(&c, &source);
    ssize_t last;

    CU_ASSERT_EQUAL(take(source, 5000, &last, &f), 700001);
    CU_ASSERT_EQUAL(last, -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_IO);
    CU_ASSERT_STRING_EQUAL(f.text, "the disk is gone");
    /* Who asks again is told again. */
    fault_clear(&f);
    CU_ASSERT_EQUAL(source.read(source.state, &last, 1, &f), -1);
    CU_ASSERT_EQUAL(f.kind, FAULT_IO);
    CU_ASSERT_EQUAL(source.read(source.state, &last, 1, NULL), -1);
    relay_free(r);
}

static void
memory_is_bounded(void)
{
    static const struct timespec pause = {.tv_nsec = 1000000};
    struct counter c = {.never_ends = true};
    struct byte_source source;
    struct relay *r = start(&c, &source);
    unsigned long before = 0, now = 1;

    /* Nobody takes anything: it stops by itself, and is freed while it waits. */
    while (before != now) {
        before = now;
        for (int i = 0; i < 20; i++)
            nanosleep(&pause, NULL);
        now = atomic_load(&c.reads);
    }
    relay_free(r);
    CU_ASSERT(c.at <= 8 << 20);
}

static void
it_may_be_freed_at_any_time(void)
{
    for (int i = 0; i < 50; i++) {
        struct counter c = {.never_ends = true};
        struct fault f = FAULT_INIT;
        struct byte_source source;
        struct relay *r = start(&c, &source);
        char buffer[100];

        for (int k = 0; k < i; k++)
            CU_ASSERT(source.read(source.state, buffer, sizeof buffer, &f) > 0);
        relay_free(r);
    }
    relay_free(NULL);
}

const struct test suite_config_base_relay[] = {
    {"bytes come in order, whatever the pieces", bytes_come_in_order_whatever_the_pieces},
    {"it is read in another thread", it_is_read_in_another_thread},
    {"a fault comes behind the bytes before it", a_fault_comes_behind_the_bytes_before_it},
    {"memory is bounded", memory_is_bounded},
    {"it may be freed at any time", it_may_be_freed_at_any_time},
    {0},
};
