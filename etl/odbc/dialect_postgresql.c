/*
 * PostgreSQL (15 and later) through psqlodbc's Unicode driver.
 *
 * DATETIME is timestamp(6) without a zone, in UTC. Texts compare by their bytes (collation "C").
 */
#include <string.h>

#include "etl/odbc/batch_kind.h"
#include "etl/odbc/bulk.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/error.h"
#include "etl/odbc/requirement.h"
#include "etl/odbc/row_text_postgresql.h"
#include "etl/odbc/table_shape.h"

/*
 * Protocol=7.4-0: an error inside a transaction spoils all of it, and the server itself refuses
 * whatever comes before the rollback; the other choices set savepoints or commit the rest
 * (odbc.postgresql.org, "Configuration Options", Level of rollback on errors).
 * ByteaAsLongVarBinary, BoolsAsChar, MaxLongVarcharSize: values come as what they are and whole.
 */
static const char attributes[] =
    "Protocol=7.4-0;ByteaAsLongVarBinary=1;BoolsAsChar=0;"
    "MaxLongVarcharSize=1048576;MaxVarcharSize=16384;"
    "Fetch=2000;UseServerSidePrepare=1;LFConversion=0;UpdatableCursors=0";

/* UseDeclareFetch and Fetch of one connection (psqlodbc, psqlodbc.h, SQL_ATTR_PGOPT_...). With the
 * first the driver reads through a cursor of the server's, as many rows at a time as the second
 * says. */
enum { USE_DECLARE_FETCH = 65539, FETCH = 65541 };

#define LOCK_TIMEOUT "SET lock_timeout TO '60s'"

/* All in one round trip. extra_float_digits above 0 writes doubles so that they read back to the
 * same bits. */
static const char *const session[] = {
    "SET client_encoding TO 'UTF8'; " /* the driver would have that of the locale */
    "SET TIME ZONE 'UTC'; "
    "SET DateStyle TO 'ISO, YMD'; "
    "SET standard_conforming_strings TO on; "
    "SET extra_float_digits TO 3; " LOCK_TIMEOUT "; "
    /* Whatever the server gives to others: a night has long statements, and pauses in between. */
    "SET statement_timeout TO 0; "
    "SET idle_in_transaction_session_timeout TO 0; "
    "SET default_transaction_isolation TO 'read committed'",
    NULL,
};

static const char *const driver_words[] = {"postgres", "psqlodbc", NULL};

static const char *const type_names[VALUE_TYPE_COUNT] = {
    [VALUE_NULL] = "bytea",
    [VALUE_INT] = "bigint",
    [VALUE_FLOAT] = "double precision",
    [VALUE_TIME] = "timestamp(6)",
    [VALUE_TEXT] = "text COLLATE \"C\"",
    [VALUE_BYTES] = "bytea",
};

static const char *const array_types[VALUE_TYPE_COUNT] = {
    [VALUE_NULL] = "text[]",
    [VALUE_INT] = "bigint[]",
    [VALUE_FLOAT] = "double precision[]",
    [VALUE_TIME] = "timestamp[]",
    [VALUE_TEXT] = "text[]",
    [VALUE_BYTES] = "bytea[]",
};

static void
add_type(struct text *sql, const struct table_column *column)
{
    if (column->type == VALUE_TEXT && column->length > 0)
        text_add_format(sql, "varchar(%d) COLLATE \"C\"", column->length);
    else if (column->type == VALUE_INT && column->length == 1)
        text_add(sql, "smallint");
    else
        text_add(sql, type_names[column->type]);
}

/* Branches of a UNION must agree in type and collation. */
static void
add_null(struct text *sql, enum value_type type)
{
    static const char *const nulls[VALUE_TYPE_COUNT] = {
        [VALUE_NULL] = "NULL",
        [VALUE_INT] = "CAST(NULL AS bigint)",
        [VALUE_FLOAT] = "CAST(NULL AS double precision)",
        [VALUE_TIME] = "CAST(NULL AS timestamp(6))",
        [VALUE_TEXT] = "CAST(NULL AS text) COLLATE \"C\"",
        [VALUE_BYTES] = "CAST(NULL AS bytea)",
    };

    text_add(sql, nulls[type]);
}

