#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backup/tar.h"

enum {
    SIZE_AT = 124,
    TIME_AT = 136,
    TYPE_AT = 156,
    NAME_BYTES = 100,
    NUMBER_BYTES = 11,
};

void
tar_reader_init(struct tar_reader *r, struct byte_source from)
{
    *r = (struct tar_reader){.from = from};
}

void
tar_reader_release(struct tar_reader *r)
{
    text_release(&r->raw);
}

static bool
is_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* Reads exactly `size` bytes. */
static int
read_exactly(struct tar_reader *r, void *buffer, size_t size, struct fault *f)
{
    ssize_t n = source_read_full(&r->from, buffer, size, f);

    if (n < 0)
        return -1;
    if ((size_t)n < size)
        return fault_set(f, FAULT_DATA, "ends in the middle: not a complete backup");
    return 0;
}

static ssize_t
content_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct tar_reader *r = state;
    ssize_t n;

    if (size > r->left_bytes)
        size = (size_t)r->left_bytes;
    if (size == 0)
        return 0;
    if ((n = r->from.read(r->from.state, buffer, size, f)) < 0)
        return -1;
    if (n == 0)
        return fault_set(
            f, FAULT_DATA, "ends in the middle of '%s': not a complete backup", r->name);
    r->left_bytes -= (uint64_t)n;
    return n;
}

struct byte_source
tar_content(struct tar_reader *r)
{
    return (struct byte_source){content_read, r};
}

/* Reads what nobody wanted of the current entry, and its padding. */
static int
leave_entry(struct tar_reader *r, struct fault *f)
{
    char buffer[4096];
    ssize_t n;

    while ((n = content_read(r, buffer, sizeof buffer, f)) > 0)
        ;
    if (n < 0 || read_exactly(r, buffer, (size_t)r->padding_bytes, f) != 0)
        return -1;
    if (!is_zero(buffer, (size_t)r->padding_bytes))
        return fault_set(f, FAULT_DATA, "bytes in the padding behind '%s'", r->name);
    r->padding_bytes = 0;
    return 0;
}

/* The second zero block, and then nothing. */
static int
read_end(struct tar_reader *r, struct fault *f)
{
    char block[TAR_BLOCK_BYTES];
    ssize_t n;

    if (read_exactly(r, block, sizeof block, f) != 0)
        return -1;
    if (!is_zero(block, sizeof block))
        return fault_set(f, FAULT_DATA, "bytes in the end blocks");
    if ((n = r->from.read(r->from.state, block, 1, f)) != 0)
        return n < 0 ? -1 : fault_set(f, FAULT_DATA, "bytes behind the end");
    return 0;
}

/* Octal digits as a number; whatever is not canonical shows when the header is written anew. */
static uint64_t
get_octal(const char *field)
{
    uint64_t number = 0;

    for (int i = 0; i < NUMBER_BYTES && field[i] >= '0' && field[i] <= '7'; i++)
        number = number * 8 + (uint64_t)(field[i] - '0');
    return number;
}

/* Finds "KEY=" in an extended header's records and copies its value up to the line end. */
static bool
find_record(const struct text *records, const char *key, char *value, size_t size)
{
    const char *at = strstr(text_get(records), key);
    size_t length;

    if (at == NULL)
        return false;
    at += strlen(key);
    length = strcspn(at, "\n");
    if (length >= size)
        length = size - 1;
    memcpy(value, at, length);
    value[length] = '\0';
    return true;
}

/* Reads the records of an extended header and the ordinary header behind them. */
static int
read_extended(
    struct tar_reader *r, struct tar_entry *e, char block[TAR_BLOCK_BYTES], struct fault *f)
{
    /* Two records, of a name and a number, fit in one block: nothing larger is ours. */
    struct text records = TEXT_INIT;
    char number[24];
    int rc = -1;

    if (get_octal(block + SIZE_AT) > TAR_BLOCK_BYTES)
        return fault_set(f, FAULT_DATA, "an extended header that is too long");
    if (read_exactly(r, block, TAR_BLOCK_BYTES, f) != 0)
        return -1;
    text_add_bytes(&r->raw, block, TAR_BLOCK_BYTES);
    text_add_bytes(&records, block, TAR_BLOCK_BYTES);
    if (text_check(&records, f) != 0 || read_exactly(r, block, TAR_BLOCK_BYTES, f) != 0)
        goto done;
    text_add_bytes(&r->raw, block, TAR_BLOCK_BYTES);
    e->size_bytes = get_octal(block + SIZE_AT);
    if (find_record(&records, " size=", number, sizeof number))
        e->size_bytes = strtoull(number, NULL, 10);
    if (!find_record(&records, " path=", e->name, sizeof e->name))
        memcpy(e->name, block, NAME_BYTES);
    rc = 0;
done:
    text_release(&records);
    return rc;
}

/* The header written anew must be the header read. */
static int
check_canonical(struct tar_reader *r, const struct tar_entry *e, char type, struct fault *f)
{
    struct text anew = TEXT_INIT;
    bool equal;

    tar_add_header(&anew, e);
    if (text_check(&anew, f) != 0 || text_check(&r->raw, f) != 0) {
        text_release(&anew);
        return -1;
    }
    equal = anew.length == r->raw.length && memcmp(anew.bytes, r->raw.bytes, anew.length) == 0;
    text_release(&anew);
    if (equal)
        return 0;
    if (type >= '1' && type <= '6')
        return fault_set(f, FAULT_DATA,
            "'%.100s' is a link, a device or a directory: a backup holds plain files only",
            e->name);
    return fault_set(f, FAULT_DATA, "the header of '%.100s' is not one that a backup has", e->name);
}

int
tar_next(struct tar_reader *r, struct tar_entry *e, struct fault *f)
{
    char block[TAR_BLOCK_BYTES];

    if (leave_entry(r, f) != 0 || read_exactly(r, block, sizeof block, f) != 0)
        return -1;
    if (is_zero(block, sizeof block))
        return read_end(r, f);
    text_clear(&r->raw);
    text_add_bytes(&r->raw, block, sizeof block);
    *e = (struct tar_entry){.time_seconds = (int64_t)get_octal(block + TIME_AT)};
    if (block[TYPE_AT] == 'x') {
        if (read_extended(r, e, block, f) != 0)
            return -1;
    } else {
        memcpy(e->name, block, NAME_BYTES);
        e->size_bytes = get_octal(block + SIZE_AT);
    }
    if (check_canonical(r, e, block[TYPE_AT], f) != 0)
        return -1;
    memcpy(r->name, e->name, sizeof r->name);
    r->left_bytes = e->size_bytes;
    r->padding_bytes = (TAR_BLOCK_BYTES - e->size_bytes % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
    return 1;
}
