/*
 * live_bench: writing events while history grows and while maintenance runs. README.md says what is
 * measured.
 *
 *     live_bench writes EMPTY FULL PLAIN ROWS NIGHTS WINDOW WINDOWS
 *     live_bench swap PRIMARY ROWS
 *     live_bench stall PRIMARY ACTIVE ROWS
 *
 * EMPTY ... are connection strings of fresh databases.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/base/moment.h"
#include "etl/activity/deployment.h"
#include "etl/activity/metadata.h"
#include "etl/activity/partition.h"
#include "etl/activity/views.h"
#include "etl/maintenance/archiving.h"
#include "etl/maintenance/spawn.h"
#include "etl/odbc/table_shape.h"
#include "etl/odbc/table_writer.h"
#include "etl/star/task.h"
#include "tests/bench/bench.h"

static const char definition_text[] =
    "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
    "<Activity Name=\"Order\" ID=\"A\">"
    "<Checkpoint Name=\"City\" ID=\"C1\" DataType=\"NVARCHAR\" DataLength=\"30\"/>"
    "<Checkpoint Name=\"Quantity\" ID=\"C2\" DataType=\"INT\"/>"
    "<Checkpoint Name=\"Price\" ID=\"C3\" DataType=\"FLOAT\"/>"
    "<Checkpoint Name=\"Received\" ID=\"C4\" DataType=\"DATETIME\"/>"
    "<Checkpoint Name=\"Shipped\" ID=\"C5\" DataType=\"DATETIME\"/>"
    "<Checkpoint Name=\"Delivered\" ID=\"C6\" DataType=\"DATETIME\"/></Activity>"
    "<View Name=\"Sales\" ID=\"V\"><ActivityView Name=\"Orders\" ID=\"AV\" ActivityRef=\"A\">"
    "<Alias Name=\"City\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef></Alias>"
    "<Alias Name=\"Quantity\" ID=\"L2\"><CheckpointRef>C2</CheckpointRef></Alias>"
    "</ActivityView></View>"
    "<Cube Name=\"OrderCube\" ID=\"Q\" ActivityViewRef=\"AV\">"
    "<Measure Name=\"Pieces\" ID=\"M1\" AliasRef=\"L2\" AggregationFunction=\"Sum\"/>"
    "<DataDimension Name=\"Place\" ID=\"N1\"><LevelAliasRef>L1</LevelAliasRef></DataDimension>"
    "</Cube></BAMDefinition>";

enum { CHECKPOINTS = 6, PARAMETERS = 3 + CHECKPOINTS };

/* One database that events are written to. */
struct target {
    const char *connection;
    struct db *db;
    struct definition definition;
    const struct activity *activity;
    struct stmt *call[4]; /* the events of an instance, in order; of a plain table [0] and [1] */
    bool plain;
    int64_t next; /* number of the next instance */
    int64_t last_record;
};

/* ---- opening ---- */

static int
deploy(struct target *t, struct fault *f)
{
    struct findings list = FINDINGS_INIT("bench");
    struct definition d = DEFINITION_INIT;
    int rc = metadata_setup(t->db, f);

    if (rc == 0)
        rc = definition_read_text(&d, definition_text, sizeof definition_text - 1, &list, f);
    if (rc == 0)
        rc = deployment_deploy(t->db, &d, &list, f);
    if (rc == 0)
        rc = deployment_read(t->db, &t->definition, f);
    if (rc == 0)
        t->activity = &t->definition.activities[0];
    definition_release(&d);
    findings_release(&list);
    return rc;
}

