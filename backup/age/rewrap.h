/*
 * rewrap: other recipients for a sealed file, without sealing its payload anew.
 */
#ifndef BACKUP_AGE_REWRAP_H
#define BACKUP_AGE_REWRAP_H

#include "backup/age/seal.h"
#include "backup/age/unseal.h"
#include "config/base/fault.h"
#include "config/base/stream.h"

/*
 * Opens the file that `from` gives with `old_keys` and writes it to `to` with a header for
 * `new_keys`; the payload is copied byte for byte, each chunk only after it has been authenticated.
 * Armor is taken off. The file key stays: whoever kept the old file or its key can read the new one
 * too. Faults are those of unseal, of seal and of `to`, which is to be thrown away after any.
 */
int rewrap(struct byte_source from, const struct unseal_keys *old_keys, struct byte_sink to,
    const struct seal_keys *new_keys, struct fault *f);

#endif
