#include "etl/event/batch.h"

#include <stdlib.h>
#include <string.h>

void
batch_release(struct batch *b)
{
    text_release(&b->text);
    free(b->cases.items);
    free(b->own.items);
    free(b->events.items);
    free(b->attributes.items);
    free(b->out_attributes.items);
    free(b->out_events.items);
    *b = (struct batch){.taken = 0};
}

static int
make_room(struct batch_array *a, size_t wanted, size_t size)
{
    size_t room = a->room == 0 ? 64 : a->room;
    void *grown;

    if (wanted <= a->room)
        return 0;
    while (room < wanted)
        room *= 2;
    if ((grown = realloc(a->items, room * size)) == NULL)
        return -1;
    a->items = grown;
    a->room = room;
    return 0;
}

/* One more element, zeroed; NULL when memory ran out. */
static void *
append(struct batch *b, struct batch_array *a, size_t size)
{
    void *item;

    if (make_room(a, a->count + 1, size) != 0) {
        b->failed = true;
        return NULL;
    }
    item = (char *)a->items + a->count++ * size;
    return memset(item, 0, size);
}

static struct batch_case *
last_case(const struct batch *b)
{
    return (struct batch_case *)b->cases.items + b->cases.count - 1;
}

/* The case being filled; NULL when there is none, or when nothing more fits into it. */
static struct batch_case *
current(struct batch *b)
{
    struct batch_case *c;

    if (!b->open || b->failed)
        return NULL;
    c = last_case(b);
    return c->too_large == NULL ? c : NULL;
}

const struct batch_case *
batch_open_case(const struct batch *b)
{
    return b->open ? last_case(b) : NULL;
}

void
batch_begin_case(struct batch *b, uint64_t line, uint64_t from_byte)
{
    struct batch_case *c = append(b, &b->cases, sizeof *c);

    if (c == NULL)
        return;
    c->text_start = b->text.length;
    c->own_start = b->own.count;
    c->event_start = b->events.count;
    c->attribute_start = b->attributes.count;
    c->line = line;
    c->from_byte = from_byte;
    b->open = true;
    b->in_event = false;
}

void
batch_begin_event(struct batch *b, uint64_t line)
{
    struct batch_case *c = current(b);
    struct batch_event *e;

    b->in_event = true;
    if (c == NULL)
        return;
    if (c->event_count == LOG_LIMIT_EVENTS) {
        c->too_large = "events";
        return;
    }
    if ((e = append(b, &b->events, sizeof *e)) == NULL)
        return;
    e->attribute_start = c->attribute_count;
    e->line = line;
    c->event_count++;
}

void
batch_end_event(struct batch *b)
{
    b->in_event = false;
}

static struct batch_event *
last_event(const struct batch *b)
{
    return (struct batch_event *)b->events.items + b->events.count - 1;
}

static struct batch_span
add_text(struct batch *b, const struct batch_case *c, struct log_text t)
{
    struct batch_span span = {
        .start = (uint32_t)(b->text.length - c->text_start),
        .length = (uint32_t)t.length,
        .present = t.bytes != NULL,
    };

    text_add_bytes(&b->text, t.bytes, t.length);
    return span;
}

/* Notes the id of the case, or class and time of its last event. */
static void
note_role(
    struct batch *b, struct batch_case *c, enum batch_role role, const struct batch_attribute *a)
{
    if (!a->value.present || a->value.length == 0)
        return;
    if (role == ROLE_ID)
        c->id = a->value;
    else if (role == ROLE_CLASS)
        last_event(b)->class = a->value;
    else if (role == ROLE_TIME)
        last_event(b)->time = a->value;
}

static bool
fits(struct batch *b, struct batch_case *c, size_t length)
{
    if (b->text.length - c->text_start + length > LOG_LIMIT_TEXT_BYTES)
        c->too_large = "bytes";
    else if (c->attribute_count + c->own_count >= LOG_LIMIT_ATTRIBUTES)
        c->too_large = "attributes";
    return c->too_large == NULL;
}

void
batch_add(struct batch *b, enum batch_role role, struct log_text key, struct log_text value,
    bool is_boolean, uint64_t line)
{
    struct batch_case *c = current(b);
    struct batch_attribute *a;

    if (c == NULL || key.bytes == NULL || !fits(b, c, key.length + value.length))
        return;
    if ((a = append(b, b->in_event ? &b->attributes : &b->own, sizeof *a)) == NULL)
        return;
    a->key = add_text(b, c, key);
    a->value = add_text(b, c, value);
    a->is_boolean = is_boolean;
    a->is_key = role != ROLE_NONE;
    a->line = line;
    if (b->in_event) {
        last_event(b)->attribute_count++;
        c->attribute_count++;
    } else {
        c->own_count++;
    }
    if (role != ROLE_NONE)
        note_role(b, c, role, a);
}

