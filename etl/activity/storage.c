#include "etl/activity/storage.h"

#include <stdlib.h>

#include "config/base/clock.h"
#include "etl/activity/difference.h"
#include "etl/activity/lookup.h"
#include "etl/activity/schema.h"
#include "etl/activity/storage_load.h"
#include "etl/odbc/table_writer.h"

/* Rows for which a thread that sends them is worth its making. */
enum { AHEAD_MIN = 100 };

/* What is done to the rows of a table, each by a writer of its own, opened when it is wanted. */
enum change {
    INSERT_ACTIVE,
    UPDATE_ACTIVE,
    DELETE_ACTIVE,
    INSERT_COMPLETED,
    INSERT_ACTIVE_REFERENCE,
    INSERT_COMPLETED_REFERENCE,
    INSERT_CONTINUATION,
    DELETE_CONTINUATION,
    INSERT_ONLINE_ID,
    CHANGE_COUNT
};

struct storage {
    struct db *primary;
    const struct activity *activity;
    struct arena memory;
    struct activity_names names;
    struct table active, completed, references, completed_references, continuations, online_ids;
    struct table_writer *writers[CHANGE_COUNT];
    struct value *row; /* as many cells as Active has columns */
    struct value now;
};

/* ---- its life ---- */

static int
describe_tables(struct storage *s, struct fault *f)
{
    const struct activity *a = s->activity;

    if (activity_names_init(&s->names, &s->memory, a->name, f) != 0 ||
        schema_active(a, &s->memory, &s->active, f) != 0 ||
        schema_completed(a, 0, &s->memory, &s->completed, f) != 0 ||
        schema_active_relationships(a, &s->memory, &s->references, f) != 0 ||
        schema_completed_relationships(a, 0, &s->memory, &s->completed_references, f) != 0 ||
        schema_continuations(a, &s->memory, &s->continuations, f) != 0 ||
        schema_online_ids(a, &s->memory, &s->online_ids, f) != 0)
        return -1;
    /* The RecordID of a completed instance is the engine's to give. */
    s->completed.columns++;
    s->completed.column_count--;
    s->row = arena_array(&s->memory, s->active.column_count, sizeof *s->row);
    return s->row == NULL ? fault_set_memory(f) : difference_check(s->primary, a, f);
}

struct storage *
storage_new(struct db *primary, const struct activity *a, struct fault *f)
{
    struct storage *s = calloc(1, sizeof *s);

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->primary = primary;
    s->activity = a;
    if (describe_tables(s, f) == 0)
        return s;
    storage_free(s);
    return NULL;
}

void
storage_rest(struct storage *s)
{
    for (int i = 0; i < CHANGE_COUNT; i++) {
        table_writer_close(s->writers[i]);
        s->writers[i] = NULL;
    }
}

void
storage_free(struct storage *s)
{
    if (s == NULL)
        return;
    storage_rest(s);
    arena_release(&s->memory);
    free(s);
}

int
storage_load(struct storage *s, struct instance_set *b, struct fault *f)
{
    if (storage_load_set(s->primary, &s->names, b, f) == 0)
        return 0;
    return fault_wrap(f, "load instances of activity '%s'", s->activity->name);
}

/* ---- rows ---- */

static struct table_writer *
open_writer(struct storage *s, enum change which, struct fault *f)
{
    switch (which) {
    case INSERT_ACTIVE:
        return table_writer_open(s->primary, &s->active, f);
    case UPDATE_ACTIVE:
        return table_writer_open_update(s->primary, &s->active, f);
    case DELETE_ACTIVE:
        return table_writer_open_delete(s->primary, &s->active, f);
    case INSERT_COMPLETED:
        return table_writer_open(s->primary, &s->completed, f);
    case INSERT_ACTIVE_REFERENCE:
        return table_writer_open(s->primary, &s->references, f);
    case INSERT_COMPLETED_REFERENCE:
        return table_writer_open(s->primary, &s->completed_references, f);
    case INSERT_CONTINUATION:
        return table_writer_open(s->primary, &s->continuations, f);
    case INSERT_ONLINE_ID:
        return table_writer_open(s->primary, &s->online_ids, f);
    default:
        return table_writer_open_delete(s->primary, &s->continuations, f);
    }
}

static int
want_writer(struct storage *s, enum change which, struct fault *f)
{
    if (s->writers[which] == NULL)
        s->writers[which] = open_writer(s, which, f);
    return s->writers[which] == NULL ? -1 : 0;
}

/* Nothing else is written before these rows are finished: the connection is the sender's. */
static int
send_ahead(struct storage *s, enum change which, size_t rows, struct fault *f)
{
    if (rows < AHEAD_MIN)
        return 0;
    return want_writer(s, which, f) != 0 ? -1 : table_writer_send_ahead(s->writers[which], f);
}

