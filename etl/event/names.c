#include "etl/event/names.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void
names_release(struct names *n)
{
    free(n->slots);
    arena_release(&n->memory);
    *n = (struct names)NAMES_INIT;
}

/* The slot that holds the name, or the empty one where it belongs. */
static size_t
slot_of(const struct names *n, const char *bytes, size_t length, uint64_t hash)
{
    size_t slot = hash & (n->slot_count - 1);

    for (; n->slots[slot] != 0; slot = (slot + 1) & (n->slot_count - 1)) {
        const struct name_entry *e = &n->entries[n->slots[slot] - 1];

        if (e->hash == hash && e->length == length && memcmp(e->bytes, bytes, length) == 0)
            break;
    }
    return slot;
}

size_t
names_find(const struct names *n, const char *bytes, size_t length)
{
    uint32_t found;

    if (n->count == 0)
        return NAMES_NONE;
    found = n->slots[slot_of(n, bytes, length, XXH3_64bits(bytes, length))];
    return found == 0 ? NAMES_NONE : found - 1;
}

/* Twice the slots, so that at most half of them are taken. */
static int
grow(struct names *n, struct fault *f)
{
    size_t slot_count = n->slot_count == 0 ? 64 : n->slot_count * 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);

    if (slots == NULL)
        return fault_set_memory(f);
    free(n->slots);
    n->slots = slots;
    n->slot_count = slot_count;
    for (size_t i = 0; i < n->count; i++) {
        const struct name_entry *e = &n->entries[i];

        slots[slot_of(n, e->bytes, e->length, e->hash)] = (uint32_t)(i + 1);
    }
    return 0;
}

size_t
names_add(struct names *n, const char *bytes, size_t length, struct fault *f)
{
    uint64_t hash = XXH3_64bits(bytes, length);
    struct name_entry *entry;
    char *copy;
    size_t slot;

    if (n->count * 2 >= n->slot_count && grow(n, f) != 0)
        return NAMES_NONE;
    slot = slot_of(n, bytes, length, hash);
    if (n->slots[slot] != 0)
        return n->slots[slot] - 1;
    copy = arena_strndup(&n->memory, bytes, length);
    entry = copy == NULL ? NULL : arena_append(&n->memory, &n->entries, &n->count, sizeof *entry);
    if (entry == NULL) {
        fault_set_memory(f);
        return NAMES_NONE;
    }
    *entry = (struct name_entry){copy, length, hash};
    n->slots[slot] = (uint32_t)n->count;
    return n->count - 1;
}
