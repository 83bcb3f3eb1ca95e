/*
 * definition_rows: the definition in the primary import: one document, which is what is read again
 * (deployment_read), and the metadata rows made from it, which others look at.
 */
#ifndef ETL_ACTIVITY_DEFINITION_ROWS_H
#define ETL_ACTIVITY_DEFINITION_ROWS_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* In place of what is there; an activity keeps its window and archive flag. Part of the caller's
 * transaction. */
int definition_rows_write(struct db *primary, const struct definition *d, struct fault *f);

#endif
