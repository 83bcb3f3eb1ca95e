/*
 * settings: the file nightcube.xml (namespace urn:nightcube:config:1), or the embedded default when
 * there is none. Relative paths are made absolute against the settings file's folder.
 */
#ifndef CONFIG_SETTINGS_SETTINGS_H
#define CONFIG_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/findings.h"

struct database_setting {
    const char *name;       /* PrimaryImport, Archive, StarSchema, or the Name of an Other */
    const char *connection; /* ODBC connection string, {secret:NAME} not yet filled in */
    bool is_other;          /* backed up with the primary import, never changed */
};

/* Where the facts of a cube are asked: in cube files, or in the star schema itself. */
enum storage_mode { STORAGE_MEMORY, STORAGE_DIRECTQUERY };

struct cube_setting {
    const char *name;
    enum storage_mode storage;
};

struct analysis_setting {
    const char *name;
    const char *directory;      /* absolute */
    enum storage_mode storage;  /* of all cubes but these */
    struct cube_setting *cubes; /* <Cube Name=... StorageMode=.../> */
    size_t cube_count;
    int memory_mib;         /* what processing a cube may take */
    int aggregates_percent; /* of the base cuboid: how large aggregates may be */
};

/* Unless the settings say otherwise. */
enum { DEFAULT_MEMORY_MIB = 1024, DEFAULT_AGGREGATES_PERCENT = 100 };

enum compression { COMPRESSION_NONE, COMPRESSION_ZSTD };

struct backup_setting {
    const char *store; /* "file:/absolute/dir"; other schemes as written */
    enum compression compression;
    int level;               /* of zstd, 1 to 19 */
    const char **recipients; /* age1... */
    size_t recipient_count;
    const char *
        *identity_files; /* absolute; <Identity File=.../>, or identity.txt beside the settings */
    size_t identity_file_count;
    bool encrypt;                              /* false only when the file says Encryption="none" */
    int keep_daily, keep_weekly, keep_monthly; /* 0: no rule */
};

struct settings {
    struct arena memory;
    const char *path;      /* of the file; where it would be, when there is none */
    const char *directory; /* its folder */
    bool is_default;       /* no settings file was found */
    struct database_setting *databases;
    size_t database_count;
    struct analysis_setting *analyses;
    size_t analysis_count;
    struct backup_setting backup;
    const char *state_directory; /* absolute */
    const char *secrets_file;    /* absolute, <Secrets File=.../>; NULL when not given */
    const char *on_failure;      /* for the shell, <OnFailure Command=.../>; NULL when not given */
    const char *metrics_file;    /* absolute, <Metrics File=.../>; NULL when not given */
};

#define SETTINGS_INIT                                                                              \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void settings_release(struct settings *s);

/*
 * Reads `path`; NULL looks for $NIGHTCUBE_CONFIG, ./nightcube.xml,
 * $XDG_CONFIG_HOME/nightcube/nightcube.xml
 * ($HOME/.config without it), /etc/nightcube/nightcube.xml, and falls back to the embedded default:
 * SQLite files, analysis, backups and state below $XDG_DATA_HOME/nightcube ($HOME/.local/share).
 * A named file that is missing is FAULT_NO_INPUT, a wrong one FAULT_SETTINGS with all that is wrong
 * in `list`.
 */
int settings_read(struct settings *s, const char *path, struct findings *list, struct fault *f);

/* The setting of a database; NULL when it is not configured. */
const struct database_setting *settings_find_database(const struct settings *s, const char *name);
const struct analysis_setting *settings_find_analysis(const struct settings *s, const char *name);

/* The storage mode of a cube in an analysis database. */
enum storage_mode settings_cube_storage(const struct analysis_setting *a, const char *cube);

/* "memory", "directquery"; finding anything else gives STORAGE_MEMORY. */
const char *storage_mode_name(enum storage_mode mode);
enum storage_mode storage_mode_find(const char *name);

/*
 * Writes recipients into the settings file (creates the file from the settings when there is none),
 * keeping everything else. For `setup` and `key`.
 */
int settings_add_recipients(
    struct settings *s, const char *const *recipients, size_t count, struct fault *f);

#endif
