/*
 * batch_marks: a batch whose text is cells as the engine writes them, each with a mark behind it: a
 * byte that hardly any text holds. The first cell is the number of rows.
 *
 *     2# ORD-1# Bern# 12# ORD-2# @ 7#        (without the blanks; '#' BATCH_MARK, '@' BATCH_NULL)
 *
 * A text that holds such a byte makes for more marks than cells, so the last row does not end where
 * the text does: it is noticed, always, and nothing of the batch is taken.
 */
#ifndef ETL_ODBC_BATCH_MARKS_H
#define ETL_ODBC_BATCH_MARKS_H

#include "etl/odbc/batch_kind.h"

/* Control characters that are not those of any interchange format: behind a value; a NULL. */
enum { BATCH_MARK = 0x16, BATCH_NULL = 0x14 };

/* batch_kind->take. */
bool batch_marks_take(struct batch_rows *to, char *text, size_t length);

#endif
