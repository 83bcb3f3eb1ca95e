#include "etl/activity/position.h"

#include "config/base/clock.h"

static void
describe_options(struct text *t, const struct event_source *source)
{
    const struct source_options *o = event_source_options(source);
    const char *const parts[] = {source_format_names[event_source_format(source)], o->activity,
        o->case_column, o->class_column, o->time_column, o->timezone};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        text_add_format(t, "%s|", parts[i] == NULL ? "" : parts[i]);
    text_add(t, o->keep_active ? "active" : "");
    for (size_t i = 0; i < o->map_count; i++)
        text_add_format(t, "|%s", o->maps[i]);
}

static int
read_row(struct position *p, struct db *primary, struct fault *f)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_INT};
    const struct value key[] = {value_text(p->sha256), value_text(text_get(&p->options))};
    struct value row[] = {value_null(), value_null()};
    struct stmt *s = db_prepare(primary,
        "SELECT \"Position\", \"Finished\" FROM \"nightcube_Imports\" WHERE \"SourceSha256\" = ? "
        "AND \"Options\" = ?",
        f);
    int rc = s == NULL ? -1 : stmt_bind_row(s, key, 2, f);

    if (rc == 0 && (rc = stmt_query(s, types, 2, f)) == 0)
        rc = stmt_fetch(s, row, f);
    stmt_free(s);
    p->known = rc == 1;
    if (p->known) {
        p->record = (uint64_t)row[0].as.integer;
        p->finished = row[1].as.integer != 0;
    }
    return rc < 0 ? -1 : 0;
}

int
position_read(struct position *p, struct db *primary, const struct event_source *source,
    const char *path, struct fault *f)
{
    *p = (struct position){.options = TEXT_INIT};
    if (digest_file(path, p->sha256, f) != 0)
        return -1;
    describe_options(&p->options, source);
    return text_check(&p->options, f) == 0 ? read_row(p, primary, f) : -1;
}

/* The source's row, made by its first batch: an import that takes nothing leaves no trace. */
static int
insert_row(const struct position *p, struct db *primary, struct fault *f)
{
    const struct value row[] = {
        value_text(p->sha256), value_text(text_get(&p->options)), value_time(clock_now())};

    return db_run_with(primary,
        "INSERT INTO \"nightcube_Imports\"(\"SourceSha256\", \"Options\", \"FirstTime\", "
        "\"Position\", \"Events\", \"Late\", \"Rejected\", \"Finished\") "
        "VALUES (?, ?, ?, 0, 0, 0, 0, 0)",
        row, 3, f);
}

int
position_write(const struct position *p, struct db *primary, uint64_t record,
    const struct import_result *step, const char *activity, bool finished, struct fault *f)
{
    const struct value row[] = {value_int((int64_t)record), value_int((int64_t)step->events),
        value_int((int64_t)step->late), value_int((int64_t)step->rejected), value_int(finished),
        value_time(clock_now()), value_text(activity), value_text(activity), value_text(p->sha256),
        value_text(text_get(&p->options))};

    if (!p->known && insert_row(p, primary, f) != 0)
        return -1;
    return db_run_with(primary,
        "UPDATE \"nightcube_Imports\" SET \"Position\" = ?, \"Events\" = \"Events\" + ?, "
        "\"Late\" = \"Late\" + ?, \"Rejected\" = \"Rejected\" + ?, \"Finished\" = ?, "
        "\"LastTime\" = ?, \"Activity\" = CASE WHEN \"Activity\" IS NULL THEN ? "
        "WHEN \"Activity\" = COALESCE(?, \"Activity\") THEN \"Activity\" ELSE '*' END "
        "WHERE \"SourceSha256\" = ? AND \"Options\" = ?",
        row, sizeof row / sizeof row[0], f);
}

void
position_release(struct position *p)
{
    text_release(&p->options);
}
