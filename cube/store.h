/*
 * store: an analysis database: a directory with a folder for each cube.
 *
 * A reader opens a cube and sees one published state of it until it closes, whatever is processed
 * meanwhile.
 */
#ifndef CUBE_STORE_H
#define CUBE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "cube/manifest.h"
#include "cube/model.h"

struct aggregates;
struct cells;
struct lattice;
struct segment;
struct stored_cube;

/* The whole is virtual: both real parts together. */
enum cube_part { CUBE_PART_ALL, CUBE_PART_COMPLETED, CUBE_PART_ACTIVE, CUBE_PART_COUNT };

/* "all", "completed", "active"; finding returns CUBE_PART_COUNT when there is none. */
const char *cube_part_name(enum cube_part part);
enum cube_part cube_part_find(const char *name);

/* The sorted names of a database's cubes, in the arena. A missing directory holds none. */
int cube_list(
    const char *directory, struct arena *a, const char ***names, size_t *count, struct fault *f);

bool cube_exists(const char *directory, const char *name);

/* A new cube without facts. FAULT_DATA: it exists, the name cannot be a folder's, a bad model. */
int cube_create(const char *directory, const char *name, const struct cube_model *model,
    enum cube_storage storage, struct fault *f);

/* Removes a cube; a missing one is fine. FAULT_LOCKED: it is being processed. */
int cube_drop(const char *directory, const char *name, struct fault *f);

/* Removes all facts, durably and at once; the watermark is 0 again. Model and storage mode stay;
 * where a damaged manifest tells neither, they become those given. */
int cube_clear(const char *directory, const char *name, const struct cube_model *model,
    enum cube_storage storage, struct fault *f);

/* Opens a cube for reading, owned by the caller; NULL with a fault (FAULT_DATA: unknown name, with
 * the nearest one; damaged). */
struct stored_cube *cube_open(const char *directory, const char *name, struct fault *f);
void cube_close(struct stored_cube *c); /* NULL is fine */

/* All borrowed from the cube. */
const struct cube_model *cube_model_of(const struct stored_cube *c);
enum cube_storage cube_storage_of(const struct stored_cube *c);
uint64_t cube_facts(const struct stored_cube *c, enum cube_part part);
size_t cube_segment_count(const struct stored_cube *c, enum cube_part part);
uint64_t cube_size_bytes(const struct stored_cube *c, enum cube_part part);
int64_t cube_watermark(const struct stored_cube *c); /* highest RecordID completed, 0: none */
bool cube_processed(const struct stored_cube *c, int64_t *moment);

/* A segment of a part, verified; borrowed from the cube. NULL with FAULT_DATA when it is damaged.
 */
const struct segment *cube_segment(
    struct stored_cube *c, enum cube_part part, size_t index, struct fault *f);

/* The smallest cuboid of a segment that tells apart what a question needs. */
struct cube_view {
    const struct segment *segment; /* verified */
    const struct cells *cells;
    const struct lattice *lattice; /* NULL: `cells` is the segment's base cuboid */
    const uint16_t *depths;        /* of `cells`, when there is a lattice */
};

/* `depths`: for each dimension how many of its outer levels are asked for. Without aggregates the
 * base cuboid answers. 0, or -1: FAULT_DATA. Borrowed from the cube. */
int cube_smallest(struct stored_cube *c, enum cube_part part, size_t index, const uint16_t *depths,
    struct cube_view *v, struct fault *f);

/* The aggregates of a segment, checked, or NULL without a fault when there are none. */
const struct aggregates *cube_aggregates(
    struct stored_cube *c, enum cube_part part, size_t index, struct fault *f);

#endif
