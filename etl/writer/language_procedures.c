/*
 * MariaDB: stored procedures.
 *
 * An event takes the row of its instance in Active first, making it when there is none (for a
 * moment with a NULL for LastModified): what two events of one instance do, they do one after the
 * other. Reads take a shared lock, so that they see what the other one has committed whatever the
 * isolation. Under READ COMMITTED they lock nothing that is not there, and nobody waits for that.
 *
 * Parameters and columns live in one name space, so parameters have names of their own.
 */
#include "etl/writer/language.h"

#define NOW "utc_timestamp(6)"

/* A call outside of a transaction is one of its own. Inside of one, it is undone alone when it
 * fails; after a deadlock there is nothing left to undo. */
#define ENTER                                                                                      \
    "    DECLARE v$alone boolean DEFAULT @@in_transaction = 0 AND @@autocommit = 1;\n"             \
    "    DECLARE EXIT HANDLER FOR SQLEXCEPTION\n"                                                  \
    "    BEGIN\n"                                                                                  \
    "        IF v$alone THEN\n"                                                                    \
    "            ROLLBACK;\n"                                                                      \
    "        ELSE\n"                                                                               \
    "            BEGIN\n"                                                                          \
    "                DECLARE CONTINUE HANDLER FOR 1305 BEGIN END;\n"                               \
    "                ROLLBACK TO SAVEPOINT nightcube_event;\n"                                     \
    "            END;\n"                                                                           \
    "        END IF;\n"                                                                            \
    "        RESIGNAL;\n"                                                                          \
    "    END;\n"                                                                                   \
    "    IF v$alone THEN\n"                                                                        \
    "        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\n"                                    \
    "        START TRANSACTION;\n"                                                                 \
    "    ELSE\n"                                                                                   \
    "        SAVEPOINT nightcube_event;\n"                                                         \
    "    END IF;\n"                                                                                \
    "    SET v$held = (SELECT m.\"ActivityName\" FROM \"bam_Metadata_Activities\" AS m\n"          \
    "        WHERE m.\"ActivityName\" = {activity} LOCK IN SHARE MODE);\n"

#define LEAVE                                                                                      \
    "    IF v$alone THEN\n"                                                                        \
    "        COMMIT;\n"                                                                            \
    "    ELSE\n"                                                                                   \
    "        RELEASE SAVEPOINT nightcube_event;\n"                                                 \
    "    END IF;\n"

#define REFUSE_WITHOUT_ID(name, value)                                                             \
    "    IF coalesce(" value ", '') = '' THEN\n"                                                   \
    "        SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1048, MESSAGE_TEXT = 'the " name            \
    " is missing';\n"                                                                              \
    "    END IF;\n"

#define REFUSE(state, errno, text)                                                                 \
    "SET v$why = concat('instance ''', left(p$id, 128), ''': " text "');\n"                        \
    "            SIGNAL SQLSTATE '" state "' SET MYSQL_ERRNO = " errno ", MESSAGE_TEXT = v$why;\n"

#define PARENT_OF(id)                                                                              \
    "(SELECT c.\"ParentActivityID\" FROM {continuations} AS c WHERE c.\"ActivityID\" = " id        \
    " LOCK IN SHARE MODE)"

/* As the function of the same name on PostgreSQL. */
static const char root_of[] =
    "CREATE OR REPLACE PROCEDURE {root}(IN p$id {id}, OUT p$root {id}, OUT p$fresh boolean)\n"
    "BEGIN\n"
    "    DECLARE v$parent {id};\n"
    "    SET p$root = p$id;\n"
    "    climb: LOOP\n"
    "        INSERT INTO {active} (\"ActivityID\", \"IsVisible\", \"IsComplete\") "
    "VALUES (p$root, 0, 0)\n"
    "        ON DUPLICATE KEY UPDATE \"ActivityID\" = VALUES(\"ActivityID\");\n"
    "        SET p$fresh = (SELECT a.\"LastModified\" IS NULL FROM {active} AS a "
    "WHERE a.\"ActivityID\" = p$root FOR UPDATE);\n"
    "        IF NOT p$fresh THEN LEAVE climb; END IF;\n"
    "        SET v$parent = " PARENT_OF(
        "p$root") ";\n"
                  "        IF v$parent IS NULL THEN\n"
                  "            IF p$root = p$id THEN LEAVE climb; END IF;\n"
                  "            SET v$parent = " PARENT_OF(
                      "p$id") ";\n"
                              "            IF v$parent = p$root THEN LEAVE climb; END IF;\n"
                              "        END IF;\n"
                              "        DELETE FROM {active} WHERE {active}.\"ActivityID\" = "
                              "p$root;\n"
                              "        SET p$root = coalesce(v$parent, p$id);\n"
                              "    END LOOP;\n"
                              "END";

