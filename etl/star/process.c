#include "etl/star/process.h"

#include <inttypes.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/file.h"
#include "config/base/log.h"
#include "config/base/progress.h"
#include "cube/process.h"
#include "etl/star/reading.h"
#include "etl/star/reconcile.h"

/* ---- the model ---- */

static const enum cube_function functions[MEASURE_FUNCTION_COUNT] = {
    [MEASURE_COUNT] = CUBE_COUNT,
    [MEASURE_SUM] = CUBE_SUM,
    [MEASURE_AVG] = CUBE_AVG,
    [MEASURE_MIN] = CUBE_MIN,
    [MEASURE_MAX] = CUBE_MAX,
};

static int
set_dimensions(struct star *s, struct cube_dimension *dimensions)
{
    for (size_t i = 0; i < s->dimension_count; i++) {
        const struct star_dimension *d = &s->dimensions[i];
        struct cube_level *levels = arena_array(&s->memory, d->level_count, sizeof *levels);

        if (levels == NULL)
            return -1;
        for (size_t k = 0; k < d->level_count; k++)
            levels[k] = (struct cube_level){d->levels[k].name, d->levels[k].type,
                d->levels[k].labels, d->levels[k].label_count};
        dimensions[i] = (struct cube_dimension){d->definition->name, levels, d->level_count};
    }
    return 0;
}

/* The place among the fact columns of what a measure reads. */
static size_t
measured_place(const struct star *s, const struct measure *m)
{
    const struct activity_view *av = cube_activity_view(s->definition, s->cube);
    const char *column = view_column_name(av, m->source);
    size_t i = 0;

    while (i < s->measured_count && s->sources[s->measured[i]].column != column &&
           strcmp(s->sources[s->measured[i]].column, column) != 0)
        i++;
    return i;
}

const struct cube_model *
process_model(struct star *s, struct fault *f)
{
    const struct cube *c = s->cube;
    struct cube_model *model = arena_alloc(&s->memory, sizeof *model);
    struct cube_dimension *dimensions =
        arena_array(&s->memory, s->dimension_count, sizeof *dimensions);
    struct cube_source *sources = arena_array(&s->memory, s->measured_count, sizeof *sources);
    struct cube_measure *measures = arena_array(&s->memory, c->measure_count, sizeof *measures);

    if (model == NULL || dimensions == NULL || sources == NULL || measures == NULL ||
        set_dimensions(s, dimensions) != 0) {
        fault_set_memory(f);
        return NULL;
    }
    for (size_t i = 0; i < s->measured_count; i++)
        sources[i] = (struct cube_source){
            s->sources[s->measured[i]].column, s->sources[s->measured[i]].type};
    for (size_t i = 0; i < c->measure_count; i++)
        measures[i] = (struct cube_measure){c->measures[i].name, functions[c->measures[i].function],
            measured_place(s, &c->measures[i])};
    *model = (struct cube_model){
        dimensions, s->dimension_count, sources, s->measured_count, measures, c->measure_count};
    return model;
}

struct processing {
    struct db *star;
    struct star *shape;
    const struct cube_model *model;
    const char *directory;
    enum cube_storage storage;
    struct cube_process *process;
    struct process_result *result;
    unsigned aggregates_percent;
    uint64_t memory_bytes;
    bool is_full;     /* all facts are read */
    bool data_only;   /* no aggregates */
    bool window_only; /* what an addition brings is compared with the facts, and nothing older */
};

/* What the program takes besides, and the most that is worth keeping of cells in memory: smaller
 * pieces suit the processor's caches, and merging them costs little. */
enum { PROGRAM_BYTES = 64 << 20, MOST_CELL_BYTES = 72 << 20 };

/* Half of the memory is for the cells, half for writing them. */
static uint64_t
cells_share(const struct processing *p)
{
    uint64_t share = (p->memory_bytes - PROGRAM_BYTES) / 2;

    return share < MOST_CELL_BYTES ? share : MOST_CELL_BYTES;
}

/* Facts that are read: those with RecordIDs from `first` to `last`. */
struct window {
    const char *facts;
    int64_t first, last;
    bool whole; /* nearly all of the table */
    uint64_t expected;
};

/* Reads a part's facts and begins to seal it. What went to unknown members is told, and counted. */
static int
build_part(struct processing *p, enum cube_part part, const struct window *w, uint64_t *count,
    struct fault *f)
{
    const struct reading reading = {.star = p->star,
        .shape = p->shape,
        .model = p->model,
        .process = p->process,
        .part = part,
        .facts = w->facts,
        .first = w->first,
        .last = w->last,
        .whole = w->whole,
        .expected = w->expected,
        .memory_bytes = cells_share(p)};
    struct cube_build_counts c = {0};
    int rc;

