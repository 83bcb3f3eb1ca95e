/*
 * SQLite through libsqliteodbc.
 *
 * DATETIME is kept as text "2026-11-20 08:00:00.5" in UTC, which sorts as time and keeps
 * microseconds.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/arena.h"
#include "config/base/number.h"
#include "etl/odbc/batch_kind.h"
#include "etl/odbc/bulk.h"
#include "etl/odbc/db.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/error.h"
#include "etl/odbc/requirement.h"
#include "etl/odbc/space_sqlite.h"
#include "etl/odbc/table_shape.h"

/* FULL makes a commit survive a power cut. legacy_alter_table: a rename must not rewrite views and
 * triggers behind our back. A table is found in the catalogue by going through it: that of
 * thousands of partitions has to fit into the cache (KiB). */
static const char *const session[] = {
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-16384",
    "PRAGMA legacy_alter_table=ON",
    NULL,
};

static const char *const driver_words[] = {"sqlite", NULL};

static const char *const type_names[VALUE_TYPE_COUNT] = {
    [VALUE_NULL] = "BLOB",
    [VALUE_INT] = "BIGINT",
    [VALUE_FLOAT] = "DOUBLE",
    [VALUE_TIME] = "DATETIME",
    [VALUE_TEXT] = "NVARCHAR",
    [VALUE_BYTES] = "BLOB",
};

static void
add_type(struct text *sql, const struct table_column *column)
{
    if (column->type == VALUE_TEXT && column->length == 0)
        text_add(sql, "TEXT");
    else if (column->type == VALUE_INT && column->length == 1)
        text_add(sql, "BIT");
    else
        text_add(sql, type_names[column->type]);
    if (column->type == VALUE_TEXT && column->length > 0)
        text_add_format(sql, "(%d)", column->length);
}

static void
add_null(struct text *sql, enum value_type type)
{
    (void)type;
    text_add(sql, "NULL");
}

/*
 * printf is not exact from 1e100 on: it scales by the double nearest to 1e100. So large doubles are
 * divided by 2^744 first (twelve times 2^62, each exact), and "p744" behind the digits says so (see
 * stmt.c). Printing takes long, so most doubles come as two integers: from 2^-10 on a fraction is a
 * whole number of 2^-62.
 */
static void
add_read_double(struct text *sql, const char *name)
{
    sql_add(sql,
        "CASE WHEN abs(%s) BETWEEN 0.0009765625 AND 9007199254740991.0 THEN "
        "CAST(%s AS INTEGER) || 'q' || "
        "CAST((%s - CAST(%s AS INTEGER)) * 4611686018427387904.0 AS INTEGER) "
        "WHEN %s IS NULL THEN NULL WHEN %s >= '' THEN 'text ' || %s "
        "WHEN abs(%s) >= 1e90 AND abs(%s) < 1e999 THEN printf('%%!.20g', %s",
        name, name, name, name, name, name, name, name, name, name);
    for (int i = 0; i < 12; i++)
        text_add(sql, " / 4611686018427387904.0");
    sql_add(sql, ") || 'p744' ELSE printf('%%!.20g', %s) END", name);
}

/* The driver hands doubles over with 15 digits. The engine's own printf errs in the 18th digit at
 * the ends of the range, so that 17 do not always read back to the same bits: 20 do. */
static void
add_read(struct text *sql, const char *name, enum value_type type)
{
    if (type == VALUE_FLOAT)
        add_read_double(sql, name);
    else
        text_add(sql, name);
}

/* A double of 2^e or more is a multiple of 2^(e - 52) (IEEE 754): from `whole` on nothing need be
 * looked at. */
static void
add_scaled(struct text *sql, const char *name, int power, int bits)
{
    int64_t factor = INT64_C(1) << power, bound = INT64_C(1) << bits;
    char whole[NUMBER_TEXT_BYTES];

    number_format_double(ldexp(1, DBL_MANT_DIG - 1 - power), whole);
    sql_add(sql, "CASE WHEN %s BETWEEN %s AND %d.0 THEN CAST(%s * %d.0 AS INTEGER) ", name, whole,
        bound, name, factor);
    sql_add(sql,
        "WHEN %s BETWEEN -%d.0 AND %d.0 AND %s * %d.0 = CAST(%s * %d.0 AS INTEGER) THEN "
        "CAST(%s * %d.0 AS INTEGER) ELSE ",
        name, bound, bound, name, factor, name, factor, name, factor);
    add_read_double(sql, name);
    text_add(sql, " END");
}

/* Whole microseconds since 1970, an integer: strftime counts seconds, the text holds the fraction.
 */
