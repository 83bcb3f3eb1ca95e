/*
 * naming: makes names of BAM out of foreign ones, different from each other within a scope.
 */
#ifndef ETL_EVENT_NAMING_H
#define ETL_EVENT_NAMING_H

#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/text.h"
#include "etl/event/names.h"

struct naming {
    struct arena *memory; /* where names go; borrowed */
    struct names taken;   /* in lower case */
};

void naming_init(struct naming *n, struct arena *memory);
void naming_release(struct naming *n);

/* Takes a name as it stands, so that nothing else gets it. 0, or -1. */
int naming_reserve(struct naming *n, const char *name, struct fault *f);

/*
 * Adds to `clean` what is left of a foreign name: letters, digits, '_' and single blanks inside;
 * anything else between them becomes '_', and '_' stands before a digit at the start. At most
 * `limit` characters.
 */
void naming_clean(struct text *clean, const char *name, size_t limit);

/*
 * A clean name of at most `limit` characters that is neither reserved nor taken in this scope
 * (ASCII case aside); otherwise with "_2" and so on behind. `fallback` when nothing is left of it.
 * Takes it. In the arena; NULL with a fault.
 */
const char *naming_take(
    struct naming *n, const char *name, const char *fallback, size_t limit, struct fault *f);

/* An XML ID: the prefix and the name's ASCII letters and digits. In `memory`; NULL with a fault. */
const char *naming_id(struct arena *memory, const char *prefix, const char *name, struct fault *f);

/*
 * The name of an activity from the name of its file: without folders and the endings of formats and
 * compression, words joined ("road-traffic-fines.xes.gz": RoadTrafficFines). Adds to `name`.
 */
void naming_of_file(struct text *name, const char *path);

#endif