/* One table for all instances, with the keys and indexes that Completed has. */
static int
create_plain(struct target *t, struct fault *f)
{
    static struct table_column columns[] = {
        {.name = "RecordID", .type = VALUE_INT, .not_null = true},
        {.name = "ActivityID", .type = VALUE_TEXT, .length = 128, .not_null = true},
        {.name = "City", .type = VALUE_TEXT, .length = 30}, {.name = "Quantity", .type = VALUE_INT},
        {.name = "Price", .type = VALUE_FLOAT}, {.name = "Received", .type = VALUE_TIME},
        {.name = "Shipped", .type = VALUE_TIME}, {.name = "Delivered", .type = VALUE_TIME},
        {.name = "LastModified", .type = VALUE_TIME}};
    static const char *key[] = {"RecordID"}, *id[] = {"ActivityID"}, *time[] = {"LastModified"};
    struct table_index indexes[] = {
        {.name = "PlainID", .unique = true, .columns = id, .column_count = 1},
        {.name = "PlainTime", .columns = time, .column_count = 1}};
    const struct table table = {.name = "bam_Order_Completed",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .key = key,
        .key_count = 1,
        .identity = true,
        .indexes = indexes,
        .index_count = 2};

    return db_create_table(t->db, &table, f);
}

static const char *const plain_sql[2] = {
    "INSERT INTO \"bam_Order_Completed\"(\"ActivityID\", \"City\", \"Quantity\", \"Price\", "
    "\"Received\", \"Shipped\", \"Delivered\", \"LastModified\") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "UPDATE \"bam_Order_Completed\" SET \"City\" = COALESCE(?, \"City\"), \"Quantity\" = "
    "COALESCE(?, \"Quantity\"), \"Price\" = COALESCE(?, \"Price\"), \"Received\" = COALESCE(?, "
    "\"Received\"), \"Shipped\" = COALESCE(?, \"Shipped\"), \"Delivered\" = COALESCE(?, "
    "\"Delivered\"), \"LastModified\" = ? WHERE \"ActivityID\" = ?",
};

/* The call of an event with the flags and with a mark for each checkpoint that it carries. */
static void
add_call(struct text *sql, enum routines_language language, int event)
{
    static const char *const names[CHECKPOINTS] = {
        "City", "Quantity", "Price", "Received", "Shipped", "Delivered"};
    static const char *const carried[4] = {"100100", "010000", "001010", "000001"};
    bool start = event == 0, end = event == 3;

    if (language == ROUTINES_IN_PROCEDURES) {
        text_add_format(sql, "CALL \"bam_Order_PrimaryImport\"(?, %d, %d", start, end);
        for (int i = 0; i < CHECKPOINTS; i++)
            text_add(sql, carried[event][i] == '1' ? ", ?" : ", NULL");
    } else if (language == ROUTINES_IN_PLPGSQL) {
        text_add_format(sql, "SELECT \"bam_Order_PrimaryImport\"(\"ActivityID\" => ?%s%s",
            start ? ", \"IsStartNew\" => true" : "", end ? ", \"IsComplete\" => true" : "");
        for (int i = 0; i < CHECKPOINTS; i++) {
            if (carried[event][i] == '1')
                sql_add(sql, ", %n => %s", names[i],
                    i == 2  ? "CAST(? AS double precision)"
                    : i > 2 ? "CAST(? AS timestamp)"
                            : "?");
        }
    } else {
        text_add(sql, "INSERT INTO \"bam_Order_PrimaryImport\"(\"ActivityID\", \"IsStartNew\", "
                      "\"IsComplete\"");
        for (int i = 0; i < CHECKPOINTS; i++) {
            if (carried[event][i] == '1')
                sql_add(sql, ", %n", names[i]);
        }
        text_add_format(sql, ") VALUES (?, %d, %d", start, end);
        for (int i = 0; i < CHECKPOINTS; i++)
            text_add(sql, carried[event][i] == '1' ? ", ?" : "");
    }
    text_add_char(sql, ')');
}

static int
prepare_calls(struct target *t, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (int i = 0; rc == 0 && i < (t->plain ? 2 : 4); i++) {
        text_clear(&sql);
        if (t->plain)
            text_add(&sql, plain_sql[i]);
        else
            add_call(&sql, db_dialect(t->db)->routines, i);
        if ((t->call[i] = db_prepare(t->db, text_get(&sql), f)) == NULL)
            rc = -1;
    }
    text_release(&sql);
    return rc;
}

