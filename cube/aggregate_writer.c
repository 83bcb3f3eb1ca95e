/* Making aggregates: aggregates_write and aggregates_try_all of aggregate.h. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "config/base/file.h"
#include "config/base/text.h"
#include "config/base/thread.h"
#include "cube/aggregate.h"

/* One cuboid on its way into the file. */
struct made {
    const uint16_t *depths;
    double expected; /* cells */
    struct text bytes;
    struct cells cells; /* as they lie in `bytes` */
    bool done;
};

/* What the threads share. */
struct workshop {
    const struct lattice *lattice;
    struct made *made;   /* as chosen */
    struct made **queue; /* the largest first */
    uint16_t *full;      /* depths of the base cuboid */
    size_t count;
    size_t next;
    pthread_mutex_t lock;
    bool failed;
    struct fault fault;
};

static int
write_text(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct text *t = state;

    text_add_bytes(t, bytes, size);
    return text_check(t, f);
}

/* The groups as the cells of a file. */
static int
write_groups(struct made *m, struct rollup *r, const uint32_t *sizes, struct fault *f)
{
    static const char pad[AGGREGATE_PAD_BYTES];
    const uint32_t *order = rollup_order(r, f);
    struct emitter *e = emitter_new((struct byte_sink){write_text, &m->bytes}, f);
    const struct cell_list list = {&r->tally, &r->groups, order, r->groups.count, NULL, sizes};
    struct feed from = cell_list_feed(&list);
    int rc = -1;

    if (order != NULL && e != NULL) {
        cells_write(e, &from);
        emitter_flush(e);
        text_add_bytes(&m->bytes, pad, sizeof pad);
        rc = e->failed ? -1 : text_check(&m->bytes, f);
    }
    emitter_free(e);
    return rc;
}

/* Reads back what was written: finer cuboids are what coarser ones are made from, and nothing is
 * stored that could not be read. */
static int
read_groups(struct made *m, const struct lattice *l, uint64_t count, struct fault *f)
{
    const unsigned char *start = (const unsigned char *)m->bytes.bytes;
    struct walk w = {start, start + m->bytes.length - AGGREGATE_PAD_BYTES, false};
    uint32_t *member_counts = calloc(l->model->dimension_count + 1, sizeof *member_counts);
    int rc = member_counts == NULL ? fault_set_memory(f) : cells_init(&m->cells, l->model, f);

    for (size_t k = 0; rc == 0 && k < l->model->dimension_count; k++) {
        if (m->depths[k] > 0)
            member_counts[k] = l->dimensions[k].depths[m->depths[k]].count;
    }
    if (rc == 0)
        cells_read(&w, &m->cells, l->model, count, member_counts, l->base->facts);
    if (rc == 0 && (w.failed || w.at != w.end))
        rc = fault_set(f, FAULT_INTERNAL, "an aggregate does not hold what its parent does");
    free(member_counts);
    return rc;
}

static int
make(struct made *m, const struct lattice *l, const struct cells *parent, const uint16_t *from,
    struct rollup *r, struct fault *f)
{
    uint32_t *sizes = calloc(l->model->dimension_count + 1, sizeof *sizes);
    size_t width = 0;
    int rc = -1;

    if (sizes == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < l->model->dimension_count; k++) {
        if (m->depths[k] > 0)
            sizes[width++] = l->dimensions[k].depths[m->depths[k]].count;
    }
    if (lattice_roll(l, parent, from, m->depths, (uint64_t)m->expected, r, f) == 0 &&
        write_groups(m, r, sizes, f) == 0)
        rc = read_groups(m, l, r->groups.count, f);
    free(sizes);
    return rc;
}

/* The smallest cuboid that is there and covers it; the base cuboid at worst. */
static const struct cells *
smallest_parent(const struct workshop *w, const struct made *m, const uint16_t **from)
{
    const struct cells *best = &w->lattice->base->cells;

    *from = w->full;
    for (size_t i = 0; i < w->count; i++) {
        const struct made *other = &w->made[i];

        if (other->done && other->cells.count < best->count &&
            lattice_covers(w->lattice, other->depths, m->depths)) {
            best = &other->cells;
            *from = other->depths;
        }
    }
    return best;
}

static void
fail(struct workshop *w, const struct fault *f)
{
    if (!w->failed)
        w->fault = *f;
    w->failed = true;
}

