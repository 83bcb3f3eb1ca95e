#include "etl/dump/headway.h"

#include <string.h>

/* The first row names the order; tables have names. */
static struct table_column columns[] = {
    {.name = "Name", .type = VALUE_TEXT, .length = 255, .not_null = true},
    {.name = "Order", .type = VALUE_TEXT},
    {.name = "Rows", .type = VALUE_INT},
    {.name = "Content", .type = VALUE_INT},
    {.name = "Written", .type = VALUE_INT},
    {.name = "Changed", .type = VALUE_INT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };
static const char *key[] = {"Name"};
static const struct table notes = {
    .name = HEADWAY_TABLE, .columns = columns, .column_count = COLUMNS, .key = key, .key_count = 1};

void
headway_release(struct headway *h)
{
    arena_release(&h->memory);
    *h = (struct headway)HEADWAY_INIT;
}

static int
add_row(struct db *db, const struct value row[COLUMNS], struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc;

    sql_add(&sql, "INSERT INTO %n(%n, %n, %n, %n, %n, %n) VALUES (?, ?, ?, ?, ?, ?)", HEADWAY_TABLE,
        columns[0].name, columns[1].name, columns[2].name, columns[3].name, columns[4].name,
        columns[5].name);
    rc = text_check(&sql, f) == 0 ? db_run_with(db, text_get(&sql), row, COLUMNS, f) : -1;
    text_release(&sql);
    return rc;
}

int
headway_begin(struct headway *h, struct db *db, const char *order, struct fault *f)
{
    const struct value row[COLUMNS] = {
        value_text(""), value_text(order), value_null(), value_null(), value_null(), value_null()};

    if (db_create_table(db, &notes, f) != 0 || add_row(db, row, f) != 0)
        return -1;
    h->begun = true;
    return 0;
}

int
headway_note(struct db *db, const struct headway_table *t, struct fault *f)
{
    const struct value row[COLUMNS] = {value_text(t->name), value_null(),
        value_int((int64_t)t->rows), value_int((int64_t)t->content), value_int((int64_t)t->written),
        value_int((int64_t)t->changed)};

    return add_row(db, row, f);
}

static int
add_table(struct headway *h, const struct value row[COLUMNS], struct fault *f)
{
    struct headway_table *slot = arena_append(&h->memory, &h->tables, &h->count, sizeof *slot);

    if (slot == NULL)
        return fault_set_memory(f);
    *slot = (struct headway_table){
        .name = arena_strndup(&h->memory, row[0].as.text.bytes, row[0].as.text.length),
        .rows = (uint64_t)row[2].as.integer,
        .content = (uint64_t)row[3].as.integer,
        .written = (uint64_t)row[4].as.integer,
        .changed = (uint64_t)row[5].as.integer};
    return slot->name == NULL ? fault_set_memory(f) : 0;
}

static bool
is_order(const struct value *v, const char *order)
{
    return v->type == VALUE_TEXT && v->as.text.length == strlen(order) &&
           memcmp(v->as.text.bytes, order, v->as.text.length) == 0;
}

/* Reads all rows: 1 when one of them names the order. */
static int
read_rows(struct headway *h, struct stmt *s, const char *order, struct fault *f)
{
    static const enum value_type types[COLUMNS] = {
        VALUE_TEXT, VALUE_TEXT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT};
    struct value row[COLUMNS];
    bool same = false;
    int rc = stmt_query(s, types, COLUMNS, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1) {
        same = same || is_order(&row[1], order);
        rc = row[2].type == VALUE_INT ? add_table(h, row, f) : 0;
    }
    return rc == 0 ? same : -1;
}

int
headway_read(struct headway *h, struct db *db, const char *order, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct stmt *s = NULL;
    int rc = db_table_exists(db, HEADWAY_TABLE, f);

    if (rc != 1)
        return rc;
    sql_add(&sql, "SELECT %n, %n, %n, %n, %n, %n FROM %n", columns[0].name, columns[1].name,
        columns[2].name, columns[3].name, columns[4].name, columns[5].name, HEADWAY_TABLE);
    rc = text_check(&sql, f) == 0 && (s = db_prepare(db, text_get(&sql), f)) != NULL
             ? read_rows(h, s, order, f)
             : -1;
    stmt_free(s);
    text_release(&sql);
    h->begun = h->resumed = rc == 1;
    return rc;
}

const struct headway_table *
headway_find(const struct headway *h, const char *name)
{
    for (size_t i = 0; i < h->count; i++) {
        if (strcmp(h->tables[i].name, name) == 0)
            return &h->tables[i];
    }
    return NULL;
}

int
headway_end(struct headway *h, struct db *db, struct fault *f)
{
    if (db_drop_table(db, HEADWAY_TABLE, f) != 0)
        return -1;
    h->begun = false;
    return 0;
}
