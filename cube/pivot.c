#include "cube/pivot.h"

#include <math.h>
#include <string.h>

#include "config/base/csv.h"

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

/* Length of the UTF-8 sequence at `at`, 0 when it is none (RFC 3629). */
static size_t
sequence_length(const unsigned char *at, size_t room)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;

    if (at[0] > 0xF4 || length > room)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return length;
}

/* A JSON string (RFC 8259). */
static void
add_string(struct text *out, const char *bytes, size_t length)
{
    text_add_char(out, '"');
    for (size_t at = 0; at < length;) {
        unsigned char c = (unsigned char)bytes[at];
        size_t size = sequence_length((const unsigned char *)bytes + at, length - at);

        if (c == '"' || c == '\\')
            text_add_format(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            text_add_format(out, "\\u%04x", c);
        else if (size == 0)
            text_add(out, "\xEF\xBF\xBD");
        else
            text_add_bytes(out, bytes + at, size);
        at += size == 0 ? 1 : size;
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
