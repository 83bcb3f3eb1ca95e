#include "etl/odbc/piece.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"

enum {
    ROWS_FIRST = 16, /* of a table that nobody knows yet: each row may be large */
    ROWS_MAX = 20000,
    BYTES_WANTED = 2 * 1024 * 1024,
    CELL_BYTES = 16, /* of a number, for the driver */
    KEPT_BYTES = 8 * BYTES_WANTED,
};

struct piece {
    const struct table *table;
    size_t *columns;       /* of the key */
    struct text *last;     /* the key of the last row that was read, as SQL */
    bool begun;            /* a piece was read */
    size_t limit;          /* of the piece, rows */
    uint64_t rows;         /* that came of it */
    size_t samples, bytes; /* of some of them */
};

static const struct table_column *
find_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->column_count; i++) {
        if (strcmp(t->columns[i].name, name) == 0)
            return &t->columns[i];
    }
    return NULL;
}

/* A text that is longer than what an index takes is not found by it. */
bool
piece_can_read(const struct dialect *dialect, const struct table *t)
{
    for (size_t i = 0; i < t->key_count; i++) {
        const struct table_column *c = find_column(t, t->key[i]);

        if (c == NULL || (c->type != VALUE_INT && c->type != VALUE_TIME && c->type != VALUE_TEXT))
            return false;
        if (c->type == VALUE_TEXT && (c->length == 0 || c->length > dialect->text_index_characters))
            return false;
    }
    return t->key_count > 0;
}

/* The driver asks for the memory of a piece and frees it, again and again; glibc gives it back to
 * the system each time unless told otherwise, which is a tenth of the time of reading
 * (mallopt(3)). */
static void
keep_freed_memory(void)
{
#ifdef M_TRIM_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

struct piece *
piece_new(const struct table *t, struct fault *f)
{
    struct piece *p = calloc(1, sizeof *p);

    if (p == NULL || (p->columns = calloc(t->key_count, sizeof *p->columns)) == NULL ||
        (p->last = calloc(t->key_count, sizeof *p->last)) == NULL) {
        piece_free(p);
        fault_set_memory(f);
        return NULL;
    }
    keep_freed_memory();
    p->table = t;
    p->limit = ROWS_FIRST;
    for (size_t i = 0; i < t->key_count; i++)
        p->columns[i] = (size_t)(find_column(t, t->key[i]) - t->columns);
    return p;
}

void
piece_free(struct piece *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; p->last != NULL && i < p->table->key_count; i++)
        text_release(&p->last[i]);
    free(p->columns);
    free(p->last);
    free(p);
}

/* a > 1 OR (a = 1 AND (b > 2)): engines find the place of that in an index, but not of a row. */
static void
add_behind_last(struct text *sql, const struct piece *p)
{
    const struct table *t = p->table;

    for (size_t i = 0; i < t->key_count; i++)
        sql_add(sql, i + 1 < t->key_count ? "(%n > %s OR (%n = %s AND " : "(%n > %s", t->key[i],
            text_hand_on(&p->last[i]), t->key[i], text_hand_on(&p->last[i]));
    for (size_t i = 0; i < t->key_count; i++)
        text_add(sql, i == 0 ? ")" : "))");
}

void
piece_add(struct text *sql, struct piece *p, bool has_where)
{
    const struct table *t = p->table;

    if (p->begun) {
        text_add(sql, has_where ? " AND " : " WHERE ");
        add_behind_last(sql, p);
    }
    for (size_t i = 0; i < t->key_count; i++)
        sql_add(sql, i == 0 ? " ORDER BY %n" : ", %n", t->key[i]);
    text_add_format(sql, " LIMIT %zu", p->limit);
}

static size_t
size_of(const struct value *row, size_t columns)
{
    size_t size = columns * CELL_BYTES;

    for (size_t i = 0; i < columns; i++)
        size += row[i].type == VALUE_TEXT || row[i].type == VALUE_BYTES ? row[i].as.text.length : 0;
    return size;
}

/* A literal ends at a NUL: behind that key would be the rows before it again. */
int
piece_set_literal(struct text *sql, const char *column, const struct value *v, struct fault *f)
{
    char moment[MOMENT_TEXT_BYTES];
    struct text copy = TEXT_INIT;

    text_clear(sql);
    if (v->type == VALUE_INT)
        sql_add(sql, "%d", v->as.integer);
    else if (v->type == VALUE_TIME)
        sql_add(sql, "%t", moment_format_sql(v->as.time_us, moment));
    else if (memchr(v->as.text.bytes, '\0', v->as.text.length) != NULL)
        return fault_set(f, FAULT_DATA, "column '%s', of the key, holds a text with a NUL", column);
    else {
        text_add_bytes(&copy, v->as.text.bytes, v->as.text.length);
        sql_add(sql, "%t", text_hand_on(&copy));
    }
    sql->failed = sql->failed || copy.failed;
    text_release(&copy);
    return text_check(sql, f);
}

void
piece_sample(struct piece *p, const struct value *row)
{
    p->bytes += size_of(row, p->table->column_count);
    p->samples++;
}

int
piece_came(struct piece *p, uint64_t rows, const struct value *last, struct fault *f)
{
    for (size_t i = 0; i < p->table->key_count; i++) {
        if (piece_set_literal(&p->last[i], p->table->key[i], &last[p->columns[i]], f) != 0)
            return -1;
    }
    p->rows += rows;
    return 0;
}

/* How many rows the next piece may have, by the samples of this one. */
static void
set_limit(struct piece *p)
{
    size_t row = p->samples == 0 ? BYTES_WANTED : p->bytes / p->samples + 1;
    size_t fitting = BYTES_WANTED / row + 1, more = p->limit * 4;

    p->limit = more < fitting ? more : fitting;
    p->limit = p->limit > ROWS_MAX ? ROWS_MAX : p->limit;
}

bool
piece_turn(struct piece *p)
{
    bool full = p->rows >= p->limit;

    set_limit(p);
    p->begun = true;
    p->rows = p->samples = p->bytes = 0;
    return full;
}
