#include "etl/dump/restoration.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "config/base/progress.h"

void
restoration_init(
    struct restoration *r, struct site *site, struct restore_result *result, bool named)
{
    *r = (struct restoration){.site = site,
        .result = result,
        .is_named = named,
        .selection = SELECTION_INIT,
        .headway = HEADWAY_INIT,
        .objects = OBJECT_LIST_INIT,
        .sum = ROWSUM_INIT};
}

/* Ends the reading: nothing of it is open any more. */
static void
close_reading(struct restoration *r)
{
    restoration_drop_table(r);
    db_close(r->db);
    r->db = NULL;
}

void
restoration_release(struct restoration *r)
{
    close_reading(r);
    object_list_release(&r->objects);
    selection_release(&r->selection);
    headway_release(&r->headway);
    place_release(&r->place);
}

int
restoration_prepare(struct restoration *r, struct fault *f)
{
    bool is_directory = r->item.kind == CONTAINER_ANALYSIS;
    int exists = 0;

    if (r->placed)
        return 0;
    if (place_init(&r->place, r->site, r->item.database, is_directory, &r->to, f) != 0)
        return -1;
    r->placed = true;
    r->item.place = arena_strdup(&r->result->memory, r->place.path);
    if (r->item.place == NULL)
        return fault_set_memory(f);
    if (r->selection.only != NULL && (exists = place_exists(&r->place, f)) < 0)
        return -1;
    if (exists == 1) {
        fault_set(
            f, FAULT_EXISTS, "'%s' exists, and a part does not replace the whole", r->place.path);
        return fault_hint(f, "--as NAME restores the part beside it");
    }
    return place_check(&r->place, r->allow_overwrite, f);
}

/* ---- what the reader finds ---- */

/* The container's own word on what it is. */
static int
take_info(struct restoration *r, const struct container_info *info, struct fault *f)
{
    struct arena *memory = &r->result->memory;
    bool is_analysis = info->kind == CONTAINER_ANALYSIS;

    if (r->item.database != NULL && strcmp(r->item.database, info->database) != 0)
        return fault_set(
            f, FAULT_DATA, "it is a backup of '%s', not of '%s'", info->database, r->item.database);
    if (r->is_named && is_analysis != (r->item.kind == CONTAINER_ANALYSIS))
        return fault_set(
            f, FAULT_DATA, "it is a backup of kind '%s'", container_kind_names[info->kind]);
    r->item.kind = info->kind;
    r->item.taken_utc = info->taken_utc;
    if (!r->is_named)
        r->result->run = info->run;
    if ((r->item.database == NULL &&
            (r->item.database = arena_strdup(memory, info->database)) == NULL) ||
        (r->item.container = arena_strdup(memory, info->id)) == NULL)
        return fault_set_memory(f);
    return 0;
}

/* An empty staging place. */
static int
begin_staging(struct restoration *r, struct fault *f)
{
    if (restoration_prepare(r, f) != 0 || place_begin(&r->place, f) != 0)
        return -1;
    if (r->place.is_directory)
        return 0;
    return (r->db = place_connect(&r->place, f)) == NULL ? -1 : 0;
}

static bool
passes_by_itself(const struct fault *f)
{
    return f->kind == FAULT_INTERRUPTED || f->kind == FAULT_TERMINATED ||
           f->kind == FAULT_UNAVAILABLE;
}

/* The notes of a restore of the same order: 1, 0 when there are none, -1 with a fault. */
static int
read_headway(struct restoration *r, const char *order, struct fault *f)
{
    int rc = place_is_staged(&r->place, f);

    if (rc != 1)
        return rc;
    if ((r->db = place_connect(&r->place, f)) == NULL)
        return -1;
    if ((rc = headway_read(&r->headway, r->db, order, f)) == 1)
        return 1;
    headway_release(&r->headway);
    db_close(r->db);
    r->db = NULL;
    return rc;
}

/* Goes on with what a restore of the same order has left: 1, or 0 when there is nothing to go on
 * with. What cannot be read is nothing, unless it may be read another time. */
static int
resume_staging(struct restoration *r, const char *order, struct fault *f)
{
    struct fault own = FAULT_INIT;
    int rc;

    if (restoration_prepare(r, f) != 0)
        return -1;
    rc = read_headway(r, order, &own);
    if (rc < 0 && passes_by_itself(&own)) {
        *f = own;
        fault_hint(f, "what was loaded before stays as '%s': give the order again, or remove it",
            r->place.staging);
        return fault_wrap(f, "go on with '%s'", r->place.staging);
    }
    if (rc != 1)
        return 0;
    r->place.staged = true;
    log_info("'%s' was being restored before: goes on behind %zu tables that are loaded",
        r->place.path, r->headway.count);
    return 1;
}

