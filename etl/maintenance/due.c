#include "etl/maintenance/due.h"

#include "config/base/clock.h"
#include "config/base/moment.h"
#include "etl/maintenance/trail.h"

struct judge {
    struct db *primary;
    struct arena *memory;
    const char *slowest_cube; /* whose watermark it is */
    struct due_list *list;
    struct trail_list trails; /* of those that are dropped */
};

/* The last record that an ended analysis of the cube has seen; while one runs, the one before it
 * counts. */
static int
cube_watermark(struct db *primary, const char *cube, int64_t *watermark, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_get_int(primary,
        sql_set(&sql,
            "SELECT CASE WHEN \"LastEndTime\" IS NULL THEN \"MinRecordID\" - 1 ELSE "
            "\"MaxRecordID\" END "
            "FROM \"bam_Metadata_AnalysisTasks\" WHERE \"CubeName\" = %t",
            cube),
        0, watermark, f);

    text_release(&sql);
    return rc;
}

static int
read_watermark(
    struct judge *j, const struct definition *d, const struct activity *a, struct fault *f)
{
    for (size_t i = 0; i < d->cube_count; i++) {
        int64_t watermark;

        if (!d->cubes[i].create_olap_cube || cube_activity(d, &d->cubes[i]) != a)
            continue;
        if (cube_watermark(j->primary, d->cubes[i].name, &watermark, f) != 0)
            return -1;
        if (!j->list->has_watermark || watermark < j->list->watermark) {
            j->list->watermark = watermark;
            j->slowest_cube = d->cubes[i].name;
        }
        j->list->has_watermark = true;
    }
    return 0;
}

struct facts {
    int64_t rows;
    int64_t newest; /* moment of the newest LastModified */
};

static int
read_facts(struct judge *j, const struct partition *p, struct facts *facts, struct fault *f)
{
    static const enum value_type types[] = {VALUE_INT, VALUE_TIME};
    struct text sql = TEXT_INIT;
    struct value row[2];
    struct stmt *s = db_prepare(j->primary,
        sql_set(&sql, "SELECT count(*), max(\"LastModified\") FROM %n", p->instances), f);
    int rc = s == NULL ? -1 : stmt_query(s, types, 2, f);

    if (rc == 0 && (rc = stmt_fetch(s, row, f)) == 1) {
        facts->rows = row[0].as.integer;
        facts->newest = row[1].type == VALUE_NULL ? p->created : row[1].as.time_us;
        rc = 0;
    }
    stmt_free(s);
    text_release(&sql);
    return rc;
}

/* The rule that holds the partition back, as a sentence; "" when none does. */
static const char *
explain_back(struct judge *j, const struct partition *p, const struct facts *facts)
{
    char threshold[MOMENT_TEXT_BYTES], moment[MOMENT_TEXT_BYTES];
    const struct due_list *l = j->list;
    const char *window = window_unit_names[l->window.unit];

    moment_format(l->threshold, threshold);
    if (p->created >= l->threshold)
        return arena_printf(j->memory, "online window of %lld %s: created %s, not before %s",
            (long long)l->window.length, window, moment_format(p->created, moment), threshold);
    if (facts->newest >= l->threshold)
        return arena_printf(j->memory, "online window of %lld %s: newest row of %s, not before %s",
            (long long)l->window.length, window, moment_format(facts->newest, moment), threshold);
    if (l->has_watermark && p->max_record > l->watermark)
        return arena_printf(j->memory,
            "analysis watermark: cube '%s' has analysed up to record %lld, the partition ends at "
            "%lld",
            j->slowest_cube, (long long)l->watermark, (long long)p->max_record);
    return "";
}

