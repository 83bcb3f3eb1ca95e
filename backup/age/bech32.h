/*
 * bech32: keys as text with a checksum that finds typing errors (BIP-173, checksum constant 1, not
 * Bech32m). A text is a readable prefix, '1', the data in groups of five bits, six check
 * characters.
 */
#ifndef BACKUP_AGE_BECH32_H
#define BACKUP_AGE_BECH32_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BECH32_DATA_LIMIT = 64,  /* bytes of data we ever read or write */
    BECH32_TEXT_LIMIT = 160, /* characters we ever look at */
};

/* Characters that `size` bytes of data take behind a prefix of `prefix` characters. */
#define BECH32_LENGTH(prefix, size) ((prefix) + 1 + ((size)*8 + 4) / 5 + 6)

/* Writes lower-case text and a NUL; `prefix` is lower case, `size` at most BECH32_DATA_LIMIT and
 * `text` has room for BECH32_LENGTH + 1. */
void bech32_encode(const char *prefix, const uint8_t *bytes, size_t size, char *text);

/*
 * Decodes a text of upper or lower case, never mixed, that must have this prefix (given in lower
 * case). Returns how many bytes, -1 when malformed, mistyped or more than `room`.
 */
ssize_t bech32_decode(const char *text, const char *prefix, uint8_t *bytes, size_t room);

#endif
