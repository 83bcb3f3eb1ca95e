#include "etl/dump/drill.h"

#include <string.h>
#include <unistd.h>

#include "backup/catalogue.h"
#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/log.h"
#include "etl/dump/inlet.h"
#include "etl/dump/verify.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_shape.h"

struct drill {
    struct site *site;
    const struct drill_order *order;
    struct drill_result *result;
    const char *scratch;
};

void
drill_result_release(struct drill_result *result)
{
    arena_release(&result->memory);
    *result = (struct drill_result)DRILL_RESULT_INIT;
}

/* ---- comparing ---- */

static int
note_difference(
    struct drill *d, struct drill_row *row, const char *table, const char *what, struct fault *f)
{
    row->differing++;
    d->result->good = false;
    log_warning("drill: %s, table '%s': %s", row->database, table, what);
    if (row->what == NULL &&
        (row->what = arena_printf(&d->result->memory, "table '%s': %s", table, what)) == NULL)
        return fault_set_memory(f);
    return 0;
}

static bool
same_columns(const struct rowsum *a, const struct rowsum *b)
{
    return a->column_count == b->column_count &&
           memcmp(a->columns, b->columns, a->column_count * sizeof *a->columns) == 0;
}

static int
compare_table(struct drill *d, struct db *db, struct drill_row *row,
    const struct container_table *expected, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct rowsum found = ROWSUM_INIT;
    struct table t;
    int rc = db_table_exists(db, expected->name, f);

    if (rc <= 0) {
        return rc < 0 ? -1 : note_difference(d, row, expected->name, "was not restored", f);
    }
    rc = table_shape_read(db, expected->name, &memory, &t, f);
    if (rc == 0)
        rc = table_rowsum(db, &t, &found, f);
    if (rc == 0 && found.rows != expected->sum.rows)
        rc = note_difference(d, row, expected->name, "another number of rows", f);
    else if (rc == 0 && row->changed == 0 && !same_columns(&found, &expected->sum))
        rc = note_difference(d, row, expected->name, "other column totals", f);
    else if (rc == 0 && row->changed == 0 && found.whole != expected->sum.whole)
        rc = note_difference(d, row, expected->name, "other rows", f);
    rowsum_release(&found);
    arena_release(&memory);
    return rc;
}

static int
compare_tables(struct drill *d, struct drill_row *row, const char *place,
    const struct container_summary *manifest, struct fault *f)
{
    struct text connection = TEXT_INIT;
    struct db *db = NULL;
    int rc = -1;

    text_add_format(&connection, "Driver=SQLite3;Database=%s", place);
    if (text_check(&connection, f) == 0 &&
        (db = db_open(row->database, text_get(&connection), DB_EXISTING, f)) != NULL)
        rc = 0;
    for (size_t i = 0; rc == 0 && i < manifest->table_count; i++)
        rc = compare_table(d, db, row, &manifest->tables[i], f);
    db_close(db);
    text_release(&connection);
    return rc;
}

/* One database against its container, which is read once more for its manifest. */
static int
compare(struct drill *d, const struct restored *restored, struct fault *f)
{
    const struct verify_order order = {.source = restored->container,
        .store = d->order->store == NULL ? d->site->settings.backup.store : d->order->store,
        .opening = d->order->opening};
    struct arena *memory = &d->result->memory;
    struct verify_result v = VERIFY_RESULT_INIT;
    struct drill_row *row = arena_append(memory, &d->result->rows, &d->result->count, sizeof *row);
    int rc = 0;

    if (row == NULL || (row->database = arena_strdup(memory, restored->database)) == NULL)
        return fault_set_memory(f);
    row->tables = restored->tables;
    row->rows = restored->rows;
    row->files = restored->files;
    row->changed = restored->changed;
    if (restored->container == NULL)
        return 0;
    if ((row->container = arena_strdup(memory, restored->container)) == NULL)
        return fault_set_memory(f);
    rc = verify_container(d->site, &order, &v, f);
    if (rc == 0 && restored->kind != CONTAINER_ANALYSIS)
        rc = compare_tables(d, row, restored->place, &v.summary, f);
    else if (rc == 0 && restored->files != v.summary.file_count)
        rc = note_difference(d, row, "-", "another number of files", f);
    verify_result_release(&v);
    return rc;
}

