/*
 * csv: RFC 4180, UTF-8. An unquoted empty field is NULL, "" is an empty text; a UTF-8 byte order
 * mark at the start is skipped; records end in LF or CRLF; quoted fields may hold line ends.
 */
#ifndef CONFIG_BASE_CSV_H
#define CONFIG_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/stream.h"
#include "config/base/text.h"
#include "config/base/value.h"

struct csv_field {
    const char *bytes; /* NUL-terminated; borrowed until the next record */
    size_t length;
    bool quoted; /* "" is an empty text, nothing is NULL */
};

struct csv_reader {
    struct byte_source source;
    char separator;
    size_t record_limit_bytes; /* a longer record is FAULT_DATA */
    bool keep_empty_lines;     /* an empty line is a record of one NULL; false after init */
    uint64_t line;             /* of the record just read, from 1 */
    struct csv_field *fields;
    size_t field_count;
    struct text *raw; /* NULL, or borrowed: csv_read leaves the record's own bytes in it, line end
                         included; longer than the limit: cut */
    /* private */
    size_t field_room;
    struct text record;
    uint64_t next_line;
    char buffer[65536];
    size_t at, filled;
    size_t kept; /* from here on the buffer is not in `raw` yet */
    bool started;
};

/* `separator` ',' is RFC 4180's; `record_limit_bytes` bounds memory. */
void csv_reader_init(
    struct csv_reader *r, struct byte_source source, char separator, size_t record_limit_bytes);
void csv_reader_release(struct csv_reader *r);

/* Reads the next record into r->fields. Returns 1, 0 at the end, -1 with a fault that names the
 * line. Empty lines are skipped unless kept. */
int csv_read(struct csv_reader *r, struct fault *f);

/* After csv_read refused a record (FAULT_DATA): skips the rest of the line it stopped in, so that
 * reading may go on with the next one. 0, or -1 with a fault when the source cannot be read. */
int csv_skip_line(struct csv_reader *r, struct fault *f);

/* Adds one field; quotes it when it must be (an empty text always). Separators are the caller's. */
void csv_add_field(struct text *t, const char *bytes, size_t length);

/* Adds one value as a field, exactly; NULL adds nothing. */
void csv_add_value(struct text *t, const struct value *v);

#endif
