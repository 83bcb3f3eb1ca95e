#include "config/base/csv.h"

#include <stdlib.h>
#include <string.h>

void
csv_reader_init(
    struct csv_reader *r, struct byte_source source, char separator, size_t record_limit_bytes)
{
    r->source = source;
    r->separator = separator;
    r->record_limit_bytes = record_limit_bytes;
    r->keep_empty_lines = false;
    r->line = 0;
    r->fields = NULL;
    r->field_count = r->field_room = 0;
    r->record = (struct text)TEXT_INIT;
    r->next_line = 1;
    r->raw = NULL;
    r->at = r->filled = r->kept = 0;
    r->started = false;
}

void
csv_reader_release(struct csv_reader *r)
{
    free(r->fields);
    r->fields = NULL;
    text_release(&r->record);
}

enum { END_OF_SOURCE = -1, SOURCE_FAILED = -2 };

/* Adds to `raw` what was taken from the buffer since the last time. */
static void
keep_raw(struct csv_reader *r)
{
    size_t length = r->at - r->kept;

    if (r->raw != NULL && r->raw->length < r->record_limit_bytes)
        text_add_bytes(r->raw, r->buffer + r->kept, length);
    r->kept = r->at;
}

/* The next byte without taking it. */
static int
peek(struct csv_reader *r, struct fault *f)
{
    ssize_t n;

    if (r->at < r->filled)
        return (unsigned char)r->buffer[r->at];
    keep_raw(r);
    n = r->source.read(r->source.state, r->buffer, sizeof r->buffer, f);
    if (n < 0)
        return SOURCE_FAILED;
    r->at = r->kept = 0;
    r->filled = (size_t)n;
    return n == 0 ? END_OF_SOURCE : (unsigned char)r->buffer[0];
}

static int
refuse(const struct csv_reader *r, struct fault *f, const char *what)
{
    return fault_set(f, FAULT_DATA, "line %llu: %s", (unsigned long long)r->line, what);
}

/* Starts a field; its bytes pointer holds an offset until the record is complete (the text may
 * move). */
static int
open_field(struct csv_reader *r, struct fault *f)
{
    if (r->field_count == r->field_room) {
        size_t room = r->field_room == 0 ? 16 : r->field_room * 2;
        struct csv_field *grown = realloc(r->fields, room * sizeof *grown);

        if (grown == NULL)
            return fault_set_memory(f);
        r->fields = grown;
        r->field_room = room;
    }
    r->fields[r->field_count++] = (struct csv_field){.length = r->record.length};
    return 0;
}

static void
close_field(struct csv_reader *r)
{
    struct csv_field *field = &r->fields[r->field_count - 1];
    size_t start = field->length;

    field->length = r->record.length - start;
    text_add_char(&r->record, '\0');
}

/* The inside of a quoted field, after its opening quote. */
static int
read_quoted(struct csv_reader *r, struct fault *f)
{
    r->fields[r->field_count - 1].quoted = true;
    for (;;) {
        int c = peek(r, f);

        if (c == SOURCE_FAILED)
            return -1;
        if (c == END_OF_SOURCE)
            return refuse(r, f, "a quoted field is not closed");
        r->at++;
        if (c == '\n')
            r->next_line++;
        if (c == '"') {
            if (peek(r, f) != '"')
                return 0;
            r->at++;
        }
        if (c == 0)
            return refuse(r, f, "a NUL character, is this a text file?");
        text_add_char(&r->record, (char)c);
        if (r->record.length > r->record_limit_bytes)
            return refuse(r, f, "the record is too long");
    }
}

/* Plain bytes up to a separator, a line end or a quote, taken in one piece. */
static int
read_plain(struct csv_reader *r, struct fault *f)
{
    size_t start = r->at;

    while (r->at < r->filled) {
        char c = r->buffer[r->at];

        if (c == r->separator || c == '\n' || c == '\r' || c == '"')
            break;
        if (c == '\0')
            return refuse(r, f, "a NUL character, is this a text file?");
        r->at++;
    }
    text_add_bytes(&r->record, r->buffer + start, r->at - start);
    if (r->record.length > r->record_limit_bytes)
        return refuse(r, f, "the record is too long");
    return 0;
}

/* LF, CRLF or the end of the source. Returns 1 when the record ends here, 0 when not, -1. */
static int
at_record_end(struct csv_reader *r, int c, struct fault *f)
{
    if (c == END_OF_SOURCE)
        return 1;
    if (c != '\n' && c != '\r')
        return 0;
    r->at++;
    if (c == '\r') {
        if ((c = peek(r, f)) == SOURCE_FAILED)
            return -1;
        if (c != '\n')
            return refuse(r, f, "a carriage return without a line feed");
        r->at++;
    }
    r->next_line++;
    return 1;
}

/* One field up to its separator or the record's end. Returns 1 when the record ended, 0, -1. */
static int
read_field(struct csv_reader *r, struct fault *f)
{
    int c;
    int ended;

    if (open_field(r, f) != 0)
        return -1;
    for (;;) {
        if ((c = peek(r, f)) == SOURCE_FAILED)
            return -1;
        if (c == (unsigned char)r->separator) {
            r->at++;
            close_field(r);
            return 0;
        }
        if ((ended = at_record_end(r, c, f)) != 0) {
            close_field(r);
            return ended;
        }
        if (r->fields[r->field_count - 1].quoted)
            return refuse(r, f, "text after a closing quote");
        if (c == '"') {
            if (r->record.length > r->fields[r->field_count - 1].length)
                return refuse(r, f, "a quote inside an unquoted field");
            r->at++;
            if (read_quoted(r, f) != 0)
                return -1;
        } else if (read_plain(r, f) != 0) {
            return -1;
        }
    }
}

