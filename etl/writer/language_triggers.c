/*
 * SQLite: views that nobody reads, with triggers that do what an INSERT into them asks for. A
 * trigger has no variables: a second view with a trigger stands where a routine would be called.
 *
 * A writer is alone in the file, so nothing is locked here.
 */
#include "config/base/value.h"
#include "etl/odbc/sql.h"
#include "etl/writer/language.h"

/* As the dialect writes times: no more digits than there are. */
#define NOW "rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.')"

#define ROOT                                                                                       \
    "coalesce((SELECT c.\"ParentActivityID\" FROM {continuations} AS c WHERE c.\"ActivityID\" = "  \
    "NEW.\"ActivityID\"), NEW.\"ActivityID\")"

#define REFUSE_WITHOUT(name)                                                                       \
    "    SELECT RAISE(ABORT, 'the " name " is missing') WHERE coalesce(NEW.\"" name                \
    "\", '') = '';\n"                                                                              \
    "    SELECT RAISE(ABORT, 'the " name                                                           \
    " is longer than 128 characters') WHERE length(NEW.\"" name "\") > 128;\n"

/* A text, 'false' among them, would be as good as any to SQLite. */
#define REFUSE_NO_FLAG                                                                             \
    "    SELECT RAISE(ABORT, 'IsStartNew and IsComplete are 0, 1 or NULL') WHERE "                 \
    "NEW.\"IsStartNew\" NOT IN (0, 1) OR NEW.\"IsComplete\" NOT IN (0, 1);\n"

/* Is it due? Once its Completed row is made, Active tells still. */
#define DUE                                                                                        \
    "EXISTS (SELECT 1 FROM {active} AS a WHERE a.\"ActivityID\" = NEW.\"ActivityID\" AND "         \
    "a.\"IsVisible\" = 1 AND a.\"IsComplete\" = 1) AND NOT EXISTS (SELECT 1 FROM {continuations} " \
    "AS c WHERE c.\"ParentActivityID\" = NEW.\"ActivityID\")"

#define VIEW_OF(name, columns) "CREATE VIEW " name " AS SELECT " columns " WHERE 1 = 0"

static const char complete_view[] =
    VIEW_OF("{complete}", "NULL AS \"ActivityID\", NULL AS \"ClosedToken\"");

static const char complete[] =
    "CREATE TRIGGER {complete} INSTEAD OF INSERT ON {complete} BEGIN\n"
    "    DELETE FROM {continuations} WHERE \"ActivityID\" = NEW.\"ClosedToken\" AND "
    "\"ParentActivityID\" = NEW.\"ActivityID\";\n"
    "    SELECT RAISE(ABORT, 'completed a second time while the first is still online') WHERE " DUE
    " AND EXISTS (SELECT 1 FROM {online} AS o WHERE o.\"ActivityID\" = NEW.\"ActivityID\");\n"
    "    INSERT INTO {online} (\"ActivityID\") SELECT NEW.\"ActivityID\" WHERE " DUE ";\n"
    "    INSERT INTO {completed} (\"ActivityID\"{each , @}, \"LastModified\") SELECT "
    "a.\"ActivityID\"{each , a.@}, " NOW " FROM {active} AS a WHERE a.\"ActivityID\" = "
    "NEW.\"ActivityID\" AND " DUE ";\n"
    "    INSERT INTO {completed references} (\"RecordID\", \"ActivityID\", \"ReferenceName\", "
    "\"ReferenceData\", \"ReferenceType\", \"LongReferenceData\", \"ReferenceDataExtend\") SELECT "
    "d.\"RecordID\", r.\"ActivityID\", r.\"ReferenceName\", r.\"ReferenceData\", "
    "r.\"ReferenceType\", "
    "r.\"LongReferenceData\", r.\"ReferenceDataExtend\" FROM {references} AS r JOIN {completed} AS "
    "d "
    "ON d.\"ActivityID\" = r.\"ActivityID\" WHERE r.\"ActivityID\" = NEW.\"ActivityID\" AND " DUE
    " ORDER BY r.rowid;\n"
    "    DELETE FROM {references} WHERE \"ActivityID\" = NEW.\"ActivityID\" AND " DUE ";\n"
    "    DELETE FROM {active} WHERE \"ActivityID\" = NEW.\"ActivityID\" AND " DUE ";\n"
    "END";

static const char import_view[] = VIEW_OF("{import}",
    "NULL AS \"ActivityID\", NULL AS \"IsStartNew\", NULL AS \"IsComplete\"{each , NULL AS @}");