static const char complete[] =
    "CREATE OR REPLACE PROCEDURE {complete}(IN p$id {id})\n"
    "BEGIN\n"
    "    DECLARE v$record bigint;\n"
    "    DECLARE v$why varchar(512);\n"
    "    IF EXISTS (SELECT 1 FROM {active} AS a WHERE a.\"ActivityID\" = p$id AND a.\"IsVisible\" "
    "= 1 "
    "AND a.\"IsComplete\" = 1 LOCK IN SHARE MODE)\n"
    "        AND NOT EXISTS (SELECT 1 FROM {continuations} AS c WHERE c.\"ParentActivityID\" = "
    "p$id "
    "LOCK IN SHARE MODE) THEN\n"
    "        INSERT IGNORE INTO {online} (\"ActivityID\") VALUES (p$id);\n"
    "        IF row_count() = 0 THEN\n"
    "            " REFUSE("23000", "1062",
        "completed a second time while the first is still online") "        END IF;\n"
                                                                   "        INSERT INTO "
                                                                   "{completed} "
                                                                   "(\"ActivityID\"{each , @}, "
                                                                   "\"LastModified\")\n"
                                                                   "        SELECT "
                                                                   "a.\"ActivityID\"{each , "
                                                                   "a.@}, " NOW
                                                                   " FROM {active} AS a "
                                                                   "WHERE a.\"ActivityID\" = "
                                                                   "p$id;\n"
                                                                   "        SET v$record = "
                                                                   "last_insert_id();\n"
                                                                   "        INSERT INTO {completed "
                                                                   "references} (\"RecordID\", "
                                                                   "\"ActivityID\", "
                                                                   "\"ReferenceName\", "
                                                                   "\"ReferenceData\", "
                                                                   "\"ReferenceType\", "
                                                                   "\"LongReferenceData\", "
                                                                   "\"ReferenceDataExtend\")\n"
                                                                   "        SELECT v$record, "
                                                                   "r.\"ActivityID\", "
                                                                   "r.\"ReferenceName\", "
                                                                   "r.\"ReferenceData\", "
                                                                   "r.\"ReferenceType\", "
                                                                   "r.\"LongReferenceData\", "
                                                                   "r.\"ReferenceDataExtend\" FROM "
                                                                   "{references} AS r "
                                                                   "WHERE r.\"ActivityID\" = "
                                                                   "p$id;\n"
                                                                   "        IF row_count() > 0 "
                                                                   "THEN\n"
                                                                   "            DELETE FROM "
                                                                   "{references} WHERE "
                                                                   "{references}.\"ActivityID\" = "
                                                                   "p$id;\n"
                                                                   "        END IF;\n"
                                                                   "        DELETE FROM {active} "
                                                                   "WHERE {active}.\"ActivityID\" "
                                                                   "= p$id;\n"
                                                                   "    END IF;\n"
                                                                   "END";

#define SAVE(id, ended)                                                                            \
    "INSERT INTO {active} (\"ActivityID\", \"IsVisible\", \"IsComplete\"{each , @}, "              \
    "\"LastModified\")\n"                                                                          \
    "    VALUES (" id ", coalesce(p$start, 0) <> 0, " ended "{each , #}, " NOW ")\n"               \
    "    ON DUPLICATE KEY UPDATE\n"                                                                \
    "        \"IsVisible\" = greatest(coalesce(\"IsVisible\", 0), VALUES(\"IsVisible\")),\n"       \
    "        \"IsComplete\" = greatest(coalesce(\"IsComplete\", 0), VALUES(\"IsComplete\")){each " \
    ",\n        @ = coalesce(VALUES(@), @)},\n"                                                    \
    "        \"LastModified\" = VALUES(\"LastModified\");\n"

/* row_count() is 1 for a row that was made; it may be for one that was there, which does no harm.
 */
static const char import[] =
    "CREATE OR REPLACE PROCEDURE {import}(IN p$id {id}, IN p$start boolean, IN p$end boolean"
    "{each , IN # ^})\n"
    "BEGIN\n"
    "    DECLARE v$root {id} DEFAULT p$id;\n"
    "    DECLARE v$held {id};\n"
    "    DECLARE v$fresh boolean;\n" ENTER REFUSE_WITHOUT_ID("ActivityID", "p$id") "    " SAVE(
        "p$id",
        "coalesce(p$end, 0) <> 0") "    IF row_count() = 1 AND EXISTS (SELECT 1 FROM "
                                   "{continuations} AS c "
                                   "WHERE c.\"ActivityID\" = p$id LOCK IN SHARE MODE) THEN\n"
                                   "        DELETE FROM {active} WHERE {active}.\"ActivityID\" = "
                                   "p$id;\n"
                                   "        CALL {root}(p$id, v$root, v$fresh);\n"
                                   "        IF p$end AND v$root <> p$id THEN\n"
                                   "            DELETE FROM {continuations} WHERE "
                                   "{continuations}.\"ActivityID\" = p$id;\n"
                                   "        END IF;\n"
                                   "    " SAVE("v$root", "coalesce(p$end, 0) <> 0 AND v$root = "
                                                         "p$id") "    END IF;\n"
                                                                 "    IF p$start OR p$end THEN\n"
                                                                 "        CALL "
                                                                 "{complete}(v$root);\n"
                                                                 "    END IF;\n" LEAVE "END";