/* Nobody waits for the disk: what is measured is the work. The servers run without fsync, too. */
static int
open_target(struct target *t, struct fault *f)
{
    if ((t->db = db_open("PrimaryImport", t->connection, DB_CREATE, f)) == NULL)
        return -1;
    if (strcmp(db_dialect(t->db)->name, "SQLite") == 0 &&
        db_run(t->db, "PRAGMA synchronous=OFF", NULL, f) != 0)
        return -1;
    if (t->plain ? create_plain(t, f) != 0 : deploy(t, f) != 0)
        return -1;
    return prepare_calls(t, f);
}

/* ---- events ---- */

static const int64_t first_moment = INT64_C(1767225600000000); /* 2026-01-01 */

static const char *const cities[] = {"Oslo", "Bergen", "Tromso", "Stavanger", "Trondheim"};

static struct value
id_of(int64_t number, char text[32])
{
    snprintf(text, 32, "PO#%012lld", (long long)number);
    return value_text(text);
}

/* The values of an instance's checkpoints. */
static void
values_of(int64_t number, struct value v[CHECKPOINTS])
{
    int64_t moment = first_moment + number * 1000000;

    v[0] = value_text(cities[number % 5]);
    v[1] = value_int(number % 1000);
    v[2] = value_float((double)(number % 100000) / 100);
    for (int i = 3; i < CHECKPOINTS; i++)
        v[i] = value_time(moment + i * INT64_C(3600000000));
}

static int
write_event(struct target *t, int64_t number, int event, struct fault *f)
{
    static const int carried[4][2] = {{0, 3}, {1, -1}, {2, 4}, {5, -1}};
    struct value all[CHECKPOINTS], row[3];
    char id[32];
    size_t n = 0;

    values_of(number, all);
    row[n++] = id_of(number, id);
    for (int i = 0; i < 2 && carried[event][i] >= 0; i++)
        row[n++] = all[carried[event][i]];
    return stmt_bind_row(t->call[event], row, n, f) != 0 ? -1 : stmt_run(t->call[event], f);
}

static int
write_plain(struct target *t, int64_t number, int event, struct fault *f)
{
    static const char *const carried[4] = {"100100", "010000", "001010", "000001"};
    struct value all[CHECKPOINTS], row[CHECKPOINTS + 2];
    char id[32];
    size_t n = 0;

    values_of(number, all);
    if (event == 0)
        row[n++] = id_of(number, id);
    for (int i = 0; i < CHECKPOINTS; i++)
        row[n++] = carried[event][i] == '1' ? all[i] : value_null();
    row[n++] = value_time(first_moment + number);
    if (event > 0)
        row[n++] = id_of(number, id);
    return stmt_bind_row(t->call[event > 0], row, n, f) != 0 ? -1 : stmt_run(t->call[event > 0], f);
}

/* Instances a second over a window. */
static int
write_window(struct target *t, int instances, double *rate, struct fault *f)
{
    double start = bench_seconds();

    for (int i = 0; i < instances; i++, t->next++) {
        for (int event = 0; event < 4; event++) {
            if ((t->plain ? write_plain : write_event)(t, t->next, event, f) != 0)
                return -1;
        }
    }
    *rate = instances / (bench_seconds() - start);
    return 0;
}

/* ---- history ---- */

/* Opens a table for rows by the quickest way of the driver. `table` is made in `memory`. */
static struct table_writer *
open_history(
    struct target *t, const char *name, struct table *table, struct arena *memory, struct fault *f)
{
    if (table_shape_read(t->db, name, memory, table, f) != 0)
        return NULL;
    return table_writer_open(t->db, table, f);
}

static int
load_rows(struct target *t, int64_t rows, struct table_writer *completed,
    struct table_writer *online, struct fault *f)
{
    struct value row[CHECKPOINTS + 3];
    char id[32];
    int rc = 0;

