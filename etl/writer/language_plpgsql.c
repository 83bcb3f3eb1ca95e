/*
 * PostgreSQL: functions in PL/pgSQL.
 *
 * An event takes the row of its instance in Active first, making it when there is none: what two
 * events of one instance do, they do one after the other. So each statement below sees what the
 * other one has committed, which needs READ COMMITTED, the default.
 */
#include "etl/odbc/sql.h"
#include "etl/writer/language.h"

/* A function's arguments are at most 100 (postgresql.org/docs/15/limits.html). */
enum { MOST_CHECKPOINTS = 100 - 3 };

#define NOW "CAST(clock_timestamp() AT TIME ZONE 'UTC' AS timestamp(6))"

#define REFUSE_WITHOUT_ID(name, value)                                                             \
    "    IF coalesce(" value ", '') = '' THEN\n"                                                   \
    "        RAISE EXCEPTION USING ERRCODE = '23502', MESSAGE = 'the " name " is missing';\n"      \
    "    END IF;\n"

/* The instance that events for an ID belong to, its row held: the root when the ID is a token.
 * `fresh`: the row was made for this. A token's row is made as well, to hold it, and is gone again.
 * The root may have become a token of another while its row was waited for. */
static const char root_of[] =
    "CREATE FUNCTION {root}(\"ActivityID\" varchar, OUT v$root varchar, OUT v$fresh boolean)\n"
    "LANGUAGE plpgsql AS $$\n"
    "#variable_conflict use_column\n"
    "DECLARE\n"
    "    v$parent varchar;\n"
    "BEGIN\n"
    "    v$root := $1;\n"
    "    LOOP\n"
    "        INSERT INTO {active} AS a (\"ActivityID\", \"IsVisible\", \"IsComplete\", "
    "\"LastModified\")\n"
    "        VALUES (v$root, 0, 0, " NOW ")\n"
    "        ON CONFLICT (\"ActivityID\") DO UPDATE SET \"LastModified\" = a.\"LastModified\"\n"
    "        RETURNING a.xmax = 0 INTO v$fresh;\n"
    "        EXIT WHEN NOT v$fresh;\n"
    "        v$parent := (SELECT c.\"ParentActivityID\" FROM {continuations} AS c "
    "WHERE c.\"ActivityID\" = v$root);\n"
    "        IF v$parent IS NULL THEN\n"
    "            EXIT WHEN v$root = $1;\n"
    "            v$parent := (SELECT c.\"ParentActivityID\" FROM {continuations} AS c "
    "WHERE c.\"ActivityID\" = $1);\n"
    "            EXIT WHEN v$parent = v$root;\n"
    "        END IF;\n"
    "        DELETE FROM {active} AS a WHERE a.\"ActivityID\" = v$root;\n"
    "        v$root := coalesce(v$parent, $1);\n"
    "    END LOOP;\n"
    "END $$";

static const char complete[] =
    "CREATE FUNCTION {complete}(\"ActivityID\" varchar) RETURNS void\n"
    "LANGUAGE plpgsql AS $$\n"
    "#variable_conflict use_column\n"
    "DECLARE\n"
    "    v$record bigint;\n"
    "BEGIN\n"
    "    IF EXISTS (SELECT 1 FROM {continuations} AS c WHERE c.\"ParentActivityID\" = $1) OR NOT "
    "EXISTS "
    "(SELECT 1 FROM {active} AS a WHERE a.\"ActivityID\" = $1 AND a.\"IsVisible\" = 1 "
    "AND a.\"IsComplete\" = 1) THEN\n"
    "        RETURN;\n"
    "    END IF;\n"
    "    INSERT INTO {online} (\"ActivityID\") VALUES ($1) ON CONFLICT DO NOTHING;\n"
    "    IF NOT FOUND THEN\n"
    "        RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = 'instance ''' || $1 || ''' of "
    "activity ' "
    "|| {activity} || ': completed a second time while the first is still online';\n"
    "    END IF;\n"
    "    INSERT INTO {completed} (\"ActivityID\"{each , @}, \"LastModified\")\n"
    "    SELECT a.\"ActivityID\"{each , a.@}, " NOW
    " FROM {active} AS a WHERE a.\"ActivityID\" = $1\n"
    "    RETURNING \"RecordID\" INTO v$record;\n"
    "    INSERT INTO {completed references} (\"RecordID\", \"ActivityID\", \"ReferenceName\", "
    "\"ReferenceData\", \"ReferenceType\", \"LongReferenceData\", \"ReferenceDataExtend\")\n"
    "    SELECT v$record, r.\"ActivityID\", r.\"ReferenceName\", r.\"ReferenceData\", "
    "r.\"ReferenceType\", r.\"LongReferenceData\", r.\"ReferenceDataExtend\" FROM {references} AS "
    "r "
    "WHERE r.\"ActivityID\" = $1;\n"
    "    IF FOUND THEN\n"
    "        DELETE FROM {references} AS r WHERE r.\"ActivityID\" = $1;\n"
    "    END IF;\n"
    "    DELETE FROM {active} AS a WHERE a.\"ActivityID\" = $1;\n"
    "END $$";

