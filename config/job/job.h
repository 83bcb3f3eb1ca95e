/*
 * job: a job file (namespace urn:nightcube:job:1) as data. Steps stand in file order. What a step
 * means is not known here; the order rules of the documentation are, see job_check.
 */
#ifndef CONFIG_JOB_JOB_H
#define CONFIG_JOB_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/digest.h"
#include "config/base/fault.h"
#include "config/base/findings.h"
#include "config/base/text.h"

enum step_kind {
    STEP_BACKUP_DATABASE,
    STEP_BACKUP_ANALYSIS,
    STEP_MAINTAIN_DATA,
    STEP_LOAD_STAR_SCHEMA,
    STEP_PROCESS_CUBE,
    STEP_TRUNCATE_FACTS,
    STEP_PURGE_CUBE,
    STEP_RESTORE, /* only in an XMLA file */
    STEP_KIND_COUNT
};

enum frequency {
    FREQUENCY_ALWAYS,
    FREQUENCY_HOURLY,
    FREQUENCY_DAILY,
    FREQUENCY_WEEKLY,
    FREQUENCY_MONTHLY
};
enum process_type {
    PROCESS_DEFAULT,
    PROCESS_FULL,
    PROCESS_DATA,
    PROCESS_INDEXES,
    PROCESS_ADD,
    PROCESS_CLEAR,
    PROCESS_TYPE_COUNT
};
enum history { HISTORY_WINDOW, HISTORY_PRIMARY, HISTORY_PRIMARY_AND_ARCHIVE, HISTORY_NONE };

/* Roles and their members in a restore: both, roles alone, neither. */
enum security { SECURITY_COPY_ALL, SECURITY_SKIP_MEMBERSHIP, SECURITY_IGNORE };

/* The file that an XMLA Backup or Restore names, and how it is treated. */
struct step_file {
    const char *name;
    const char *database; /* restore: under this name; NULL: the one in the file */
    const char *password; /* may hold {secret:NAME}; NULL: none */
    bool allow_overwrite; /* backup: of the file; restore: of the database */
    bool compress;        /* backup */
    enum security security;
};

struct job_step {
    enum step_kind kind;
    const char *name;     /* unique in the job */
    const char *target;   /* Database, Activity or Cube: a name, or a pattern ending in '*' */
    const char *analysis; /* the analysis database that a cube must be of; NULL: any */
    const struct step_file *file; /* NULL: none is named */
    bool continue_on_error;
    enum frequency frequency;           /* backups */
    bool backup_archive;                /* MaintainData; false is a warning */
    enum process_type process_type;     /* ProcessCube */
    enum history history;               /* LoadStarSchema: HISTORY_WINDOW when not said */
    char fingerprint[DIGEST_HEX_BYTES]; /* SHA-256 of the step's canonical XML */
    int line;
};

struct job {
    struct arena memory;
    const char *name;
    struct job_step *steps;
    size_t step_count;
    char fingerprint[DIGEST_HEX_BYTES]; /* of the whole job */
    bool has_password;                  /* in clear text: its XML must not be kept */
};

#define JOB_INIT                                                                                   \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void job_release(struct job *j);

/* Element name of a step kind ("BackupDatabase") and of a process type ("ProcessFull"). */
extern const char *const step_kind_names[STEP_KIND_COUNT];
extern const char *const process_type_names[PROCESS_TYPE_COUNT];

/* Reads a job file, ours or XMLA (config/xmla), and checks it (job_check). FAULT_SETTINGS,
 * everything wrong in `list` with lines; FAULT_NO_INPUT when missing. */
int job_read(struct job *j, const char *path, struct findings *list, struct fault *f);
int job_read_text(
    struct job *j, const char *xml, size_t length, struct findings *list, struct fault *f);

/* The built-in nightly job as XML. */
extern const char job_nightly_xml[];

/*
 * The order rules, each named in its message: a purge only after its facts were truncated in this
 * job; a purge followed by full processing of the same cube; no two steps of one name; star schema
 * not backed up before the analysis databases.
 */
void job_check(const struct job *j, struct findings *list);

#endif
