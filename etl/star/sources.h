/*
 * sources: SQL that reads what a cube's facts are made of, from a view or a snapshot of instances.
 */
#ifndef ETL_STAR_SOURCES_H
#define ETL_STAR_SOURCES_H

#include "etl/odbc/db.h"
#include "etl/star/shape.h"

/* "SELECT <record>, ActivityID, sources FROM <rest>": `record` is RecordID or what stands for it,
 * `rest` a relation and whatever comes behind it. */
void sources_select(struct text *sql, const struct star *star, const struct dialect *dialect,
    const char *record, const char *rest);

#endif
