#include "etl/activity/instance_set.h"

#include <string.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 64 };

int
instance_set_init(struct instance_set *b, const struct activity *a, struct fault *f)
{
    *b = (struct instance_set){.activity = a, .memory = ARENA_INIT, .slot_count = FIRST_SLOTS};
    b->slots = arena_array(&b->memory, b->slot_count, sizeof(struct instance *));
    return b->slots == NULL ? fault_set_memory(f) : 0;
}

void
instance_set_release(struct instance_set *b)
{
    arena_release(&b->memory);
    *b = (struct instance_set){.activity = NULL};
}

/* ---- finding instances ---- */

/* The slot where the ID is, or where it would go. */
static struct instance **
find_slot(struct instance **slots, size_t slot_count, const struct value *id)
{
    size_t at = XXH3_64bits(id->as.text.bytes, id->as.text.length) & (slot_count - 1);

    while (slots[at] != NULL && value_compare(&slots[at]->id, id) != 0)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static int
grow_slots(struct instance_set *b)
{
    size_t room = b->slot_count * 2;
    struct instance **slots = arena_array(&b->memory, room, sizeof(struct instance *));

    if (slots == NULL)
        return -1;
    for (size_t i = 0; i < b->count; i++)
        *find_slot(slots, room, &b->instances[i]->id) = b->instances[i];
    b->slots = slots;
    b->slot_count = room;
    return 0;
}

static int
copy_value(struct instance_set *b, struct value *target, const struct value *v)
{
    char *bytes;

    *target = *v;
    if (v->type != VALUE_TEXT && v->type != VALUE_BYTES)
        return 0;
    if ((bytes = arena_strndup(&b->memory, v->as.text.bytes, v->as.text.length)) == NULL)
        return -1;
    target->as.text.bytes = bytes;
    return 0;
}

struct instance *
instance_set_add(struct instance_set *b, const struct value *id)
{
    struct instance **slot = find_slot(b->slots, b->slot_count, id);
    struct instance **entry;
    struct instance *i;

    if (*slot != NULL)
        return *slot;
    if (b->count * 2 >= b->slot_count && grow_slots(b) != 0)
        return NULL;
    if ((i = arena_alloc(&b->memory, sizeof *i)) == NULL || copy_value(b, &i->id, id) != 0)
        return NULL;
    i->values = arena_array(&b->memory, b->activity->checkpoint_count, sizeof *i->values);
    entry = arena_append(&b->memory, &b->instances, &b->count, sizeof(struct instance *));
    if (i->values == NULL || entry == NULL)
        return NULL;
    *entry = i;
    *find_slot(b->slots, b->slot_count, id) = i;
    return i;
}

int
instance_set_add_record(struct instance_set *b, const struct event_record *record, struct fault *f)
{
    for (size_t i = 0; i < record->event_count; i++) {
        const struct event *e = &record->events[i];

        if (instance_set_add(b, &e->id) == NULL ||
            (e->op == EVENT_CONTINUE && instance_set_add(b, &e->token) == NULL))
            return fault_set_memory(f);
    }
    return 0;
}

static struct instance *
root_of(struct instance *i)
{
    while (i->parent != NULL)
        i = i->parent;
    return i;
}

/* ---- what an event does ---- */

int
instance_set_value(struct instance_set *b, struct instance *i, size_t checkpoint,
    const struct value *v, struct fault *f)
{
    i->present = i->changed = true;
    if (v->type == VALUE_NULL)
        return 0;
    return copy_value(b, &i->values[checkpoint], v) == 0 ? 0 : fault_set_memory(f);
}

static int
set_data(struct instance_set *b, struct instance *root, const struct event *e, struct fault *f)
{
    for (size_t i = 0; i < e->data_count; i++) {
        const struct event_datum *datum = &e->data[i];

        if (datum->keep_first && root->values[datum->checkpoint].type != VALUE_NULL)
            continue;
        if (instance_set_value(b, root, datum->checkpoint, &datum->value, f) != 0)
            return -1;
    }
    return 0;
}

static int
add_reference(struct instance_set *b, struct instance *root, const struct event_reference *content,
    struct fault *f)
{
    struct reference *reference = arena_alloc(&b->memory, sizeof *reference);

    if (reference == NULL || copy_value(b, &reference->content.name, &content->name) != 0 ||
        copy_value(b, &reference->content.type, &content->type) != 0 ||
        copy_value(b, &reference->content.data, &content->data) != 0 ||
        copy_value(b, &reference->content.long_data, &content->long_data) != 0)
        return fault_set_memory(f);
    reference->next = root->references;
    root->references = reference;
    return 0;
}

static int
append(struct instance_set *b, struct instance ***list, size_t *count, struct instance *i,
    struct fault *f)
{
    struct instance **entry = arena_append(&b->memory, list, count, sizeof(struct instance *));

    if (entry == NULL)
        return fault_set_memory(f);
    *entry = i;
    return 0;
}

static int
complete(struct instance_set *b, struct instance *root, struct fault *f)
{
    root->fate = FATE_COMPLETED;
    root->completed_online = true;
    return append(b, &b->completed, &b->completed_count, root, f);
}

static int
complete_when_due(struct instance_set *b, struct instance *root, struct fault *f)
{
    if (!root->visible || !root->ended || root->open_tokens > 0)
        return 0;
    return complete(b, root, f);
}

/* The token stops being one: its root waits for one token less. */
static void
close_token(struct instance *token)
{
    token->parent->open_tokens--;
    token->parent = NULL;
}

static void
take_over_tokens(struct instance_set *b, struct instance *from, struct instance *root)
{
    for (size_t i = 0; from->open_tokens > 0 && i < b->count; i++) {
        if (b->instances[i]->parent != from)
            continue;
        b->instances[i]->parent = root;
        from->open_tokens--;
        root->open_tokens++;
    }
}

/* What the token gathered before it was announced goes to the root. */
static int
merge_token(struct instance_set *b, struct instance *token, struct instance *root, struct fault *f)
{
    struct reference **last = &token->references;

    for (size_t i = 0; i < b->activity->checkpoint_count; i++) {
        if (token->values[i].type != VALUE_NULL)
            root->values[i] = token->values[i];
    }
    while (*last != NULL)
        last = &(*last)->next;
    *last = root->references;
    root->references = token->references;
    token->references = NULL;
    root->visible = root->visible || token->visible;
    root->present = root->changed = true;
    token->present = false;
    token->fate = FATE_MERGED;
    token->merged_into = root;
    return append(b, &b->merged, &b->merged_count, token, f);
}

static int
announce_token(
    struct instance_set *b, struct instance *token, struct instance *root, struct fault *f)
{
    bool closed = token->present && token->ended;

    if (token->parent != NULL)
        return 0; /* announced before, by the same root: instance_set_apply has looked */
    if (token->present && merge_token(b, token, root, f) != 0)
        return -1;
    take_over_tokens(b, token, root);
    if (!closed) {
        token->parent = root;
        root->open_tokens++;
    }
    return 0;
}

static int
apply_event(struct instance_set *b, const struct event *e, struct fault *f)
{
    struct instance *own = instance_set_add(b, &e->id);
    struct instance *root, *token;

    if (own == NULL)
        return fault_set_memory(f);
    root = root_of(own);
    if (!root->present && root->completed_online)
        b->late_events++;
    if (e->op == EVENT_CONTINUE) {
        if ((token = instance_set_add(b, &e->token)) == NULL)
            return fault_set_memory(f);
        return announce_token(b, token, root, f);
    }
    root->present = root->changed = true;
    if (e->op == EVENT_REFERENCE)
        return add_reference(b, root, &e->reference, f);
    if (e->op == EVENT_BEGIN)
        root->visible = true;
    if (e->op == EVENT_END && own->parent != NULL)
        close_token(own);
    else if (e->op == EVENT_END)
        root->ended = true;
    return set_data(b, root, e, f);
}

/* ---- may it? ---- */

static enum apply_result
reject(struct fault *f, const struct instance *i, const char *why)
{
    fault_set(
        f, FAULT_DATA, "instance '%.*s': %s", (int)i->id.as.text.length, i->id.as.text.bytes, why);
    return APPLY_REJECTED;
}

static enum apply_result
check_token(struct instance *own, struct instance *token, struct fault *f)
{
    struct instance *root = root_of(own);

    if (token->fate != FATE_KEPT)
        return APPLY_SETTLE;
    if (token == own || root_of(token) == root) {
        /* The same announcement again is nothing new; a token of itself is. */
        if (token != root && token->parent != NULL)
            return APPLY_DONE;
        return reject(f, token, "a token may not continue itself");
    }
    if (token->parent != NULL)
        return reject(f, token, "this token belongs to another instance already");
    return APPLY_DONE;
}

/* What the root would be after the record: would it complete a second time while the first is
 * online? */
static bool
would_complete(
    struct instance_set *b, const struct event_record *record, const struct instance *root)
{
    bool visible = root->visible, ended = root->ended;
    size_t open = root->open_tokens;

    for (size_t i = 0; i < record->event_count; i++) {
        const struct event *e = &record->events[i];
        const struct instance *own = instance_set_add(b, &e->id);
        const struct instance *token =
            e->op == EVENT_CONTINUE ? instance_set_add(b, &e->token) : NULL;

        visible = visible || e->op == EVENT_BEGIN || (token != NULL && token->visible);
        if (e->op == EVENT_END && own != NULL && own->parent != NULL && open > 0)
            open--;
        else if (e->op == EVENT_END)
            ended = true;
        if (token != NULL)
            open += token->open_tokens + (token->present && token->ended ? 0 : 1);
    }
    return visible && ended && open == 0;
}

static enum apply_result
check_record(struct instance_set *b, const struct event_record *record, struct fault *f)
{
    for (size_t i = 0; i < record->event_count; i++) {
        const struct event *e = &record->events[i];
        struct instance *own = instance_set_add(b, &e->id);
        struct instance *root = own == NULL ? NULL : root_of(own);
        enum apply_result result = APPLY_DONE;

        if (root == NULL)
            return fault_set_memory(f);
        if (own->fate != FATE_KEPT && own->parent == NULL)
            return APPLY_SETTLE;
        if (root->fate != FATE_KEPT)
            return APPLY_SETTLE;
        if (e->op == EVENT_CONTINUE) {
            struct instance *token = instance_set_add(b, &e->token);

            result =
                token == NULL ? (enum apply_result)fault_set_memory(f) : check_token(own, token, f);
        }
        if (result != APPLY_DONE)
            return result;
        if (root->completed_online && would_complete(b, record, root))
            return reject(f, root, "completed a second time while the first is still online");
    }
    return APPLY_DONE;
}

enum apply_result
instance_set_apply(struct instance_set *b, const struct event_record *record, struct fault *f)
{
    enum apply_result result = check_record(b, record, f);
    struct instance *root;

    if (result != APPLY_DONE || record->event_count == 0)
        return result;
    /* Taken before anything changes: the end of a token cuts it off from its root. */
    root = root_of(instance_set_add(b, &record->events[0].id));
    for (size_t i = 0; i < record->event_count; i++) {
        if (apply_event(b, &record->events[i], f) != 0)
            return APPLY_FAULT;
    }
    return complete_when_due(b, root, f) == 0 ? APPLY_DONE : APPLY_FAULT;
}

int
instance_set_complete(struct instance_set *b, struct instance *i, struct fault *f)
{
    for (size_t k = 0; i->open_tokens > 0 && k < b->count; k++) {
        if (b->instances[k]->parent == i)
            close_token(b->instances[k]);
    }
    i->visible = i->ended = i->present = i->changed = true;
    return complete(b, i, f);
}
