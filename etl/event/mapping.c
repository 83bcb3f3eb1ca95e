#include "etl/event/mapping.h"

#include <string.h>

#include "config/base/nearest.h"

enum { LEVEL_ORIGIN, LEVEL_MAP, LEVEL_NAME };

static struct log_text
text_of(const char *string)
{
    return (struct log_text){string, string == NULL ? 0 : strlen(string)};
}

static struct log_text
without_prefix(struct log_text t)
{
    const size_t prefix = strlen(LOG_CASE_PREFIX);

    if (t.length > prefix && memcmp(t.bytes, LOG_CASE_PREFIX, prefix) == 0)
        return (struct log_text){t.bytes + prefix, t.length - prefix};
    return t;
}

/* The key of a name in its table: pairs are joined by a NUL, which no name holds. */
static struct log_text
key_of(const struct mapping *m, enum mapping_kind kind, struct log_text class, struct log_text name)
{
    if (kind == MAPPING_TRACE)
        return without_prefix(name);
    if (kind != MAPPING_PAIR)
        return name;
    if (class.bytes == NULL || class.length + 1 + name.length > m->key_room)
        return (struct log_text){NULL, 0};
    memcpy(m->key, class.bytes, class.length);
    m->key[class.length] = '\0';
    memcpy(m->key + class.length + 1, name.bytes, name.length);
    return (struct log_text){m->key, class.length + 1 + name.length};
}

const struct mapping_target *
mapping_find(
    const struct mapping *m, enum mapping_kind kind, struct log_text class, struct log_text name)
{
    const struct mapping_table *t = &m->tables[kind];
    struct log_text key;
    size_t found;

    if (t->count == 0 || name.bytes == NULL)
        return NULL;
    key = key_of(m, kind, class, name);
    if (key.bytes == NULL)
        return NULL;
    found = names_find(&t->names, key.bytes, key.length);
    return found == NAMES_NONE ? NULL : t->entries[found].targets;
}

static int
add(struct mapping *m, enum mapping_kind kind, struct log_text class, struct log_text name,
    size_t checkpoint, int level, struct fault *f)
{
    struct mapping_table *t = &m->tables[kind];
    struct log_text key = key_of(m, kind, class, name);
    struct mapping_target *target = arena_alloc(&m->memory, sizeof *target);
    struct mapping_name *entry;
    size_t number;

    if (target == NULL)
        return fault_set_memory(f);
    if ((number = names_add(&t->names, key.bytes, key.length, f)) == NAMES_NONE)
        return -1;
    if (number == t->count) {
        if ((entry = arena_append(&m->memory, &t->entries, &t->count, sizeof *entry)) == NULL)
            return fault_set_memory(f);
        entry->level = level;
    }
    entry = &t->entries[number];
    if (entry->level < level)
        return 0;
    *target = (struct mapping_target){checkpoint, entry->targets};
    entry->targets = target;
    if (level < LEVEL_NAME)
        m->fed[checkpoint] = true;
    return 0;
}

static int
add_origins(struct mapping *m, struct fault *f)
{
    for (size_t i = 0; i < m->activity->origin_count; i++) {
        const struct origin *o = &m->activity->origins[i];
        struct log_text class = text_of(o->event);
        struct log_text name = text_of(o->kind == ORIGIN_EVENT_CLASS ? o->event : o->attribute);
        enum mapping_kind kind = o->kind == ORIGIN_EVENT_CLASS       ? MAPPING_CLASS
                                 : o->kind == ORIGIN_TRACE_ATTRIBUTE ? MAPPING_TRACE
                                 : o->event == NULL                  ? MAPPING_ATTRIBUTE
                                                                     : MAPPING_PAIR;

        if (name.bytes != NULL && add(m, kind, class, name, o->checkpoint, LEVEL_ORIGIN, f) != 0)
            return -1;
    }
    return 0;
}

static int
find_checkpoint(const struct activity *a, const char *map, const char *name, size_t *checkpoint,
    struct fault *f)
{
    struct nearest n;