#define SAVE(id, ended)                                                                            \
    "INSERT INTO {active} AS a (\"ActivityID\", \"IsVisible\", \"IsComplete\"{each , @}, "         \
    "\"LastModified\")\n"                                                                          \
    "    VALUES (" id ", CASE WHEN $2 THEN 1 ELSE 0 END, CASE WHEN " ended                         \
    " THEN 1 ELSE 0 END{each , #}, " NOW ")\n"                                                     \
    "    ON CONFLICT (\"ActivityID\") DO UPDATE SET\n"                                             \
    "        \"IsVisible\" = greatest(a.\"IsVisible\", EXCLUDED.\"IsVisible\"),\n"                 \
    "        \"IsComplete\" = greatest(a.\"IsComplete\", EXCLUDED.\"IsComplete\"){each ,\n"        \
    "        @ = coalesce(EXCLUDED.@, a.@)},\n"                                                    \
    "        \"LastModified\" = EXCLUDED.\"LastModified\"\n"                                       \
    "    RETURNING a.xmax = 0, a.\"IsVisible\", a.\"IsComplete\" INTO v$fresh, v$visible, "        \
    "v$ended;\n"

#define IMPORT(parameters, declare, prepare)                                                       \
    "CREATE FUNCTION {import}(\"ActivityID\" varchar, \"IsStartNew\" boolean DEFAULT false, "      \
    "\"IsComplete\" boolean DEFAULT false" parameters ") RETURNS void\n"                           \
    "LANGUAGE plpgsql AS $$\n"                                                                     \
    "#variable_conflict use_column\n"                                                              \
    "DECLARE\n"                                                                                    \
    "    v$root varchar := $1;\n"                                                                  \
    "    v$fresh boolean;\n"                                                                       \
    "    v$visible integer;\n"                                                                     \
    "    v$ended integer;\n" declare "BEGIN\n" REFUSE_WITHOUT_ID("ActivityID", "$1") prepare       \
        "    " SAVE(                                                                               \
            "$1", "$3") "    IF v$fresh AND EXISTS (SELECT 1 FROM {continuations} AS c WHERE "     \
                        "c.\"ActivityID\" = $1) "                                                  \
                        "THEN\n"                                                                   \
                        "        DELETE FROM {active} AS a WHERE a.\"ActivityID\" = $1;\n"         \
                        "        v$root := (SELECT r.v$root FROM {root}($1) AS r);\n"              \
                        "        IF $3 THEN\n"                                                     \
                        "            DELETE FROM {continuations} AS c WHERE c.\"ActivityID\" = "   \
                        "$1 AND v$root <> $1;\n"                                                   \
                        "        END IF;\n"                                                        \
                        "    " SAVE("v$root",                                                      \
                            "$3 AND v$root = $1") "    END IF;\n"                                  \
                                                  "    IF v$visible = 1 AND v$ended = 1 THEN\n"    \
                                                  "        PERFORM {complete}(v$root);\n"          \
                                                  "    END IF;\n"                                  \
                                                  "END $$"

