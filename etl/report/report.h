/*
 * report: what the nights did, as one HTML file for people: the verdict, the steps of one run, the
 * nights before it, partitions against the online window, backups and cubes. Made from the journal,
 * the catalogue, the metadata and the cubes; it changes nothing, and what cannot be read is told in
 * its place.
 */
#ifndef ETL_REPORT_REPORT_H
#define ETL_REPORT_REPORT_H

#include "etl/pipeline/trend.h"
#include "etl/report/page.h"
#include "etl/site/site.h"

struct report_order {
    const char *job;       /* whose runs; NULL: the nightly job, or any when that never ran */
    int64_t run;           /* 0: the newest one */
    bool has_index;        /* index.html stands beside it */
    const char *signature; /* who made it, for the foot: program and version */
};

/* A run with what its steps come to. */
struct night {
    const struct journal_run *run;
    struct journal_steps steps;
    struct trend_sums sums;
};

/* What the parts of a report have in common. */
struct report {
    struct site *site;
    struct text *html;
    struct arena memory;
    int64_t now_utc;
    const char *job;
    bool has_index;
    struct night *nights; /* newest first */
    size_t night_count;
    const struct night *shown; /* NULL: there is none */
    struct trend trend;        /* of the one that is shown */
    struct definition definition;
    bool has_definition;
    struct fault no_definition; /* why not */
};

enum { REPORT_NIGHTS = 30, REPORT_INDEX_RUNS = 1000 };

/* Writes the page. FAULT_DATA when there is no such run; *run is the one that is shown, 0: none. */
int report_write(struct site *site, const struct report_order *order, struct text *html,
    int64_t *run, struct fault *f);

/* The page over all nights: each with a link to run-<id>.html where `directory` holds it. */
int report_write_index(struct site *site, const char *directory, const char *signature,
    struct text *html, struct fault *f);

/* How a run went, in one word and its tone. */
enum tone report_tone(enum journal_state state);

/* The parts. A database or store that cannot be read is a sentence on the page; -1 only when memory
 * ran out. */
void report_add_verdict(struct report *r);
void report_add_steps(struct report *r);
void report_add_nights(struct report *r);
int report_add_partitions(struct report *r, struct fault *f);
void report_add_backups(struct report *r);
int report_add_cubes(struct report *r, struct fault *f);

/* "This could not be read: ..." in a part's place. */
void report_add_failure(struct report *r, const struct fault *why);

#endif
