#include "etl/pipeline/remains.h"

#include <string.h>

/* How many runs in a row may die over one unit before it is forgotten. */
enum { DEATHS_LIMIT = 50 };

/* The unit of its own job that the run was at, "" between two, NULL when it had not come to them.
 */
static int
find_own_unit(
    struct journal *journal, int64_t run, const char **unit, struct arena *memory, struct fault *f)
{
    struct journal_steps steps;

    *unit = NULL;
    if (journal_read_steps(journal, run, memory, &steps, f) != 0)
        return -1;
    for (size_t i = 0; i < steps.count; i++) {
        const struct journal_step *s = &steps.items[i];

        if (strncmp(s->name, REMAINS_REDO, strlen(REMAINS_REDO)) != 0)
            *unit = s->state == JOURNAL_STARTED ? s->name : "";
    }
    return 0;
}

int
remains_find(struct remains *dead, struct journal *journal, struct arena *memory, struct fault *f)
{
    struct journal_runs runs;

    *dead = (struct remains){.unit = NULL};
    if (journal_read_runs(journal, NULL, DEATHS_LIMIT, memory, &runs, f) != 0)
        return -1;
    for (size_t i = 0; i < runs.count && dead->unit == NULL; i++) {
        if (runs.items[i].state != JOURNAL_STARTED && runs.items[i].state != JOURNAL_DIED)
            break;
        dead->run = runs.items[i];
        if (find_own_unit(journal, dead->run.id, &dead->unit, memory, f) != 0)
            return -1;
    }
    return 0;
}
