/*
 * manifest: cube.xml, the one small file that says what a cube is: its model, the segment files of
 * its completed and active parts, and how far they reach. Replacing it publishes both parts at
 * once.
 */
#ifndef CUBE_MANIFEST_H
#define CUBE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "cube/model.h"

#define MANIFEST_NAME "cube.xml"

/* Where the facts are: in segments, or in the star schema alone (a query becomes SQL). */
enum cube_storage { CUBE_STORAGE_MEMORY, CUBE_STORAGE_DIRECT, CUBE_STORAGE_COUNT };

struct manifest_segment {
    uint64_t number; /* "<number>.seg" */
    uint64_t facts;
    uint64_t size_bytes;
    uint64_t checksum;
};

struct manifest_part {
    struct manifest_segment *segments;
    size_t segment_count;
    uint64_t facts;
};

enum { MANIFEST_COMPLETED, MANIFEST_ACTIVE, MANIFEST_PART_COUNT };

struct manifest {
    struct cube_model model;
    enum cube_storage storage;
    struct manifest_part parts[MANIFEST_PART_COUNT];
    int64_t watermark;    /* highest RecordID in the completed part, 0: none */
    bool processed;       /* since it was created or cleared */
    int64_t processed_us; /* moment of the last processing */
    uint64_t next_number; /* of the next segment; never given twice */
};

/* "memory", "directquery"; finding returns CUBE_STORAGE_COUNT when there is none. */
const char *cube_storage_name(enum cube_storage storage);
enum cube_storage cube_storage_find(const char *name);

/* Reads and checks a manifest into the arena. 0, or -1: FAULT_NO_INPUT, FAULT_IO, FAULT_DATA
 * (damaged, or its own numbers contradict each other). */
int manifest_read(const char *path, struct arena *a, struct manifest *m, struct fault *f);

/* Replaces the file by one rename, flushed to disk. */
int manifest_write(const char *path, const struct manifest *m, struct fault *f);

#endif
