#include "backup/nameset.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 64 };

void
nameset_release(struct nameset *s)
{
    free(s->slots);
    arena_release(&s->names);
    *s = (struct nameset)NAMESET_INIT;
}

/* The slot that holds the name, or the free one where it belongs. */
static const char **
find_slot(const char **slots, size_t slot_count, const char *name)
{
    size_t at = (size_t)XXH3_64bits(name, strlen(name)) & (slot_count - 1);

    while (slots[at] != NULL && strcmp(slots[at], name) != 0)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static int
grow(struct nameset *s, struct fault *f)
{
    size_t slot_count = s->slot_count == 0 ? FIRST_SLOTS : s->slot_count * 2;
    const char **slots = calloc(slot_count, sizeof *slots);

    if (slots == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < s->slot_count; i++) {
        if (s->slots[i] != NULL)
            *find_slot(slots, slot_count, s->slots[i]) = s->slots[i];
    }
    free(s->slots);
    s->slots = slots;
    s->slot_count = slot_count;
    return 0;
}

int
nameset_add(struct nameset *s, const char *name, struct fault *f)
{
    const char **slot;

    if (s->count >= NAMESET_LIMIT)
        return fault_set(f, FAULT_DATA, "more than %d names", NAMESET_LIMIT);
    /* At most half full, so that a search stays short. */
    if (s->count * 2 >= s->slot_count && grow(s, f) != 0)
        return -1;
    slot = find_slot(s->slots, s->slot_count, name);
    if (*slot != NULL)
        return fault_set(f, FAULT_DATA, "'%s' comes twice", name);
    if ((*slot = arena_strdup(&s->names, name)) == NULL)
        return fault_set_memory(f);
    s->count++;
    return 0;
}
