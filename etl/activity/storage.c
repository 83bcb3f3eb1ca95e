#include "etl/activity/storage.h"

#include <stdlib.h>

#include "config/base/clock.h"
#include "etl/activity/hold.h"
#include "etl/activity/names.h"
#include "etl/activity/partition.h"

/* IDs asked for in one query. Long enough to make round trips rare, short enough for every engine.
 */
enum { IDS_PER_QUERY = 250 };

enum statement {
    INSERT_ACTIVE,
    UPDATE_ACTIVE,
    DELETE_ACTIVE,
    INSERT_COMPLETED,
    MOVE_REFERENCES,   /* of a completed instance: active -> completed */
    DELETE_REFERENCES, /* the active ones */
    REKEY_REFERENCES,  /* of a merged token, to its root */
    INSERT_ACTIVE_REFERENCE,
    INSERT_COMPLETED_REFERENCE,
    INSERT_CONTINUATION,
    DELETE_CONTINUATION,
    STATEMENT_COUNT
};

struct storage {
    struct db *primary;
    const struct activity *activity;
    struct arena memory;
    struct activity_names names;
    struct stmt *statements[STATEMENT_COUNT];
    struct value *row;      /* as many cells as Active has columns */
    enum value_type *types; /* of an Active row as it is loaded */
    int64_t now;
};

#define REFERENCE_COLUMNS                                                                          \
    "\"ActivityID\", \"ReferenceName\", \"ReferenceData\", \"ReferenceType\", "                    \
    "\"LongReferenceData\", \"ReferenceDataExtend\""

void
storage_add_columns(struct text *sql, const struct activity *a)
{
    for (size_t i = 0; i < a->checkpoint_count; i++)
        sql_add(sql, i == 0 ? "%n" : ", %n", a->checkpoints[i].name);
}

/* ---- statements ---- */

static void
add_marks(struct text *sql, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add(sql, i == 0 ? "?" : ", ?");
}

static void
add_insert_active(struct text *sql, const struct storage *s)
{
    sql_add(sql, "INSERT INTO %n(\"ActivityID\", \"IsVisible\", \"IsComplete\", ", s->names.active);
    storage_add_columns(sql, s->activity);
    text_add(sql, ", \"LastModified\") VALUES (");
    add_marks(sql, s->activity->checkpoint_count + 4);
    text_add_char(sql, ')');
}

static void
add_update_active(struct text *sql, const struct storage *s)
{
    sql_add(sql, "UPDATE %n SET \"IsVisible\" = ?, \"IsComplete\" = ?", s->names.active);
    for (size_t i = 0; i < s->activity->checkpoint_count; i++)
        sql_add(sql, ", %n = ?", s->activity->checkpoints[i].name);
    text_add(sql, ", \"LastModified\" = ? WHERE \"ActivityID\" = ?");
}

static void
add_insert_completed(struct text *sql, const struct storage *s)
{
    sql_add(sql, "INSERT INTO %n(\"ActivityID\", ", s->names.completed);
    storage_add_columns(sql, s->activity);
    text_add(sql, ", \"LastModified\") VALUES (");
    add_marks(sql, s->activity->checkpoint_count + 2);
    text_add_char(sql, ')');
}

static void
add_statement(struct text *sql, const struct storage *s, enum statement which)
{
    const struct activity_names *n = &s->names;

    switch (which) {
    case INSERT_ACTIVE:
        add_insert_active(sql, s);
        break;
    case UPDATE_ACTIVE:
        add_update_active(sql, s);
        break;
    case DELETE_ACTIVE:
        sql_add(sql, "DELETE FROM %n WHERE \"ActivityID\" = ?", n->active);
        break;
    case INSERT_COMPLETED:
        add_insert_completed(sql, s);
        break;
    case MOVE_REFERENCES:
        sql_add(sql,
            "INSERT INTO %n(\"RecordID\", " REFERENCE_COLUMNS
            ") SELECT c.\"RecordID\", r.\"ActivityID\", "
            "r.\"ReferenceName\", r.\"ReferenceData\", r.\"ReferenceType\", "
            "r.\"LongReferenceData\", "
            "r.\"ReferenceDataExtend\" FROM %n AS r JOIN %n AS c ON c.\"ActivityID\" = "
            "r.\"ActivityID\" "
            "WHERE r.\"ActivityID\" = ?",
            n->completed_relationships, n->active_relationships, n->completed);
        break;
    case DELETE_REFERENCES:
        sql_add(sql, "DELETE FROM %n WHERE \"ActivityID\" = ?", n->active_relationships);
        break;
    case REKEY_REFERENCES:
        sql_add(sql, "UPDATE %n SET \"ActivityID\" = ? WHERE \"ActivityID\" = ?",
            n->active_relationships);
        break;
    case INSERT_ACTIVE_REFERENCE:
        sql_add(sql, "INSERT INTO %n(" REFERENCE_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)",
            n->active_relationships);
        break;
    case INSERT_COMPLETED_REFERENCE:
        sql_add(sql,
            "INSERT INTO %n(" REFERENCE_COLUMNS
            ", \"RecordID\") SELECT ?, ?, ?, ?, ?, ?, \"RecordID\" "
            "FROM %n WHERE \"ActivityID\" = ?",
            n->completed_relationships, n->completed);
        break;
    case INSERT_CONTINUATION:
        sql_add(sql, "INSERT INTO %n(\"ActivityID\", \"ParentActivityID\") VALUES (?, ?)",
            n->continuations);
        break;
    default:
        sql_add(sql, "DELETE FROM %n WHERE \"ActivityID\" = ?", n->continuations);
    }
}

