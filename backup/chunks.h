/*
 * chunks: one table's rows as CSV chunks (RFC 4180: comma, CRLF, double quotes), each with a header
 * row. NULL is an unquoted empty field, an empty text is "", binary is base64; numbers and times
 * read back to the same bits (see value.h).
 */
#ifndef BACKUP_CHUNKS_H
#define BACKUP_CHUNKS_H

#include "backup/volume.h"
#include "config/base/csv.h"
#include "config/base/rowsum.h"
#include "config/table/table.h"

/* A chunk is closed by the row that makes it this long. */
#define CHUNKS_CHUNK_BYTES ((size_t)4 * 1024 * 1024)

/* The longest row as CSV; a chunk is at most this much longer. Memory grows with the row only. */
#define CHUNKS_ROW_BYTES_MAX ((size_t)1024 * 1024 * 1024)

struct chunks_writer {
    struct volume *to;         /* borrowed */
    const struct table *table; /* borrowed; NULL: no table is open */
    struct rowsum sum;
    struct text chunk;
    uint64_t chunk_rows;
    uint64_t chunks;
    uint64_t bytes;
};

/* Writes the rows of `table` to `to`; release afterwards, also after a fault. */
int chunks_begin(
    struct chunks_writer *w, struct volume *to, const struct table *table, struct fault *f);
int chunks_add_row(struct chunks_writer *w, const struct value *row, struct fault *f);

/* Writes the last chunk and the table's sums. The sums stay readable until release. */
int chunks_finish(struct chunks_writer *w, struct fault *f);
void chunks_release(struct chunks_writer *w);

/* Where rows go that were read. */
struct row_sink {
    int (*write)(void *state, const struct value *row, struct fault *f); /* NULL: nowhere */
    void *state;
};

struct chunks_reader {
    const struct table *table; /* borrowed */
    struct rowsum sum;
    struct value *row;
    struct text *scratch; /* one a column, for decoded bytes */
    uint64_t chunks;
    uint64_t bytes;
};

int chunks_reader_init(struct chunks_reader *r, const struct table *table, struct fault *f);
void chunks_reader_release(struct chunks_reader *r);

/* Reads one chunk; `rows` becomes the number of its rows. FAULT_DATA: a header that is not the
 * table's, a row with other cells, a value that is not of its column's type, no row at all. */
int chunks_read_chunk(struct chunks_reader *r, struct byte_source chunk, struct row_sink to,
    uint64_t *rows, struct fault *f);

#endif
