/* Databases of server engines are backed up, and what was in them is in the container. */
#include <pthread.h>

#include "backup/container.h"
#include "etl/odbc/pair.h"
#include "tests/etl/dump/sample.h"
#include "tests/etl/fixture.h"

/* An installation whose primary import lies on the suite's engine. */
static void
open_site(struct site *site)
{
    char connection[600];

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Primary", connection, sizeof connection), 0);
    sample_open_at(site, "PrimaryImport", connection);
}

static void
fill(struct db *db)
{
    struct findings list = FINDINGS_INIT("fixture");
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(metadata_setup(db, &f), &f);
    ASSERT_OK(
        definition_read_text(&d, fixture_definition, sizeof fixture_definition - 1, &list, &f), &f);
    ASSERT_OK(deployment_deploy(db, &d, &list, &f), &f);
    definition_release(&d);
    findings_release(&list);
}

static void
expect_same_tables(struct db *a, struct db *b)
{
    static const char *const tables[] = {"bam_Order_Active", "bam_Order_Completed",
        "bam_Order_ActiveRelationships", "bam_Metadata_Activities", "nightcube_Definition"};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct rowsum in_a = ROWSUM_INIT, in_b = ROWSUM_INIT;

        sample_sum(a, tables[i], &in_a);
        sample_sum(b, tables[i], &in_b);
        CU_ASSERT(rowsum_equal(&in_a, &in_b));
        rowsum_release(&in_a);
        rowsum_release(&in_b);
    }
}

static void
a_backup_restores_into_an_embedded_database(void)
{
    const struct import_options options = {.source = {.activity = "Order"}};
    const struct dump_order mine = {.file = "mine.abf"};
    const struct restore_order order = {
        .source = "mine.abf", .to_connection = "Driver=SQLite3;Database=restored.db"};
    struct definition d = DEFINITION_INIT;
    struct fault f = FAULT_INIT;
    struct import_result imported;
    struct site site;
    struct db *primary, *restored;

    open_site(&site);
    primary = sample_database(&site, "PrimaryImport");
    fill(primary);
    ASSERT_OK(deployment_read(primary, &d, &f), &f);
    fixture_write("events.jsonl",
        "{\"op\":\"begin\",\"id\":\"o1\",\"data\":{\"City\":\"Z\xc3\xbcrich\",\"Price\":0.1}}\n"
        "{\"op\":\"begin\",\"id\":\"o2\",\"data\":{\"Received\":\"2026-01-01T08:00:00.25Z\"}}\n"
        "{\"op\":\"end\",\"id\":\"o2\"}\n");
    ASSERT_OK(import_run(primary, &d, "events.jsonl", &options, &imported, &f), &f);
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    restored = db_open("restored", "Driver=SQLite3;Database=restored.db", DB_EXISTING, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(restored);
    primary = sample_database(&site, "PrimaryImport");
    expect_same_tables(primary, restored);
    CU_ASSERT_EQUAL(sample_int(restored, "SELECT count(*) FROM bam_Sales_Orders_View"), 2);
    db_close(restored);
    definition_release(&d);
    site_close(&site);
}

/* Fills the primary import, backs it up, changes it and restores. */
static void
a_backup_replaces_its_own_database(void)
{
    const struct dump_order mine = {.file = "mine.abf"};
    struct restore_order order = {.source = "mine.abf"};
    struct rowsum was = ROWSUM_INIT, is = ROWSUM_INIT;
    struct fault f = FAULT_INIT;
    struct text sql = TEXT_INIT;
    struct site site;
    struct db *primary;

    open_site(&site);
    primary = sample_database(&site, "PrimaryImport");
    fill(primary);
    sample_run(primary,
        sql_set(&sql, "INSERT INTO %n(%n) VALUES ('x')", "bam_Order_Completed", "ActivityID"));
    sample_sum(primary, "bam_Order_Completed", &was);
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_run(primary, sql_set(&sql, "DELETE FROM %n", "bam_Order_Completed"));
    sample_run(primary, sql_set(&sql, "CREATE TABLE %n(a INT)", "made since"));
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_EXISTS, "exists");
    order.allow_overwrite = true;
    sample_restore(&site, &order);
    primary = sample_database(&site, "PrimaryImport");
    sample_sum(primary, "bam_Order_Completed", &is);
    CU_ASSERT(rowsum_equal(&was, &is));
    CU_ASSERT_EQUAL(db_table_exists(primary, "made since", &f), 0);
    CU_ASSERT_EQUAL(
        sample_int(primary, sql_set(&sql, "SELECT count(*) FROM %n", "bam_Sales_Orders_View")), 1);
    sample_run(primary,
        sql_set(&sql, "INSERT INTO %n(%n) VALUES ('y')", "bam_Order_Completed", "ActivityID"));
    CU_ASSERT_EQUAL(sample_int(primary,
                        sql_set(&sql, "SELECT max(%n) FROM %n", "RecordID", "bam_Order_Completed")),
        2);
    text_release(&sql);
    rowsum_release(&was);
    rowsum_release(&is);
    site_close(&site);
}