static int
skip_byte_order_mark(struct csv_reader *r, struct fault *f)
{
    if (r->started)
        return 0;
    r->started = true;
    if (peek(r, f) == SOURCE_FAILED)
        return -1;
    if (r->filled >= 3 && memcmp(r->buffer, "\xEF\xBB\xBF", 3) == 0)
        r->at = 3;
    return 0;
}

static void
settle_fields(struct csv_reader *r)
{
    const char *at = text_get(&r->record);

    for (size_t i = 0; i < r->field_count; i++) {
        r->fields[i].bytes = at;
        at += r->fields[i].length + 1;
    }
}

/* Adds a field that lies at `bytes`. */
static int
add_in_place(struct csv_reader *r, const char *bytes, size_t length, struct fault *f)
{
    if (open_field(r, f) != 0)
        return -1;
    r->fields[r->field_count - 1].bytes = bytes;
    r->fields[r->field_count - 1].length = length;
    return 0;
}

/*
 * Most records lie whole in the buffer and hold neither a quote nor anything to refuse: these are
 * cut up where they lie, a NUL in place of each separator. 1, 0 when this is another one, -1.
 */
static int
read_in_place(struct csv_reader *r, struct fault *f)
{
    char *at = r->buffer + r->at, *comma;
    char *newline = memchr(at, '\n', r->filled - r->at), *end = newline;

    if (newline == NULL)
        return 0;
    if (end > at && end[-1] == '\r')
        end--;
    if ((size_t)(end - at) > r->record_limit_bytes || memchr(at, '"', (size_t)(end - at)) != NULL ||
        memchr(at, '\r', (size_t)(end - at)) != NULL ||
        memchr(at, '\0', (size_t)(end - at)) != NULL)
        return 0;
    if (r->raw != NULL) {
        text_clear(r->raw);
        text_add_bytes(r->raw, at, (size_t)(newline + 1 - at));
    }
    while ((comma = memchr(at, r->separator, (size_t)(end - at))) != NULL) {
        *comma = '\0';
        if (add_in_place(r, at, (size_t)(comma - at), f) != 0)
            return -1;
        at = comma + 1;
    }
    *end = '\0';
    r->at = r->kept = (size_t)(newline + 1 - r->buffer);
    r->next_line++;
    return add_in_place(r, at, (size_t)(end - at), f) == 0 ? 1 : -1;
}

/* A record piece by piece. 1, or -1. */
static int
read_record(struct csv_reader *r, struct fault *f)
{
    int ended;

    r->kept = r->at;
    if (r->raw != NULL)
        text_clear(r->raw);
    text_clear(&r->record);
    while ((ended = read_field(r, f)) == 0)
        ;
    if (ended < 0 || text_check(&r->record, f) != 0)
        return -1;
    settle_fields(r);
    keep_raw(r);
    return 1;
}

int
csv_read(struct csv_reader *r, struct fault *f)
{
    if (skip_byte_order_mark(r, f) != 0)
        return -1;
    do {
        int c = peek(r, f), taken;

        if (c == SOURCE_FAILED)
            return -1;
        if (c == END_OF_SOURCE)
            return 0;
        r->line = r->next_line;
        r->field_count = 0;
        if ((taken = read_in_place(r, f)) == 0)
            taken = read_record(r, f);
        if (taken < 0)
            return -1;
    } while (!r->keep_empty_lines && r->field_count == 1 && r->fields[0].length == 0 &&
             !r->fields[0].quoted);
    return 1;
}

int
csv_skip_line(struct csv_reader *r, struct fault *f)
{
    int c;

    while ((c = peek(r, f)) >= 0) {
        r->at++;
        if (c == '\n') {
            r->next_line++;
            break;
        }
    }
    keep_raw(r);
    return c == SOURCE_FAILED ? -1 : 0;
}

/* An empty text, or one that a reader would take for more than one field. */
static bool
needs_quotes(const char *bytes, size_t length)
{
    static const bool special[256] = {['"'] = true, [','] = true, ['\n'] = true, ['\r'] = true};

    for (size_t i = 0; i < length; i++) {
        if (special[(unsigned char)bytes[i]])
            return true;
    }
    return length == 0;
}

void
csv_add_field(struct text *t, const char *bytes, size_t length)
{
    if (!needs_quotes(bytes, length)) {
        text_add_bytes(t, bytes, length);
        return;
    }
    text_add_char(t, '"');
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '"')
            text_add_char(t, '"');
        text_add_char(t, bytes[i]);
    }
    text_add_char(t, '"');
}

void
csv_add_value(struct text *t, const struct value *v)
{
    if (v->type == VALUE_TEXT)
        csv_add_field(t, v->as.text.bytes, v->as.text.length);
    else if (v->type == VALUE_BYTES && v->as.text.length == 0)
        text_add(t, "\"\""); /* empty binary is not NULL */
    else
        value_add_text(t, v);
}
