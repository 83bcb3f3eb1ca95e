/*
 * sigv4: the signature of a request to S3 (AWS General Reference, "Signature Version 4 signing
 * process"; S3 API reference, "Authenticating requests: using the Authorization header").
 */
#ifndef BACKUP_STORE_SIGV4_H
#define BACKUP_STORE_SIGV4_H

#include "backup/store/http.h"

/* Texts are borrowed. */
struct sigv4 {
    const char *access_key;
    const char *secret_key;
    const char *region;
    const char *stamp; /* "20130524T000000Z", as in the header x-amz-date */
};

/* Adds the value of the header Authorization. Every header of the request is signed; the body's
 * SHA-256 is that of its header x-amz-content-sha256. */
int sigv4_authorize(
    const struct sigv4 *s, const struct http_request *r, struct text *value, struct fault *f);

#endif
