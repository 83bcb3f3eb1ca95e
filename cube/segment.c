#include "cube/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "config/base/moment.h"
#include "cube/exact.h"
#include "cube/tally.h"

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
    free(s->sources);
    if (s->map != NULL)
        munmap((void *)(uintptr_t)s->map, (size_t)s->size_bytes);
    free(s);
}

/* Walks the file from front to back; whatever does not fit makes it fail for good. */
struct walk {
    const unsigned char *at;
    const unsigned char *end;
    bool failed;
};

/* `count` elements of `size` bytes; the product fits: counts have at most 33 bits unless size is 1.
 */
static const unsigned char *
take(struct walk *w, uint64_t count, uint32_t size)
{
    const unsigned char *start = w->at;

    if (w->failed || count * size > (uint64_t)(w->end - w->at)) {
        w->failed = true;
        return NULL;
    }
    w->at += count * size;
    return start;
}

static uint64_t
take_number(struct walk *w, uint32_t width)
{
    const unsigned char *at = take(w, 1, width);

    return at == NULL ? 0 : bytes_get(at, width);
}

static void
take_packed(struct walk *w, struct packed *p, uint32_t width, uint64_t count)
{
    if (width != 1 && width != 2 && width != 4 && width != 8)
        w->failed = true;
    p->width = width;
    p->count = count;
    p->bytes = take(w, count, width);
}

static bool
all_below(const struct packed *p, uint64_t limit)
{
    for (uint64_t i = 0; i < p->count; i++) {
        if (packed_get(p, i) >= limit)
            return false;
    }
    return true;
}

/* Text offsets rise from 0 and end with the length of all texts. */
static void
take_texts(struct walk *w, struct segment_level *l, uint32_t count)
{
    uint64_t before = 0;

    if (count == 0 || (l->offsets = take(w, (uint64_t)count + 1, 8)) == NULL)
        return;
    for (uint64_t i = 0; i <= count; i++) {
        uint64_t offset = bytes_get64(l->offsets + 8 * i);

        w->failed |=
            offset < before || offset - before > VALUE_SET_TEXT_LIMIT || (i == 0 && offset != 0);
        before = offset;
    }
    if (!w->failed)
        l->texts = take(w, before, 1);
}

static void
take_level(struct walk *w, struct segment_level *l, enum value_type type, uint32_t member_count)
{
    uint32_t id_width, stored;

    w->failed |= take_number(w, 1) != type;
    l->type = type;
    stored = (uint32_t)take_number(w, 1);
    w->failed |= stored > 1;
    l->has_null = stored == 1;
    id_width = (uint32_t)take_number(w, 2);
    l->value_count = (uint32_t)take_number(w, 4);
    w->failed |= l->value_count < l->has_null || l->value_count > member_count;
    if (w->failed)
        return;
    stored = l->value_count - l->has_null;
    if (type == VALUE_INT)
        l->integers = take(w, stored, 8);
    else
        take_texts(w, l, stored);
    take_packed(w, &l->ids, id_width, member_count);
    w->failed = w->failed || !all_below(&l->ids, l->value_count);
}

static int
take_dimension(struct walk *w, struct segment *s, size_t dimension, struct fault *f)
{
    const struct cube_dimension *model = &s->model->dimensions[dimension];
    struct segment_dimension *d = &s->dimensions[dimension];

    if ((d->levels = calloc(model->level_count, sizeof *d->levels)) == NULL)
        return fault_set_memory(f);
    w->failed |= take_number(w, 4) != model->level_count;
    d->member_count = (uint32_t)take_number(w, 4);
    for (size_t i = 0; i < model->level_count && !w->failed; i++)
        take_level(w, &d->levels[i], model->levels[i].type, d->member_count);
    take_packed(w, &d->codes, (uint32_t)take_number(w, 4), s->cells);
    w->failed = w->failed || !all_below(&d->codes, d->member_count);
    return 0;
}

/* Every cell has facts, and together they are as many as the footer says. */
static void
take_rows(struct walk *w, struct segment *s)
{
    uint64_t total = 0;

    take_packed(w, &s->rows, (uint32_t)take_number(w, 4), s->cells);
    for (uint64_t i = 0; i < s->cells && !w->failed; i++) {
        uint64_t rows = packed_get(&s->rows, i);

        w->failed = rows == 0 || __builtin_add_overflow(total, rows, &total);
    }
    w->failed |= total != s->facts || total > INT64_MAX;
}

