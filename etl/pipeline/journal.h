/*
 * journal: what runs did, in <state>/journal.db (SQLite, through ODBC). A step is noted as started
 * before it acts and as done after, each durably; so the next run knows what a crash cut short.
 */
#ifndef ETL_PIPELINE_JOURNAL_H
#define ETL_PIPELINE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"

enum journal_state {
    JOURNAL_STARTED,
    JOURNAL_DONE,
    JOURNAL_WARNED, /* done, with warnings */
    JOURNAL_FAILED,
    JOURNAL_SKIPPED,
    JOURNAL_DIED, /* a run whose process is gone and that never ended */
    JOURNAL_STATE_COUNT
};

/* "started", "done", "warned", "failed", "skipped", "died". */
extern const char *const journal_state_names[JOURNAL_STATE_COUNT];

struct journal_run {
    int64_t id;
    const char *job;
    const char *fingerprint;
    const char *xml;
    enum journal_state state;
    int64_t started_utc, ended_utc; /* moments; ended 0: not yet */
    int exit_code;
    const char *message;
};

/* Done, with warnings or without. */
bool journal_is_good(enum journal_state state);

struct journal_step {
    int64_t run;
    const char *name; /* "maintain/copy" */
    const char *target;
    const char *fingerprint;
    enum journal_state state;
    int64_t started_utc, ended_utc;
    double seconds;
    int64_t rows, bytes;
    const char *message;
};

struct journal_runs {
    struct journal_run *items; /* newest first */
    size_t count;
};

struct journal_steps {
    struct journal_step *items; /* in order */
    size_t count;
};

struct journal;

/* Opens it, made when it is not there. Owned by the caller; NULL with a fault. */
struct journal *journal_open(const char *state_directory, struct fault *f);
void journal_close(struct journal *j); /* NULL is fine */

/* Begins a run: run->id is given, above `floor` and above every earlier one. */
int journal_begin_run(struct journal *j, struct journal_run *run, int64_t floor, struct fault *f);
int journal_end_run(struct journal *j, const struct journal_run *run, struct fault *f);

/* Notes a step as started; `handle` is for ending it. */
int journal_begin_step(
    struct journal *j, const struct journal_step *step, int64_t *handle, struct fault *f);
int journal_end_step(
    struct journal *j, int64_t handle, const struct journal_step *step, struct fault *f);

/* Runs that are noted as started though the caller holds the lock: they died. Marks them so. */
int journal_bury(struct journal *j, struct fault *f);

/* The newest runs, at most `limit`; of one job when `job` is not NULL. */
int journal_read_runs(struct journal *j, const char *job, size_t limit, struct arena *memory,
    struct journal_runs *runs, struct fault *f);
int journal_read_steps(struct journal *j, int64_t run, struct arena *memory,
    struct journal_steps *steps, struct fault *f);

#endif
