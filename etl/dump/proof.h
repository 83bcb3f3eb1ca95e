/*
 * proof: is there a backup that holds exactly these rows? Asked before anything is dropped.
 *
 * Nothing is believed that was not looked at: a container counts when the catalogue's table entry
 * has the same number of rows and checksum, and the stored file, read anew, has the catalogue's
 * size and SHA-256. A file is read once a process.
 */
#ifndef ETL_DUMP_PROOF_H
#define ETL_DUMP_PROOF_H

#include "etl/maintenance/archiving.h"
#include "etl/site/site.h"

struct proof;

/* Over the store of that location; NULL: the settings'. Owned by the caller; NULL with a fault. */
struct proof *proof_open(struct site *site, const char *store, struct fault *f);
void proof_close(struct proof *p); /* NULL is fine */

/* As archiving asks for it; borrows `p`. */
struct backup_proof proof_of(struct proof *p);

/* The answer itself: 1 with the container in `found`, 0, or -1 with a fault. What was backed up
 * since the proof was opened counts too. */
int proof_holds(struct proof *p, const char *database, const char *table, const struct rowsum *sum,
    struct evidence *found, struct fault *f);

#endif
