#include <stdlib.h>
#include <string.h>

#include "etl/event/json_value.h"
#include "etl/event/lines.h"
#include "etl/event/survey.h"
#include "etl/event/utf8.h"

enum { LIMIT_LINE_BYTES = 16 * 1024 * 1024 };

/* A JSON value shows what it is: a text is never a number, true and false go into an INT. */
static int
add_value(struct survey *s, struct survey_column *c, const json_t *value, struct fault *f)
{
    unsigned types = 0;
    char *text;
    int rc;

    if (json_is_null(value))
        return 0;
    if (json_is_string(value))
        return survey_add(
            s, c, json_string_value(value), json_string_length(value), SURVEY_TIME, f);
    if (json_is_boolean(value))
        return survey_add(s, c, json_is_true(value) ? "1" : "0", 1, SURVEY_INT, f);
    if (json_is_integer(value))
        types = SURVEY_INT | SURVEY_FLOAT;
    else if (json_is_real(value))
        types = SURVEY_FLOAT;
    else
        return fault_set(f, FAULT_DATA, "an object or an array is no value");
    if ((text = json_dumps(value, JSON_ENCODE_ANY)) == NULL)
        return fault_set_memory(f);
    rc = survey_add(s, c, text, strlen(text), types, f);
    free(text);
    return rc;
}

/* 1 for lines of the activity that was asked for, or of the first one there is; 0, or -1. */
static int
is_ours(struct survey *s, const json_t *line, struct fault *f)
{
    const char *name = json_string_value(json_object_get(line, "activity"));

    if (name == NULL)
        return 1;
    if (s->activity.length == 0)
        text_add(&s->activity, name);
    return text_check(&s->activity, f) != 0 ? -1 : strcmp(text_get(&s->activity), name) == 0;
}

static int
add_line(struct survey *s, const struct lines *l, struct fault *f)
{
    json_t *line = json_value_parse(text_get(&l->line), l->line.length, f);
    char excerpt[EXCERPT_BYTES];
    const char *key;
    json_t *value;
    int ours = line == NULL ? -1 : is_ours(s, line, f);
    int rc = ours < 0 ? -1 : 0;

    if (ours == 1) {
        json_object_foreach(json_object_get(line, "data"), key, value)
        {
            struct survey_column *c = survey_column(s, true, key, strlen(key), f);

            if (c == NULL || add_value(s, c, value, f) != 0) {
                rc = fault_wrap(f, "'%s'", utf8_excerpt(key, strlen(key), excerpt));
                break;
            }
        }
    }
    json_decref(line);
    return rc;
}

static bool
is_blank(const struct lines *l)
{
    return strspn(text_get(&l->line), " \t") == l->line.length;
}

int
survey_read_jsonl(
    struct survey *s, struct input *in, const struct source_options *options, struct fault *f)
{
    struct lines *l = malloc(sizeof *l);
    int rc;

    if (l == NULL)
        return fault_set_memory(f);
    if (options->activity != NULL)
        text_add(&s->activity, options->activity);
    lines_init(l, input_source(in), LIMIT_LINE_BYTES);
    while ((rc = lines_next(l, f)) == 1) {
        if (is_blank(l))
            continue;
        rc = l->too_long ? fault_set(f, FAULT_DATA, "the line is too long") : add_line(s, l, f);
        if (rc != 0) {
            fault_wrap(f, "line %llu", (unsigned long long)l->number);
            break;
        }
    }
    lines_release(l);
    free(l);
    return rc;
}
