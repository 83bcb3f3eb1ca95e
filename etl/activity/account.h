/*
 * account: who may read a BAM view's objects (get-accounts, add-account, remove-account of bm.exe).
 * Rights are the engine's own GRANTs of SELECT; nightcube_Accounts remembers them, so that they can
 * be listed, taken back whole, and given again to a database that was restored.
 */
#ifndef ETL_ACTIVITY_ACCOUNT_H
#define ETL_ACTIVITY_ACCOUNT_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

struct account {
    const char *view;
    const char *name;
    int64_t granted; /* a moment */
};

struct account_list {
    struct account *items; /* in order of view and name */
    size_t count;
};

/* 0 when the engine has accounts, else FAULT_USAGE with the cure. */
int account_check_engine(struct db *primary, struct fault *f);

/* What was granted; everything is allocated in `memory`. */
int account_list(
    struct db *primary, struct arena *memory, struct account_list *list, struct fault *f);

/* Gives or takes SELECT on every object of the view; again changes nothing. What is given is
 * remembered before it is given and what is taken forgotten after, so that a death between leaves
 * no right that nobody knows of. FAULT_DATA when there is no such account, or nothing to take. */
int account_grant(struct db *primary, const struct view *v, const char *name, struct fault *f);
int account_revoke(struct db *primary, const struct view *v, const char *name, struct fault *f);

/*
 * After views came or went: gives what is remembered on the views there are, and takes back what
 * was remembered on views that are gone (`before` still has them; NULL: none went). What cannot be
 * given is a warning in the log.
 */
int account_settle(struct db *primary, const struct definition *before,
    const struct definition *after, struct fault *f);

/* What is remembered in a database that is about to be replaced, and of which views. */
struct account_memory {
    struct arena memory;
    struct account_list list;
    struct definition definition;
};

#define ACCOUNT_MEMORY_INIT                                                                        \
    {                                                                                              \
        .memory = ARENA_INIT, .definition = DEFINITION_INIT                                        \
    }

int account_memory_read(struct account_memory *m, struct db *primary, struct fault *f);
void account_memory_release(struct account_memory *m);

/* After a restore: gives what the restored database remembers on all its views, and takes what only
 * the one before it remembered, which names of views may have kept. */
int account_settle_restored(
    struct db *primary, const struct account_memory *before, struct fault *f);

#endif
