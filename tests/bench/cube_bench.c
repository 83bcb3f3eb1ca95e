/*
 * cube_bench: one measured step of `make bench B=cube`, in a process of its own so that its peak
 * memory is its own. Prints "name<TAB>number" lines; times are seconds. See README.md.
 */
#include <fcntl.h>
#include <math.h>
#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/base/file.h"
#include "cube/aggregate.h"
#include "cube/process.h"
#include "cube/query.h"
#include "etl/odbc/table_writer.h"
#include "etl/star/process.h"
#include "tests/bench/cube_facts.h"

struct bench {
    struct definition definition;
    struct star star;
    struct fault f;
};

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void
print(const char *name, double number)
{
    printf("%s\t%.9g\n", name, number);
    fflush(stdout);
}

static double
peak_bytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024;
}

static int
failed(const struct fault *f)
{
    fprintf(stderr, "cube_bench: %s\n", f->text);
    return 1;
}

static int
begin(struct bench *b)
{
    struct findings list = FINDINGS_INIT("bench");
    struct definition d = DEFINITION_INIT;
    int rc;

    memset(b, 0, sizeof *b);
    rc = definition_read_text(&d, fact_definition, sizeof fact_definition - 1, &list, &b->f);
    if (rc == 0) {
        b->definition = d;
        rc = star_init(&b->star, &b->definition, &b->definition.cubes[0], &b->f);
    }
    return rc;
}

static struct db *
open_star(const char *path, struct fault *f)
{
    char connection[1000];

    snprintf(connection, sizeof connection, "Driver=SQLite3;Database=%s", path);
    return db_open("StarSchema", connection, DB_CREATE, f);
}

/* ---- members ---- */

struct member {
    char texts[2][32];
    struct value levels[3];
};

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static const char *const size_names[] = {"small", "middle", "large"};

static void
member_of(int dimension, int64_t member, struct member *m)
{
    int day = (int)(member % 365), month = 0;

    switch (dimension) {
    case FACT_CITY:
    case FACT_PRODUCT:
        snprintf(m->texts[0], 32, dimension == FACT_CITY ? "State %02d" : "Category %02d",
            (int)(member % (dimension == FACT_CITY ? 50 : 20)));
        snprintf(
            m->texts[1], 32, dimension == FACT_CITY ? "City %03d" : "Product %03d", (int)member);
        m->levels[0] = value_text(m->texts[0]);
        m->levels[1] = value_text(m->texts[1]);
        break;
    case FACT_DAY:
        while (day >= month_days[month])
            day -= month_days[month++];
        m->levels[0] = value_int(2025 + member / 365);
        m->levels[1] = value_int(month + 1);
        m->levels[2] = value_int(day + 1);
        break;
    default:
        snprintf(m->texts[0], 32, "s%d", (int)member);
        m->levels[0] = value_text(dimension == FACT_STAGE ? "s0" : size_names[member]);
        m->levels[1] = value_text(m->texts[0]);
    }
}

/* ---- star: the star schema in a database ---- */

static int
fill_dimension(struct db *db, struct star *s, int dimension, struct fault *f)
{
    const struct table *t = star_dimension_table(s, (size_t)dimension);
    struct table_writer *w = NULL;
    struct member m;
    struct value row[4];
    int rc = -1;

    if (t == NULL || db_create_table(db, t, f) != 0 || (w = table_writer_open(db, t, f)) == NULL)
        return -1;
    rc = 0;
    for (int64_t i = 0; rc == 0 && i < fact_domains[dimension].members; i++) {
        member_of(dimension, i, &m);
        row[0] = value_int(i + 1);
        memcpy(row + 1, m.levels, sizeof m.levels);
        rc = table_writer_add(w, row, f);
    }
    if (rc == 0)
        rc = table_writer_finish(w, f);
    table_writer_close(w);
    return rc;
}