static void
add_read(struct text *sql, const char *name, enum value_type type)
{
    (void)type;
    text_add(sql, name);
}

/* The interval's seconds are an exact numeric: whole microseconds, divided as doubles. */
static void
add_seconds_between(struct text *sql, const char *from, const char *to)
{
    sql_add(sql,
        "(CAST(CAST(extract(epoch FROM (CAST(%s AS timestamp(6)) - CAST(%s AS timestamp(6)))) * "
        "1000000 AS bigint) AS double precision) / CAST(1000000 AS double precision))",
        to, from);
}

/* ---- identity: a sequence of the table's own ---- */

/* SELECT <expression of the sequence's name> for the identity column of a table. */
static void
add_sequence_query(struct text *sql, const char *head, const char *tail, const char *table)
{
    struct text quoted = TEXT_INIT;

    sql_set(&quoted, "%n", table);
    sql_add(sql,
        "SELECT %spg_get_serial_sequence(%t, a.attname)%s FROM pg_attribute AS a "
        "WHERE a.attrelid = CAST(%t AS regclass) AND a.attidentity <> ''",
        head, text_get(&quoted), tail, text_get(&quoted));
    sql->failed = sql->failed || quoted.failed;
    text_release(&quoted);
}

static int
set_identity(struct db *db, const char *table, int64_t last, struct fault *f)
{
    struct text sql = TEXT_INIT, tail = TEXT_INIT;
    int rc = -1;

    /* A sequence begins at 1; "not called" makes that the next value. */
    if (last > 0)
        sql_set(&tail, ", %d, true)", last);
    else
        text_add(&tail, ", 1, false)");
    add_sequence_query(&sql, "setval(", text_hand_on(&tail), table);
    if (text_check(&sql, f) == 0)
        rc = db_get_int(db, text_get(&sql), 0, &last, f);
    text_release(&sql);
    text_release(&tail);
    return rc;
}

static int
get_identity(struct db *db, const char *table, int64_t *last, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    add_sequence_query(&sql, "pg_sequence_last_value(CAST(", " AS regclass))", table);
    if (text_check(&sql, f) == 0)
        rc = db_get_int(db, text_get(&sql), 0, last, f);
    text_release(&sql);
    return rc;
}

/* ---- describing a table ---- */

#define HERE "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

static const struct table_catalogue_type types[] = {
    {"int8", VALUE_INT, 0},
    {"int4", VALUE_INT, 0},
    {"oid", VALUE_INT, 0},
    {"int2", VALUE_INT, 1},
    {"bool", VALUE_INT, 1},
    {"float8", VALUE_FLOAT, 0},
    {"float4", VALUE_FLOAT, 0},
    {"numeric", VALUE_FLOAT, 0},
    {"timestamp", VALUE_TIME, 0},
    {"timestamptz", VALUE_TIME, 0},
    {"date", VALUE_TIME, 0},
    {"bytea", VALUE_BYTES, 0},
    {"varchar", VALUE_TEXT, -1},
    {"bpchar", VALUE_TEXT, -1},
    {NULL, VALUE_TEXT, 0},
};

#define COLUMNS_OF_CLASS                                                                           \
    "CAST(a.attname AS text), CAST(t.typname AS text), "                                           \
    "CASE WHEN a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END, "                                  \
    "CASE WHEN a.attnotnull THEN 1 ELSE 0 END, pg_get_expr(d.adbin, d.adrelid), "                  \
    "CASE WHEN a.attidentity <> '' THEN 1 ELSE 0 END FROM pg_class AS c "                          \
    "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "        \
    "JOIN pg_type AS t ON t.oid = a.atttypid "                                                     \
    "LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "

