#include "etl/event/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "etl/event/utf8.h"

char
sheet_guess_separator(const char *bytes, size_t length)
{
    static const char separators[] = {',', ';', '\t'};
    size_t counts[sizeof separators] = {0};
    size_t best = 0;
    bool quoted = false;

    for (size_t i = 0; i < length && (quoted || bytes[i] != '\n'); i++) {
        quoted ^= bytes[i] == '"';
        for (size_t k = 0; k < sizeof separators; k++)
            counts[k] += !quoted && bytes[i] == separators[k];
    }
    for (size_t k = 1; k < sizeof separators; k++) {
        if (counts[k] > counts[best])
            best = k;
    }
    return separators[best];
}

static int
add_column(struct sheet *t, size_t i, struct fault *f)
{
    const struct csv_field *field = &t->reader->fields[i];
    char excerpt[EXCERPT_BYTES];
    size_t characters;
    size_t column;

    if (field->length == 0 && i > 0)
        return fault_set(f, FAULT_DATA, "line %llu: column %zu has no name",
            (unsigned long long)t->reader->line, i + 1);
    utf8_excerpt(field->bytes, field->length, excerpt);
    if (utf8_count(field->bytes, field->length, &characters) != 0)
        return fault_set(f, FAULT_DATA, "line %llu: column name '%s' is not UTF-8",
            (unsigned long long)t->reader->line, excerpt);
    if ((column = names_add(&t->columns, field->bytes, field->length, f)) == NAMES_NONE)
        return -1;
    if (column != i)
        return fault_set(f, FAULT_DATA, "line %llu: column '%s' occurs twice",
            (unsigned long long)t->reader->line, excerpt);
    return 0;
}

static int
read_header(struct sheet *t, struct fault *f)
{
    int rc = csv_read(t->reader, f);

    if (rc == 0)
        return fault_set(f, FAULT_DATA, "the file is empty");
    if (rc < 0)
        return -1;
    if (t->reader->field_count > SHEET_LIMIT_COLUMNS)
        return fault_set(f, FAULT_DATA, "line %llu: more than %d columns",
            (unsigned long long)t->reader->line, SHEET_LIMIT_COLUMNS);
    for (size_t i = 0; i < t->reader->field_count; i++) {
        if (add_column(t, i, f) != 0)
            return -1;
    }
    t->is_indexed = t->columns.entries[0].length == 0;
    return 0;
}

int
sheet_open(struct sheet *t, struct input *in, char separator, struct fault *f)
{
    const char *head;
    size_t length;

    *t = (struct sheet){.row = 0};
    if (input_peek(in, &head, &length, f) != 0)
        return -1;
    if ((t->reader = malloc(sizeof *t->reader)) == NULL)
        return fault_set_memory(f);
    csv_reader_init(t->reader, input_source(in),
        separator != 0 ? separator : sheet_guess_separator(head, length), SHEET_LIMIT_RECORD_BYTES);
    t->reader->raw = &t->raw;
    return read_header(t, f);
}

void
sheet_close(struct sheet *t)
{
    if (t->reader != NULL)
        csv_reader_release(t->reader);
    free(t->reader);
    text_release(&t->raw);
    names_release(&t->columns);
    *t = (struct sheet){.row = 0};
}

static void
cut_line_end(struct text *t)
{
    size_t length = t->length;

    while (length > 0 && (t->bytes[length - 1] == '\n' || t->bytes[length - 1] == '\r'))
        length--;
    text_cut(t, length);
}

enum source_result
sheet_next(struct sheet *t, struct fault *f)
{
    int rc = csv_read(t->reader, f);
    struct fault skipping = FAULT_INIT;

    if (rc == 0)
        return SOURCE_END;
    t->row++;
    t->line = t->reader->line;
    if (rc < 0) {
        if (f->kind != FAULT_DATA || csv_skip_line(t->reader, &skipping) != 0)
            return SOURCE_FAULT;
        cut_line_end(&t->raw);
        return SOURCE_REJECT;
    }
    cut_line_end(&t->raw);
    if (t->reader->field_count == t->columns.count)
        return SOURCE_RECORD;
    fault_set(f, FAULT_DATA, "line %llu: %zu fields, the header has %zu",
        (unsigned long long)t->line, t->reader->field_count, t->columns.count);
    return SOURCE_REJECT;
}

size_t
sheet_find(const struct sheet *t, const char *name)
{
    return names_find(&t->columns, name, strlen(name));
}

bool
sheet_get(const struct sheet *t, size_t column, const char **bytes, size_t *length)
{
    const struct csv_field *field = &t->reader->fields[column];

    *bytes = field->bytes;
    *length = field->length;
    return field->length > 0 || field->quoted;
}
