#include "etl/odbc/table_copy.h"

#include "config/base/interrupt.h"
#include "config/base/progress.h"
#include "etl/odbc/reach.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_writer.h"

enum { ROWS_BETWEEN_CHECKS = 10000 };

void
copy_route_open(struct copy_route *route, struct db *from, struct db *to)
{
    *route = (struct copy_route){.from = from, .to = to, .space = TEXT_INIT};
    route->reached = reach_open(to, from, &route->space) == 1;
}

void
copy_route_close(struct copy_route *route)
{
    if (route->reached)
        reach_close(route->to);
    text_release(&route->space);
}

static int
copy_stream(const struct copy_route *route, const struct table *source, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    /* They lie as they were completed, mostly in the order of their key. */
    struct table_reader *reader = table_reader_open_unordered(route->from, source, NULL, f);
    struct table_writer *writer = reader == NULL ? NULL : table_writer_open(route->to, target, f);
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
copy_inside(const struct copy_route *route, const struct table *source, const struct table *target,
    uint64_t rows, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int64_t affected = 0;
    int rc;

    add_insert(&sql, text_hand_on(&route->space), source, target);
    rc = text_check(&sql, f) == 0 ? db_run(route->to, text_get(&sql), &affected, f) : -1;
    text_release(&sql);
    if (rc == 0 && affected != (int64_t)rows)
        rc = fault_set(f, FAULT_INTERNAL, "of %llu rows the engine copied %lld",
            (unsigned long long)rows, (long long)affected);
    return rc;
}

/* The account of `to` may not be allowed to read what it can name. */
static bool
may_read(const struct copy_route *route, const struct table *source)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, "SELECT 1 FROM %s.%n WHERE 1 = 0", text_hand_on(&route->space), source->name);
    rc = text_check(&sql, NULL) == 0 ? db_has_row(route->to, text_get(&sql), NULL) : -1;
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
fill(const struct copy_route *route, const struct table *source, const struct table *target,
    bool inside, struct rowsum *sum, struct fault *f)
{
    if (db_create_table(route->to, target, f) != 0)
        return -1;
    return inside ? copy_inside(route, source, target, sum->rows, f)
                  : copy_stream(route, source, target, sum, f);
}

static int
copy(const struct copy_route *route, const struct table *source, const struct table *target,
    bool proved, struct rowsum *sum, struct fault *f)
{
    bool inside = route->reached && may_read(route, source);
    /* Read through our own eyes, so that a value that is not its column's is refused either way. */
    int rc = inside ? table_rowsum(route->from, source, sum, f)
                    : rowsum_init(sum, source->column_count, f);

    if (rc == 0 && (rc = db_begin(route->to, f)) == 0) {
        rc = fill(route, source, target, inside, sum, f);
        if (rc == 0 && proved)
            rc = prove(route->to, target, sum, f);
        rc = db_end(route->to, rc, f);
    }
    return rc == 0 ? 0 : fault_wrap(f, "copy table '%s'", source->name);
}

int
table_copy(const struct copy_route *route, const struct table *source, const struct table *target,
    struct rowsum *sum, struct fault *f)
{
    return copy(route, source, target, false, sum, f);
}

int
table_copy_proved(const struct copy_route *route, const struct table *source,
    const struct table *target, struct rowsum *sum, struct fault *f)
{
    return copy(route, source, target, true, sum, f);
}
