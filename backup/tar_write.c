#include <stdio.h>
#include <string.h>

#include "backup/tar.h"
#include "config/base/moment.h"

/* Offsets and lengths of the ustar header's fields. */
enum {
    NAME_AT = 0,
    NAME_BYTES = 100,
    MODE_AT = 100,
    UID_AT = 108,
    GID_AT = 116,
    SIZE_AT = 124,
    TIME_AT = 136,
    SUM_AT = 148,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    MAJOR_AT = 329,
    MINOR_AT = 337,
};

#define USTAR_SIZE_MAX UINT64_C(077777777777)
#define EXTENDED_NAME "pax-header"

static const char zeros[2 * TAR_BLOCK_BYTES];

int64_t
tar_time(int64_t moment)
{
    int64_t seconds = moment < 0 ? 0 : moment / 1000000;

    return seconds > TAR_TIME_MAX ? TAR_TIME_MAX : seconds;
}

/* A number as octal digits with a closing NUL, `width` bytes in all. */
static void
put_octal(char *target, int width, uint64_t number)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%0*llo", width - 1, (unsigned long long)number);
    memcpy(target, digits, (size_t)width);
}

static void
put_checksum(char block[TAR_BLOCK_BYTES])
{
    unsigned sum = 0;

    memset(block + SUM_AT, ' ', 8);
    for (int i = 0; i < TAR_BLOCK_BYTES; i++)
        sum += (unsigned char)block[i];
    put_octal(block + SUM_AT, 7, sum);
}

static void
add_block(struct text *t, const char *name, uint64_t size, int64_t time_seconds, char type)
{
    char block[TAR_BLOCK_BYTES] = {0};
    size_t length = strlen(name);

    memcpy(block + NAME_AT, name, length > NAME_BYTES ? NAME_BYTES : length);
    put_octal(block + MODE_AT, 8, 0644);
    put_octal(block + UID_AT, 8, 0);
    put_octal(block + GID_AT, 8, 0);
    put_octal(block + SIZE_AT, 12, size > USTAR_SIZE_MAX ? USTAR_SIZE_MAX : size);
    put_octal(block + TIME_AT, 12, (uint64_t)time_seconds);
    block[TYPE_AT] = type;
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a field of eight, with its version. */
    memcpy(block + MAGIC_AT, "ustar\00000", 8);
    put_octal(block + MAJOR_AT, 8, 0);
    put_octal(block + MINOR_AT, 8, 0);
    put_checksum(block);
    text_add_bytes(t, block, sizeof block);
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself too. */
static void
add_record(struct text *t, const char *key, const char *value)
{
    size_t rest = strlen(key) + strlen(value) + 3; /* blank, equals sign, line end */
    size_t length = rest;
    int digits;

    do {
        digits = snprintf(NULL, 0, "%zu", length);
        length = rest + (size_t)digits;
    } while (snprintf(NULL, 0, "%zu", length) != digits);
    text_add_format(t, "%zu %s=%s\n", length, key, value);
}

static size_t
padding_of(uint64_t size)
{
    return (size_t)((TAR_BLOCK_BYTES - size % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES);
}

static void
add_extended(struct text *t, const struct tar_entry *e)
{
    struct text records = TEXT_INIT;
    char number[24];

    if (strlen(e->name) > NAME_BYTES)
        add_record(&records, "path", e->name);
    if (e->size_bytes > USTAR_SIZE_MAX) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)e->size_bytes);
        add_record(&records, "size", number);
    }
    if (records.length > 0) {
        add_block(t, EXTENDED_NAME, records.length, e->time_seconds, 'x');
        text_add_bytes(t, records.bytes, records.length);
        text_add_bytes(t, zeros, padding_of(records.length));
    }
    t->failed = t->failed || records.failed;
    text_release(&records);
}

void
tar_add_header(struct text *t, const struct tar_entry *e)
{
    add_extended(t, e);
    add_block(t, e->name, e->size_bytes, e->time_seconds, '0');
}

void
tar_writer_init(struct tar_writer *w, struct byte_sink to, int64_t time_seconds)
{
    *w = (struct tar_writer){.to = to, .time_seconds = time_seconds};
}

int
tar_begin(struct tar_writer *w, const char *name, uint64_t size_bytes, struct fault *f)
{
    struct tar_entry e = {.size_bytes = size_bytes, .time_seconds = w->time_seconds};
    struct text header = TEXT_INIT;
    int rc;

    if (strlen(name) >= sizeof e.name)
        return fault_set(f, FAULT_INTERNAL, "the entry name '%s' is too long", name);
    snprintf(e.name, sizeof e.name, "%s", name);
    tar_add_header(&header, &e);
    rc = text_check(&header, f);
    if (rc == 0)
        rc = w->to.write(w->to.state, header.bytes, header.length, f);
    text_release(&header);
    w->left_bytes = w->size_bytes = size_bytes;
    return rc;
}

int
tar_write(struct tar_writer *w, const void *bytes, size_t size, struct fault *f)
{
    if (size > w->left_bytes)
        return fault_set(f, FAULT_INTERNAL, "an entry got more bytes than announced");
    w->left_bytes -= size;
    return size == 0 ? 0 : w->to.write(w->to.state, bytes, size, f);
}

int
tar_finish(struct tar_writer *w, struct fault *f)
{
    size_t padding = padding_of(w->size_bytes);

    if (w->left_bytes != 0)
        return fault_set(f, FAULT_INTERNAL, "an entry got fewer bytes than announced");
    return padding == 0 ? 0 : w->to.write(w->to.state, zeros, padding, f);
}

int
tar_close(struct tar_writer *w, struct fault *f)
{
    return w->to.write(w->to.state, zeros, sizeof zeros, f);
}
