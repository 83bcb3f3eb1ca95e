#include <string.h>

#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "config/base/progress.h"
#include "etl/dump/dump.h"
#include "etl/dump/history.h"
#include "etl/dump/objects.h"
#include "etl/dump/outlet.h"
#include "etl/dump/survey.h"
#include "etl/odbc/pair.h"
#include "etl/odbc/table_shape.h"
#include "etl/site/claim.h"

enum { ROWS_A_STEP = 4096, HELPED_MAX = 2000 };

void
dump_result_release(struct dump_result *result)
{
    arena_release(&result->memory);
    *result = (struct dump_result)DUMP_RESULT_INIT;
}

/* A snapshot of one database on its way into a container. */
struct dump {
    struct db *db;
    struct db *second; /* sees the same moment; NULL: there is none */
    bool marked_later; /* marks may be of a later moment than that of the snapshot */
    struct container_writer *to;
    bool is_ours; /* no Other database: what we left half-way is known by its name */
    bool is_primary;
    uint64_t rows; /* of the container that is being written */
    struct history history;
    struct trace_list traces; /* of a moment before the snapshot's */
    struct arena *memory;     /* lives until the container is finished */
    struct dump_result *result;
};

/* ---- one table ---- */

static int
write_rows(struct dump *d, const struct table *t, struct fault *f)
{
    struct pair_reader *reader = pair_reader_open(d->db, d->second, t, f);
    const struct value *row;
    int rc = reader == NULL ? -1 : 0;

    while (rc == 0 && (rc = pair_reader_next(reader, &row, f)) == 1) {
        rc = container_add_row(d->to, row, f);
        if (rc == 0 && ++d->rows % ROWS_A_STEP == 0) {
            progress_add("rows", ROWS_A_STEP);
            rc = interrupt_check(f);
        }
    }
    pair_reader_close(reader);
    return rc;
}

static int
write_table(struct dump *d, const char *name, struct fault *f)
{
    const struct dialect *dialect = db_dialect(d->db);
    struct arena memory = ARENA_INIT;
    struct table t;
    int rc = table_shape_read(d->db, name, &memory, &t, f);

    if (rc == 0 && t.identity)
        rc = dialect->get_identity(d->db, name, &t.identity_last, f);
    if (rc == 0)
        rc = container_begin_table(d->to, &t, f);
    if (rc == 0 && (rc = write_rows(d, &t, f)) == 0)
        rc = container_end_table(d->to, f);
    arena_release(&memory);
    return rc;
}

/* How many rows tables have, for whoever looks on; what cannot be told is nothing. */
static uint64_t
count_rows(struct dump *d, const char *name)
{
    struct text sql = TEXT_INIT;
    int64_t rows = 0;

    if (progress_is_shown() &&
        db_get_int(d->db, sql_set(&sql, "SELECT count(*) FROM %n", name), 0, &rows, NULL) != 0)
        rows = 0;
    text_release(&sql);
    return (uint64_t)rows;
}

/* ---- the database ---- */

static bool
is_framed(const struct value *name, const char *head, const char *tail)
{
    size_t before = strlen(head), behind = strlen(tail), length = name->as.text.length;

    return length >= before + behind && memcmp(name->as.text.bytes, head, before) == 0 &&
           memcmp(name->as.text.bytes + length - behind, tail, behind) == 0;
}

/* A table that says who runs now, that a load or a copy was writing when it died, or that a restore
 * makes from the others (restoration_gather): it is as long as all of the history. */
static bool
is_left_out(const struct dump *d, const struct value *name)
{
    static const char note[] = CLAIM_NOTE;

    if (!d->is_ours)
        return false;
    return (name->as.text.length == sizeof note - 1 && is_framed(name, note, "")) ||
           is_framed(name, "bam_", "_Incoming") ||
           (d->is_primary && is_framed(name, "bam_", "_OnlineIDs"));
}

static int
list_tables(
    struct dump *d, struct arena *memory, const char ***names, size_t *count, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text sql = TEXT_INIT;
    struct value v;
    struct stmt *s = db_prepare(d->db,
        sql_set(&sql, "SELECT name FROM (%s) AS t ORDER BY name", db_dialect(d->db)->list_tables),
        f);
    int rc = s == NULL ? -1 : stmt_query(s, &type, 1, f);

    while (rc == 0 && (rc = stmt_fetch(s, &v, f)) == 1) {
        const char **slot;

        rc = 0;
        if (is_left_out(d, &v))
            continue;
        slot = arena_append(memory, names, count, sizeof *slot);
        if (slot == NULL ||
            (*slot = arena_strndup(memory, v.as.text.bytes, v.as.text.length)) == NULL)
            rc = fault_set_memory(f);
    }
    stmt_free(s);
    text_release(&sql);
    return rc;
}

static int
write_objects(struct dump *d, const struct object_list *objects, struct fault *f)
{
    struct text csv = TEXT_INIT;
    int rc = -1;

    objects_write(objects, &csv);
    if (text_check(&csv, f) == 0)
        rc = container_add_bytes(d->to, OBJECTS_FILE, text_get(&csv), csv.length, f);
    text_release(&csv);
    return rc;
}

