/*
 * backup_hook: the backup that the documentation asks for whenever something is deployed or removed
 * (BAM documentation, "Backing up the BAM databases").
 */
#ifndef ETL_COMMAND_BACKUP_HOOK_H
#define ETL_COMMAND_BACKUP_HOOK_H

#include <stdbool.h>

#include "etl/command/invocation.h"

/*
 * Backs up the primary import, the archive and the other databases; with `views` also the star
 * schema and the analysis databases. Called behind `deploy` and `update`, and before `remove`
 * drops anything. A setting that makes the backup impossible is a fault; what was deployed stays.
 */
int backup_after_deploy(struct invocation *i, bool views, struct fault *f);

#endif
