#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "backup/compress.h"
#include "backup/trailer.h"

struct expander {
    struct trailer trailer;
    struct archive *zstd;
    bool begun;
    struct fault *fault; /* of the call under way, for the callback */
};

static la_ssize_t
on_read(struct archive *zstd, void *state, const void **bytes)
{
    struct expander *e = state;
    ssize_t n = trailer_next(&e->trailer, bytes, e->fault);

    if (n < 0)
        archive_set_error(zstd, EIO, "the source failed");
    return n;
}

/* The source's own fault if it gave one, else what libarchive says. */
static int
failed(struct expander *e, struct fault *f)
{
    const char *message = archive_error_string(e->zstd);

    if (f != NULL && f->kind != FAULT_NONE)
        return -1;
    return fault_set(f, FAULT_DATA, "zstd: %s", message == NULL ? "failed" : message);
}

struct expander *
expander_new(struct byte_source from, struct fault *f)
{
    struct expander *e = calloc(1, sizeof *e);

    if (e == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    if (trailer_init(&e->trailer, from, f) != 0)
        goto fail;
    /* Exactly one filter, so that libarchive does not unpack what it recognises inside. */
    if ((e->zstd = archive_read_new()) == NULL ||
        archive_read_append_filter(e->zstd, ARCHIVE_FILTER_ZSTD) != ARCHIVE_OK ||
        archive_read_support_format_raw(e->zstd) != ARCHIVE_OK) {
        fault_set_memory(f);
        goto fail;
    }
    return e;
fail:
    expander_free(e);
    return NULL;
}

static int
begin(struct expander *e, struct fault *f)
{
    struct archive_entry *entry;

    e->begun = true;
    if (archive_read_open(e->zstd, e, NULL, on_read, NULL) != ARCHIVE_OK ||
        archive_read_next_header(e->zstd, &entry) != ARCHIVE_OK)
        return failed(e, f);
    return 0;
}

static ssize_t
expand_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct expander *e = state;
    const void *rest;
    la_ssize_t n;

    e->fault = f;
    if (!e->begun && begin(e, f) != 0)
        return -1;
    if ((n = archive_read_data(e->zstd, buffer, size)) < 0)
        return failed(e, f);
    /* The stream's end must be the source's end too. */
    if (n == 0 && !e->trailer.ended && (n = trailer_next(&e->trailer, &rest, f)) > 0)
        return fault_set(f, FAULT_DATA, "bytes behind the end of the compressed stream");
    return n;
}

struct byte_source
expander_source(struct expander *e)
{
    return (struct byte_source){expand_read, e};
}

void
expander_free(struct expander *e)
{
    if (e == NULL)
        return;
    if (e->zstd != NULL)
        archive_read_free(e->zstd);
    trailer_release(&e->trailer);
    free(e);
}