static const char add_reference[] =
    "CREATE OR REPLACE PROCEDURE {reference}(IN p$id {id}, IN p$type {id}, IN p$name {id}, "
    "IN p$data varchar(1024) CHARACTER SET utf8mb4, IN p$long longtext CHARACTER SET utf8mb4)\n"
    "BEGIN\n"
    "    DECLARE v$root {id};\n"
    "    DECLARE v$held {id};\n"
    "    DECLARE v$fresh boolean;\n" ENTER REFUSE_WITHOUT_ID(
        "ActivityID", "p$id") "    CALL {root}(p$id, v$root, v$fresh);\n"
                              "    UPDATE {active} AS a SET a.\"LastModified\" = " NOW
                              " WHERE a.\"ActivityID\" = v$root;\n"
                              "    INSERT INTO {references} (\"ActivityID\", \"ReferenceName\", "
                              "\"ReferenceData\", "
                              "\"ReferenceType\", \"LongReferenceData\", \"ReferenceDataExtend\")\n"
                              "    VALUES (v$root, p$name, left(p$data, 128), coalesce(p$type, "
                              "'BizTalkService'), p$long, "
                              "nullif(substr(p$data, 129), ''));\n" LEAVE "END";

static const char enable_continuation[] =
    "CREATE OR REPLACE PROCEDURE {continue}(IN p$owner {id}, IN p$id {id})\n"
    "BEGIN\n"
    "    DECLARE v$root {id};\n"
    "    DECLARE v$held {id};\n"
    "    DECLARE v$parent {id};\n"
    "    DECLARE v$why varchar(512);\n"
    "    DECLARE v$root_is_fresh boolean;\n"
    "    DECLARE v$token_is_fresh boolean;\n"
    "    DECLARE v$token_ended boolean DEFAULT false;\n" ENTER REFUSE_WITHOUT_ID(
        "ActivityID", "p$owner") REFUSE_WITHOUT_ID("ContinuationToken",
        "p$id") "    CALL {root}(p$owner, v$root, v$root_is_fresh);\n"
                "    IF p$id = v$root THEN\n"
                "            " REFUSE("22023", "1210",
                    "a token may not continue itself") "    END IF;\n"
                                                       "    INSERT INTO {active} "
                                                       "(\"ActivityID\", \"IsVisible\", "
                                                       "\"IsComplete\") VALUES (p$id, 0, 0)\n"
                                                       "    ON DUPLICATE KEY UPDATE "
                                                       "\"ActivityID\" = "
                                                       "VALUES(\"ActivityID\");\n"
                                                       "    SELECT a.\"LastModified\" IS NULL, "
                                                       "coalesce(a.\"IsComplete\", 0) INTO "
                                                       "v$token_is_fresh, "
                                                       "v$token_ended FROM {active} AS a WHERE "
                                                       "a.\"ActivityID\" = p$id FOR UPDATE;\n"
                                                       "    SET v$parent = " PARENT_OF(
                                                           "p$id") ";\n"
                                                                   "    IF v$parent <> v$root "
                                                                   "THEN\n"
                                                                   "            " REFUSE("22023",
                                                                       "1210",
                                                                       "this token belongs to "
                                                                       "another instance "
                                                                       "already") "    END "
                                                                                  "IF;\n"
                                                                                  "    IF "
                                                                                  "v$parent IS "
                                                                                  "NULL THEN\n"
                                                                                  "        IF "
                                                                                  "NOT "
                                                                                  "v$token_is_"
                                                                                  "fresh THEN\n"
                                                                                  "            "
                                                                                  "UPDATE "
                                                                                  "{active} AS "
                                                                                  "r JOIN "
                                                                                  "{active} AS "
                                                                                  "t ON "
                                                                                  "t."
                                                                                  "\"ActivityID"
                                                                                  "\" = p$id "
                                                                                  "SET "
                                                                                  "r."
                                                                                  "\"IsVisible"
                                                                                  "\" = "
                                                                                  "greatest("
                                                                                  "coalesce(r."
                                                                                  "\"IsVisible"
                                                                                  "\", 0), "
                                                                                  "coalesce(t."
                                                                                  "\"IsVisible"
                                                                                  "\", 0))"
                                                                                  "{each , r.@ "
                                                                                  "= "
                                                                                  "coalesce(t.@"
                                                                                  ", r.@)}, "
                                                                                  "r."
                                                                                  "\"LastModifi"
                                                                                  "ed\" = " NOW
                                                                                  " WHERE "
                                                                                  "r."
                                                                                  "\"ActivityID"
                                                                                  "\" = "
                                                                                  "v$root;\n"
                                                                                  "            "
                                                                                  "UPDATE "
                                                                                  "{references}"
                                                                                  " AS f SET "
                                                                                  "f."
                                                                                  "\"ActivityID"
                                                                                  "\" = v$root "
                                                                                  "WHERE "
                                                                                  "f."
                                                                                  "\"ActivityID"
                                                                                  "\" = p$id;\n"
                                                                                  "            "
                                                                                  "SET "
                                                                                  "v$root_is_"
                                                                                  "fresh = "
                                                                                  "false;\n"
                                                                                  "        END "
                                                                                  "IF;\n"
                                                                                  "        "
                                                                                  "UPDATE "
                                                                                  "{continuatio"
                                                                                  "ns} AS c "
                                                                                  "SET "
                                                                                  "c."
                                                                                  "\"ParentActi"
                                                                                  "vityID\" = "
                                                                                  "v$root "
                                                                                  "WHERE "
                                                                                  "c."
                                                                                  "\"ParentActi"
                                                                                  "vityID\" = "
                                                                                  "p$id;\n"
                                                                                  "        IF "
                                                                                  "NOT "
                                                                                  "v$token_"
                                                                                  "ended THEN\n"
                                                                                  "            "
                                                                                  "INSERT INTO "
                                                                                  "{continuatio"
                                                                                  "ns} "
                                                                                  "(\"ActivityI"
                                                                                  "D\", "
                                                                                  "\"ParentActi"
                                                                                  "vityID\") "
                                                                                  "VALUES "
                                                                                  "(p$id, "
                                                                                  "v$root);\n"
                                                                                  "        END "
                                                                                  "IF;\n"
                                                                                  "    END "
                                                                                  "IF;\n"
                                                                                  "    DELETE "
                                                                                  "FROM "
                                                                                  "{active} "
                                                                                  "WHERE "
                                                                                  "{active}."
                                                                                  "\"ActivityID"
                                                                                  "\" = p$id;\n"
                                                                                  "    IF "
                                                                                  "v$root_is_"
                                                                                  "fresh THEN\n"
                                                                                  "        "
                                                                                  "DELETE FROM "
                                                                                  "{active} "
                                                                                  "WHERE "
                                                                                  "{active}."
                                                                                  "\"ActivityID"
                                                                                  "\" = "
                                                                                  "v$root;\n"
                                                                                  "    END "
                                                                                  "IF;\n"
                                                                                  "    CALL "
                                                                                  "{complete}("
                                                                                  "v$root);"
                                                                                  "\n" LEAVE "END";

