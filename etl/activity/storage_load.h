/*
 * storage_load: what storage.c does first: what the database knows of the instances of a set.
 */
#ifndef ETL_ACTIVITY_STORAGE_LOAD_H
#define ETL_ACTIVITY_STORAGE_LOAD_H

#include "etl/activity/instance_set.h"
#include "etl/activity/names.h"
#include "etl/odbc/db.h"

int storage_load_set(struct db *primary, const struct activity_names *names, struct instance_set *b,
    struct fault *f);

#endif
