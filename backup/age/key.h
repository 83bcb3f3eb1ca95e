/*
 * key: who can open a sealed file. A recipient ("age1...") is public and seals; its identity
 * ("AGE-SECRET-KEY-1...") is secret and opens. Both are X25519 keys as c2sp.org/age writes them.
 */
#ifndef BACKUP_AGE_KEY_H
#define BACKUP_AGE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

enum {
    RECIPIENT_TEXT_BYTES = 63, /* 62 characters and a NUL */
    IDENTITY_TEXT_BYTES = 75,  /* 74 characters and a NUL */
    IDENTITY_FILE_LIMIT = 64 * 1024,
};

struct recipient {
    uint8_t point[32];
};

struct identity {
    uint8_t secret[32]; /* wipe with identity_release */
    struct recipient recipient;
};

/* Reads a recipient; FAULT_DATA says what it is instead (mistyped, an identity, a kind of key that
 * is not supported). */
int recipient_parse(struct recipient *r, const char *text, struct fault *f);
void recipient_format(const struct recipient *r, char text[RECIPIENT_TEXT_BYTES]);

/* A new identity from the system's random generator. */
int identity_generate(struct identity *i, struct fault *f);

/* Reads an identity; faults never repeat the text. */
int identity_parse(struct identity *i, const char *text, struct fault *f);

/* The text is as secret as the identity: OPENSSL_cleanse it after use. */
void identity_format(const struct identity *i, char text[IDENTITY_TEXT_BYTES]);

void identity_release(struct identity *i);

struct identity_list {
    struct identity *items; /* owned */
    size_t count;
};

#define IDENTITY_LIST_INIT                                                                         \
    {                                                                                              \
        .items = NULL                                                                              \
    }

/*
 * Reads the text of an identity file: one identity a line, blank lines and lines with '#' in front
 * are skipped. No identity at all is FAULT_DATA; faults name the line. The list was empty before.
 */
int identity_list_parse(
    struct identity_list *list, const char *bytes, size_t size, struct fault *f);

/* The same from a file of at most IDENTITY_FILE_LIMIT bytes. Who may read the file is not looked
 * at. */
int identity_list_read(struct identity_list *list, const char *path, struct fault *f);

/* Adds copies of those of `more`. */
int identity_list_join(
    struct identity_list *list, const struct identity_list *more, struct fault *f);

/* Wipes and frees. */
void identity_list_release(struct identity_list *list);

#endif
