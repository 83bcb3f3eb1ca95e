/* Reading an object: in ranges that are asked for again when one is cut. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/store/cloud.h"

struct cloud_get {
    struct cloud *cloud;
    struct text path;
    struct http_answer piece;
    size_t at;              /* in the piece */
    uint64_t offset, total; /* of the object; where the next piece begins */
    bool known;             /* total and etag */
    char etag[256];
};

void
cloud_close_object(void *reader)
{
    struct cloud_get *g = reader;

    text_release(&g->path);
    http_answer_release(&g->piece);
    free(g);
}

/* What a range's answer says of the whole object. */
static int
take_piece(struct cloud_get *g, const struct http_request *r, struct fault *f)
{
    struct http_answer *a = &g->piece;
    uint64_t left;

    g->at = 0;
    if (a->status == 416 && g->offset == 0) {
        text_clear(&a->body);
        g->total = 0;
    } else if (a->status == 200 && g->offset == 0) {
        g->total = a->body.length;
    } else if (a->status == 206 && (!g->known || a->total_bytes == g->total)) {
        g->total = a->total_bytes;
    } else {
        return a->status == 412 || a->status / 100 == 2
                   ? fault_set(f, FAULT_IO, "%s was changed while it was read", r->path)
                   : http_refuse(r, a, f);
    }
    left = g->total - g->offset;
    if (a->body.length != (a->status == 206 && left > CLOUD_PART_BYTES ? CLOUD_PART_BYTES : left))
        return fault_set(
            f, FAULT_IO, "%s: the store gives another range than was asked for", r->path);
    if (!g->known)
        memcpy(g->etag, a->etag, sizeof g->etag);
    g->known = true;
    g->offset += a->body.length;
    return 0;
}

static int
fetch(struct cloud_get *g, struct fault *f)
{
    struct http_request r = cloud_request(g->cloud, "GET", &g->path);
    char range[64];

    snprintf(range, sizeof range, "bytes=%llu-%llu", (unsigned long long)g->offset,
        (unsigned long long)g->offset + CLOUD_PART_BYTES - 1);
    http_set(&r, "range", range);
    if (g->etag[0] != '\0')
        http_set(&r, "if-match", g->etag);
    return http_send(g->cloud->http, &r, &g->piece, f) == 0 ? take_piece(g, &r, f) : -1;
}

void *
cloud_open_object(void *store, const char *name, struct fault *f)
{
    struct cloud_get *g = calloc(1, sizeof *g);

    if (g == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    g->cloud = store;
    cloud_add_path(&g->path, g->cloud, name);
    if (text_check(&g->path, f) == 0 && fetch(g, f) == 0)
        return g;
    cloud_close_object(g);
    return NULL;
}

ssize_t
cloud_read(void *reader, void *buffer, size_t size, struct fault *f)
{
    struct cloud_get *g = reader;
    size_t left = g->piece.body.length - g->at;

    if (left == 0) {
        if (g->offset >= g->total)
            return 0;
        if (fetch(g, f) != 0)
            return -1;
        left = g->piece.body.length;
    }
    if (size > left)
        size = left;
    memcpy(buffer, g->piece.body.bytes + g->at, size);
    g->at += size;
    return (ssize_t)size;
}
