#include "tests/fault/shim.h"

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
    {"memory", MODE_MEMORY},
    {"trace", MODE_TRACE},
};

struct shim shim = {.native = 1, .sqlstate = "HY000"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long counts[CALL_CLASS_COUNT];
static unsigned long calls; /* those that change something */
static int log_fd = -1;

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
    if (shim.mode == MODE_AFTER)
        die_after(shim.target);
    if (shim.mode == MODE_TRACE)
        open_log();
}

/* The totals, behind the trace. */
static void __attribute__((destructor)) end(void)
{
    static const char *const names[CALL_CLASS_COUNT] = {[CALL_STATEMENT] = "statements",
        [CALL_WRITE] = "writes",
        [CALL_FLUSH] = "flushes",
        [CALL_NAME] = "names",
        [CALL_FETCH] = "fetches",
        [CALL_PREPARE] = "prepares",
        [CALL_CONNECT] = "connects",
        [CALL_MEMORY] = "allocations"};

    if (shim.mode != MODE_TRACE)
        return;
    log_line("# calls %lu\n", calls);
    for (int i = 0; i < CALL_CLASS_COUNT; i++)
        log_line("# %s %lu\n", names[i], counts[i]);
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

unsigned long
shim_count(enum call_class class, const char *function, const char *what)
{
    unsigned long number;

    pthread_mutex_lock(&lock);
    number = ++counts[class];
    if (changes_something(class)) {
        calls++;
        if (shim.mode == MODE_KILL && calls == shim.target) {
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

/* ---- writing ---- */

/* The name of an open file, for the trace. */
static const char *
name_of(int fd, char *path, size_t size)
{
    char link_path[64];
    ssize_t length;

    snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", fd);
    length = readlink(link_path, path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    return path;
}

static bool
fail_with(int error)
{
    errno = error;
    return true;
}

/* Counts a write or flush of a file. True when it is to fail, with errno. Of a write to come out
 * short *size is made smaller. */
static bool
is_struck(int fd, const char *function, size_t *size)
{
    char path[256] = "";
    unsigned long number;

    if (shim.mode == MODE_OFF || fd <= STDERR_FILENO || fd == log_fd)
        return false;
    number = shim_count(
        CALL_WRITE, function, shim.mode == MODE_TRACE ? name_of(fd, path, sizeof path) : "");
    if (size == NULL && shim_strikes(MODE_FLUSH, shim_count(CALL_FLUSH, function, path)))
        return fail_with(EIO);
    if (size != NULL && *size > 1 && shim_strikes(MODE_SHORT, number))
        *size /= 2;
    if (shim_strikes(MODE_FULL, number))
        return fail_with(ENOSPC);
    return shim_strikes(MODE_EIO, number) ? fail_with(EIO) : false;
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
    REAL(write);
    return is_struck(fd, "write", &size) ? -1 : real(fd, bytes, size);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    REAL(pwrite);
    return is_struck(fd, "pwrite", &size) ? -1 : real(fd, bytes, size, offset);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    REAL(pwrite64);
    return is_struck(fd, "pwrite", &size) ? -1 : real(fd, bytes, size, offset);
}

int
fsync(int fd)
{
    REAL(fsync);
    return is_struck(fd, "fsync", NULL) ? -1 : real(fd);
}

int
fdatasync(int fd)
{
    REAL(fdatasync);
    return is_struck(fd, "fdatasync", NULL) ? -1 : real(fd);
}

/* ---- changes of names and sizes ---- */

static void
count_name(const char *function, const char *path)
{
    if (shim.mode != MODE_OFF)
        shim_count(CALL_NAME, function, path);
}

int
ftruncate(int fd, off_t size)
{
    REAL(ftruncate);
    count_name("ftruncate", "");
    return real(fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
    REAL(ftruncate64);
    count_name("ftruncate", "");
    return real(fd, size);
}

int
rename(const char *from, const char *to)
{
    REAL(rename);
    count_name("rename", to);
    return real(from, to);
}

int
renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
    REAL(renameat2);
    count_name("rename", to);
    return real(from_fd, from, to_fd, to, flags);
}

int
link(const char *from, const char *to)
{
    REAL(link);
    count_name("link", to);
    return real(from, to);
}

int
unlink(const char *path)
{
    REAL(unlink);
    count_name("unlink", path);
    return real(path);
}

int
rmdir(const char *path)
{
    REAL(rmdir);
    count_name("rmdir", path);
    return real(path);
}

int
mkdir(const char *path, mode_t permissions)
{
    REAL(mkdir);
    count_name("mkdir", path);
    return real(path, permissions);
}
