#include "cube/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "cube/walk.h"

/* Smaller files may stay in memory; this much of a larger one is looked at in one go. */
enum { STREAM_BYTES = 16 << 20 };

static int
map_file(struct segment *s, int fd, const char *path, struct fault *f)
{
    struct stat status;
    void *map;

    if (fstat(fd, &status) != 0)
        return fault_set_errno(f, errno, "look at '%s'", path);
    if (!S_ISREG(status.st_mode) || status.st_size < SEGMENT_HEADER_BYTES + SEGMENT_FOOTER_BYTES)
        return fault_set(f, FAULT_DATA, "'%s' is too short to be a cube segment", path);
    map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return fault_set_errno(f, errno, "map '%s'", path);
    s->map = map;
    s->size_bytes = (uint64_t)status.st_size;
    s->checksum = bytes_get64(s->map + s->size_bytes - 8);
    return 0;
}

struct segment *
segment_open(const char *path, struct fault *f)
{
    struct segment *s = calloc(1, sizeof *s);
    int fd;
    int rc;

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
        fault_set_errno(f, errno, "open '%s'", path);
        free(s);
        return NULL;
    }
    rc = map_file(s, fd, path, f);
    close(fd);
    if (rc != 0) {
        segment_close(s);
        return NULL;
    }
    return s;
}

void
segment_close(struct segment *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; s->dimensions != NULL && i < s->model->dimension_count; i++)
        free(s->dimensions[i].levels);
    free(s->dimensions);
    cells_release(&s->cells);
    if (s->map != NULL)
        munmap((void *)(uintptr_t)s->map, (size_t)s->size_bytes);
    free(s);
}

/* Text offsets rise from 0 and end with the length of all texts. */
static void
take_texts(struct walk *w, struct segment_level *l, uint32_t count)
{
    uint64_t before = 0;

    if (count == 0 || (l->offsets = walk_take(w, (uint64_t)count + 1, 8)) == NULL)
        return;
    for (uint64_t i = 0; i <= count; i++) {
        uint64_t offset = bytes_get64(l->offsets + 8 * i);

        w->failed |=
            offset < before || offset - before > VALUE_SET_TEXT_LIMIT || (i == 0 && offset != 0);
        before = offset;
    }
    if (!w->failed)
        l->texts = walk_take(w, before, 1);
}

static void
take_level(struct walk *w, struct segment_level *l, enum value_type type, uint32_t member_count)
{
    uint32_t id_width, stored;

    w->failed |= walk_number(w, 1) != type;
    l->type = type;
    stored = (uint32_t)walk_number(w, 1);
    w->failed |= stored > 1;
    l->has_null = stored == 1;
    id_width = (uint32_t)walk_number(w, 2);
    l->value_count = (uint32_t)walk_number(w, 4);
    w->failed |= l->value_count < l->has_null || l->value_count > member_count;
    if (w->failed)
        return;
    stored = l->value_count - l->has_null;
    if (type == VALUE_INT)
        l->integers = walk_take(w, stored, 8);
    else
        take_texts(w, l, stored);
    walk_packed_of(w, &l->ids, id_width, member_count);
    w->failed = w->failed || !packed_below(&l->ids, l->value_count);
}

static int
take_dimension(struct walk *w, struct segment *s, size_t dimension, struct fault *f)
{
    const struct cube_dimension *model = &s->model->dimensions[dimension];
    struct segment_dimension *d = &s->dimensions[dimension];

    if ((d->levels = calloc(model->level_count, sizeof *d->levels)) == NULL)
        return fault_set_memory(f);
    w->failed |= walk_number(w, 4) != model->level_count;
    d->member_count = (uint32_t)walk_number(w, 4);
    for (size_t i = 0; i < model->level_count && !w->failed; i++)
        take_level(w, &d->levels[i], model->levels[i].type, d->member_count);
    return 0;
}

/* The checksum of the whole file, piece by piece. */
static int
checksum(const struct segment *s, uint64_t *sum, struct fault *f)
{
    XXH3_state_t *state = XXH3_createState();
    uint64_t left = s->size_bytes - 8;

    if (state == NULL)
        return fault_set_memory(f);
    XXH3_64bits_reset(state);
    for (const unsigned char *at = s->map; left > 0;) {
        size_t piece = left < STREAM_BYTES ? (size_t)left : STREAM_BYTES;

        XXH3_64bits_update(state, at, piece);
        cells_forget(&s->cells);
        at += piece;
        left -= piece;
    }
    *sum = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return 0;
}

