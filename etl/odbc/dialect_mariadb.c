/*
 * MariaDB (10.11 and later) through MariaDB Connector/ODBC.
 *
 * DATETIME is datetime(6) in UTC. Texts are utf8mb4 and compare by their bytes, trailing blanks
 * included (utf8mb4_nopad_bin). DDL commits: see transactional_ddl.
 */
#include <math.h>
#include <string.h>

#include "etl/odbc/bulk.h"
#include "etl/odbc/dialect.h"
#include "etl/odbc/error.h"
#include "etl/odbc/requirement.h"
#include "etl/odbc/space_mariadb.h"
#include "etl/odbc/table_shape.h"

/* OPTION=2, FOUND_ROWS: an update that changes nothing has found its row all the same. */
static const char attributes[] = "CHARSET=utf8mb4;NO_CACHE=1;NO_PROMPT=1;OPTION=2";

/* Quotes as the standard has them, backslashes that mean themselves, and no silent change of a
 * value (mariadb.com/kb/en/sql-mode). */
#define WAIT_PATIENTLY "SET lock_wait_timeout = 60, innodb_lock_wait_timeout = 60"

static const char *const session[] = {
    "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_AUTO_CREATE_USER'",
    "SET collation_connection = utf8mb4_nopad_bin",
    "SET time_zone = '+00:00'",
    WAIT_PATIENTLY,
    /* Whatever the server gives to others: tables with transactions, snapshots that hold, long
     * statements, and pauses in between. */
    "SET default_storage_engine = 'InnoDB', max_statement_time = 0, wait_timeout = 28800, "
    "idle_transaction_timeout = 0, idle_write_transaction_timeout = 0, "
    "idle_readonly_transaction_timeout = 0",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    /* GROUP BY and ORDER BY look at no more bytes of a longtext (mariadb.com/kb/en/server-system-
     * variables): 4,000 characters of four bytes. */
    "SET max_sort_length = 16384",
    NULL,
};

static const char *const driver_words[] = {"maria", "maodbc", NULL};

#define TEXT_RULES " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"

static const char *const type_names[VALUE_TYPE_COUNT] = {
    [VALUE_NULL] = "longblob",
    [VALUE_INT] = "bigint",
    [VALUE_FLOAT] = "double",
    [VALUE_TIME] = "datetime(6)",
    [VALUE_TEXT] = ("longtext" TEXT_RULES),
    [VALUE_BYTES] = "longblob",
};

static void
add_type(struct text *sql, const struct table_column *column)
{
    if (column->type == VALUE_TEXT && column->length > 0)
        text_add_format(sql, "varchar(%d)" TEXT_RULES, column->length);
    else if (column->type == VALUE_INT && column->length == 1)
        text_add(sql, "tinyint");
    else
        text_add(sql, type_names[column->type]);
}

static void
add_null(struct text *sql, enum value_type type)
{
    text_add(sql, type == VALUE_INT ? "CAST(NULL AS signed)" : "NULL");
}

static void
add_read(struct text *sql, const char *name, enum value_type type)
{
    (void)type;
    text_add(sql, name);
}

/* 1e6 is a double, 1000000.0 would be a decimal and round. */
static void
add_seconds_between(struct text *sql, const char *from, const char *to)
{
    sql_add(sql, "(timestampdiff(MICROSECOND, %s, %s) / 1e6)", from, to);
}

/* ---- identity ---- */

static int
set_identity(struct db *db, const char *table, int64_t last, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    sql_add(&sql, "ALTER TABLE %n AUTO_INCREMENT = %d", table, last + 1);
    if (text_check(&sql, f) == 0)
        rc = db_run_ddl(db, text_get(&sql), f);
    text_release(&sql);
    return rc;
}

