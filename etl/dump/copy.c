#include "etl/dump/copy.h"

#include <string.h>

#include "backup/meter.h"
#include "config/base/clock.h"
#include "config/base/interrupt.h"
#include "config/base/log.h"
#include "config/base/progress.h"
#include "etl/dump/inlet.h"

struct copying {
    const struct copy_order *order;
    struct copy_result *result;
    struct store *from, *own;
    struct store *to;
    size_t failed;
    struct fault first; /* of those that failed */
};

void
copy_result_release(struct copy_result *result)
{
    catalogue_release(&result->from);
    catalogue_release(&result->to);
    arena_release(&result->memory);
    *result = (struct copy_result)COPY_RESULT_INIT;
}

/* ---- which ---- */

static bool
is_live(const struct catalogue *c, const struct catalogue_entry *e)
{
    return e->kind == CATALOGUE_CONTAINER && !catalogue_is_superseded(c, e) &&
           !catalogue_is_removed(c, e->container);
}

static void
want(const struct catalogue *c, bool *wanted, const struct catalogue_entry *e)
{
    const char *last = "";

    wanted[e - c->entries] = true;
    for (size_t i = 0; i < e->table_count; i++) {
        const char *reference = e->tables[i].reference;
        const struct catalogue_entry *older;

        if (reference == NULL || strcmp(reference, last) == 0)
            continue;
        last = reference;
        if ((older = catalogue_find(c, reference)) != NULL)
            wanted[older - c->entries] = true;
    }
}

static int
want_sources(struct copying *p, bool *wanted, struct fault *f)
{
    const struct catalogue *c = &p->result->from;

    for (size_t i = 0; i < p->order->source_count; i++) {
        const struct catalogue_entry *e = catalogue_find(c, p->order->sources[i]);

        if (e == NULL || catalogue_is_removed(c, e->container)) {
            fault_set(f, FAULT_NO_INPUT, "store '%s' holds no container '%s'",
                store_location(p->from), p->order->sources[i]);
            return fault_hint(f, "nightcube list shows the containers there are");
        }
        want(c, wanted, e);
    }
    return 0;
}

static int
list_wanted(struct copying *p, bool *wanted, struct fault *f)
{
    const struct catalogue *c = &p->result->from;
    bool all = p->order->source_count == 0;

    if (want_sources(p, wanted, f) != 0)
        return -1;
    for (size_t i = 0; all && i < c->count; i++) {
        if (is_live(c, &c->entries[i]) &&
            (p->order->run == 0 || c->entries[i].run == p->order->run))
            want(c, wanted, &c->entries[i]);
    }
    for (size_t i = 0; i < c->count; i++) {
        struct copy_row *row;

        if (!wanted[i])
            continue;
        row = arena_append(&p->result->memory, &p->result->rows, &p->result->count, sizeof *row);
        if (row == NULL)
            return fault_set_memory(f);
        row->entry = &c->entries[i];
    }
    if (p->result->count > 0)
        return 0;
    if (p->order->run == 0)
        return fault_set(
            f, FAULT_NO_INPUT, "store '%s' holds no backup to copy", store_location(p->from));
    fault_set(f, FAULT_DATA, "run %lld has no container", (long long)p->order->run);
    return fault_hint(f, "nightcube list shows the runs and their containers");
}

/* ---- one container ---- */

/* Is it there as the catalogue says? 1, 0, -1. */
static int
is_there(struct copying *p, const struct catalogue_entry *e, struct fault *f)
{
    const struct catalogue *c = &p->result->to;
    const struct catalogue_entry *have = catalogue_find(c, e->container);
    uint64_t bytes = 0;
    int found;

    if (have == NULL || strcmp(have->sha256, e->sha256) != 0 ||
        catalogue_is_removed(c, have->container))
        return 0;
    found = store_find(p->to, have->file, &bytes, f);
    return found == 1 ? bytes == have->bytes : found;
}

