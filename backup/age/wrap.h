/*
 * wrap: the file key inside a stanza, for the owner of an X25519 identity or of a passphrase
 * (c2sp.org/age, "The X25519 recipient type" and "The scrypt recipient type").
 */
#ifndef BACKUP_AGE_WRAP_H
#define BACKUP_AGE_WRAP_H

#include "backup/age/header.h"
#include "backup/age/key.h"

enum wrap_type {
    WRAP_X25519,
    WRAP_SCRYPT,
    WRAP_UNKNOWN, /* of another program; ignored */
};

/* A passphrase and the cost of trying it. */
struct passphrase {
    const char *text;     /* NUL-terminated UTF-8, used as it is; borrowed */
    unsigned work_factor; /* to wrap with; to unwrap: the most that is accepted */
};

/* The type by the first argument (upper and lower case differ). */
enum wrap_type wrap_type_of(const struct stanza *s);

/* Checks arguments and sizes of a stanza of a known type, before any key is tried. FAULT_DATA. */
int wrap_check(const struct stanza *s, struct fault *f);

/* Makes the stanza that gives the file key to the recipient, with a fresh ephemeral key. Its memory
 * belongs to the arena. */
int wrap_for_recipient(struct stanza *s, struct arena *arena, const struct recipient *recipient,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f);

/* Makes the stanza that gives the file key to whoever knows the passphrase, with a fresh salt. */
int wrap_for_passphrase(struct stanza *s, struct arena *arena, const struct passphrase *passphrase,
    const uint8_t file_key[FILE_KEY_BYTES], struct fault *f);

/* Both take a stanza that passed wrap_check. They return 1 and the file key, 0 when it is not for
 * this key, -1 with a fault; FAULT_DATA: the stanza is one that no writer makes. */
int wrap_open_identity(const struct stanza *s, const struct identity *identity,
    uint8_t file_key[FILE_KEY_BYTES], struct fault *f);
int wrap_open_passphrase(const struct stanza *s, const struct passphrase *passphrase,
    uint8_t file_key[FILE_KEY_BYTES], struct fault *f);

#endif
