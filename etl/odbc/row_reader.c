#include "etl/odbc/row_reader.h"

#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/number.h"
#include "etl/odbc/cell.h"

struct row_reader {
    struct db *db;
    struct stmt *stmt;
    const struct row_column *columns;
    size_t count;
    enum value_type *types; /* of the columns that are fetched */
    struct value *row;
    bool joined;      /* a row is one text */
    struct text text; /* the row that is being taken apart */
};

/* ---- the statement ---- */

static void
add_item(struct text *sql, const struct db *db, const struct row_column *column)
{
    struct text name = TEXT_INIT;

    sql_set(&name, "%n", column->name);
    if (column->type == VALUE_TEXT)
        sql_add(sql, "CASE WHEN %n IS NULL THEN NULL ELSE 1 END", column->name);
    else
        db_dialect(db)->add_read(sql, text_get(&name), column->type);
    text_release(&name);
}

static void
add_joined(struct text *sql, const struct row_reader *r)
{
    struct text *items = calloc(r->count + 1, sizeof *items);
    const char **texts = calloc(r->count + 1, sizeof(const char *));

    for (size_t i = 0; items != NULL && texts != NULL && i < r->count; i++) {
        add_item(&items[i], r->db, &r->columns[i]);
        texts[i] = text_get(&items[i]);
        sql->failed |= items[i].failed;
    }
    if (items == NULL || texts == NULL)
        sql->failed = true;
    else
        db_dialect(r->db)->add_joined(sql, texts, r->count);
    for (size_t i = 0; items != NULL && i < r->count; i++)
        text_release(&items[i]);
    free(items);
    free(texts);
}

static void
add_cells(struct text *sql, const struct row_reader *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0)
            text_add(sql, ", ");
        add_item(sql, r->db, &r->columns[i]);
    }
    if (r->count == 0)
        text_add(sql, "1");
}

static int
prepare(struct row_reader *r, const char *rest, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    text_add(&sql, "SELECT ");
    (r->joined ? add_joined : add_cells)(&sql, r);
    text_add_char(&sql, ' ');
    text_add(&sql, rest);
    rc = text_check(&sql, f);
    if (rc == 0)
        rc = (r->stmt = db_prepare_stream(r->db, text_get(&sql), f)) == NULL ? -1 : 0;
    text_release(&sql);
    return rc;
}

struct row_reader *
row_reader_open(struct db *db, const struct row_column *columns, size_t count, const char *rest,
    struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);
    static const enum value_type text_only[] = {VALUE_TEXT};
    bool joined =
        dialect->add_joined != NULL && count > 0 && count <= (size_t)dialect->joined_columns;
    struct row_reader *r = calloc(1, sizeof *r);
    int rc = -1;

    if (r == NULL || (r->types = calloc(count + 1, sizeof *r->types)) == NULL ||
        (r->row = calloc(count + 1, sizeof *r->row)) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    r->db = db;
    r->columns = columns;
    r->count = count;
    for (size_t i = 0; i < count; i++)
        r->types[i] = columns[i].type == VALUE_TEXT ? VALUE_INT : columns[i].type;
    r->joined = joined;
    if (prepare(r, rest, f) == 0)
        rc =
            joined ? stmt_query(r->stmt, text_only, 1, f) : stmt_query(r->stmt, r->types, count, f);
done:
    if (rc == 0)
        return r;
    row_reader_close(r);
    return NULL;
}

void
row_reader_close(struct row_reader *r)
{
    if (r == NULL)
        return;
    stmt_free(r->stmt);
    free(r->types);
    free(r->row);
    text_release(&r->text);
    free(r);
}

/* ---- rows ---- */

static int
take_cell(const struct row_reader *r, size_t column, const char *cell, size_t length,
    struct value *v, struct fault *f)
{
    enum value_type type = r->types[column];

    if (length == 0) {
        *v = value_null();
        return 0;
    }
    if (type != VALUE_INT)
        return cell_take(r->db, (int)column + 1, SQL_C_CHAR, type, cell, length, v, f);
    v->type = VALUE_INT;
    if (number_parse_int(cell, length, &v->as.integer) == 0)
        return 0;
    return fault_set(f, FAULT_DATA, "%s: column '%s' holds '%.80s', which is not an integer",
        db_name(r->db), r->columns[column].name, cell);
}

/* Takes a joined row apart; an empty cell is NULL. */
static int
split_row(struct row_reader *r, const struct value *joined, struct fault *f)
{
    char *cell;

    text_clear(&r->text);
    text_add_bytes(&r->text, joined->as.text.bytes, joined->as.text.length);
    if (joined->type != VALUE_TEXT || text_check(&r->text, f) != 0)
        return fault_set(f, FAULT_INTERNAL, "%s: a joined row is no text", db_name(r->db));
    cell = r->text.bytes;
    for (size_t i = 0; i < r->count; i++) {
        char *end = strchrnul(cell, ',');
        bool last = *end == '\0';

        *end = '\0';
        if (take_cell(r, i, cell, (size_t)(end - cell), &r->row[i], f) != 0)
            return -1;
        if (last != (i + 1 == r->count))
            return fault_set(
                f, FAULT_INTERNAL, "%s: a joined row comes apart wrongly", db_name(r->db));
        cell = end + 1;
    }
    return 0;
}

static int
next_joined(struct row_reader *r, struct fault *f)
{
    struct value joined;
    int rc = stmt_fetch(r->stmt, &joined, f);

    return rc == 1 && split_row(r, &joined, f) != 0 ? -1 : rc;
}

int
row_reader_next(struct row_reader *r, const struct value **row, struct fault *f)
{
    int rc = r->joined ? next_joined(r, f) : stmt_fetch(r->stmt, r->row, f);

    for (size_t i = 0; rc == 1 && i < r->count; i++) {
        if (r->columns[i].type == VALUE_TEXT && r->row[i].type != VALUE_NULL)
            r->row[i] = value_text("");
    }
    *row = r->row;
    return rc;
}
