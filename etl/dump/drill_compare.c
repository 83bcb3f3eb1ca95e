#include <string.h>

#include "config/base/file.h"
#include "config/base/log.h"
#include "etl/dump/drill.h"
#include "etl/dump/verify.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_shape.h"

/* One restored database beside its container. */
struct comparison {
    struct drill_result *result;
    struct drill_row *row;
    const char *place;
};

static int
note_difference(
    struct comparison *c, const char *kind, const char *name, const char *what, struct fault *f)
{
    struct drill_row *row = c->row;

    row->differing++;
    c->result->good = false;
    log_warning("drill: %s, %s '%s': %s", row->database, kind, name, what);
    if (row->what == NULL &&
        (row->what = arena_printf(&c->result->memory, "%s '%s': %s", kind, name, what)) == NULL)
        return fault_set_memory(f);
    return 0;
}

/* ---- tables ---- */

static bool
same_columns(const struct rowsum *a, const struct rowsum *b)
{
    return a->column_count == b->column_count &&
           memcmp(a->columns, b->columns, a->column_count * sizeof *a->columns) == 0;
}

/* What is wrong with the rows; NULL: nothing. Where values were changed to fit, only their number
 * can be told. */
static const char *
find_difference(
    const struct comparison *c, const struct rowsum *found, const struct rowsum *expected)
{
    if (found->rows != expected->rows)
        return "another number of rows";
    if (c->row->changed > 0)
        return NULL;
    if (!same_columns(found, expected))
        return "other column totals";
    return found->whole == expected->whole ? NULL : "other rows";
}

static int
compare_table(
    struct comparison *c, struct db *db, const struct container_table *expected, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct rowsum found = ROWSUM_INIT;
    const char *what = NULL;
    struct table t;
    int rc = db_table_exists(db, expected->name, f);

    if (rc <= 0)
        return rc < 0 ? -1 : note_difference(c, "table", expected->name, "was not restored", f);
    rc = table_shape_read(db, expected->name, &memory, &t, f);
    if (rc == 0)
        rc = table_rowsum(db, &t, &found, f);
    if (rc == 0)
        what = find_difference(c, &found, &expected->sum);
    if (what != NULL)
        rc = note_difference(c, "table", expected->name, what, f);
    rowsum_release(&found);
    arena_release(&memory);
    return rc;
}

static int
compare_tables(struct comparison *c, const struct container_summary *manifest, struct fault *f)
{
    struct text connection = TEXT_INIT;
    struct db *db = NULL;
    int rc = -1;

    text_add_format(&connection, "Driver=SQLite3;Database=%s", c->place);
    if (text_check(&connection, f) == 0 &&
        (db = db_open(c->row->database, text_get(&connection), DB_EXISTING, f)) != NULL)
        rc = 0;
    for (size_t i = 0; rc == 0 && i < manifest->table_count; i++)
        rc = compare_table(c, db, &manifest->tables[i], f);
    db_close(db);
    text_release(&connection);
    return rc;
}

/* ---- files ---- */

/* 1: the same bytes, 0: not, -1: a fault. */
static int
same_bytes(struct byte_source a, struct byte_source b, struct fault *f)
{
    char in_a[16384], in_b[sizeof in_a];
    ssize_t n, m;

    do {
        n = source_read_full(&a, in_a, sizeof in_a, f);
        m = n < 0 ? -1 : source_read_full(&b, in_b, sizeof in_b, f);
        if (m < 0)
            return -1;
        if (n != m || memcmp(in_a, in_b, (size_t)n) != 0)
            return 0;
    } while (n > 0);
    return 1;
}

static int
read_beside(const char *path, struct byte_source content, struct fault *f)
{
    struct file_reader reader;
    int same;

    if (!file_exists(path))
        return 0;
    if (file_reader_open(&reader, path, f) != 0)
        return -1;
    same = same_bytes(file_reader_source(&reader), content, f);
    file_reader_close(&reader);
    return same;
}

/* A file of the container, while it is read again, beside the one on the disk. */
static int
compare_file(
    void *state, const char *name, uint64_t size_bytes, struct byte_source content, struct fault *f)
{
    struct comparison *c = state;
    struct text path = TEXT_INIT;
    int same;

    (void)size_bytes;
    file_join(&path, c->place, name);
    same = text_check(&path, f) == 0 ? read_beside(text_get(&path), content, f) : -1;
    text_release(&path);
    if (same == 0)
        return note_difference(c, "file", name, "other bytes, or none", f);
    return same < 0 ? -1 : 0;
}

/* ---- one database ---- */

static int
fill_row(
    struct drill_row *row, const struct restored *restored, struct arena *memory, struct fault *f)
{
    if ((row->database = arena_strdup(memory, restored->database)) == NULL ||
        (restored->container != NULL &&
            (row->container = arena_strdup(memory, restored->container)) == NULL))
        return fault_set_memory(f);
    row->tables = restored->tables;
    row->rows = restored->rows;
    row->files = restored->files;
    row->changed = restored->changed;
    return 0;
}

int
drill_compare(struct site *site, const struct drill_order *order, const struct restored *restored,
    struct drill_result *result, struct fault *f)
{
    bool is_analysis = restored->kind == CONTAINER_ANALYSIS;
    struct comparison c = {.result = result, .place = restored->place};
    const struct container_handler files = {.file = compare_file, .state = &c};
    const struct verify_order look = {.source = restored->container,
        .store = order->store == NULL ? site->settings.backup.store : order->store,
        .opening = order->opening,
        .handler = is_analysis ? &files : NULL};
    struct verify_result v = VERIFY_RESULT_INIT;
    int rc;

    c.row = arena_append(&result->memory, &result->rows, &result->count, sizeof *c.row);
    if (c.row == NULL)
        return fault_set_memory(f);
    if (fill_row(c.row, restored, &result->memory, f) != 0)
        return -1;
    if (restored->container == NULL)
        return 0;
    rc = verify_container(site, &look, &v, f);
    if (rc == 0 && !is_analysis)
        rc = compare_tables(&c, &v.summary, f);
    else if (rc == 0 && restored->files != v.summary.file_count)
        rc = note_difference(&c, "files of", restored->database, "another number", f);
    verify_result_release(&v);
    return rc;
}
