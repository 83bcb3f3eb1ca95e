/*
 * import_bench: one measured step of `make bench B=activity-import`, in a process of its own so
 * that its peak memory is its own. Prints "name<TAB>number" lines; times are seconds. See
 * README.md.
 *
 * csv COUNT FILE: writes rows 0 .. COUNT - 1 as a wide CSV file.
 *
 * table CONNECTION LIKE TABLE: makes an empty table in the shape of another, in its own name.
 *
 * archive CONNECTION LIKE TABLE: the same in the shape an archive has it: no indexes.
 *
 * drop CONNECTION TABLE
 *
 * insert NAME CONNECTION TABLE COUNT: the bare bulk insert.
 *
 * fetch NAME CONNECTION TABLE COUNT: the bare block fetch.
 *
 * copy NAME CONNECTION TABLE CONNECTION TABLE: from one into an empty one, as the archive does.
 *
 * run NAME COMMAND...: any command: its seconds, and NAME_bytes, its peak memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/base/arena.h"
#include "etl/odbc/db.h"
#include "etl/odbc/table_copy.h"
#include "etl/odbc/table_shape.h"
#include "tests/bench/bare.h"
#include "tests/bench/bench.h"

static int
step_csv(long long count, const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL)
        return 1;
    fputs("ActivityID,Customer,Quantity,Amount,Received,IsComplete\n", file);
    for (long long i = 0; i < count; i++) {
        struct bare_row r;

        bare_make(i, &r);
        fprintf(
            file, "%s,%s,%lld,%.17g,%s,1\n", r.id, r.customer, r.quantity, r.amount, r.received);
    }
    return fclose(file) == 0 ? 0 : 1;
}

/* Opens a database and reads a table's shape. */
static struct db *
open_with(const char *connection, const char *name, struct arena *memory, struct table *t,
    struct fault *f)
{
    struct db *db = db_open("bench", connection, DB_CREATE, f);

    if (db != NULL && table_shape_read(db, name, memory, t, f) != 0) {
        db_close(db);
        return NULL;
    }
    return db;
}

/* Index names are the database's, not the table's. */
static void
rename_indexes(struct table *t, struct arena *memory)
{
    for (size_t i = 0; i < t->index_count; i++)
        t->indexes[i].name = arena_printf(memory, "%s_%zu", t->name, i);
}

/* As maintenance copies a partition: no indexes, and the identity is history. */
static void
shape_for_archive(const struct table *source, const char *name, struct table *target)
{
    *target = *source;
    target->name = name;
    target->identity = false;
    target->index_count = 0;
}

static int
step_table(const char *connection, const char *like, const char *name, bool archive)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct table source, t;
    struct db *db = open_with(connection, like, &memory, &source, &f);
    int rc;

    if (db == NULL)
        return bench_failed(&f);
    t = source;
    t.name = name;
    rename_indexes(&t, &memory);
    if (archive)
        shape_for_archive(&source, name, &t);
    rc = db_create_table(db, &t, &f);
    db_close(db);
    arena_release(&memory);
    return rc == 0 ? 0 : bench_failed(&f);
}

static int
step_drop(const char *connection, const char *name)
{
    struct fault f = FAULT_INIT;
    struct db *db = db_open("bench", connection, DB_CREATE, &f);

    if (db == NULL || db_drop_table(db, name, &f) != 0)
        return bench_failed(&f);
    db_close(db);
    return 0;
}

static int
step_bare(char **argument,
    double (*measure)(const struct dialect *, const char *, const char *, long long))
{
    struct fault f = FAULT_INIT;
    struct db *db = db_open("bench", argument[1], DB_CREATE, &f);
    const struct dialect *dialect = db == NULL ? NULL : db_dialect(db);
    double took;

    if (dialect == NULL)
        return bench_failed(&f);
    db_close(db);
    if ((took = measure(dialect, argument[1], argument[2], atoll(argument[3]))) < 0)
        return 1;
    bench_print(argument[0], took);
    return 0;
}

static int
step_copy(char **argument)
{
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct copy_route route;
    struct table source, target;
    struct db *from = open_with(argument[1], argument[2], &memory, &source, &f);
    struct db *to = from == NULL ? NULL : db_open("bench", argument[3], DB_CREATE, &f);
    double start;

    if (to == NULL)
        return bench_failed(&f);
    shape_for_archive(&source, argument[4], &target);
    start = bench_seconds();
    copy_route_open(&route, from, to);
    if (table_copy(&route, &source, &target, &sum, &f) != 0)
        return bench_failed(&f);
    copy_route_close(&route);
    bench_print(argument[0], bench_seconds() - start);
    bench_print("rows", (double)sum.rows);
    rowsum_release(&sum);
    db_close(from);
    db_close(to);
    arena_release(&memory);
    bench_print_memory();
    return 0;
}

static int
step_run(const char *name, char **command)
{
    double start = bench_seconds();
    char label[64];
    struct rusage usage;
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    if (wait4(child, &status, 0, &usage) != child || status != 0)
        return 1;
    bench_print(name, bench_seconds() - start);
    snprintf(label, sizeof label, "%s_bytes", name);
    bench_print(label, (double)usage.ru_maxrss * 1024);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *step = argc > 1 ? argv[1] : "";

    if (argc == 4 && strcmp(step, "csv") == 0)
        return step_csv(atoll(argv[2]), argv[3]);
    if (argc == 5 && (strcmp(step, "table") == 0 || strcmp(step, "archive") == 0))
        return step_table(argv[2], argv[3], argv[4], step[0] == 'a');
    if (argc == 4 && strcmp(step, "drop") == 0)
        return step_drop(argv[2], argv[3]);
    if (argc == 6 && strcmp(step, "insert") == 0)
        return step_bare(argv + 2, bare_insert);
    if (argc == 6 && strcmp(step, "fetch") == 0)
        return step_bare(argv + 2, bare_fetch);
    if (argc == 7 && strcmp(step, "copy") == 0)
        return step_copy(argv + 2);
    if (argc > 3 && strcmp(step, "run") == 0)
        return step_run(argv[2], argv + 3);
    fputs("usage: import_bench STEP ..., see the top of import_bench.c\n", stderr);
    return 64;
}
