/*
 * key_file: an identity on disk: a text file that age(1) takes with -i, readable by its owner only.
 */
#ifndef ETL_COMMAND_KEY_FILE_H
#define ETL_COMMAND_KEY_FILE_H

#include "backup/age/key.h"
#include "config/base/fault.h"

enum key_role {
    KEY_IDENTITY, /* stays on this host: opens backups for restores and drills */
    KEY_RECOVERY, /* a sheet to print and put away: opens backups when the host is lost */
    KEY_ROLE_COUNT
};

/* Makes a new key and writes its file with mode 0600, and its directory when missing. An existing
 * file stays as it is: FAULT_EXISTS. The sheet of a recovery key names the store where the backups
 * lie (NULL: it does not). `recipient` gets the public part. */
int key_file_make(const char *path, enum key_role role, const char *store,
    char recipient[RECIPIENT_TEXT_BYTES], struct fault *f);

/* The recipient of the (first) identity in an existing file. */
int key_file_recipient(const char *path, char recipient[RECIPIENT_TEXT_BYTES], struct fault *f);

#endif
