#include "etl/maintenance/window.h"

#include <string.h>

#include "config/base/moment.h"

const char *const window_unit_names[WINDOW_UNIT_COUNT] = {
    [WINDOW_MINUTE] = "MINUTE",
    [WINDOW_HOUR] = "HOUR",
    [WINDOW_DAY] = "DAY",
    [WINDOW_MONTH] = "MONTH",
};

enum window_unit
window_unit_find(const char *name)
{
    enum window_unit unit = 0;

    while (unit < WINDOW_UNIT_COUNT && strcasecmp(window_unit_names[unit], name) != 0)
        unit++;
    return unit;
}

static int
take(const struct value *row, const char *activity, struct window *w, struct fault *f)
{
    char unit[16] = "";

    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a row was found. */
    if (row[0].type == VALUE_TEXT && row[0].as.text.length < sizeof unit)
        memcpy(unit, row[0].as.text.bytes, row[0].as.text.length);
    w->unit = window_unit_find(unit);
    w->length = row[1].type == VALUE_INT ? row[1].as.integer : -1;
    w->archive = row[2].type != VALUE_INT || row[2].as.integer != 0;
    if (w->unit == WINDOW_UNIT_COUNT || w->length < 0 || w->length > WINDOW_MAX_LENGTH) {
        fault_set(f, FAULT_DATA, "activity '%s' has no valid online window", activity);
        return fault_hint(f, "nightcube set window %s 6 month", activity);
    }
    return 0;
}

int
window_read(struct db *primary, const char *activity, struct window *w, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_INT, VALUE_INT};
    const struct value name = value_text(activity);
    struct value row[3];
    struct stmt *s = db_prepare(primary,
        "SELECT \"OnlineWindowTimeUnit\", \"OnlineWindowTimeLength\", \"Archive\" "
        "FROM \"bam_Metadata_Activities\" WHERE \"ActivityName\" = ?",
        f);
    int rc = s == NULL ? -1 : stmt_bind(s, 1, &name, f);

    if (rc == 0 && (rc = stmt_query(s, types, 3, f)) == 0)
        rc = stmt_fetch(s, row, f);
    if (rc == 0)
        rc = fault_set(f, FAULT_DATA, "there is no activity '%s'", activity);
    else if (rc == 1)
        rc = take(row, activity, w, f);
    stmt_free(s);
    return rc;
}

static int
update(struct db *primary, const char *sql, const struct value *row, size_t count, struct fault *f)
{
    struct stmt *s = db_prepare(primary, sql, f);
    int rc = s == NULL ? -1 : stmt_bind_row(s, row, count, f);

    if (rc == 0)
        rc = stmt_run(s, f);
    if (rc == 0 && stmt_affected(s) != 1)
        rc = fault_set(f, FAULT_DATA, "there is no activity '%.*s'",
            (int)row[count - 1].as.text.length, row[count - 1].as.text.bytes);
    stmt_free(s);
    return rc;
}

int
window_set(struct db *primary, const char *activity, int64_t length, enum window_unit unit,
    struct fault *f)
{
    const struct value row[] = {
        value_int(length), value_text(window_unit_names[unit]), value_text(activity)};

    return update(primary,
        "UPDATE \"bam_Metadata_Activities\" SET \"OnlineWindowTimeLength\" = ?, "
        "\"OnlineWindowTimeUnit\" = ? WHERE \"ActivityName\" = ?",
        row, 3, f);
}

int
window_set_archive(struct db *primary, const char *activity, bool archive, struct fault *f)
{
    const struct value row[] = {value_int(archive), value_text(activity)};

    return update(primary,
        "UPDATE \"bam_Metadata_Activities\" SET \"Archive\" = ? WHERE \"ActivityName\" = ?", row, 2,
        f);
}

int64_t
window_threshold(const struct window *w, int64_t now)
{
    static const int64_t micros[] = {
        [WINDOW_MINUTE] = INT64_C(60000000),
        [WINDOW_HOUR] = INT64_C(3600000000),
        [WINDOW_DAY] = INT64_C(86400000000),
    };
    int64_t threshold;

    if (w->unit == WINDOW_MONTH)
        return moment_minus_months(now, (int)w->length);
    if (__builtin_sub_overflow(now, w->length * micros[w->unit], &threshold) ||
        threshold < MOMENT_MIN)
        return MOMENT_MIN;
    return threshold;
}