static const char import[] =
    "CREATE TRIGGER {import} INSTEAD OF INSERT ON {import} BEGIN\n" REFUSE_WITHOUT("ActivityID")
        REFUSE_NO_FLAG "    INSERT INTO {active} (\"ActivityID\", \"IsVisible\", "
                       "\"IsComplete\"{each , @}, "
                       "\"LastModified\") VALUES (" ROOT ", coalesce(NEW.\"IsStartNew\", 0) <> 0, "
                       "coalesce(NEW.\"IsComplete\", 0) <> 0 AND NEW.\"ActivityID\" = " ROOT
                       "{each , NEW.@}, " NOW ")\n"
                       "    ON CONFLICT (\"ActivityID\") DO UPDATE SET\n"
                       "        \"IsVisible\" = max(coalesce(\"IsVisible\", 0), "
                       "excluded.\"IsVisible\"),\n"
                       "        \"IsComplete\" = max(coalesce(\"IsComplete\", 0), "
                       "excluded.\"IsComplete\"){each ,\n"
                       "        @ = coalesce(excluded.@, @)},\n"
                       "        \"LastModified\" = excluded.\"LastModified\";\n"
                       "{checks}"
                       "    INSERT INTO {complete} (\"ActivityID\", \"ClosedToken\") SELECT " ROOT
                       ", CASE WHEN "
                       "NEW.\"IsComplete\" THEN NEW.\"ActivityID\" END WHERE NEW.\"IsStartNew\" OR "
                       "NEW.\"IsComplete\";\n"
                       "END";

static const char reference_view[] = VIEW_OF("{reference}",
    "NULL AS \"ActivityID\", NULL AS \"ReferenceType\", NULL AS \"ReferenceName\", "
    "NULL AS \"ReferenceData\", NULL AS \"LongReferenceData\"");

static const char add_reference[] =
    "CREATE TRIGGER {reference} INSTEAD OF INSERT ON {reference} BEGIN\n" REFUSE_WITHOUT(
        "ActivityID") "    SELECT RAISE(ABORT, 'a reference is too long: type and name 128, data "
                      "1024 characters') WHERE "
                      "length(NEW.\"ReferenceType\") > 128 OR length(NEW.\"ReferenceName\") > 128 "
                      "OR "
                      "length(NEW.\"ReferenceData\") > 1024;\n"
                      "    INSERT INTO {active} (\"ActivityID\", \"IsVisible\", \"IsComplete\", "
                      "\"LastModified\") VALUES "
                      "(" ROOT ", 0, 0, " NOW
                      ") ON CONFLICT (\"ActivityID\") DO UPDATE SET \"LastModified\" = "
                      "excluded.\"LastModified\";\n"
                      "    INSERT INTO {references} (\"ActivityID\", \"ReferenceName\", "
                      "\"ReferenceData\", "
                      "\"ReferenceType\", \"LongReferenceData\", \"ReferenceDataExtend\") VALUES "
                      "(" ROOT ", "
                      "NEW.\"ReferenceName\", substr(NEW.\"ReferenceData\", 1, 128), "
                      "coalesce(NEW.\"ReferenceType\", "
                      "'BizTalkService'), NEW.\"LongReferenceData\", "
                      "nullif(substr(NEW.\"ReferenceData\", 129), ''));\n"
                      "END";

static const char announce_view[] =
    VIEW_OF("{announce}", "NULL AS \"ActivityID\", NULL AS \"ContinuationToken\"");

/* A token with a past is merged into its root, closed when it had ended. */
static const char announce[] =
    "CREATE TRIGGER {announce} INSTEAD OF INSERT ON {announce} BEGIN\n"
    "    INSERT INTO {active} (\"ActivityID\", \"IsVisible\", \"IsComplete\"{each , @}, "
    "\"LastModified\") SELECT NEW.\"ActivityID\", t.\"IsVisible\", 0{each , t.@}, " NOW
    " FROM {active} AS t WHERE t.\"ActivityID\" = NEW.\"ContinuationToken\"\n"
    "    ON CONFLICT (\"ActivityID\") DO UPDATE SET \"IsVisible\" = max(coalesce(\"IsVisible\", "
    "0), "
    "coalesce(excluded.\"IsVisible\", 0)){each , @ = coalesce(excluded.@, @)}, \"LastModified\" = "
    "excluded.\"LastModified\";\n"
    "    UPDATE {references} SET \"ActivityID\" = NEW.\"ActivityID\" WHERE \"ActivityID\" = "
    "NEW.\"ContinuationToken\";\n"
    "    UPDATE {continuations} SET \"ParentActivityID\" = NEW.\"ActivityID\" WHERE "
    "\"ParentActivityID\" = NEW.\"ContinuationToken\";\n"
    "    INSERT INTO {continuations} (\"ActivityID\", \"ParentActivityID\") SELECT "
    "NEW.\"ContinuationToken\", NEW.\"ActivityID\" WHERE NOT EXISTS (SELECT 1 FROM {active} AS t "
    "WHERE "
    "t.\"ActivityID\" = NEW.\"ContinuationToken\" AND t.\"IsComplete\" = 1);\n"
    "    DELETE FROM {active} WHERE \"ActivityID\" = NEW.\"ContinuationToken\";\n"
    "    INSERT INTO {complete} (\"ActivityID\") VALUES (NEW.\"ActivityID\");\n"
    "END";

