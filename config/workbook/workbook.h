/*
 * workbook: the BAM definition that an Excel workbook (.xlsx) carries in its hidden sheet.
 */
#ifndef CONFIG_WORKBOOK_WORKBOOK_H
#define CONFIG_WORKBOOK_WORKBOOK_H

#include "config/base/fault.h"
#include "config/base/text.h"

enum workbook_kind { WORKBOOK_NONE, WORKBOOK_XLSX, WORKBOOK_XLS };

/* What the file is by its first bytes; one that cannot be read is WORKBOOK_NONE. */
enum workbook_kind workbook_kind_of(const char *path);

/* Adds the definition's XML. FAULT_DATA when the file is a binary .xls (with the cure), is damaged
 * or holds no definition. */
int workbook_read(const char *path, struct text *xml, struct fault *f);

#endif