    for (int64_t i = 0; rc == 0 && i < rows; i++, t->next++) {
        row[0] = value_int(++t->last_record);
        row[1] = id_of(t->next, id);
        values_of(t->next, row + 2);
        row[CHECKPOINTS + 2] = value_time(first_moment + t->next);
        rc = table_writer_add(completed, row, f);
        if (rc == 0 && online != NULL)
            rc = table_writer_add(online, &row[1], f);
    }
    if (rc == 0)
        rc = table_writer_finish(completed, f);
    return rc != 0 || online == NULL ? rc : table_writer_finish(online, f);
}

/* Rows of completed instances, and their IDs where an activity has them once more. */
static int
load_completed(struct target *t, int64_t rows, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct table_writer *completed = NULL, *online = NULL;
    struct table tables[2];
    int rc = db_dialect(t->db)->get_identity(t->db, "bam_Order_Completed", &t->last_record, f);

    if (rc == 0 && (rc = db_begin(t->db, f)) == 0) {
        completed = open_history(t, "bam_Order_Completed", &tables[0], &memory, f);
        if (completed != NULL && !t->plain)
            online = open_history(t, "bam_Order_OnlineIDs", &tables[1], &memory, f);
        rc = completed == NULL || (online == NULL && !t->plain)
                 ? -1
                 : load_rows(t, rows, completed, online, f);
        table_writer_close(completed);
        table_writer_close(online);
        rc = db_end(t->db, rc, f);
    }
    if (rc == 0)
        rc = db_dialect(t->db)->set_identity(t->db, "bam_Order_Completed", t->last_record, f);
    arena_release(&memory);
    return rc;
}

static int
spawn(struct target *t, struct fault *f)
{
    struct spawn_result result;

    return spawn_partition(t->db, &t->definition, t->activity, &result, f);
}

static int
mark_all(struct target *t, struct fault *f)
{
    return db_run(t->db, "UPDATE \"bam_Metadata_Activities\" SET \"Archive\" = 0", NULL, f) != 0
               ? -1
               : db_run(t->db,
                     "UPDATE \"bam_Metadata_Partitions\" SET \"ArchivingInProgress\" = 1 WHERE "
                     "\"ArchivedTime\" IS NULL",
                     NULL, f);
}

static int
end_archiving(struct target *t, struct fault *f)
{
    const struct archiving a = {
        .primary = t->db, .definition = &t->definition, .activity = t->activity};
    struct archiving_result result;

    return archiving_end(&a, &result, f);
}

/* Before a window: nothing is in Completed; with `forget`, nor in a partition. */
static int
tidy(struct target *t, bool forget, struct fault *f)
{
    if (t->plain)
        return 0;
    if (spawn(t, f) != 0)
        return -1;
    return !forget ? 0 : mark_all(t, f) != 0 ? -1 : end_archiving(t, f);
}

/* ---- writes ---- */

enum { EMPTY, FULL, PLAIN, TARGETS, WINDOWS_MAX = 50 };

static const char *const target_names[TARGETS] = {"empty", "full", "plain"};

/* Some windows on each target in turn, so that whatever else the machine does meets all of them. */
static int
measure_level(struct target *t, int64_t history, int window, int windows, struct fault *f)
{
    double rates[TARGETS][WINDOWS_MAX];

    for (int i = 0; i < windows; i++) {
        for (int k = 0; k < TARGETS; k++) {
            if (tidy(&t[k], k == EMPTY, f) != 0 ||
                write_window(&t[k], window, &rates[k][i], f) != 0)
                return -1;
        }
    }
    for (int k = 0; k < TARGETS; k++) {
        char name[64];

        snprintf(name, sizeof name, "%s_%lld", target_names[k], (long long)history);
        bench_print(name, bench_median(rates[k], (size_t)windows));
    }
    return 0;
}

