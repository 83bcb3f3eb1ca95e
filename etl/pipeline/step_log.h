/*
 * step_log: what the log says of a run and its steps: one line a step for people, and in a JSON log
 * fields on every line, so that programs need not read sentences.
 */
#ifndef ETL_PIPELINE_STEP_LOG_H
#define ETL_PIPELINE_STEP_LOG_H

#include <stddef.h>

#include "config/base/log.h"
#include "etl/pipeline/journal.h"
#include "etl/pipeline/plan.h"

/* All fields that a line of a JSON log may have, with their meaning, up to a NULL. */
struct step_log_words {
    const char *name;
    const char *words;
};

extern const struct step_log_words step_log_words[];

enum { STEP_LOG_FIELDS = 10 };

/* Lives as long as the run. */
struct step_log {
    struct log_field fields[STEP_LOG_FIELDS];
};

/* From here to its end lines carry the run; all texts are borrowed. */
void step_log_begin_run(struct step_log *l, int64_t run, const char *job);
void step_log_end_run(struct step_log *l);

/* From here to its end lines carry the step too. `number` counts the units of the plan from 1; 0:
 * it is done again for a run that died. */
void step_log_begin(
    struct step_log *l, const struct unit *u, const struct journal_step *s, size_t number);

/* The line at its end: what, on what, how much, how long. */
void step_log_end(struct step_log *l, const struct unit *u, const struct journal_step *s);

#endif