/* The catalogue says the next value. */
static int
get_identity(struct db *db, const char *table, int64_t *last, struct fault *f)
{
    char buffer[SQL_NAME_BYTES];
    struct text sql = TEXT_INIT;
    int rc = db_get_int(db,
        sql_set(&sql,
            "SELECT auto_increment FROM information_schema.tables "
            "WHERE table_schema = database() AND table_name = %t AND binary table_name = %t",
            sql_fit_name(table, buffer), sql_fit_name(table, buffer)),
        1, last, f);

    text_release(&sql);
    *last -= 1;
    return rc;
}

/* ---- describing a table ---- */

static const struct table_catalogue_type types[] = {
    {"bigint", VALUE_INT, 0},
    {"int", VALUE_INT, 0},
    {"mediumint", VALUE_INT, 0},
    {"smallint", VALUE_INT, 0},
    {"year", VALUE_INT, 0},
    {"tinyint", VALUE_INT, 1},
    {"double", VALUE_FLOAT, 0},
    {"float", VALUE_FLOAT, 0},
    {"decimal", VALUE_FLOAT, 0},
    {"datetime", VALUE_TIME, 0},
    {"timestamp", VALUE_TIME, 0},
    {"date", VALUE_TIME, 0},
    {"varchar", VALUE_TEXT, -1},
    {"char", VALUE_TEXT, -1},
    {"longblob", VALUE_BYTES, 0},
    {"mediumblob", VALUE_BYTES, 0},
    {"blob", VALUE_BYTES, 0},
    {"tinyblob", VALUE_BYTES, 0},
    {"varbinary", VALUE_BYTES, 0},
    {"binary", VALUE_BYTES, 0},
    {"bit", VALUE_BYTES, 0},
    {NULL, VALUE_TEXT, 0},
};

/* The catalogue compares names without case; binary makes them differ as their tables do. */
#define OF_TABLE "table_schema = database() AND table_name = %t AND binary table_name = %t "

/* It opens every table and view of the database unless it is asked for one by name: no
 * columns_of_many. */
static const struct table_catalogue catalogue = {
    .columns =
        "SELECT column_name, data_type, character_maximum_length, CASE WHEN is_nullable = "
        "'NO' THEN 1 ELSE 0 END, column_default, CASE WHEN extra LIKE "
        "'%%auto_increment%%' THEN 1 ELSE 0 END FROM information_schema.columns WHERE " OF_TABLE
        "ORDER BY ordinal_position",
    .indexes = "SELECT index_name, CASE WHEN index_name = 'PRIMARY' THEN 2 WHEN non_unique = 0 "
               "THEN 1 ELSE 0 END, column_name FROM information_schema.statistics WHERE " OF_TABLE
               "ORDER BY index_name, seq_in_index",
    .types = types,
};

/* ---- values and errors ---- */

/* The zero date of an old table is no time. */
static bool
add_misfit(struct text *sql, const char *name, enum value_type type)
{
    if (type == VALUE_TIME)
        sql_add(sql, "(%s < '0001-01-01 00:00:00')", name);
    return type == VALUE_TIME;
}

/* Doubles are finite (mariadb.com/kb/en/double), and a column keeps -0.0 as 0.0 (measured
 * on 10.11).
 */
static bool
fit(struct value *v)
{
    if (v->type != VALUE_FLOAT ||
        (isfinite(v->as.real) && (v->as.real != 0 || !signbit(v->as.real))))
        return true;
    *v = isfinite(v->as.real) ? value_float(0) : value_null();
    return false;
}

/* name@host, or the name of a role or of an account from any host
 * (mariadb.com/kb/en/create-user, "Account Names"). */
static void
add_account(struct text *sql, const char *name)
{
    const char *host = strrchr(name, '@');
    struct text before = TEXT_INIT;

    if (host == NULL) {
        sql_add(sql, "%n", name);
        return;
    }
    text_add_bytes(&before, name, (size_t)(host - name));
    sql_add(sql, "%n@%n", text_get(&before), host + 1);
    sql->failed = sql->failed || before.failed;
    text_release(&before);
}

/* A DELETE of one table goes through all of its rows, and locks them, whatever a subquery
 * says (measured on 10.11); of several it follows the order that it is told. */