void
batch_end_case(struct batch *b, uint64_t to_byte)
{
    if (b->open)
        last_case(b)->to_byte = to_byte;
    b->open = false;
}

static struct log_text
settle(const struct batch *b, const struct batch_case *c, struct batch_span s)
{
    if (!s.present)
        return (struct log_text){NULL, 0};
    return (struct log_text){text_get(&b->text) + c->text_start + s.start, s.length};
}

static void
settle_attributes(const struct batch *b, const struct batch_case *c,
    const struct batch_attribute *from, size_t count, struct log_attribute *to)
{
    for (size_t i = 0; i < count; i++, from++, to++) {
        to->key = settle(b, c, from->key);
        to->value = settle(b, c, from->value);
        to->is_boolean = from->is_boolean;
        to->is_key = from->is_key;
        to->line = from->line;
    }
}

/* The elements from `start` on: nothing may be added to the NULL of an array that never had any. */
static const void *
elements_from(const struct batch_array *a, size_t start, size_t size)
{
    return a->items == NULL ? NULL : (const char *)a->items + start * size;
}

/* The case's own attributes come first in out_attributes, those of its events behind them. */
static void
settle_case(struct batch *b, const struct batch_case *from, struct log_case *c)
{
    const struct batch_event *events = elements_from(&b->events, from->event_start, sizeof *events);
    struct log_attribute *attributes = b->out_attributes.items;
    struct log_event *out = b->out_events.items;

    settle_attributes(b, from,
        elements_from(&b->own, from->own_start, sizeof(struct batch_attribute)), from->own_count,
        attributes);
    settle_attributes(b, from,
        elements_from(&b->attributes, from->attribute_start, sizeof(struct batch_attribute)),
        from->attribute_count, attributes + from->own_count);
    for (size_t i = 0; i < from->event_count; i++)
        out[i] = (struct log_event){
            .class = settle(b, from, events[i].class),
            .time = settle(b, from, events[i].time),
            .attributes = attributes + from->own_count + events[i].attribute_start,
            .attribute_count = events[i].attribute_count,
            .line = events[i].line,
        };
    *c = (struct log_case){
        .id = settle(b, from, from->id),
        .attributes = attributes,
        .attribute_count = from->own_count,
        .events = out,
        .event_count = from->event_count,
        .is_last = true,
        .line = from->line,
    };
}

int
batch_take(struct batch *b, struct log_case *c, const struct batch_case **from, struct fault *f)
{
    const struct batch_case *next;

    if (b->failed || b->text.failed)
        return fault_set_memory(f);
    if (b->taken + b->open >= b->cases.count)
        return 0;
    next = (struct batch_case *)b->cases.items + b->taken;
    if (make_room(&b->out_attributes, next->own_count + next->attribute_count + 1,
            sizeof(struct log_attribute)) != 0 ||
        make_room(&b->out_events, next->event_count + 1, sizeof(struct log_event)) != 0)
        return fault_set_memory(f);
    settle_case(b, next, c);
    *from = next;
    b->taken++;
    return 1;
}

/* Drops the first `count` elements. */
static void
drop(struct batch_array *a, size_t count, size_t size)
{
    if (count == 0)
        return;
    a->count -= count;
    memmove(a->items, (char *)a->items + count * size, a->count * size);
}

void
batch_compact(struct batch *b)
{
    struct batch_case *c = b->open ? last_case(b) : NULL;
    size_t text_start = b->open ? c->text_start : b->text.length;

    drop(&b->own, b->open ? c->own_start : b->own.count, sizeof(struct batch_attribute));
    drop(&b->events, b->open ? c->event_start : b->events.count, sizeof(struct batch_event));
    drop(&b->attributes, b->open ? c->attribute_start : b->attributes.count,
        sizeof(struct batch_attribute));
    if (text_start > 0) {
        memmove(b->text.bytes, b->text.bytes + text_start, b->text.length - text_start);
        text_cut(&b->text, b->text.length - text_start);
    }
    drop(&b->cases, b->cases.count - b->open, sizeof *c);
    b->taken = 0;
    if (b->open) {
        c = b->cases.items;
        c->text_start = c->own_start = c->event_start = c->attribute_start = 0;
    }
}
