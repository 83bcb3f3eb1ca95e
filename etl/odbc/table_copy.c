#include "etl/odbc/table_copy.h"

#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/odbc/reach.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"

enum { ROWS_BETWEEN_CHECKS = 10000 };

static int
copy_stream(struct db *from, const struct table *source, struct db *to, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    struct table_reader *reader = table_reader_open(from, source, NULL, f);
    struct table_writer *writer = reader == NULL ? NULL : table_writer_open(to, target, f);
    const struct value *row;
    int rc = writer == NULL ? -1 : table_writer_send_ahead(writer, f);

    while (rc == 0 && (rc = table_reader_next(reader, &row, f)) == 1) {
        rowsum_add(sum, row);
        rc = table_writer_add(writer, row, f);
        if (rc == 0 && sum->rows % ROWS_BETWEEN_CHECKS == 0) {
            progress_add("rows", ROWS_BETWEEN_CHECKS);
            rc = interrupt_check(f);
        }
    }
    if (rc == 0)
        rc = table_writer_finish(writer, f);
    table_writer_close(writer);
    table_reader_close(reader);
    return rc;
}

/* ---- inside the server ---- */

static void
add_columns(struct text *sql, const struct table *t)
{
    for (size_t i = 0; i < t->column_count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", t->columns[i].name);
}

static void
add_insert(
    struct text *sql, const char *space, const struct table *source, const struct table *target)
{
    sql_add(sql, "INSERT INTO %n(", target->name);
    add_columns(sql, target);
    text_add(sql, ") SELECT ");
    add_columns(sql, source);
    sql_add(sql, " FROM %s.%n", space, source->name);
    for (size_t i = 0; i < source->key_count; i++)
        sql_add(sql, i == 0 ? " ORDER BY %n" : ", %n", source->key[i]);
}

static int
copy_inside(const char *space, const struct table *source, struct db *to,
    const struct table *target, uint64_t rows, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int64_t affected = 0;
    int rc;

    add_insert(&sql, space, source, target);
    rc = text_check(&sql, f) == 0 ? db_run(to, text_get(&sql), &affected, f) : -1;
    text_release(&sql);
    if (rc == 0 && affected != (int64_t)rows)
        rc = fault_set(f, FAULT_INTERNAL, "of %llu rows the engine copied %lld",
            (unsigned long long)rows, (long long)affected);
    return rc;
}

/* The account of `to` may not be allowed to read what it can name. */
static bool
may_read(struct db *to, const char *space, const struct table *source)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, "SELECT 1 FROM %s.%n WHERE 1 = 0", space, source->name);
    rc = text_check(&sql, NULL) == 0 ? db_has_row(to, text_get(&sql), NULL) : -1;
    text_release(&sql);
    return rc == 0;
}

/* ---- either ---- */

/* Reads the copy back. */
static int
prove(struct db *to, const struct table *target, const struct rowsum *sum, struct fault *f)
{
    struct rowsum copied = ROWSUM_INIT;
    int rc = table_rowsum(to, target, &copied, f);

    if (rc == 0 && !rowsum_equal(&copied, sum))
        rc = fault_set(f, FAULT_DATA, "the copy differs from the original");
    rowsum_release(&copied);
    return rc;
}

static int
fill(struct db *from, const struct table *source, struct db *to, const struct table *target,
    const char *space, struct rowsum *sum, struct fault *f)
{
    if (db_create_table(to, target, f) != 0)
        return -1;
    return space == NULL ? copy_stream(from, source, to, target, sum, f)
                         : copy_inside(space, source, to, target, sum->rows, f);
}

static int
copy(struct db *from, const struct table *source, struct db *to, const struct table *target,
    bool proved, struct rowsum *sum, struct fault *f)
{
    struct text space = TEXT_INIT;
    bool reached = reach_open(to, from, &space) == 1;
    bool inside = reached && may_read(to, text_get(&space), source);
    /* Read through our own eyes, so that a value that is not its column's is refused either way. */
    int rc =
        inside ? table_rowsum(from, source, sum, f) : rowsum_init(sum, source->column_count, f);

    if (rc == 0 && (rc = db_begin(to, f)) == 0) {
        rc = fill(from, source, to, target, inside ? text_get(&space) : NULL, sum, f);
        if (rc == 0 && proved)
            rc = prove(to, target, sum, f);
        rc = db_end(to, rc, f);
    }
    if (reached)
        reach_close(to);
    text_release(&space);
    return rc == 0 ? 0 : fault_wrap(f, "copy table '%s'", source->name);
}

int
table_copy(struct db *from, const struct table *source, struct db *to, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    return copy(from, source, to, target, false, sum, f);
}

int
table_copy_proved(struct db *from, const struct table *source, struct db *to,
    const struct table *target, struct rowsum *sum, struct fault *f)
{
    return copy(from, source, to, target, true, sum, f);
}
