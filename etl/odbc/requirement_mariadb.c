#include "etl/odbc/requirement.h"

#define OURS                                                                                       \
    "table_schema = database() AND (table_name LIKE 'bam#_%' ESCAPE '#' OR table_name LIKE "       \
    "'nightcube#_%' ESCAPE '#')"

const struct requirement requirements_mariadb[] = {
    {
        .what = "case of names",
        .weight = REQUIREMENT_VITAL,
        .query =
            "SELECT CASE WHEN @@lower_case_table_names <> 0 THEN concat('lower_case_table_names "
            "= ', @@lower_case_table_names) END, 0",
        .cure = "names must keep their case: a server on Linux, set up with "
                "lower_case_table_names = 0",
    },
    {
        .what = "driver's encoding",
        .weight = REQUIREMENT_VITAL,
        .query = "SELECT @@character_set_client, CASE WHEN @@character_set_client = 'utf8mb4' AND "
                 "@@character_set_connection = 'utf8mb4' AND @@character_set_results = 'utf8mb4' "
                 "THEN 1 ELSE 0 END",
        .cure = "take CHARSET and INITSTMT out of the connection string and of the DSN",
    },
    {
        .what = "collation of the metadata",
        .weight = REQUIREMENT_VITAL,
        .query = "SELECT collation_name, 0 FROM information_schema.columns WHERE table_schema = "
                 "database() AND table_name = 'bam_Metadata_Activities' AND column_name = "
                 "'ActivityName' AND collation_name <> 'utf8mb4_nopad_bin'",
        .cure = "keys that differ in case or end blanks would count as equal: ALTER TABLE t "
                "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin; nightcube doctor "
                "names the tables",
    },
    {
        .what = "collation",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT concat(min(concat(table_name, '.', column_name, ' is ', "
                 "collation_name)), ' (', count(*), ' in all)'), 0 FROM information_schema.columns "
                 "WHERE " OURS " AND collation_name <> 'utf8mb4_nopad_bin' AND table_name NOT IN "
                 "(SELECT v.table_name FROM information_schema.views AS v WHERE v.table_schema = "
                 "database()) HAVING count(*) > 0",
        .cure = "keys that differ in case or end blanks would count as equal: ALTER TABLE t "
                "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    },
    {
        .what = "moments",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT concat(min(concat(table_name, '.', column_name, ' keeps ', "
                 "datetime_precision, ' digits')), ' (', count(*), ' in all)'), 0 FROM "
                 "information_schema.columns WHERE " OURS " AND datetime_precision < 6 "
                 "AND table_name NOT IN (SELECT v.table_name FROM information_schema.views AS v "
                 "WHERE v.table_schema = database()) HAVING count(*) > 0",
        .cure = "microseconds would be cut off: ALTER TABLE t MODIFY c datetime(6)",
    },
    {
        .what = "tables",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT concat(min(concat(table_name, ' is in ', engine)), ' (', count(*), ' in "
                 "all)'), 0 FROM information_schema.tables WHERE " OURS " AND table_type = 'BASE "
                 "TABLE' AND engine <> 'InnoDB' HAVING count(*) > 0",
        .cure = "without transactions a failure leaves halves: ALTER TABLE t ENGINE = InnoDB",
    },
    {
        .what = "writing",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT CASE WHEN @@global.read_only THEN 'the server is read-only' END, 0",
        .cure = "name the server that is written to, not a replica",
    },
    {
        .what = "character set",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT @@character_set_database, CASE WHEN @@character_set_database = 'utf8mb4' "
                 "THEN 1 ELSE 0 END",
        .cure = "our tables say their own; those of others would not: ALTER DATABASE d CHARACTER "
                "SET utf8mb4",
    },
    {
        .what = "isolation",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT @@global.tx_isolation, CASE WHEN @@global.tx_isolation = "
                 "'REPEATABLE-READ' THEN 1 ELSE 0 END",
        .cure = "our own transactions do not mind; the procedures that applications write through "
                "are tested with REPEATABLE-READ",
    },
    {
        .what = "packet",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT concat(@@max_allowed_packet DIV 1048576, ' MiB'), CASE WHEN "
                 "@@max_allowed_packet >= 16777216 THEN 1 ELSE 0 END",
        .cure = "no larger text can be written: raise max_allowed_packet to 64M",
    },
    {
        .what = "durability",
        .weight = REQUIREMENT_ADVISED,
        .query = "SELECT CASE WHEN @@global.innodb_flush_log_at_trx_commit <> 1 THEN "
                 "concat('innodb_flush_log_at_trx_commit = ', "
                 "@@global.innodb_flush_log_at_trx_commit) END, 0",
        .cure = "a power cut may lose what was said to be done: set it to 1",
    },
    {
        .what = "time zone",
        .weight = REQUIREMENT_NEEDED,
        .query = "SELECT @@time_zone, CASE WHEN @@time_zone = '+00:00' THEN 1 ELSE 0 END",
        .cure = "take INITSTMT out of the connection string",
    },
    {.what = NULL},
};
