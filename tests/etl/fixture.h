/*
 * fixture: real databases in the test's fresh directory, with a small definition deployed. Header
 * only.
 */
#ifndef TESTS_ETL_FIXTURE_H
#define TESTS_ETL_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/definition/definition.h"
#include "etl/activity/deployment.h"
#include "etl/activity/import.h"
#include "etl/activity/metadata.h"
#include "etl/odbc/db.h"
#include "tests/harness.h"

/* An order with a place, a quantity and three milestones; a view with a duration; a cube with a
 * dimension of each kind. */
static const char fixture_definition[] =
    "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
    "<Activity Name=\"Order\" ID=\"A\">"
    "<Checkpoint Name=\"City\" ID=\"C1\" DataType=\"NVARCHAR\" DataLength=\"30\"/>"
    "<Checkpoint Name=\"Quantity\" ID=\"C2\" DataType=\"INT\"/>"
    "<Checkpoint Name=\"Price\" ID=\"C3\" DataType=\"FLOAT\"/>"
    "<Checkpoint Name=\"Received\" ID=\"C4\" DataType=\"DATETIME\"/>"
    "<Checkpoint Name=\"Shipped\" ID=\"C5\" DataType=\"DATETIME\"/>"
    "<Checkpoint Name=\"Delivered\" ID=\"C6\" DataType=\"DATETIME\"/>"
    "</Activity>"
    "<View Name=\"Sales\" ID=\"V\"><ActivityView Name=\"Orders\" ID=\"AV\" ActivityRef=\"A\">"
    "<Alias Name=\"City\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef></Alias>"
    "<Alias Name=\"Quantity\" ID=\"L2\"><CheckpointRef>C2</CheckpointRef></Alias>"
    "<Alias Name=\"Price\" ID=\"L3\"><CheckpointRef>C3</CheckpointRef></Alias>"
    "<Alias Name=\"Received\" ID=\"L4\"><CheckpointRef>C4</CheckpointRef></Alias>"
    "<Alias Name=\"Shipped\" ID=\"L5\"><CheckpointRef>C5</CheckpointRef></Alias>"
    "<Alias Name=\"Last\" "
    "ID=\"L6\"><CheckpointRef>C6</CheckpointRef><CheckpointRef>C5</CheckpointRef></Alias>"
    "<Duration Name=\"Total\" ID=\"D1\" TimeResolution=\"Hour\"><FromAliasRef>L4</FromAliasRef>"
    "<ToAliasRef>L6</ToAliasRef></Duration>"
    "</ActivityView></View>"
    "<Cube Name=\"OrderCube\" ID=\"Q\" ActivityViewRef=\"AV\">"
    "<Measure Name=\"Orders\" ID=\"M1\" AliasRef=\"L1\" AggregationFunction=\"Count\"/>"
    "<Measure Name=\"Pieces\" ID=\"M2\" AliasRef=\"L2\" AggregationFunction=\"Sum\"/>"
    "<Measure Name=\"Value\" ID=\"M3\" AliasRef=\"L3\" AggregationFunction=\"Sum\"/>"
    "<Measure Name=\"MeanTime\" ID=\"M4\" AliasRef=\"D1\" AggregationFunction=\"Avg\"/>"
    "<DataDimension Name=\"Place\" ID=\"N1\"><LevelAliasRef>L1</LevelAliasRef></DataDimension>"
    "<TimeDimension Name=\"When\" ID=\"N2\" TimeStampAliasRef=\"L4\"><TimeLevel>Year</TimeLevel>"
    "<TimeLevel>Month</TimeLevel><TimeLevel>Day</TimeLevel></TimeDimension>"
    "<NumericRangeDimension Name=\"Size\" ID=\"N3\" NumericAliasRef=\"L2\">"
    "<Range Name=\"small\" ID=\"R1\" From=\"0\" To=\"100\"/><Range Name=\"large\" ID=\"R2\" "
    "From=\"100\"/>"
    "</NumericRangeDimension>"
    "<ProgressDimension Name=\"State\" ID=\"N4\">"
    "<ProgressStage Name=\"received\" ID=\"S1\" TimeStampAliasRef=\"L4\">"
    "<ProgressStage Name=\"shipped\" ID=\"S2\" TimeStampAliasRef=\"L5\"/></ProgressStage>"
    "</ProgressDimension></Cube></BAMDefinition>";

struct fixture {
    struct db *primary, *archive, *star;
    struct definition definition;
    struct fault f;
};

