#include "etl/event/keys.h"

#include <string.h>

#include "config/base/nearest.h"
#include "etl/event/utf8.h"

/* A name that is taken keeps what it stands for: the checkpoint's own name wins. */
static int
add(struct keys *k, const char *name, size_t checkpoint, struct fault *f)
{
    size_t known = k->names.count;
    size_t number = names_add(&k->names, name, strlen(name), f);

    if (number == NAMES_NONE)
        return -1;
    if (number == known)
        k->checkpoints[number] = checkpoint;
    return 0;
}

int
keys_init(struct keys *k, const struct activity *a, struct fault *f)
{
    *k = (struct keys){.activity = a};
    k->checkpoints =
        arena_array(&k->memory, a->checkpoint_count + a->origin_count + 1, sizeof *k->checkpoints);
    if (k->checkpoints == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < a->checkpoint_count; i++) {
        if (add(k, a->checkpoints[i].name, i, f) != 0)
            return -1;
    }
    for (size_t i = 0; i < a->origin_count; i++) {
        const struct origin *o = &a->origins[i];

        if (o->kind == ORIGIN_TRACE_ATTRIBUTE && o->attribute != NULL &&
            add(k, o->attribute, o->checkpoint, f) != 0)
            return -1;
    }
    return 0;
}

void
keys_release(struct keys *k)
{
    names_release(&k->names);
    arena_release(&k->memory);
    *k = (struct keys){.activity = NULL};
}

size_t
keys_find(const struct keys *k, const char *name, size_t length, struct fault *f)
{
    size_t number = names_find(&k->names, name, length);
    char excerpt[EXCERPT_BYTES];
    struct nearest n;

    if (number != NAMES_NONE)
        return k->checkpoints[number];
    utf8_excerpt(name, length, excerpt);
    nearest_init(&n, excerpt);
    for (size_t i = 0; i < k->activity->checkpoint_count; i++)
        nearest_offer(&n, k->activity->checkpoints[i].name);
    fault_set(f, FAULT_DATA, "activity '%s' has no checkpoint '%s'", k->activity->name, excerpt);
    if (nearest_get(&n) != NULL)
        fault_hint(f, "did you mean '%s'?", nearest_get(&n));
    return NO_INDEX;
}