/* One thread: the memory of its groups serves one cuboid after the other. */
static void *
work(void *state)
{
    struct workshop *w = state;
    struct fault f = FAULT_INIT;
    struct rollup r;
    int rc = rollup_init(&r, w->lattice->model, 0, &f);

    pthread_mutex_lock(&w->lock);
    while (rc == 0 && !w->failed && w->next < w->count) {
        struct made *m = w->queue[w->next++];
        const uint16_t *from;
        const struct cells *parent = smallest_parent(w, m, &from);

        pthread_mutex_unlock(&w->lock);
        rc = make(m, w->lattice, parent, from, &r, &f);
        pthread_mutex_lock(&w->lock);
        m->done = rc == 0;
    }
    if (rc != 0)
        fail(w, &f);
    pthread_mutex_unlock(&w->lock);
    rollup_release(&r);
    return NULL;
}

static int
compare_expected(const void *left, const void *right)
{
    const struct made *a = *(const struct made *const *)left;
    const struct made *b = *(const struct made *const *)right;

    return (a->expected < b->expected) - (a->expected > b->expected);
}

static int
workshop_init(struct workshop *w, const struct lattice *l, const struct design *d, struct fault *f)
{
    *w = (struct workshop){.lattice = l,
        .made = calloc(d->count + 1, sizeof *w->made),
        .queue = calloc(d->count + 1, sizeof(struct made *)),
        .full = calloc(l->model->dimension_count + 1, sizeof *w->full),
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .fault = FAULT_INIT};
    if (w->made == NULL || w->queue == NULL || w->full == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < l->model->dimension_count; k++)
        w->full[k] = l->dimensions[k].full;
    w->count = d->count;
    for (size_t i = 0; i < d->count; i++) {
        w->made[i] = (struct made){.depths = d->cuboids[i].depths, .expected = d->cuboids[i].cells};
        w->queue[i] = &w->made[i];
    }
    qsort(w->queue, w->count, sizeof(struct made *), compare_expected);
    return 0;
}

static void
workshop_release(struct workshop *w)
{
    for (size_t i = 0; w->made != NULL && i < w->count; i++) {
        cells_release(&w->made[i].cells);
        text_release(&w->made[i].bytes);
    }
    free(w->made);
    free(w->queue);
    free(w->full);
}

/* Works in `threads` threads, this one among them. One that cannot be started is done without. */
static int
run(struct workshop *w, unsigned threads, struct fault *f)
{
    enum { THREAD_LIMIT = 64 };
    pthread_t others[THREAD_LIMIT];
    size_t started = 0;

    while (
        started + 1 < threads && started < THREAD_LIMIT && thread_start(&others[started], work, w))
        started++;
    work(w);
    while (started > 0)
        pthread_join(others[--started], NULL);
    if (w->failed && f != NULL)
        *f = w->fault;
    return w->failed ? -1 : 0;
}

/* ---- the file ---- */

static uint64_t
section_bytes(const struct made *m)
{
    return m->bytes.length - AGGREGATE_PAD_BYTES;
}

/* Lets go of what exceeds the budget after all: estimates err. Returns how many stay. */
static size_t
keep_within(struct workshop *w, uint64_t budget)
{
    size_t kept = 0;

    for (size_t i = 0; i < w->count; i++) {
        struct made m = w->made[i];

        if (section_bytes(&m) <= budget) {
            budget -= section_bytes(&m);
            w->made[i] = w->made[kept];
            w->made[kept++] = m;
        }
    }
    return kept;
}

static void
add_number(struct text *t, uint64_t number, unsigned width)
{
    unsigned char bytes[8];

    bytes_put(bytes, number, width);
    text_add_bytes(t, (const char *)bytes, width);
}

static void
add_list(struct text *t, const struct workshop *w, size_t count)
{
    const struct cube_model *model = w->lattice->model;
    uint64_t offset = AGGREGATE_HEADER_BYTES +
                      count * (AGGREGATE_ENTRY_BYTES + 2 * (uint64_t)model->dimension_count) + 8;
    uint64_t size = offset + AGGREGATE_PAD_BYTES;

    for (size_t i = 0; i < count; i++)
        size += section_bytes(&w->made[i]);
    text_add_bytes(t, AGGREGATE_MAGIC, 8);
    add_number(t, AGGREGATE_VERSION, 4);
    add_number(t, model->dimension_count, 4);
    add_number(t, model->source_count, 4);
    add_number(t, count, 4);
    add_number(t, w->lattice->base->checksum, 8);
    add_number(t, size, 8);
    for (size_t i = 0; i < count; i++) {
        const struct made *m = &w->made[i];

        for (size_t k = 0; k < model->dimension_count; k++)
            add_number(t, m->depths[k], 2);
        add_number(t, m->cells.count, 8);
        add_number(t, offset, 8);
        add_number(t, section_bytes(m), 8);
        add_number(t, XXH3_64bits(m->bytes.bytes, (size_t)section_bytes(m)), 8);
        offset += section_bytes(m);
    }
    add_number(t, XXH3_64bits(t->bytes, t->length), 8);
}

