#include "backup/age/header.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <string.h>

#include "backup/age/base64.h"
#include "backup/age/primitive.h"

enum {
    COLUMNS = 64, /* of a full body line */
    COLUMN_BYTES = 48,
    READ_BYTES = 4096,
    MAC_LENGTH = BASE64_LENGTH(HEADER_MAC_BYTES),
};

static const char version_family[] = "age-encryption.org/";
static const char stanza_mark[] = "-> ";
static const char end_mark[] = "---";

/* The lines of a header that are still to be parsed. */
struct lines {
    const char *at;
    const char *end;
};

struct line {
    const char *text; /* without its line feed */
    size_t length;
};

static bool
begins(const char *text, size_t length, const char *mark)
{
    size_t size = strlen(mark);

    return length >= size && memcmp(text, mark, size) == 0;
}

/* Refuses what is no age file at once, before anything of it is gathered. */
static int
take_version(struct age_header *h, struct intake *in, struct fault *f)
{
    const size_t size = strlen(AGE_VERSION_LINE);
    const uint8_t *bytes;
    ssize_t n = intake_peek(in, size, &bytes, f);

    if (n < 0)
        return -1;
    if (n == 0)
        return fault_set(f, FAULT_DATA, "not an age file: it is empty");
    if (!begins((const char *)bytes, (size_t)n, version_family))
        return fault_set(f, FAULT_DATA, "not an age file: it does not begin with the version line");
    if (!begins((const char *)bytes, (size_t)n, AGE_VERSION_LINE))
        return fault_set(f, FAULT_DATA, "not an age v1 file: another or a broken version line");
    text_add(&h->raw, AGE_VERSION_LINE);
    intake_skip(in, size);
    return 0;
}

/* Gathers the header up to and with the line that begins with the end mark. */
static int
gather(struct age_header *h, struct intake *in, struct fault *f)
{
    char piece[READ_BYTES];
    size_t line = h->raw.length;

    for (;;) {
        ssize_t n = intake_line(in, piece, sizeof piece, f);
        const char *raw;

        if (n < 0)
            return -1;
        if (n == 0)
            return fault_set(f, FAULT_DATA, "the file ends within its header");
        text_add_bytes(&h->raw, piece, (size_t)n);
        if (text_check(&h->raw, f) != 0)
            return -1;
        if (h->raw.length > HEADER_LIMIT)
            return fault_set(f, FAULT_DATA, "the header is longer than %d bytes", HEADER_LIMIT);
        if (piece[n - 1] != '\n')
            continue;
        raw = text_get(&h->raw);
        if (begins(raw + line, h->raw.length - line, end_mark)) {
            h->authenticated = line + strlen(end_mark);
            return 0;
        }
        line = h->raw.length;
    }
}

/* The next line; false at the end. Every gathered line ends with a line feed. */
static bool
next_line(struct lines *lines, struct line *line)
{
    const char *stop;

    if (lines->at == lines->end)
        return false;
    stop = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    line->text = lines->at;
    line->length = (size_t)(stop - lines->at);
    lines->at = stop + 1;
    return true;
}

/* Splits an argument line: visible characters, exactly one space between two arguments. */
static int
parse_args(struct age_header *h, struct stanza *s, const struct line *line, struct fault *f)
{
    size_t mark = strlen(stanza_mark), count = 1, start = 0;
    char *text = arena_strndup(&h->arena, line->text + mark, line->length - mark);
    size_t length = line->length - mark;
    const char **args;

    if (text == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < length; i++)
        count += text[i] == ' ' ? 1 : 0;
    if ((args = arena_array(&h->arena, count, sizeof *args)) == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i <= length; i++) {
        bool stop = i == length || text[i] == ' ';

        if (!stop && (text[i] < 0x21 || text[i] > 0x7e))
            return fault_set(f, FAULT_DATA, "a stanza argument has an invalid character");
        if (!stop)
            continue;
        if (i == start)
            return fault_set(f, FAULT_DATA, "a stanza has an empty argument");
        text[i] = '\0';
        args[s->arg_count++] = text + start;
        start = i + 1;
    }
    s->args = args;
    return 0;
}

/* Bytes that the body lines ahead can hold at most: full lines and one shorter one. */
static size_t
body_room(struct lines lines)
{
    struct line line;
    size_t room = 0;

    while (next_line(&lines, &line)) {
        room += COLUMN_BYTES;
        if (line.length < COLUMNS)
            break;
    }
    return room;
}

/* Reads a body: full lines, then always one shorter line, which may be empty. */
static int
parse_body(struct age_header *h, struct stanza *s, struct lines *lines, struct fault *f)
{
    uint8_t *body = arena_alloc(&h->arena, body_room(*lines));
    struct line line;

    if (body == NULL)
        return fault_set_memory(f);
    s->body = body;
    while (next_line(lines, &line)) {
        ssize_t n = line.length <= COLUMNS
                        ? base64_decode(line.text, line.length, body + s->body_size)
                        : -1;

        if (n < 0)
            return fault_set(f, FAULT_DATA, "the body of a stanza is malformed");
        s->body_size += (size_t)n;
        if (line.length < COLUMNS)
            return 0;
    }
    return fault_set(f, FAULT_DATA, "the body of a stanza has no end");
}

