/*
 * opening_options: the options that say where a backup lies and what opens it, the same for
 * `restore` and `verify`.
 */
#ifndef ETL_COMMAND_OPENING_OPTIONS_H
#define ETL_COMMAND_OPENING_OPTIONS_H

#include "etl/command/command.h"
#include "etl/dump/keyring.h"

/* Rows for a command's table of options. */
#define OPENING_OPTION_ROWS                                                                        \
    {"store", "STORE", "where it lies: a location (default: the settings' store)", false},         \
        {"identity-file", "FILE",                                                                  \
            "the key that opens it, - to be asked (default: those of the settings)", true},        \
    {                                                                                              \
        "passphrase-file", "FILE", "the passphrase that opens it stands there, - to be asked",     \
            false                                                                                  \
    }

/* Reads them; texts are borrowed from the invocation. */
int opening_options_read(struct invocation *i, struct opening *opening, struct fault *f);

#endif
