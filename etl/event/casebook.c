#include "etl/event/casebook.h"

#include <stdlib.h>
#include <xxhash.h>

enum { ROW_BITS = 40, FIRST_ROOM = 1024 };

#define ROW_MASK ((UINT64_C(1) << ROW_BITS) - 1)
#define SEEN_ONE (UINT64_C(1) << ROW_BITS)
#define SEEN_LIMIT (UINT64_MAX >> ROW_BITS)

void
casebook_release(struct casebook *b)
{
    free(b->entries);
    *b = (struct casebook){.entries = NULL};
}

static uint64_t
hash_of(const char *id, size_t length)
{
    uint64_t hash = XXH3_64bits(id, length);

    return hash == 0 ? 1 : hash;
}

/* The case's entry, or the free one where it belongs. */
static struct casebook_entry *
find(const struct casebook *b, uint64_t hash)
{
    size_t slot = hash & (b->room - 1);

    while (b->entries[slot].hash != 0 && b->entries[slot].hash != hash)
        slot = (slot + 1) & (b->room - 1);
    return &b->entries[slot];
}

static int
grow(struct casebook *b, struct fault *f)
{
    struct casebook larger = {.room = b->room == 0 ? FIRST_ROOM : b->room * 2, .count = b->count};

    if ((larger.entries = calloc(larger.room, sizeof *larger.entries)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < b->room; i++) {
        if (b->entries[i].hash != 0)
            *find(&larger, b->entries[i].hash) = b->entries[i];
    }
    free(b->entries);
    *b = larger;
    return 0;
}

int
casebook_note(struct casebook *b, const char *id, size_t length, uint64_t row, struct fault *f)
{
    struct casebook_entry *e;

    if (b->count * 3 >= b->room * 2 && grow(b, f) != 0)
        return -1;
    if (row > ROW_MASK)
        return fault_set(f, FAULT_DATA, "more than 2^%d rows", ROW_BITS);
    e = find(b, hash_of(id, length));
    if (e->hash == 0) {
        e->hash = hash_of(id, length);
        b->count++;
    }
    e->last_row = row;
    return 0;
}

uint64_t
casebook_see(struct casebook *b, const char *id, size_t length, uint64_t *position)
{
    struct casebook_entry *e = b->room == 0 ? NULL : find(b, hash_of(id, length));

    *position = 0;
    if (e == NULL || e->hash == 0)
        return 0;
    *position = e->last_row >> ROW_BITS;
    if (*position < SEEN_LIMIT)
        e->last_row += SEEN_ONE;
    return e->last_row & ROW_MASK;
}
