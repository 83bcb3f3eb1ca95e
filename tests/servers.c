#include "tests/servers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "etl/odbc/db.h"
#include "etl/odbc/drivers.h"

const char *const engine_names[ENGINE_COUNT] = {
    [ENGINE_SQLITE] = "sqlite",
    [ENGINE_POSTGRESQL] = "postgresql",
    [ENGINE_MARIADB] = "mariadb",
};

enum { ARGUMENTS_MAX = 32, START_SECONDS = 60 };

/* What it takes to run a server; "%d" in an argument is its directory, "%p" its port. */
struct recipe {
    const char *account; /* who runs it when we are root */
    const char *program; /* a pattern: the newest version counts */
    const char *driver;
    const char *prepare[ARGUMENTS_MAX];
    const char *serve[ARGUMENTS_MAX];
    const char *large[ARGUMENTS_MAX / 4]; /* put behind them for a large one: the last one counts */
    int sudden_death;                     /* the signal that ends it without a word */
    const char *admin;                    /* connection string */
    const char *create;                   /* SQL; %s is the new database */
    const char *database;                 /* connection string; %s is the database */
};

static const struct recipe recipes[ENGINE_COUNT] = {
    [ENGINE_POSTGRESQL] =
        {
            .account = "postgres",
            .program = "/usr/lib/postgresql/*/bin/postgres",
            .driver = "PostgreSQL Unicode",
            .prepare = {"initdb", "-D", "%d/data", "-U", "nightcube", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-sync"},
            .serve = {"postgres", "-D", "%d/data", "-p", "%p", "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=%d", "-c", "fsync=off", "-c", "shared_buffers=64MB",
                "-c", "max_wal_size=256MB", "-c", "log_min_messages=fatal", "-c",
                "max_connections=40", "-c", "max_locks_per_transaction=1024"},
            .large = {"-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB", "-c",
                "checkpoint_timeout=30min"},
            .sudden_death = SIGQUIT, /* "immediate shutdown": as a crash, its children included */
            .admin = "Driver=PostgreSQL "
                     "Unicode;Server=127.0.0.1;Port=%d;Uid=nightcube;Database=postgres",
            .create = "CREATE SCHEMA \"%s\"",
            .database = "Driver=PostgreSQL "
                        "Unicode;Server=127.0.0.1;Port=%d;Uid=nightcube;Database=postgres;"
                        "ConnSettings=SET search_path TO \"%s\"",
        },
    [ENGINE_MARIADB] =
        {
            .account = "mysql",
            .program = "/usr/sbin/mariadbd",
            .driver = "MariaDB Unicode",
            .prepare = {"/usr/bin/mariadb-install-db", "--no-defaults", "--datadir=%d/data",
                "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
                "--tmpdir=%d"},
            /* A server that starts removes what others have in a folder for temporary tables. */
            .serve = {"mariadbd", "--no-defaults", "--datadir=%d/data", "--socket=%d/socket",
                "--tmpdir=%d", "--port=%p", "--bind-address=127.0.0.1", "--skip-name-resolve",
                "--pid-file=%d/pid", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=64M", "--max-allowed-packet=64M",
                "--innodb-log-file-size=64M", "--performance-schema=OFF",
                "--innodb-flush-method=nosync", "--sync-frm=OFF", "--skip-innodb-doublewrite",
                "--table-open-cache=8000", "--table-definition-cache=16000"},
            .large = {"--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G"},
            .sudden_death = SIGKILL,
            .admin = "Driver=MariaDB Unicode;Server=127.0.0.1;Port=%d;Uid=root;Database=mysql",
            .create = "CREATE DATABASE \"%s\"",
            .database = "Driver=MariaDB Unicode;Server=127.0.0.1;Port=%d;Uid=root;Database=%s",
        },
};

static struct server {
    char directory[80];
    int port; /* 0: not running */
    pid_t guard;
    int leash; /* the guard stops the server when this closes */
    int databases;
} servers[ENGINE_COUNT];

static bool want_large;

void
engine_use_large_servers(void)
{
    want_large = true;
}

/* ---- what is installed ---- */

/* The newest file of that pattern. */
static bool
find_program(const char *pattern, char path[PATH_MAX])
{
    glob_t found;
    bool there = glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 0;

    if (there)
        snprintf(path, PATH_MAX, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return there;
}

bool
engine_is_installed(enum engine engine)
{
    char path[PATH_MAX];

    return engine == ENGINE_SQLITE || (find_program(recipes[engine].program, path) &&
                                          drivers_have(recipes[engine].driver, NULL) == 1);
}

/* ---- running programs ---- */

/* The argument with directory and port filled in; never released: it goes to exec. */
static char *
fill_in(const char *argument, const struct server *s)
{
    char text[PATH_MAX] = "";
    size_t used = 0;

    for (; *argument != '\0' && used < sizeof text - 64; argument++) {
        if (argument[0] == '%' && argument[1] == 'd')
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", s->directory);
        else if (argument[0] == '%' && argument[1] == 'p')
            used += (size_t)snprintf(text + used, sizeof text - used, "%d", s->port);
        else
            text[used++] = *argument;
        argument += argument[0] == '%';
    }
    return strdup(text);
}

static void
give_up_root(const struct recipe *r)
{
    const struct passwd *account = getpwnam(r->account);

    if (geteuid() != 0)
        return;
    if (account == NULL || setgroups(0, NULL) != 0 || setgid(account->pw_gid) != 0 ||
        setuid(account->pw_uid) != 0)
        _exit(71);
}

/* Becomes the program, which stands beside the server's when it has no path of its own. */
static void
become(const struct recipe *r, const struct server *s, const char *const *arguments)
{
    char path[PATH_MAX], log[PATH_MAX], *list[ARGUMENTS_MAX + 1] = {NULL};
    int output, count = 0;

    for (; arguments[count] != NULL; count++)
        list[count] = fill_in(arguments[count], s);
    for (int i = 0; want_large && arguments == r->serve && r->large[i] != NULL; i++)
        list[count + i] = fill_in(r->large[i], s);
    if (!find_program(r->program, path))
        _exit(72);
    snprintf(strrchr(path, '/') + 1, 64, "%s", list[0]);
    snprintf(log, sizeof log, "%s/log", s->directory);
    give_up_root(r);
    /* A server that starts clears its temporary directory of what it takes for its own. */
    setenv("TMPDIR", s->directory, 1);
    if (chdir(s->directory) != 0 ||
        (output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
        _exit(73);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(list[0][0] == '/' ? list[0] : path, list);
    _exit(74);
}

static int
run(const struct recipe *r, const struct server *s, const char *const *arguments)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0)
        become(r, s, arguments);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* What the server, or what prepares it, has said. */
static void
show_log(const struct server *s)
{
    pid_t child = fork();
    char log[PATH_MAX];

    if (child == 0) {
        snprintf(log, sizeof log, "%s/log", s->directory);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execlp("tail", "tail", "-n", "20", log, (char *)NULL);
        _exit(74);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void
remove_directory(const char *directory)
{
    pid_t child = fork();

    if (child == 0) {
        execlp("rm", "rm", "-rf", directory, (char *)NULL);
        _exit(74);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

/* The guard: the server's parent, which outlives the tests for as long as it takes to stop it. */
static void
guard(const struct recipe *r, const struct server *s, int leash)
{
    pid_t server = fork();
    char byte = 0;
    ssize_t got;

    if (server == 0) {
        close(leash);
        become(r, s, r->serve);
    }
    if (server < 0)
        _exit(75);
    signal(SIGINT, SIG_IGN);
    do
        got = read(leash, &byte, 1);
    while (got < 0 && errno == EINTR);
    /* A byte asks for the death alone; the end of the pipe, for a clean-up too. */
    kill(server, r->sudden_death);
    waitpid(server, NULL, 0);
    if (got == 0)
        remove_directory(s->directory);
    _exit(0);
}

/* ---- starting and stopping ---- */

static void
stop_all(void)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        if (servers[i].guard == 0)
            continue;
        close(servers[i].leash);
        waitpid(servers[i].guard, NULL, 0);
        servers[i].guard = 0;
    }
}

static int
find_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int port = -1;

    if (bind(s, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockname(s, (struct sockaddr *)&address, &length) == 0)
        port = ntohs(address.sin_port);
    close(s);
    return port;
}

static int
wait_until_it_answers(enum engine engine)
{
    const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    struct fault f = FAULT_INIT;
    char connection[512];

    snprintf(connection, sizeof connection, recipes[engine].admin, servers[engine].port);
    for (int i = 0; i < START_SECONDS * 20; i++) {
        struct db *db;

        fault_clear(&f);
        if ((db = db_open("server", connection, DB_EXISTING, &f)) != NULL) {
            db_close(db);
            return 0;
        }
        nanosleep(&pause, NULL);
    }
    fprintf(stderr, "\n    %s does not answer: %s\n", engine_names[engine], f.text);
    return -1;
}

static int
start_guard(enum engine engine)
{
    struct server *s = &servers[engine];
    int leash[2];

    if (pipe2(leash, O_CLOEXEC) != 0 || (s->port = find_free_port()) < 0)
        return -1;
    fflush(NULL);
    if ((s->guard = fork()) == 0) {
        close(leash[1]);
        for (int i = 0; i < ENGINE_COUNT; i++) {
            if (i != (int)engine && servers[i].guard > 0)
                close(servers[i].leash);
        }
        guard(&recipes[engine], s, leash[0]);
    }
    close(leash[0]);
    s->leash = leash[1];
    return s->guard > 0 ? wait_until_it_answers(engine) : -1;
}

const char *
test_temporary(void)
{
    const char *place = getenv("TMPDIR");

    return place != NULL && place[0] == '/' ? place : "/tmp";
}

static int
make_directory(const struct recipe *r, struct server *s)
{
    const struct passwd *account = getpwnam(r->account);

    snprintf(
        s->directory, sizeof s->directory, "%s/nightcube-%s.XXXXXX", test_temporary(), r->account);
    if (mkdtemp(s->directory) == NULL)
        return -1;
    if (geteuid() != 0)
        return 0;
    return account == NULL ? -1 : chown(s->directory, account->pw_uid, account->pw_gid);
}

/* mariadb-install-db has been seen to fail on a busy machine and to work when it was asked again.
 */
static int
prepare(const struct recipe *r, struct server *s)
{
    if (make_directory(r, s) != 0)
        return -1;
    if (run(r, s, r->prepare) == 0)
        return 0;
    show_log(s);
    remove_directory(s->directory);
    return -1;
}

static int
start(enum engine engine)
{
    static bool registered;
    struct server *s = &servers[engine];

    if (s->guard != 0)
        return 0;
    if (!registered)
        registered = atexit(stop_all) == 0;
    if (s->directory[0] == '\0') {
        if (prepare(&recipes[engine], s) != 0 && prepare(&recipes[engine], s) != 0) {
            fprintf(stderr, "\n    cannot prepare %s in %s\n", engine_names[engine], s->directory);
            s->directory[0] = '\0';
            return -1;
        }
    }
    return start_guard(engine);
}

void
engine_kill(enum engine engine)
{
    struct server *s = &servers[engine];

    if (s->guard == 0)
        return;
    if (write(s->leash, "!", 1) == 1)
        waitpid(s->guard, NULL, 0);
    close(s->leash);
    s->guard = 0;
}

/* ---- databases ---- */

int
engine_admin(enum engine engine, char *connection, size_t size)
{
    if (start(engine) != 0)
        return -1;
    snprintf(connection, size, recipes[engine].admin, servers[engine].port);
    return 0;
}

static int
create_database(enum engine engine, const char *name)
{
    struct fault f = FAULT_INIT;
    char connection[512], sql[256];
    struct db *db;
    int rc = -1;

    if (engine_admin(engine, connection, sizeof connection) != 0)
        return -1;
    snprintf(sql, sizeof sql, recipes[engine].create, name);
    if ((db = db_open("server", connection, DB_EXISTING, &f)) != NULL)
        rc = db_run(db, sql, NULL, &f);
    db_close(db);
    if (rc != 0)
        fprintf(stderr, "\n    cannot create database %s: %s\n", name, f.text);
    return rc;
}

int
engine_new_database(enum engine engine, const char *name, char *connection, size_t size)
{
    char unique[64], here[PATH_MAX];

    if (engine == ENGINE_SQLITE) {
        snprintf(unique, sizeof unique, "%s.db", name);
        for (int i = 2; access(unique, F_OK) == 0; i++)
            snprintf(unique, sizeof unique, "%s_%d.db", name, i);
        snprintf(
            connection, size, "Driver=SQLite3;Database=%s/%s", getcwd(here, sizeof here), unique);
        return 0;
    }
    snprintf(unique, sizeof unique, "%s_%d", name, ++servers[engine].databases);
    if (create_database(engine, unique) != 0)
        return -1;
    snprintf(connection, size, recipes[engine].database, servers[engine].port, unique);
    return 0;
}