static int
add_row(struct storage *s, enum change which, const struct value *row, struct fault *f)
{
    if (want_writer(s, which, f) != 0)
        return -1;
    return table_writer_add(s->writers[which], row, f);
}

/* Sends the rows of one kind. */
static int
finish(struct storage *s, enum change which, struct fault *f)
{
    return s->writers[which] == NULL ? 0 : table_writer_finish(s->writers[which], f);
}

/* As a measure -0.0 is 0, and some engines know no other: no reason to refuse an event. */
static struct value
without_negative_zero(struct value v)
{
    if (v.type == VALUE_FLOAT && v.as.real == 0)
        v.as.real = 0;
    return v;
}

/* Puts the checkpoints and LastModified into the row behind its first `n` cells. */
static void
fill_row(struct storage *s, const struct instance *i, size_t n)
{
    s->row[0] = i->id;
    for (size_t k = 0; k < s->activity->checkpoint_count; k++)
        s->row[n++] = without_negative_zero(i->values[k]);
    s->row[n] = s->now;
}

/* ---- relationships ---- */

/* ReferenceData holds 128 characters, ReferenceDataExtend what lies beyond. */
static size_t
first_characters(const struct value *text, size_t characters)
{
    size_t at = 0;

    while (at < text->as.text.length) {
        if (((unsigned char)text->as.text.bytes[at] & 0xC0) != 0x80 && characters-- == 0)
            break;
        at++;
    }
    return at;
}

/* Oldest first: the list holds the newest in front. A NULL record: of an active instance. */
static int
add_references(struct storage *s, const struct value *record, const struct value *id,
    const struct reference *r, struct fault *f)
{
    const struct event_reference *c;
    struct value row[7];
    size_t head;

    if (r == NULL)
        return 0;
    if (add_references(s, record, id, r->next, f) != 0)
        return -1;
    c = &r->content;
    row[1] = *id;
    row[2] = c->name;
    row[3] = c->data;
    row[4] = c->type.type == VALUE_NULL ? value_text("BizTalkService") : c->type;
    row[5] = c->long_data;
    row[6] = value_null();
    head = c->data.type == VALUE_TEXT ? first_characters(&c->data, 128) : 0;
    if (c->data.type == VALUE_TEXT && head < c->data.as.text.length) {
        row[3] = value_text_n(c->data.as.text.bytes, head);
        row[6] = value_text_n(c->data.as.text.bytes + head, c->data.as.text.length - head);
    }
    if (record == NULL)
        return add_row(s, INSERT_ACTIVE_REFERENCE, row + 1, f);
    row[0] = *record;
    return add_row(s, INSERT_COMPLETED_REFERENCE, row, f);
}

/* A merged token's stored ones go to its root. */
static int
rekey_references(struct storage *s, const struct instance_set *b, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = 0;

    sql_add(&sql, "UPDATE %n SET \"ActivityID\" = ? WHERE \"ActivityID\" = ?",
        s->names.active_relationships);
    for (size_t i = 0; rc == 0 && i < b->merged_count; i++) {
        const struct value row[] = {b->merged[i]->merged_into->id, b->merged[i]->id};

        rc = db_run_with(s->primary, text_hand_on(&sql), row, 2, f);
    }
    text_release(&sql);
    return rc;
}

#define REFERENCE_COLUMNS                                                                          \
    "\"ReferenceName\", \"ReferenceData\", \"ReferenceType\", \"LongReferenceData\", "             \
    "\"ReferenceDataExtend\""

/* The stored ones of completed instances move along, then the new ones follow. */
static int
move_references(struct storage *s, struct id_list *stored, struct fault *f)
{
    struct text sql = TEXT_INIT;
    const struct activity_names *n = &s->names;
    int rc = id_list_narrow(stored, s->primary, n->active_relationships, "ActivityID", f);

    if (rc == 0)
        rc = lookup_run(s->primary, stored,
            sql_set(&sql,
                "INSERT INTO %n(\"RecordID\", \"ActivityID\", " REFERENCE_COLUMNS
                ") SELECT c.\"RecordID\", r.\"ActivityID\", " REFERENCE_COLUMNS
                " FROM %n AS r JOIN %n AS c ON c.\"ActivityID\" = r.\"ActivityID\" "
                "WHERE r.\"ActivityID\"",
                n->completed_relationships, n->active_relationships, n->completed),
            f);
    if (rc == 0)
        rc = lookup_run(s->primary, stored,
            sql_set(&sql, "DELETE FROM %n WHERE \"ActivityID\"", n->active_relationships), f);
    text_release(&sql);
    return rc;
}

/* A set whose completed instances now have their RecordIDs. */
struct completion {
    struct storage *storage;
    struct instance_set *set;
};

static int
take_record(void *state, const struct value *row, struct fault *f)
{
    struct completion *c = state;
    const struct instance *i = instance_set_add(c->set, &row[0]);

    if (i == NULL)
        return fault_set_memory(f);
    return add_references(c->storage, &row[1], &i->id, i->references, f);
}

