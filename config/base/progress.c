#include "config/base/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/log.h"

enum { MAX_DEPTH = 8, BAR_WIDTH = 24, LEAST_BAR_WIDTH = 4 };
static const double redraw_seconds = 0.2;

struct work {
    const char *what;
    const char *unit;
    uint64_t total;
    uint64_t done;
    double started;
};

/* The works under way, the innermost last; one process, one terminal line. Whoever looks at them or
 * writes the line holds the lock of stderr: nobody else prints meanwhile. */
static struct work works[MAX_DEPTH];
static int depth;
static bool line_shown;
static double last_drawn;

/* ThreadSanitizer does not know the lock of a stream. */
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#define LINE_HELD() __tsan_acquire(works)
#define LINE_LET_GO() __tsan_release(works)
#else
#define LINE_HELD() (void)0
#define LINE_LET_GO() (void)0
#endif

static void
hold_line(void)
{
    flockfile(stderr);
    LINE_HELD();
}

static void
let_line_go(void)
{
    LINE_LET_GO();
    funlockfile(stderr);
}

/* Set once at start. */
static bool enabled;

static volatile sig_atomic_t asked;

void
progress_init(bool wanted)
{
    enabled = wanted && isatty(STDERR_FILENO);
    last_drawn = 0;
}

bool
progress_is_shown(void)
{
    return enabled;
}

void
progress_begin(const char *what, const char *unit, uint64_t total)
{
    hold_line();
    if (depth < MAX_DEPTH)
        works[depth] =
            (struct work){.what = what, .unit = unit, .total = total, .started = clock_elapsed()};
    depth++;
    let_line_go();
}

/* ---- the line ---- */

static void
add_bar(struct text *line, double part, int width)
{
    int full = (int)(part * width);

    text_add_char(line, '[');
    for (int i = 0; i < width; i++)
        text_add_char(line, i < full ? '#' : '.');
    text_add_format(line, "] %3.0f%% ", part * 100);
}

/* Bytes in the unit that fits, anything else as it is. */
static void
add_amount(struct text *line, const char *unit, double amount)
{
    static const char *const sizes[] = {"bytes", "KiB", "MiB", "GiB", "TiB", NULL};
    size_t size = 0;

    if (strcmp(unit, "bytes") != 0) {
        text_add_format(line, "%.0f %s", amount, unit);
        return;
    }
    for (; amount >= 1024 && sizes[size + 1] != NULL; size++)
        amount /= 1024;
    text_add_format(line, size == 0 ? "%.0f %s" : "%.1f %s", amount, sizes[size]);
}

static void
add_left(struct text *line, double seconds)
{
    if (seconds >= 3600)
        text_add_format(
            line, ", %d h %d min left", (int)(seconds / 3600), (int)(seconds / 60) % 60);
    else if (seconds >= 60)
        text_add_format(line, ", %d min %d s left", (int)(seconds / 60), (int)seconds % 60);
    else
        text_add_format(line, ", %.0f s left", seconds);
}

static void
add_line(struct text *line, const struct work *w, double seconds, int bar_width)
{
    double rate = seconds > 0 ? (double)w->done / seconds : 0;

    text_add_format(line, "%s ", w->what);
    if (w->total > 0)
        add_bar(line, w->done > w->total ? 1 : (double)w->done / (double)w->total, bar_width);
    add_amount(line, w->unit, (double)w->done);
    text_add(line, ", ");
    add_amount(line, w->unit, rate);
    text_add(line, "/s");
    if (w->total > w->done && rate > 0)
        add_left(line, (double)(w->total - w->done) / rate);
}

void
progress_add_line(struct text *line, const char *what, const char *unit, uint64_t done,
    uint64_t total, double seconds)
{
    const struct work w = {.what = what, .unit = unit, .total = total, .done = done};

    add_line(line, &w, seconds, BAR_WIDTH);
}

/* A line that is longer than the terminal is wide could not be taken away again: the bar gives way
 * before the words do. */
static int
width_of_terminal(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

static void
draw(const struct work *w, double now)
{
    struct text line = TEXT_INIT;
    int width = width_of_terminal();

    add_line(&line, w, now - w->started, BAR_WIDTH);
    if (line.length > (size_t)width && w->total > 0) {
        int bar = BAR_WIDTH - (int)(line.length - (size_t)width);

        text_clear(&line);
        add_line(&line, w, now - w->started, bar < LEAST_BAR_WIDTH ? LEAST_BAR_WIDTH : bar);
    }
    fprintf(stderr, "\r\033[K%.*s", width, text_get(&line));
    line_shown = true;
    text_release(&line);
}

static void
answer(const struct work *w, double now)
{
    struct text line = TEXT_INIT;

    add_line(&line, w, now - w->started, BAR_WIDTH);
    log_answer(text_get(&line));
    text_release(&line);
}

/* Draws the work, not more often than an eye follows, or tells of it where somebody asked. */
static void
show(const struct work *w)
{
    double now;

    if (!enabled && !asked)
        return;
    now = clock_elapsed();
    if (asked) {
        asked = 0;
        answer(w, now);
    } else if (now - last_drawn >= redraw_seconds) {
        last_drawn = now;
        draw(w, now);
    }
}

/* ---- works ---- */

void
progress_step(uint64_t done)
{
    hold_line();
    if (depth >= 1 && depth <= MAX_DEPTH) {
        works[depth - 1].done = done;
        show(&works[depth - 1]);
    }
    let_line_go();
}

void
progress_add(const char *unit, uint64_t more)
{
    int i;

    hold_line();
    for (i = (depth < MAX_DEPTH ? depth : MAX_DEPTH) - 1; i >= 0; i--) {
        if (strcmp(works[i].unit, unit) == 0) {
            works[i].done += more;
            show(&works[i]);
            break;
        }
    }
    let_line_go();
}

void
progress_finish(void)
{
    hold_line();
    if (depth > 0)
        depth--;
    progress_clear_line();
    let_line_go();
}

void
progress_clear_line(void)
{
    hold_line();
    if (line_shown)
        fputs("\r\033[K", stderr);
    line_shown = false;
    let_line_go();
}

void
progress_ask(void)
{
    asked = 1;
}