/* ---- the record ---- */

static int
record(struct drill *d, int64_t started_utc, const char *note, struct fault *f)
{
    struct store *own;
    struct store *s = inlet_store(d->site, d->order->store, &own, f);
    struct catalogue_entry entry = {.kind = CATALOGUE_DRILLED,
        .added_utc = clock_now(),
        .run = d->result->run,
        .complete = d->result->good,
        .started_utc = started_utc,
        .ended_utc = clock_now(),
        .note = note};
    int rc = s == NULL ? -1 : catalogue_add(s, &entry, f);

    store_close(own);
    return rc;
}

static int
record_result(struct drill *d, int64_t started_utc, struct fault *f)
{
    uint64_t tables = 0, rows = 0, differing = 0;
    const char *note;

    for (size_t i = 0; i < d->result->count; i++) {
        tables += d->result->rows[i].tables;
        rows += d->result->rows[i].rows;
        differing += d->result->rows[i].differing;
    }
    note = arena_printf(&d->result->memory, "%zu databases, %llu tables, %llu rows; %llu differ",
        d->result->count, (unsigned long long)tables, (unsigned long long)rows,
        (unsigned long long)differing);
    return note == NULL ? fault_set_memory(f) : record(d, started_utc, note, f);
}

/* ---- the drill ---- */

static int
restore_and_compare(struct drill *d, struct fault *f)
{
    const struct restore_set_order order = {.run = d->order->run,
        .as_of_utc = clock_now(),
        .store = d->order->store,
        .opening = d->order->opening,
        .allow_lossy = true,
        .scratch = d->scratch};
    struct restore_result restored = RESTORE_RESULT_INIT;
    int rc = restore_set(d->site, &order, &restored, f);

    d->result->run = rc == 0 ? restored.run : d->order->run;
    d->result->good = rc == 0;
    for (size_t i = 0; rc == 0 && i < restored.count; i++)
        rc = compare(d, &restored.items[i], f);
    restore_result_release(&restored);
    return rc;
}

static int
choose_scratch(struct drill *d, struct fault *f)
{
    d->scratch = d->order->scratch;
    if (d->scratch == NULL) {
        d->scratch = arena_printf(
            &d->result->memory, "%s/drill-%ld", d->site->settings.state_directory, (long)getpid());
        if (d->scratch == NULL)
            return fault_set_memory(f);
        if (file_remove_tree(d->scratch, f) != 0)
            return -1;
    }
    if (!file_exists(d->scratch))
        return 0;
    fault_set(f, FAULT_EXISTS, "'%s' exists", d->scratch);
    return fault_hint(f, "a drill restores into a directory of its own");
}

int
drill_run(struct site *site, const struct drill_order *order, struct drill_result *result,
    struct fault *f)
{
    struct drill d = {.site = site, .order = order, .result = result};
    struct fault unrecorded = FAULT_INIT;
    int64_t started_utc = clock_now();
    int rc;

    if (choose_scratch(&d, f) != 0)
        return fault_wrap(f, "drill");
    rc = restore_and_compare(&d, f);
    if (rc != 0) {
        result->good = false;
        if (record(&d, started_utc, "the set did not restore", &unrecorded) != 0)
            log_fault(&unrecorded);
    } else {
        rc = record_result(&d, started_utc, f);
    }
    if (!order->keep && file_remove_tree(d.scratch, rc == 0 ? f : NULL) != 0)
        rc = -1;
    return rc == 0 ? 0 : fault_wrap(f, "drill");
}
