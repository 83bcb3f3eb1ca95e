/*
 * Databases of random shapes and values: backed up, restored into each engine, backed up there:
 * both manifests say the same, hash by hash. What an engine cannot hold is refused by name.
 */
#include "backup/container.h"
#include "tests/etl/dump/sample.h"

enum { TABLES = 3, COLUMNS_MOST = 9, ROWS_MOST = 60, TEXT_CHARACTERS = 60, LARGE_BYTES = 100000 };

static uint64_t state;

/* splitmix64 (prng.di.unimi.it) */
static uint64_t
draw(uint64_t below)
{
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return below == 0 ? z : z % below;
}

/* ---- values that every engine can hold ---- */

static double
draw_real(void)
{
    uint64_t bits;
    double real;

    do {
        bits = draw(0);
        memcpy(&real, &bits, sizeof real);
    } while (!isfinite(real));
    return real == 0 ? 0 : real;
}

/* Any character but NUL, of all lengths in UTF-8. */
static void
add_character(struct text *t)
{
    static const struct {
        uint32_t first, count;
    } ranges[] = {{1, 31}, {32, 96}, {' ', 1}, {'\\', 1}, {'"', 1}, {0x80, 0x780}, {0x800, 0xD000},
        {0xE000, 0x2000}, {0x10000, 0x100000}};
    size_t r = draw(sizeof ranges / sizeof *ranges);
    uint32_t c = ranges[r].first + (uint32_t)draw(ranges[r].count);

    if (c < 0x80) {
        text_add_char(t, (char)c);
        return;
    }
    if (c >= 0x10000)
        text_add_char(t, (char)(0xF0 | c >> 18));
    if (c >= 0x800)
        text_add_char(
            t, (char)((c >= 0x10000 ? 0x80 : 0xE0) | (c >> 12 & (c >= 0x10000 ? 0x3F : 0x0F))));
    text_add_char(t, (char)((c >= 0x800 ? 0x80 : 0xC0) | (c >> 6 & (c >= 0x800 ? 0x3F : 0x1F))));
    text_add_char(t, (char)(0x80 | (c & 0x3F)));
}

static struct value
draw_text(struct arena *memory, size_t characters)
{
    static const char *const hard[] = {
        "", "NULL", "\\N", "''", "\"\"", " ", "a ", "\r\n", "%s?:x{a}"};
    struct text t = TEXT_INIT;
    struct value v;

    const char *picked = hard[draw(sizeof hard / sizeof *hard)];

    if (draw(6) == 0 && strlen(picked) <= characters)
        return value_text(picked);
    for (size_t i = draw(characters + 1); i > 0; i--)
        add_character(&t);
    v = value_text_n(arena_strndup(memory, text_get(&t), t.length), t.length);
    text_release(&t);
    return v;
}

static struct value
draw_bytes(struct arena *memory)
{
    size_t size = draw(40) == 0 ? LARGE_BYTES : draw(300);
    unsigned char *bytes = arena_alloc(memory, size + 1);

    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)draw(256);
    return value_bytes(bytes, size);
}

static struct value
draw_value(struct arena *memory, const struct table_column *c)
{
    static const int64_t integers[] = {0, -1, INT64_MIN, INT64_MAX, INT64_C(9007199254740993)};

    switch (c->type) {
    case VALUE_INT:
        return value_int(draw(3) == 0 ? integers[draw(5)] : (int64_t)draw(0) >> draw(64));
    case VALUE_FLOAT:
        return value_float(draw(4) == 0 ? (double)(int64_t)draw(0) / 100 : draw_real());
    case VALUE_TIME:
        return value_time(MOMENT_MIN + (int64_t)draw((uint64_t)(MOMENT_MAX - MOMENT_MIN) + 1));
    case VALUE_BYTES:
        return draw_bytes(memory);
    default:
        return draw_text(memory, c->length > 0 ? (size_t)c->length : draw(50) == 0 ? 30000 : 200);
    }
}

/* ---- tables ---- */

/* What is unlike in each row and fits a key. */
static struct value
key_value(struct arena *memory, const struct table_column *c, uint64_t row)
{
    if (c->type == VALUE_TIME)
        return value_time((int64_t)(row * UINT64_C(977777777777)));
    if (c->type == VALUE_TEXT)
        return value_text(arena_printf(
            memory, "%c%llu\xc3\xa4 ", "aAzZ_"[row % 5], (unsigned long long)(row * 7919 % 1000)));
    return value_int((int64_t)(row * UINT64_C(0x9E3779B97F4A7C15)));
}