static int
check_bytes(const struct catalogue_entry *e, uint64_t bytes, const char *sha256, struct store *s,
    struct fault *f)
{
    if (bytes == e->bytes && strcmp(sha256, e->sha256) == 0)
        return 0;
    return fault_set(f, FAULT_DATA,
        "'%s' in store '%s' is not the container that the catalogue "
        "names: %llu bytes, SHA-256 %s",
        e->file, store_location(s), (unsigned long long)bytes, sha256);
}

/* Reads all of `source` into `sink`. */
static int
pump(struct byte_source source, struct byte_sink sink, struct fault *f)
{
    char buffer[65536];
    ssize_t n;

    while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0) {
        progress_add("bytes", (uint64_t)n);
        if (sink.write(sink.state, buffer, (size_t)n, f) != 0 || interrupt_check(f) != 0)
            return -1;
    }
    return (int)n;
}

static int
transfer(struct copying *p, const struct catalogue_entry *e, struct fault *f)
{
    /* Only another form of the very container may be replaced: an older header. */
    bool overwrite = catalogue_find(&p->result->to, e->container) != NULL;
    struct store_reader *reader = store_read(p->from, e->file, f);
    struct store_writer *writer = NULL;
    struct meter meter = METER_INIT;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;
    int rc = -1;

    if (reader == NULL || meter_init(&meter, f) != 0 ||
        (writer = store_begin(p->to, e->file, overwrite, f)) == NULL)
        goto done;
    if (pump(meter_source(&meter, store_reader_source(reader)), store_writer_sink(writer), f) != 0)
        goto done;
    bytes = meter.bytes;
    if (meter_finish(&meter, sha256, f) != 0 || check_bytes(e, bytes, sha256, p->from, f) != 0)
        goto done;
    rc = store_commit(writer, f);
    writer = NULL;
done:
    store_abandon(writer);
    meter_release(&meter);
    store_reader_close(reader);
    return rc;
}

static int
read_back(struct copying *p, const struct catalogue_entry *e, struct fault *f)
{
    struct inlet inlet;
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes;
    int rc = inlet_of_entry(&inlet, p->to, NULL, e, f);

    if (rc == 0)
        rc = inlet_hash(&inlet, &bytes, sha256, f);
    if (rc == 0)
        rc = check_bytes(e, bytes, sha256, p->to, f);
    inlet_release(&inlet);
    return rc;
}

static int
enter(struct copying *p, const struct catalogue_entry *e, struct fault *f)
{
    struct catalogue_entry entry = *e;
    struct catalogue_entry verified = {.kind = CATALOGUE_VERIFIED,
        .added_utc = clock_now(),
        .container = e->container,
        .run = e->run,
        .note = "read back after copying"};

    return catalogue_add(p->to, &entry, f) == 0 ? catalogue_add(p->to, &verified, f) : -1;
}

static int
copy_one(struct copying *p, struct copy_row *row, struct fault *f)
{
    const struct catalogue_entry *e = row->entry;
    int there = is_there(p, e, f);

    if (there != 0) {
        row->state = there == 1 ? COPY_WAS_THERE : COPY_NOT_YET;
        return there == 1 ? 0 : -1;
    }
    if (transfer(p, e, f) != 0 && f->kind != FAULT_EXISTS)
        return fault_wrap(f, "copy '%s'", e->file);
    /* What a copy that was cut off left there without an entry is taken when it is right. */
    fault_clear(f);
    if (read_back(p, e, f) != 0 || enter(p, e, f) != 0)
        return fault_wrap(f, "copy '%s'", e->file);
    row->state = COPY_COPIED;
    p->result->bytes += e->bytes;
    return 0;
}

/* Did one fail that it leaves tables to? */
static bool
leans_on_failed(const struct copying *p, const struct catalogue_entry *e)
{
    for (size_t i = 0; i < e->table_count; i++) {
        for (size_t k = 0; e->tables[i].reference != NULL && k < p->result->count; k++) {
            const struct copy_row *row = &p->result->rows[k];

            if (row->state == COPY_FAILED &&
                strcmp(row->entry->container, e->tables[i].reference) == 0)
                return true;
        }
    }
    return false;
}

