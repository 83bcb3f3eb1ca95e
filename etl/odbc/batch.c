#include "etl/odbc/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/number.h"
#include "etl/odbc/cell.h"
#include "etl/odbc/gather_plan.h"

enum { ROW_CHARACTERS = 16384 };

struct batch {
    struct db *db;
    const struct table *table;
    int *powers; /* one a column: doubles are told times 2^power; 0: as add_read says them */
    struct stmt *stmt;
    struct text text; /* of the batch, taken apart where it lies */
    struct value *rows;
    size_t count, at;
    int64_t first; /* position of the batch's first row */
    bool begun;    /* there was one */
    bool ended;
    bool broken; /* it was not understood: none of its rows was given */
};

/* ---- what is asked ---- */

/* How large doubles are, by some of the first rows; what is larger comes as a string. */
static int
find_powers(struct batch *b)
{
    static const enum value_type type = VALUE_FLOAT;
    const struct dialect *dialect = db_dialect(b->db);
    struct text sql = TEXT_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < b->table->column_count; i++) {
        const char *name = b->table->columns[i].name;
        struct value largest = value_null();
        struct stmt *s;

        if (b->table->columns[i].type != VALUE_FLOAT)
            continue;
        text_clear(&sql);
        text_add(&sql, "SELECT ");
        dialect->add_read(&sql, "\"m\"", VALUE_FLOAT);
        sql_add(&sql, " FROM (SELECT max(abs(%n)) AS \"m\" FROM (SELECT %n FROM %n LIMIT 1000))",
            name, name, b->table->name);
        s = text_check(&sql, NULL) == 0 ? db_prepare(b->db, text_get(&sql), NULL) : NULL;
        rc = s != NULL && stmt_query(s, &type, 1, NULL) == 0 && stmt_fetch(s, &largest, NULL) >= 0
                 ? 0
                 : -1;
        stmt_free(s);
        b->powers[i] = largest.type == VALUE_FLOAT ? gather_plan_power(largest.as.real) : 0;
    }
    text_release(&sql);
    return rc;
}

static const enum value_type result_types[] = {VALUE_INT, VALUE_TEXT};

static int
query(struct batch *b)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    db_dialect(b->db)->add_batches(&sql, b->table, b->powers);
    if (text_check(&sql, NULL) == 0 &&
        (b->stmt = db_prepare_stream(b->db, text_get(&sql), NULL)) != NULL)
        rc = stmt_query(b->stmt, result_types, 2, NULL);
    text_release(&sql);
    return rc;
}

/* Rows may be short, by what is said of their texts, and there must be a way to go on from one. */
static bool
has_such_columns(const struct table *t, const char *position)
{
    size_t characters = 0;

    for (size_t i = 0; i < t->column_count; i++) {
        const struct table_column *c = &t->columns[i];

        if (c->type == VALUE_BYTES || (c->type == VALUE_TEXT && c->length <= 0) ||
            strcasecmp(c->name, position) == 0)
            return false;
        characters += c->type == VALUE_TEXT ? (size_t)c->length : 0;
    }
    return characters <= ROW_CHARACTERS;
}

static bool
can_read(struct db *db, const struct table *t)
{
    const struct dialect *dialect = db_dialect(db);
    struct text sql = TEXT_INIT;
    bool can = dialect->add_batches != NULL && has_such_columns(t, dialect->row_position) &&
               db_has_row(db, sql_set(&sql, dialect->has_positions, t->name), NULL) == 1;

    text_release(&sql);
    return can;
}

struct batch *
batch_open(struct db *db, const struct table *t)
{
    struct batch *b;

    if (!can_read(db, t) || (b = calloc(1, sizeof *b)) == NULL)
        return NULL;
    b->db = db;
    b->table = t;
    b->powers = calloc(t->column_count, sizeof *b->powers);
    b->rows = calloc(t->column_count * BATCH_ROWS, sizeof *b->rows);
    if (b->powers != NULL && b->rows != NULL && find_powers(b) == 0 && query(b) == 0)
        return b;
    batch_close(b);
    return NULL;
}

void
batch_close(struct batch *b)
{
    if (b == NULL)
        return;
    stmt_free(b->stmt);
    text_release(&b->text);
    free(b->powers);
    free(b->rows);
    free(b);
}

/* ---- strings ---- */

/* The character behind a backslash, where it is a byte of ASCII; -1 for any other, and for NUL. */
static int
unescape(const char **at, const char *end)
{
    static const char letters[] = "bfnrt\"\\/", meanings[] = "\b\f\n\r\t\"\\/";
    const char *found = **at == '\0' ? NULL : strchr(letters, **at);
    char hex[5] = "", *stop;
    long code;

    if (found != NULL) {
        ++*at;
        return meanings[found - letters];
    }
    if (**at != 'u' || end - *at < 5)
        return -1;
    memcpy(hex, *at + 1, 4);
    code = strtol(hex, &stop, 16);
    *at += 5;
    return *stop == '\0' && code > 0 && code < 0x80 ? (int)code : -1;
}