static bool
sums_fit(const struct segment_source *s)
{
    return s->sum_width >= 1 && s->sum_width <= EXACT_WIDTH_LIMIT && s->sum_exponent % 32 == 0 &&
           s->sum_exponent >= EXACT_EXPONENT_MIN && s->sum_exponent <= EXACT_EXPONENT_MAX &&
           s->sum_exponent + 64 * (int32_t)s->sum_width <= EXACT_TOP_LIMIT;
}

/* Bounds are in order, and values of the type. */
static void
check_ranges(struct walk *w, const struct segment_source *s, enum value_type type)
{
    int64_t lowest = INT64_MIN, highest = INT64_MAX;

    if (type == VALUE_TIME) {
        lowest = MOMENT_MIN;
        highest = MOMENT_MAX;
    } else if (type == VALUE_FLOAT) {
        const struct value ends[] = {value_float(-__DBL_MAX__), value_float(__DBL_MAX__)};

        lowest = tally_order_key(&ends[0]);
        highest = tally_order_key(&ends[1]);
    }
    for (uint64_t i = 0; i < s->present.count && !w->failed; i++) {
        int64_t least = (int64_t)bytes_get64(s->least + 8 * i);
        int64_t greatest = (int64_t)bytes_get64(s->greatest + 8 * i);

        w->failed = packed_get(&s->present, i) > 0 &&
                    (least > greatest || least < lowest || greatest > highest);
    }
}

static void
take_source(struct walk *w, struct segment *s, size_t source)
{
    struct segment_source *to = &s->sources[source];
    enum value_type type = s->model->sources[source].type;

    to->keeps = cube_model_keeps(s->model, source);
    w->failed |= take_number(w, 4) != type;
    w->failed |= take_number(w, 4) != to->keeps;
    to->sum_width = (uint32_t)take_number(w, 4);
    to->sum_exponent = (int32_t)(uint32_t)take_number(w, 4);
    take_packed(w, &to->present, (uint32_t)take_number(w, 4), s->cells);
    for (uint64_t i = 0; i < s->cells && !w->failed; i++)
        w->failed = packed_get(&to->present, i) > packed_get(&s->rows, i);
    if ((to->keeps & CUBE_KEEP_SUM) != 0) {
        w->failed |= !sums_fit(to);
        to->limbs = take(w, s->cells, w->failed ? 1 : to->sum_width * 8);
    }
    if ((to->keeps & CUBE_KEEP_RANGE) != 0) {
        to->least = take(w, s->cells, 8);
        to->greatest = take(w, s->cells, 8);
        if (!w->failed)
            check_ranges(w, to, type);
    }
}

/* Header and footer. */
static int
check_frame(struct segment *s, struct fault *f)
{
    const unsigned char *footer = s->map + s->size_bytes - SEGMENT_FOOTER_BYTES;

    if (memcmp(s->map, SEGMENT_MAGIC, 8) != 0)
        return fault_set(f, FAULT_DATA, "not a cube segment");
    if (bytes_get32(s->map + 8) != SEGMENT_VERSION)
        return fault_set(f, FAULT_DATA, "cube segment of version %u, this program knows %d",
            (unsigned)bytes_get32(s->map + 8), SEGMENT_VERSION);
    if (bytes_get64(footer + 8) != s->size_bytes)
        return fault_set(f, FAULT_DATA, "cube segment is cut off");
    if (XXH3_64bits(s->map, (size_t)s->size_bytes - 8) != s->checksum)
        return fault_set(f, FAULT_DATA, "cube segment is damaged: its checksum differs");
    if (bytes_get32(s->map + 12) != s->model->dimension_count ||
        bytes_get32(s->map + 16) != s->model->source_count || bytes_get32(s->map + 20) != 0 ||
        bytes_get64(s->map + 24) > UINT32_MAX)
        return fault_set(f, FAULT_DATA, "cube segment does not fit the cube's model");
    s->cells = bytes_get64(s->map + 24);
    s->facts = bytes_get64(footer);
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
    s->sources = calloc(model->source_count + 1, sizeof *s->sources);
    if (s->dimensions == NULL || s->sources == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < model->dimension_count && !w.failed; i++) {
        if (take_dimension(&w, s, i, f) != 0)
            return -1;
    }
    if (!w.failed)
        take_rows(&w, s);
    for (size_t i = 0; i < model->source_count && !w.failed; i++)
        take_source(&w, s, i);
    if (w.failed || w.at != w.end)
        return fault_set(f, FAULT_DATA, "cube segment is damaged: its parts do not fit together");
    s->verified = true;
    return 0;
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