/* What is wrong with one container is no harm to another: 0, and the fault is kept. */
static int
pass_over(struct copying *p, struct copy_row *row, struct fault *own, struct fault *f)
{
    if (own->kind != FAULT_DATA && own->kind != FAULT_NO_INPUT) {
        *f = *own;
        return -1;
    }
    row->state = COPY_FAILED;
    if (p->failed++ == 0)
        p->first = *own;
    else
        log_warning("%s", own->text);
    return 0;
}

static int
copy_or_pass_over(struct copying *p, struct copy_row *row, struct fault *f)
{
    struct fault own = FAULT_INIT;

    if (leans_on_failed(p, row->entry))
        fault_set(&own, FAULT_DATA, "copy '%s': it leaves tables to one that was not copied",
            row->entry->file);
    else if (copy_one(p, row, &own) == 0)
        return 0;
    return pass_over(p, row, &own, f);
}

/* ---- runs ---- */

static bool
knows_run(const struct catalogue *c, int64_t run)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->entries[i].kind == CATALOGUE_RUN && c->entries[i].run == run)
            return true;
    }
    return false;
}

static bool
has_all(const struct copying *p, int64_t run)
{
    const struct catalogue *from = &p->result->from, *to = &p->result->to;
    size_t count = 0;

    for (size_t i = 0; i < from->count; i++) {
        const struct catalogue_entry *e = &from->entries[i];

        if (e->run != run || !is_live(from, e))
            continue;
        if (catalogue_find(to, e->container) == NULL)
            return false;
        count++;
    }
    return count > 0;
}

/* Runs whose containers are all there now are sets there too. */
static int
copy_runs(struct copying *p, struct fault *f)
{
    const struct catalogue *from = &p->result->from;

    catalogue_release(&p->result->to);
    if (catalogue_read(p->to, &p->result->to, f) != 0)
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        struct catalogue_entry entry = from->entries[i];

        if (entry.kind == CATALOGUE_RUN && !knows_run(&p->result->to, entry.run) &&
            has_all(p, entry.run) && catalogue_add(p->to, &entry, f) != 0)
            return -1;
    }
    return 0;
}

/* What will be copied, for progress: what the other catalogue does not know yet. */
static uint64_t
bytes_to_copy(const struct copying *p)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < p->result->count; i++) {
        const struct catalogue_entry *e = p->result->rows[i].entry;

        bytes += catalogue_find(&p->result->to, e->container) == NULL ? e->bytes : 0;
    }
    return bytes;
}

static int
copy_all(struct copying *p, struct fault *f)
{
    bool *wanted = arena_array(&p->result->memory, p->result->from.count + 1, sizeof *wanted);
    int rc = wanted == NULL ? fault_set_memory(f) : list_wanted(p, wanted, f);

    progress_begin("copy", "bytes", bytes_to_copy(p));
    for (size_t i = 0; rc == 0 && i < p->result->count; i++)
        rc = copy_or_pass_over(p, &p->result->rows[i], f);
    progress_finish();
    if (rc != 0 || copy_runs(p, f) != 0)
        return -1;
    if (p->failed > 0)
        *f = p->first;
    return p->failed > 0 ? -1 : 0;
}

int
copy_containers(
    struct site *site, const struct copy_order *order, struct copy_result *result, struct fault *f)
{
    struct copying p = {.order = order, .result = result};
    int rc = -1;

    if ((p.from = inlet_store(site, order->from, &p.own, f)) != NULL &&
        (p.to = store_open_with(order->to, &site->settings, f)) != NULL &&
        catalogue_read(p.from, &result->from, f) == 0 && catalogue_read(p.to, &result->to, f) == 0)
        rc = copy_all(&p, f);
    store_close(p.to);
    store_close(p.own);
    return rc;
}
