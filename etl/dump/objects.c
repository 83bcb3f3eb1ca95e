#include "etl/dump/objects.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "config/base/csv.h"

enum { COLUMN_COUNT = 4 };
#define RECORD_LIMIT_BYTES ((size_t)64 * 1024 * 1024)

static const char *const columns[COLUMN_COUNT] = {"Kind", "Name", "Table", "Sql"};

static const char *const kind_names[OBJECT_KIND_COUNT] = {
    [OBJECT_TABLE] = "table",
    [OBJECT_INDEX] = "index",
    [OBJECT_VIEW] = "view",
    [OBJECT_TRIGGER] = "trigger",
    [OBJECT_FOREIGN_KEY] = "foreign key",
};

static enum object_kind
kind_find(const char *name, size_t length)
{
    enum object_kind kind = OBJECT_TABLE;

    while (kind < OBJECT_KIND_COUNT &&
           (strlen(kind_names[kind]) != length || memcmp(kind_names[kind], name, length) != 0))
        kind++;
    return kind;
}

void
object_list_release(struct object_list *list)
{
    arena_release(&list->memory);
    *list = (struct object_list)OBJECT_LIST_INIT;
}

static bool makes_its_kind(const struct object *o);

/* Adds an object from its four texts; a kind that is not ours is passed over. */
static int
add(struct object_list *list, const struct csv_field *field, struct fault *f)
{
    enum object_kind kind = kind_find(field[0].bytes, field[0].length);
    struct object *o;

    if (kind == OBJECT_KIND_COUNT)
        return 0;
    if ((o = arena_append(&list->memory, &list->items, &list->count, sizeof *o)) == NULL)
        return fault_set_memory(f);
    o->kind = kind;
    o->name = arena_strndup(&list->memory, field[1].bytes, field[1].length);
    o->table = arena_strndup(&list->memory, field[2].bytes, field[2].length);
    o->sql = arena_strndup(&list->memory, field[3].bytes, field[3].length);
    return o->name == NULL || o->table == NULL || o->sql == NULL ? fault_set_memory(f) : 0;
}

static int
read_some(struct db *db, const char *query, struct object_list *list, struct fault *f)
{
    static const enum value_type types[COLUMN_COUNT] = {
        VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT};
    struct value row[COLUMN_COUNT];
    struct csv_field field[COLUMN_COUNT];
    struct stmt *s = db_prepare(db, query, f);
    int rc = s == NULL ? -1 : stmt_query(s, types, COLUMN_COUNT, f);

    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1) {
        for (int i = 0; i < COLUMN_COUNT; i++)
            field[i] = (struct csv_field){row[i].as.text.bytes, row[i].as.text.length, true};
        rc = add(list, field, f);
        /* A table of an extension of the engine is saved as the rows it shows. */
        if (rc == 0 && list->count > 0 && !makes_its_kind(&list->items[list->count - 1]))
            list->count--;
    }
    stmt_free(s);
    return rc == 0 ? 0 : fault_wrap(f, "%s: list views, triggers and keys", db_name(db));
}

int
objects_read(struct db *db, bool with_foreign_keys, struct object_list *list, struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);

    if (read_some(db, dialect->list_objects, list, f) != 0)
        return -1;
    return with_foreign_keys && dialect->list_foreign_keys != NULL
               ? read_some(db, dialect->list_foreign_keys, list, f)
               : 0;
}

void
objects_write(const struct object_list *list, struct text *csv)
{
    for (int i = 0; i < COLUMN_COUNT; i++)
        text_add_format(csv, "%s%s", i == 0 ? "" : ",", columns[i]);
    text_add(csv, "\r\n");
    for (size_t i = 0; i < list->count; i++) {
        const struct object *o = &list->items[i];
        const char *cells[COLUMN_COUNT] = {kind_names[o->kind], o->name, o->table, o->sql};

        for (int k = 0; k < COLUMN_COUNT; k++) {
            if (k > 0)
                text_add_char(csv, ',');
            csv_add_field(csv, cells[k], strlen(cells[k]));
        }
        text_add(csv, "\r\n");
    }
}

int
objects_parse(struct object_list *list, struct byte_source csv, struct fault *f)
{
    struct csv_reader r;
    int rc;

    csv_reader_init(&r, csv, ',', RECORD_LIMIT_BYTES);
    while ((rc = csv_read(&r, f)) == 1) {
        if (r.field_count != COLUMN_COUNT)
            rc = fault_set(f, FAULT_DATA, "line %llu has %zu fields", (unsigned long long)r.line,
                r.field_count);
        else if (strcmp(r.fields[0].bytes, columns[0]) != 0)
            rc = add(list, r.fields, f);
        if (rc < 0)
            break;
    }
    csv_reader_release(&r);
    return rc == 0 ? 0 : fault_wrap(f, OBJECTS_FILE);
}

const struct object *
objects_find(const struct object_list *list, enum object_kind kind, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind && strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    }
    return NULL;
}

