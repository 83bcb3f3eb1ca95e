/*
 * folder: the files of a cube and their folder in the analysis database's directory.
 *
 *     DIRECTORY/CUBE/cube.xml      the manifest
 *     DIRECTORY/CUBE/<number>.seg  segments
 *     DIRECTORY/CUBE/<number>-aggregates.seg  their aggregates
 */
#ifndef CUBE_FOLDER_H
#define CUBE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/text.h"
#include "cube/manifest.h"

/* The path of a file in a cube's folder, or of the folder when `file` is NULL. FAULT_DATA: the name
 * could lead out of the directory. */
int folder_path(
    struct text *path, const char *directory, const char *name, const char *file, struct fault *f);

/* The path of a segment; `folder` is the cube's. */
void folder_segment_path(struct text *path, const char *folder, uint64_t number);

/* The path of its aggregates. */
void folder_aggregates_path(struct text *path, const char *folder, uint64_t number);

/* True when the folder holds a manifest. */
bool folder_exists(const char *directory, const char *name);

/* The sorted names of the folders that do, in the arena. A missing directory holds none. */
int folder_list(
    const char *directory, struct arena *a, const char ***names, size_t *count, struct fault *f);

/* Says that there is no such cube, and the nearest name (FAULT_DATA). Always returns -1. */
int folder_refuse(const char *directory, const char *name, struct fault *f);

/* A kernel lock on the folder: a descriptor to close, or -1 (FAULT_LOCKED; FAULT_DATA: no such
 * cube). */
int folder_lock(const char *directory, const char *name, struct fault *f);

/*
 * Reads the manifest of a cube that is to be built anew or emptied. Where it is damaged, `*damaged`
 * is set and `m` is one without a model that names every segment in the folder, so that nothing is
 * swept before something better is published; its next number is above all of theirs.
 * 0, or -1: FAULT_NO_INPUT, FAULT_IO, out of memory.
 */
int folder_manifest(
    const char *folder, struct arena *a, struct manifest *m, bool *damaged, struct fault *f);

/* Removes what a manifest does not name: segments of former states, leftovers of a crash. */
int folder_sweep(const char *folder, const struct manifest *m, struct fault *f);

#endif