static int
save_completed_references(struct storage *s, struct instance_set *b, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_INT};
    struct completion completion = {s, b};
    struct id_list stored, fresh;
    struct text sql = TEXT_INIT;
    int rc = id_list_init(&stored, b->completed_count, f);

    if (id_list_init(&fresh, b->completed_count, f) != 0)
        rc = -1;
    for (size_t i = 0; rc == 0 && i < b->completed_count; i++) {
        const struct instance *in = b->completed[i];

        if (in->stored || b->merged_count > 0)
            stored.ids[stored.count++] = &in->id;
        if (in->references != NULL)
            fresh.ids[fresh.count++] = &in->id;
    }
    if (rc == 0 && stored.count > 0)
        rc = move_references(s, &stored, f);
    if (rc == 0)
        rc = lookup_rows(s->primary, &fresh,
            sql_set(&sql, "SELECT \"ActivityID\", \"RecordID\" FROM %n WHERE \"ActivityID\"",
                s->names.completed),
            types, 2, take_record, &completion, f);
    text_release(&sql);
    free(stored.ids);
    free(fresh.ids);
    return rc == 0 ? finish(s, INSERT_COMPLETED_REFERENCE, f) : -1;
}

/* ---- saving ---- */

static int
insert_completed(struct storage *s, const struct instance_set *b, struct fault *f)
{
    if (send_ahead(s, INSERT_COMPLETED, b->completed_count, f) != 0)
        return -1;
    for (size_t i = 0; i < b->completed_count; i++) {
        fill_row(s, b->completed[i], 1);
        if (add_row(s, INSERT_COMPLETED, s->row, f) != 0)
            return -1;
    }
    return finish(s, INSERT_COMPLETED, f);
}

static int
insert_online_ids(struct storage *s, const struct instance_set *b, struct fault *f)
{
    if (send_ahead(s, INSERT_ONLINE_ID, b->completed_count, f) != 0)
        return -1;
    for (size_t i = 0; i < b->completed_count; i++) {
        if (add_row(s, INSERT_ONLINE_ID, &b->completed[i]->id, f) != 0)
            return -1;
    }
    return finish(s, INSERT_ONLINE_ID, f);
}

static int
save_completed(struct storage *s, struct instance_set *b, struct fault *f)
{
    if (insert_completed(s, b, f) != 0 || insert_online_ids(s, b, f) != 0)
        return -1;
    return save_completed_references(s, b, f);
}

static int
save_active(struct storage *s, const struct instance *i, struct fault *f)
{
    if (i->fate != FATE_KEPT)
        return i->stored ? add_row(s, DELETE_ACTIVE, &i->id, f) : 0;
    if (!i->present || !i->changed)
        return 0;
    s->row[1] = value_int(i->visible);
    s->row[2] = value_int(i->ended);
    fill_row(s, i, 3);
    if (add_row(s, i->stored ? UPDATE_ACTIVE : INSERT_ACTIVE, s->row, f) != 0)
        return -1;
    return add_references(s, NULL, &i->id, i->references, f);
}

static int
save_actives(struct storage *s, struct instance_set *b, struct fault *f)
{
    static const enum change changes[] = {
        DELETE_ACTIVE, UPDATE_ACTIVE, INSERT_ACTIVE, INSERT_ACTIVE_REFERENCE};

    for (size_t i = 0; i < b->count; i++) {
        if (save_active(s, b->instances[i], f) != 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        if (finish(s, changes[i], f) != 0)
            return -1;
    }
    return 0;
}

/* Tokens whose root is another one than before, or none, leave; then those with a new one come. */
static int
save_continuations(struct storage *s, struct instance_set *b, struct fault *f)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct instance *token = b->instances[i];

        if (token->stored_parent != NULL && token->stored_parent != token->parent &&
            add_row(s, DELETE_CONTINUATION, &token->id, f) != 0)
            return -1;
    }
    if (finish(s, DELETE_CONTINUATION, f) != 0)
        return -1;
    for (size_t i = 0; i < b->count; i++) {
        const struct instance *token = b->instances[i];

        if (token->parent != NULL && token->stored_parent != token->parent) {
            const struct value row[] = {token->id, token->parent->id};

            if (add_row(s, INSERT_CONTINUATION, row, f) != 0)
                return -1;
        }
    }
    return finish(s, INSERT_CONTINUATION, f);
}

static int
save_set(struct storage *s, struct instance_set *b, struct fault *f)
{
    if (rekey_references(s, b, f) != 0 || save_completed(s, b, f) != 0 ||
        save_actives(s, b, f) != 0)
        return -1;
    return save_continuations(s, b, f);
}

int
storage_save(struct storage *s, struct instance_set *b, struct fault *f)
{
    s->now = value_time(clock_now());
    if (save_set(s, b, f) == 0)
        return 0;
    return fault_wrap(f, "save instances of activity '%s'", s->activity->name);
}
