#include "cube/aggregate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static int
map_file(struct aggregates *a, int fd, const char *path, struct fault *f)
{
    struct stat status;
    void *map;

    if (fstat(fd, &status) != 0)
        return fault_set_errno(f, errno, "look at '%s'", path);
    if (!S_ISREG(status.st_mode) ||
        status.st_size < AGGREGATE_HEADER_BYTES + 8 + AGGREGATE_PAD_BYTES)
        return fault_set(f, FAULT_DATA, "'%s' is too short to hold aggregates", path);
    map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return fault_set_errno(f, errno, "map '%s'", path);
    a->map = map;
    a->size_bytes = (uint64_t)status.st_size;
    return 0;
}

struct aggregates *
aggregates_open(const char *path, struct fault *f)
{
    struct aggregates *a;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0) {
        if (errno != ENOENT)
            fault_set_errno(f, errno, "open '%s'", path);
        return NULL;
    }
    if ((a = calloc(1, sizeof *a)) == NULL)
        rc = fault_set_memory(f);
    else
        rc = map_file(a, fd, path, f);
    close(fd);
    if (rc == 0)
        return a;
    aggregates_close(a);
    return NULL;
}

void
aggregates_close(struct aggregates *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; a->items != NULL && i < a->count; i++)
        cells_release(&a->items[i].cells);
    free(a->items);
    free(a->depths);
    lattice_release(&a->lattice);
    if (a->map != NULL)
        munmap((void *)(uintptr_t)a->map, (size_t)a->size_bytes);
    free(a);
}

/* Depths, cells, where it lies, checksum. */
static void
read_entry(struct walk *w, struct aggregates *a, size_t index, const struct cube_model *model)
{
    struct aggregate *item = &a->items[index];
    uint16_t *depths = a->depths + index * model->dimension_count;

    item->depths = depths;
    for (size_t k = 0; k < model->dimension_count; k++) {
        depths[k] = (uint16_t)walk_number(w, 2);
        w->failed |= depths[k] > model->dimensions[k].level_count;
    }
    item->cells_count = walk_number(w, 8);
    item->offset = walk_number(w, 8);
    item->size_bytes = walk_number(w, 8);
    item->checksum = walk_number(w, 8);
    w->failed |= item->cells_count > UINT32_MAX || item->offset > a->size_bytes ||
                 item->size_bytes > a->size_bytes - item->offset ||
                 a->size_bytes - item->offset - item->size_bytes < AGGREGATE_PAD_BYTES;
}

static int
read_list(struct aggregates *a, const struct segment *base, const struct cube_model *model,
    struct fault *f)
{
    struct walk w = {a->map + AGGREGATE_HEADER_BYTES, a->map + a->size_bytes, false};
    uint64_t count = bytes_get32(a->map + 20);
    uint64_t list_bytes = count * (AGGREGATE_ENTRY_BYTES + 2 * (uint64_t)model->dimension_count);

    if (memcmp(a->map, AGGREGATE_MAGIC, 8) != 0)
        return fault_set(f, FAULT_DATA, "not a file of aggregates");
    if (bytes_get32(a->map + 8) != AGGREGATE_VERSION)
        return fault_set(f, FAULT_DATA, "aggregates of version %u, this program knows %d",
            (unsigned)bytes_get32(a->map + 8), AGGREGATE_VERSION);
    if (count > AGGREGATE_LIMIT || bytes_get64(a->map + 32) != a->size_bytes ||
        list_bytes + AGGREGATE_HEADER_BYTES + 8 + AGGREGATE_PAD_BYTES > a->size_bytes)
        return fault_set(f, FAULT_DATA, "aggregates are cut off");
    if (XXH3_64bits(a->map, (size_t)(AGGREGATE_HEADER_BYTES + list_bytes)) !=
        bytes_get64(a->map + AGGREGATE_HEADER_BYTES + list_bytes))
        return fault_set(f, FAULT_DATA, "aggregates are damaged: their checksum differs");
    if (bytes_get32(a->map + 12) != model->dimension_count ||
        bytes_get32(a->map + 16) != model->source_count ||
        bytes_get64(a->map + 24) != base->checksum)
        return fault_set(f, FAULT_DATA, "aggregates do not belong to their segment");
    a->count = (size_t)count;
    a->items = calloc(a->count + 1, sizeof *a->items);
    a->depths = calloc(a->count * model->dimension_count + 1, sizeof *a->depths);
    if (a->items == NULL || a->depths == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < a->count && !w.failed; i++)
        read_entry(&w, a, i, model);
    return w.failed ? fault_set(f, FAULT_DATA, "aggregates are damaged") : 0;
}

int
aggregates_verify(struct aggregates *a, const struct segment *base, const struct cube_model *model,
    struct fault *f)
{
    if (a->verified)
        return 0;
    if (a->damaged)
        return fault_set(f, FAULT_DATA, "aggregates are damaged");
    a->damaged = true;
    if (read_list(a, base, model, f) != 0 || lattice_init(&a->lattice, base, model, f) != 0)
        return -1;
    a->damaged = false;
    a->verified = true;
    return 0;
}

static int
verify_item(struct aggregates *a, struct aggregate *item, struct fault *f)
{
    const struct cube_model *model = a->lattice.model;
    const unsigned char *start = a->map + item->offset;
    struct walk w = {start, start + item->size_bytes, false};
    uint32_t *member_counts;

    if (item->verified)
        return 0;
    if (XXH3_64bits(start, (size_t)item->size_bytes) != item->checksum)
        return fault_set(f, FAULT_DATA, "an aggregate is damaged: its checksum differs");
    if ((member_counts = calloc(model->dimension_count + 1, sizeof *member_counts)) == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < model->dimension_count; k++) {
        if (item->depths[k] > 0)
            member_counts[k] = a->lattice.dimensions[k].depths[item->depths[k]].count;
    }
    cells_release(&item->cells);
    if (cells_init(&item->cells, model, f) == 0) {
        cells_read(
            &w, &item->cells, model, item->cells_count, member_counts, a->lattice.base->facts);
        if (w.failed || w.at != w.end)
            fault_set(f, FAULT_DATA, "an aggregate is damaged: its parts do not fit together");
        else
            item->verified = true;
    }
    free(member_counts);
    return item->verified ? 0 : -1;
}

int
aggregates_find(
    struct aggregates *a, const uint16_t *depths, const struct aggregate **found, struct fault *f)
{
    const struct lattice *l = &a->lattice;
    uint16_t *least = calloc(l->model->dimension_count + 1, sizeof *least);
    struct aggregate *best = NULL;

    if (least == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < l->model->dimension_count; k++)
        least[k] = lattice_least(l, k, depths[k]);
    for (size_t i = 0; i < a->count; i++) {
        struct aggregate *item = &a->items[i];

        if (lattice_covers(l, item->depths, least) &&
            (best == NULL || item->cells_count < best->cells_count))
            best = item;
    }
    free(least);
    *found = best;
    return best == NULL ? 0 : verify_item(a, best, f);
}
