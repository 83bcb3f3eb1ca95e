#include "backup/compress.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/meter.h"
#include "backup/trailer.h"

struct compressor {
    struct byte_sink to;
    struct meter meter; /* of the compressed bytes */
    struct archive *zstd;
    struct fault *fault; /* of the call under way, for the callback; NULL between calls */
};

/* libarchive asks for this; nothing is to be done. */
static int
on_open(struct archive *zstd, void *state)
{
    (void)zstd;
    (void)state;
    return ARCHIVE_OK;
}

static la_ssize_t
on_write(struct archive *zstd, void *state, const void *bytes, size_t size)
{
    struct compressor *c = state;

    (void)zstd;
    if (c->fault == NULL || meter_add(&c->meter, bytes, size, c->fault) != 0 ||
        c->to.write(c->to.state, bytes, size, c->fault) != 0)
        return -1;
    return (la_ssize_t)size;
}

/* The sink's own fault if it gave one, else what libarchive says. */
static int
failed(struct compressor *c, struct fault *f)
{
    const char *message = archive_error_string(c->zstd);

    c->fault = NULL;
    if (f != NULL && f->kind != FAULT_NONE)
        return -1;
    return fault_set(f, FAULT_INTERNAL, "zstd: %s", message == NULL ? "failed" : message);
}

static int
choose_options(struct archive *zstd, int level)
{
    char number[16];

    if (archive_write_add_filter_zstd(zstd) != ARCHIVE_OK ||
        archive_write_set_format_raw(zstd) != ARCHIVE_OK)
        return -1;
    snprintf(number, sizeof number, "%d", level);
    if (archive_write_set_filter_option(zstd, "zstd", "compression-level", number) != ARCHIVE_OK)
        return -1;
    return archive_write_set_bytes_in_last_block(zstd, 1) == ARCHIVE_OK ? 0 : -1;
}

/* The raw format knows one entry without a name: the stream. */
static int
begin_stream(struct compressor *c)
{
    struct archive_entry *entry = archive_entry_new();
    int rc;

    if (entry == NULL)
        return -1;
    archive_entry_set_filetype(entry, AE_IFREG);
    rc = archive_write_header(c->zstd, entry) == ARCHIVE_OK ? 0 : -1;
    archive_entry_free(entry);
    return rc;
}

struct compressor *
compressor_new(struct byte_sink to, int level, struct fault *f)
{
    struct compressor *c = calloc(1, sizeof *c);

    if (c == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    c->to = to;
    c->fault = f;
    if (meter_init(&c->meter, f) != 0)
        goto fail;
    if ((c->zstd = archive_write_new()) == NULL) {
        fault_set_memory(f);
        goto fail;
    }
    if (choose_options(c->zstd, level) != 0 ||
        archive_write_open(c->zstd, c, on_open, on_write, NULL) != ARCHIVE_OK ||
        begin_stream(c) != 0) {
        failed(c, f);
        goto fail;
    }
    c->fault = NULL;
    return c;
fail:
    compressor_free(c);
    return NULL;
}

static int
compress_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct compressor *c = state;
    const char *at = bytes;

    c->fault = f;
    while (size > 0) {
        la_ssize_t n = archive_write_data(c->zstd, at, size);

        if (n <= 0)
            return failed(c, f);
        at += n;
        size -= (size_t)n;
    }
    c->fault = NULL;
    return 0;
}

struct byte_sink
compressor_sink(struct compressor *c)
{
    return (struct byte_sink){compress_write, c};
}

int
compressor_finish(struct compressor *c, struct fault *f)
{
    char trailer[COMPRESS_TRAILER_BYTES];
    char sha256[DIGEST_HEX_BYTES];

    c->fault = f;
    if (archive_write_close(c->zstd) != ARCHIVE_OK)
        return failed(c, f);
    c->fault = NULL;
    if (meter_finish(&c->meter, sha256, f) != 0)
        return -1;
    trailer_build(trailer, sha256);
    return c->to.write(c->to.state, trailer, sizeof trailer, f);
}

void
compressor_free(struct compressor *c)
{
    if (c == NULL)
        return;
    c->fault = NULL; /* libarchive flushes when it frees: the callback refuses */
    if (c->zstd != NULL)
        archive_write_free(c->zstd);
    meter_release(&c->meter);
    free(c);
}