static void
add_member_sql(struct text *sql, int sparse, int k)
{
    if (sparse)
        text_add_format(sql,
            ", ((i*%lld %% 2147483629)*(i*%lld %% 2147483629)+i) %% 2147483647 %% %lld + 1",
            (long long)fact_domains[k].hash_factor, (long long)fact_domains[k].hash_factor,
            (long long)fact_domains[k].members);
    else
        text_add_format(sql, ", i*%lld %% %lld + 1", (long long)fact_domains[k].factor,
            (long long)fact_domains[k].members);
}

/* Facts first .. last - 1; RecordID = i + 1. */
static int
fill_facts(struct db *db, int sparse, long long first, long long last, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    text_add_format(&sql,
        "INSERT INTO \"bam_Sales_Facts\" (\"RecordID\",\"ActivityID\",\"Location_Key\","
        "\"Product_Key\",\"Time_Key\",\"Size_Key\",\"Progress_Key\",\"Amount\",\"Pieces\") "
        "WITH RECURSIVE n(i) AS (SELECT %lld UNION ALL SELECT i+1 FROM n WHERE i+1 < %lld) "
        "SELECT i+1, 'S' || i",
        first, last);
    for (int k = 0; k < FACT_DIMENSIONS; k++)
        add_member_sql(&sql, sparse, k);
    text_add(&sql, ", (i % 1000) * 0.37, i % 777 FROM n");
    rc = db_run(db, text_get(&sql), NULL, f);
    text_release(&sql);
    return rc;
}

static int
step_star(int sparse, long long first, long long last, const char *path)
{
    struct bench b;
    struct db *db;
    int rc = 1;

    if (begin(&b) != 0 || (db = open_star(path, &b.f)) == NULL || db_begin(db, &b.f) != 0)
        return failed(&b.f);
    if (first == 0) {
        for (int k = 0; k < FACT_DIMENSIONS; k++) {
            if (fill_dimension(db, &b.star, k, &b.f) != 0)
                return failed(&b.f);
        }
        if (db_create_table(db, star_facts_table(&b.star), &b.f) != 0 ||
            db_create_table(db, star_active_facts_table(&b.star, "bam_Sales_ActiveFacts"), &b.f) !=
                0)
            return failed(&b.f);
    }
    rc = fill_facts(db, sparse, first, last, &b.f);
    if (db_end(db, rc, &b.f) != 0)
        return failed(&b.f);
    db_close(db);
    return 0;
}

/* ---- fetch: the bare ODBC block fetch of the facts ---- */

enum { BLOCK_ROWS = 1024 };

static struct {
    SQLBIGINT integers[FACT_COLUMNS][BLOCK_ROWS];
    double reals[BLOCK_ROWS];
    SQLLEN indicators[FACT_COLUMNS][BLOCK_ROWS];
} block;

static int
fetch_blocks(SQLHSTMT st, double *sum)
{
    SQLULEN rows = 0;

    SQLSetStmtAttr(st, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)BLOCK_ROWS, 0);
    SQLSetStmtAttr(st, SQL_ATTR_ROWS_FETCHED_PTR, &rows, 0);
    for (SQLUSMALLINT k = 0; k < FACT_COLUMNS; k++) {
        if (k == FACT_DIMENSIONS)
            SQLBindCol(st, (SQLUSMALLINT)(k + 1), SQL_C_DOUBLE, block.reals, sizeof(double),
                block.indicators[k]);
        else
            SQLBindCol(st, (SQLUSMALLINT)(k + 1), SQL_C_SBIGINT, block.integers[k],
                sizeof(SQLBIGINT), block.indicators[k]);
    }
    if (!SQL_SUCCEEDED(SQLExecDirect(st,
            (SQLCHAR *)"SELECT \"Location_Key\",\"Product_Key\",\"Time_Key\",\"Size_Key\","
                       "\"Progress_Key\",\"Amount\",\"Pieces\" FROM \"bam_Sales_Facts\"",
            SQL_NTS)))
        return -1;
    while (SQL_SUCCEEDED(SQLFetch(st))) {
        for (SQLULEN i = 0; i < rows; i++)
            *sum += (double)block.integers[0][i] + block.reals[i];
    }
    return 0;
}