/* A string from behind its opening quote to behind the closing one; its content stays where it
 * begins, with a NUL behind it. False: it is not one of ours. */
static bool
take_string(char **at, char *end, size_t *length)
{
    char *from = *at, *to = *at, *begin = *at;

    for (;;) {
        char *quote = memchr(from, '"', (size_t)(end - from)), *slash;
        size_t plain;
        int c;

        if (quote == NULL)
            return false;
        slash = memchr(from, '\\', (size_t)(quote - from));
        plain = (size_t)((slash == NULL ? quote : slash) - from);
        if (to != from)
            memmove(to, from, plain);
        to += plain;
        if (slash == NULL) {
            *length = (size_t)(to - begin);
            *at = quote + 1;
            *to = '\0';
            return true;
        }
        from = slash + 1;
        if (from == end || (c = unescape((const char **)(void *)&from, end)) < 0)
            return false;
        *to++ = (char)c;
    }
}

/* ---- cells ---- */

static bool
take_text(struct batch *b, size_t column, char **at, char *end, struct value *v)
{
    enum value_type type = b->table->columns[column].type;
    char *begin = ++*at;
    size_t length;

    if (type == VALUE_INT || !take_string(at, end, &length))
        return false;
    return cell_take_text(b->db, (int)column + 1, type, begin, length, v, NULL) == 0;
}

static bool
take_number(struct batch *b, size_t column, char **at, char *end, struct value *v)
{
    enum value_type type = b->table->columns[column].type;
    char *begin = *at;
    int64_t number;

    while (*at < end && **at != ',' && **at != ']')
        ++*at;
    if (number_parse_int(begin, (size_t)(*at - begin), &number) != 0)
        return false;
    if (type == VALUE_FLOAT && b->powers[column] > 0)
        *v = value_float(ldexp((double)number, -b->powers[column]));
    else if (type == VALUE_INT)
        *v = value_int(number);
    else
        return false;
    return true;
}

static bool
take_cell(struct batch *b, size_t column, char **at, char *end, struct value *v)
{
    static const char null[] = "null";

    if (*at == end)
        return false;
    if (**at == '"')
        return take_text(b, column, at, end, v);
    if ((size_t)(end - *at) < sizeof null - 1 || memcmp(*at, null, sizeof null - 1) != 0)
        return take_number(b, column, at, end, v);
    *at += sizeof null - 1;
    *v = value_null();
    return true;
}

/* ---- rows ---- */

static bool
take_row(struct batch *b, char **at, char *end)
{
    size_t columns = b->table->column_count;
    struct value *row = b->rows + b->count * columns;

    for (size_t i = 0; i < columns; i++) {
        if (*at == end || *(*at)++ != (i == 0 ? '[' : ',') || !take_cell(b, i, at, end, &row[i]))
            return false;
    }
    return *at < end && *(*at)++ == ']';
}

static bool
take_rows(struct batch *b)
{
    char *at = b->text.bytes, *end = at + b->text.length;

    do {
        if (b->count == BATCH_ROWS || !take_row(b, &at, end))
            return false;
        b->count++;
    } while (at < end && *at++ == ',');
    return at == end;
}

/* 1, 0 at the end, -1. */
static int
next_batch(struct batch *b)
{
    struct value cells[2];
    int rc = b->ended ? 0 : stmt_fetch(b->stmt, cells, NULL);

    b->ended = rc == 0;
    if (rc != 1)
        return rc;
    b->first = cells[0].as.integer;
    b->begun = true;
    b->count = b->at = 0;
    text_clear(&b->text);
    if (cells[1].type == VALUE_TEXT)
        text_add_bytes(&b->text, cells[1].as.text.bytes, cells[1].as.text.length);
    b->broken = b->text.length == 0 || text_check(&b->text, NULL) != 0 || !take_rows(b);
    return b->broken ? -1 : 1;
}

int
batch_next(struct batch *b, const struct value **row)
{
    if (b->at == b->count) {
        int rc = next_batch(b);

        if (rc != 1)
            return rc;
    }
    *row = b->rows + b->at++ * b->table->column_count;
    return 1;
}

void
batch_add_rest(const struct batch *b, struct text *sql)
{
    const char *position = db_dialect(b->db)->row_position;

    if (!b->begun)
        text_add(sql, "1 = 1");
    else if (b->broken)
        sql_add(sql, "%s >= %d", position, b->first);
    else
        sql_add(sql, "%s >= (SELECT %s FROM %n WHERE %s > %d ORDER BY %s LIMIT 1 OFFSET %d)",
            position, position, b->table->name, position, b->first, position,
            (int64_t)BATCH_ROWS - 1);
}