static void
a_backup_restores_beside_its_database(void)
{
    const struct dump_order mine = {.file = "mine.abf"};
    char name[64];
    const struct restore_order order = {.source = "mine.abf", .as = name};
    struct fault f = FAULT_INIT;
    struct site site;
    static int copies;

    open_site(&site);
    snprintf(name, sizeof name, "beside_%d", ++copies);
    fill(sample_database(&site, "PrimaryImport"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_restore(&site, &order);
    ASSERT_FAULT(sample_try(&site, &order, &f), &f, FAULT_EXISTS, name);
    CU_ASSERT_EQUAL(
        db_table_exists(sample_database(&site, "PrimaryImport"), "bam_Order_Completed", &f), 1);
    site_close(&site);
}

/* One shows another that is made later. */
static void
views_of_any_database_come_back(void)
{
    const struct dump_order mine = {.file = "mine.abf"};
    char name[64], connection[600];
    struct restore_order order = {.source = "mine.abf", .as = name};
    struct restore_result result = RESTORE_RESULT_INIT;
    struct fault f = FAULT_INIT;
    struct site site;
    struct db *db;
    static int copies;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Shop", connection, sizeof connection), 0);
    sample_open_at(&site, "Other Name=\"Shop\"", connection);
    snprintf(name, sizeof name, "shop_%d", ++copies);
    db = sample_database(&site, "Shop");
    sample_run(db, "CREATE TABLE orders(n INT, city VARCHAR(20))");
    sample_run(db, "INSERT INTO orders VALUES (1, 'Bonn'), (2, 'Kiel')");
    sample_run(db, "CREATE VIEW z_all AS SELECT n, city FROM orders");
    sample_run(db, "CREATE VIEW a_bonn(number) AS SELECT n FROM z_all WHERE city = 'Bonn'");
    sample_dump_as(&site, "Shop", &mine, NULL);
    ASSERT_OK(restore_container(&site, &order, &result, &f), &f);
    CU_ASSERT_EQUAL_FATAL(result.todo_count, test_engine() == ENGINE_SQLITE ? 0 : 1);
    CU_ASSERT(result.todo_count == 0 || test_contains(result.todo[0], "Shop: checks, triggers"));
    restore_result_release(&result);
    order.allow_overwrite = true;
    order.as = NULL;
    sample_restore(&site, &order); /* in its own place */
    db = sample_database(&site, "Shop");
    CU_ASSERT_EQUAL(sample_int(db, "SELECT number FROM a_bonn"), 1);
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM z_all"), 2);
    site_close(&site);
}

/* Into a new place, and over the tables that have such keys; the parent comes behind its child. */
static void
foreign_keys_of_any_database_come_back(void)
{
    const struct dump_order mine = {.file = "mine.abf"};
    struct restore_order order = {.source = "mine.abf", .allow_overwrite = true};
    char connection[600];
    struct fault f = FAULT_INIT;
    struct site site;
    struct db *db;

    if (test_engine() == ENGINE_SQLITE)
        return; /* its own words make the whole table: test_restore.c */
    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Shop", connection, sizeof connection), 0);
    sample_open_at(&site, "Other Name=\"Shop\"", connection);
    db = sample_database(&site, "Shop");
    sample_run(db, "CREATE TABLE towns(id INT, land VARCHAR(20), PRIMARY KEY (id, land))");
    sample_run(db,
        "CREATE TABLE orders(n INT PRIMARY KEY, town INT, \"the land\" VARCHAR(20), part "
        "INT, CONSTRAINT \"its town\" FOREIGN KEY (town, \"the land\") REFERENCES towns(id, "
        "land) ON DELETE CASCADE ON UPDATE SET NULL, FOREIGN KEY (part) REFERENCES "
        "orders(n))");
    sample_run(db, "INSERT INTO towns VALUES (1, 'Bern'), (2, 'Bern')");
    sample_run(db, "INSERT INTO orders VALUES (1, 1, 'Bern', NULL), (2, 2, 'Bern', 1)");
    sample_dump_as(&site, "Shop", &mine, NULL);
    for (int i = 0; i < 2; i++) {
        sample_restore(&site, &order);
        db = sample_database(&site, "Shop");
        CU_ASSERT_EQUAL(db_run(db, "INSERT INTO orders VALUES (3, 9, 'Bern', NULL)", NULL, &f), -1);
        CU_ASSERT_EQUAL(db_run(db, "INSERT INTO orders VALUES (4, 1, 'Bern', 9)", NULL, &f), -1);
        sample_run(db, "DELETE FROM towns WHERE id = 2");
        CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM orders"), 1);
        sample_run(db, "UPDATE towns SET land = 'Uri' WHERE id = 1");
        CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM orders WHERE town IS NULL"), 1);
    }
    site_close(&site);
}

/* A container of that engine with a table `t` and these views. */
static void
make_container(const char *path, const char *engine, const char *objects)
{
    const struct container_info info = {.id = "i",
        .kind = CONTAINER_DATABASE,
        .database = "Shop",
        .engine = engine,
        .program = "test",
        .taken_utc = 1};
    struct table_column column = {.name = "n", .type = VALUE_INT};
    const struct table t = {.name = "t", .columns = &column, .column_count = 1};
    struct file_writer w = FILE_WRITER_INIT;
    struct fault f = FAULT_INIT;
    struct container_writer *c;

    ASSERT_OK(file_writer_open(&w, path, 0600, true, &f), &f);
    c = container_begin(&(struct pack_options){.compress = false}, &info, file_writer_sink(&w), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    ASSERT_OK(container_add_bytes(c, "objects.csv", objects, strlen(objects), &f), &f);
    ASSERT_OK(container_begin_table(c, &t, &f), &f);
    ASSERT_OK(container_end_table(c, &f), &f);
    ASSERT_OK(container_finish(c, NULL, &f), &f);
    container_free(c);
    ASSERT_OK(file_writer_commit(&w, true, &f), &f);
}

/* What cannot be made, or is more than the making of its kind, is told and not run. (An embedded
 * engine refuses such a container: test_restore.c.) */
static void
what_cannot_be_made_is_told(void)
{
    static const char objects[] =
        "Kind,Name,Table,Sql\r\n"
        "view,v,v,CREATE VIEW v AS SELECT n FROM t;\r\n"
        "view,lost,lost,CREATE VIEW lost AS SELECT n FROM nowhere\r\n"
        "view,evil,evil,CREATE VIEW evil AS SELECT 1 AS n; DROP TABLE t\r\n"
        "view,sly,sly,CREATE VIEW sly AS SELECT E'\\'' AS s; DROP TABLE t; SELECT '1'\r\n"
        "foreign key,fk,t,\"ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES t(n), DROP "
        "n\"\r\n"
        "foreign key,no,t,ALTER TABLE t DROP COLUMN n\r\n"
        "foreign key,hash,t,\"ALTER TABLE t ADD CONSTRAINT hash FOREIGN KEY (n) REFERENCES t(n) # "
        "(\n"
        ", DROP n\"\r\n"
        "foreign key,run,t,\"ALTER TABLE t ADD CONSTRAINT run FOREIGN KEY (n) REFERENCES t(n) /*! "
        ", "
        "DROP n */\"\r\n"
        "foreign key,odd,t,ALTER TABLE t ADD CONSTRAINT odd FOREIGN KEY (n) REFERENCES nowhere(n)"
        "\r\n";
    char connection[600];
    const struct restore_order order = {.source = "./shop.abf", .to_connection = connection};
    struct restore_result result = RESTORE_RESULT_INIT;
    struct fault f = FAULT_INIT;
    struct site site;
    struct db *db;

    if (test_engine() == ENGINE_SQLITE)
        return;
    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Shop", connection, sizeof connection), 0);
    sample_open(&site, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db = db_open("Shop", connection, DB_CREATE, &f));
    make_container("shop.abf", db_dialect(db)->name, objects);
    db_close(db);
    ASSERT_OK(restore_container(&site, &order, &result, &f), &f);
    CU_ASSERT_EQUAL_FATAL(result.todo_count, 9);
    CU_ASSERT(test_contains(result.todo[1], "view 'lost' is not made"));
    CU_ASSERT(test_contains(result.todo[2], "view 'evil' is not made (create view"));
    CU_ASSERT(test_contains(result.todo[3], "its SQL is not the making of a view"));
    for (int i = 4; i < 8; i++)
        CU_ASSERT(test_contains(result.todo[i], "its SQL is not the making of a foreign key"));
    CU_ASSERT(test_contains(result.todo[8], "foreign key 'odd' is not made (create foreign key"));
    restore_result_release(&result);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db = db_open("Shop", connection, DB_EXISTING, &f));
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM v"), 0);
    CU_ASSERT_EQUAL(sample_int(db, "SELECT count(*) FROM t"), 0);
    db_close(db);
    site_close(&site);
}

/* A program that goes on writing: in one transaction a row goes from one table to the other. */
static void *
move_rows(void *state)
{
    struct fault f = FAULT_INIT;
    struct text sql = TEXT_INIT;
    struct db *db = site_connect(state, "PrimaryImport", DB_EXISTING, &f);

    for (int n = 1; db != NULL && !file_exists("stop"); n++) {
        if (db_begin(db, &f) != 0)
            break;
        db_run(db, sql_set(&sql, "INSERT INTO %n VALUES (%d)", "z", (int64_t)n), NULL, &f);
        db_run(db, sql_set(&sql, "DELETE FROM %n WHERE n = %d", "a", (int64_t)n), NULL, &f);
        db_end(db, 0, &f);
    }
    text_release(&sql);
    db_close(db);
    return NULL;
}

/* Enough of them that the backup takes a while, and is read by two connections where it can be. */
static void
fill_moving(struct db *db, int rows)
{
    static struct table_column columns[] = {
        {.name = "n", .type = VALUE_INT, .not_null = true},
    };
    static const char *key[] = {"n"};
    struct table t = {
        .name = "a", .columns = columns, .column_count = 1, .key = key, .key_count = 1};
    struct fault f = FAULT_INIT;
    struct table_writer *w;

    ASSERT_OK(db_create_table(db, &t, &f), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w = table_writer_open(db, &t, &f));
    for (int n = 1; n <= rows; n++)
        ASSERT_OK(table_writer_add(w, (struct value[]){value_int(n)}, &f), &f);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
    t.name = "z";
    ASSERT_OK(db_create_table(db, &t, &f), &f);
}

static void
a_backup_shows_one_moment_while_others_write(void)
{
    enum { MOVING = 60000 };
    const struct dump_order mine = {.file = "mine.abf"};
    const struct restore_order order = {
        .source = "mine.abf", .to_connection = "Driver=SQLite3;Database=restored.db"};
    struct fault f = FAULT_INIT;
    struct text sql = TEXT_INIT;
    struct site site;
    struct db *primary, *restored;
    pthread_t writer;
    int64_t moved = 0, in_backup;

    open_site(&site);
    primary = sample_database(&site, "PrimaryImport");
    fill_moving(primary, MOVING);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&writer, NULL, move_rows, &site), 0);
    while (moved == 0)
        moved = sample_int(primary, sql_set(&sql, "SELECT count(*) FROM %n", "z"));
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    ASSERT_OK(file_write_all("stop", "", 0, 0600, &f), &f);
    pthread_join(writer, NULL);
    sample_restore(&site, &order);
    restored = db_open("restored", "Driver=SQLite3;Database=restored.db", DB_EXISTING, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(restored);
    in_backup = sample_int(restored, "SELECT count(*) FROM z");
    CU_ASSERT(in_backup >= moved);
    primary = sample_database(&site, "PrimaryImport"); /* a restore closes it */
    CU_ASSERT(in_backup <= sample_int(primary, sql_set(&sql, "SELECT count(*) FROM %n", "z")));
    /* Every row is in one of the two, the first ones in z. */
    CU_ASSERT_EQUAL(sample_int(restored, "SELECT count(*) FROM a"), MOVING - in_backup);
    CU_ASSERT_EQUAL(sample_int(restored, "SELECT max(n) FROM z"), in_backup);
    CU_ASSERT_EQUAL(sample_int(restored, "SELECT min(n) FROM a"), in_backup + 1);
    db_close(restored);
    text_release(&sql);
    site_close(&site);
}

/* Larger than what is committed at once; two connections where that helps. */
static void
a_large_table_comes_back(void)
{
    enum { LARGE = 110000 };
    const struct dump_order mine = {.file = "mine.abf"};
    const struct restore_order order = {.source = "mine.abf", .allow_overwrite = true};
    struct rowsum was = ROWSUM_INIT, is = ROWSUM_INIT;
    struct site site;
    struct db *primary;

    open_site(&site);
    primary = sample_database(&site, "PrimaryImport");
    fill_moving(primary, LARGE);
    sample_sum(primary, "a", &was);
    CU_ASSERT_EQUAL(was.rows, LARGE);
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    sample_run(primary, "DELETE FROM a WHERE n > 10");
    sample_restore(&site, &order);
    sample_sum(sample_database(&site, "PrimaryImport"), "a", &is);
    CU_ASSERT(rowsum_equal(&was, &is));
    rowsum_release(&was);
    rowsum_release(&is);
    site_close(&site);
}

/* The server gives its account one connection and no more. */
static void
allow_one(struct db *admin, const char *connection, char limited[600])
{
    const char *account = strstr(connection, "Uid=nightcube;");

    CU_ASSERT_PTR_NOT_NULL_FATAL(account);
    snprintf(limited, 600, "%.*sUid=one_by_one;%s", (int)(account - connection), connection,
        account + strlen("Uid=nightcube;"));
    sample_run(admin, "DO $$ BEGIN EXECUTE 'GRANT USAGE ON SCHEMA ' || "
                      "quote_ident(current_schema()) || ' TO one_by_one'; "
                      "EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA ' || "
                      "quote_ident(current_schema()) || ' TO one_by_one'; END $$");
}

static void
one_connection_is_enough(void)
{
    const struct dump_order mine = {.file = "mine.abf"};
    const struct restore_order order = {
        .source = "mine.abf", .to_connection = "Driver=SQLite3;Database=restored.db"};
    char connection[600], limited[600];
    struct fault f = FAULT_INIT;
    struct site site;
    struct db *db, *restored;

    CU_ASSERT_EQUAL_FATAL(
        engine_new_database(test_engine(), "Primary", connection, sizeof connection), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db = db_open("admin", connection, DB_CREATE, &f));
    if (!pair_can_join(db)) {
        db_close(db);
        return;
    }
    /* Large enough for two to share it. */
    sample_run(db, "CREATE TABLE large AS SELECT n, repeat('x', 100) AS t "
                   "FROM generate_series(1, 40000) AS n");
    sample_run(db, "CREATE ROLE one_by_one LOGIN CONNECTION LIMIT 1");
    allow_one(db, connection, limited);
    sample_open_at(&site, "PrimaryImport", limited);
    sample_dump_as(&site, "PrimaryImport", &mine, NULL);
    CU_ASSERT_PTR_NOT_NULL(site_database(&site, "PrimaryImport", DB_EXISTING, &f));
    CU_ASSERT_PTR_NULL(site_connect(&site, "PrimaryImport", DB_EXISTING, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_UNAVAILABLE);
    site_disconnect(&site, "PrimaryImport");
    sample_restore(&site, &order);
    CU_ASSERT_PTR_NOT_NULL_FATAL(
        restored = db_open("restored", order.to_connection, DB_EXISTING, &f));
    CU_ASSERT_EQUAL(sample_int(restored, "SELECT count(DISTINCT n) FROM large"), 40000);
    db_close(restored);
    site_close(&site);
    sample_run(db, "DROP OWNED BY one_by_one");
    sample_run(db, "DROP ROLE one_by_one");
    db_close(db);
}

const struct test suite_etl_dump_engines[] = {
    {"a backup shows one moment while others write", a_backup_shows_one_moment_while_others_write},
    {"a backup restores into an embedded database", a_backup_restores_into_an_embedded_database},
    {"a backup replaces its own database", a_backup_replaces_its_own_database},
    {"a backup restores beside its database", a_backup_restores_beside_its_database},
    {"views of any database come back", views_of_any_database_come_back},
    {"foreign keys of any database come back", foreign_keys_of_any_database_come_back},
    {"what cannot be made is told", what_cannot_be_made_is_told},
    {"a large table comes back", a_large_table_comes_back},
    {"one connection is enough", one_connection_is_enough},
    {NULL, on_each_engine},
};