static int
step_fetch(const char *path)
{
    char connection[1000];
    SQLHENV env;
    SQLHDBC dbc;
    SQLHSTMT st;
    double sum = 0, start;

    snprintf(connection, sizeof connection, "Driver=SQLite3;Database=%s", path);
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
    SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc);
    if (!SQL_SUCCEEDED(SQLDriverConnect(
            dbc, NULL, (SQLCHAR *)connection, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
        return 1;
    SQLAllocHandle(SQL_HANDLE_STMT, dbc, &st);
    start = seconds();
    if (fetch_blocks(st, &sum) != 0)
        return 1;
    print("fetch", seconds() - start);
    SQLFreeHandle(SQL_HANDLE_STMT, st);
    SQLDisconnect(dbc);
    return sum > 0 ? 0 : 1;
}

/* ---- process: a whole processing of the star schema ---- */

static int
step_process(const char *path, const char *directory, enum process_type type, int memory_mib)
{
    const struct analysis_setting limits = {
        .memory_mib = memory_mib, .aggregates_percent = DEFAULT_AGGREGATES_PERCENT};
    struct process_result result;
    struct bench b;
    struct db *db;
    double start, took;

    if (begin(&b) != 0 || (db = open_star(path, &b.f)) == NULL)
        return failed(&b.f);
    start = seconds();
    if (process_cube(db, &b.star,
            &(struct process_order){directory, type, CUBE_STORAGE_MEMORY, &limits}, &result,
            &b.f) != 0)
        return failed(&b.f);
    took = seconds() - start;
    if (type == PROCESS_ADD) {
        print("process_add", took);
    } else if (memory_mib == DEFAULT_MEMORY_MIB) {
        print("process_full", took);
        print("peak_bytes", peak_bytes());
        print("memory_bytes", memory_mib * 1048576.0);
    } else {
        print("spilling_full", took);
        print("spilling_peak_bytes", peak_bytes());
        print("spilling_memory_bytes", memory_mib * 1048576.0);
    }
    db_close(db);
    return 0;
}

/* ---- base, make: a cube from rows in memory ---- */

static struct cube_builder *
new_builder(struct bench *b)
{
    const struct cube_model *model = process_model(&b->star, &b->f);
    struct cube_builder *builder = model == NULL ? NULL : cube_builder_new(model, &b->f);
    struct member m;

    for (int k = 0; builder != NULL && k < FACT_DIMENSIONS; k++) {
        for (int64_t i = 0; i < fact_domains[k].members; i++) {
            member_of(k, i, &m);
            if (cube_builder_member(builder, (size_t)k, i + 1, m.levels, &b->f) != 0)
                return NULL;
        }
    }
    return builder;
}

enum { PORTION_ROWS = 100000 };

/* Builds from rows made in portions; making them is not measured. */
static int
build(struct bench *b, struct cube_builder *builder, int sparse, long long rows, double *measured)
{
    struct value(*portion)[FACT_COLUMNS] = malloc(PORTION_ROWS * sizeof *portion);
    int rc = portion == NULL ? -1 : 0;

    for (long long first = 0; rc == 0 && first < rows; first += PORTION_ROWS) {
        long long count = rows - first < PORTION_ROWS ? rows - first : PORTION_ROWS;
        double start;

        for (long long i = 0; i < count; i++)
            fact_row(sparse, first + i, portion[i]);
        start = seconds();
        for (long long i = 0; rc == 0 && i < count; i++)
            rc = cube_builder_add(builder, portion[i], &b->f);
        if (rc == 0)
            rc = cube_builder_finish(builder, &b->f);
        *measured += seconds() - start;
    }
    free(portion);
    return rc;
}

static int
step_base(int sparse, long long rows)
{
    struct cube_builder *builder;
    struct bench b;
    double measured = 0;

    if (begin(&b) != 0 || (builder = new_builder(&b)) == NULL ||
        build(&b, builder, sparse, rows, &measured) != 0)
        return failed(&b.f);
    print("base_build", measured);
    cube_builder_free(builder);
    return 0;
}

static int
step_make(int sparse, long long rows, const char *directory)
{
    struct cube_builder *builder;
    struct cube_process *p;
    struct bench b;
    double measured = 0, start;

    if (begin(&b) != 0 || (builder = new_builder(&b)) == NULL ||
        build(&b, builder, sparse, rows, &measured) != 0 ||
        file_make_directory(directory, 0700, &b.f) != 0)
        return failed(&b.f);
    start = seconds();
    if (cube_create(directory, "Sales", cube_builder_model(builder), CUBE_STORAGE_MEMORY, &b.f) !=
            0 ||
        (p = cube_process_begin(
             directory, "Sales", CUBE_PROCESS_FULL, cube_builder_model(builder), &b.f)) == NULL ||
        cube_process_write(p, CUBE_PART_COMPLETED, builder, &b.f) != 0 ||
        cube_process_commit(p, 0, &b.f) != 0)
        return failed(&b.f);
    cube_process_end(p);
    print("store", seconds() - start);
    cube_builder_free(builder);
    return 0;
}

/* ---- ask: queries of a list inside one process ---- */

/* One line of the list: the depth of each dimension (0: not named), a state or -1. */
struct asked {
    struct cube_level_ref rows[FACT_DIMENSIONS];
    struct cube_slice slice;
    struct cube_query query;
    char state[32];
    double took;
};

static bool
read_asked(FILE *list, struct asked *a)
{
    int depths[FACT_DIMENSIONS], state;

    if (fscanf(list, "%d %d %d %d %d %d", &depths[0], &depths[1], &depths[2], &depths[3],
            &depths[4], &state) != 6)
        return false;
    *a = (struct asked){.query = {.part = CUBE_PART_ALL}};
    for (size_t k = 0; k < FACT_DIMENSIONS; k++) {
        if (depths[k] > 0)
            a->rows[a->query.row_count++] =
                (struct cube_level_ref){k, k == FACT_STAGE ? 1 : (size_t)depths[k] - 1};
    }
    snprintf(a->state, sizeof a->state, "State %02d", state);
    a->slice = (struct cube_slice){{FACT_CITY, 0}, a->state};
    a->query.slice_count = state >= 0;
    return true;
}

static int
compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static int
step_ask(const char *directory, const char *list)
{
    struct asked a;
    struct fault f = FAULT_INIT;
    struct stored_cube *c = cube_open(directory, "Sales", &f);
    double times[1000], lines = 0;
    FILE *file = fopen(list, "r");
    size_t count = 0;

    if (c == NULL || file == NULL)
        return failed(&f);
    while (count < 1000 && read_asked(file, &a)) {
        double best = INFINITY;

        a.query.rows = a.rows;
        a.query.slices = &a.slice;
        for (int k = 0; k < 3; k++) {
            struct cube_result r = CUBE_RESULT_INIT;
            double start = seconds();

            if (cube_query_run(c, &a.query, &r, &f) != 0)
                return failed(&f);
            best = fmin(best, seconds() - start);
            if (k == 0)
                lines += (double)r.line_count;
            cube_result_release(&r);
        }
        times[count++] = best;
    }
    fclose(file);
    cube_close(c);
    qsort(times, count, sizeof times[0], compare_numbers);
    print("query_inside", times[count / 2]);
    print("query_lines", lines);
    return 0;
}

/* ---- spawn: the same queries, each in a process of its own ---- */

static const char *const level_names[FACT_DIMENSIONS][3] = {{"Location.State", "Location.City"},
    {"Product.Category", "Product.Product"}, {"Time.Year", "Time.Month", "Time.Day"},
    {"Size.Range"}, {"Progress.Stage"}};

static double
run_query(const char *program, const char *config, const char *rows, const char *where)
{
    const char *arguments[] = {program, "--config", config, "query", "Sales", "--format", "csv",
        "--rows", rows, "--where", where, NULL};
    double start = seconds();
    int status = 0;
    pid_t child;

    if (where[0] == '\0')
        arguments[9] = NULL;
    if (rows[0] == '\0') {
        arguments[7] = where[0] == '\0' ? NULL : "--where";
        arguments[8] = where;
        arguments[9] = NULL;
    }
    if ((child = fork()) == 0) {
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execv(program, (char **)(uintptr_t)arguments);
        _exit(127);
    }
    waitpid(child, &status, 0);
    return status == 0 ? seconds() - start : -1;
}

static int
step_spawn(const char *program, const char *config, const char *list)
{
    FILE *file = fopen(list, "r");
    double times[1000];
    size_t count = 0;
    struct asked a;

    while (file != NULL && count < 1000 && read_asked(file, &a)) {
        char rows[200] = "", where[60] = "";
        double first;

        for (size_t k = 0; k < a.query.row_count; k++) {
            size_t level = a.rows[k].dimension == FACT_STAGE ? 0 : a.rows[k].level;

            snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "%s%s", k > 0 ? "," : "",
                level_names[a.rows[k].dimension][level]);
        }
        if (a.query.slice_count > 0)
            snprintf(where, sizeof where, "Location.State=%s", a.state);
        first = run_query(program, config, rows, where);
        times[count] = fmin(first, run_query(program, config, rows, where));
        if (times[count++] < 0)
            return 1;
    }
    if (file != NULL)
        fclose(file);
    qsort(times, count, sizeof times[0], compare_numbers);
    print("query_process", count > 0 ? times[count / 2] : -1);
    return count > 0 ? 0 : 1;
}

/* ---- rollup: all combinations of levels from the base cuboid ---- */

static int
step_rollup(const char *directory)
{
    struct fault f = FAULT_INIT;
    struct stored_cube *c = cube_open(directory, "Sales", &f);
    const struct segment *s = c == NULL ? NULL : cube_segment(c, CUBE_PART_COMPLETED, 0, &f);
    struct aggregate_counts counts;
    double start;

    if (s == NULL)
        return failed(&f);
    start = seconds();
    if (aggregates_try_all(s, cube_model_of(c), 2, &counts, &f) != 0)
        return failed(&f);
    print("rollup144", seconds() - start);
    print("cuboids", (double)counts.cuboids);
    print("cuboid_cells", (double)counts.cells);
    cube_close(c);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *step = argc > 1 ? argv[1] : "";
    int sparse = argc > 2 && strcmp(argv[2], "sparse") == 0;
    long long rows = argc > 3 ? atoll(argv[3]) : 0;

    if (argc == 6 && strcmp(step, "star") == 0)
        return step_star(sparse, rows, atoll(argv[4]), argv[5]);
    if (argc == 3 && strcmp(step, "fetch") == 0)
        return step_fetch(argv[2]);
    if (argc == 4 && strcmp(step, "full") == 0)
        return step_process(argv[2], argv[3], PROCESS_FULL, DEFAULT_MEMORY_MIB);
    if (argc == 5 && strcmp(step, "full") == 0)
        return step_process(argv[2], argv[3], PROCESS_FULL, atoi(argv[4]));
    if (argc == 4 && strcmp(step, "add") == 0)
        return step_process(argv[2], argv[3], PROCESS_ADD, DEFAULT_MEMORY_MIB);
    if (argc == 4 && strcmp(step, "base") == 0)
        return step_base(sparse, rows);
    if (argc == 5 && strcmp(step, "make") == 0)
        return step_make(sparse, rows, argv[4]);
    if (argc == 4 && strcmp(step, "ask") == 0)
        return step_ask(argv[2], argv[3]);
    if (argc == 5 && strcmp(step, "spawn") == 0)
        return step_spawn(argv[2], argv[3], argv[4]);
    if (argc == 3 && strcmp(step, "rollup") == 0)
        return step_rollup(argv[2]);
    fputs("usage: cube_bench star SET FIRST LAST DB | fetch DB | full DB DIR [MIB] | add DB DIR |\n"
          "       base SET ROWS | make SET ROWS DIR | ask DIR LIST | rollup DIR |\n"
          "       spawn PROGRAM CONFIG LIST\n",
        stderr);
    return 64;
}
