#include "cube/tally.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cube/array.h"

/* Doubles in the order of their bits, with the negative half turned round. */
int64_t
tally_order_key(const struct value *v)
{
    int64_t bits;

    if (v->type == VALUE_TIME)
        return v->as.time_us;
    if (v->type != VALUE_FLOAT)
        return v->as.integer;
    memcpy(&bits, &v->as.real, sizeof bits);
    return bits < 0 ? INT64_MIN - bits - 1 : bits;
}

struct value
tally_order_value(enum value_type type, int64_t key)
{
    int64_t bits = key < 0 ? INT64_MIN - key - 1 : key;
    double real;

    if (type == VALUE_TIME)
        return value_time(key);
    if (type != VALUE_FLOAT)
        return value_int(key);
    memcpy(&real, &bits, sizeof real);
    return value_float(real);
}

int
tally_init(struct tally *t, const struct cube_model *model, struct fault *f)
{
    *t = (struct tally){.model = model};
    if ((t->sources = calloc(model->source_count + 1, sizeof *t->sources)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < model->source_count; i++) {
        t->sources[i].type = model->sources[i].type;
        t->sources[i].keeps = cube_model_keeps(model, i);
        exact_column_init(&t->sources[i].sum);
    }
    return 0;
}

void
tally_clear(struct tally *t)
{
    for (size_t i = 0; t->sources != NULL && i < t->model->source_count; i++) {
        struct tally_source *s = &t->sources[i];

        exact_column_release(&s->sum);
        free(s->greatest);
        free(s->least);
        free(s->present);
        s->greatest = s->least = NULL;
        s->present = NULL;
    }
    free(t->rows);
    t->rows = NULL;
    t->count = t->room = 0;
}

void
tally_release(struct tally *t)
{
    tally_clear(t);
    free(t->sources);
    *t = (struct tally){.model = NULL};
}

void
tally_restart(struct tally *t)
{
    for (size_t i = 0; i < t->model->source_count; i++)
        exact_column_restart(&t->sources[i].sum);
    t->count = 0;
}

size_t
tally_bytes(const struct tally *t)
{
    size_t bytes = t->room * sizeof *t->rows;

    for (size_t i = 0; i < t->model->source_count; i++) {
        const struct tally_source *s = &t->sources[i];
        size_t bounds = (s->keeps & CUBE_KEEP_RANGE) != 0 ? 2 : 0;

        bytes += t->room * (sizeof *s->present + bounds * sizeof *s->least);
        bytes += s->sum.room * sizeof *s->sum.limbs;
    }
    return bytes;
}

/* All arrays of a source for `count` cells; `room` is what they have room for now. */
static int
source_reserve(struct tally_source *s, size_t room, size_t count, struct fault *f)
{
    size_t present = room, least = room, greatest = room;

    if (array_reserve(&s->present, &present, count, sizeof *s->present, f) != 0)
        return -1;
    if ((s->keeps & CUBE_KEEP_RANGE) == 0)
        return 0;
    if (array_reserve(&s->least, &least, count, sizeof *s->least, f) != 0)
        return -1;
    return array_reserve(&s->greatest, &greatest, count, sizeof *s->greatest, f);
}

static int
grow(struct tally *t, size_t count, struct fault *f)
{
    size_t rows = t->room;

    if (count <= t->room)
        return 0;
    /* Every array grows by the same rule from the same room, so one number describes them all; it
     * is set last, and an array that grew before another failed only has room to spare. */
    for (size_t i = 0; i < t->model->source_count; i++) {
        if (source_reserve(&t->sources[i], t->room, count, f) != 0)
            return -1;
    }
    if (array_reserve(&t->rows, &rows, count, sizeof *t->rows, f) != 0)
        return -1;
    t->room = rows;
    return 0;
}

int
tally_expect(struct tally *t, size_t count, struct fault *f)
{
    if (grow(t, count, f) != 0)
        return -1;
    for (size_t i = 0; i < t->model->source_count; i++) {
        if ((t->sources[i].keeps & CUBE_KEEP_SUM) != 0 &&
            exact_column_expect(&t->sources[i].sum, count, f) != 0)
            return -1;
    }
    return 0;
}

int
tally_reserve(struct tally *t, size_t count, struct fault *f)
{
    size_t bytes = count > t->count ? (count - t->count) * sizeof *t->rows : 0;

    if (grow(t, count, f) != 0)
        return -1;
    for (size_t i = 0; i < t->model->source_count; i++) {
        struct tally_source *s = &t->sources[i];

        if (bytes > 0)
            memset(s->present + t->count, 0, bytes);
        if ((s->keeps & CUBE_KEEP_SUM) != 0 && exact_column_resize(&s->sum, count, f) != 0)
            return -1;
        for (size_t k = t->count; (s->keeps & CUBE_KEEP_RANGE) != 0 && k < count; k++) {
            s->least[k] = INT64_MAX;
            s->greatest[k] = INT64_MIN;
        }
    }
    if (bytes > 0)
        memset(t->rows + t->count, 0, bytes);
    t->count = count;
    return 0;
}

int
tally_add(struct tally *t, size_t cell, size_t source, const struct value *v, struct fault *f)
{
    struct tally_source *s = &t->sources[source];
    int rc = 0;

    if ((s->keeps & CUBE_KEEP_RANGE) != 0) {
        int64_t key = tally_order_key(v);

        tally_extend(s, cell, key, key);
    }
    if ((s->keeps & CUBE_KEEP_SUM) != 0)
        rc = v->type == VALUE_FLOAT ? exact_add_double(&s->sum, cell, v->as.real, f)
                                    : exact_add_int(&s->sum, cell, v->as.integer, f);
    s->present[cell]++;
    return rc;
}

/* A double is an integer of 53 bits times a power of two. */
static int
add_term(
    struct exact_column *sum, size_t cell, const struct value *term, int power, struct fault *f)
{
    double fraction;
    int exponent;

    if (term->type == VALUE_INT)
        return exact_add_scaled(sum, cell, term->as.integer, power, f);
    if (term->type != VALUE_FLOAT)
        return 0;
    if (!isfinite(term->as.real))
        return fault_set(f, FAULT_DATA, "a sum is no finite number");
    if (power == 0)
        return exact_add_double(sum, cell, term->as.real, f);
    fraction = frexp(term->as.real, &exponent);
    return exact_add_scaled(
        sum, cell, (int64_t)ldexp(fraction, DBL_MANT_DIG), exponent - DBL_MANT_DIG + power, f);
}

int
tally_take(
    struct tally *t, size_t cell, size_t source, const struct tally_finding *found, struct fault *f)
{
    struct tally_source *s = &t->sources[source];

    if (found->present == 0)
        return 0;
    if ((s->keeps & CUBE_KEEP_RANGE) != 0) {
        if (found->least.type != s->type || found->greatest.type != s->type)
            return fault_set(
                f, FAULT_DATA, "a minimum is not of type %s", value_type_name(s->type));
        tally_extend(s, cell, tally_order_key(&found->least), tally_order_key(&found->greatest));
    }
    for (size_t i = 0; (s->keeps & CUBE_KEEP_SUM) != 0 && i < TALLY_TERMS; i++) {
        if (add_term(&s->sum, cell, &found->terms[i], found->powers[i], f) != 0)
            return -1;
    }
    s->present[cell] += found->present;
    return 0;
}

int
tally_merge(
    struct tally *t, size_t cell, const struct tally *from, size_t from_cell, struct fault *f)
{
    t->rows[cell] += from->rows[from_cell];
    for (size_t i = 0; i < t->model->source_count; i++) {
        struct tally_source *to = &t->sources[i];
        const struct tally_source *s = &from->sources[i];

        if (s->present[from_cell] == 0)
            continue;
        if ((s->keeps & CUBE_KEEP_RANGE) != 0)
            tally_extend(to, cell, s->least[from_cell], s->greatest[from_cell]);
        if ((s->keeps & CUBE_KEEP_SUM) != 0) {
            struct exact_number n = exact_column_get(&s->sum, from_cell);

            if (exact_add_number(&to->sum, cell, &n, f) != 0)
                return -1;
        }
        to->present[cell] += s->present[from_cell];
    }
    return 0;
}

struct value
tally_sum(const struct tally *t, size_t cell, size_t source)
{
    const struct tally_source *s = &t->sources[source];
    struct exact_number n;
    int64_t integer;

    if (s->present[cell] == 0)
        return value_null();
    n = exact_column_get(&s->sum, cell);
    if (s->type == VALUE_INT && exact_number_int(&n, &integer))
        return value_int(integer);
    return value_float(exact_number_double(&n));
}

static struct value
average(const struct tally *t, size_t cell, size_t source)
{
    const struct tally_source *s = &t->sources[source];
    struct exact_number n;

    if (s->present[cell] == 0)
        return value_null();
    n = exact_column_get(&s->sum, cell);
    return value_float(exact_number_quotient(&n, s->present[cell]));
}

static struct value
bound(const struct tally *t, size_t cell, size_t source, bool greatest)
{
    const struct tally_source *s = &t->sources[source];

    if (s->present[cell] == 0)
        return value_null();
    return tally_order_value(s->type, greatest ? s->greatest[cell] : s->least[cell]);
}

struct value
tally_measure(const struct tally *t, size_t cell, size_t measure)
{
    const struct cube_measure *m;

    if (measure == TALLY_ROW_COUNT)
        return value_int((int64_t)t->rows[cell]);
    m = &t->model->measures[measure];
    switch (m->function) {
    case CUBE_SUM:
        return tally_sum(t, cell, m->source);
    case CUBE_AVG:
        return average(t, cell, m->source);
    case CUBE_MIN:
        return bound(t, cell, m->source, false);
    case CUBE_MAX:
        return bound(t, cell, m->source, true);
    default:
        return value_int((int64_t)t->rows[cell]);
    }
}
