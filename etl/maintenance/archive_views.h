/*
 * archive_views: the partitioned views of the archive: bam_<Activity>_InstancesView and
 * _RelationshipsView over all tables that partitions were copied to.
 */
#ifndef ETL_MAINTENANCE_ARCHIVE_VIEWS_H
#define ETL_MAINTENANCE_ARCHIVE_VIEWS_H

#include "etl/odbc/db.h"

/* Makes an activity's views anew from the tables that are there: also after an archive was
 * detached, restored or put together by hand. A column that older tables lack reads as NULL. */
int archive_views_rebuild(struct db *archive, const char *activity, struct fault *f);

#endif
