#include "etl/pipeline/step_log.h"

#include <inttypes.h>

#include "config/job/job.h"

enum { ALWAYS = 4 }; /* the fields that log.h itself writes */

const struct step_log_words step_log_words[] = {
    {"time", "when, in UTC (RFC 3339)"},
    {"level", "error, warning, info or debug"},
    {"message", "what there is to say"},
    {"hint", "in place of message: the cure for the error before it"},
    {"run", "number: the run, in a job"},
    {"job", "the name of its job"},
    {"step", "the step, as --plan lists it (maintain/copy); redo:... for a run that died"},
    {"number", "number: which step of the plan it is, from 1"},
    {"kind", "the step's element in the job file (MaintainData)"},
    {"on", "at the end of a step: what it was for"},
    {"state", "at the end of a step: done, warned, failed or skipped"},
    {"rows", "number, at the end of a step"},
    {"bytes", "number, at the end of a step: written to the store"},
    {"seconds", "number, at the end of a step"},
    {NULL, NULL},
};

enum { RUN, JOB, STEP, NUMBER, KIND, ON, STATE, ROWS, BYTES, SECONDS };

/* Lines carry the fields before `count`. */
static void
carry(struct step_log *l, size_t count)
{
    for (size_t i = 0; i < STEP_LOG_FIELDS; i++)
        l->fields[i].name = step_log_words[ALWAYS + i].name;
    log_set_fields(l->fields, count);
}

void
step_log_begin_run(struct step_log *l, int64_t run, const char *job)
{
    l->fields[RUN].value = value_int(run);
    l->fields[JOB].value = value_text(job);
    carry(l, STEP);
}

void
step_log_end_run(struct step_log *l)
{
    carry(l, 0);
}

void
step_log_begin(
    struct step_log *l, const struct unit *u, const struct journal_step *s, size_t number)
{
    l->fields[STEP].value = value_text(s->name);
    l->fields[NUMBER].value = number == 0 ? value_null() : value_int((int64_t)number);
    l->fields[KIND].value = value_text(step_kind_names[u->step->kind]);
    carry(l, ON);
}

void
step_log_end(struct step_log *l, const struct unit *u, const struct journal_step *s)
{
    struct text line = TEXT_INIT;

    text_add_format(&line, "%s: %s%s%s", s->name, unit_verb(u->kind),
        s->target[0] == '\0' ? "" : " ", s->target);
    if (s->state == JOURNAL_SKIPPED)
        text_add(&line, ", skipped");
    if (s->rows > 0)
        text_add_format(&line, ", %" PRId64 " rows", s->rows);
    if (s->bytes > 0)
        text_add_format(&line, ", %" PRId64 " bytes", s->bytes);
    if (s->state != JOURNAL_SKIPPED)
        text_add_format(&line, ", %.2f s", s->seconds);
    if (s->message[0] != '\0')
        text_add_format(&line, " (%s)", s->message);
    l->fields[ON].value = value_text(s->target);
    l->fields[STATE].value = value_text(journal_state_names[s->state]);
    l->fields[ROWS].value = value_int(s->rows);
    l->fields[BYTES].value = value_int(s->bytes);
    l->fields[SECONDS].value = value_float(s->seconds);
    carry(l, STEP_LOG_FIELDS);
    log_info("%s", text_get(&line));
    text_release(&line);
    carry(l, STEP);
}
