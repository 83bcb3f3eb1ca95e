#include <stdlib.h>
#include <string.h>

#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/dump/restoration.h"
#include "etl/event/utf8.h"
#include "etl/odbc/pair.h"

enum {
    ROWS_A_STEP = 4096,
    ROWS_A_COMMIT = 25 * ROWS_A_STEP /* nobody reads the staging place: this bounds its journal */
};

static bool
is_wanted(struct restoration *r, const char *table)
{
    if (!selection_wants(&r->selection, r->item.database, table))
        return false;
    if (r->part == NULL)
        return true;
    for (size_t i = 0; i < r->part->table_count; i++) {
        if (strcmp(r->part->tables[i], table) == 0)
            return true;
    }
    return false;
}

void
restoration_drop_table(struct restoration *r)
{
    table_writer_close(r->writer);
    db_close(r->second);
    free(r->row);
    rowsum_release(&r->sum);
    r->writer = NULL;
    r->second = NULL;
    r->row = NULL;
    r->table = NULL;
    r->done = NULL;
}

/* As the engine made it, when it is the same engine; otherwise from its neutral shape. Indexes come
 * after the rows. */
static int
create_table(struct restoration *r, const struct table *table, struct fault *f)
{
    const struct object *o =
        r->same_engine ? objects_find(&r->objects, OBJECT_TABLE, table->name) : NULL;
    struct table bare = *table;

    /* Half of it, from before. */
    if (r->headway.resumed && db_drop_table_if_there(r->db, table->name, f) != 0)
        return -1;
    if (o != NULL)
        return object_create(r->db, o, f);
    bare.indexes = NULL;
    bare.index_count = 0;
    return db_create_table(r->db, &bare, f);
}

int
restoration_begin_table(void *state, const struct table *table, struct fault *f)
{
    struct restoration *r = state;

    if (r->db == NULL)
        return fault_set(f, FAULT_DATA, "an analysis database has no tables");
    if (!is_wanted(r, table->name))
        return 0;
    r->part_tables += r->part != NULL;
    r->table = table;
    r->changed = 0;
    if ((r->done = headway_find(&r->headway, table->name)) != NULL)
        return 0;
    r->row = calloc(table->column_count, sizeof *r->row);
    if (r->row == NULL)
        return fault_set_memory(f);
    if (rowsum_init(&r->sum, table->column_count, f) != 0 || create_table(r, table, f) != 0 ||
        db_begin(r->db, f) != 0)
        return -1;
    return (r->writer = table_writer_open(r->db, table, f)) == NULL ? -1 : 0;
}

static int
refuse_value(const struct restoration *r, size_t column, const struct value *v, struct fault *f)
{
    struct text text = TEXT_INIT;

    value_add_text(&text, v);
    fault_set(f, FAULT_DATA, "table '%s', column '%s', row %llu: %s cannot hold %.40s exactly",
        r->table->name, r->table->columns[column].name, (unsigned long long)(r->sum.rows + 1),
        db_dialect(r->db)->name, text_get(&text));
    text_release(&text);
    return fault_hint(f, "--allow-lossy keeps what the engine can hold of it");
}

/* Changes a value to what the target would keep of it; false when that is another value. An engine
 * that does not mind the length of its texts may give more characters than another one takes. */
static bool
fit_value(const struct restoration *r, size_t column)
{
    const struct dialect *dialect = db_dialect(r->db);
    int limit = r->table->columns[column].length;
    struct value *v = &r->row[column];
    size_t kept;

    if (dialect->fit != NULL && !dialect->fit(v))
        return false;
    if (v->type != VALUE_TEXT || limit <= 0 || !dialect->keeps_widths ||
        v->as.text.length <= (size_t)limit)
        return true;
    if ((kept = utf8_prefix(v->as.text.bytes, v->as.text.length, (size_t)limit)) ==
        v->as.text.length)
        return true;
    *v = value_text_n(v->as.text.bytes, kept);
    return false;
}

/* ---- a large table ---- */

static void
want_second(struct restoration *r)
{
    if (r->second == NULL && pair_helps(r->db))
        r->second = place_connect(&r->place, NULL);
}

/* Two values that became the same would wait for each other, each over its connection. */
static int
share_rows(struct restoration *r, struct fault *f)
{
    if (!r->allow_lossy)
        want_second(r);
    if (r->second == NULL)
        return 0;
    return db_begin(r->second, f) == 0 && table_writer_share(r->writer, r->second, f) == 0 ? 0 : -1;
}

/* It is read on while the engine takes what came before, and soon over two connections. */
static int
hasten(struct restoration *r, struct fault *f)
{
    if (r->sum.rows == ROWS_A_STEP)
        return table_writer_send_ahead(r->writer, f);
    return r->sum.rows == PAIR_ROWS_MIN ? share_rows(r, f) : 0;
}

