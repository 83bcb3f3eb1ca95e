#include "etl/maintenance/trail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/base/clock.h"
#include "etl/activity/metadata.h"

static const char table_name[] = "nightcube_Trail";

enum { SUM_TEXT_BYTES = 17 };

int
trail_prepare(struct db *primary, struct fault *f)
{
    int exists = db_table_exists(primary, table_name, f);

    return exists == 0 ? metadata_setup(primary, f) : exists < 0 ? -1 : 0;
}

/* ---- noting ---- */

/* A partition that was marked before there was a trail has no row yet. */
static int
ensure_row(struct db *primary, const struct partition *p, struct fault *f)
{
    const struct value row[] = {
        value_text(p->instances), value_text(p->activity), value_text(p->instances)};

    return db_run_with(primary,
        "INSERT INTO \"nightcube_Trail\"(\"InstancesTable\", \"ActivityName\") SELECT ?, ? "
        "WHERE NOT EXISTS (SELECT 1 FROM \"nightcube_Trail\" WHERE \"InstancesTable\" = ?)",
        row, 3, f);
}

/* Sets what `assignments` says; the last parameter is the partition's name. */
static int
note(struct db *primary, const struct partition *p, const char *assignments,
    const struct value *row, size_t count, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = ensure_row(primary, p, f);

    sql_set(&sql, "UPDATE \"nightcube_Trail\" SET %s WHERE \"InstancesTable\" = ?", assignments);
    if (rc == 0)
        rc = text_check(&sql, f) == 0 ? db_run_with(primary, text_get(&sql), row, count, f) : -1;
    text_release(&sql);
    return rc == 0 ? 0 : fault_wrap(f, "note the trail of '%s'", p->instances);
}

int
trail_note_marked(struct db *primary, const struct partition *p, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(p->instances)};

    return note(primary, p,
        "\"MarkedTime\" = ?, \"VerifiedTime\" = NULL, \"BackedUpTime\" = NULL, "
        "\"Container\" = NULL, \"ContainerSha256\" = NULL, \"DroppedTime\" = NULL, "
        "\"KeptTime\" = NULL, \"KeptWhy\" = NULL",
        row, 2, f);
}

static void
format_sum(char text[SUM_TEXT_BYTES], uint64_t sum)
{
    snprintf(text, SUM_TEXT_BYTES, "%016" PRIx64, sum);
}

int
trail_note_verified(
    struct db *primary, const struct partition *p, const struct evidence *e, struct fault *f)
{
    char sum[SUM_TEXT_BYTES], relationship_sum[SUM_TEXT_BYTES];

    format_sum(sum, e->sum);
    format_sum(relationship_sum, e->relationship_sum);

    const struct value row[] = {value_time(clock_now()), value_int(e->rows), value_text(sum),
        value_int(e->relationship_rows), value_text(relationship_sum), value_text(p->instances)};

    return note(primary, p,
        "\"VerifiedTime\" = ?, \"InstanceRows\" = ?, \"InstanceSum\" = ?, "
        "\"RelationshipRows\" = ?, \"RelationshipSum\" = ?",
        row, sizeof row / sizeof *row, f);
}

int
trail_note_backed_up(
    struct db *primary, const struct partition *p, const struct evidence *e, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(e->container),
        value_text(e->sha256), value_text(p->instances)};

    return note(primary, p, "\"BackedUpTime\" = ?, \"Container\" = ?, \"ContainerSha256\" = ?", row,
        sizeof row / sizeof *row, f);
}

int
trail_note_dropped(struct db *primary, const struct partition *p, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(p->instances)};

    return note(primary, p, "\"DroppedTime\" = ?", row, 2, f);
}

int
trail_note_kept(struct db *primary, const struct partition *p, const char *why, struct fault *f)
{
    const struct value row[] = {value_time(clock_now()), value_text(why), value_text(p->instances)};

    return note(primary, p, "\"KeptTime\" = ?, \"KeptWhy\" = ?", row, 3, f);
}

/* ---- reading ---- */

static const char *
copy(struct arena *memory, const struct value *v)
{
    return v->type == VALUE_TEXT ? arena_strndup(memory, v->as.text.bytes, v->as.text.length)
                                 : NULL;
}

static int64_t
moment_of(const struct value *v)
{
    return v->type == VALUE_TIME ? v->as.time_us : 0;
}

static int64_t
number_of(const struct value *v)
{
    return v->type == VALUE_INT ? v->as.integer : 0;
}

static uint64_t
sum_of(const struct value *v)
{
    char text[SUM_TEXT_BYTES] = "";
    uint64_t sum = 0;

    if (v->type == VALUE_TEXT && v->as.text.length == sizeof text - 1) {
        memcpy(text, v->as.text.bytes, sizeof text - 1);
        sscanf(text, "%" SCNx64, &sum); /* NOLINT(cert-err34-c): 16 digits fit */
    }
    return sum;
}

static int
take(const struct value *row, struct arena *memory, struct trail_list *list, struct fault *f)
{
    struct trail *t = arena_append(memory, &list->items, &list->count, sizeof *t);

    if (t == NULL || (t->instances = copy(memory, &row[0])) == NULL)
        return fault_set_memory(f);
    t->marked = moment_of(&row[1]);
    t->verified = moment_of(&row[2]);
    t->backed_up = moment_of(&row[3]);
    t->dropped = moment_of(&row[4]);
    t->kept = moment_of(&row[5]);
    t->evidence = (struct evidence){.rows = number_of(&row[6]),
        .sum = sum_of(&row[7]),
        .relationship_rows = number_of(&row[8]),
        .relationship_sum = sum_of(&row[9]),
        .container = copy(memory, &row[10]),
        .sha256 = copy(memory, &row[11])};
    t->why = copy(memory, &row[12]);
    return 0;
}

static int
read_all(struct db *primary, const char *activity, struct arena *memory, struct trail_list *list,
    struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TIME, VALUE_TIME, VALUE_TIME,
        VALUE_TIME, VALUE_TIME, VALUE_INT, VALUE_TEXT, VALUE_INT, VALUE_TEXT, VALUE_TEXT,
        VALUE_TEXT, VALUE_TEXT};
    enum { COUNT = sizeof types / sizeof *types };
    const struct value name = value_text(activity);
    struct value row[COUNT];
    struct stmt *s = db_prepare(primary,
        "SELECT \"InstancesTable\", \"MarkedTime\", \"VerifiedTime\", \"BackedUpTime\", "
        "\"DroppedTime\", \"KeptTime\", \"InstanceRows\", \"InstanceSum\", \"RelationshipRows\", "
        "\"RelationshipSum\", \"Container\", \"ContainerSha256\", \"KeptWhy\" "
        "FROM \"nightcube_Trail\" WHERE \"ActivityName\" = ? ORDER BY \"InstancesTable\"",
        f);
    int rc = s == NULL ? -1 : stmt_bind(s, 1, &name, f);

    if (rc == 0)
        rc = stmt_query(s, types, COUNT, f);
    while (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1)
        rc = take(row, memory, list, f);
    stmt_free(s);
    return rc;
}

int
trail_read(struct db *primary, const char *activity, struct arena *memory, struct trail_list *list,
    struct fault *f)
{
    int exists = db_table_exists(primary, table_name, f);

    *list = (struct trail_list){.items = NULL};
    if (exists != 1)
        return exists;
    return read_all(primary, activity, memory, list, f) == 0
               ? 0
               : fault_wrap(f, "read the trail of '%s'", activity);
}

const struct trail *
trail_find(const struct trail_list *list, const char *instances)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].instances, instances) == 0)
            return &list->items[i];
    }
    return NULL;
}