static int
write_file(const char *path, const struct workshop *w, size_t count, struct fault *f)
{
    static const char pad[AGGREGATE_PAD_BYTES];
    struct file_writer file = FILE_WRITER_INIT;
    struct text list = TEXT_INIT;
    struct byte_sink sink;
    int rc = -1;

    add_list(&list, w, count);
    if (text_check(&list, f) != 0 || file_writer_open(&file, path, 0600, true, f) != 0)
        goto done;
    sink = file_writer_sink(&file);
    rc = sink.write(sink.state, list.bytes, list.length, f);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = sink.write(sink.state, w->made[i].bytes.bytes, (size_t)section_bytes(&w->made[i]), f);
    if (rc == 0 && (rc = sink.write(sink.state, pad, sizeof pad, f)) == 0)
        rc = file_writer_commit(&file, true, f);
done:
    file_writer_abandon(&file);
    text_release(&list);
    return rc == 0 ? 0 : fault_wrap(f, "write aggregates '%s'", path);
}

static void
count_made(const struct workshop *w, size_t count, struct aggregate_counts *counts)
{
    *counts = (struct aggregate_counts){.cuboids = count};
    for (size_t i = 0; i < count; i++) {
        counts->cells += w->made[i].cells.count;
        counts->bytes += section_bytes(&w->made[i]);
    }
}

static int
make_all(const char *path, const struct lattice *l, const struct design *d,
    const struct aggregate_options *options, struct aggregate_counts *counts, struct fault *f)
{
    struct workshop w;
    size_t kept;
    int rc = -1;

    if (workshop_init(&w, l, d, f) == 0 && run(&w, options->threads, f) == 0) {
        kept = keep_within(&w, options->budget_bytes);
        count_made(&w, kept, counts);
        rc = path == NULL ? 0 : kept == 0 ? file_remove(path, f) : write_file(path, &w, kept, f);
    }
    workshop_release(&w);
    return rc;
}

/* What a group takes while it is made. */
static double
group_bytes(const struct cube_model *model)
{
    size_t bytes = 3 * sizeof(uint64_t) + model->dimension_count * sizeof(uint32_t);

    for (size_t i = 0; i < model->source_count; i++) {
        unsigned keeps = cube_model_keeps(model, i);

        bytes += sizeof(uint64_t) * (size_t)(1 + ((keeps & CUBE_KEEP_RANGE) != 0 ? 2 : 0) +
                                             ((keeps & CUBE_KEEP_SUM) != 0 ? 2 : 0));
    }
    return (double)bytes;
}

/* A quarter of the memory holds what is made, another one the groups under way. */
static struct design_limits
limits_of(const struct segment *base, const struct cube_model *model,
    const struct aggregate_options *options)
{
    double cells = (double)base->cells.count, bytes = (double)base->size_bytes + 1;
    double quarter = (double)options->memory_bytes / 4;
    double space =
        (double)options->budget_bytes < quarter ? (double)options->budget_bytes : quarter;

    return (struct design_limits){.all_cells = space / bytes * cells,
        .most_cells = quarter / options->threads / group_bytes(model)};
}

int
aggregates_write(const char *path, const struct segment *base, const struct cube_model *model,
    const struct aggregate_options *options, struct aggregate_counts *counts, struct fault *f)
{
    const struct design_limits limits = limits_of(base, model, options);
    struct design d = {.count = 0};
    struct lattice l;
    int rc = -1;

    *counts = (struct aggregate_counts){.cuboids = 0};
    if (lattice_init(&l, base, model, f) == 0 && design_choose(&d, &l, &limits, f) == 0)
        rc = make_all(path, &l, &d, options, counts, f);
    design_release(&d);
    lattice_release(&l);
    return rc;
}

int
aggregates_try_all(const struct segment *base, const struct cube_model *model, unsigned threads,
    struct aggregate_counts *counts, struct fault *f)
{
    const struct aggregate_options options = {UINT64_MAX, threads, UINT64_MAX};
    struct design d = {.count = 0};
    struct lattice l;
    int rc = -1;

    if (lattice_init(&l, base, model, f) == 0 && design_all(&d, &l, f) == 0)
        rc = make_all(NULL, &l, &d, &options, counts, f);
    design_release(&d);
    lattice_release(&l);
    return rc;
}
