/*
 * trial: does with a table of its own, which is gone afterwards, all that a night does with others,
 * and so finds out what rights an account lacks.
 */
#ifndef ETL_ODBC_TRIAL_H
#define ETL_ODBC_TRIAL_H

#include "etl/odbc/db.h"

/*
 * Creates nightcube_Doctor, writes to it, alters, indexes and renames it, puts a view over it and
 * drops it, in a transaction that is rolled back where DDL is transactional. The fault is that of
 * the first step that failed, "may not create a table: ...", with the cure. Elsewhere others see
 * the table for a moment: the caller keeps nights and backups away.
 */
int trial_run(struct db *db, struct fault *f);

#endif