/* A fresh database on an engine. */
static inline struct db *
fixture_open_on(enum engine engine, const char *name, struct fault *f)
{
    char connection[600];
    struct db *db;

    CU_ASSERT_EQUAL_FATAL(engine_new_database(engine, name, connection, sizeof connection), 0);
    db = db_open(name, connection, DB_CREATE, f);
    if (db == NULL)
        test_print_fault(__FILE__, __LINE__, f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(db);
    return db;
}

/* Fixes the present moment. */
static inline void
fixture_set_now(const char *now)
{
    struct fault f = FAULT_INIT;

    setenv("NIGHTCUBE_NOW", now, 1);
    ASSERT_OK(clock_init(&f), &f);
}

/* Each database on an engine of its own. */
static inline void
fixture_begin_on(struct fixture *x, enum engine primary, enum engine archive, enum engine star)
{
    struct findings list = FINDINGS_INIT("fixture");
    struct definition d = DEFINITION_INIT;

    *x = (struct fixture){.f = FAULT_INIT};
    fixture_set_now("2026-01-01T00:00:00Z");
    x->primary = fixture_open_on(primary, "PrimaryImport", &x->f);
    x->archive = fixture_open_on(archive, "Archive", &x->f);
    x->star = fixture_open_on(star, "StarSchema", &x->f);
    ASSERT_OK(metadata_setup(x->primary, &x->f), &x->f);
    ASSERT_OK(
        definition_read_text(&d, fixture_definition, sizeof fixture_definition - 1, &list, &x->f),
        &x->f);
    ASSERT_OK(deployment_deploy(x->primary, &d, &list, &x->f), &x->f);
    ASSERT_OK(deployment_read(x->primary, &x->definition, &x->f), &x->f);
    definition_release(&d);
    findings_release(&list);
}

static inline void
fixture_begin(struct fixture *x)
{
    fixture_begin_on(x, test_engine(), test_engine(), test_engine());
}

static inline void
fixture_end(struct fixture *x)
{
    struct fault f = FAULT_INIT;

    definition_release(&x->definition);
    db_close(x->primary);
    db_close(x->archive);
    db_close(x->star);
    unsetenv("NIGHTCUBE_NOW");
    ASSERT_OK(clock_init(&f), &f);
}

static inline const struct activity *
fixture_activity(const struct fixture *x)
{
    return &x->definition.activities[0];
}

static inline void
fixture_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* Imports JSON Lines. */
static inline int
fixture_import(struct fixture *x, const char *lines, struct import_result *result)
{
    const struct import_options options = {.source = {.activity = "Order"}};

    fixture_write("events.jsonl", lines);
    return import_run(x->primary, &x->definition, "events.jsonl", &options, result, &x->f);
}

/* Completes orders first .. last, received in one day. */
static inline void
fixture_complete(struct fixture *x, int first, int last)
{
    struct text lines = TEXT_INIT;
    struct import_result result;

    for (int i = first; i <= last; i++) {
        text_add_format(&lines,
            "{\"op\":\"begin\",\"id\":\"o%d\",\"data\":{\"City\":\"%s\",\"Quantity\":%d,"
            "\"Price\":%d.25,\"Received\":\"2026-01-01T08:00:00Z\"}}\n",
            i, i % 2 == 0 ? "Oslo" : "Bergen", i * 10, i);
        text_add_format(&lines,
            "{\"op\":\"reference\",\"id\":\"o%d\",\"reference\":{\"name\":\"Doc\",\"data\":\"d%d\"}"
            "}\n",
            i, i);
        text_add_format(&lines,
            "{\"op\":\"end\",\"id\":\"o%d\",\"data\":{\"Shipped\":\"2026-01-01T09:30:00.5Z\"}}\n",
            i);
    }
    ASSERT_OK(fixture_import(x, text_get(&lines), &result), &x->f);
    text_release(&lines);
}

/* Tests write names without quotes: every word that mixes upper and lower case is
 * quoted here, outside of 'texts'. */
static inline const char *
fixture_quote(struct text *quoted, const char *sql)
{
    text_clear(quoted);
    while (*sql != '\0') {
        size_t length =
            strspn(sql, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789#");
        bool lower = false, upper = false;

        for (size_t i = 0; i < length; i++) {
            lower = lower || (sql[i] >= 'a' && sql[i] <= 'z');
            upper = upper || (sql[i] >= 'A' && sql[i] <= 'Z');
        }
        if (length == 0)
            length =
                *sql == '\'' || *sql == '"' ? strcspn(sql + 1, *sql == '"' ? "\"" : "'") + 2 : 1;
        text_add(quoted, lower && upper ? "\"" : "");
        text_add_bytes(quoted, sql, length);
        text_add(quoted, lower && upper ? "\"" : "");
        sql += length;
    }
    return text_get(quoted);
}

static inline int64_t
fixture_count(struct fixture *x, struct db *db, const char *sql)
{
    struct text quoted = TEXT_INIT;
    int64_t n = -1;

    ASSERT_OK(db_get_int(db, fixture_quote(&quoted, sql), -1, &n, &x->f), &x->f);
    text_release(&quoted);
    return n;
}

static inline int64_t
fixture_table_count(struct fixture *x, struct db *db)
{
    struct text sql = TEXT_INIT;
    int64_t n = -1;

    sql_set(&sql, "SELECT count(*) FROM (%s) AS t", db_dialect(db)->list_tables);
    ASSERT_OK(db_get_int(db, text_get(&sql), -1, &n, &x->f), &x->f);
    text_release(&sql);
    return n;
}

/* Runs a statement. */
static inline int
fixture_run(struct fixture *x, struct db *db, const char *sql)
{
    struct text quoted = TEXT_INIT;
    int rc = db_run(db, fixture_quote(&quoted, sql), NULL, &x->f);

    text_release(&quoted);
    return rc;
}

#endif