static int
commit_rows(struct restoration *r, struct fault *f)
{
    if (table_writer_finish(r->writer, f) != 0 || db_commit(r->db, f) != 0 ||
        db_begin(r->db, f) != 0)
        return -1;
    return r->second == NULL ? 0 : db_commit(r->second, f) != 0 ? -1 : db_begin(r->second, f);
}

static int
write_row(struct restoration *r, const struct value *row, struct fault *f)
{
    for (size_t i = 0; i < r->table->column_count; i++) {
        r->row[i] = row[i];
        if (fit_value(r, i))
            continue;
        if (!r->allow_lossy)
            return refuse_value(r, i, &row[i], f);
        r->changed++;
    }
    if (table_writer_add(r->writer, r->row, f) != 0)
        return -1;
    rowsum_add(&r->sum, r->row);
    r->item.rows++;
    if (hasten(r, f) != 0)
        return -1;
    return r->sum.rows % ROWS_A_COMMIT == 0 ? commit_rows(r, f) : 0;
}

/* Rows that are not wanted, or are there already, take their time too. */
int
restoration_row(void *state, const struct value *row, struct fault *f)
{
    struct restoration *r = state;

    if (++r->rows_read % ROWS_A_STEP == 0 && interrupt_check(f) != 0)
        return -1;
    return r->table == NULL || r->done != NULL ? 0 : write_row(r, row, f);
}

static int
create_indexes(struct restoration *r, struct fault *f)
{
    const struct table *t = r->table;

    for (size_t i = 0; r->same_engine && i < r->objects.count; i++) {
        const struct object *o = &r->objects.items[i];

        if (o->kind == OBJECT_INDEX && strcmp(o->table, t->name) == 0 &&
            object_create(r->db, o, f) != 0)
            return -1;
    }
    for (size_t i = 0; !r->same_engine && i < t->index_count; i++) {
        if (db_create_index(r->db, t, &t->indexes[i], f) != 0)
            return -1;
    }
    return 0;
}

/* Adds up what is in the table, of about `rows` rows. A second connection is only for speed. */
static int
sum_table(struct restoration *r, uint64_t rows, struct rowsum *found, struct fault *f)
{
    if (rows >= PAIR_ROWS_MIN)
        want_second(r);
    return pair_rowsum(r->db, r->second, r->table, rows, found, f);
}

/* Reads the table back: the staging place must hold what came. */
static int
prove(struct restoration *r, struct fault *f)
{
    struct rowsum found = ROWSUM_INIT;
    int rc;

    progress_begin(r->table->name, "rows", r->sum.rows);
    rc = sum_table(r, r->sum.rows, &found, f);
    progress_finish();
    if (rc == 0 && !rowsum_equal(&found, &r->sum))
        rc = fault_set(f, FAULT_DATA, "it reads back other than it was written: %llu of %llu rows",
            (unsigned long long)found.rows, (unsigned long long)r->sum.rows);
    rowsum_release(&found);
    return rc;
}

static int
finish_table(struct restoration *r, const struct rowsum *content, struct fault *f)
{
    const struct table *t = r->table;
    const struct headway_table note = {.name = t->name,
        .rows = r->sum.rows,
        .content = content->whole,
        .written = r->sum.whole,
        .changed = r->changed};

    if (table_writer_finish(r->writer, f) != 0 ||
        (r->second != NULL && db_commit(r->second, f) != 0))
        return -1;
    table_writer_close(r->writer);
    r->writer = NULL;
    if (t->identity && db_dialect(r->db)->set_identity(r->db, t->name, t->identity_last, f) != 0)
        return -1;
    if (create_indexes(r, f) != 0 || headway_note(r->db, &note, f) != 0 || db_commit(r->db, f) != 0)
        return -1;
    r->item.changed += r->changed;
    return prove(r, f);
}

/* It was loaded before: from these very rows, and it holds them still. */
static int
check_done(struct restoration *r, const struct rowsum *content, struct fault *f)
{
    struct rowsum found = ROWSUM_INIT;
    int rc = 0;

    if (content->rows != r->done->rows || content->whole != r->done->content)
        rc = fault_set(f, FAULT_DATA, "it was loaded from other rows before");
    else if ((rc = sum_table(r, r->done->rows, &found, f)) == 0 &&
             (found.rows != r->done->rows || found.whole != r->done->written))
        rc = fault_set(f, FAULT_DATA, "it holds other rows than were loaded before");
    r->item.rows += content->rows;
    r->item.changed += r->done->changed;
    if (rc != 0)
        fault_hint(f, "what was left of an interrupted restore is removed: give the order again");
    rowsum_release(&found);
    return rc;
}

int
restoration_end_table(void *state, const struct rowsum *sum, struct fault *f)
{
    struct restoration *r = state;
    int rc;

    if (r->table == NULL)
        return 0;
    r->item.tables++;
    if ((rc = r->done != NULL ? check_done(r, sum, f) : finish_table(r, sum, f)) != 0)
        fault_wrap(f, "table '%s'", r->table->name);
    restoration_drop_table(r);
    return rc;
}
