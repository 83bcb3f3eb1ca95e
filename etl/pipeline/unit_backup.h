/*
 * unit_backup: the units of a plan that write containers.
 */
#ifndef ETL_PIPELINE_UNIT_BACKUP_H
#define ETL_PIPELINE_UNIT_BACKUP_H

#include "config/settings/secret.h"
#include "etl/pipeline/unit.h"

int unit_backup_databases(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f);
int unit_backup_analyses(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f);
/* Skipped, saying so, when no archive is configured or the step says BackupArchive="false" (a
 * warning). */
int unit_backup_archive(
    struct run_context *c, const struct unit *u, struct unit_result *r, struct fault *f);

/* The password of an XMLA command: itself, or the secret that {secret:NAME} names. Released by the
 * caller in any case. */
int unit_password(
    const struct settings *settings, const char *password, struct secret *s, struct fault *f);

#endif