static void
draw_columns(struct arena *memory, struct table *t)
{
    static const enum value_type types[] = {
        VALUE_INT, VALUE_FLOAT, VALUE_TIME, VALUE_TEXT, VALUE_TEXT, VALUE_BYTES};
    static const char *const names[COLUMNS_MOST] = {
        "id", "ID 2", "select", "a\"b", "Größe", "it's", "東京", "x,y", "_9"};

    t->column_count = 1 + draw(COLUMNS_MOST);
    t->columns = arena_array(memory, t->column_count, sizeof *t->columns);
    for (size_t i = 0; i < t->column_count; i++) {
        enum value_type type = types[draw(sizeof types / sizeof *types)];

        t->columns[i] = (struct table_column){.name = names[i],
            .type = type,
            .length = type == VALUE_TEXT && draw(2) == 0 ? 1 + (int)draw(TEXT_CHARACTERS) : 0,
            .not_null = draw(4) == 0};
    }
}

/* The first column is the key, or there is none; the second may be indexed. */
static void
draw_keys(struct arena *memory, struct table *t)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_TEXT, VALUE_TIME};
    struct table_column *first = &t->columns[0];

    if (draw(5) != 0) {
        *first = (struct table_column){
            .name = first->name, .type = types[draw(3)], .length = 0, .not_null = true};
        first->length = first->type == VALUE_TEXT ? 40 : 0;
        t->key = arena_array(memory, 1, sizeof *t->key);
        t->key[0] = first->name;
        t->key_count = 1;
    }
    if (t->column_count > 1 && t->columns[1].type != VALUE_BYTES &&
        (t->columns[1].type != VALUE_TEXT || t->columns[1].length > 0)) {
        t->indexes = arena_array(memory, 1, sizeof *t->indexes);
        t->indexes[0] = (struct table_index){.name = arena_printf(memory, "by %s", t->name),
            .columns = arena_array(memory, 1, sizeof *t->key),
            .column_count = 1};
        t->indexes[0].columns[0] = t->columns[1].name;
        t->index_count = 1;
    }
}

