/*
 * aggregate: coarser cuboids of one segment, computed ahead, in a file beside it. A cube answers
 * without it, only slower. README.md draws its layout.
 *
 * The file names its segment by checksum. It is mapped, its list is checked when it is first used,
 * and each cuboid when it is first read.
 */
#ifndef CUBE_AGGREGATE_H
#define CUBE_AGGREGATE_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "cube/design.h"
#include "cube/lattice.h"
#include "cube/segment.h"

#define AGGREGATE_MAGIC "NCAGG\r\n\x1A"

enum {
    AGGREGATE_VERSION = 1,
    AGGREGATE_HEADER_BYTES = 40,
    AGGREGATE_ENTRY_BYTES = 32, /* and 2 for each dimension */
    AGGREGATE_LIMIT = 65536,
    AGGREGATE_PAD_BYTES = 8
};

struct aggregate {
    const uint16_t *depths;
    uint64_t cells_count;
    struct cells cells; /* when verified */
    /* private */
    uint64_t offset;
    uint64_t size_bytes;
    uint64_t checksum;
    bool verified;
};

struct aggregates {
    struct aggregate *items;
    size_t count;
    uint64_t size_bytes;
    struct lattice lattice;
    /* private */
    uint16_t *depths;
    const unsigned char *map;
    bool verified;
    bool damaged;
};

/* How aggregates are made. */
struct aggregate_options {
    uint64_t budget_bytes; /* of all of them together */
    unsigned threads;
    uint64_t memory_bytes; /* for the groups under way and for what is made */
};

/* What was made. */
struct aggregate_counts {
    size_t cuboids;
    uint64_t cells;
    uint64_t bytes;
};

/* Chooses, computes and writes the aggregates of a verified segment; an older file of that name is
 * replaced. Nothing worth it: no file, and the older one is removed. */
int aggregates_write(const char *path, const struct segment *base, const struct cube_model *model,
    const struct aggregate_options *options, struct aggregate_counts *counts, struct fault *f);

/* Computes every cuboid of the lattice, each from its smallest parent, and keeps none. */
int aggregates_try_all(const struct segment *base, const struct cube_model *model, unsigned threads,
    struct aggregate_counts *counts, struct fault *f);

/* Maps a file. NULL without a fault when there is none. */
struct aggregates *aggregates_open(const char *path, struct fault *f);
void aggregates_close(struct aggregates *a); /* NULL is fine */

/* Checks the list against the (verified) segment; a second time it does nothing. FAULT_DATA. */
int aggregates_verify(struct aggregates *a, const struct segment *base,
    const struct cube_model *model, struct fault *f);

/* The smallest one that covers the depths, checked; sets NULL when there is none. -1: FAULT_DATA.
 */
int aggregates_find(
    struct aggregates *a, const uint16_t *depths, const struct aggregate **found, struct fault *f);

#endif
