/*
 * deployment: what is deployed in a primary import: the definition as one document, the metadata
 * rows made from it, the tables and views. Each change is one transaction and one operation in the
 * list of changes.
 */
#ifndef ETL_ACTIVITY_DEPLOYMENT_H
#define ETL_ACTIVITY_DEPLOYMENT_H

#include "config/definition/definition.h"
#include "etl/odbc/db.h"

/* Reads all that is deployed; an empty definition when nothing is. FAULT_UNAVAILABLE when the
 * database was never set up. */
int deployment_read(struct db *primary, struct definition *d, struct fault *f);

/* Deploys what is in `d` beside what is there. A name that is taken: FAULT_DATA, `list` says which,
 * nothing changed. */
int deployment_deploy(
    struct db *primary, const struct definition *d, struct findings *list, struct fault *f);

/* Replaces what `d` names (see definition_update) and deploys what is new. */
int deployment_update(
    struct db *primary, const struct definition *d, struct findings *list, struct fault *f);

/* Drops an activity with all its data, or a view with its cubes (the other name is NULL). */
int deployment_remove(struct db *primary, const char *activity, const char *view,
    struct findings *list, struct fault *f);

/* Drops an index that was set or deployed. Partitions keep theirs for the time they have left. */
int deployment_remove_index(struct db *primary, const char *activity, const char *index,
    struct findings *list, struct fault *f);

#endif
