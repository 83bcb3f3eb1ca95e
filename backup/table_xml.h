/*
 * table_xml: a table's shape as the XML of a container's schema entry (namespace
 * urn:nightcube:table:1).
 */
#ifndef BACKUP_TABLE_XML_H
#define BACKUP_TABLE_XML_H

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/text.h"
#include "config/table/table.h"

enum {
    TABLE_XML_BYTES_MAX = 4 * 1024 * 1024,
    TABLE_XML_COLUMNS_MAX = 4096, /* the widest table of any engine we know has 4,096 columns */
    TABLE_XML_INDEXES_MAX = 4096,
};

/* Adds the document. FAULT_DATA: no column, too many, a name that XML cannot hold. */
int table_xml_write(struct text *t, const struct table *table, struct fault *f);

/* Reads it; everything in `table` lives in the arena. FAULT_DATA when it is malformed or refers to
 * a column it does not have. */
int table_xml_read(const struct text *xml, struct arena *a, struct table *table, struct fault *f);

#endif
