/* Writing segments: segment_write of segment.h. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "config/base/file.h"
#include "cube/layout.h"
#include "cube/segment.h"

/* Buffered output that is hashed on its way. */
struct emitter {
    struct byte_sink sink;
    XXH3_state_t *hash;
    uint64_t written;
    size_t filled;
    bool failed;
    struct fault *f;
    unsigned char buffer[65536];
};

static void
emit_flush(struct emitter *e)
{
    if (!e->failed && e->filled > 0) {
        XXH3_64bits_update(e->hash, e->buffer, e->filled);
        e->failed = e->sink.write(e->sink.state, e->buffer, e->filled, e->f) != 0;
    }
    e->filled = 0;
}

static void
emit_bytes(struct emitter *e, const void *bytes, size_t size)
{
    e->written += size;
    for (const unsigned char *at = bytes; size > 0;) {
        size_t room = sizeof e->buffer - e->filled;
        size_t piece = size < room ? size : room;

        memcpy(e->buffer + e->filled, at, piece);
        e->filled += piece;
        at += piece;
        size -= piece;
        if (e->filled == sizeof e->buffer)
            emit_flush(e);
    }
}

static void
emit_number(struct emitter *e, uint64_t number, uint32_t width)
{
    unsigned char bytes[8];

    bytes_put(bytes, number, width);
    emit_bytes(e, bytes, width);
}

/* Fewest of 1, 2, 4 or 8 bytes that hold numbers up to `largest`. */
static uint32_t
width_for(uint64_t largest)
{
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : largest <= UINT32_MAX ? 4 : 8;
}

static void
emit_level_values(
    struct emitter *e, const struct value_set *values, const struct layout_level *l, uint32_t count)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (values->values[l->order[i]].type == VALUE_INT)
            emit_number(e, (uint64_t)values->values[l->order[i]].as.integer, 8);
    }
    if (e->failed || count == 0 || values->values[l->order[0]].type == VALUE_INT)
        return;
    for (uint32_t i = 0; i < count; i++) {
        emit_number(e, end, 8);
        end += values->values[l->order[i]].as.text.length;
    }
    emit_number(e, end, 8);
    for (uint32_t i = 0; i < count; i++)
        emit_bytes(e, values->values[l->order[i]].as.text.bytes,
            values->values[l->order[i]].as.text.length);
}

/* NULL sorts last, so it is a flag and not a stored value. */
static void
emit_level(struct emitter *e, const struct layout *l, size_t dimension, size_t level)
{
    const struct layout_dimension *d = &l->dimensions[dimension];
    const struct layout_level *order = &d->levels[level];
    const struct cuboid_dimension *from = &l->cuboid->dimensions[dimension];
    const struct value_set *values = &from->levels[level];
    uint32_t count = order->count;
    bool has_null = count > 0 && values->values[order->order[count - 1]].type == VALUE_NULL;
    uint32_t width = width_for(count);

    emit_number(e, l->cuboid->model->dimensions[dimension].levels[level].type, 1);
    emit_number(e, has_null, 1);
    emit_number(e, width, 2);
    emit_number(e, count, 4);
    emit_level_values(e, values, order, count - has_null);
    for (uint32_t i = 0; i < d->count; i++) {
        const uint32_t *ids = tuples_get(&from->members, d->order[i]);

        emit_number(e, order->place[ids[level]], width);
    }
}

static void
emit_dimension(struct emitter *e, const struct layout *l, size_t dimension)
{
    const struct layout_dimension *d = &l->dimensions[dimension];
    const struct cuboid *c = l->cuboid;
    uint32_t width = width_for(d->count);

    emit_number(e, c->model->dimensions[dimension].level_count, 4);
    emit_number(e, d->count, 4);
    for (size_t i = 0; i < c->model->dimensions[dimension].level_count; i++)
        emit_level(e, l, dimension, i);
    emit_number(e, width, 4);
    for (size_t i = 0; i < c->cells.count; i++)
        emit_number(e, d->place[tuples_get(&c->cells, l->cells[i])[dimension]], width);
}

static uint64_t
emit_counts(struct emitter *e, const struct layout *l, const uint64_t *counts)
{
    size_t cell_count = l->cuboid->cells.count;
    uint64_t largest = 0, total = 0;
    uint32_t width;

    for (size_t i = 0; i < cell_count; i++) {
        largest = counts[i] > largest ? counts[i] : largest;
        total += counts[i];
    }
    width = width_for(largest);
    emit_number(e, width, 4);
    for (size_t i = 0; i < cell_count; i++)
        emit_number(e, counts[l->cells[i]], width);
    return total;
}