static void
add_micros(struct text *sql, const char *time)
{
    sql_add(sql,
        "(CAST(strftime('%%s', substr(%s, 1, 19)) AS INTEGER) * 1000000 + "
        "CAST(substr(substr(%s, 21) || '000000', 1, 6) AS INTEGER))",
        time, time);
}

static void
add_seconds_between(struct text *sql, const char *from, const char *to)
{
    text_add(sql, "((");
    add_micros(sql, to);
    text_add(sql, " - ");
    add_micros(sql, from);
    text_add(sql, ") / 1000000.0)");
}

static int
set_identity(struct db *db, const char *table, int64_t last, struct fault *f)
{
    char buffer[SQL_NAME_BYTES];
    struct text sql = TEXT_INIT;
    int rc = db_run(db,
        sql_set(&sql, "DELETE FROM sqlite_sequence WHERE name = %t", sql_fit_name(table, buffer)),
        NULL, f);

    if (rc == 0)
        rc = db_run(db,
            sql_set(&sql, "INSERT INTO sqlite_sequence(name, seq) VALUES (%t, %d)",
                sql_fit_name(table, buffer), last),
            NULL, f);
    text_release(&sql);
    return rc;
}

static int
get_identity(struct db *db, const char *table, int64_t *last, struct fault *f)
{
    char buffer[SQL_NAME_BYTES];
    struct text sql = TEXT_INIT;
    int rc = db_get_int(db,
        sql_set(
            &sql, "SELECT seq FROM sqlite_sequence WHERE name = %t", sql_fit_name(table, buffer)),
        0, last, f);

    text_release(&sql);
    return rc;
}

/* ---- describing a table ---- */

/* SQLite's own affinity rules (sqlite.org/datatype3.html, section 3.1), with DATETIME, BIT, BOOLEAN
 * and the decimal types known by name. */
static const struct table_catalogue_type types[] = {
    {"DATETIME", VALUE_TIME, 0},
    {"TIMESTAMP", VALUE_TIME, 0},
    {"INT", VALUE_INT, 0},
    {"BIT", VALUE_INT, -1},
    {"BOOL", VALUE_INT, 0},
    {"CHAR", VALUE_TEXT, -1},
    {"CLOB", VALUE_TEXT, -1},
    {"TEXT", VALUE_TEXT, -1},
    {"REAL", VALUE_FLOAT, 0},
    {"FLOA", VALUE_FLOAT, 0},
    {"DOUB", VALUE_FLOAT, 0},
    {"NUM", VALUE_FLOAT, 0},
    {"DECIMAL", VALUE_FLOAT, 0},
    {"BLOB", VALUE_BYTES, 0},
    {"", VALUE_TEXT, -1},
    {NULL, VALUE_TEXT, 0},
};

#define COLUMN                                                                                     \
    "p.name, p.type, CASE WHEN upper(p.type) = 'BIT' THEN 1 WHEN instr(p.type, '(') > 0 THEN "     \
    "CAST(substr(p.type, instr(p.type, '(') + 1) AS INTEGER) ELSE 0 END, p.\"notnull\", "          \
    "p.dflt_value, "

static const struct table_catalogue catalogue = {
    .columns =
        "SELECT " COLUMN "p.pk = 1 AND upper(p.type) = 'INTEGER' AND EXISTS (SELECT 1 FROM "
        "sqlite_master WHERE type = 'table' AND name = %t AND sql LIKE '%%AUTOINCREMENT%%') FROM "
        "pragma_table_info(%t) AS p ORDER BY p.cid",
    /* Indexes over expressions or over some of the rows are this engine's alone: see list_objects.
     */
    .indexes =
        "SELECT name, kind, col FROM (SELECT '' AS name, 2 AS kind, name AS col, pk AS place FROM "
        "pragma_table_info(%t) WHERE pk > 0 UNION ALL SELECT l.name, l.\"unique\", i.name, i.seqno "
        "FROM pragma_index_list(%t) AS l, pragma_index_info(l.name) AS i WHERE l.origin = 'c' AND "
        "l.partial = 0 AND NOT EXISTS (SELECT 1 FROM pragma_index_info(l.name) WHERE name IS "
        "NULL)) ORDER BY name, place",
    .columns_of_many = "SELECT t.column1, " COLUMN "0 FROM (VALUES %s) AS t, "
                       "pragma_table_info(t.column1) AS p ORDER BY p.cid",
    .types = types,
    .types_by_part = true,
};

/* ---- types ---- */