static int
parse_stanza(struct age_header *h, const struct line *line, struct lines *lines, struct fault *f)
{
    struct stanza *s;

    if (h->count == HEADER_STANZA_LIMIT)
        return fault_set(f, FAULT_DATA, "more than %d stanzas", HEADER_STANZA_LIMIT);
    if ((s = arena_append(&h->arena, &h->stanzas, &h->count, sizeof *s)) == NULL)
        return fault_set_memory(f);
    if (parse_args(h, s, line, f) != 0 || parse_body(h, s, lines, f) != 0)
        return fault_wrap(f, "stanza %zu", h->count);
    return 0;
}

static int
parse_mac(struct age_header *h, const struct line *line, struct fault *f)
{
    size_t mark = strlen(end_mark);

    if (line->length != mark + 1 + MAC_LENGTH || line->text[mark] != ' ' ||
        base64_decode(line->text + mark + 1, MAC_LENGTH, h->mac) != HEADER_MAC_BYTES)
        return fault_set(f, FAULT_DATA, "the MAC line of the header is malformed");
    return 0;
}

static int
parse(struct age_header *h, struct fault *f)
{
    struct lines lines = {h->raw.bytes + strlen(AGE_VERSION_LINE), h->raw.bytes + h->raw.length};
    struct line line;

    while (next_line(&lines, &line)) {
        int rc;

        if (begins(line.text, line.length, stanza_mark))
            rc = parse_stanza(h, &line, &lines, f);
        else if (begins(line.text, line.length, end_mark))
            rc = parse_mac(h, &line, f);
        else
            rc = fault_set(f, FAULT_DATA, "a line of the header is neither a stanza nor the MAC");
        if (rc != 0)
            return -1;
    }
    if (h->count == 0)
        return fault_set(f, FAULT_DATA, "the header has no stanza");
    return 0;
}

int
age_header_read(struct age_header *h, struct intake *in, struct fault *f)
{
    if (take_version(h, in, f) != 0 || gather(h, in, f) != 0)
        return -1;
    return parse(h, f);
}

void
age_header_release(struct age_header *h)
{
    text_release(&h->raw);
    arena_release(&h->arena);
    *h = (struct age_header)AGE_HEADER_INIT;
}

/* The MAC over the header from its first byte to the end of the end mark. */
static int
make_mac(const char *bytes, size_t size, const uint8_t *file_key, uint8_t *mac, struct fault *f)
{
    const struct hkdf_input input = {
        .secret = file_key, .secret_size = FILE_KEY_BYTES, .info = "header"};
    uint8_t key[PRIMITIVE_KEY_BYTES];
    int rc = -1;

    if (primitive_hkdf(&input, key, f) == 0)
        rc = primitive_hmac(key, bytes, size, mac, f);
    OPENSSL_cleanse(key, sizeof key);
    return rc;
}

int
age_header_check(
    const struct age_header *h, const uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    uint8_t mac[HEADER_MAC_BYTES];

    if (make_mac(h->raw.bytes, h->authenticated, file_key, mac, f) != 0)
        return -1;
    return CRYPTO_memcmp(mac, h->mac, sizeof mac) == 0;
}

static void
write_stanza(struct text *out, const struct stanza *s)
{
    char line[COLUMNS + 1];
    size_t at = 0, take;

    text_add(out, "->");
    for (size_t i = 0; i < s->arg_count; i++) {
        text_add_char(out, ' ');
        text_add(out, s->args[i]);
    }
    text_add_char(out, '\n');
    /* The line after the last full one is written even when nothing is left for it. */
    do {
        take = s->body_size - at < COLUMN_BYTES ? s->body_size - at : COLUMN_BYTES;
        base64_encode(s->body + at, take, line);
        text_add(out, line);
        text_add_char(out, '\n');
        at += take;
    } while (take == COLUMN_BYTES);
}

int
age_header_write(struct text *out, const struct stanza *stanzas, size_t count,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f)
{
    uint8_t mac[HEADER_MAC_BYTES];
    char encoded[MAC_LENGTH + 1];
    size_t start = out->length;

    text_add(out, AGE_VERSION_LINE);
    for (size_t i = 0; i < count; i++)
        write_stanza(out, &stanzas[i]);
    text_add(out, end_mark);
    if (text_check(out, f) != 0 ||
        make_mac(out->bytes + start, out->length - start, file_key, mac, f) != 0)
        return -1;
    base64_encode(mac, sizeof mac, encoded);
    text_add_format(out, " %s\n", encoded);
    return text_check(out, f);
}
