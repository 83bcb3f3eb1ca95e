#include "config/base/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/base/clock.h"

enum { MAX_DEPTH = 8, BAR_WIDTH = 24 };
static const double redraw_seconds = 0.2;

struct work {
    const char *what;
    const char *unit;
    uint64_t total;
    uint64_t done;
    double started;
};

/* The works under way, the innermost last; one process, one terminal line. */
static struct work works[MAX_DEPTH];
static int depth;
static bool enabled;
static bool line_shown;
static double last_drawn;
static volatile sig_atomic_t asked;

void
progress_init(bool wanted)
{
    enabled = wanted && isatty(STDERR_FILENO);
}

void
progress_begin(const char *what, const char *unit, uint64_t total)
{
    if (depth < MAX_DEPTH)
        works[depth] =
            (struct work){.what = what, .unit = unit, .total = total, .started = clock_elapsed()};
    depth++;
}

static void
print_bar(double part)
{
    int full = (int)(part * BAR_WIDTH);

    fputc('[', stderr);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %3.0f%% ", part * 100);
}

static void
print_work(const struct work *w, double now)
{
    double seconds = now - w->started;
    double rate = seconds > 0 ? (double)w->done / seconds : 0;
    double part = w->total > 0 ? (double)w->done / (double)w->total : 0;

    fprintf(stderr, "%s ", w->what);
    if (w->total > 0)
        print_bar(part > 1 ? 1 : part);
    fprintf(stderr, "%llu %s, %.0f/s", (unsigned long long)w->done, w->unit, rate);
    if (w->total > w->done && rate > 0)
        fprintf(stderr, ", %.0f s left", (double)(w->total - w->done) / rate);
}

void
progress_step(uint64_t done)
{
    struct work *w;
    double now;

    if (depth < 1 || depth > MAX_DEPTH)
        return;
    w = &works[depth - 1];
    w->done = done;
    if (!enabled && !asked)
        return;
    now = clock_elapsed();
    if (asked) {
        asked = 0;
        progress_clear_line();
        print_work(w, now);
        fputc('\n', stderr);
    } else if (now - last_drawn >= redraw_seconds) {
        last_drawn = now;
        fputs("\r\033[K", stderr);
        print_work(w, now);
        line_shown = true;
    }
}

void
progress_finish(void)
{
    if (depth > 0)
        depth--;
    progress_clear_line();
}

void
progress_clear_line(void)
{
    if (line_shown)
        fputs("\r\033[K", stderr);
    line_shown = false;
}

void
progress_ask(void)
{
    asked = 1;
}