static int
begin_or_resume(struct restoration *r, const char *container, struct fault *f)
{
    const char *only = r->selection.only == NULL ? "" : r->selection.only;
    const char *order = arena_printf(
        &r->result->memory, "%s%s %s", container, r->allow_lossy ? " lossy" : "", only);
    int resumed = order == NULL ? fault_set_memory(f) : resume_staging(r, order, f);

    if (resumed != 0)
        return resumed < 0 ? -1 : 0;
    if (begin_staging(r, f) != 0)
        return -1;
    return r->db == NULL ? 0 : headway_begin(&r->headway, r->db, order, f);
}

/* What ends a restore from outside and passes: the same order may go on, where there are notes. */
void
restoration_keep(struct restoration *r, struct fault *f)
{
    if (!r->place.staged || !r->headway.begun || r->to.scratch != NULL || !passes_by_itself(f))
        return;
    r->place.kept = true;
    fault_hint(f, "the same order goes on where this one stopped; what is loaded stays as '%s'",
        r->place.staging);
}

static int
on_info(void *state, const struct container_info *info, struct fault *f)
{
    struct restoration *r = state;

    if (r->part != NULL) {
        return strcmp(r->part->container, info->id) == 0
                   ? 0
                   : fault_set(f, FAULT_DATA, "it is container '%s', not '%s'", info->id,
                         r->part->container);
    }
    if (take_info(r, info, f) != 0 || begin_or_resume(r, info->id, f) != 0)
        return -1;
    r->same_kind = r->db != NULL && info->engine != NULL &&
                   strcasecmp(info->engine, db_dialect(r->db)->name) == 0;
    r->same_engine = r->same_kind && db_dialect(r->db)->objects_are_whole;
    return 0;
}

static int
copy_file(const char *path, struct byte_source content, struct fault *f)
{
    struct file_writer w = FILE_WRITER_INIT;
    struct byte_sink to;
    char buffer[65536];
    ssize_t n;

    if (file_writer_open(&w, path, 0600, false, f) != 0)
        return -1;
    to = file_writer_sink(&w);
    while ((n = content.read(content.state, buffer, sizeof buffer, f)) > 0) {
        if (to.write(to.state, buffer, (size_t)n, f) != 0 || interrupt_check(f) != 0) {
            n = -1;
            break;
        }
    }
    if (n == 0)
        n = file_writer_commit(&w, false, f);
    file_writer_abandon(&w);
    return n == 0 ? 0 : -1;
}

/* `name` is relative and has no "..": the reader sees to that. */
static int
stage_file(struct restoration *r, const char *name, struct byte_source content, struct fault *f)
{
    struct text path = TEXT_INIT;
    char *slash;
    int rc;

    file_join(&path, r->place.staging, name);
    if ((rc = text_check(&path, f)) == 0 && strchr(name, '/') != NULL) {
        slash = strrchr(path.bytes, '/');
        *slash = '\0';
        rc = file_make_directory(path.bytes, 0700, f);
        *slash = '/';
    }
    if (rc == 0)
        rc = copy_file(text_get(&path), content, f);
    text_release(&path);
    r->item.files++;
    return rc;
}

/* A cube is named by its folder. */
static bool
is_wanted(const struct restoration *r, const char *name)
{
    char cube[1024];
    size_t length = strcspn(name, "/");

    if (r->selection.only == NULL)
        return true;
    if (name[length] == '\0' || length >= sizeof cube)
        return false;
    memcpy(cube, name, length);
    cube[length] = '\0';
    return fnmatch(r->selection.only, cube, 0) == 0;
}

static int
on_file(
    void *state, const char *name, uint64_t size_bytes, struct byte_source content, struct fault *f)
{
    struct restoration *r = state;

    (void)size_bytes;
    if (r->part != NULL)
        return 0;
    if (r->place.is_directory)
        return is_wanted(r, name) ? stage_file(r, name, content, f) : 0;
    if (strcmp(name, OBJECTS_FILE) == 0)
        return objects_parse(&r->objects, content, f);
    return r->selection.only != NULL
               ? 0
               : restoration_add_todo(r, f,
                     "the backup also holds files/%s, which is not put anywhere: take "
                     "it out with age, zstd and tar if it is wanted",
                     name);
}

/* ---- reading ---- */

/* What a database makes of damage is no cause: nothing of a container counts before its end, where
 * its hashes stand. When they do not fit, that is what is wrong. */
static void
blame_container(struct inlet *from, const struct pack_keys *keys, struct fault *f)
{
    struct container_summary summary = CONTAINER_SUMMARY_INIT;
    struct fault own = FAULT_INIT;
    struct byte_source source;

    if (f->kind == FAULT_INTERNAL && inlet_open(from, &source, &own) == 0 &&
        container_verify(source, keys, &summary, &own) != 0 && own.kind == FAULT_DATA)
        *f = own;
    container_summary_release(&summary);
    inlet_explain(from, f);
}