/* ---- what never changes ---- */

/* Writes a unit into a container of its own. */
static int
write_unit(struct dump *d, struct outlet *whole, struct history_unit *unit, int64_t taken_utc,
    struct container_reference *to, struct fault *f)
{
    const struct container_info info = {
        .kind = CONTAINER_DATABASE, .engine = db_dialect(d->db)->name, .taken_utc = taken_utc};
    struct dump_result written = DUMP_RESULT_INIT;
    uint64_t rows = 0;
    struct outlet o;
    int rc;

    outlet_open_unit(&o, whole, unit);
    rc = outlet_begin(&o, &info, f);
    d->to = o.container;
    for (size_t i = 0; i < unit->table_count; i++)
        rows += count_rows(d, unit->tables[i].name);
    progress_begin(unit->name, "rows", rows);
    for (size_t i = 0; rc == 0 && i < unit->table_count; i++)
        rc = write_table(d, unit->tables[i].name, f);
    progress_finish();
    if (rc == 0 && (rc = outlet_finish(&o, &written, f)) == 0) {
        to->container = arena_strdup(d->memory, written.container);
        to->file = arena_strdup(d->memory, written.file);
        memcpy(to->sha256, written.sha256, sizeof to->sha256);
        d->result->rows += written.rows;
        d->result->bytes += written.bytes;
        d->result->containers++;
        if (to->container == NULL || to->file == NULL)
            rc = fault_set_memory(f);
    }
    dump_result_release(&written);
    outlet_close(&o);
    return rc == 0 ? 0 : fault_wrap(f, "partition '%s'", unit->name);
}

/* Leans on the older container of a unit when it is as it was written: 1, 0 (said in the log), -1.
 */
static int
lean(struct dump *d, struct outlet *o, struct history_unit *unit, struct container_reference *to,
    struct fault *f)
{
    const struct catalogue_entry *older = unit->older;
    int rc = unit->is_sound;

    if (older == NULL)
        return 0;
    if (rc == 0 && store_is_remote(o->store))
        rc = history_check_older(o->store, o->catalogue, older, f);
    if (rc == 0)
        log_warning("container '%s' is missing or not what was written: '%s' is backed up anew",
            older->file, older->partition);
    if (rc != 1)
        return rc;
    to->container = older->container;
    to->file = older->file;
    memcpy(to->sha256, older->sha256, sizeof to->sha256);
    d->result->older += unit->table_count;
    return 1;
}

static int
refer(struct dump *d, struct outlet *o, struct history_unit *unit, int64_t taken_utc,
    struct container_reference *to, struct fault *f)
{
    int rc;

    if ((to->tables = arena_array(d->memory, unit->table_count, sizeof *to->tables)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < unit->table_count; i++)
        to->tables[to->table_count++] = unit->tables[i].name;
    d->result->tables += unit->table_count;
    if ((rc = lean(d, o, unit, to, f)) != 0)
        return rc < 0 ? -1 : 0;
    if (d->marked_later && history_mark(d->db, unit, f) != 0)
        return -1;
    return write_unit(d, o, unit, taken_utc, to, f);
}

static int
begin_snapshot(struct db *db, struct fault *f)
{
    const struct dialect *dialect = db_dialect(db);

    if (dialect->read_once != NULL && db_run(db, dialect->read_once, NULL, f) != 0)
        return -1;
    return db_run(db, dialect->begin_snapshot, NULL, f);
}

/* A connection that sees a moment a little later; NULL where none is to be had. On SQLite too:
 * containers are read while rows are counted; of thousands one counts and reads in turn there, as
 * the schema would be kept once more. */
static struct db *
open_helper(const struct dump *d, const struct outlet *o)
{
    size_t most = db_dialect(d->db)->keeps_schema ? HELPED_MAX : SIZE_MAX;
    struct db *helper;

    if (d->history.count < 2 || d->history.count > most ||
        (helper = site_connect(o->site, o->database, DB_EXISTING, NULL)) == NULL)
        return NULL;
    if (begin_snapshot(helper, NULL) == 0)
        return helper;
    db_close(helper);
    return NULL;
}

/* Finds what older containers hold already. */
static int
survey(struct dump *d, struct outlet *o, struct fault *f)
{
    struct db *helper = d->second != NULL ? NULL : open_helper(d, o);
    struct survey s = {.history = &d->history,
        .first = d->db,
        .second = helper == NULL ? d->second : helper,
        .store = o->store,
        .catalogue = o->catalogue,
        .database = o->database,
        .encrypted = o->seal != NULL,
        .sealed_for = o->sealed_for[0] == '\0' ? NULL : o->sealed_for};
    int rc = survey_run(&s, f);

    d->marked_later = helper != NULL;
    db_close(helper);
    for (size_t i = 0; o->order->full && i < d->history.count; i++)
        d->history.units[i].older = NULL;
    return rc;
}

/* Sees to it that each unit is in a container that `info` can refer to. */
static int
write_history(struct dump *d, struct outlet *o, const char *const *names, size_t count,
    struct container_info *info, struct fault *f)
{
    struct history *h = &d->history;

