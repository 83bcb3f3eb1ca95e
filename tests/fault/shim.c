#include "tests/fault/shim.h"
#include "tests/fault/power.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    enum fault_mode mode;
} mode_names[] = {
    {"kill", MODE_KILL},
    {"after", MODE_AFTER},
    {"odbc", MODE_ODBC},
    {"lost", MODE_LOST},
    {"prepare", MODE_PREPARE},
    {"connect", MODE_CONNECT},
    {"fetch", MODE_FETCH},
    {"cut", MODE_CUT},
    {"call", MODE_CALL},
    {"truncate", MODE_TRUNCATE},
    {"cutrow", MODE_CUT_ROW},
    {"full", MODE_FULL},
    {"eio", MODE_EIO},
    {"flush", MODE_FLUSH},
    {"short", MODE_SHORT},
    {"interrupt", MODE_INTERRUPT},
    {"open", MODE_OPEN},
    {"read", MODE_READ},
    {"name", MODE_NAME},
    {"close", MODE_CLOSE},
    {"map", MODE_MAP},
    {"power", MODE_POWER},
    {"powerbytes", MODE_POWER_BYTES},
    {"powernames", MODE_POWER_NAMES},
    {"memory", MODE_MEMORY},
    {"trace", MODE_TRACE},
};

static const char *const class_names[CALL_CLASS_COUNT] = {[CALL_STATEMENT] = "statements",
    [CALL_WRITE] = "writes",
    [CALL_FLUSH] = "flushes",
    [CALL_NAME] = "names",
    [CALL_FETCH] = "fetches",
    [CALL_PREPARE] = "prepares",
    [CALL_CONNECT] = "connects",
    [CALL_OPEN] = "opens",
    [CALL_READ] = "reads",
    [CALL_CLOSE] = "closes",
    [CALL_MAP] = "maps",
    [CALL_TRANSFER] = "transfers",
    [CALL_MEMORY] = "allocations"};

struct shim shim = {.sqlstate = "HY000"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long counts[CALL_CLASS_COUNT];
static unsigned long calls; /* those that change something */
static int log_fd = -1;
static bool at_end_known;

/* ---- the beginning and the end ---- */

static void
open_log(void)
{
    const char *path = getenv("NIGHTCUBE_FAULT_LOG");

    if (path != NULL)
        log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log_fd < 0)
        shim.mode = MODE_OFF;
}

bool
shim_is_log(int fd)
{
    return fd == log_fd;
}

/* Raw, so that what the shim writes is not counted itself. */
static void __attribute__((format(printf, 1, 2))) log_line(const char *format, ...)
{
    char line[512];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof line)
        length = (int)sizeof line - 1;
    syscall(SYS_write, log_fd, line, (size_t)length);
}

/* What stands behind the mode: :N[+][:NATIVE[:SQLSTATE]] */
static void
read_target(const char *text)
{
    char *rest;

    shim.target = strtoul(text, &rest, 10);
    if (*rest == '+') {
        shim.persistent = true;
        rest++;
    }
    if (*rest == ':')
        shim.native = (int)strtol(rest + 1, &rest, 10);
    if (*rest == ':')
        snprintf(shim.sqlstate, sizeof shim.sqlstate, "%s", rest + 1);
}

/* The kernel does it: nothing in the process can be in the way. */
static void
die_after(unsigned long micros)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(micros / 1000000),
                                  .tv_nsec = (long)(micros % 1000000) * 1000 + 1}};
    timer_t timer;

    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
        timer_settime(timer, 0, &when, NULL) != 0)
        abort();
}

static void __attribute__((constructor)) begin(void)
{
    const char *fault = getenv("NIGHTCUBE_FAULT");
    size_t length;

    if (fault == NULL || strcmp(program_invocation_short_name, "nightcube") != 0)
        return;
    shim_find_program();
    length = strcspn(fault, ":");
    for (size_t i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++) {
        if (strlen(mode_names[i].name) == length && strncmp(mode_names[i].name, fault, length) == 0)
            shim.mode = mode_names[i].mode;
    }
    if (shim.mode == MODE_OFF) {
        fprintf(stderr, "fault-shim: '%s' is no fault\n", fault);
        abort();
    }
    if (fault[length] == ':')
        read_target(fault + length + 1);
    power_begin();
    if (shim.mode == MODE_AFTER)
        die_after(shim.target);
    if (shim.mode == MODE_TRACE)
        open_log();
}

/* The totals, behind the trace; then nothing more goes wrong: what a build with counters writes at
 * its end is not the program's. */
static void
end(void)
{
    if (shim.mode == MODE_TRACE) {
        log_line("# calls %lu\n", calls);
        for (int i = 0; i < CALL_CLASS_COUNT; i++)
            log_line("# %s %lu\n", class_names[i], counts[i]);
    }
    shim.mode = MODE_OFF;
}

void *
shim_next(const char *function)
{
    void *address = dlsym(RTLD_NEXT, function);

    if (address == NULL) {
        fprintf(stderr, "fault-shim: there is no %s to call\n", function);
        abort();
    }
    return address;
}

/* ---- counting ---- */

static bool changes_something(enum call_class class)
{
    return class == CALL_STATEMENT || class == CALL_WRITE || class == CALL_NAME;
}

static bool
dies(void)
{
    return shim.mode == MODE_KILL || power_is_watched();
}

unsigned long
shim_count(enum call_class class, const char *function, const char *what)
{
    unsigned long number;

    pthread_mutex_lock(&lock);
    /* Registered now, it is called before the destructors of the program. */
    if (!at_end_known)
        at_end_known = atexit(end) == 0;
    number = ++counts[class];
    if (shim.mode == MODE_TRACE)
        log_line("* %s %lu %016lx\n", class_names[class], number, shim_place());
    if (changes_something(class)) {
        calls++;
        if (dies() && calls == shim.target) {
            power_cut();
            kill(getpid(), SIGKILL);
            pause();
        }
        if (shim.mode == MODE_TRACE)
            log_line("%lu %s %s\n", calls, function, what);
    }
    pthread_mutex_unlock(&lock);
    return number;
}

bool
shim_strikes(enum fault_mode mode, unsigned long number)
{
    return shim.mode == mode &&
           (number == shim.target || (shim.persistent && number > shim.target));
}
