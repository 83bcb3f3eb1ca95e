#include "backup/age/key.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backup/age/bech32.h"
#include "backup/age/primitive.h"
#include "config/base/file.h"

static const char recipient_prefix[] = "age";
static const char identity_prefix[] = "age-secret-key-";

/* What people give where a key is wanted, by how it begins (in any case). The first row wins. */
struct look_alike {
    const char *start;
    const char *what;
};

static const struct look_alike not_recipients[] = {
    {"age1pq1", "a post-quantum recipient, which is not supported"},
    {"age1tagpq1", "a recipient on a hardware token, which is not supported"},
    {"age1tag1", "a recipient on a hardware token, which is not supported"},
    {"age1yubikey1", "a recipient of a plugin, which is not supported"},
    {"age-secret-key-", "an identity, which is secret; its recipient is wanted here"},
    {"ssh-", "an SSH key, which is not supported"},
    {NULL, NULL},
};

static const struct look_alike not_identities[] = {
    {"age-secret-key-pq-", "a post-quantum identity, which is not supported"},
    {"age-plugin-", "an identity of a plugin, which is not supported"},
    {"age1", "a recipient; the identity (AGE-SECRET-KEY-1...) is wanted here"},
    {"-----begin age encrypted file", "a sealed file; open it with age first"},
    {"age-encryption.org/", "a sealed file; open it with age first"},
    {"-----begin ", "a key of another program, which is not supported"},
    {NULL, NULL},
};

static const char *
find_look_alike(const struct look_alike *table, const char *text)
{
    for (const struct look_alike *row = table; row->start != NULL; row++) {
        if (strncasecmp(text, row->start, strlen(row->start)) == 0)
            return row->what;
    }
    return NULL;
}

int
recipient_parse(struct recipient *r, const char *text, struct fault *f)
{
    const char *what = find_look_alike(not_recipients, text);
    uint8_t point[sizeof r->point];

    if (what != NULL)
        return fault_set(f, FAULT_DATA, "not a recipient (age1...): this is %s", what);
    if (bech32_decode(text, recipient_prefix, point, sizeof point) != (ssize_t)sizeof point)
        return fault_set(f, FAULT_DATA, "not a recipient (age1...), or mistyped: '%.80s'", text);
    memcpy(r->point, point, sizeof point);
    return 0;
}

void
recipient_format(const struct recipient *r, char text[RECIPIENT_TEXT_BYTES])
{
    bech32_encode(recipient_prefix, r->point, sizeof r->point, text);
}

int
identity_generate(struct identity *i, struct fault *f)
{
    if (primitive_random_secret(i->secret, sizeof i->secret, f) != 0)
        return -1;
    return primitive_x25519_public(i->secret, i->recipient.point, f);
}

int
identity_parse(struct identity *i, const char *text, struct fault *f)
{
    const char *what = find_look_alike(not_identities, text);
    int rc = -1;

    if (what != NULL)
        return fault_set(f, FAULT_DATA, "not an identity (AGE-SECRET-KEY-1...): this is %s", what);
    if (bech32_decode(text, identity_prefix, i->secret, sizeof i->secret) !=
        (ssize_t)sizeof i->secret)
        fault_set(f, FAULT_DATA, "not an identity (AGE-SECRET-KEY-1...), or mistyped");
    else
        rc = primitive_x25519_public(i->secret, i->recipient.point, f);
    if (rc != 0)
        identity_release(i);
    return rc;
}

void
identity_format(const struct identity *i, char text[IDENTITY_TEXT_BYTES])
{
    bech32_encode(identity_prefix, i->secret, sizeof i->secret, text);
    for (char *c = text; *c != '\0'; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - ('a' - 'A'));
    }
}

void
identity_release(struct identity *i)
{
    OPENSSL_cleanse(i, sizeof *i);
}

void
identity_list_release(struct identity_list *list)
{
    if (list->items != NULL)
        OPENSSL_cleanse(list->items, list->count * sizeof *list->items);
    free(list->items);
    *list = (struct identity_list)IDENTITY_LIST_INIT;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Adds the identity that stands in one line, if any. Whoever types one from paper leaves blanks
 * between its groups. */
static int
add_line(struct identity_list *list, const char *line, size_t length, struct fault *f)
{
    char text[BECH32_TEXT_LIMIT + 1];
    size_t typed = 0;
    int rc;

    while (length > 0 && is_blank(*line))
        line++, length--;
    if (length == 0 || *line == '#')
        return 0;
    /* A NUL inside would hide the rest of the line; a longer line is no identity of ours anyway. */
    if (memchr(line, '\0', length) != NULL)
        return fault_set(f, FAULT_DATA, "not an identity file: binary");
    for (size_t i = 0; i < length && typed < sizeof text - 1; i++) {
        if (!is_blank(line[i]))
            text[typed++] = line[i];
    }
    text[typed] = '\0';
    rc = identity_parse(&list->items[list->count], text, f);
    if (rc == 0)
        list->count++;
    OPENSSL_cleanse(text, sizeof text);
    return rc;
}

static size_t
count_lines(const char *bytes, size_t size)
{
    size_t count = 1;

    for (size_t i = 0; i < size; i++)
        count += bytes[i] == '\n' ? 1 : 0;
    return count;
}

int
identity_list_parse(struct identity_list *list, const char *bytes, size_t size, struct fault *f)
{
    const char *end = bytes + size;
    size_t number = 0;

    if (size > IDENTITY_FILE_LIMIT)
        return fault_set(f, FAULT_DATA, "too large for an identity file");
    if ((list->items = calloc(count_lines(bytes, size), sizeof *list->items)) == NULL)
        return fault_set_memory(f);
    for (const char *line = bytes; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((stop != NULL ? stop : end) - line);

        number++;
        if (add_line(list, line, length, f) != 0) {
            identity_list_release(list);
            return fault_wrap(f, "line %zu", number);
        }
        line += length + 1;
    }
    if (list->count > 0)
        return 0;
    identity_list_release(list);
    return fault_set(f, FAULT_DATA, "no identity (AGE-SECRET-KEY-1...) in it");
}

int
identity_list_read(struct identity_list *list, const char *path, struct fault *f)
{
    struct file_reader reader;
    struct byte_source source;
    char *bytes = NULL;
    ssize_t size;
    int rc = -1;

    /* Not a growing text: what it leaves behind when it moves is not wiped. */
    if (file_reader_open(&reader, path, f) != 0)
        return -1;
    source = file_reader_source(&reader);
    if ((bytes = malloc(IDENTITY_FILE_LIMIT + 1)) == NULL)
        fault_set_memory(f);
    else if ((size = source_read_full(&source, bytes, IDENTITY_FILE_LIMIT + 1, f)) >= 0 &&
             (rc = identity_list_parse(list, bytes, (size_t)size, f)) != 0)
        fault_wrap(f, "identity file %s", path);
    if (bytes != NULL)
        OPENSSL_cleanse(bytes, IDENTITY_FILE_LIMIT + 1);
    free(bytes);
    file_reader_close(&reader);
    return rc;
}

int
identity_list_join(struct identity_list *list, const struct identity_list *more, struct fault *f)
{
    size_t count = list->count + more->count;
    struct identity *joined = calloc(count + 1, sizeof *joined);

    if (joined == NULL)
        return fault_set_memory(f);
    if (list->count > 0)
        memcpy(joined, list->items, list->count * sizeof *joined);
    if (more->count > 0)
        memcpy(joined + list->count, more->items, more->count * sizeof *joined);
    identity_list_release(list);
    *list = (struct identity_list){joined, count};
    return 0;
}
