/* Writing segments: segment_write of segment.h. */
#include <stdlib.h>
#include <string.h>

#include "config/base/file.h"
#include "cube/emitter.h"
#include "cube/layout.h"
#include "cube/segment.h"

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
    uint32_t width = packed_width(count);

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

    emit_number(e, c->model->dimensions[dimension].level_count, 4);
    emit_number(e, d->count, 4);
    for (size_t i = 0; i < c->model->dimensions[dimension].level_count; i++)
        emit_level(e, l, dimension, i);
}

static void
emit_header(struct emitter *e, const struct feed *from)
{
    emit_bytes(e, SEGMENT_MAGIC, 8);
    emit_number(e, SEGMENT_VERSION, 4);
    emit_number(e, from->model->dimension_count, 4);
    emit_number(e, from->model->source_count, 4);
    emit_number(e, 0, 4);
    emit_number(e, from->count, 8);
}

/* The checksum covers everything before it, the length too. */
static void
emit_footer(struct emitter *e, struct segment_facts *written)
{
    emit_number(e, written->facts, 8);
    emit_number(e, e->written + 16, 8);
    written->checksum = emitter_seal(e);
    written->size_bytes = e->written;
}

static int
emit_segment(struct emitter *e, const struct layout *l, const struct feed *from,
    struct segment_facts *written)
{
    emit_header(e, from);
    for (size_t i = 0; i < from->model->dimension_count; i++)
        emit_dimension(e, l, i);
    written->facts = cells_write(e, from);
    emit_footer(e, written);
    return e->failed ? -1 : 0;
}

int
segment_write_feed(const char *path, const struct layout *l, const struct feed *from,
    struct segment_facts *written, struct fault *f)
{
    struct file_writer file = FILE_WRITER_INIT;
    struct emitter *e = NULL;
    int rc = -1;

    if (file_writer_open(&file, path, 0600, false, f) != 0)
        goto done;
    if ((e = emitter_new(file_writer_sink(&file), f)) == NULL)
        goto done;
    if (emit_segment(e, l, from, written) != 0)
        goto done;
    rc = file_writer_commit(&file, false, f);
done:
    emitter_free(e);
    file_writer_abandon(&file);
    return rc == 0 ? 0 : fault_wrap(f, "write cube segment '%s'", path);
}

/* A cuboid in memory, in the order of its layout. */
static int
write_cuboid(
    const char *path, const struct layout *l, struct segment_facts *written, struct fault *f)
{
    const struct cuboid *c = l->cuboid;
    size_t count = c->model->dimension_count;
    const uint32_t **places = calloc(count + 1, sizeof(const uint32_t *));
    uint32_t *member_counts = calloc(count + 1, sizeof *member_counts);
    const struct cell_list list = {
        &c->tally, &c->cells, l->cells, c->cells.count, places, member_counts};
    struct feed from = cell_list_feed(&list);
    int rc = -1;

    if (places == NULL || member_counts == NULL) {
        fault_set_memory(f);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        places[i] = l->dimensions[i].place;
        member_counts[i] = l->dimensions[i].count;
    }
    rc = segment_write_feed(path, l, &from, written, f);
done:
    free(places);
    free(member_counts);
    return rc;
}

int
segment_write(
    const char *path, const struct cuboid *c, struct segment_facts *written, struct fault *f)
{
    struct layout layout;
    int rc = layout_init(&layout, c, f);

    if (rc == 0)
        rc = write_cuboid(path, &layout, written, f);
    layout_release(&layout);
    return rc;
}
