#include <stdlib.h>
#include <string.h>

#include "config/base/nearest.h"
#include "etl/event/convert.h"
#include "etl/event/json_value.h"
#include "etl/event/keys.h"
#include "etl/event/lines.h"
#include "etl/event/source_kind.h"
#include "etl/event/utf8.h"

enum { LIMIT_LINE_BYTES = 16 * 1024 * 1024 };

/* Limits of a relationship's columns: ReferenceData and ReferenceDataExtend hold one text in two.
 */
enum { LIMIT_REFERENCE_NAME = 128, LIMIT_REFERENCE_TYPE = 128, LIMIT_REFERENCE_DATA = 128 + 896 };

struct jsonl {
    struct lines lines;
    struct keys *keys;        /* by activity; owned, so below */
    struct event_datum *data; /* room for the activity with most checkpoints */
    json_t *line;             /* the record's texts live in it */
    struct event event;
};

static int
jsonl_open(struct event_source *s, struct fault *f)
{
    const struct definition *d = s->definition;
    struct jsonl *j = calloc(1, sizeof *j);
    size_t most = 1;

    if (j == NULL)
        return fault_set_memory(f);
    s->state = j;
    lines_init(&j->lines, input_source(s->input), LIMIT_LINE_BYTES);
    if ((j->keys = calloc(d->activity_count + 1, sizeof *j->keys)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < d->activity_count; i++) {
        if (keys_init(&j->keys[i], &d->activities[i], f) != 0)
            return -1;
        if (d->activities[i].checkpoint_count > most)
            most = d->activities[i].checkpoint_count;
    }
    if ((j->data = calloc(most, sizeof *j->data)) == NULL)
        return fault_set_memory(f);
    return 0;
}

static void
jsonl_close(struct event_source *s)
{
    struct jsonl *j = s->state;

    if (j == NULL)
        return;
    lines_release(&j->lines);
    for (size_t i = 0; j->keys != NULL && i < s->definition->activity_count; i++)
        keys_release(&j->keys[i]);
    free(j->keys);
    free(j->data);
    json_decref(j->line);
    free(j);
}

/* Every key of an object must be one of `known` (which ends with NULL). */
static int
check_keys(json_t *object, const char *const *known, struct fault *f)
{
    char excerpt[EXCERPT_BYTES];
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        struct nearest n;
        size_t i = 0;

        nearest_init(&n, key);
        for (; known[i] != NULL && strcmp(known[i], key) != 0; i++)
            nearest_offer(&n, known[i]);
        if (known[i] != NULL)
            continue;
        fault_set(f, FAULT_DATA, "unknown key '%s'", utf8_excerpt(key, strlen(key), excerpt));
        return nearest_get(&n) == NULL ? -1 : fault_hint(f, "did you mean '%s'?", nearest_get(&n));
    }
    return 0;
}

/* A text of at most `limit` characters (0: any); NULL when the key is absent or null. */
static int
get_text(const json_t *object, const char *key, size_t limit, struct value *v, struct fault *f)
{
    const json_t *json = json_object_get(object, key);

    *v = value_null();
    if (json == NULL || json_is_null(json))
        return 0;
    if (!json_is_string(json))
        return fault_set(f, FAULT_DATA, "'%s' is not a text in quotes", key);
    *v = value_text_n(json_string_value(json), json_string_length(json));
    return limit == 0 ? 0 : convert_check_text(key, v->as.text.bytes, v->as.text.length, limit, f);
}

/* The same, but it must be there and not be empty. */
static int
need_text(const json_t *object, const char *key, size_t limit, struct value *v, struct fault *f)
{
    if (get_text(object, key, limit, v, f) != 0)
        return -1;
    if (v->type == VALUE_NULL || v->as.text.length == 0)
        return fault_set(f, FAULT_DATA, "'%s' is missing", key);
    return 0;
}