/* Columns hold whatever was put into them: numbers sort before texts, and these before binary
 * (sqlite.org/datatype3.html, section 4.1). An integer in a DECIMAL column is exact as a double up
 * to 2^53. The driver cuts a text at a NUL. Looked at in every row that is read: typeof() would
 * take four times as long, and without the + the empty text would be tried as a number each time.
 */
static bool
add_misfit(struct text *sql, const char *name, enum value_type type)
{
    static const char *const rules[VALUE_TYPE_COUNT] = {
        [VALUE_NULL] = "%s IS NOT NULL",
        [VALUE_INT] = "+%s >= '' OR %s <> CAST(%s AS INTEGER) OR "
                      "(%s < -9223372036854775807 AND typeof(%s) = 'real')",
        [VALUE_FLOAT] = "+%s >= '' OR (%s NOT BETWEEN -9007199254740992 AND 9007199254740992 AND "
                        "typeof(%s) = 'integer')",
        [VALUE_TIME] = "+%s < '' OR %s >= x''",
        [VALUE_TEXT] = "+%s < '' OR %s >= x'' OR instr(%s, char(0)) > 0",
        [VALUE_BYTES] = "%s < x''",
    };

    text_add_char(sql, '(');
    sql_add(sql, rules[type], name, name, name, name, name);
    text_add_char(sql, ')');
    return true;
}

/* sqlite.org/floatingpoint.html: NaN becomes NULL; -0.0 is kept as the integer 0. */
static bool
fit(struct value *v)
{
    if (v->type != VALUE_FLOAT || (!isnan(v->as.real) && (v->as.real != 0 || !signbit(v->as.real))))
        return true;
    *v = isnan(v->as.real) ? value_null() : value_float(0);
    return false;
}

const struct dialect dialect_sqlite = {
    .name = "SQLite",
    .dbms_name = "SQLite",
    .driver_words = driver_words,
    /* WAL lets readers (a backup) see one moment while a writer goes on. As a statement it would
     * take no effect: the driver runs what gives rows only when they are fetched. */
    .attributes = "StepAPI=1;Timeout=60000;FKSupport=0;JournalMode=WAL",
    .no_create = "NoCreat=1",
    .session = session,
    .begin = "BEGIN IMMEDIATE",
    .begin_snapshot = "BEGIN",
    .read_once = "PRAGMA cache_size=-8192", /* rows are not kept for a second time */
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .add_type = add_type,
    .add_null = add_null,
    .identity_key = "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
    .once = " LIMIT -1", /* sqlite.org/optoverview.html, section 11: it is not flattened then */
    .renames_read_all = true, /* sqlite.org/lang_altertable.html: all of the schema is parsed */
    .keeps_schema = true,     /* sqlite.org/c3ref/c_dbstatus_options.html, SCHEMA_USED */
    .drop_index = "DROP INDEX %n",
    .add_read = add_read,
    .gather = "group_concat(coalesce(%s, ''), x'0A')",
    .row_position = "rowid",
    .add_scaled = add_scaled,
    .batches = &batch_sqlite,
    .float_cells_as_text = true,
    .time_cells_as_text = true,
    .bulk = &bulk_values,
    .add_delete = dialect_add_delete,
    .add_seconds_between = add_seconds_between,
    .sum_high = "sum(%s / 4294967296)",
    .sum_low = "sum(%s %% 4294967296)",
    .infinity = "1e999",
    .set_identity = set_identity,
    .get_identity = get_identity,
    .has_relation = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = %t",
    .list_names = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')",
    .list_tables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    .list_views = "SELECT name FROM sqlite_master WHERE type = 'view'",
    .list_objects = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND "
                    "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    .add_misfit = add_misfit,
    .fail_where = "abs(CASE WHEN %s THEN -9223372036854775808 ELSE 1 END)", /* it overflows */
    .fit = fit,
    .catalogue = &catalogue,
    .errors = errors_sqlite,
    .requirements = requirements_sqlite,
    .engine_from = "3.39",
    .driver_from = "0.9998",
    .try_routine = "CREATE TRIGGER nightcube_DoctorRoutine INSTEAD OF INSERT ON "
                   "nightcube_DoctorView BEGIN UPDATE nightcube_Doctor SET Key = 1; END",
    .rights = "who runs nightcube must be able to write the file and its directory",
    .error_mask = 0xFF, /* the rest of an extended code is detail */
    .contention_hint = "another program writes to this file without end; look for it: fuser FILE",
    .own_file = "SELECT file FROM pragma_database_list WHERE name = 'main'",
    .attach = space_sqlite_attach,
    .detach = space_sqlite_detach,
    .objects_are_whole = true,
    .transactional_ddl = true,
};