static int
step_writes(char **a)
{
    struct target t[TARGETS] = {{.connection = a[0], .next = 1}, {.connection = a[1], .next = 1},
        {.connection = a[2], .next = 1, .plain = true}};
    int64_t rows = atoll(a[3]), history = 0;
    int nights = atoi(a[4]), window = atoi(a[5]), windows = atoi(a[6]);
    struct fault f = FAULT_INIT;
    double warm_up;

    for (int k = 0; k < TARGETS; k++) {
        if (open_target(&t[k], &f) != 0 || write_window(&t[k], window / 5 + 1, &warm_up, &f) != 0)
            return bench_failed(&f);
    }
    if (measure_level(t, 0, window, windows, &f) != 0)
        return bench_failed(&f);
    for (int night = 1; night <= nights; night++) {
        for (int k = FULL; k <= PLAIN; k++) {
            if (load_completed(&t[k], rows / nights, &f) != 0 || tidy(&t[k], false, &f) != 0)
                return bench_failed(&f);
        }
        history += rows / nights;
        if ((night % (nights / 4 > 0 ? nights / 4 : 1) == 0 || night == nights) &&
            measure_level(t, history, window, night == nights ? windows : (windows + 1) / 2, &f) !=
                0)
            return bench_failed(&f);
    }
    bench_print("history", (double)history);
    return 0;
}

/* ---- swap ---- */

static int
time_swap(struct target *t, int64_t rows, double *seconds, struct fault *f)
{
    double start;

    if (load_completed(t, rows, f) != 0)
        return -1;
    start = bench_seconds();
    if (spawn(t, f) != 0)
        return -1;
    *seconds = bench_seconds() - start;
    return mark_all(t, f) != 0 ? -1 : end_archiving(t, f);
}

static int
step_swap(char **a)
{
    enum { TIMES = 3 };
    struct target t = {.connection = a[0], .next = 1};
    double small[TIMES * 2], large[TIMES], warm_up;
    struct fault f = FAULT_INIT;

    if (open_target(&t, &f) != 0 || time_swap(&t, 1000, &warm_up, &f) != 0)
        return bench_failed(&f);
    for (int i = 0; i < TIMES; i++) {
        if (time_swap(&t, 1000, &small[i * 2], &f) != 0 ||
            time_swap(&t, atoll(a[1]), &large[i], &f) != 0 ||
            time_swap(&t, 1000, &small[i * 2 + 1], &f) != 0)
            return bench_failed(&f);
    }
    bench_print("swap_small", bench_median(small, TIMES * 2));
    bench_print("swap_large", bench_median(large, TIMES));
    return 0;
}

/* ---- stall ---- */

/* In this order, never back: an event met all from the one in which it began to that in which it
 * ended. */
enum { BEFORE, SWAP, BEGIN_ARCHIVING, BEGIN_ANALYSIS, BETWEEN, DROP, AFTER, PHASES };

/* NULL: nobody disturbs. */
static const char *const phase_names[PHASES] = {
    NULL, "swap", "begin_archiving", "begin_analysis", NULL, "drop", NULL};

/* What the writer and who disturbs it share. */
struct shared {
    volatile int phase;
    volatile int ready;
    volatile double longest[PHASES]; /* seconds that an event took which that phase met */
    volatile long long events;
};

/* Writes until it is killed. */
static int
write_on(const char *connection, struct shared *shared)
{
    struct target t = {.connection = connection, .next = INT64_C(1000000000)};
    struct fault f = FAULT_INIT;

    if ((t.db = db_open("PrimaryImport", connection, DB_EXISTING, &f)) == NULL ||
        prepare_calls(&t, &f) != 0)
        return bench_failed(&f);
    if (strcmp(db_dialect(t.db)->name, "SQLite") == 0)
        db_run(t.db, "PRAGMA synchronous=OFF", NULL, NULL);
    for (;; t.next++) {
        for (int event = 0; event < 4; event++) {
            int before = shared->phase;
            double start = bench_seconds(), took;

            if (write_event(&t, t.next, event, &f) != 0)
                return bench_failed(&f);
            took = bench_seconds() - start;
            for (int phase = before; shared->ready && phase <= shared->phase; phase++) {
                if (took > shared->longest[phase])
                    shared->longest[phase] = took;
            }
            shared->events++;
        }
        shared->ready = t.next > INT64_C(1000000100);
    }
}