    nearest_init(&n, name);
    for (*checkpoint = 0; *checkpoint < a->checkpoint_count; ++*checkpoint) {
        if (strcmp(a->checkpoints[*checkpoint].name, name) == 0)
            return 0;
        nearest_offer(&n, a->checkpoints[*checkpoint].name);
    }
    fault_set(f, FAULT_DATA, "map '%s': activity '%s' has no checkpoint '%s'", map, a->name, name);
    return nearest_get(&n) == NULL ? -1 : fault_hint(f, "did you mean '%s'?", nearest_get(&n));
}

/* "NAME=Checkpoint" for whatever has that name; with a dot in it also "CLASS.ATTRIBUTE", split at
 * the last dot. */
static int
add_map(struct mapping *m, const char *map, struct fault *f)
{
    const struct log_text none = {NULL, 0};
    const char *equals = strrchr(map, '=');
    struct log_text name = {map, equals == NULL ? 0 : (size_t)(equals - map)};
    const char *dot = name.length == 0 ? NULL : memrchr(map, '.', name.length);
    size_t checkpoint;

    if (name.length == 0) {
        fault_set(f, FAULT_USAGE, "map '%s' is not of the form NAME=Checkpoint", map);
        return fault_hint(f, "write CLASS.ATTRIBUTE=Checkpoint or ATTRIBUTE=Checkpoint");
    }
    if (find_checkpoint(m->activity, map, equals + 1, &checkpoint, f) != 0)
        return -1;
    if (add(m, MAPPING_TRACE, none, name, checkpoint, LEVEL_MAP, f) != 0 ||
        add(m, MAPPING_ATTRIBUTE, none, name, checkpoint, LEVEL_MAP, f) != 0)
        return -1;
    if (m->activity->checkpoints[checkpoint].type == VALUE_TIME &&
        add(m, MAPPING_CLASS, none, name, checkpoint, LEVEL_MAP, f) != 0)
        return -1;
    if (dot == NULL || dot == map || dot + 1 == equals)
        return 0;
    return add(m, MAPPING_PAIR, (struct log_text){map, (size_t)(dot - map)},
        (struct log_text){dot + 1, (size_t)(equals - dot - 1)}, checkpoint, LEVEL_MAP, f);
}

/* A DATETIME checkpoint is an event class before it is an attribute of an event. */
static int
add_names(struct mapping *m, struct fault *f)
{
    const struct log_text none = {NULL, 0};

    for (size_t i = 0; i < m->activity->checkpoint_count; i++) {
        const struct checkpoint *c = &m->activity->checkpoints[i];
        struct log_text name = text_of(c->name);

        if (m->fed[i])
            continue;
        if (add(m, MAPPING_TRACE, none, name, i, LEVEL_NAME, f) != 0 ||
            add(m, c->type == VALUE_TIME ? MAPPING_CLASS : MAPPING_ATTRIBUTE, none, name, i,
                LEVEL_NAME, f) != 0)
            return -1;
    }
    return 0;
}

/* No key of a pair in our table is longer; what a log holds beyond that cannot be in it. */
static size_t
longest_key(const struct activity *a, const struct source_options *options)
{
    size_t longest = 1;

    for (size_t i = 0; i < a->origin_count; i++) {
        size_t length =
            text_of(a->origins[i].event).length + text_of(a->origins[i].attribute).length + 1;

        longest = length > longest ? length : longest;
    }
    for (size_t i = 0; i < options->map_count; i++) {
        size_t length = strlen(options->maps[i]);

        longest = length > longest ? length : longest;
    }
    return longest;
}

int
mapping_init(struct mapping *m, const struct activity *a, const struct source_options *options,
    bool is_flat, struct fault *f)
{
    *m = (struct mapping){.activity = a, .is_flat = is_flat};
    m->key_room = longest_key(a, options);
    m->key = arena_alloc(&m->memory, m->key_room);
    m->fed = arena_array(&m->memory, a->checkpoint_count + 1, sizeof *m->fed);
    if (m->key == NULL || m->fed == NULL)
        return fault_set_memory(f);
    if (add_origins(m, f) != 0)
        return -1;
    for (size_t i = 0; i < options->map_count; i++) {
        if (add_map(m, options->maps[i], f) != 0)
            return -1;
    }
    return add_names(m, f);
}

void
mapping_release(struct mapping *m)
{
    for (size_t i = 0; i < MAPPING_KIND_COUNT; i++)
        names_release(&m->tables[i].names);
    arena_release(&m->memory);
    *m = (struct mapping){.activity = NULL};
}