    progress_begin(p->shape->cube->name, "facts", w->expected);
    rc = reading_run(&reading, &c, f);
    progress_finish();
    *count = c.facts;
    p->result->null_keys += c.null_keys + c.unknown_keys;
    p->result->bad_values += c.bad_values;
    if (c.null_keys + c.unknown_keys + c.bad_values + c.bad_members > 0)
        log_warning("cube %s, %s part: %" PRIu64 " facts at the unknown member, %" PRIu64
                    " values taken as NULL",
            p->shape->cube->name, cube_part_name(part), c.null_keys + c.unknown_keys,
            c.bad_values + c.bad_members);
    return rc == 0 ? cube_process_seal(p->process, part, f) : -1;
}

static int
check_totals(struct processing *p, enum cube_part part, const char *facts, const char *where,
    struct fault *f)
{
    struct arena memory = ARENA_INIT;
    struct cube_totals totals;
    int rc = cube_process_totals(p->process, part, p->window_only, &memory, &totals, f);

    if (rc == 0)
        rc = reconcile_totals(p->star, p->shape, facts, where, &totals, f);
    arena_release(&memory);
    return rc;
}

static int
last_fact(struct processing *p, int64_t *last, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = db_get_int(p->star,
        sql_set(&sql, "SELECT max(\"RecordID\") FROM %n", p->shape->names.facts), 0, last, f);

    text_release(&sql);
    return rc;
}

/* ProcessAdd compares what it brings with the window it was read from: what is older was compared
 * when it was built, and its files carry checksums. ProcessDefault trusts neither that nor the
 * facts to be the same as then. */
static int
check_completed(struct processing *p, const struct window *w, struct fault *f)
{
    struct text where = TEXT_INIT;
    int rc;

    if (p->window_only)
        sql_add(&where, " WHERE \"RecordID\" BETWEEN %d AND %d", w->first, w->last);
    rc = check_totals(p, CUBE_PART_COMPLETED, w->facts, text_hand_on(&where), f);
    text_release(&where);
    return rc;
}

/* An addition finds its facts by their key, a full build reads the table from end to end. */
static int
build_completed(struct processing *p, struct fault *f)
{
    struct window w = {.facts = p->shape->names.facts,
        .first = cube_process_first(p->process),
        .whole = p->is_full};

    if (last_fact(p, &w.last, f) != 0 || cube_process_window(p->process, w.first, w.last, f) != 0)
        return -1;
    w.expected = w.last < w.first ? 0 : (uint64_t)(w.last - w.first) + 1;
    if (w.whole)
        w.first = INT64_MIN;
    if (build_part(p, CUBE_PART_COMPLETED, &w, &p->result->completed, f) != 0)
        return -1;
    return check_completed(p, &w, f);
}

static int
build(struct processing *p, struct fault *f)
{
    const struct window active = {.facts = p->shape->names.active_facts,
        .first = INT64_MIN,
        .last = INT64_MAX,
        .whole = true};
    int rc = build_completed(p, f);

    if (rc == 0)
        rc = build_part(p, CUBE_PART_ACTIVE, &active, &p->result->active, f);
    if (rc == 0)
        rc = check_totals(p, CUBE_PART_ACTIVE, active.facts, "", f);
    return rc == 0 ? cube_process_commit(p->process, clock_now(), f) : -1;
}

static int
build_as(struct processing *p, enum cube_process_kind kind, struct fault *f)
{
    int rc = -1;

    *p->result = (struct process_result){.how = kind == CUBE_PROCESS_FULL ? "full" : "added"};
    p->process = cube_process_begin(p->directory, p->shape->cube->name, kind, p->model, f);
    p->is_full = kind == CUBE_PROCESS_FULL;
    if (p->process != NULL) {
        cube_process_budget(p->process, p->data_only ? 0 : p->aggregates_percent, 0);
        cube_process_memory(p->process, p->memory_bytes);
        if (p->is_full)
            cube_process_storage(p->process, p->storage);
        rc = build(p, f);
    }
    cube_process_end(p->process);
    p->process = NULL;
    return rc;
}

/* ---- DirectQuery ---- */

static int
count_facts(
    struct processing *p, enum cube_part part, const char *facts, uint64_t *count, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int64_t found;
    int rc = db_get_int(p->star, sql_set(&sql, "SELECT count(*) FROM %n", facts), 0, &found, f);

    text_release(&sql);
    if (rc == 0) {
        *count = (uint64_t)found;
        cube_process_count(p->process, part, *count);
    }
    return rc;
}

/* How many facts there are and how far they go: for lists, and for a later change of mode. */
static int
count_all_facts(struct processing *p, struct fault *f)
{
    const struct cube_names *names = &p->shape->names;
    int64_t last;

    if (last_fact(p, &last, f) != 0 ||
        cube_process_window(p->process, cube_process_first(p->process), last, f) != 0 ||
        count_facts(p, CUBE_PART_COMPLETED, names->facts, &p->result->completed, f) != 0)
        return -1;
    return count_facts(p, CUBE_PART_ACTIVE, names->active_facts, &p->result->active, f);
}

