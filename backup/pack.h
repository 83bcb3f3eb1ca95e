/*
 * pack: the outer layers of a container: compression (compress.h) inside an age seal (age/seal.h),
 * both optional, and a count and SHA-256 of the bytes as they are stored. unpack takes the layers
 * off again; which ones there are shows in the first bytes.
 */
#ifndef BACKUP_PACK_H
#define BACKUP_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/age/seal.h"
#include "backup/age/unseal.h"
#include "config/base/digest.h"
#include "config/base/fault.h"
#include "config/base/stream.h"

/*
 * A small file must not unpack without end: at most PACK_FREE_BYTES, and beyond them PACK_RATIO
 * bytes for each stored one. The writer keeps to half of the free bytes, so that whatever it wrote
 * can be read.
 */
#define PACK_FREE_BYTES (UINT64_C(16) << 30)
#define PACK_RATIO UINT64_C(2000)

struct pack_options {
    bool compress;
    int level;                    /* of zstd, 1 to 19; 0: COMPRESS_LEVEL_DEFAULT */
    const struct seal_keys *seal; /* borrowed while opening; NULL: not encrypted */
};

struct pack_totals {
    uint64_t stored_bytes;
    uint64_t unpacked_bytes;       /* of the tar */
    char sha256[DIGEST_HEX_BYTES]; /* of the stored bytes */
    bool compressed;
    bool encrypted;
};

struct pack;

/* The chain before `store`; owned by the caller. NULL with a fault; a level out of range is
 * FAULT_SETTINGS. */
struct pack *pack_open(const struct pack_options *options, struct byte_sink store, struct fault *f);
struct byte_sink pack_sink(struct pack *p);

/* Ends each layer. `store` has then got everything and is not closed. */
int pack_finish(struct pack *p, struct pack_totals *totals, struct fault *f);
void pack_free(struct pack *p); /* NULL is fine */

/* What may open a container. */
struct pack_keys {
    const struct unseal_keys *unseal; /* borrowed while opening; NULL: no key at hand */
    /* Why there is none, for a container that needs one; borrowed likewise, NULL: none was given.
     */
    const struct fault *missing;
    bool demanded; /* the user named the key for this very file: it must be encrypted */
    /* Other limits than PACK_FREE_BYTES and PACK_RATIO; 0: those. */
    uint64_t free_bytes;
    uint64_t ratio;
};

struct unpack;

/*
 * The chain behind `store`; owned by the caller; `keys` may be NULL. NULL with a fault: FAULT_DATA
 * when the first bytes are not a container's, FAULT_PERMISSION when it is encrypted and no key or
 * no fitting one is there, FAULT_USAGE when a key was demanded and it is not encrypted.
 */
struct unpack *unpack_open(struct byte_source store, const struct pack_keys *keys, struct fault *f);
struct byte_source unpack_source(struct unpack *u);

/* Reads on to the stored bytes' end, which must be the end of what is inside too. */
int unpack_finish(struct unpack *u, struct pack_totals *totals, struct fault *f);
void unpack_free(struct unpack *u); /* NULL is fine */

enum pack_form { PACK_UNKNOWN, PACK_TAR, PACK_ZSTD, PACK_AGE };

/* What a file that begins with these bytes is; 512 of them are enough. */
enum pack_form pack_sniff(const void *first_bytes, size_t size);

#endif
