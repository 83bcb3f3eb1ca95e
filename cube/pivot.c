#include "cube/pivot.h"

#include <math.h>
#include <string.h>

#include "config/base/csv.h"
#include "cube/character.h"

void
pivot_csv_head(struct text *out, const struct cube_result *r)
{
    size_t level_count = r->row_count + r->column_count;

    for (size_t i = 0; i < level_count + r->measure_count; i++) {
        const char *name = i < level_count ? r->levels[i] : r->measures[i - level_count];

        if (i > 0)
            text_add_char(out, ',');
        csv_add_field(out, name, strlen(name));
    }
    text_add_char(out, '\n');
}

void
pivot_csv_line(struct text *out, const struct cube_result *r, const struct cube_line *line)
{
    size_t level_count = r->row_count + r->column_count;

    for (size_t i = 0; i < level_count + r->measure_count; i++) {
        if (i > 0)
            text_add_char(out, ',');
        if (i >= level_count)
            csv_add_value(out, &line->measures[i - level_count]);
        else if (cube_line_is_total(r, line, i))
            text_add(out, PIVOT_TOTAL);
        else
            csv_add_value(out, &line->labels[i]);
    }
    text_add_char(out, '\n');
}

/* A JSON string (RFC 8259). */
static void
add_string(struct text *out, const char *bytes, size_t length)
{
    size_t used;

    text_add_char(out, '"');
    for (size_t at = 0; at < length; at += used) {
        uint32_t character = character_read(bytes + at, length - at, &used);

        if (character == '"' || character == '\\')
            text_add_format(out, "\\%c", (int)character);
        else if (character < 0x20 || character == 0x7F)
            text_add_format(out, "\\u%04x", character);
        else if (character == CHARACTER_NONE)
            text_add(out, "\xEF\xBF\xBD");
        else
            text_add_bytes(out, bytes + at, used);
    }
    text_add_char(out, '"');
}

static void
add_value(struct text *out, const struct value *v)
{
    struct text plain = TEXT_INIT;
    bool number = v->type == VALUE_INT || (v->type == VALUE_FLOAT && isfinite(v->as.real));

    if (v->type == VALUE_NULL) {
        text_add(out, "null");
    } else if (number) {
        value_add_text(out, v);
    } else if (v->type == VALUE_TEXT) {
        add_string(out, v->as.text.bytes, v->as.text.length);
    } else {
        value_add_text(&plain, v);
        add_string(out, text_get(&plain), plain.length);
    }
    out->failed |= plain.failed;
    text_release(&plain);
}

void
pivot_json_line(struct text *out, const struct cube_result *r, const struct cube_line *line)
{
    size_t level_count = r->row_count + r->column_count;

    text_add_char(out, '{');
    for (size_t i = 0; i < level_count + r->measure_count; i++) {
        const char *name = i < level_count ? r->levels[i] : r->measures[i - level_count];

        if (i > 0)
            text_add_char(out, ',');
        add_string(out, name, strlen(name));
        text_add_char(out, ':');
        if (i >= level_count)
            add_value(out, &line->measures[i - level_count]);
        else if (cube_line_is_total(r, line, i))
            add_string(out, PIVOT_TOTAL, strlen(PIVOT_TOTAL));
        else
            add_value(out, &line->labels[i]);
    }
    text_add_char(out, '}');
}