/* The statement, prepared when it is first wanted. */
static struct stmt *
statement(struct storage *s, enum statement which, struct fault *f)
{
    struct text sql = TEXT_INIT;

    if (s->statements[which] == NULL) {
        add_statement(&sql, s, which);
        if (text_check(&sql, f) == 0)
            s->statements[which] = db_prepare(s->primary, text_get(&sql), f);
        text_release(&sql);
    }
    return s->statements[which];
}

static int
run(struct storage *s, enum statement which, const struct value *row, size_t count, struct fault *f)
{
    struct stmt *st = statement(s, which, f);

    return st == NULL || stmt_bind_row(st, row, count, f) != 0 ? -1 : stmt_run(st, f);
}

struct storage *
storage_new(struct db *primary, const struct activity *a, struct fault *f)
{
    struct storage *s = calloc(1, sizeof *s);
    size_t columns = a->checkpoint_count + 5;

    if (s == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    s->primary = primary;
    s->activity = a;
    s->row = arena_array(&s->memory, columns, sizeof *s->row);
    s->types = arena_array(&s->memory, columns, sizeof *s->types);
    if (s->row == NULL || s->types == NULL) {
        fault_set_memory(f);
    } else if (activity_names_init(&s->names, &s->memory, a->name, f) == 0) {
        s->types[0] = VALUE_TEXT;
        s->types[1] = s->types[2] = VALUE_INT;
        for (size_t i = 0; i < a->checkpoint_count; i++)
            s->types[i + 3] = a->checkpoints[i].type;
        return s;
    }
    storage_free(s);
    return NULL;
}

void
storage_free(struct storage *s)
{
    if (s == NULL)
        return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        stmt_free(s->statements[i]);
    arena_release(&s->memory);
    free(s);
}

/* ---- loading ---- */

/* What to do with a row that was read for the batch. */
typedef int (*take_row)(
    struct storage *s, struct instance_set *b, const struct value *row, struct fault *f);

static void
add_literal(struct text *sql, const struct value *id)
{
    /* batch IDs are NUL-terminated copies */
    sql_add(sql, "%t", id->as.text.bytes);
}

/* Runs "<select> (id, id, ...)" for the instances from `first` on and hands each row over. */
static int
query_ids(struct storage *s, struct instance_set *b, const char *select, size_t first, size_t end,
    const enum value_type *types, size_t columns, take_row take, struct fault *f)
{
    struct text sql = TEXT_INIT;
    struct stmt *st;
    int rc = -1;

    text_add(&sql, select);
    for (size_t i = first; i < end; i++) {
        text_add(&sql, i == first ? " (" : ", ");
        add_literal(&sql, &b->instances[i]->id);
    }
    text_add_char(&sql, ')');
    st = text_check(&sql, f) == 0 ? db_prepare(s->primary, text_get(&sql), f) : NULL;
    if (st != NULL && stmt_query(st, types, columns, f) == 0) {
        while ((rc = stmt_fetch(st, s->row, f)) == 1) {
            if ((rc = take(s, b, s->row, f)) != 0)
                break;
        }
    }
    stmt_free(st);
    text_release(&sql);
    return rc;
}

static int
query_range(struct storage *s, struct instance_set *b, const char *select, size_t first, size_t end,
    const enum value_type *types, size_t columns, take_row take, struct fault *f)
{
    for (size_t at = first; at < end; at += IDS_PER_QUERY) {
        size_t stop = end - at < IDS_PER_QUERY ? end : at + IDS_PER_QUERY;

        if (query_ids(s, b, select, at, stop, types, columns, take, f) != 0)
            return -1;
    }
    return 0;
}

static int
take_continuation(
    struct storage *s, struct instance_set *b, const struct value *row, struct fault *f)
{
    struct instance *token = instance_set_add(b, &row[0]);
    struct instance *parent = instance_set_add(b, &row[1]);

    (void)s;
    if (token == NULL || parent == NULL)
        return fault_set_memory(f);
    if (token->stored_parent == NULL) {
        token->parent = token->stored_parent = parent;
        parent->open_tokens++;
    }
    return 0;
}

/* Continuations lead to further instances (roots, tokens of the same root), and these to others. */
static int
load_continuations(struct storage *s, struct instance_set *b, struct fault *f)
{
    static const enum value_type types[] = {VALUE_TEXT, VALUE_TEXT};
    struct text by_token = TEXT_INIT, by_parent = TEXT_INIT;
    int rc = 0;

    sql_add(&by_token,
        "SELECT \"ActivityID\", \"ParentActivityID\" FROM %n WHERE \"ActivityID\" IN",
        s->names.continuations);
    sql_add(&by_parent,
        "SELECT \"ActivityID\", \"ParentActivityID\" FROM %n WHERE \"ParentActivityID\" IN",
        s->names.continuations);
    for (size_t first = 0; rc == 0 && first < b->count;) {
        size_t end = b->count;

        rc = query_range(s, b, text_get(&by_token), first, end, types, 2, take_continuation, f);
        if (rc == 0)
            rc =
                query_range(s, b, text_get(&by_parent), first, end, types, 2, take_continuation, f);
        first = end;
    }
    text_release(&by_token);
    text_release(&by_parent);
    return rc;
}

static int
take_active(struct storage *s, struct instance_set *b, const struct value *row, struct fault *f)
{
    struct instance *i = instance_set_add(b, &row[0]);

    if (i == NULL)
        return fault_set_memory(f);
    for (size_t k = 0; k < s->activity->checkpoint_count; k++) {
        if (instance_set_value(b, i, k, &row[k + 3], f) != 0)
            return -1;
    }
    i->present = i->stored = true;
    i->changed = false;
    i->visible = row[1].type == VALUE_INT && row[1].as.integer != 0;
    i->ended = row[2].type == VALUE_INT && row[2].as.integer != 0;
    return 0;
}

static int
load_active(struct storage *s, struct instance_set *b, struct fault *f)
{
    struct text select = TEXT_INIT, name = TEXT_INIT;
    int rc;

    text_add(&select, "SELECT \"ActivityID\", \"IsVisible\", \"IsComplete\"");
    for (size_t i = 0; i < s->activity->checkpoint_count; i++) {
        text_add(&select, ", ");
        db_dialect(s->primary)
            ->add_read(&select, sql_set(&name, "%n", s->activity->checkpoints[i].name),
                s->activity->checkpoints[i].type);
    }
    sql_add(&select, " FROM %n WHERE \"ActivityID\" IN", s->names.active);
    rc = query_range(s, b, text_get(&select), 0, b->count, s->types,
        s->activity->checkpoint_count + 3, take_active, f);
    text_release(&name);
    text_release(&select);
    return rc;
}

static int
take_completed(struct storage *s, struct instance_set *b, const struct value *row, struct fault *f)
{
    struct instance *i = instance_set_add(b, &row[0]);

    (void)s;
    if (i == NULL)
        return fault_set_memory(f);
    i->completed_online = true;
    return 0;
}

static int
load_completed_of(struct storage *s, struct instance_set *b, const char *table, struct fault *f)
{
    static const enum value_type type = VALUE_TEXT;
    struct text select = TEXT_INIT;
    int rc;

    sql_add(&select, "SELECT \"ActivityID\" FROM %n WHERE \"ActivityID\" IN", table);
    rc = query_range(s, b, text_get(&select), 0, b->count, &type, 1, take_completed, f);
    text_release(&select);
    return rc;
}

int
storage_load(struct storage *s, struct instance_set *b, struct fault *f)
{
    struct partition_list live = {0};
    int rc = hold_share(s->primary, s->activity->name, f);

    if (rc == 0)
        rc = load_continuations(s, b, f);
    if (rc == 0)
        rc = load_active(s, b, f);
    if (rc == 0)
        rc = load_completed_of(s, b, s->names.completed, f);
    /* Read each time: a maintenance run may have swapped between two batches of an import. */
    if (rc == 0)
        rc = partition_read(s->primary, s->activity->name, PARTITIONS_LIVE, &b->memory, &live, f);
    for (size_t i = 0; rc == 0 && i < live.count; i++)
        rc = load_completed_of(s, b, live.items[i].instances, f);
    return rc == 0 ? 0 : fault_wrap(f, "load instances of activity '%s'", s->activity->name);
}

/* ---- saving ---- */

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

static int
save_reference(
    struct storage *s, const struct instance *i, const struct reference *r, struct fault *f)
{
    const struct event_reference *c = &r->content;
    bool completed = i->fate == FATE_COMPLETED;
    struct value row[] = {i->id, c->name, c->data,
        c->type.type == VALUE_NULL ? value_text("BizTalkService") : c->type, c->long_data,
        value_null(), i->id};
    size_t head = c->data.type == VALUE_TEXT ? first_characters(&c->data, 128) : 0;

    if (c->data.type == VALUE_TEXT && head < c->data.as.text.length) {
        row[2] = value_text_n(c->data.as.text.bytes, head);
        row[5] = value_text_n(c->data.as.text.bytes + head, c->data.as.text.length - head);
    }
    return run(s, completed ? INSERT_COMPLETED_REFERENCE : INSERT_ACTIVE_REFERENCE, row,
        completed ? 7 : 6, f);
}

/* Oldest first: the list holds the newest in front. */
static int
save_references(
    struct storage *s, const struct instance *i, const struct reference *r, struct fault *f)
{
    if (r == NULL)
        return 0;
    if (save_references(s, i, r->next, f) != 0)
        return -1;
    return save_reference(s, i, r, f);
}

static int
save_completion(
    struct storage *s, const struct instance_set *b, const struct instance *i, struct fault *f)
{
    bool may_have_references = i->stored || b->merged_count > 0;
    size_t n = 0;

    s->row[n++] = i->id;
    for (size_t k = 0; k < s->activity->checkpoint_count; k++)
        s->row[n++] = i->values[k];
    s->row[n++] = value_time(s->now);
    if (run(s, INSERT_COMPLETED, s->row, n, f) != 0)
        return -1;
    if (may_have_references && (run(s, MOVE_REFERENCES, &i->id, 1, f) != 0 ||
                                   run(s, DELETE_REFERENCES, &i->id, 1, f) != 0))
        return -1;
    return save_references(s, i, i->references, f);
}

static int
save_active(struct storage *s, const struct instance *i, struct fault *f)
{
    size_t n = 0;

    if (!i->stored)
        s->row[n++] = i->id;
    s->row[n++] = value_int(i->visible);
    s->row[n++] = value_int(i->ended);
    for (size_t k = 0; k < s->activity->checkpoint_count; k++)
        s->row[n++] = i->values[k];
    s->row[n++] = value_time(s->now);
    if (i->stored)
        s->row[n++] = i->id;
    if (run(s, i->stored ? UPDATE_ACTIVE : INSERT_ACTIVE, s->row, n, f) != 0)
        return -1;
    return save_references(s, i, i->references, f);
}

static int
save_continuation(struct storage *s, const struct instance *token, struct fault *f)
{
    if (token->parent == token->stored_parent)
        return 0;
    if (token->stored_parent != NULL && run(s, DELETE_CONTINUATION, &token->id, 1, f) != 0)
        return -1;
    if (token->parent != NULL) {
        const struct value row[] = {token->id, token->parent->id};

        return run(s, INSERT_CONTINUATION, row, 2, f);
    }
    return 0;
}

static int
save_merge(struct storage *s, const struct instance *token, struct fault *f)
{
    const struct value row[] = {token->merged_into->id, token->id};

    return run(s, REKEY_REFERENCES, row, 2, f);
}

int
storage_save(struct storage *s, struct instance_set *b, struct fault *f)
{
    int rc = 0;

    s->now = clock_now();
    for (size_t i = 0; rc == 0 && i < b->merged_count; i++)
        rc = save_merge(s, b->merged[i], f);
    for (size_t i = 0; rc == 0 && i < b->completed_count; i++)
        rc = save_completion(s, b, b->completed[i], f);
    for (size_t i = 0; rc == 0 && i < b->count; i++) {
        const struct instance *in = b->instances[i];

        if (in->fate != FATE_KEPT && in->stored)
            rc = run(s, DELETE_ACTIVE, &in->id, 1, f);
        else if (in->fate == FATE_KEPT && in->present && in->changed)
            rc = save_active(s, in, f);
        if (rc == 0)
            rc = save_continuation(s, in, f);
    }
    return rc == 0 ? 0 : fault_wrap(f, "save instances of activity '%s'", s->activity->name);
}
