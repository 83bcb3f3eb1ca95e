/*
 * plan: what a job comes down to on this installation: its steps with their patterns resolved to
 * databases, activities and cubes. Pure: made from the job, the settings and the definition, it
 * touches nothing; it is what `run --plan` prints and what a run follows.
 */
#ifndef ETL_PIPELINE_PLAN_H
#define ETL_PIPELINE_PLAN_H

#include "config/definition/definition.h"
#include "config/job/job.h"
#include "config/settings/settings.h"

/* What a unit does. A MaintainData step becomes five units, every other step one. */
enum unit_kind {
    UNIT_BACKUP_DATABASE,
    UNIT_BACKUP_ANALYSIS,
    UNIT_SPAWN,
    UNIT_BEGIN_ARCHIVING,
    UNIT_COPY,
    UNIT_BACKUP_ARCHIVE,
    UNIT_END_ARCHIVING,
    UNIT_LOAD,
    UNIT_PROCESS,
    UNIT_TRUNCATE,
    UNIT_PURGE,
    UNIT_RESTORE,
    UNIT_KIND_COUNT
};

struct unit {
    enum unit_kind kind;
    const char *name;            /* of the step, "maintain/copy" for a part of one */
    const struct job_step *step; /* in the job */
    const char **targets;        /* names of databases, activities or cubes; may be none */
    size_t target_count;
    bool after; /* a backup that shows what maintenance and loading have done */
};

struct plan {
    struct arena memory;
    struct unit *units;
    size_t unit_count;
};

#define PLAN_INIT                                                                                  \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

/* `job` and the names it leads to are borrowed. A name without a pattern that matches nothing is
 * FAULT_DATA, naming the nearest; a pattern may match nothing. */
int plan_make(struct plan *p, const struct job *job, const struct settings *settings,
    const struct definition *d, struct fault *f);
void plan_release(struct plan *p);

/* "done to": for people, "backs up", "swaps out partitions of" ... */
const char *unit_verb(enum unit_kind kind);

/* The targets for people: "A, B"; of more than seven the first six and how many others. Allocated
 * in `memory`; NULL when there is none. */
const char *unit_targets(const struct unit *u, struct arena *memory);

/* Does `selection` name the unit ("maintain/copy") or its whole step ("maintain")? */
bool unit_is(const struct unit *u, const char *selection);

#endif