static int
read_container(struct restoration *r, struct inlet *from, const struct pack_keys *keys,
    struct container_summary *summary, struct fault *f)
{
    const struct container_handler handler = {.info = on_info,
        .begin_table = restoration_begin_table,
        .row = restoration_row,
        .end_table = restoration_end_table,
        .file = on_file,
        .state = r};
    struct byte_source source;
    int rc = inlet_open(from, &source, f);

    if (rc == 0 && (rc = container_read(source, keys, &handler, summary, f)) == 0)
        rc = inlet_check(from, summary->packed.stored_bytes, summary->packed.sha256, f);
    else if (rc != 0)
        blame_container(from, keys, f);
    restoration_drop_table(r);
    return rc == 0 ? 0 : fault_wrap(f, "container '%s'", from->file);
}

/* The tables that the container leaves to an older one. */
static int
read_part(struct restoration *r, struct inlet *from, const struct container_reference *part,
    const struct pack_keys *keys, struct fault *f)
{
    struct container_summary summary = CONTAINER_SUMMARY_INIT;
    struct inlet older;
    int rc = inlet_of_reference(&older, from, part, f);

    r->part = part;
    r->part_tables = 0;
    if (rc == 0)
        rc = read_container(r, &older, keys, &summary, f);
    /* A container whose header was rewritten since has another sum; the catalogue knows both. */
    if (rc == 0 && strcmp(summary.packed.sha256, part->sha256) != 0 &&
        (older.entry == NULL ||
            !catalogue_knows_sha256(older.catalogue, part->container, part->sha256)))
        rc = fault_set(f, FAULT_DATA, "container '%s' is not the one that '%s' was built on",
            older.file, from->file);
    if (rc == 0 && r->selection.only == NULL && r->part_tables != part->table_count)
        rc = fault_set(f, FAULT_DATA, "container '%s' lacks tables that '%s' leaves to it",
            older.file, from->file);
    r->part = NULL;
    container_summary_release(&summary);
    inlet_release(&older);
    return rc;
}

static bool
wants_part(struct restoration *r, const struct container_reference *part)
{
    for (size_t i = 0; i < part->table_count; i++) {
        if (selection_wants(&r->selection, r->item.database, part->tables[i]))
            return true;
    }
    return false;
}

/* ---- the staging place is loaded ---- */

static int
finish(struct restoration *r, struct fault *f)
{
    if (r->selection.only != NULL && r->item.tables == 0 && r->item.files == 0) {
        fault_set(f, FAULT_DATA, "nothing in the container is called '%s'", r->selection.only);
        return fault_hint(f, r->place.is_directory
                                 ? "--only takes a cube, as nightcube show cubes names it"
                                 : "nightcube verify FILE --tables lists the tables in it");
    }
    if (r->db != NULL && (restoration_gather(r, f) != 0 || restoration_make_views(r, f) != 0 ||
                             restoration_list_todo(r, f) != 0))
        return -1;
    close_reading(r);
    if (place_finish(&r->place, f) != 0)
        return -1;
    return r->hook.staged == NULL
               ? 0
               : r->hook.staged(r->hook.state, r->item.database, r->item.kind, r->place.staging, f);
}

int
restoration_load(
    struct restoration *r, struct inlet *from, const struct pack_keys *keys, struct fault *f)
{
    struct container_summary summary = CONTAINER_SUMMARY_INIT;
    int rc;

    progress_begin(
        r->item.database == NULL ? "restore" : r->item.database, "bytes", inlet_bytes(from, true));
    rc = read_container(r, from, keys, &summary, f);
    for (size_t i = 0; rc == 0 && i < summary.info.reference_count; i++) {
        if (wants_part(r, &summary.info.references[i]))
            rc = read_part(r, from, &summary.info.references[i], keys, f);
    }
    if (rc == 0 && (r->item.file = arena_strdup(&r->result->memory, from->file)) == NULL)
        rc = fault_set_memory(f);
    if (rc == 0)
        rc = finish(r, f);
    progress_finish();
    container_summary_release(&summary);
    close_reading(r);
    return rc;
}

int
restoration_load_nothing(struct restoration *r, struct fault *f)
{
    return begin_staging(r, f) == 0 ? finish(r, f) : -1;
}

/* From here on the staging place is what the target will be. */
static int
end_headway(struct restoration *r, struct fault *f)
{
    struct db *db;
    int rc;

    if (!r->headway.begun)
        return 0;
    if ((db = place_connect(&r->place, f)) == NULL)
        return -1;
    rc = headway_end(&r->headway, db, f);
    db_close(db);
    return rc == 0 ? place_finish(&r->place, f) : -1;
}

int
restoration_swap(struct restoration *r, struct fault *f)
{
    struct restored *slot;

    if (end_headway(r, f) != 0 || place_swap(&r->place, f) != 0)
        return -1;
    slot = arena_append(&r->result->memory, &r->result->items, &r->result->count, sizeof *slot);
    if (slot == NULL)
        return fault_set_memory(f);
    *slot = r->item;
    return 0;
}