static int
disturb(struct target *t, struct shared *shared, struct fault *f)
{
    const struct archiving a = {
        .primary = t->db, .definition = &t->definition, .activity = t->activity};
    struct archiving_result archived;
    struct star star;
    struct task task;
    const struct timespec pause = {.tv_sec = 1};
    int rc = star_init(&star, &t->definition, &t->definition.cubes[0], f);

    nanosleep(&pause, NULL);
    shared->phase = SWAP;
    if (rc == 0)
        rc = spawn(t, f);
    shared->phase = BEGIN_ARCHIVING;
    if (rc == 0)
        rc = archiving_begin(&a, &archived, f);
    shared->phase = BEGIN_ANALYSIS;
    if (rc == 0)
        rc = task_begin(t->db, &star, &task, f);
    shared->phase = BETWEEN;
    if (rc == 0)
        rc = mark_all(t, f);
    shared->phase = DROP;
    if (rc == 0)
        rc = end_archiving(t, f);
    shared->phase = AFTER;
    star_release(&star);
    return rc;
}

/* Waits until the event that the last disturbance met has ended. False: the writer has. */
static bool
wait_for_events(pid_t writer, const struct shared *shared)
{
    long long before = shared->events;

    while (shared->events < before + 2) {
        if (waitpid(writer, NULL, WNOHANG) != 0)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return true;
}

static void
print_stalls(const struct shared *shared)
{
    double longest = 0, undisturbed = 0;

    for (int i = 0; i < PHASES; i++) {
        double *most = phase_names[i] == NULL ? &undisturbed : &longest;
        char name[64];

        *most = shared->longest[i] > *most ? shared->longest[i] : *most;
        if (phase_names[i] == NULL)
            continue;
        snprintf(name, sizeof name, "stall_%s_ms", phase_names[i]);
        bench_print(name, shared->longest[i] * 1000);
    }
    bench_print("stall_idle_ms", undisturbed * 1000);
    bench_print("stall_ms", longest * 1000);
    bench_print("events", (double)shared->events);
}

static int
step_stall(char **a)
{
    struct target t = {.connection = a[0], .next = 1};
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct fault f = FAULT_INIT;
    pid_t writer;
    int rc = -1;

    if (shared == MAP_FAILED || open_target(&t, &f) != 0)
        return bench_failed(&f);
    for (int64_t i = 0; i < atoll(a[1]); i++) {
        if (write_event(&t, INT64_C(2000000000) + i, 0, &f) != 0)
            return bench_failed(&f);
    }
    if (load_completed(&t, atoll(a[2]), &f) != 0)
        return bench_failed(&f);
    fflush(NULL);
    if ((writer = fork()) == 0)
        _exit(write_on(a[0], shared));
    while (writer > 0 && !shared->ready && waitpid(writer, NULL, WNOHANG) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    if (writer > 0 && shared->ready)
        rc = disturb(&t, shared, &f);
    if (rc == 0 && !wait_for_events(writer, shared))
        rc = fault_set(&f, FAULT_INTERNAL, "the writer ended");
    if (writer > 0) {
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
    }
    if (rc != 0)
        return bench_failed(&f);
    print_stalls(shared);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 9 && strcmp(argv[1], "writes") == 0)
        return step_writes(argv + 2);
    if (argc == 4 && strcmp(argv[1], "swap") == 0)
        return step_swap(argv + 2);
    if (argc == 5 && strcmp(argv[1], "stall") == 0)
        return step_stall(argv + 2);
    fputs("usage: live_bench writes EMPTY FULL PLAIN ROWS NIGHTS WINDOW WINDOWS | swap PRIMARY "
          "ROWS |\n"
          "       stall PRIMARY ACTIVE ROWS\n",
        stderr);
    return 64;
}
