/*
 * set_plan: which containers belong together when a whole set is restored. Pure: only the catalogue
 * and the settings are looked at.
 *
 * Of run N: the primary import, taken before its maintenance, and the Other databases. Of the
 * newest complete run before N: archive, star schema and analysis databases; none: they become
 * empty. Where a later run that was cut off has archived partitions which the primary import of N
 * does not hold any more, its archive is taken instead: otherwise their rows would be nowhere.
 *
 * With `after`: everything of run N itself, the primary import as it was taken at its end.
 *
 * A database that was backed up before but not in its run is a hole: the set is refused by name.
 * One that was never backed up until then becomes empty; an Other one is left as it is.
 */
#ifndef ETL_DUMP_SET_PLAN_H
#define ETL_DUMP_SET_PLAN_H

#include "backup/catalogue.h"
#include "config/settings/settings.h"

struct set_request {
    int64_t run;       /* 0: the newest one with a primary import taken at or before as_of_utc */
    int64_t as_of_utc; /* a moment */
    bool after;
};

struct set_part {
    const char *database;
    enum container_kind kind;
    const struct catalogue_entry *entry; /* NULL: it becomes empty */
};

struct set_plan {
    struct arena memory;
    int64_t run;
    int64_t based_on;       /* the complete run before it; 0: none, or with `after` */
    struct set_part *parts; /* in the order of swapping: the primary import last */
    size_t count;
    const char **notes; /* what is worth saying, a line each */
    size_t note_count;
};

#define SET_PLAN_INIT                                                                              \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

/* FAULT_DATA names the run, or the database without a container. Catalogue and settings are
 * borrowed by the plan; release it in any case. */
int set_plan_make(struct set_plan *plan, const struct catalogue *c, const struct settings *settings,
    const struct set_request *request, struct fault *f);
void set_plan_release(struct set_plan *plan);

#endif
