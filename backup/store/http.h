/*
 * http: requests to an object store, over libcurl: TLS verified, no redirects, nothing of a request
 * in a message but its method, path and host. What may pass (no connection, a cut or stalled one,
 * 429, 500, 502, 503, 504) is tried again with growing pauses, signed anew each time.
 */
#ifndef BACKUP_STORE_HTTP_H
#define BACKUP_STORE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/text.h"

enum {
    HTTP_HEADERS_MAX = 24,
    HTTP_BODY_BYTES_MAX = 32 * 1024 * 1024, /* of an answer */
};

/* Names are lower case; texts are borrowed. */
struct http_header {
    const char *name;
    const char *value;
};

struct http_request {
    const char *method;
    const char *path;  /* encoded, from '/' on */
    const char *query; /* encoded, "a=1&b=2" with its names in order; "": none */
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    const void *body; /* borrowed */
    size_t body_size;
};

/* Adds a header; one more than there is room for is a bug (assert). */
void http_set(struct http_request *r, const char *name, const char *value);

struct http_answer {
    long status;
    struct text body;
    char etag[256];
    char upload[64];        /* the mark of whoever wrote the object, "" when none */
    char error_code[64];    /* what the store calls the error; "" */
    uint64_t content_bytes; /* Content-Length */
    uint64_t total_bytes;   /* behind the '/' of Content-Range; 0: none */
    bool is_empty;          /* Content-Range says that there is nothing */
    long retry_after_s;
};

#define HTTP_ANSWER_INIT                                                                           \
    {                                                                                              \
        .body = TEXT_INIT                                                                          \
    }

void http_answer_release(struct http_answer *a);

/* Adds what proves who asks, for the present moment, to a copy of the request. Texts that it makes
 * live in `scratch` until the request was sent. It may add to the query by way of *query. */
struct http_signer {
    int (*sign)(void *state, struct http_request *r, struct text scratch[4], struct fault *f);
    void *state; /* borrowed */
};

struct http;

/* `base` is "https://host[:port]"; "http://" for this very machine only (FAULT_SETTINGS). Owned by
 * the caller; NULL with a fault. */
struct http *http_open(const char *base, struct http_signer signer, struct fault *f);
void http_close(struct http *h); /* NULL is fine */

/* "host[:port]", as it stands in the header Host. */
const char *http_host(const struct http *h);

/*
 * Sends, tries again, and gives the answer, whatever its status. `a` is emptied before each try.
 * FAULT_UNAVAILABLE when there is none, or still one of those that may pass; the interrupts as they
 * are.
 */
int http_send(struct http *h, const struct http_request *r, struct http_answer *a, struct fault *f);

/* The fault of an answer that is none of success: FAULT_PERMISSION for 401 and 403, FAULT_NO_INPUT
 * for 404, otherwise FAULT_IO. Always -1. */
int http_refuse(const struct http_request *r, const struct http_answer *a, struct fault *f);

/* Adds a text percent-encoded (RFC 3986, section 2.3), '/' too unless it is kept. */
void http_add_encoded(struct text *t, const char *string, bool keep_slashes);

#endif