static const char continue_view[] =
    VIEW_OF("{continue}", "NULL AS \"ActivityID\", NULL AS \"ContinuationToken\"");

#define TOKENS_ROOT                                                                                \
    "(SELECT t.\"ParentActivityID\" FROM {continuations} AS t WHERE t.\"ActivityID\" = "           \
    "NEW.\"ContinuationToken\")"

static const char enable_continuation[] =
    "CREATE TRIGGER {continue} INSTEAD OF INSERT ON {continue} BEGIN\n" REFUSE_WITHOUT("ActivityID")
        REFUSE_WITHOUT("ContinuationToken") "    SELECT RAISE(ABORT, 'a token may not continue "
                                            "itself') WHERE NEW.\"ContinuationToken\" = " ROOT ";\n"
                                            "    SELECT RAISE(ABORT, 'this token belongs to "
                                            "another instance already') WHERE " TOKENS_ROOT
                                            " <> " ROOT ";\n"
                                            "    INSERT INTO {announce} (\"ActivityID\", "
                                            "\"ContinuationToken\") SELECT " ROOT ", "
                                            "NEW.\"ContinuationToken\" WHERE " TOKENS_ROOT
                                            " IS NULL;\n"
                                            "END";

static const struct writer_routine routines[] = {
    {complete_view, "DROP VIEW IF EXISTS {complete}"},
    {complete, NULL},
    {import_view, "DROP VIEW IF EXISTS {import}"},
    {import, NULL},
    {reference_view, "DROP VIEW IF EXISTS {reference}"},
    {add_reference, NULL},
    {announce_view, "DROP VIEW IF EXISTS {announce}"},
    {announce, NULL},
    {continue_view, "DROP VIEW IF EXISTS {continue}"},
    {enable_continuation, NULL},
    {NULL, NULL},
};

static void
add_parameter(struct text *sql, const struct activity *a, size_t checkpoint)
{
    sql_add(sql, "NEW.%n", a->checkpoints[checkpoint].name);
}

/* Is what a column holds another type, too long, or a time in another form than the dialect's? */
static void
add_misfit(struct text *sql, const struct dialect *dialect, const struct checkpoint *c)
{
    struct text name = TEXT_INIT;

    sql_add(&name, "a.%n", c->name);
    text_add_char(sql, '(');
    dialect->add_misfit(sql, text_get(&name), c->type);
    if (c->type == VALUE_TEXT)
        text_add_format(sql, " OR length(%s) > %d", text_get(&name), c->length);
    else if (c->type == VALUE_TIME)
        text_add_format(sql,
            " OR %s NOT GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] "
            "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]*'",
            text_get(&name));
    text_add_char(sql, ')');
    sql->failed = sql->failed || name.failed;
    text_release(&name);
}

/* Columns of SQLite hold whatever is put into them; ours may not. */
static void
add_checks(struct text *sql, const struct template_scope *s)
{
    struct text why = TEXT_INIT;

    if (s->activity->checkpoint_count == 0)
        return;
    text_add(sql, "    SELECT CASE");
    for (size_t i = 0; i < s->activity->checkpoint_count; i++) {
        const struct checkpoint *c = &s->activity->checkpoints[i];

        text_clear(&why);
        text_add_format(&why, "%s: not a value of type %s", c->name, value_type_name(c->type));
        if (c->type == VALUE_TEXT)
            text_add_format(&why, "(%d)", c->length);
        else if (c->type == VALUE_TIME)
            text_add(&why, ", 'YYYY-MM-DD HH:MM:SS.ffffff' in UTC");
        text_add(sql, " WHEN ");
        add_misfit(sql, s->dialect, c);
        sql_add(sql, " THEN RAISE(ABORT, %t)", text_get(&why));
    }
    text_add(sql, " END FROM ");
    template_add(sql, "{active} AS a WHERE a.\"ActivityID\" = " ROOT ";\n", s);
    sql->failed = sql->failed || why.failed;
    text_release(&why);
}

const struct writer_language writer_in_triggers = {
    .routines = routines,
    .most_checkpoints = SIZE_MAX,
    .is_there = "SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = %t",
    .calls = "-- Name the columns you know; IsStartNew: begin, IsComplete: end, neither: update.\n"
             "-- INSERT INTO {import} (\"ActivityID\", \"IsStartNew\", \"IsComplete\"{each , @})\n"
             "--   VALUES (?, ?, ?{each , ?});\n"
             "-- INSERT INTO {continue} (\"ActivityID\", \"ContinuationToken\") VALUES ('id', "
             "'token');\n"
             "-- INSERT INTO {reference} (\"ActivityID\", \"ReferenceType\", \"ReferenceName\", "
             "\"ReferenceData\", \"LongReferenceData\")\n"
             "--   VALUES ('id', 'type', 'name', 'data', NULL);\n",
    .add_parameter = add_parameter,
    .add_checks = add_checks,
};
