#include "etl/odbc/piece_reader.h"

#include <stdlib.h>

#include "etl/odbc/piece.h"
#include "etl/odbc/stream.h"

/* About so many rows of a block are looked at for their size. */
enum { SAMPLES = 64 };

/* All but `rows` is the stream's thread's once it is open. */
struct piece_reader {
    struct db *db;
    const char *select;
    bool has_where;
    struct piece *piece;
    struct stmt *stmt; /* of the piece that is read */
    struct value *row; /* that is looked at */
    struct stream *rows;
};

static int
run_query(struct piece_reader *r, struct fault *f)
{
    struct text sql = TEXT_INIT;
    int rc = -1;

    text_add(&sql, r->select);
    piece_add(&sql, r->piece, r->has_where);
    if (text_check(&sql, f) == 0 && (r->stmt = db_prepare_stream(r->db, text_get(&sql), f)) != NULL)
        rc = stmt_start(r->stmt, f);
    text_release(&sql);
    return rc;
}

/* ---- in the stream's thread ---- */

static int
note(void *state, const struct fetcher *rows, const struct block *b, struct fault *f)
{
    struct piece_reader *r = state;
    size_t step = b->rows / SAMPLES + 1;

    for (size_t i = 0; i < b->rows; i += step) {
        if (fetcher_get_row(rows, b, i, r->row, f) != 0)
            return -1;
        piece_sample(r->piece, r->row);
    }
    if (fetcher_get_row(rows, b, b->rows - 1, r->row, f) != 0)
        return -1;
    return piece_came(r->piece, b->rows, r->row, f);
}

static int
turn(void *state, void **handle, struct fault *f)
{
    struct piece_reader *r = state;

    stmt_free(r->stmt);
    r->stmt = NULL;
    if (!piece_turn(r->piece))
        return 0;
    if (run_query(r, f) != 0)
        return -1;
    *handle = stmt_handle(r->stmt);
    return 1;
}

/* ---- reading ---- */

static int
start(struct piece_reader *r, const struct table *t, const enum value_type *types, struct fault *f)
{
    const struct stream_sequel sequel = {r, note, turn};

    if ((r->row = calloc(t->column_count, sizeof *r->row)) == NULL)
        return fault_set_memory(f);
    if ((r->piece = piece_new(t, f)) == NULL || run_query(r, f) != 0)
        return -1;
    r->rows = stream_open_sequel(r->db, stmt_handle(r->stmt), types, t->column_count, &sequel, f);
    return r->rows == NULL ? -1 : 0;
}

struct piece_reader *
piece_reader_open(struct db *db, const struct table *t, const char *select, bool has_where,
    const enum value_type *types, struct fault *f)
{
    struct piece_reader *r = calloc(1, sizeof *r);

    if (r == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    r->db = db;
    r->select = select;
    r->has_where = has_where;
    if (start(r, t, types, f) == 0)
        return r;
    piece_reader_close(r);
    return NULL;
}

void
piece_reader_close(struct piece_reader *r)
{
    if (r == NULL)
        return;
    stream_close(r->rows);
    stmt_free(r->stmt);
    piece_free(r->piece);
    free(r->row);
    free(r);
}

int
piece_reader_next(struct piece_reader *r, struct value *row, struct fault *f)
{
    return stream_next(r->rows, row, f);
}
