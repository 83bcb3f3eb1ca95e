#include <string.h>

#include "backup/table_xml.h"
#include "etl/dump/history.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_shape.h"

enum {
    MARK_ALL_ROWS = 4096, /* of a table up to this size every row is in its mark */
    MARK_STRETCHES = 32,
    MARK_STRETCH_KEYS = 32,
};

static int
add_rows(
    struct db *db, const struct table *t, const char *where, struct rowsum *sum, struct fault *f)
{
    struct table_reader *reader = table_reader_open_unordered(db, t, where, f);
    const struct value *row;
    int rc = reader == NULL ? -1 : 0;

    while (rc == 0 && (rc = table_reader_next(reader, &row, f)) == 1) {
        rowsum_add(sum, row);
        rc = 0;
    }
    table_reader_close(reader);
    return rc;
}

static bool
has_number_key(const struct table *t)
{
    for (size_t i = 0; t->key_count == 1 && i < t->column_count; i++) {
        if (strcmp(t->columns[i].name, t->key[0]) == 0)
            return t->columns[i].type == VALUE_INT;
    }
    return false;
}

/* How many rows a table has, and where its keys begin and end, when they are numbers. */
struct extent {
    int64_t rows, least, greatest;
};

/* One query: a round trip each is what most of a small table costs. */
static int
measure(struct db *db, const struct table *t, struct extent *e, struct fault *f)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_INT, VALUE_INT};
    struct value row[3] = {value_int(0), value_null(), value_null()};
    struct text sql = TEXT_INIT;
    struct stmt *s;
    int rc;

    if (has_number_key(t))
        sql_add(&sql,
            "SELECT (SELECT count(*) FROM %n), (SELECT min(%n) FROM %n), (SELECT max(%n) FROM %n)",
            t->name, t->key[0], t->name, t->key[0], t->name);
    else
        sql_add(&sql, "SELECT count(*), NULL, NULL FROM %n", t->name);
    s = text_check(&sql, f) == 0 ? db_prepare(db, text_get(&sql), f) : NULL;
    rc = s == NULL || stmt_query(s, types, 3, f) != 0 ? -1 : stmt_fetch(s, row, f);
    stmt_free(s);
    text_release(&sql);
    *e = (struct extent){row[0].as.integer, row[1].as.integer, row[2].as.integer};
    return rc < 0 ? -1 : 0;
}

/* Stretches of keys, the first at the least key and the last at the greatest. More keys than
 * MARK_ALL_ROWS are so far apart that no two meet. */
static int
add_stretches(struct db *db, const struct table *t, const struct extent *e, struct rowsum *sum,
    struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    for (int64_t i = 0; i < MARK_STRETCHES; i++) {
        int64_t from = e->least + (e->greatest - e->least) / (MARK_STRETCHES - 1) * i;

        if (i == MARK_STRETCHES - 1)
            from = e->greatest - MARK_STRETCH_KEYS + 1;
        sql_add(&sql, i == 0 ? "%n BETWEEN %d AND %d" : " OR %n BETWEEN %d AND %d", t->key[0], from,
            from + MARK_STRETCH_KEYS - 1);
    }
    if ((rc = text_check(&sql, f)) == 0)
        rc = add_rows(db, t, text_get(&sql), sum, f);
    text_release(&sql);
    return rc;
}

static int
sum_sample(struct db *db, const struct table *t, const struct extent *e, struct rowsum *sum,
    struct fault *f)
{
    if (rowsum_init(sum, t->column_count, f) != 0)
        return -1;
    return e->rows > MARK_ALL_ROWS && has_number_key(t) ? add_stretches(db, t, e, sum, f)
                                                        : add_rows(db, t, NULL, sum, f);
}

static int
mark_table(struct db *db, struct history_table *h, struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct text text = TEXT_INIT;
    struct rowsum sum = ROWSUM_INIT;
    struct extent e;
    struct table t;
    int rc = table_shape_read(db, h->name, &memory, &t, f);

    if (rc == 0)
        rc = measure(db, &t, &e, f);
    if (rc == 0)
        rc = sum_sample(db, &t, &e, &sum, f);
    if (rc == 0) {
        t.identity_last = 0;
        rc = table_xml_write(&text, &t, f);
        text_add_format(&text, "%lld %llu", (long long)e.rows, (unsigned long long)sum.whole);
    }
    if (rc == 0 && (rc = text_check(&text, f)) == 0)
        rc = digest_bytes(text_get(&text), text.length, h->mark, f);
    rowsum_release(&sum);
    text_release(&text);
    arena_release(&memory);
    return rc;
}

int
history_mark(struct db *db, struct history_unit *unit, struct fault *f)
{
    for (size_t i = 0; i < unit->table_count; i++) {
        struct history_table *t = &unit->tables[i];

        if (t->known_mark != NULL)
            memcpy(t->mark, t->known_mark, sizeof t->mark);
        else if (mark_table(db, t, f) != 0)
            return fault_wrap(f, "table '%s'", unit->tables[i].name);
    }
    return 0;
}
