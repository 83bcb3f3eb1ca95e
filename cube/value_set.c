#include "cube/value_set.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "cube/array.h"

enum { FIRST_SLOTS = 64 };

void
value_set_release(struct value_set *s)
{
    free(s->values);
    free(s->slots);
    arena_release(&s->texts);
    *s = (struct value_set)VALUE_SET_INIT;
}

static size_t
hash_value(const struct value *v)
{
    if (v->type == VALUE_TEXT)
        return (size_t)XXH3_64bits(v->as.text.bytes, v->as.text.length);
    return v->type == VALUE_INT ? (size_t)XXH3_64bits(&v->as.integer, sizeof v->as.integer) : 0;
}

static size_t
find_slot(const struct value_set *s, const struct value *v)
{
    size_t mask = s->slot_count - 1;
    size_t slot = hash_value(v) & mask;

    while (s->slots[slot] != VALUE_SET_NONE && value_compare(&s->values[s->slots[slot]], v) != 0)
        slot = (slot + 1) & mask;
    return slot;
}

static int
grow_slots(struct value_set *s, struct fault *f)
{
    size_t wanted = s->slot_count == 0 ? FIRST_SLOTS : s->slot_count * 2;
    uint32_t *slots;

    if (s->count * 2 < s->slot_count)
        return 0;
    if ((slots = malloc(wanted * sizeof *slots)) == NULL)
        return fault_set_memory(f);
    memset(slots, 0xFF, wanted * sizeof *slots);
    free(s->slots);
    s->slots = slots;
    s->slot_count = wanted;
    for (size_t i = 0; i < s->count; i++)
        s->slots[find_slot(s, &s->values[i])] = (uint32_t)i;
    return 0;
}

static int
append(struct value_set *s, const struct value *v, struct fault *f)
{
    struct value copy = *v;

    if (s->count == VALUE_SET_NONE)
        return fault_set(f, FAULT_DATA, "a level has more than %zu members", s->count);
    if (v->type == VALUE_TEXT) {
        if (v->as.text.length > VALUE_SET_TEXT_LIMIT)
            return fault_set(f, FAULT_DATA, "a member of %zu bytes", v->as.text.length);
        copy.as.text.bytes = arena_strndup(&s->texts, v->as.text.bytes, v->as.text.length);
        if (copy.as.text.bytes == NULL)
            return fault_set_memory(f);
    }
    s->values[s->count++] = copy;
    return 0;
}

int
value_set_add(struct value_set *s, const struct value *v, uint32_t *id, struct fault *f)
{
    size_t slot;

    if (grow_slots(s, f) != 0 ||
        array_reserve(&s->values, &s->room, s->count + 1, sizeof *s->values, f) != 0)
        return -1;
    slot = find_slot(s, v);
    if (s->slots[slot] == VALUE_SET_NONE) {
        if (append(s, v, f) != 0)
            return -1;
        s->slots[slot] = (uint32_t)(s->count - 1);
    }
    *id = s->slots[slot];
    return 0;
}

uint32_t
value_set_find(const struct value_set *s, const struct value *v)
{
    return s->slot_count == 0 ? VALUE_SET_NONE : s->slots[find_slot(s, v)];
}

static size_t
label_of(const struct cube_level *level, const struct value *v)
{
    return v->type == VALUE_TEXT ? cube_level_label(level, v->as.text.bytes, v->as.text.length)
                                 : level->label_count;
}

static int
compare_labelled(const struct value *a, size_t label_a, const struct value *b, size_t label_b)
{
    if (a->type == VALUE_NULL || b->type == VALUE_NULL)
        return (a->type == VALUE_NULL) - (b->type == VALUE_NULL);
    if (label_a != label_b)
        return label_a < label_b ? -1 : 1;
    return value_compare(a, b);
}

int
cube_level_compare(const struct cube_level *level, const struct value *a, const struct value *b)
{
    return compare_labelled(a, label_of(level, a), b, label_of(level, b));
}

struct sort_entry {
    const struct value *value;
    size_t label;
    uint32_t id;
};

static int
compare_entries(const void *left, const void *right)
{
    const struct sort_entry *a = left;
    const struct sort_entry *b = right;

    return compare_labelled(a->value, a->label, b->value, b->label);
}

int
value_set_sort(const struct value_set *s, const struct cube_level *level, uint32_t *ids,
    size_t count, struct fault *f)
{
    struct sort_entry *entries = malloc((count + 1) * sizeof *entries);

    if (entries == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < count; i++)
        entries[i] =
            (struct sort_entry){&s->values[ids[i]], label_of(level, &s->values[ids[i]]), ids[i]};
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++)
        ids[i] = entries[i].id;
    free(entries);
    return 0;
}
