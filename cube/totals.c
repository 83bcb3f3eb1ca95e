#include "cube/totals.h"

#include <stdlib.h>

#include "cube/rollup.h"
#include "cube/segment.h"

static int
fill_source(struct cube_source_total *to, const struct tally *t, size_t source, struct arena *a,
    struct fault *f)
{
    const struct tally_source *s = &t->sources[source];
    struct text digits = TEXT_INIT;
    struct exact_number n;
    int rc;

    to->name = t->model->sources[source].name;
    to->present = s->present[0];
    to->has_sum = (s->keeps & CUBE_KEEP_SUM) != 0;
    to->has_range = (s->keeps & CUBE_KEEP_RANGE) != 0;
    to->sum = to->least = to->greatest = value_null();
    if (to->has_range && to->present > 0) {
        to->least = tally_order_value(s->type, s->least[0]);
        to->greatest = tally_order_value(s->type, s->greatest[0]);
    }
    if (!to->has_sum)
        return 0;
    to->sum = tally_sum(t, 0, source);
    n = exact_column_get(&s->sum, 0);
    exact_number_add_text(&digits, &n);
    to->sum_text = arena_strdup(a, text_get(&digits));
    rc = digits.failed || to->sum_text == NULL ? fault_set_memory(f) : 0;
    text_release(&digits);
    return rc;
}

static int
fill(struct cube_totals *to, const struct tally *t, struct arena *a, struct fault *f)
{
    to->facts = t->rows[0];
    to->source_count = t->model->source_count;
    to->sources = arena_array(a, to->source_count, sizeof *to->sources);
    if (to->sources == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < to->source_count; i++) {
        if (fill_source(&to->sources[i], t, i, a, f) != 0)
            return -1;
    }
    return 0;
}

int
cube_totals_of(const struct segment *const *segments, size_t count, const struct cube_model *model,
    struct arena *a, struct cube_totals *t, struct fault *f)
{
    struct rollup r;
    uint32_t group = 0;
    int rc = -1;

    /* The one group is there even when nothing falls into it. */
    if (rollup_init(&r, model, 0, f) != 0 || tuples_add(&r.groups, &group, &group, f) != 0 ||
        tally_reserve(&r.tally, 1, f) != 0)
        goto done;
    for (size_t i = 0; i < count; i++) {
        if (rollup_add(&r, &segments[i]->cells, NULL, NULL, 0, f) != 0)
            goto done;
    }
    rc = fill(t, &r.tally, a, f);
done:
    rollup_release(&r);
    return rc;
}

int
cube_totals(struct stored_cube *c, enum cube_part part, struct arena *a, struct cube_totals *t,
    struct fault *f)
{
    size_t count = cube_segment_count(c, part);
    const struct segment **segments = calloc(count + 1, sizeof(const struct segment *));
    int rc = -1;

    if (segments == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++) {
        if ((segments[i] = cube_segment(c, part, i, f)) == NULL)
            goto done;
    }
    rc = cube_totals_of(segments, count, cube_model_of(c), a, t, f);
done:
    free(segments);
    return rc;
}