static const char import[] = IMPORT("{each , @ ^ DEFAULT NULL}", "", "");

static const char wide_import[] = IMPORT(", \"Data\" jsonb DEFAULT NULL",
    "    v$data {active}%ROWTYPE;\n",
    "    IF $4 IS NOT NULL THEN\n"
    "        IF EXISTS (SELECT k FROM jsonb_object_keys($4) AS k EXCEPT SELECT a.attname FROM "
    "pg_attribute AS a WHERE a.attrelid = '{active}'::regclass AND a.attname NOT IN ('ActivityID', "
    "'IsVisible', 'IsComplete', 'LastModified')) THEN\n"
    "            RAISE EXCEPTION USING ERRCODE = '42703', MESSAGE = 'Data names something that is "
    "no "
    "checkpoint of ' || {activity};\n"
    "        END IF;\n"
    "        v$data := jsonb_populate_record(v$data, $4);\n"
    "    END IF;\n");

static const char add_reference[] =
    "CREATE FUNCTION {reference}(\"ActivityID\" varchar, \"ReferenceType\" varchar, "
    "\"ReferenceName\" varchar, \"ReferenceData\" varchar, \"LongReferenceData\" text DEFAULT "
    "NULL) "
    "RETURNS void\n"
    "LANGUAGE plpgsql AS $$\n"
    "#variable_conflict use_column\n"
    "DECLARE\n"
    "    v$root varchar;\n"
    "BEGIN\n" REFUSE_WITHOUT_ID("ActivityID",
        "$1") "    v$root := (SELECT r.v$root FROM {root}($1) AS r);\n"
              "    UPDATE {active} AS a SET \"LastModified\" = " NOW
              " WHERE a.\"ActivityID\" = v$root;\n"
              "    INSERT INTO {references} (\"ActivityID\", \"ReferenceName\", \"ReferenceData\", "
              "\"ReferenceType\", \"LongReferenceData\", \"ReferenceDataExtend\")\n"
              "    VALUES (v$root, $3, left($4, 128), coalesce($2, 'BizTalkService'), $5, "
              "nullif(substr($4, 129), ''));\n"
              "END $$";

/* The token's row is held too: an event for it comes before or after all of this. */
static const char enable_continuation[] =
    "CREATE FUNCTION {continue}(\"ActivityID\" varchar, \"ContinuationToken\" varchar) RETURNS "
    "void\n"
    "LANGUAGE plpgsql AS $$\n"
    "#variable_conflict use_column\n"
    "DECLARE\n"
    "    v$root varchar;\n"
    "    v$root_is_fresh boolean;\n"
    "    v$token_is_fresh boolean;\n"
    "    v$token_ended integer := 0;\n"
    "    v$parent varchar;\n"
    "BEGIN\n" REFUSE_WITHOUT_ID("ActivityID", "$1") REFUSE_WITHOUT_ID("ContinuationToken",
        "$2") "    SELECT r.v$root, r.v$fresh INTO v$root, v$root_is_fresh FROM {root}($1) AS r;\n"
              "    IF $2 = v$root THEN\n"
              "        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'instance ''' || $2 || "
              "''': a token may "
              "not continue itself';\n"
              "    END IF;\n"
              "    INSERT INTO {active} AS a (\"ActivityID\", \"IsVisible\", \"IsComplete\", "
              "\"LastModified\")\n"
              "    VALUES ($2, 0, 0, " NOW ")\n"
              "    ON CONFLICT (\"ActivityID\") DO UPDATE SET \"LastModified\" = "
              "a.\"LastModified\"\n"
              "    RETURNING a.xmax = 0, a.\"IsComplete\" INTO v$token_is_fresh, v$token_ended;\n"
              "    v$parent := (SELECT c.\"ParentActivityID\" FROM {continuations} AS c "
              "WHERE c.\"ActivityID\" = $2);\n"
              "    IF v$parent <> v$root THEN\n"
              "        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'instance ''' || $2 || "
              "''': this token "
              "belongs to another instance already';\n"
              "    END IF;\n"
              "    IF v$parent IS NULL THEN\n"
              "        IF NOT v$token_is_fresh THEN\n"
              "            UPDATE {active} AS r SET \"IsVisible\" = greatest(r.\"IsVisible\", "
              "t.\"IsVisible\"){each , @ = coalesce(t.@, r.@)}, \"LastModified\" = " NOW "\n"
              "            FROM {active} AS t WHERE r.\"ActivityID\" = v$root AND t.\"ActivityID\" "
              "= $2;\n"
              "            UPDATE {references} SET \"ActivityID\" = v$root WHERE \"ActivityID\" = "
              "$2;\n"
              "            v$root_is_fresh := false;\n"
              "        END IF;\n"
              "        UPDATE {continuations} SET \"ParentActivityID\" = v$root WHERE "
              "\"ParentActivityID\" = $2;\n"
              "        IF v$token_is_fresh OR v$token_ended IS DISTINCT FROM 1 THEN\n"
              "            INSERT INTO {continuations} (\"ActivityID\", \"ParentActivityID\") "
              "VALUES ($2, v$root);\n"
              "        END IF;\n"
              "    END IF;\n"
              "    DELETE FROM {active} AS a WHERE a.\"ActivityID\" = $2 OR (v$root_is_fresh AND "
              "a.\"ActivityID\" = v$root);\n"
              "    PERFORM {complete}(v$root);\n"
              "END $$";