static void
add_delete(struct text *sql, const char *table, const char *column, const char *query)
{
    sql_add(sql, "DELETE o FROM (%s) AS q STRAIGHT_JOIN %n AS o ON o.%n = q.%n", query, table,
        column, column);
}

/* The activity's metadata row: writers share it. A read that locks takes no snapshot yet. */
static void
add_hold(struct text *sql, const char *activity, const char *active, const char *completed)
{
    (void)active;
    (void)completed;
    sql_add(sql,
        "SELECT \"ActivityName\" FROM \"bam_Metadata_Activities\" WHERE \"ActivityName\" = %t "
        "FOR UPDATE",
        activity);
}

/* A view's SQL names its database before each table. */
#define WITHOUT_DATABASE                                                                           \
    "replace(replace(view_definition, concat('`', database(), '`.'), ''), "                        \
    "concat('\"', database(), '\".'), '')"

/* When it was made or altered, and when a transaction that changed its rows was last committed,
 * known until the server is restarted or the table leaves its cache
 * (mariadb.com/kb/en/information-schema-tables-table). In whole seconds: of the one that is not
 * over for sure more may come. TRUNCATE sets none of them, but table_rows to 0. */
static const char list_traces[] =
    "SELECT table_name, CASE WHEN table_rows > 0 AND GREATEST(update_time, create_time) < now() - "
    "INTERVAL 1 SECOND THEN concat(create_time, ' ', update_time) END FROM "
    "information_schema.tables "
    "WHERE table_schema = database() AND table_type = 'BASE TABLE' AND engine = 'InnoDB' AND "
    "create_options NOT LIKE '%partitioned%'";

/* ---- foreign keys ---- */

#define QUOTED(name) "'\"', replace(" name ", '\"', '\"\"'), '\"'"
#define ITS_TABLE QUOTED("r.table_name")
#define ITS_NAME QUOTED("r.constraint_name")
#define ITS_COLUMN QUOTED("k.column_name")
#define OTHER_TABLE QUOTED("r.referenced_table_name")
#define OTHER_COLUMN QUOTED("k.referenced_column_name")
#define IN_ORDER " ORDER BY k.ordinal_position SEPARATOR ', ')"

static const char list_foreign_keys[] =
    "SELECT 'foreign key', r.constraint_name, r.table_name, "
    "concat('ALTER TABLE ', " ITS_TABLE ", ' ADD CONSTRAINT ', " ITS_NAME
    ", ' FOREIGN KEY (', group_concat(" ITS_COLUMN IN_ORDER ", ') REFERENCES ', " OTHER_TABLE
    ", ' (', group_concat(" OTHER_COLUMN IN_ORDER
    ", ') ON DELETE ', r.delete_rule, ' ON UPDATE ', r.update_rule) "
    "FROM information_schema.referential_constraints AS r "
    "JOIN information_schema.key_column_usage AS k ON k.constraint_schema = r.constraint_schema "
    "AND k.constraint_name = r.constraint_name AND k.table_name = r.table_name "
    "WHERE r.constraint_schema = database() AND k.constraint_schema = database() "
    "AND k.referenced_table_schema = database() "
    "GROUP BY r.table_name, r.constraint_name ORDER BY r.table_name, r.constraint_name";

