/*
 * fuzz: one function for each kind of input that comes from outside, which reads any bytes as that
 * kind and says whether it took them. A crash, a leak, undefined behaviour, a time without end or a
 * promise that is not kept (which aborts) is what is looked for. README.md says how they are run.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/stream.h"
#include "config/base/text.h"

struct fuzz_target {
    const char *name; /* also the folder of its inputs below corpus/ */
    bool (*run)(const uint8_t *bytes, size_t size);
    void (*seed)(struct text *bytes); /* an input as we write it today, which is taken; NULL: the
                                         corpus has what others write */
    bool keeps_seals;                 /* a seed with any byte changed is refused */
};

/* Ends with a NULL name. */
extern const struct fuzz_target fuzz_targets[];

/* config/: documents. */
bool fuzz_settings(const uint8_t *bytes, size_t size);
bool fuzz_job(const uint8_t *bytes, size_t size);
bool fuzz_definition(const uint8_t *bytes, size_t size);

/* etl/event: event logs, read for a fixed activity, and for `define`. */
bool fuzz_xes(const uint8_t *bytes, size_t size);
bool fuzz_csv(const uint8_t *bytes, size_t size);
bool fuzz_jsonl(const uint8_t *bytes, size_t size);

/* backup/: sealed files, for a fixed identity and passphrase. */
bool fuzz_age(const uint8_t *bytes, size_t size);
bool fuzz_armor(const uint8_t *bytes, size_t size);
bool fuzz_container(const uint8_t *bytes, size_t size);
bool fuzz_catalogue(const uint8_t *bytes, size_t size);

/* cube/: files whose checksums are put right first, so that what lies behind them is reached. */
bool fuzz_segment(const uint8_t *bytes, size_t size);
bool fuzz_aggregates(const uint8_t *bytes, size_t size);
bool fuzz_manifest(const uint8_t *bytes, size_t size);

void seed_age(struct text *bytes);
void seed_container(struct text *bytes);
void seed_catalogue(struct text *bytes);
void seed_segment(struct text *bytes);
void seed_aggregates(struct text *bytes);
void seed_manifest(struct text *bytes);

/* The bytes as what readers want: a source, whose state is the caller's; a file in memory, whose
 * path is valid until the next call. */
struct fuzz_bytes {
    const uint8_t *bytes;
    size_t size;
};
struct byte_source fuzz_source(struct fuzz_bytes *state);
const char *fuzz_file(const uint8_t *bytes, size_t size);

/* Reads a source to its end; false after a fault. */
bool fuzz_drain(struct byte_source source);

/* A sink that adds to a text. */
struct byte_sink fuzz_sink(struct text *bytes);

/* For seeds, which cannot fail. */
void fuzz_must(bool well);

#endif
