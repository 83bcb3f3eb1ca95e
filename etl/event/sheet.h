/*
 * sheet: a CSV file with a header row, read record by record; broken records are skipped, not
 * fatal. Used by both kinds of CSV.
 */
#ifndef ETL_EVENT_SHEET_H
#define ETL_EVENT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/csv.h"
#include "config/base/fault.h"
#include "etl/event/input.h"
#include "etl/event/names.h"
#include "etl/event/source.h"

enum { SHEET_LIMIT_RECORD_BYTES = 1024 * 1024, SHEET_LIMIT_COLUMNS = 4096 };

struct sheet {
    struct names columns;      /* the header, in order; "" for an unnamed first column */
    bool is_indexed;           /* the first column has no name: row numbers, to be ignored */
    uint64_t row;              /* of the record just read, from 1; the header does not count */
    uint64_t line;             /* of the record just read */
    struct csv_reader *reader; /* owned; fields of the record just read */
    struct text raw;           /* the record's own bytes, without its line end */
};

/* Reads the header. `separator` 0: comma, semicolon or tab, whichever the header holds most. `in`
 * is borrowed. FAULT_DATA for an empty file, a column twice or without a name. */
int sheet_open(struct sheet *t, struct input *in, char separator, struct fault *f);
void sheet_close(struct sheet *t); /* of a zeroed or used table */

/* The next record. SOURCE_REJECT: it is no CSV or has too few or too many fields; `f` says so with
 * its line. */
enum source_result sheet_next(struct sheet *t, struct fault *f);

/* The number of a column, NAMES_NONE when there is none of that name. */
size_t sheet_find(const struct sheet *t, const char *name);

/* A field of the record just read; NULL (false) when it is empty and not quoted. */
bool sheet_get(const struct sheet *t, size_t column, const char **bytes, size_t *length);

/* What the first bytes of a file say of its separator: comma, semicolon or tab. */
char sheet_guess_separator(const char *bytes, size_t length);

#endif