static const struct table_catalogue catalogue = {
    .columns = "SELECT " COLUMNS_OF_CLASS "WHERE c.relname = %t AND c.relnamespace = " HERE
               " ORDER BY a.attnum",
    /* Indexes over expressions or over some of the rows are this engine's alone. */
    .indexes =
        "SELECT CAST(x.relname AS text), CASE WHEN i.indisprimary THEN 2 WHEN i.indisunique THEN 1 "
        "ELSE 0 END, CAST(a.attname AS text) FROM pg_class AS c "
        "JOIN pg_index AS i ON i.indrelid = c.oid AND i.indpred IS NULL "
        "AND i.indexprs IS NULL JOIN pg_class AS x ON x.oid = i.indexrelid "
        "JOIN LATERAL unnest(CAST(i.indkey AS smallint[])) WITH ORDINALITY AS k(attnum, place) ON "
        "true JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum "
        "WHERE c.relname = %t AND c.relnamespace = " HERE " ORDER BY x.relname, k.place",
    /* All there are: taking out a few by name takes longer. */
    .columns_of_many =
        "SELECT CAST(c.relname AS text), " COLUMNS_OF_CLASS
        "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = " HERE " ORDER BY c.oid, a.attnum",
    .types = types,
};

/* ---- values and errors ---- */

/* Timestamps go beyond our years, and to infinity (postgresql.org/docs/15/datatype-datetime.html).
 */
static bool
add_misfit(struct text *sql, const char *name, enum value_type type)
{
    if (type == VALUE_TIME)
        sql_add(sql,
            "(%s NOT BETWEEN '0001-01-01 00:00:00' AND "
            "'9999-12-31 23:59:59.999999')",
            name);
    return type == VALUE_TIME;
}

/* Writing takes ROW EXCLUSIVE on both, in this order. Unlike row locks, table locks are given first
 * come, first served: a stream of writers does not starve it. */
static void
add_hold(struct text *sql, const char *activity, const char *active, const char *completed)
{
    (void)activity;
    sql_add(sql, "LOCK TABLE %n, %n IN SHARE ROW EXCLUSIVE MODE", active, completed);
}

/* ---- spaces: schemas ---- */

static int
swap_space(struct db *db, const char *from, const char *to, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_begin(db, f);

    if (rc == 0) {
        rc = db_run(db, sql_set(&sql, "DROP SCHEMA IF EXISTS %n CASCADE", to), NULL, f);
        if (rc == 0)
            rc = db_run(db, sql_set(&sql, "ALTER SCHEMA %n RENAME TO %n", from, to), NULL, f);
        rc = db_end(db, rc, f);
    }
    if (rc == 0)
        rc = db_run(db, sql_set(&sql, "SET search_path TO %n", to), NULL, f);
    text_release(&sql);
    return rc;
}

/* ---- accounts: roles that may log in, or whose members may ---- */

static void
add_account(struct text *sql, const char *name)
{
    sql_add(sql, "%n", name);
}

/* PUBLIC has no role (postgresql.org/docs/15/catalog-pg-class.html, relacl). The setting lives as
 * long as the transaction. */
static const char keep_rights[] =
    "SELECT length(set_config('nightcube.rights', CAST(CAST(COALESCE(NULLIF(current_setting("
    "'nightcube.rights', true), ''), '[]') AS jsonb) || (SELECT COALESCE(jsonb_agg("
    "jsonb_build_array(c.relname, format('GRANT %s ON %I TO %s%s', x.privilege_type, "
    "c.relname, CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) "
    "END, CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))), '[]') "
    "FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS x "
    "WHERE c.relkind = 'v' AND c.relnamespace = " HERE " AND x.grantee <> c.relowner) AS text), "
    "true))";

static const char return_rights[] =
    "DO $$ DECLARE command text; BEGIN "
    "FOR command IN SELECT r ->> 1 FROM jsonb_array_elements(CAST(COALESCE(NULLIF(current_setting("
    "'nightcube.rights', true), ''), '[]') AS jsonb)) AS r JOIN pg_class AS c "
    "ON c.relname = r ->> 0 AND c.relkind = 'v' AND c.relnamespace = " HERE " "
    "LOOP EXECUTE command; END LOOP; END $$";

