/*
 * digest: SHA-256 of a stream of bytes, in hexadecimal.
 */
#ifndef CONFIG_BASE_DIGEST_H
#define CONFIG_BASE_DIGEST_H

#include <stddef.h>

#include "config/base/fault.h"

enum { DIGEST_HEX_BYTES = 65 }; /* 64 lower-case digits and a NUL */

struct digest; /* a running SHA-256 */

/* A new digest, owned by the caller; NULL with a fault. */
struct digest *digest_new(struct fault *f);
void digest_free(struct digest *d); /* NULL is fine */

int digest_add(struct digest *d, const void *bytes, size_t size, struct fault *f);

/* Writes the digest of what was added and starts anew. */
int digest_finish(struct digest *d, char hex[DIGEST_HEX_BYTES], struct fault *f);

/* The digest of some bytes, and of a whole file. */
int digest_bytes(const void *bytes, size_t size, char hex[DIGEST_HEX_BYTES], struct fault *f);
int digest_file(const char *path, char hex[DIGEST_HEX_BYTES], struct fault *f);

#endif
