/*
 * keyring: the keys of one backup or restore: what was asked for, else what the settings say.
 */
#ifndef ETL_DUMP_KEYRING_H
#define ETL_DUMP_KEYRING_H

#include <stdbool.h>
#include <stddef.h>

#include "backup/pack.h"
#include "config/base/digest.h"
#include "config/settings/settings.h"

/* Who may open a backup. Nothing said: as the settings say. */
struct sealing {
    const char *const *recipients; /* age1... */
    size_t recipient_count;
    const char *passphrase; /* borrowed; NULL: none */
    bool no_encryption;
};

/* What opens a backup. Nothing said: the identity files of the settings that are there. */
struct opening {
    const struct identity_list *identities; /* borrowed; NULL or empty: none */
    const char *passphrase;                 /* borrowed; NULL: none */
};

struct keyring {
    struct recipient *recipients;    /* owned */
    struct identity_list identities; /* of the settings */
    struct seal_keys seal;
    struct unseal_keys unseal;
    struct fault unread; /* why an identity of the settings could not be read */
};

#define KEYRING_INIT                                                                               \
    {                                                                                              \
        .identities = IDENTITY_LIST_INIT                                                           \
    }

/*
 * Gathers what seals a backup. *seal is borrowed from the keyring, NULL when it is not to be
 * encrypted. FAULT_SETTINGS with the cure when nobody said how; FAULT_USAGE for recipients and a
 * passphrase together (the age format keeps a passphrase alone, c2sp.org/age).
 */
int keyring_seal(struct keyring *k, const struct settings *settings, const struct sealing *how,
    const struct seal_keys **seal, struct fault *f);

/* Gathers what may open a backup. What was asked for makes `keys` demanded; an identity file of the
 * settings that cannot be read is a warning; when none is left and the disk failed, that is what is
 * told of a backup that needs one (keys->missing), not that a key is missing. -1 only when memory
 * runs out. */
int keyring_unseal(struct keyring *k, const struct settings *settings, const struct opening *how,
    struct pack_keys *keys, struct fault *f);

/* Tells recipients apart: the SHA-256 of who can open what is sealed so, in order. 0 with "" for a
 * passphrase and for no encryption (`seal` NULL). */
int keyring_fingerprint(
    const struct seal_keys *seal, char sha256[DIGEST_HEX_BYTES], struct fault *f);

/* Wipes and frees. */
void keyring_release(struct keyring *k);

#endif