const struct dialect dialect_mariadb = {
    .name = "MariaDB",
    .dbms_name = "MariaDB",
    .driver_words = driver_words,
    .attributes = attributes,
    .streams_forward_only = true,
    .holds_results = true,
    .no_create = "",
    .session = session,
    .begin = "START TRANSACTION",
    .begin_snapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    .commit = "COMMIT",
    .rollback = "ROLLBACK",
    .add_type = add_type,
    .add_null = add_null,
    .identity_key = "bigint NOT NULL AUTO_INCREMENT PRIMARY KEY",
    .text_index_characters = 768,
    .drop_index = "DROP INDEX %n ON %n",
    .add_read = add_read,
    .keeps_widths = true,
    .bulk = &bulk_parameters,
    .add_delete = add_delete,
    .add_seconds_between = add_seconds_between,
    .sum_high = "CAST(sum(%s DIV 4294967296) AS signed)",
    .sum_low = "CAST(sum(%s %% 4294967296) AS signed)",
    .set_identity = set_identity,
    .get_identity = get_identity,
    /* The first comparison finds it by its name, the second one tells upper from lower case. */
    .has_relation = "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND "
                    "table_name = %t AND CAST(table_name AS char CHARACTER SET utf8mb4) COLLATE "
                    "utf8mb4_nopad_bin = %t",
    /* To tell a table from a view it would open each. */
    .list_names = "SELECT CAST(table_name AS char CHARACTER SET utf8mb4) COLLATE "
                  "utf8mb4_nopad_bin AS name FROM information_schema.tables "
                  "WHERE table_schema = database()",
    .list_tables = "SELECT CAST(table_name AS char CHARACTER SET utf8mb4) COLLATE "
                   "utf8mb4_nopad_bin AS name FROM information_schema.tables "
                   "WHERE table_schema = database() AND table_type = 'BASE TABLE'",
    .list_views = "SELECT CAST(table_name AS char CHARACTER SET utf8mb4) COLLATE "
                  "utf8mb4_nopad_bin AS name FROM information_schema.tables "
                  "WHERE table_schema = database() AND table_type = 'VIEW'",
    .list_traces = list_traces,
    .list_objects = "SELECT 'view', table_name, table_name, concat('CREATE VIEW \"', table_name, "
                    "'\" AS ', " WITHOUT_DATABASE ") FROM information_schema.views "
                    "WHERE table_schema = database() ORDER BY table_name",
    .list_foreign_keys = list_foreign_keys,
    .add_misfit = add_misfit,
    /* It overflows; but what is asked of each row is the quick part. */
    .fail_where = "((%s) IS NOT TRUE OR 9223372036854775807 + CASE WHEN %s THEN 1 ELSE 0 END > 0)",
    .fit = fit,
    .catalogue = &catalogue,
    .errors = errors_mariadb,
    .requirements = requirements_mariadb,
    .engine_from = "10.11",
    .driver_from = "3.1.15",
    .clock = "SELECT unix_timestamp()",
    .try_routine = "CREATE PROCEDURE \"nightcube_DoctorRoutine\"() SQL SECURITY INVOKER UPDATE "
                   "\"nightcube_Doctor\" SET \"Key\" = 1 WHERE \"Key\" = 0",
    .forget_routine = "DROP PROCEDURE IF EXISTS \"nightcube_DoctorRoutine\"",
    .rights = "GRANT ALL ON (this).* TO (account); for restores beside it CREATE and DROP on *.*",
    .lock_limit = "SELECT @@table_open_cache",
    .lock_setting = "table_open_cache",
    .beyond_locks = "opens tables anew each time",
    .contention_hint =
        "SHOW PROCESSLIST and information_schema.innodb_trx show who holds the lock; "
        "KILL ends it",
    .wait_briefly = "SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1",
    .wait_patiently = WAIT_PATIENTLY,
    .add_hold = add_hold,
    .replaces_views = true,
    .routines = ROUTINES_IN_PROCEDURES,
    .current_space = "SELECT database()",
    .has_space = "SELECT 1 FROM information_schema.schemata WHERE schema_name = %t",
    .create_space = "CREATE DATABASE %n",
    .drop_space = "DROP DATABASE IF EXISTS %n",
    .use_space = "USE %n",
    .claim = "SELECT GET_LOCK(concat('nightcube.', sha1(database())), 0)",
    .mark = "SELECT GET_LOCK('nightcube_%d', 0)",
    .sees_mark = "SELECT IS_FREE_LOCK('nightcube_%d') = 0",
    .unmark = "SELECT RELEASE_LOCK('nightcube_%d')",
    .swap_space = space_mariadb_swap,
    .add_account = add_account,
    .renames_as_one = true,
};
