/*
 * memory: sources and sinks in memory for the tests of sealed files, and keys to seal with.
 */
#ifndef TESTS_BACKUP_AGE_MEMORY_H
#define TESTS_BACKUP_AGE_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backup/age/seal.h"
#include "backup/age/unseal.h"
#include "config/base/stream.h"
#include "config/base/text.h"
#include "tests/harness.h"

/* Bytes as a source that gives at most `step` of them at a time and fails at `fail_at`. */
struct memory_source {
    const char *bytes;
    size_t size;
    size_t step;    /* 0: as many as asked for */
    size_t fail_at; /* 0: never */
    size_t at;
};

static inline ssize_t
memory_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct memory_source *m = state;
    size_t take = m->size - m->at < size ? m->size - m->at : size;

    if (m->step > 0 && take > m->step)
        take = m->step;
    if (m->fail_at > 0 && m->at + take >= m->fail_at)
        return fault_set(f, FAULT_IO, "the test source fails");
    memcpy(buffer, m->bytes + m->at, take);
    m->at += take;
    return (ssize_t)take;
}

static inline struct byte_source
memory_source_of(struct memory_source *m)
{
    return (struct byte_source){.read = memory_read, .state = m};
}

/* A sink that keeps the bytes and fails at the `fail_at`-th write. */
struct memory_sink {
    struct text bytes;
    size_t writes;
    size_t fail_at; /* 0: never */
};

static inline int
memory_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct memory_sink *m = state;

    if (++m->writes == m->fail_at)
        return fault_set(f, FAULT_IO, "the test sink fails");
    text_add_bytes(&m->bytes, bytes, size);
    return text_check(&m->bytes, f);
}

static inline struct byte_sink
memory_sink_of(struct memory_sink *m)
{
    return (struct byte_sink){.write = memory_write, .state = m};
}

/* `size` bytes that do not repeat from chunk to chunk. */
static inline char *
memory_pattern(size_t size)
{
    char *bytes = malloc(size + 1);
    uint32_t number = 12345;

    for (size_t i = 0; bytes != NULL && i < size; i++) {
        number = number * 1103515245U + 12345U;
        bytes[i] = (char)(number >> 16);
    }
    return bytes;
}

/* Seals `size` bytes, `step` at a time (0: all at once). */
static inline int
memory_seal(struct memory_sink *to, const struct seal_keys *keys, const char *plain, size_t size,
    size_t step, struct fault *f)
{
    struct seal *s = seal_open(memory_sink_of(to), keys, f);
    struct byte_sink sink;
    int rc = s != NULL ? 0 : -1;

    if (s != NULL)
        sink = seal_sink(s);
    for (size_t at = 0; rc == 0 && at < size;) {
        size_t take = step > 0 && step < size - at ? step : size - at;

        rc = sink.write(sink.state, plain + at, take, f);
        at += take;
    }
    if (rc == 0)
        rc = seal_finish(s, f);
    seal_free(s);
    return rc;
}

/* Unseals into `plain`, which keeps what was released before a failure, `step` bytes at a time (0:
 * a chunk and more). */
static inline int
memory_unseal(struct memory_source *from, const struct unseal_keys *keys, size_t step,
    struct text *plain, enum age_failure *failure, struct fault *f)
{
    static char buffer[100000];
    struct unseal *u = unseal_open(memory_source_of(from), keys, failure, f);
    struct byte_source source;
    ssize_t n;

    if (u == NULL)
        return -1;
    source = unseal_source(u);
    while ((n = source.read(source.state, buffer, step > 0 ? step : sizeof buffer, f)) > 0)
        text_add_bytes(plain, buffer, (size_t)n);
    *failure = unseal_failure(u);
    unseal_free(u);
    return (int)n;
}

/* An identity that every test may use, and its keys. */
struct memory_keys {
    struct identity identity;
    struct seal_keys seal;
    struct unseal_keys unseal;
};

static inline void
memory_keys_init(struct memory_keys *k)
{
    struct fault f = FAULT_INIT;

    memset(k, 0, sizeof *k);
    ASSERT_OK(identity_generate(&k->identity, &f), &f);
    k->seal.recipients = &k->identity.recipient;
    k->seal.recipient_count = 1;
    k->unseal.identities = &k->identity;
    k->unseal.identity_count = 1;
}

#endif
