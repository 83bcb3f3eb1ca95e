#include <string.h>

#include "config/job/job.h"

enum { LIMIT_STEPS = 1000 }; /* what the checks below look through in no time */

/* True when every target of pattern (or name) `inner` is one of `outer`. */
static bool
covers(const char *outer, const char *inner)
{
    size_t length = strlen(outer);

    if (length > 0 && outer[length - 1] == '*')
        return strncmp(outer, inner, length - 1) == 0;
    return strcmp(outer, inner) == 0;
}

static bool
is_truncated_before(const struct job *j, size_t purge)
{
    for (size_t i = 0; i < purge; i++) {
        if (j->steps[i].kind == STEP_TRUNCATE_FACTS &&
            covers(j->steps[i].target, j->steps[purge].target))
            return true;
    }
    return false;
}

static bool
is_fully_processed_after(const struct job *j, size_t purge)
{
    for (size_t i = purge + 1; i < j->step_count; i++) {
        const struct job_step *s = &j->steps[i];

        if (s->kind == STEP_PROCESS_CUBE && s->process_type == PROCESS_FULL &&
            covers(s->target, j->steps[purge].target))
            return true;
    }
    return false;
}

static void
check_purge(const struct job *j, size_t at, struct findings *list)
{
    const struct job_step *s = &j->steps[at];

    if (!is_truncated_before(j, at))
        findings_add(list, s->line,
            "step '%s': rule purge-after-truncate: before a cube is purged its facts are "
            "truncated; "
            "put <TruncateFacts Name=\"...\" Cube=\"%s\"/> before it",
            s->name, s->target);
    if (!is_fully_processed_after(j, at))
        findings_add(list, s->line,
            "step '%s': rule full-process-after-purge: a purged cube is processed fully "
            "afterwards; "
            "put <ProcessCube Name=\"...\" Cube=\"%s\" Type=\"ProcessFull\"/> behind it",
            s->name, s->target);
}

/* Analysis databases are built from the star schema: a star schema saved before them may be older
 * than they are, and does not belong to the same set. */
static void
check_star(const struct job *j, size_t at, struct findings *list)
{
    const struct job_step *s = &j->steps[at];

    if (!covers(s->target, "StarSchema"))
        return;
    for (size_t i = at + 1; i < j->step_count; i++) {
        if (j->steps[i].kind != STEP_BACKUP_ANALYSIS)
            continue;
        findings_add(list, s->line,
            "step '%s': rule analysis-before-star: the star schema is backed up after the analysis "
            "databases; move it behind step '%s'",
            s->name, j->steps[i].name);
        return;
    }
}

static void
check_name(const struct job *j, size_t at, struct findings *list)
{
    for (size_t i = 0; i < at; i++) {
        if (j->steps[at].name[0] != '\0' && strcmp(j->steps[i].name, j->steps[at].name) == 0) {
            findings_add(list, j->steps[at].line,
                "step '%s': rule unique-names: the step in line %d has this name; choose another",
                j->steps[at].name, j->steps[i].line);
            return;
        }
    }
}

void
job_check(const struct job *j, struct findings *list)
{
    if (j->step_count == 0)
        findings_add(list, 0, "job '%s' has no steps", j->name);
    if (j->step_count > LIMIT_STEPS) {
        findings_add(list, 0, "job '%s' has %zu steps; at most %d are allowed", j->name,
            j->step_count, LIMIT_STEPS);
        return;
    }
    for (size_t i = 0; i < j->step_count; i++) {
        check_name(j, i, list);
        if (j->steps[i].kind == STEP_PURGE_CUBE)
            check_purge(j, i, list);
        if (j->steps[i].kind == STEP_BACKUP_DATABASE)
            check_star(j, i, list);
    }
}