#define REST                                                                                       \
    {add_reference, "DROP FUNCTION IF EXISTS {reference}"},                                        \
        {enable_continuation, "DROP FUNCTION IF EXISTS {continue}"},                               \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

static const struct writer_routine routines[] = {
    {root_of, "DROP FUNCTION IF EXISTS {root}"},
    {complete, "DROP FUNCTION IF EXISTS {complete}"},
    {import, "DROP FUNCTION IF EXISTS {import}"},
    REST,
};

static const struct writer_routine wide_routines[] = {
    {root_of, "DROP FUNCTION IF EXISTS {root}"},
    {complete, "DROP FUNCTION IF EXISTS {complete}"},
    {wide_import, "DROP FUNCTION IF EXISTS {import}"},
    REST,
};

static void
add_parameter(struct text *sql, const struct activity *a, size_t checkpoint)
{
    if (a->checkpoint_count > MOST_CHECKPOINTS)
        sql_add(sql, "v$data.%n", a->checkpoints[checkpoint].name);
    else
        text_add_format(sql, "$%zu", checkpoint + 4);
}

#define OTHER_CALLS                                                                                \
    "-- SELECT {continue}('id', 'token');\n"                                                       \
    "-- SELECT {reference}('id', 'type', 'name', 'data', 'long data or NULL');\n"                  \
    "-- The account needs: GRANT SELECT, INSERT, UPDATE, DELETE ON {active}, {completed}, "        \
    "{references},\n"                                                                              \
    "--   {completed references}, {continuations}, {online} TO account;\n"                         \
    "--   and USAGE on the sequence of {completed} and on the schema, which its search_path "      \
    "names.\n"

const struct writer_language writer_in_plpgsql = {
    .routines = routines,
    .most_checkpoints = MOST_CHECKPOINTS,
    .wide_routines = wide_routines,
    .is_there = "SELECT 1 FROM pg_proc WHERE proname = %t AND pronamespace = (SELECT oid FROM "
                "pg_namespace WHERE nspname = current_schema())",
    .calls =
        "-- Name what you know, leave out the rest; IsStartNew: begin, IsComplete: end, neither: "
        "update.\n"
        "-- SELECT {import}(\"ActivityID\" => 'id', \"IsStartNew\" => true, \"IsComplete\" => "
        "false{each ,\n--   @ => #});\n" OTHER_CALLS,
    .wide_calls =
        "-- IsStartNew: begin, IsComplete: end, neither: update; Data: a JSON object of "
        "checkpoints.\n"
        "-- SELECT {import}(\"ActivityID\" => 'id', \"IsStartNew\" => true, \"IsComplete\" => "
        "false, \"Data\" => $1);\n" OTHER_CALLS,
    .bare_types = true,
    .add_parameter = add_parameter,
};
