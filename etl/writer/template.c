#include "etl/writer/template.h"

#include <stddef.h>
#include <string.h>

#include "etl/odbc/sql.h"

#define OFFSET(member) offsetof(struct activity_names, member)

static const struct token {
    const char *word;
    size_t name; /* where in activity_names */
} tokens[] = {
    {"active", OFFSET(active)},
    {"completed", OFFSET(completed)},
    {"references", OFFSET(active_relationships)},
    {"completed references", OFFSET(completed_relationships)},
    {"continuations", OFFSET(continuations)},
    {"online", OFFSET(online_ids)},
    {"import", OFFSET(primary_import)},
    {"continue", OFFSET(enable_continuation)},
    {"reference", OFFSET(add_reference)},
    {"root", OFFSET(root_of)},
    {"announce", OFFSET(announce)},
    {"complete", OFFSET(complete)},
};

static void
add_type(struct text *sql, const struct template_scope *s, const struct checkpoint *c)
{
    const struct table_column column = {.name = c->name, .type = c->type, .length = c->length};
    struct text type = TEXT_INIT;

    s->dialect->add_type(&type, &column);
    text_add_bytes(sql, text_get(&type),
        s->bare_types ? strcspn(text_get(&type), "( ") : strlen(text_get(&type)));
    if (s->bare_types && strncmp(text_get(&type), "double ", 7) == 0)
        text_add(sql, " precision");
    text_release(&type);
}

static void
add_each(struct text *sql, const char *body, size_t length, const struct template_scope *s)
{
    for (size_t i = 0; i < s->activity->checkpoint_count; i++) {
        const struct checkpoint *c = &s->activity->checkpoints[i];

        for (size_t k = 0; k < length; k++) {
            if (body[k] == '@')
                sql_add(sql, "%n", c->name);
            else if (body[k] == '#')
                s->add_parameter(sql, s->activity, i);
            else if (body[k] == '^')
                add_type(sql, s, c);
            else
                text_add_char(sql, body[k]);
        }
    }
}

static bool
is_word(const char *token, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(token, word, length) == 0;
}

static const char *
find_name(const char *token, size_t length, const struct activity_names *names)
{
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        if (is_word(token, length, tokens[i].word))
            return *(const char *const *)((const char *)names + tokens[i].name);
    }
    return NULL;
}

static void
add_token(struct text *sql, const char *token, size_t length, const struct template_scope *s)
{
    const char *name = find_name(token, length, s->names);
    const struct checkpoint id = {.type = VALUE_TEXT, .length = LIMIT_ACTIVITY_ID};

    if (name != NULL)
        sql_add(sql, "%n", name);
    else if (length > 5 && memcmp(token, "each ", 5) == 0)
        add_each(sql, token + 5, length - 5, s);
    else if (is_word(token, length, "activity"))
        sql_add(sql, "%t", s->activity->name);
    else if (is_word(token, length, "id"))
        add_type(sql, s, &id);
    else if (is_word(token, length, "checks") && s->add_checks != NULL)
        s->add_checks(sql, s);
    else
        text_add_format(sql, "{%.*s}", (int)length, token);
}

void
template_add(struct text *sql, const char *text, const struct template_scope *scope)
{
    const char *open, *close;

    while ((open = strchr(text, '{')) != NULL && (close = strchr(open, '}')) != NULL) {
        text_add_bytes(sql, text, (size_t)(open - text));
        add_token(sql, open + 1, (size_t)(close - open - 1), scope);
        text = close + 1;
    }
    text_add(sql, text);
}