/* What was compared, and what follows. */
static const char *
explain_due(struct judge *j, const struct partition *p, const struct facts *facts)
{
    char threshold[MOMENT_TEXT_BYTES], created[MOMENT_TEXT_BYTES], newest[MOMENT_TEXT_BYTES];
    const struct due_list *l = j->list;
    const char *analysed =
        l->has_watermark ? arena_printf(j->memory, ", all cubes have analysed up to record %lld",
                               (long long)l->watermark)
                         : "";

    return analysed == NULL
               ? NULL
               : arena_printf(j->memory, "due: created %s, newest row of %s, both before %s%s: %s",
                     moment_format(p->created, created), moment_format(facts->newest, newest),
                     moment_format(l->threshold, threshold), analysed,
                     l->window.archive ? "goes with the next maintenance"
                                       : "is purged by the next maintenance (archive is off)");
}

/* What is marked is finished, whatever has become of window and cubes since. */
static const char *
explain(struct judge *j, const struct partition *p, const struct facts *facts, bool *is_due)
{
    char moment[MOMENT_TEXT_BYTES];
    const char *back;

    *is_due = false;
    if (p->dropped)
        return arena_printf(
            j->memory, "archived and dropped at %s", moment_format(p->archived, moment));
    if (!p->archiving && ((back = explain_back(j, p, facts)) == NULL || back[0] != '\0'))
        return back;
    *is_due = true;
    return p->archiving ? "archiving in progress: the next maintenance finishes it"
                        : explain_due(j, p, facts);
}

/* What the proof before its end has counted. */
static int64_t
rows_once(const struct judge *j, const struct partition *p)
{
    const struct trail *t = trail_find(&j->trails, p->instances);

    return t == NULL || t->verified == 0 ? -1 : t->evidence.rows;
}

static int
judge_one(struct judge *j, const struct partition *p, struct due *due, struct fault *f)
{
    struct facts facts = {0};

    if (!p->dropped && read_facts(j, p, &facts, f) != 0)
        return -1;
    due->partition = p;
    due->rows = p->dropped ? rows_once(j, p) : facts.rows;
    due->why = explain(j, p, &facts, &due->is_due);
    return due->why == NULL ? fault_set_memory(f) : 0;
}

int
due_read(struct db *primary, const struct definition *d, const struct activity *a,
    enum partition_filter filter, struct arena *memory, struct due_list *list, struct fault *f)
{
    struct judge j = {.primary = primary, .memory = memory, .list = list};
    struct partition_list partitions;

    *list = (struct due_list){.items = NULL};
    if (window_read(primary, a->name, &list->window, f) != 0 || read_watermark(&j, d, a, f) != 0 ||
        partition_read(primary, a->name, filter, memory, &partitions, f) != 0)
        return -1;
    if (filter == PARTITIONS_ALL && trail_read(primary, a->name, memory, &j.trails, f) != 0)
        return -1;
    list->threshold = window_threshold(&list->window, clock_now());
    list->items = arena_array(memory, partitions.count, sizeof *list->items);
    if (list->items == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < partitions.count; i++) {
        if (judge_one(&j, &partitions.items[i], &list->items[i], f) != 0)
            return -1;
    }
    list->count = partitions.count;
    return 0;
}

/* ---- for people ---- */

static int
add_kept(struct due *due, const struct trail *t, struct arena *memory, struct fault *f)
{
    char kept[MOMENT_TEXT_BYTES];

    if (t == NULL || t->kept == 0 || due->partition->dropped)
        return 0;
    due->why =
        arena_printf(memory, "%s; kept at %s: %s", due->why, moment_format(t->kept, kept), t->why);
    return due->why == NULL ? fault_set_memory(f) : 0;
}

int
due_explain(struct db *primary, const struct definition *d, const struct activity *a,
    enum partition_filter filter, struct arena *memory, struct due_list *list, struct fault *f)
{
    struct trail_list trails;

    if (due_read(primary, d, a, filter, memory, list, f) != 0 ||
        trail_read(primary, a->name, memory, &trails, f) != 0)
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        struct due *due = &list->items[i];

        if (add_kept(due, trail_find(&trails, due->partition->instances), memory, f) != 0)
            return -1;
    }
    return 0;
}
