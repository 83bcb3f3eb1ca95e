/*
 * restoring: a restore, and behind it who may read what was restored. The caller holds the lock.
 */
#ifndef ETL_PIPELINE_RESTORING_H
#define ETL_PIPELINE_RESTORING_H

#include "etl/dump/restore.h"

/*
 * restore_container and restore_set. When a copy of the whole primary import took its place,
 * accounts get back what it remembers of them and lose what only the database before it did. The
 * restore is done by then: what goes wrong with that is a warning and a line of result->todo.
 */
int restoring_container(struct site *site, const struct restore_order *order,
    struct restore_result *result, struct fault *f);
int restoring_set(struct site *site, const struct restore_set_order *order,
    struct restore_result *result, struct fault *f);

#endif
