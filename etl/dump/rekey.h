/*
 * rekey: other recipients for containers that are written already. Only the head of the file is
 * made anew; what is sealed stays, byte for byte (backup/age/rewrap.h).
 */
#ifndef ETL_DUMP_REKEY_H
#define ETL_DUMP_REKEY_H

#include "backup/catalogue.h"
#include "etl/dump/keyring.h"
#include "etl/site/site.h"

/* Everything is borrowed. */
struct rekey_order {
    const char *source; /* a container's id, its file name in the store, or a path */
    const char *store;  /* location; NULL: the settings' */
    struct opening opening;
    struct sealing sealing;  /* nothing said: the recipients of the settings */
    struct catalogue *known; /* kept from order to order, so that it is read once; or NULL */
};

struct rekey_result {
    struct arena memory;
    const char *file;
    const char *container; /* id; NULL: in no catalogue */
    uint64_t bytes;
    char sha256[DIGEST_HEX_BYTES];
};

#define REKEY_RESULT_INIT                                                                          \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void rekey_result_release(struct rekey_result *result);

/*
 * Rewrites one container under its name. The catalogue gets its new size and SHA-256 as a new entry
 * of the same id before the file is replaced; cut off between the two the old file still counts,
 * as the catalogue knows both. Who kept the old file and its key can still read it. FAULT_USAGE: it
 * is not encrypted; FAULT_PERMISSION: no fitting key; FAULT_DATA: it is damaged. Release the result
 * in any case.
 */
int rekey_container(struct site *site, const struct rekey_order *order, struct rekey_result *result,
    struct fault *f);

#endif