/* The numbers of rows ever inserted, updated and deleted, which backends hand in at the end of a
 * transaction or up to a minute later; since when they are counted, as a reset or a crash begins
 * anew; the file, which is another one after TRUNCATE; what last changed the table and its columns;
 * its indexes (postgresql.org/docs/15/monitoring-stats.html). */
static const char list_traces[] =
    "SELECT CAST(c.relname AS text), concat_ws(' ', c.oid, c.relfilenode, s.n_tup_ins, "
    "s.n_tup_upd, s.n_tup_del, COALESCE(CAST(d.stats_reset AS text), '-'), "
    "COALESCE(CAST(b.stats_reset AS text), '-'), c.xmin, "
    "(SELECT max(CAST(CAST(a.xmin AS text) AS bigint)) FROM pg_attribute AS a "
    "WHERE a.attrelid = c.oid), (SELECT string_agg(CAST(i.indexrelid AS text), ',' ORDER BY "
    "i.indexrelid) FROM pg_index AS i WHERE i.indrelid = c.oid)) FROM pg_class AS c "
    "JOIN pg_stat_user_tables AS s ON s.relid = c.oid "
    "JOIN pg_stat_database AS d ON d.datname = current_database() "
    "CROSS JOIN pg_stat_bgwriter AS b WHERE c.relkind = 'r' AND c.relnamespace = " HERE
    " AND current_setting('track_counts') = 'on'";