static void
fill_table(struct arena *memory, struct db *db, const struct table *t)
{
    struct fault f = FAULT_INIT;
    struct table_writer *w;
    struct value row[COLUMNS_MOST];

    ASSERT_OK(db_create_table(db, t, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL((w = table_writer_open(db, t, &f)));
    for (uint64_t i = 0, rows = draw(ROWS_MOST); i < rows; i++) {
        for (size_t k = 0; k < t->column_count; k++)
            row[k] = k == 0 && t->key_count > 0 ? key_value(memory, &t->columns[0], i)
                     : !t->columns[k].not_null && draw(5) == 0 ? value_null()
                                                               : draw_value(memory, &t->columns[k]);
        ASSERT_OK(table_writer_add(w, row, &f), &f);
    }
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
}

static void
fill_database(struct db *db)
{
    static const char *const names[TABLES] = {"Orders", "o'Neill \"&\" 東京", "bam;_% x"};
    struct arena memory = ARENA_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_begin(db, &f), &f);
    for (int i = 0; i < TABLES; i++) {
        struct table t = {.name = names[i]};

        draw_columns(&memory, &t);
        draw_keys(&memory, &t);
        fill_table(&memory, db, &t);
    }
    ASSERT_OK(db_commit(db, &f), &f);
    arena_release(&memory);
}

/* ---- the trip ---- */

static struct db *
open_at(const char *connection)
{
    struct fault f = FAULT_INIT;
    struct db *db = db_open("It", connection, DB_CREATE, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

static void
open_site(struct site *site, const char *folder, const char *connection)
{
    struct fault f = FAULT_INIT;
    struct text xml = TEXT_INIT, path = TEXT_INIT;

    text_add(&xml, "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases>"
                   "<PrimaryImport Connection=\"Driver=SQLite3;Database=p.db\"/>"
                   "<StarSchema Connection=\"Driver=SQLite3;Database=s.db\"/>"
                   "<Other Name=\"It\" Connection=\"");
    for (const char *at = connection; *at != '\0'; at++)
        *at == '"' ? text_add(&xml, "&quot;") : text_add_char(&xml, *at);
    text_add(&xml, "\"/></Databases><Backup Store=\"file:store\" Encryption=\"none\" "
                   "Compression=\"none\"/><State Directory=\"state\"/></Nightcube>");
    text_add_format(&path, "%s/nightcube.xml", folder);
    ASSERT_OK(file_make_directory(folder, 0700, &f), &f);
    ASSERT_OK(file_write_all(text_get(&path), text_get(&xml), xml.length, 0600, &f), &f);
    *site = (struct site)SITE_INIT;
    ASSERT_OK(site_open(site, text_get(&path), &f), &f);
    text_release(&xml);
    text_release(&path);
}

/* The manifest's lines about schemas, rows and sums. Rows come as an engine has them: of their
 * chunks the number of bytes counts, and the tables' sums are free of order. */
static void
read_manifest(const char *path, struct text *out)
{
    static const char schema[] = "  <Entry Name=\"schema/", data[] = "  <Entry Name=\"data/",
                      entry[] = "  <Entry ", end_of_tables[] = "  <Totals";
    struct fault f = FAULT_INIT;
    struct text file = TEXT_INIT;
    const char *line, *end;

    ASSERT_OK(file_read_all(path, 1 << 28, &file, &f), &f);
    line = memmem(file.bytes, file.length, "  <Entry ", 9);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    text_clear(out);
    for (; strncmp(line, end_of_tables, sizeof end_of_tables - 1) != 0; line = end + 1) {
        size_t length = (size_t)((end = strchr(line, '\n')) - line) + 1;

        if (strncmp(line, data, sizeof data - 1) == 0)
            text_add_bytes(out, line, (size_t)(strstr(line, " SHA256=") - line));
        else if (strncmp(line, schema, sizeof schema - 1) == 0 ||
                 strncmp(line, entry, sizeof entry - 1) != 0)
            text_add_bytes(out, line, length);
    }
    text_release(&file);
}

static void
expect_same_manifests(const char *a, const char *b)
{
    struct text in_a = TEXT_INIT, in_b = TEXT_INIT;

    read_manifest(a, &in_a);
    read_manifest(b, &in_b);
    CU_ASSERT(in_a.length > 0);
    if (strcmp(text_get(&in_a), text_get(&in_b)) != 0) {
        printf("\nmanifests differ, seed %llu\n%s---\n%s", (unsigned long long)long_seed(),
            text_get(&in_a), text_get(&in_b));
        CU_FAIL("the manifests differ");
    }
    text_release(&in_a);
    text_release(&in_b);
}

/* Restores the backup of the first site into `to`, and backs that up. */
static void
onwards(struct site *from, enum engine to)
{
    const struct dump_order there = {.file = "there/there.abf", .allow_overwrite = true};
    struct restore_order order = {.source = "here/here.abf", .allow_overwrite = true};
    char connection[600];
    struct site site;

    CU_ASSERT_EQUAL_FATAL(engine_new_database(to, "There", connection, sizeof connection), 0);
    order.to_connection = connection;
    sample_restore(from, &order);
    open_site(&site, "there", connection);
    sample_dump_as(&site, "It", &there, NULL);
    expect_same_manifests("here/here.abf", "there/there.abf");
    site_close(&site);
}

static void
round_trip(void)
{
    const struct dump_order here = {.file = "here/here.abf", .allow_overwrite = true};
    char connection[600];
    struct site site;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Here", connection, sizeof connection), 0);
    open_site(&site, "here", connection);
    fill_database(sample_database(&site, "It"));
    sample_dump_as(&site, "It", &here, NULL);
    for (enum engine to = 0; to < ENGINE_COUNT; to++) {
        if (engine_is_installed(to))
            onwards(&site, to);
    }
    site_close(&site);
}

static void
every_engine_gives_back_the_same_manifest(void)
{
    uint64_t rounds = long_rounds(2, 60);

    for (uint64_t i = 0; i < rounds && long_has_time(i); i++) {
        state = long_seed() + i * 1000003;
        round_trip();
    }
}

/* ---- what is damaged ---- */

static void
flip(const char *path, uint64_t at)
{
    struct fault f = FAULT_INIT;
    struct text bytes = TEXT_INIT;

    ASSERT_OK(file_read_all(path, 1 << 28, &bytes, &f), &f);
    bytes.bytes[at % bytes.length] = (char)(bytes.bytes[at % bytes.length] ^ (1 << draw(8)));
    ASSERT_OK(file_write_all("here/damaged.abf", bytes.bytes, bytes.length, 0600, &f), &f);
    text_release(&bytes);
}

/* Whatever had been loaded by then: nothing of it is in the target. */
static void
a_damaged_backup_changes_no_engine(void)
{
    const struct dump_order here = {.file = "here/here.abf", .allow_overwrite = true};
    struct restore_order order = {.source = "here/damaged.abf", .allow_overwrite = true};
    uint64_t rounds = long_rounds(12, 1000);
    char connection[600];
    struct site site;
    struct db *db;

    state = long_seed();
    open_site(&site, "here", "Driver=SQLite3;Database=here.db");
    fill_database(sample_database(&site, "It"));
    sample_dump_as(&site, "It", &here, NULL);
    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Kept", connection, sizeof connection), 0);
    order.to_connection = connection;
    db = open_at(connection);
    sample_run(db, "CREATE TABLE kept(n bigint)");
    db_close(db);
    for (uint64_t i = 0; i < rounds && long_has_time(i); i++) {
        struct fault f = FAULT_INIT;

        flip("here/here.abf", draw(0));
        ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_DATA, "");
    }
    db = open_at(connection);
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM kept"), 0);
    db_close(db);
    site_close(&site);
}

/* ---- what some engines cannot hold ---- */

static void
make_container(const char *path, const struct value *hard)
{
    static const struct container_info info = {.id = "i",
        .kind = CONTAINER_DATABASE,
        .database = "It",
        .engine = "some other",
        .program = "test",
        .taken_utc = 1};
    struct table_column column = {
        .name = "It", .type = hard->type, .length = hard->type == VALUE_TEXT ? 3 : 0};
    const struct table t = {.name = "Hard", .columns = &column, .column_count = 1};
    const struct value none = value_null();
    struct file_writer w = FILE_WRITER_INIT;
    struct fault f = FAULT_INIT;
    struct container_writer *c;

    ASSERT_OK(file_writer_open(&w, path, 0600, true, &f), &f);
    c = container_begin(&(struct pack_options){.compress = false}, &info, file_writer_sink(&w), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    ASSERT_OK(container_begin_table(c, &t, &f), &f);
    ASSERT_OK(container_add_row(c, &none, &f), &f);
    ASSERT_OK(container_add_row(c, hard, &f), &f);
    ASSERT_OK(container_end_table(c, &f), &f);
    ASSERT_OK(container_finish(c, NULL, &f), &f);
    container_free(c);
    ASSERT_OK(file_writer_commit(&w, true, &f), &f);
}

/* Does the suite's engine keep it? In a column of three characters, when it is a text. */
static bool
can_hold(const struct value *hard, const char *connection)
{
    struct db *db = open_at(connection);
    struct value v = *hard;
    bool fits;

    fits = hard->type == VALUE_TEXT ? !db_dialect(db)->keeps_widths
                                    : db_dialect(db)->fit == NULL || db_dialect(db)->fit(&v);
    db_close(db);
    return fits;
}

/* Exactly so, or refused by name: never something else in silence. A restoration reads back what it
 * wrote and compares. */
static void
what_it_cannot_hold_is_refused_by_name(void)
{
    const struct value hard[] = {value_float(NAN), value_float(INFINITY), value_float(-INFINITY),
        value_float(-0.0), value_text("äöüß")};
    char connection[600];
    struct site site;

    open_site(&site, "here", "Driver=SQLite3;Database=it.db");
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        struct restore_order order = {.source = "./hard.abf", .allow_overwrite = true};
        struct fault f = FAULT_INIT;

        make_container("hard.abf", &hard[i]);
        CU_ASSERT_EQUAL_FATAL(
            engine_new_database(test_engine(), "Hard", connection, sizeof connection), 0);
        order.to_connection = connection;
        if (!can_hold(&hard[i], connection)) {
            ASSERT_FAULT(
                sample_try(&site, &order, &f), &f, FAULT_DATA, "table 'Hard', column 'It', row 2");
            order.allow_lossy = true;
        }
        sample_restore(&site, &order);
    }
    site_close(&site);
}

const struct test suite_etl_dump_round_trip[] = {
    {"every engine gives back the same manifest", every_engine_gives_back_the_same_manifest},
    {"a damaged backup changes no engine", a_damaged_backup_changes_no_engine},
    {"what it cannot hold is refused by name", what_it_cannot_hold_is_refused_by_name},
    {NULL, on_each_engine},
};