static int
read_op(const json_t *line, enum event_op *op, struct fault *f)
{
    struct value name;
    struct nearest n;
    char excerpt[EXCERPT_BYTES];

    if (need_text(line, "op", 0, &name, f) != 0)
        return -1;
    nearest_init(&n, name.as.text.bytes);
    for (*op = 0; *op < EVENT_OP_COUNT; ++*op) {
        if (strcmp(event_op_names[*op], name.as.text.bytes) == 0)
            return 0;
        nearest_offer(&n, event_op_names[*op]);
    }
    fault_set(f, FAULT_DATA, "unknown op '%s'",
        utf8_excerpt(name.as.text.bytes, name.as.text.length, excerpt));
    if (nearest_get(&n) != NULL)
        return fault_hint(f, "did you mean '%s'?", nearest_get(&n));
    return fault_hint(f, "an op is begin, update, end, continue or reference");
}

static int
read_activity(const struct event_source *s, const json_t *line, size_t *activity, struct fault *f)
{
    const struct definition *d = s->definition;
    struct value name;
    struct nearest n;
    char excerpt[EXCERPT_BYTES];

    *activity = s->activity;
    if (get_text(line, "activity", 0, &name, f) != 0)
        return -1;
    if (name.type == VALUE_NULL && s->activity != NO_INDEX)
        return 0;
    if (name.type == VALUE_NULL) {
        fault_set(f, FAULT_DATA, "'activity' is missing");
        return fault_hint(f, "write it into each line or say --activity");
    }
    nearest_init(&n, name.as.text.bytes);
    for (*activity = 0; *activity < d->activity_count; ++*activity) {
        if (strcmp(d->activities[*activity].name, name.as.text.bytes) == 0)
            return 0;
        nearest_offer(&n, d->activities[*activity].name);
    }
    fault_set(f, FAULT_DATA, "no activity '%s'",
        utf8_excerpt(name.as.text.bytes, name.as.text.length, excerpt));
    return nearest_get(&n) == NULL ? -1 : fault_hint(f, "did you mean '%s'?", nearest_get(&n));
}

static int
read_datum(struct event_source *s, const char *key, const json_t *value, struct fault *f)
{
    struct jsonl *j = s->state;
    const struct keys *keys = &j->keys[j->event.activity];
    struct event_datum *datum = &j->data[j->event.data_count];
    size_t checkpoint = keys_find(keys, key, strlen(key), f);

    if (checkpoint == NO_INDEX)
        return -1;
    for (size_t i = 0; i < j->event.data_count; i++) {
        if (j->data[i].checkpoint == checkpoint)
            return fault_set(f, FAULT_DATA, "checkpoint '%s' occurs under two names",
                keys->activity->checkpoints[checkpoint].name);
    }
    *datum = (struct event_datum){.checkpoint = checkpoint};
    if (json_value_convert(
            value, &keys->activity->checkpoints[checkpoint], &s->zone, &datum->value, f) != 0)
        return fault_wrap(f, "checkpoint '%s'", key);
    j->event.data_count++;
    return 0;
}

static int
read_data(struct event_source *s, json_t *line, struct fault *f)
{
    struct jsonl *j = s->state;
    json_t *data = json_object_get(line, "data");
    const char *key;
    json_t *value;

    j->event.data = j->data;
    if (data == NULL || json_is_null(data))
        return 0;
    if (!json_is_object(data))
        return fault_set(f, FAULT_DATA, "'data' is not an object");
    json_object_foreach(data, key, value)
    {
        if (read_datum(s, key, value, f) != 0)
            return -1;
    }
    return 0;
}

static int
read_token(struct event_source *s, json_t *line, struct fault *f)
{
    return need_text(line, "token", LIMIT_ACTIVITY_ID, &((struct jsonl *)s->state)->event.token, f);
}

static int
read_reference(struct event_source *s, json_t *line, struct fault *f)
{
    static const char *const known[] = {"name", "type", "data", "longData", NULL};
    struct event_reference *r = &((struct jsonl *)s->state)->event.reference;
    json_t *json = json_object_get(line, "reference");

    if (!json_is_object(json))
        return fault_set(f, FAULT_DATA, "'reference' is missing or not an object");
    if (check_keys(json, known, f) != 0 ||
        need_text(json, "name", LIMIT_REFERENCE_NAME, &r->name, f) != 0 ||
        get_text(json, "type", LIMIT_REFERENCE_TYPE, &r->type, f) != 0 ||
        get_text(json, "data", LIMIT_REFERENCE_DATA, &r->data, f) != 0 ||
        get_text(json, "longData", 0, &r->long_data, f) != 0)
        return fault_wrap(f, "reference");
    return 0;
}

