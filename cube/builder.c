#include "cube/builder.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/moment.h"
#include "cube/array.h"
#include "cube/cuboid.h"
#include "cube/fact_batch.h"

/* Keys below this find their member without a search. */
enum { DIRECT_KEYS = 1 << 20 };

/* Surrogate keys of a dimension: a tuple of the key's two halves, and the member code of each. */
struct key_map {
    uint32_t *direct; /* of each small key: the member code + 1, or 0 */
    size_t direct_room;
    struct tuples keys;
    uint32_t *codes;
    size_t code_room;
    uint64_t unknown;
};

struct cube_builder {
    struct arena memory;
    struct cube_model model;
    struct cuboid cuboid;
    struct key_map *maps; /* one for each dimension */
    uint64_t *bad_values; /* one for each source */
    struct cube_build_counts counts;
    struct fact_batch batch; /* facts on their way into the cuboid */
};

struct cube_builder *
cube_builder_new(const struct cube_model *model, struct fault *f)
{
    struct cube_builder *b;

    if (cube_model_check(model, f) != 0)
        return NULL;
    if ((b = calloc(1, sizeof *b)) == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if (cube_model_copy(&b->model, model, &b->memory, f) != 0 ||
        cuboid_init(&b->cuboid, &b->model, f) != 0)
        goto failed;
    b->maps = calloc(model->dimension_count + 1, sizeof *b->maps);
    b->bad_values = calloc(model->source_count + 1, sizeof *b->bad_values);
    if (b->maps == NULL || b->bad_values == NULL) {
        fault_set_memory(f);
        goto failed;
    }
    for (size_t i = 0; i < model->dimension_count; i++)
        tuples_init(&b->maps[i].keys, 2);
    if (fact_batch_init(&b->batch, &b->cuboid, f) != 0)
        goto failed;
    return b;
failed:
    cube_builder_free(b);
    return NULL;
}

void
cube_builder_free(struct cube_builder *b)
{
    if (b == NULL)
        return;
    fact_batch_release(&b->batch);
    for (size_t i = 0; b->maps != NULL && i < b->model.dimension_count; i++) {
        tuples_release(&b->maps[i].keys);
        free(b->maps[i].codes);
        free(b->maps[i].direct);
    }
    free(b->bad_values);
    free(b->maps);
    cuboid_release(&b->cuboid);
    arena_release(&b->memory);
    free(b);
}

static void
split_key(int64_t key, uint32_t halves[2])
{
    halves[0] = (uint32_t)(uint64_t)key;
    halves[1] = (uint32_t)((uint64_t)key >> 32);
}

/* The member of the level values; what is of a wrong type counts as NULL. */
static int
member_code(struct cube_builder *b, size_t dimension, const struct value *levels, uint32_t *code,
    struct fault *f)
{
    const struct cube_dimension *d = &b->model.dimensions[dimension];
    struct value clean[CUBE_LEVEL_LIMIT];

    for (size_t i = 0; i < d->level_count; i++) {
        bool fits = levels[i].type == d->levels[i].type;

        clean[i] = fits ? levels[i] : value_null();
        b->counts.bad_members += !fits && levels[i].type != VALUE_NULL;
    }
    if (cuboid_member(&b->cuboid, dimension, clean, code, f) != 0)
        return fault_wrap(f, "dimension '%s'", d->name);
    return 0;
}

static int
direct_reserve(struct key_map *map, size_t count, struct fault *f)
{
    size_t room = map->direct_room;

    if (array_reserve(&map->direct, &map->direct_room, count, sizeof *map->direct, f) != 0)
        return -1;
    if (map->direct_room > room)
        memset(map->direct + room, 0, (map->direct_room - room) * sizeof *map->direct);
    return 0;
}

int
cube_builder_member(struct cube_builder *b, size_t dimension, int64_t key,
    const struct value *levels, struct fault *f)
{
    struct key_map *map = &b->maps[dimension];
    uint32_t halves[2];
    uint32_t code, index;

    split_key(key, halves);
    if (member_code(b, dimension, levels, &code, f) != 0 ||
        array_reserve(&map->codes, &map->code_room, map->keys.count + 1, sizeof *map->codes, f) !=
            0)
        return -1;
    if ((index = tuples_find(&map->keys, halves)) != TUPLES_NONE) {
        b->counts.duplicate_keys += map->codes[index] != code;
        return 0;
    }
    if (tuples_add(&map->keys, halves, &index, f) != 0)
        return -1;
    map->codes[index] = code;
    if (key < 0 || key >= DIRECT_KEYS)
        return 0;
    if (direct_reserve(map, (size_t)key + 1, f) != 0)
        return -1;
    map->direct[key] = code + 1;
    return 0;
}

static int
unknown_member(struct cube_builder *b, size_t dimension, uint32_t *code, struct fault *f)
{
    struct value levels[CUBE_LEVEL_LIMIT] = {{.type = VALUE_NULL}};

    return cuboid_member(&b->cuboid, dimension, levels, code, f);
}

static int
key_code(struct cube_builder *b, size_t dimension, const struct value *key, uint32_t *code,
    struct fault *f)
{
    struct key_map *map = &b->maps[dimension];
    uint32_t index = TUPLES_NONE;

    if (key->type == VALUE_INT && (uint64_t)key->as.integer < map->direct_room &&
        map->direct[key->as.integer] != 0) {
        *code = map->direct[key->as.integer] - 1;
        return 0;
    }
    if (key->type == VALUE_INT) {
        uint32_t halves[2];

        split_key(key->as.integer, halves);
        index = tuples_find(&map->keys, halves);
    }
    if (index != TUPLES_NONE) {
        *code = map->codes[index];
        return 0;
    }
    if (key->type == VALUE_NULL) {
        b->counts.null_keys++;
    } else {
        b->counts.unknown_keys++;
        map->unknown++;
    }
    return unknown_member(b, dimension, code, f);
}

/* Brings a value to the source's type; NULL stays NULL. False: it cannot be. */
static bool
fit_value(enum value_type type, const struct value *v, struct value *fit)
{
    *fit = *v;
    if (v->type == VALUE_NULL || type == VALUE_TEXT)
        return true;
    if (type == VALUE_FLOAT && v->type == VALUE_INT)
        *fit = value_float((double)v->as.integer);
    /* 2^63 itself is a double, and the first that no longer fits. */
    if (type == VALUE_INT && v->type == VALUE_FLOAT && v->as.real >= -0x1p63 &&
        v->as.real < 0x1p63 && v->as.real == floor(v->as.real))
        *fit = value_int((int64_t)v->as.real);
    if (fit->type == type && (type != VALUE_FLOAT || isfinite(fit->as.real)) &&
        (type != VALUE_TIME || (v->as.time_us >= MOMENT_MIN && v->as.time_us <= MOMENT_MAX)))
        return true;
    *fit = value_null();
    return false;
}

static void
add_values(struct cube_builder *b, struct fact_value *to, const struct value *values)
{
    for (size_t i = 0; i < b->model.source_count; i++) {
        struct value v;

        if (!fit_value(b->model.sources[i].type, &values[i], &v)) {
            b->counts.bad_values++;
            b->bad_values[i]++;
        }
        to[i].there = v.type != VALUE_NULL;
        /* Of a text only its being there counts. */
        to[i].bits = v.type == VALUE_TEXT || !to[i].there ? 0 : v.as.integer;
    }
}

int
cube_builder_add(struct cube_builder *b, const struct value *row, struct fault *f)
{
    uint32_t *codes;
    struct fact_value *values;

    if (fact_batch_next(&b->batch, &codes, &values, f) != 0)
        return -1;
    for (size_t i = 0; i < b->model.dimension_count; i++) {
        if (key_code(b, i, &row[i], &codes[i], f) != 0)
            return -1;
    }
    add_values(b, values, row + b->model.dimension_count);
    fact_batch_take(&b->batch);
    b->counts.facts++;
    return 0;
}

int
cube_builder_finish(struct cube_builder *b, struct fault *f)
{
    return fact_batch_count(&b->batch, f);
}

int
cube_builder_pull(struct cube_builder *b, const struct row_source *source, struct fault *f)
{
    struct value *row = calloc(b->model.dimension_count + b->model.source_count + 1, sizeof *row);
    int rc = row == NULL ? fault_set_memory(f) : 1;

    while (rc > 0) {
        if ((rc = source->next(source->state, row, f)) > 0 && cube_builder_add(b, row, f) != 0)
            rc = -1;
    }
    free(row);
    return rc == 0 ? cube_builder_finish(b, f) : rc;
}

void
cube_builder_clear_facts(struct cube_builder *b)
{
    b->batch.count = 0;
    cuboid_clear(&b->cuboid);
    for (size_t i = 0; i < b->model.dimension_count; i++)
        b->maps[i].unknown = 0;
    memset(b->bad_values, 0, (b->model.source_count + 1) * sizeof *b->bad_values);
    b->counts = (struct cube_build_counts){
        .bad_members = b->counts.bad_members, .duplicate_keys = b->counts.duplicate_keys};
}

size_t
cube_builder_bytes(const struct cube_builder *b)
{
    return cuboid_bytes(&b->cuboid);
}

const struct cube_build_counts *
cube_builder_counts(const struct cube_builder *b)
{
    return &b->counts;
}

uint64_t
cube_builder_unknown_keys(const struct cube_builder *b, size_t dimension)
{
    return b->maps[dimension].unknown;
}

uint64_t
cube_builder_bad_values(const struct cube_builder *b, size_t source)
{
    return b->bad_values[source];
}

const struct cube_model *
cube_builder_model(const struct cube_builder *b)
{
    return &b->model;
}

const struct cuboid *
cube_builder_cuboid(const struct cube_builder *b)
{
    return &b->cuboid;
}
