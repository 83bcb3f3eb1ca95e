/*
 * sample: a small installation in the test's own directory: three databases and an Other one, a
 * store, a key.
 */
#ifndef TESTS_ETL_DUMP_SAMPLE_H
#define TESTS_ETL_DUMP_SAMPLE_H

#include <linux/capability.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backup/age/key.h"
#include "backup/catalogue.h"
#include "config/base/file.h"
#include "config/base/moment.h"
#include "etl/dump/dump.h"
#include "etl/dump/restore.h"
#include "etl/odbc/table_reader.h"
#include "etl/odbc/table_shape.h"
#include "etl/odbc/table_writer.h"
#include "etl/site/site.h"
#include "tests/harness.h"

#define SAMPLE_TABLE "Größe \"&\" 東京; it's"

/* Takes from us what we may write in a folder, from root too (capabilities(7)), or gives it back.
 */
static inline void
sample_powerless(const char *folder, bool powerless)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    const __u32 anywhere = 1U << CAP_DAC_OVERRIDE;

    CU_ASSERT_EQUAL_FATAL(syscall(SYS_capget, &head, data), 0);
    data[0].effective &= ~anywhere;
    if (!powerless)
        data[0].effective |= data[0].permitted & anywhere;
    CU_ASSERT_EQUAL_FATAL(syscall(SYS_capset, &head, data), 0);
    CU_ASSERT_EQUAL(chmod(folder, powerless ? 0500 : 0700), 0);
}

/* A new identity in that file; its recipient in `recipient`. */
static inline void
sample_key(const char *path, char recipient[RECIPIENT_TEXT_BYTES])
{
    struct fault f = FAULT_INIT;
    struct identity i;
    char secret[IDENTITY_TEXT_BYTES];

    ASSERT_OK(identity_generate(&i, &f), &f);
    identity_format(&i, secret);
    recipient_format(&i.recipient, recipient);
    ASSERT_OK(file_write_all(path, secret, strlen(secret), 0600, &f), &f);
    identity_release(&i);
}

/* The identities of that file. */
static inline struct identity_list
sample_identities(const char *path)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(identity_list_read(&list, path, &f), &f);
    return list;
}

/* Opens the installation; `backup` stands inside <Backup>, NULL: a recipient with its identity. */
static inline void
sample_open(struct site *site, const char *backup)
{
    struct fault f = FAULT_INIT;
    struct text xml = TEXT_INIT;
    char recipient[RECIPIENT_TEXT_BYTES] = "";

    *site = (struct site)SITE_INIT;
    ASSERT_OK(file_make_directory("data", 0700, &f), &f);
    text_add(&xml, "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases>"
                   "<PrimaryImport Connection=\"Driver=SQLite3;Database=data/primary.db\"/>"
                   "<Archive Connection=\"Driver=SQLite3;Database=data/archive.db\"/>"
                   "<StarSchema Connection=\"Driver=SQLite3;Database=data/star.db\"/>"
                   "<Other Name=\"Orders\" Connection=\"Driver=SQLite3;Database=data/orders.db\"/>"
                   "</Databases><Analysis Name=\"Cubes\" Directory=\"data/cubes\"/>");
    if (backup == NULL) {
        sample_key("identity.txt", recipient);
        text_add_format(
            &xml, "<Backup Store=\"file:store\"><Recipient>%s</Recipient></Backup>", recipient);
    } else {
        text_add_format(&xml, "<Backup Store=\"file:store\" %s</Backup>", backup);
    }
    text_add(&xml, "<State Directory=\"state\"/></Nightcube>");
    ASSERT_OK(file_write_all("nightcube.xml", text_get(&xml), xml.length, 0600, &f), &f);
    text_release(&xml);
    ASSERT_OK(site_open(site, "nightcube.xml", &f), &f);
}

/* Opens one whose database `name`, alone beside an embedded star schema, is at `connection`. */
static inline void
sample_open_at(struct site *site, const char *name, const char *connection)
{
    struct fault f = FAULT_INIT;
    struct text xml = TEXT_INIT;
    char recipient[RECIPIENT_TEXT_BYTES];
    const char *quote;

    sample_key("identity.txt", recipient);
    text_add(&xml, "<Nightcube xmlns=\"urn:nightcube:config:1\"><Databases>");
    if (strcmp(name, "PrimaryImport") != 0)
        text_add(&xml, "<PrimaryImport Connection=\"Driver=SQLite3;Database=primary.db\"/>");
    text_add_format(&xml, "<%s Connection=\"", name);
    for (const char *at = connection; *at != '\0'; at = quote + (*quote == '"')) {
        quote = at + strcspn(at, "\"");
        text_add_bytes(&xml, at, (size_t)(quote - at));
        text_add(&xml, *quote == '"' ? "&quot;" : "");
    }
    text_add_format(&xml,
        "\"/><StarSchema Connection=\"Driver=SQLite3;Database=star.db\"/></Databases><Backup "
        "Store=\"file:store\"><Recipient>%s</Recipient></Backup>"
        "<State Directory=\"state\"/></Nightcube>",
        recipient);
    ASSERT_OK(file_write_all("nightcube.xml", text_get(&xml), xml.length, 0600, &f), &f);
    text_release(&xml);
    *site = (struct site)SITE_INIT;
    ASSERT_OK(site_open(site, "nightcube.xml", &f), &f);
}

