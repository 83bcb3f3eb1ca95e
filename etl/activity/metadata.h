/*
 * metadata: the tables that say what is deployed and what has happened to it, by BAM's own names in
 * the primary import (bam_Metadata_...), with our additions under nightcube_.
 */
#ifndef ETL_ACTIVITY_METADATA_H
#define ETL_ACTIVITY_METADATA_H

#include "etl/odbc/db.h"

/* Creates the metadata tables that are missing. In one transaction; doing it again changes nothing.
 */
int metadata_setup(struct db *primary, struct fault *f);

/* 0 when the metadata tables are there; FAULT_UNAVAILABLE with the cure when `setup` was never run.
 */
int metadata_check(struct db *primary, struct fault *f);

/* Remembers that an archive is configured, and tells whether one ever was: 1, 0, or -1 with a
 * fault. */
int metadata_note_archive(struct db *primary, struct fault *f);
int metadata_knows_archive(struct db *primary, struct fault *f);

/* The highest RecordID that an activity of that name, since removed, has given; 0: none. */
int metadata_get_last_record(
    struct db *primary, const char *activity, int64_t *last, struct fault *f);
int metadata_keep_last_record(
    struct db *primary, const char *activity, int64_t last, struct fault *f);

/* One line of bam_Metadata_OperationEvents, and the operation it belongs to. */
int metadata_begin_operation(
    struct db *primary, const char *description, int64_t *operation, struct fault *f);
int metadata_add_event(struct db *primary, int64_t operation, const char *event,
    const char *object_type, const char *object_name, struct fault *f);

#endif