static const struct writer_routine routines[] = {
    {root_of, "DROP PROCEDURE IF EXISTS {root}"},
    {complete, "DROP PROCEDURE IF EXISTS {complete}"},
    {import, "DROP PROCEDURE IF EXISTS {import}"},
    {add_reference, "DROP PROCEDURE IF EXISTS {reference}"},
    {enable_continuation, "DROP PROCEDURE IF EXISTS {continue}"},
    {NULL, NULL},
};

static void
add_parameter(struct text *sql, const struct activity *a, size_t checkpoint)
{
    text_add_format(sql, "\"in:%s\"", a->checkpoints[checkpoint].name);
}

const struct writer_language writer_in_procedures = {
    .routines = routines,
    .most_checkpoints = SIZE_MAX,
    .is_there = "SELECT 1 FROM information_schema.routines WHERE routine_schema = database() AND "
                "routine_type = 'PROCEDURE' AND routine_name = %t",
    .calls =
        "-- All values in this order, NULL for those not known; IsStartNew: begin, IsComplete: "
        "end, neither: update.\n"
        "-- CALL {import}(ActivityID, IsStartNew, IsComplete{each , @});\n"
        "-- CALL {continue}('id', 'token');\n"
        "-- CALL {reference}('id', 'type', 'name', 'data', 'long data or NULL');\n"
        "-- The account needs: GRANT EXECUTE ON PROCEDURE {import} TO account; the same for the "
        "other two.\n",
    .add_parameter = add_parameter,
};