static inline struct db *
sample_database(struct site *site, const char *name)
{
    struct fault f = FAULT_INIT;
    struct db *db = site_database(site, name, DB_CREATE, &f);

    if (db == NULL)
        test_print_fault(__FILE__, __LINE__, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

static inline void
sample_run(struct db *db, const char *sql)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(db_run(db, sql, NULL, &f), &f);
}

static inline int64_t
sample_int(struct db *db, const char *sql)
{
    struct fault f = FAULT_INIT;
    int64_t result = -1;

    ASSERT_OK(db_get_int(db, sql, -2, &result, &f), &f);
    return result;
}

/* Columns of every type, an identity and indexes, and rows that hold what is hard to keep. */
static inline void
sample_fill(struct db *db)
{
    static struct table_column columns[] = {
        {.name = "R ID", .type = VALUE_INT, .not_null = true},
        {.name = "integer", .type = VALUE_INT},
        {.name = "double", .type = VALUE_FLOAT},
        {.name = "moment", .type = VALUE_TIME},
        {.name = "text", .type = VALUE_TEXT},
        {.name = "short", .type = VALUE_TEXT, .length = 20, .default_text = "it's"},
        {.name = "bytes", .type = VALUE_BYTES},
        {.name = "bit", .type = VALUE_INT, .length = 1},
    };
    static const char *key[] = {"R ID"}, *parts[] = {"short", "moment"};
    static struct table_index index = {
        .name = "by short & moment", .columns = parts, .column_count = 2};
    static const struct table t = {.name = SAMPLE_TABLE,
        .columns = columns,
        .column_count = 8,
        .key = key,
        .key_count = 1,
        .identity = true,
        .identity_last = 1000,
        .indexes = &index,
        .index_count = 1};
    static const unsigned char raw[] = {0, 1, 255, 0, '\n'};
    const struct value rows[][8] = {
        {value_int(1), value_int(INT64_MIN), value_float(0.1 + 0.2), value_time(MOMENT_MIN),
            value_text("Zürich 東京 😀 'q' \"\r\n,\x01"), value_text(""),
            value_bytes(raw, sizeof raw), value_int(1)},
        {value_int(2), value_int(INT64_MAX), value_float(5e-324), value_time(MOMENT_MAX),
            value_text(""), value_text("x"), value_bytes("", 0), value_int(0)},
        {value_int(3), value_null(), value_null(), value_null(), value_null(), value_null(),
            value_null(), value_null()},
        {value_int(INT64_C(1) << 53), value_int(0), value_float(-INFINITY),
            value_time(INT64_C(1700000000123456)), value_text("NULL"), value_text("  "),
            value_bytes("a", 1), value_int(1)},
    };
    struct fault f = FAULT_INIT;
    struct table_writer *w;

    ASSERT_OK(db_create_table(db, &t, &f), &f);
    w = table_writer_open(db, &t, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    for (size_t i = 0; i < 4; i++)
        ASSERT_OK(table_writer_add(w, rows[i], &f), &f);
    ASSERT_OK(table_writer_finish(w, &f), &f);
    table_writer_close(w);
}

/* The checksums of a table, which is described anew. */
static inline void
sample_sum(struct db *db, const char *name, struct rowsum *sum)
{
    struct fault f = FAULT_INIT;
    struct arena memory = ARENA_INIT;
    struct table t;

    ASSERT_OK(table_shape_read(db, name, &memory, &t, &f), &f);
    ASSERT_OK(table_rowsum(db, &t, sum, &f), &f);
    arena_release(&memory);
}

/* Backs up as the order says; the stored file's name in `file` (NULL: not wanted). */
static inline void
sample_dump_as(
    struct site *site, const char *database, const struct dump_order *order, char file[512])
{
    struct fault f = FAULT_INIT;
    struct dump_result result = DUMP_RESULT_INIT;

    ASSERT_OK(dump_database(site, database, order, &result, &f), &f);
    if (file != NULL)
        snprintf(file, 512, "%s", result.file);
    dump_result_release(&result);
}

static inline void
sample_dump(struct site *site, const char *database, char file[512])
{
    const struct dump_order order = {.run = 0};

    sample_dump_as(site, database, &order, file);
}

/* Restores and wants it to succeed. */
static inline void
sample_restore(struct site *site, const struct restore_order *order)
{
    struct fault f = FAULT_INIT;
    struct restore_result result = RESTORE_RESULT_INIT;

    ASSERT_OK(restore_container(site, order, &result, &f), &f);
    restore_result_release(&result);
}

/* Restores and gives back what restore_container said. */
static inline int
sample_try(struct site *site, const struct restore_order *order, struct fault *f)
{
    struct restore_result result = RESTORE_RESULT_INIT;
    int rc = restore_container(site, order, &result, f);

    restore_result_release(&result);
    return rc;
}

#endif
