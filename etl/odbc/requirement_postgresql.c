#include "etl/odbc/requirement.h"

#define HERE "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
#define OURS                                                                                       \
    "c.relnamespace = " HERE " AND (c.relname LIKE 'bam\\_%' OR c.relname LIKE 'nightcube\\_%')"

/* current_setting gives text; reset_val is what a session gets that sets nothing. */
const struct requirement requirements_postgresql[] = {
    {
        .what = "encoding",
        .weight = REQUIREMENT_VITAL,
        .query = "SELECT current_setting('server_encoding'), "
                 "CASE WHEN current_setting('server_encoding') = 'UTF8' THEN 1 ELSE 0 END",
        .cure = "it must be UTF8: createdb -T template0 -E UTF8 NAME, and name that one in the "
                "settings",
    },
    {
        .what = "driver's encoding",
        .weight = REQUIREMENT_VITAL,
        .query = "SELECT current_setting('client_encoding'), "
                 "CASE WHEN current_setting('client_encoding') = 'UTF8' THEN 1 ELSE 0 END",
        .cure = "it must be UTF8: say Driver=PostgreSQL Unicode in the settings, not ANSI, and no "
                "client_encoding",
    },
    {
        .what = "collation of the metadata",
        .weight = REQUIREMENT_VITAL,
        .query = "SELECT CAST(l.collname AS text), 0 FROM pg_class AS c JOIN pg_attribute AS a ON "
                 "a.attrelid = c.oid AND a.attname = 'ActivityName' JOIN pg_collation AS l ON "
                 "l.oid = a.attcollation AND l.collname NOT IN ('C', 'POSIX') "
                 "WHERE c.relname = 'bam_Metadata_Activities' AND c.relnamespace = " HERE,
        .cure = "keys compare by their bytes: nightcube doctor names the columns and how they are "
                "changed",
    },
    {
        .what = "collation",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT min(c.relname || '.' || a.attname || ' is ' || l.collname) || ' (' || "
                 "count(*) || ' in all)', 0 FROM pg_class AS c JOIN pg_attribute AS a ON "
                 "a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
                 "JOIN pg_collation AS l ON l.oid = a.attcollation AND l.collname NOT IN ('C', "
                 "'POSIX') WHERE c.relkind = 'r' AND " OURS,
        .cure = "keys compare by their bytes: ALTER TABLE t ALTER COLUMN c TYPE (its type) COLLATE "
                "\"C\"",
    },
    {
        .what = "moments",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT min(c.relname || '.' || a.attname || ' keeps ' || a.atttypmod || "
                 "' digits') || ' (' || count(*) || ' in all)', 0 FROM pg_class AS c "
                 "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
                 "a.attisdropped AND a.atttypid = CAST('timestamp' AS regtype) AND a.atttypmod "
                 "BETWEEN 0 AND 5 WHERE c.relkind = 'r' AND " OURS,
        .cure = "microseconds would be rounded: ALTER TABLE t ALTER COLUMN c TYPE timestamp(6)",
    },
    {
        .what = "writing",
        .weight = REQUIREMENT_NEEDED,
        .query =
            "SELECT CASE WHEN pg_is_in_recovery() THEN 'this is a standby' WHEN "
            "current_setting('transaction_read_only') = 'on' THEN 'transactions are read-only' "
            "END, 0",
        .cure = "name the primary server; ALTER ROLE ... SET default_transaction_read_only TO off",
    },
    {
        .what = "owner",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT min(c.relname) || ' belongs to ' || min(pg_get_userbyid(c.relowner)) || "
                 "' (' || count(*) || ' in all)', 0 FROM pg_class AS c WHERE c.relkind IN ('r', "
                 "'v') AND " OURS " AND NOT pg_has_role(c.relowner, 'USAGE')",
        .cure = "only the owner may swap, alter and drop: ALTER TABLE ... OWNER TO, or GRANT the "
                "owner's role",
    },
    {
        .what = "restores",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT 'the role may not CREATE in ' || current_database(), 0 WHERE NOT "
                 "has_database_privilege(current_database(), 'CREATE')",
        .cure = "a restore makes a schema beside the one that is there: GRANT CREATE ON DATABASE "
                "... TO ...",
    },
    {
        .what = "isolation",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT reset_val, CASE WHEN reset_val = 'read committed' THEN 1 ELSE 0 END FROM "
                 "pg_settings WHERE name = 'default_transaction_isolation'",
        .cure = "our own transactions do not mind; applications that write must be ready to do "
                "theirs again (40001)",
    },
    {
        .what = "locks",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT l.locks || ' for ' || n.relations || ' tables and indexes', CASE WHEN "
                 "l.locks >= n.relations THEN 1 ELSE 0 END FROM (SELECT CAST(current_setting("
                 "'max_locks_per_transaction') AS bigint) * (CAST(current_setting('"
                 "max_connections') AS bigint) + CAST(current_setting('max_prepared_transactions') "
                 "AS bigint)) AS locks) AS l, (SELECT count(*) AS relations FROM pg_class AS c "
                 "WHERE c.relkind IN ('r', 'i') AND c.relnamespace = " HERE ") AS n",
        .cure = "a query over all partitions locks them all: raise max_locks_per_transaction",
    },
    {
        .what = "durability",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT string_agg(name || ' is off', ', '), 0 FROM pg_settings WHERE name IN ("
                 "'fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'",
        .cure = "a power cut may lose what was said to be done: switch it on",
    },
    {
        .what = "time zone",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT current_setting('TimeZone'), CASE WHEN current_setting('TimeZone') = "
                 "'UTC' THEN 1 ELSE 0 END",
        .cure = "take TimeZone out of the connection string",
    },
    {.what = NULL},
};
