/*
 * sample: tables and containers for the tests of backup/, written to memory and read back.
 */
#ifndef TESTS_BACKUP_SAMPLE_H
#define TESTS_BACKUP_SAMPLE_H

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup/container.h"
#include "config/base/file.h"
#include "config/base/moment.h"
#include "tests/backup/age/memory.h"
#include "tests/harness.h"

enum { SAMPLE_COLUMNS = 6, SAMPLE_ROWS = 9 };

static const char *const sample_key[] = {"RecordID"};
static const char *const sample_index_columns[] = {"ActivityID", "At, \"quoted\""};

static struct table_column sample_columns[SAMPLE_COLUMNS] = {
    {.name = "RecordID", .type = VALUE_INT, .not_null = true},
    {.name = "ActivityID", .type = VALUE_TEXT, .length = 128, .default_text = "<none> & \"such\""},
    {.name = "Amount", .type = VALUE_FLOAT},
    {.name = "At, \"quoted\"", .type = VALUE_TIME},
    {.name = "Größe", .type = VALUE_TEXT},
    {.name = "Payload", .type = VALUE_BYTES},
};

static struct table_index sample_indexes[] = {
    {.name = "by activity",
        .columns = (const char **)sample_index_columns,
        .column_count = 2,
        .unique = true},
};

static const struct table sample_table = {
    .name = "bam_Purchase Order/Süd",
    .columns = sample_columns,
    .column_count = SAMPLE_COLUMNS,
    .key = (const char **)sample_key,
    .key_count = 1,
    .identity = true,
    .identity_last = INT64_MAX,
    .indexes = sample_indexes,
    .index_count = 1,
};

/* Every type with its extremes, each kind of nothing, and what CSV has to quote. */
static inline void
sample_row(int number, struct value row[SAMPLE_COLUMNS])
{
    static const double reals[SAMPLE_ROWS] = {
        0.1, -0.0, DBL_MAX, DBL_TRUE_MIN, -INFINITY, INFINITY, NAN, 1e-300, 0};
    static const int64_t integers[SAMPLE_ROWS] = {
        INT64_MIN, INT64_MAX, 0, -1, 1, 42, 9007199254740993, 7, 8};
    static const int64_t times[SAMPLE_ROWS] = {MOMENT_MIN, MOMENT_MAX, 0, -1, 1, 500000,
        INT64_C(1795132800123456), INT64_C(-62135596799999999), 999999};
    static const char *const texts[SAMPLE_ROWS] = {"", "plain", "two\nlines\r\n", "\"", ",", "\r",
        "NULL", " \t\x01\x1f\x7f ", "\xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x99\x82 \xef\xbb\xbf"};
    static const char payload[] = "\0\xff\x80\r\n\",binary";

    row[0] = value_int(integers[number]);
    row[1] = value_text(texts[number]);
    row[2] = value_float(reals[number]);
    row[3] = value_time(times[number]);
    row[4] = value_text(texts[SAMPLE_ROWS - 1 - number]);
    row[5] = value_bytes(payload, (size_t)number);
    for (int i = 1; number == 8 && i < SAMPLE_COLUMNS; i++)
        row[i] = value_null();
}

static inline struct container_info
sample_info(void)
{
    static const char *tables[] = {"bam_Old Partition", "bam_Older"};
    static struct container_reference references[1] = {{.container = "older",
        .file = "Archive_20260101T000000Z.abf",
        .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        .tables = tables,
        .table_count = 2}};
    static struct container_note notes[1] = {{"Partition", "2026 <11>"}};

    return (struct container_info){.id = "sample-1",
        .run = 7,
        .set = "set-7",
        .kind = CONTAINER_DATABASE,
        .database = "PrimaryImport",
        .engine = "sqlite",
        .program = "nightcube test",
        .taken_utc = INT64_C(1795132800123456),
        .references = references,
        .reference_count = 1,
        .notes = notes,
        .note_count = 1};
}

/* Adds the sample's table and two files. */
static inline int
sample_fill(struct container_writer *w, struct fault *f)
{
    struct value row[SAMPLE_COLUMNS];
    static const struct table empty = {
        .name = "empty", .columns = sample_columns, .column_count = 1};

    if (container_begin_table(w, &sample_table, f) != 0)
        return -1;
    for (int i = 0; i < SAMPLE_ROWS; i++) {
        sample_row(i, row);
        if (container_add_row(w, row, f) != 0)
            return -1;
    }
    if (container_end_table(w, f) != 0 ||
        container_add_bytes(w, "roles/Alle Käufer.xml", "<Roles/>", 8, f) != 0 ||
        container_add_bytes(w, ".empty", NULL, 0, f) != 0)
        return -1;
    if (container_begin_table(w, &empty, f) != 0)
        return -1;
    return container_end_table(w, f);
}

/* Writes the sample; `out` may be NULL. */
static inline int
sample_write(struct memory_sink *to, const struct pack_options *packing,
    struct container_summary *out, struct fault *f)
{
    struct container_info info = sample_info();
    struct container_writer *w = container_begin(packing, &info, memory_sink_of(to), f);
    int rc = -1;

    if (w != NULL && sample_fill(w, f) == 0)
        rc = container_finish(w, out, f);
    container_free(w);
    return rc;
}

/* Verifies bytes in memory as a container. */
static inline int
sample_verify(const char *bytes, size_t size, const struct pack_keys *keys, struct fault *f)
{
    struct memory_source from = {.bytes = bytes, .size = size};

    return container_verify(memory_source_of(&from), keys, NULL, f);
}

static inline void
sample_save(const char *path, const struct memory_sink *m)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(path, m->bytes.bytes, m->bytes.length, 0600, &f), &f);
}

#endif
