#include "cube/cells.h"

#include <float.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "config/base/moment.h"
#include "cube/exact.h"

int
cells_init(struct cells *c, const struct cube_model *model, struct fault *f)
{
    c->codes = calloc(model->dimension_count + 1, sizeof *c->codes);
    c->sources = calloc(model->source_count + 1, sizeof *c->sources);
    return c->codes == NULL || c->sources == NULL ? fault_set_memory(f) : 0;
}

void
cells_release(struct cells *c)
{
    free(c->codes);
    free(c->sources);
    *c = (struct cells){.codes = NULL};
}

void
cells_forget(const struct cells *c)
{
    if (c->file != NULL)
        madvise((void *)(uintptr_t)c->file, (size_t)c->file_bytes, MADV_DONTNEED);
}

/* Every cell has facts, and together they are as many as the file says. */
static void
read_rows(struct walk *w, struct cells *c, uint64_t facts)
{
    uint64_t total = 0;

    walk_packed(w, &c->rows, c->count);
    for (uint64_t i = 0; i < c->count && !w->failed; i++) {
        uint64_t rows = packed_get(&c->rows, i);

        w->failed = rows == 0 || __builtin_add_overflow(total, rows, &total);
    }
    w->failed |= total != facts || total > INT64_MAX;
}

static bool
sums_fit(const struct cell_source *s)
{
    return s->sum_bytes >= 1 && s->sum_bytes <= EXACT_WIDTH_LIMIT * 8 &&
           s->sum_exponent % 32 == 0 && s->sum_exponent >= EXACT_EXPONENT_MIN &&
           s->sum_exponent <= EXACT_EXPONENT_MAX &&
           s->sum_exponent + 8 * (int32_t)s->sum_bytes <= EXACT_TOP_LIMIT;
}

/* Bounds are in order, and values of the type. */
static void
check_bounds(struct walk *w, const struct cell_source *s, enum value_type type)
{
    int64_t lowest = INT64_MIN, highest = INT64_MAX;

    if (type == VALUE_TIME) {
        lowest = MOMENT_MIN;
        highest = MOMENT_MAX;
    } else if (type == VALUE_FLOAT) {
        const struct value ends[] = {value_float(-DBL_MAX), value_float(DBL_MAX)};

        lowest = tally_order_key(&ends[0]);
        highest = tally_order_key(&ends[1]);
    }
    for (uint64_t i = 0; i < s->present.count && !w->failed; i++) {
        int64_t least = cell_bound(&s->least, i);
        int64_t greatest = cell_bound(&s->greatest, i);

        w->failed = (s->always || packed_get(&s->present, i) > 0) &&
                    (least > greatest || least < lowest || greatest > highest);
    }
}

static void
read_bounds(struct walk *w, struct cell_source *s, uint64_t count, enum value_type type)
{
    uint32_t value_count = (uint32_t)walk_number(w, 4);
    uint32_t width = 8;

    if (value_count > 0) {
        s->least.values = s->greatest.values = walk_take(w, value_count, 8);
        width = (uint32_t)walk_number(w, 4);
    }
    walk_packed_of(w, &s->least.codes, width, count);
    walk_packed_of(w, &s->greatest.codes, width, count);
    if (value_count > 0 && !w->failed)
        w->failed = !packed_below(&s->least.codes, value_count) ||
                    !packed_below(&s->greatest.codes, value_count);
    if (!w->failed)
        check_bounds(w, s, type);
}

static void
read_present(struct walk *w, struct cell_source *s, const struct cells *c)
{
    uint32_t width = (uint32_t)walk_number(w, 4);

    s->always = width == 0;
    s->present = c->rows;
    if (s->always)
        return;
    walk_packed_of(w, &s->present, width, c->count);
    for (uint64_t i = 0; i < c->count && !w->failed; i++)
        w->failed = packed_get(&s->present, i) > packed_get(&c->rows, i);
}

static void
read_source(struct walk *w, struct cells *c, const struct cube_model *model, size_t source)
{
    struct cell_source *s = &c->sources[source];
    enum value_type type = model->sources[source].type;

    s->keeps = cube_model_keeps(model, source);
    w->failed |= walk_number(w, 4) != type;
    w->failed |= walk_number(w, 4) != s->keeps;
    s->sum_bytes = (uint32_t)walk_number(w, 4);
    s->sum_exponent = (int32_t)(uint32_t)walk_number(w, 4);
    read_present(w, s, c);
    if ((s->keeps & CUBE_KEEP_SUM) != 0) {
        w->failed |= !sums_fit(s);
        s->sums = walk_take(w, c->count, w->failed ? 1 : s->sum_bytes);
    }
    if ((s->keeps & CUBE_KEEP_RANGE) != 0)
        read_bounds(w, s, c->count, type);
}

void
cells_read(struct walk *w, struct cells *c, const struct cube_model *model, uint64_t count,
    const uint32_t *member_counts, uint64_t facts)
{
    c->count = count;
    for (size_t i = 0; i < model->dimension_count && !w->failed; i++) {
        if (member_counts[i] == 0 && count > 0) {
            c->codes[i] = (struct packed){.count = count};
            continue;
        }
        walk_packed(w, &c->codes[i], count);
        w->failed = w->failed || !packed_below(&c->codes[i], member_counts[i]);
        cells_forget(c);
    }
    if (!w->failed)
        read_rows(w, c, facts);
    for (size_t i = 0; i < model->source_count && !w->failed; i++) {
        read_source(w, c, model, i);
        cells_forget(c);
    }
}
