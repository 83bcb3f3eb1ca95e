#include "backup/volume.h"

#include <stdio.h>

#include "backup/entry.h"

int
volume_begin(struct volume *v, struct byte_sink to, const char *container, int64_t taken_utc,
    struct fault *f)
{
    tar_writer_init(&v->tar, to, tar_time(taken_utc));
    if (meter_init(&v->content, f) != 0)
        return -1;
    return ledger_begin(&v->ledger, container, f);
}

void
volume_release(struct volume *v)
{
    ledger_release(&v->ledger);
    meter_release(&v->content);
}

int
volume_open(struct volume *v, const char *name, uint64_t size_bytes, struct fault *f)
{
    snprintf(v->name, sizeof v->name, "%s", name);
    return tar_begin(&v->tar, name, size_bytes, f);
}

int
volume_write(struct volume *v, const void *bytes, size_t size, struct fault *f)
{
    if (meter_add(&v->content, bytes, size, f) != 0)
        return -1;
    return tar_write(&v->tar, bytes, size, f);
}

int
volume_close(struct volume *v, const uint64_t *rows, struct fault *f)
{
    char sha256[DIGEST_HEX_BYTES];
    uint64_t bytes = v->content.bytes;

    if (tar_finish(&v->tar, f) != 0 || meter_finish(&v->content, sha256, f) != 0)
        return -1;
    return ledger_add_entry(&v->ledger, v->name, bytes, rows, sha256, f);
}

int
volume_put(struct volume *v, const char *name, const struct text *content, const uint64_t *rows,
    struct fault *f)
{
    if (text_check(content, f) != 0 || volume_open(v, name, content->length, f) != 0 ||
        volume_write(v, text_get(content), content->length, f) != 0)
        return -1;
    return volume_close(v, rows, f);
}

static int
put_spool(struct volume *v, const char *name, struct spool *s, struct fault *f)
{
    struct byte_source source = spool_source(s);
    char buffer[16384];
    ssize_t n;

    if (volume_open(v, name, s->size_bytes, f) != 0)
        return -1;
    while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0) {
        if (volume_write(v, buffer, (size_t)n, f) != 0)
            return -1;
    }
    return n < 0 ? -1 : 0;
}

int
volume_finish(struct volume *v, struct fault *f)
{
    if (put_spool(v, ENTRY_SUMS, &v->ledger.sums, f) != 0 || volume_close(v, NULL, f) != 0 ||
        ledger_finish(&v->ledger, f) != 0 ||
        put_spool(v, ENTRY_MANIFEST, &v->ledger.manifest, f) != 0)
        return -1;
    /* The manifest cannot list itself: only its tar entry is closed. */
    return tar_finish(&v->tar, f) != 0 ? -1 : tar_close(&v->tar, f);
}