/* Header and footer. */
static int
check_frame(struct segment *s, struct fault *f)
{
    const unsigned char *footer = s->map + s->size_bytes - SEGMENT_FOOTER_BYTES;
    uint64_t sum = 0;

    if (memcmp(s->map, SEGMENT_MAGIC, 8) != 0)
        return fault_set(f, FAULT_DATA, "not a cube segment");
    if (bytes_get32(s->map + 8) != SEGMENT_VERSION)
        return fault_set(f, FAULT_DATA, "cube segment of version %u, this program knows %d",
            (unsigned)bytes_get32(s->map + 8), SEGMENT_VERSION);
    if (bytes_get64(footer + 8) != s->size_bytes)
        return fault_set(f, FAULT_DATA, "cube segment is cut off");
    if (checksum(s, &sum, f) != 0)
        return -1;
    if (sum != s->checksum)
        return fault_set(f, FAULT_DATA, "cube segment is damaged: its checksum differs");
    if (bytes_get32(s->map + 12) != s->model->dimension_count ||
        bytes_get32(s->map + 16) != s->model->source_count || bytes_get32(s->map + 20) != 0 ||
        bytes_get64(s->map + 24) > UINT32_MAX)
        return fault_set(f, FAULT_DATA, "cube segment does not fit the cube's model");
    s->cells.count = bytes_get64(s->map + 24);
    s->facts = bytes_get64(footer);
    return 0;
}

static int
read_cells(struct segment *s, struct walk *w, struct fault *f)
{
    uint32_t *member_counts = calloc(s->model->dimension_count + 1, sizeof *member_counts);

    if (member_counts == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < s->model->dimension_count; i++) {
        member_counts[i] = s->dimensions[i].member_count;
        w->failed |= member_counts[i] == 0 && s->cells.count > 0;
    }
    if (!w->failed)
        cells_read(w, &s->cells, s->model, s->cells.count, member_counts, s->facts);
    free(member_counts);
    return 0;
}

int
segment_verify(struct segment *s, const struct cube_model *model, struct fault *f)
{
    struct walk w = {
        s->map + SEGMENT_HEADER_BYTES, s->map + s->size_bytes - SEGMENT_FOOTER_BYTES, false};

    if (s->verified)
        return 0;
    if (s->dimensions != NULL)
        return fault_set(f, FAULT_DATA, "cube segment is damaged");
    s->model = model;
    if (check_frame(s, f) != 0)
        return -1;
    s->dimensions = calloc(model->dimension_count + 1, sizeof *s->dimensions);
    if (s->dimensions == NULL)
        return fault_set_memory(f);
    if (cells_init(&s->cells, model, f) != 0)
        return -1;
    for (size_t i = 0; i < model->dimension_count && !w.failed; i++) {
        if (take_dimension(&w, s, i, f) != 0)
            return -1;
    }
    if (!w.failed && read_cells(s, &w, f) != 0)
        return -1;
    if (w.failed || w.at != w.end)
        return fault_set(f, FAULT_DATA, "cube segment is damaged: its parts do not fit together");
    s->verified = true;
    return 0;
}

void
segment_stream(struct segment *s)
{
    if (s->size_bytes <= STREAM_BYTES)
        return;
    s->cells.file = s->map;
    s->cells.file_bytes = s->size_bytes;
}

void
segment_forget(const struct segment *s)
{
    madvise((void *)(uintptr_t)s->map, (size_t)s->size_bytes, MADV_DONTNEED);
}

struct value
segment_value(const struct segment_level *level, uint32_t id)
{
    uint64_t start, end;

    if (level->has_null && id == level->value_count - 1)
        return value_null();
    if (level->type == VALUE_INT)
        return value_int((int64_t)bytes_get64(level->integers + 8 * (size_t)id));
    start = bytes_get64(level->offsets + 8 * (size_t)id);
    end = bytes_get64(level->offsets + 8 * (size_t)id + 8);
    return value_text_n((const char *)level->texts + start, end - start);
}