/* ---- one statement, and no other ---- */

/* Behind a quoted name or text, or a comment, that begins at `at`; `at` itself when none does. */
static const char *
skip_opaque(const char *at)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"'", "'"}, {"\"", "\""}, {"`", "`"}, {"[", "]"}, {"--", "\n"}, {"/*", "*/"}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t length = strlen(pairs[i].open);
        const char *end;

        if (strncmp(at, pairs[i].open, length) != 0)
            continue;
        end = strstr(at + length, pairs[i].close);
        return end == NULL ? at + strlen(at) : end + strlen(pairs[i].close);
    }
    return at;
}

static const char *
skip_blank(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at))
            at++;
        else if (strncmp(at, "--", 2) == 0 || strncmp(at, "/*", 2) == 0)
            at = skip_opaque(at);
        else
            return at;
    }
}

/* Takes a word off *at when it stands there, whatever its case. */
static bool
take_word(const char **at, const char *word)
{
    const char *start = skip_blank(*at);
    size_t length = strlen(word);

    if (strncasecmp(start, word, length) != 0 || isalnum((unsigned char)start[length]) ||
        start[length] == '_')
        return false;
    *at = start + length;
    return true;
}

/* The next ';' outside quotes and comments; NULL when there is none. */
static const char *
find_semicolon(const char *at)
{
    while (*at != '\0' && *at != ';') {
        const char *behind = skip_opaque(at);

        at = behind == at ? at + 1 : behind;
    }
    return *at == '\0' ? NULL : at;
}

/* Behind "; " in a trigger's body: another of the statements a trigger may hold, or its end. */
static bool
goes_on(const char **at)
{
    static const char *const words[] = {
        "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", NULL};

    for (const char *const *word = words; *word != NULL; word++) {
        if (take_word(at, *word))
            return true;
    }
    return false;
}

/* Drivers run what stands behind a statement too, so nothing may stand there. */
static bool
is_one_statement(const char *sql, bool has_body)
{
    const char *at = sql;

    while ((at = find_semicolon(at)) != NULL) {
        at++;
        if (has_body && goes_on(&at))
            continue;
        if (has_body && take_word(&at, "END"))
            has_body = false;
        at = skip_blank(at);
        if (*at == ';')
            continue;
        return *at == '\0';
    }
    return true;
}

/* ALTER TABLE does many things, with commas between them. What a server could take for a comment,
 * or for another kind of quotes, has no place among words, brackets and names in double quotes. */
static bool
does_one_thing(const char *at)
{
    int depth = 0;

    while (*at != '\0') {
        if (*at == '"') {
            at = skip_opaque(at);
            continue;
        }
        depth += (*at == '(') - (*at == ')');
        if (depth < 0 || (*at == ',' && depth == 0) ||
            (!isalnum((unsigned char)*at) && !isspace((unsigned char)*at) &&
                strchr("_(),", *at) == NULL))
            return false;
        at++;
    }
    return true;
}

/* A name, in double quotes or bare. */
static bool
take_name(const char **at)
{
    const char *start = skip_blank(*at), *end = start;

    if (*start == '"')
        end = skip_opaque(start);
    while (*start != '"' && (isalnum((unsigned char)*end) || *end == '_'))
        end++;
    *at = end;
    return end > start;
}

static bool
adds_foreign_key(const char *at)
{
    return does_one_thing(at) && take_word(&at, "ALTER") && take_word(&at, "TABLE") &&
           take_name(&at) && take_word(&at, "ADD") && take_word(&at, "CONSTRAINT") &&
           take_name(&at) && take_word(&at, "FOREIGN") && take_word(&at, "KEY");
}

static bool
makes_its_kind(const struct object *o)
{
    const char *at = o->sql;

    if (o->kind == OBJECT_FOREIGN_KEY)
        return adds_foreign_key(at);
    if (!take_word(&at, "CREATE"))
        return false;
    if (o->kind == OBJECT_INDEX)
        take_word(&at, "UNIQUE");
    return take_word(&at, kind_names[o->kind]);
}

/* How a server writes quotes is not known here (E'\'', $$): there no other ';' may be than one at
 * the end. */
static bool
has_one_end(const char *sql)
{
    const char *at = strchr(sql, ';');

    return at == NULL || at[1 + strspn(at + 1, " \t\r\n")] == '\0';
}

static bool
is_safe(struct db *db, const struct object *o)
{
    if (!makes_its_kind(o) || !is_one_statement(o->sql, o->kind == OBJECT_TRIGGER))
        return false;
    return db_dialect(db)->objects_are_whole || has_one_end(o->sql);
}

int
object_create(struct db *db, const struct object *o, struct fault *f)
{
    if (!is_safe(db, o))
        fault_set(f, FAULT_DATA, "its SQL is not the making of a %s", kind_names[o->kind]);
    else if (db_run(db, o->sql, NULL, f) == 0)
        return 0;
    return fault_wrap(f, "create %s '%s'", kind_names[o->kind], o->name);
}
