#include "etl/pipeline/trend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct trend_sums
trend_sum_up(const struct journal_step *steps, size_t count)
{
    struct trend_sums s = {0};

    for (size_t i = 0; i < count; i++) {
        s.rows += steps[i].rows;
        s.bytes += steps[i].bytes;
        s.seconds += steps[i].seconds;
        s.steps += steps[i].state != JOURNAL_SKIPPED;
    }
    return s;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void
judge(struct trend *trends, const struct journal_runs *runs, size_t at)
{
    double seconds[TREND_RUNS];
    struct trend *t = &trends[at];
    size_t count = 0;

    for (size_t i = at + 1; i < runs->count && count < TREND_RUNS; i++) {
        if (journal_is_good(runs->items[i].state) &&
            strcmp(runs->items[i].job, runs->items[at].job) == 0 &&
            trends[i].sums.steps == t->sums.steps)
            seconds[count++] = trends[i].sums.seconds;
    }
    if (count < TREND_LEAST || !journal_is_good(runs->items[at].state))
        return;
    qsort(seconds, count, sizeof *seconds, compare);
    t->usual_seconds = seconds[count / 2];
    if ((t->is_known = t->usual_seconds > 0))
        t->percent = (int)lround((t->sums.seconds / t->usual_seconds - 1) * 100);
}

struct trend *
trend_read(
    struct journal *j, const struct journal_runs *runs, struct arena *memory, struct fault *f)
{
    struct trend *trends = arena_array(memory, runs->count + 1, sizeof *trends);

    if (trends == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    for (size_t i = 0; i < runs->count; i++) {
        struct journal_steps steps;

        if (journal_read_steps(j, runs->items[i].id, memory, &steps, f) != 0)
            return NULL;
        trends[i] = (struct trend){.sums = trend_sum_up(steps.items, steps.count)};
    }
    for (size_t i = 0; i < runs->count; i++)
        judge(trends, runs, i);
    return trends;
}
