/*
 * summary: filling a container's summary, for its writer and its reader.
 */
#ifndef BACKUP_SUMMARY_H
#define BACKUP_SUMMARY_H

#include "backup/container.h"

/* Adds a table and its rows; copies name and sums. */
int summary_add_table(struct container_summary *s, const char *name, const struct rowsum *sum,
    uint64_t chunks, uint64_t bytes, struct fault *f);

#endif