const struct dialect dialect_postgresql = {
    .name = "PostgreSQL",
    .dbms_name = "PostgreSQL",
    .driver_words = driver_words,
    .attributes = attributes,
    .stream_attribute = USE_DECLARE_FETCH,
    .held_rows_attribute = FETCH,
    .prepares_dearly = true, /* parse, describe, execute, deallocate in a savepoint */
    .no_create = "",
    .session = session,
    .begin = "BEGIN",
    .begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .name_snapshot = "SELECT pg_export_snapshot()",
    .take_snapshot = "SET TRANSACTION SNAPSHOT %t",
    .alone = "SET LOCAL max_parallel_workers_per_gather TO 0",
    .has_blocks = "SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = " HERE
                  " AND pg_relation_size(oid) >= %d * CAST(current_setting('block_size') AS "
                  "bigint) LIMIT 1",
    .middle_block = "SELECT pg_relation_size(oid) / CAST(current_setting('block_size') AS integer) "
                    "/ 2 FROM pg_class WHERE relkind = 'r' AND relname = %t "
                    "AND relnamespace = " HERE,
    .before_block = "ctid < '(%d,0)'",
    .from_block = "ctid >= '(%d,0)'",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .add_type = add_type,
    .add_null = add_null,
    .identity_key = "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    .drop_index = "DROP INDEX %n",
    .add_read = add_read,
    .batches = &batch_postgresql,
    .add_row = row_text_postgresql_add,
    .keeps_widths = true,
    .float_parameters_as_text = true,
    .float_cells_as_text = true,
    .bulk = &bulk_unnest,
    .array_types = array_types,
    .add_delete = dialect_add_delete,
    .add_seconds_between = add_seconds_between,
    .sum_high = "CAST(sum(%s / 4294967296) AS bigint)",
    .sum_low = "CAST(sum(%s %% 4294967296) AS bigint)",
    .infinity = "CAST('Infinity' AS double precision)",
    .set_identity = set_identity,
    .get_identity = get_identity,
    .has_relation = "SELECT 1 FROM pg_class WHERE relname = %t AND relkind IN ('r', 'p', 'v') AND "
                    "relnamespace = " HERE,
    .list_names = "SELECT CAST(relname AS text) AS name FROM pg_class WHERE relkind IN ('r', 'p', "
                  "'v') AND relnamespace = " HERE,
    .list_tables = "SELECT CAST(relname AS text) AS name FROM pg_class WHERE relkind IN ('r', 'p') "
                   "AND relnamespace = " HERE,
    .list_views = "SELECT CAST(relname AS text) AS name FROM pg_class WHERE relkind = 'v' "
                  "AND relnamespace = " HERE,
    .list_traces = list_traces,
    .list_objects =
        "SELECT 'view', CAST(relname AS text), CAST(relname AS text), 'CREATE VIEW ' || "
        "quote_ident(relname) || ' AS ' || pg_get_viewdef(oid) FROM pg_class "
        "WHERE relkind = 'v' AND relnamespace = " HERE " ORDER BY oid",
    .list_foreign_keys =
        "SELECT 'foreign key', CAST(k.conname AS text), CAST(t.relname AS text), 'ALTER TABLE ' || "
        "quote_ident(t.relname) || ' ADD CONSTRAINT ' || quote_ident(k.conname) || ' ' || "
        "pg_get_constraintdef(k.oid) FROM pg_constraint AS k JOIN pg_class AS t ON t.oid = "
        "k.conrelid JOIN pg_class AS r ON r.oid = k.confrelid WHERE k.contype = 'f' AND "
        "k.conparentid = 0 AND t.relnamespace = " HERE " AND r.relnamespace = " HERE
        " ORDER BY k.oid",
    .add_misfit = add_misfit,
    .fail_where = "1 / CASE WHEN %s THEN 0 ELSE 1 END = 1",
    .catalogue = &catalogue,
    .errors = errors_postgresql,
    .requirements = requirements_postgresql,
    .engine_from = "15",
    .driver_from = "13.2",
    .clock = "SELECT CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint)",
    .try_routine = "CREATE FUNCTION \"nightcube_DoctorRoutine\"() RETURNS void LANGUAGE plpgsql AS "
                   "$$ BEGIN UPDATE \"nightcube_Doctor\" SET \"Key\" = 1 WHERE \"Key\" = 0; END $$",
    .rights = "GRANT USAGE, CREATE ON SCHEMA (this) TO (account)",
    .lock_limit = "SELECT CAST(current_setting('max_locks_per_transaction') AS bigint) * "
                  "(CAST(current_setting('max_connections') AS bigint) + "
                  "CAST(current_setting('max_prepared_transactions') AS bigint))",
    .lock_setting = "max_locks_per_transaction",
    .locks_indexes = true,
    .beyond_locks = "fails (53200)",
    .contention_hint = "SELECT pid, state, xact_start, query FROM pg_stat_activity ORDER BY "
                       "xact_start shows who holds the lock; pg_terminate_backend(pid) ends it",
    .wait_briefly = "SET lock_timeout TO '150ms'",
    .wait_patiently = LOCK_TIMEOUT,
    .add_hold = add_hold,
    .replaces_views = true,
    .routines = ROUTINES_IN_PLPGSQL,
    .current_space = "SELECT CAST(current_schema() AS text)",
    .has_space = "SELECT 1 FROM pg_namespace WHERE nspname = %t",
    .create_space = "CREATE SCHEMA %n",
    .drop_space = "DROP SCHEMA IF EXISTS %n CASCADE",
    .use_space = "SET search_path TO %n",
    .claim = "SELECT CASE WHEN pg_try_advisory_lock(1852404323, hashtext(current_schema())) THEN 1 "
             "ELSE 0 END", /* "nic#" */
    .mark = "SELECT CASE WHEN pg_try_advisory_lock(%d) THEN 1 ELSE 0 END",
    .sees_mark = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND "
                 "objid = %d AND objsubid = 1 AND database = "
                 "(SELECT oid FROM pg_database WHERE datname = current_database())",
    .unmark = "SELECT CASE WHEN pg_advisory_unlock(%d) THEN 1 ELSE 0 END",
    .swap_space = swap_space,
    .add_account = add_account,
    .has_account = "SELECT 1 FROM pg_roles WHERE rolname = %t",
    .can_read = "SELECT 1 FROM pg_roles WHERE rolname = %t AND has_schema_privilege(rolname, "
                "current_schema(), 'USAGE') AND "
                "has_table_privilege(rolname, CAST(quote_ident(%t) AS regclass), 'SELECT')",
    .admit = "GRANT USAGE ON SCHEMA %n TO %s",
    .expel = "REVOKE USAGE ON SCHEMA %n FROM %s",
    .keep_rights = keep_rights,
    .return_rights = return_rights,
    .transactional_ddl = true,
};
