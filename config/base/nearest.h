/*
 * nearest: the known name that somebody most likely meant, for "did you mean".
 *
 *     struct nearest n;
 *     nearest_init(&n, "Chekpoint");
 *     nearest_offer(&n, "Checkpoint");
 *     nearest_offer(&n, "Index");
 *     nearest_get(&n);   -> "Checkpoint"
 */
#ifndef CONFIG_BASE_NEAREST_H
#define CONFIG_BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"

enum { NEAREST_KNOWN_BYTES = 200 };

struct nearest {
    const char *wanted; /* borrowed */
    const char *best;   /* borrowed */
    size_t distance;
    char
        known[NEAREST_KNOWN_BYTES]; /* "Checkpoint, Index, ...": the first ones that were offered */
    bool is_cut;
};

void nearest_init(struct nearest *n, const char *wanted);

/* A known name. The first of several equally near ones stays. */
void nearest_offer(struct nearest *n, const char *candidate);

/* The nearest name, or NULL when none is so near that it is worth saying: at most a third of the
 * letters (and at least one) differ, ASCII case aside (Levenshtein distance), or one is the
 * beginning of the other. */
const char *nearest_get(const struct nearest *n);

/* Adds to a fault what could be meant: "did you mean '...'?" where a name is near, otherwise those
 * there are, as far as they have room. Always returns -1. */
int nearest_hint(const struct nearest *n, struct fault *f);

/* The file that somebody most likely meant: the nearest name in the folder of `path`, with that
 * folder before it. False when none is near. */
enum { NEAREST_FILE_BYTES = 4096 };
bool nearest_file(const char *path, char name[NEAREST_FILE_BYTES]);

#endif