/* What each op carries beside activity and id. */
struct op_row {
    const char *key; /* the one key beside the common ones that it may have */
    int (*read)(struct event_source *s, json_t *line, struct fault *f);
};

static const struct op_row op_rows[EVENT_OP_COUNT] = {
    [EVENT_BEGIN] = {"data", read_data},
    [EVENT_UPDATE] = {"data", read_data},
    [EVENT_END] = {"data", read_data},
    [EVENT_CONTINUE] = {"token", read_token},
    [EVENT_REFERENCE] = {"reference", read_reference},
};

/* A key that is known but says nothing for this op is a mistake as well. */
static int
check_op_keys(const json_t *line, enum event_op op, struct fault *f)
{
    static const char *const keys[] = {"data", "token", "reference"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *json = json_object_get(line, keys[i]);

        if (json != NULL && !json_is_null(json) && strcmp(keys[i], op_rows[op].key) != 0)
            return fault_set(f, FAULT_DATA, "op '%s' has no '%s'", event_op_names[op], keys[i]);
    }
    return 0;
}

static int
read_event(struct event_source *s, json_t *line, struct fault *f)
{
    static const char *const known[] = {"op", "activity", "id", "data", "token", "reference", NULL};
    struct jsonl *j = s->state;

    j->event = (struct event){.token = value_null()};
    if (check_keys(line, known, f) != 0 || read_op(line, &j->event.op, f) != 0 ||
        read_activity(s, line, &j->event.activity, f) != 0 ||
        need_text(line, "id", LIMIT_ACTIVITY_ID, &j->event.id, f) != 0 ||
        check_op_keys(line, j->event.op, f) != 0)
        return -1;
    return op_rows[j->event.op].read(s, line, f);
}

static int
read_line(struct event_source *s, struct event_record *r, struct fault *f)
{
    struct jsonl *j = s->state;
    const struct text *line = &j->lines.line;

    json_decref(j->line);
    j->line = NULL;
    if (j->lines.too_long)
        return fault_set(f, FAULT_DATA, "longer than %d MiB", LIMIT_LINE_BYTES / (1024 * 1024));
    r->raw = text_get(line);
    r->raw_length = line->length;
    if ((j->line = json_value_parse(line->bytes, line->length, f)) == NULL)
        return -1;
    if (read_event(s, j->line, f) != 0)
        return -1;
    r->events = &j->event;
    r->event_count = 1;
    return 0;
}

/* A byte order mark is no part of the first line. */
static void
drop_byte_order_mark(struct lines *l)
{
    if (l->number != 1 || l->line.length < 3 || memcmp(l->line.bytes, "\xEF\xBB\xBF", 3) != 0)
        return;
    memmove(l->line.bytes, l->line.bytes + 3, l->line.length - 3);
    text_cut(&l->line, l->line.length - 3);
}

static bool
is_blank(const struct text *line)
{
    return strspn(text_get(line), " \t") == line->length;
}

static enum source_result
jsonl_next(struct event_source *s, struct event_record *r, struct fault *f)
{
    struct jsonl *j = s->state;
    int rc;

    do {
        if ((rc = lines_next(&j->lines, f)) <= 0)
            return rc == 0 ? SOURCE_END : SOURCE_FAULT;
        drop_byte_order_mark(&j->lines);
    } while (is_blank(&j->lines.line));
    r->line = j->lines.number;
    if (read_line(s, r, f) == 0)
        return SOURCE_RECORD;
    if (f->kind != FAULT_DATA)
        return SOURCE_FAULT;
    fault_wrap(f, "line %llu", (unsigned long long)r->line);
    return SOURCE_REJECT;
}

const struct source_kind source_kind_jsonl = {
    .names_activity = true,
    .open = jsonl_open,
    .next = jsonl_next,
    .close = jsonl_close,
};