/* No wider than the widest sum needs: the file does not tell what the column once held. */
static uint32_t
sum_width(const struct exact_column *sum)
{
    uint32_t width = 1;

    for (size_t i = 0; i < sum->count; i++) {
        struct exact_number n = exact_column_get(sum, i);
        uint32_t needed = exact_number_width(&n);

        width = needed > width ? needed : width;
    }
    return width;
}

static void
emit_sums(struct emitter *e, const struct layout *l, const struct exact_column *sum, uint32_t width)
{
    for (size_t i = 0; i < l->cuboid->cells.count; i++) {
        struct exact_number n = exact_column_get(sum, l->cells[i]);

        for (uint32_t k = 0; k < width; k++)
            emit_number(e, n.limbs[k], 8);
    }
}

static void
emit_range(
    struct emitter *e, const struct layout *l, const struct tally_source *s, const int64_t *bounds)
{
    for (size_t i = 0; i < l->cuboid->cells.count; i++) {
        uint32_t cell = l->cells[i];

        emit_number(e, s->present[cell] == 0 ? 0 : (uint64_t)bounds[cell], 8);
    }
}

static void
emit_source(struct emitter *e, const struct layout *l, const struct tally_source *s)
{
    bool summed = (s->keeps & CUBE_KEEP_SUM) != 0;
    uint32_t width = summed ? sum_width(&s->sum) : 0;

    emit_number(e, s->type, 4);
    emit_number(e, s->keeps, 4);
    emit_number(e, width, 4);
    emit_number(e, summed && s->sum.any ? (uint32_t)s->sum.exponent : 0, 4);
    emit_counts(e, l, s->present);
    if (summed)
        emit_sums(e, l, &s->sum, width);
    if ((s->keeps & CUBE_KEEP_RANGE) != 0) {
        emit_range(e, l, s, s->least);
        emit_range(e, l, s, s->greatest);
    }
}

static void
emit_header(struct emitter *e, const struct cuboid *c)
{
    emit_bytes(e, SEGMENT_MAGIC, 8);
    emit_number(e, SEGMENT_VERSION, 4);
    emit_number(e, c->model->dimension_count, 4);
    emit_number(e, c->model->source_count, 4);
    emit_number(e, 0, 4);
    emit_number(e, c->cells.count, 8);
}

/* The checksum covers everything before it, the length too. */
static void
emit_footer(struct emitter *e, struct segment_facts *written)
{
    emit_number(e, written->facts, 8);
    emit_number(e, e->written + 16, 8);
    emit_flush(e);
    written->checksum = XXH3_64bits_digest(e->hash);
    emit_number(e, written->checksum, 8);
    emit_flush(e);
    written->size_bytes = e->written;
}

static int
emit_segment(struct emitter *e, const struct layout *l, struct segment_facts *written)
{
    const struct cuboid *c = l->cuboid;

    emit_header(e, c);
    for (size_t i = 0; i < c->model->dimension_count; i++)
        emit_dimension(e, l, i);
    written->facts = emit_counts(e, l, c->tally.rows);
    for (size_t i = 0; i < c->model->source_count; i++)
        emit_source(e, l, &c->tally.sources[i]);
    emit_footer(e, written);
    return e->failed ? -1 : 0;
}

int
segment_write(
    const char *path, const struct cuboid *c, struct segment_facts *written, struct fault *f)
{
    struct file_writer file = FILE_WRITER_INIT;
    struct layout layout;
    struct emitter *e = NULL;
    int rc = -1;

    if (layout_init(&layout, c, f) != 0 || file_writer_open(&file, path, 0600, false, f) != 0)
        goto done;
    if ((e = calloc(1, sizeof *e)) == NULL || (e->hash = XXH3_createState()) == NULL) {
        fault_set_memory(f);
        goto done;
    }
    XXH3_64bits_reset(e->hash);
    e->sink = file_writer_sink(&file);
    e->f = f;
    if (emit_segment(e, &layout, written) != 0)
        goto done;
    rc = file_writer_commit(&file, false, f);
done:
    if (e != NULL)
        XXH3_freeState(e->hash);
    free(e);
    file_writer_abandon(&file);
    layout_release(&layout);
    return rc == 0 ? 0 : fault_wrap(f, "write cube segment '%s'", path);
}