static int
publish_direct(struct processing *p, struct fault *f)
{
    int rc = -1;

    p->result->how = cube_storage_name(CUBE_STORAGE_DIRECT);
    p->process =
        cube_process_begin(p->directory, p->shape->cube->name, CUBE_PROCESS_FULL, p->model, f);
    if (p->process != NULL) {
        cube_process_storage(p->process, CUBE_STORAGE_DIRECT);
        if (count_all_facts(p, f) == 0)
            rc = cube_process_commit(p->process, clock_now(), f);
    }
    cube_process_end(p->process);
    p->process = NULL;
    return rc;
}

/* ---- deciding ---- */

static int
ensure_cube(struct processing *p, struct fault *f)
{
    if (file_make_directory(p->directory, 0700, f) != 0)
        return -1;
    if (cube_exists(p->directory, p->shape->cube->name))
        return 0;
    return cube_create(p->directory, p->shape->cube->name, p->model, p->storage, f);
}

/* May the new facts simply be added? The cube must have been built from this model and from as many
 * facts as the star schema has up to its watermark. 1, 0, -1. */
static int
fits_its_facts(struct processing *p, struct fault *f)
{
    struct stored_cube *c = cube_open(p->directory, p->shape->cube->name, f);
    struct text sql = TEXT_INIT;
    int64_t moment, facts = -1;
    int rc = 0;

    if (c == NULL) {
        /* A damaged cube is made anew: all it holds comes from its facts. What could not be read
         * for another reason may be whole. */
        if (f->kind != FAULT_DATA)
            return -1;
        log_warning("cube %s is built anew: %s", p->shape->cube->name, f->text);
        fault_clear(f);
        return 0;
    }
    if (cube_processed(c, &moment) && cube_storage_of(c) == p->storage &&
        cube_model_equal(cube_model_of(c), p->model)) {
        sql_set(&sql, "SELECT count(*) FROM %n WHERE \"RecordID\" <= %d", p->shape->names.facts,
            cube_watermark(c));
        rc = db_get_int(p->star, text_hand_on(&sql), 0, &facts, f) != 0
                 ? -1
                 : (uint64_t)facts == cube_facts(c, CUBE_PART_COMPLETED);
    }
    text_release(&sql);
    cube_close(c);
    return rc;
}

static int
run(struct processing *p, enum process_type type, struct fault *f)
{
    int fits;

    if (type == PROCESS_CLEAR) {
        p->result->how = "cleared";
        return cube_clear(p->directory, p->shape->cube->name, p->model, p->storage, f);
    }
    if (p->storage == CUBE_STORAGE_DIRECT)
        return publish_direct(p, f);
    if (type == PROCESS_INDEXES) {
        p->result->how = "indexed";
        return cube_index(
            p->directory, p->shape->cube->name, p->aggregates_percent, 0, p->memory_bytes, f);
    }
    p->data_only = type == PROCESS_DATA;
    p->window_only = type == PROCESS_ADD;
    if (type == PROCESS_FULL || type == PROCESS_DATA)
        return build_as(p, CUBE_PROCESS_FULL, f);
    if (type == PROCESS_ADD)
        return build_as(p, CUBE_PROCESS_ADD, f);
    if ((fits = fits_its_facts(p, f)) < 0)
        return -1;
    if (fits == 1 && (build_as(p, CUBE_PROCESS_ADD, f) == 0 || f->kind != FAULT_DATA))
        return f->kind == FAULT_NONE ? 0 : -1;
    if (fits == 1) {
        /* What was there does not go with the facts: they are the truth. */
        log_warning("cube %s is built anew: %s", p->shape->cube->name, f->text);
        fault_clear(f);
    }
    return build_as(p, CUBE_PROCESS_FULL, f);
}

static const struct analysis_setting *
limits_of(const struct process_order *order)
{
    static const struct analysis_setting defaults = {
        .memory_mib = DEFAULT_MEMORY_MIB, .aggregates_percent = DEFAULT_AGGREGATES_PERCENT};

    return order->limits == NULL ? &defaults : order->limits;
}

int
process_cube(struct db *star, struct star *s, const struct process_order *order,
    struct process_result *result, struct fault *f)
{
    struct processing p = {.star = star,
        .shape = s,
        .directory = order->directory,
        .storage = order->storage,
        .aggregates_percent = (unsigned)limits_of(order)->aggregates_percent,
        .memory_bytes = (uint64_t)limits_of(order)->memory_mib << 20,
        .result = result};
    int rc = -1;

    *result = (struct process_result){.how = ""};
    if ((p.model = process_model(s, f)) != NULL && ensure_cube(&p, f) == 0)
        rc = run(&p, order->type, f);
    return rc == 0 ? 0 : fault_wrap(f, "process cube '%s'", s->cube->name);
}
