/*
 * batch_json: a batch whose text holds JSON arrays (RFC 8259, section 5), one a row, with commas
 * between: texts and times as strings, integers as numbers, doubles as whole multiples of a power
 * of two where they are such, and as strings where they are not.
 */
#ifndef ETL_ODBC_BATCH_JSON_H
#define ETL_ODBC_BATCH_JSON_H

#include "etl/odbc/batch_kind.h"

/* batch_kind->take. An empty text is not understood. */
bool batch_json_take(struct batch_rows *to, char *text, size_t length);

#endif