    if (outlet_stands_alone(o))
        return 0;
    if (history_read(d->db, o->database, names, count, d->memory, h, f) != 0)
        return -1;
    info->references = arena_array(d->memory, h->count, sizeof *info->references);
    if (info->references == NULL && h->count > 0)
        return fault_set_memory(f);
    history_recall(h, o->catalogue, o->database, &d->traces);
    o->history = *h;
    if (survey(d, o, f) != 0)
        return -1;
    for (size_t i = 0; i < h->count; i++) {
        if (refer(d, o, &h->units[i], info->taken_utc, &info->references[i], f) != 0 ||
            interrupt_check(f) != 0)
            return -1;
        info->reference_count++;
    }
    return 0;
}

/* ---- the whole ---- */

/* The tables that never change are in containers of their own. */
static int
write_tables(
    struct dump *d, const char *database, const char *const *names, size_t count, struct fault *f)
{
    uint64_t rows = 0;
    int rc = 0;

    for (size_t i = 0; i < count; i++)
        rows += history_find(&d->history, names[i]) == NULL ? count_rows(d, names[i]) : 0;
    progress_begin(database, "rows", rows);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (history_find(&d->history, names[i]) == NULL)
            rc = write_table(d, names[i], f);
    }
    progress_finish();
    return rc;
}

/* Everything of the snapshot, which the caller has begun. The objects come first: who restores
 * makes the tables with them. */
static int
write_database(struct dump *d, struct outlet *o, struct fault *f)
{
    struct object_list objects = OBJECT_LIST_INIT;
    const char **names = NULL;
    size_t count = 0;
    int rc = list_tables(d, d->memory, &names, &count, f);
    struct container_info info = {
        .kind = o->order->kind, .engine = db_dialect(d->db)->name, .taken_utc = clock_now()};

    if (rc == 0)
        rc = objects_read(d->db, !history_may_be(o->database), &objects, f);
    if (rc == 0)
        rc = write_history(d, o, names, count, &info, f);
    if (rc == 0 && (rc = outlet_begin(o, &info, f)) == 0) {
        d->to = o->container;
        rc = write_objects(d, &objects, f);
    }
    if (rc == 0)
        rc = write_tables(d, o->database, names, count, f);
    object_list_release(&objects);
    return rc;
}

/* A second connection to read with. Where none is to be had one reads alone, in a snapshot of its
 * own: the first one may be spoiled. */
static int
join_second(struct dump *d, struct site *site, const char *database, struct fault *f)
{
    struct fault why = FAULT_INIT;

    if (!pair_is_worthwhile(d->db))
        return 0;
    if ((d->second = site_connect(site, database, DB_EXISTING, &why)) != NULL &&
        pair_join(d->db, d->second, &why) == 0)
        return 0;
    log_info("%s is read over one connection: %s", database, why.text);
    db_close(d->second);
    d->second = NULL;
    db_run(d->db, db_dialect(d->db)->rollback, NULL, NULL);
    return begin_snapshot(d->db, f);
}

static int
read_traces(struct dump *d, const struct outlet *o, struct fault *f)
{
    bool may_lean = history_may_be(o->database) && !outlet_stands_alone(o);

    return may_lean ? trace_read(d->db, d->memory, &d->traces, f) : 0;
}

static int
write_snapshot(struct site *site, struct outlet *o, struct arena *memory,
    struct dump_result *result, struct fault *f)
{
    const struct database_setting *setting = settings_find_database(&site->settings, o->database);
    struct dump d = {.db = site_connect(site, o->database, DB_EXISTING, f),
        .is_ours = setting != NULL && !setting->is_other,
        .is_primary = strcmp(o->database, "PrimaryImport") == 0,
        .memory = memory,
        .result = result};
    int rc = -1;

    if (d.db == NULL)
        return -1;
    if (read_traces(&d, o, f) == 0 && begin_snapshot(d.db, f) == 0) {
        rc = join_second(&d, site, o->database, f);
        if (rc == 0)
            rc = write_database(&d, o, f);
        db_run(d.db, db_dialect(d.db)->rollback, NULL, NULL);
    }
    db_close(d.second);
    db_close(d.db);
    return rc;
}

int
dump_database(struct site *site, const char *name, const struct dump_order *order,
    struct dump_result *result, struct fault *f)
{
    struct outlet o = OUTLET_INIT;
    struct arena memory = ARENA_INIT;
    int rc = outlet_open(&o, site, name, order, f);

    if (rc == 0)
        rc = write_snapshot(site, &o, &memory, result, f);
    if (rc == 0)
        rc = outlet_finish(&o, result, f);
    outlet_close(&o);
    arena_release(&memory);
    return rc == 0 ? 0 : fault_wrap(f, "back up %s", name);
}
