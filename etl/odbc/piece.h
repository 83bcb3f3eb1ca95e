/*
 * piece: the queries of a large table in pieces, in the order of its key, for a driver that reads
 * the whole result of a query into memory. Each goes on behind the last row of the one before.
 */
#ifndef ETL_ODBC_PIECE_H
#define ETL_ODBC_PIECE_H

#include "config/table/table.h"
#include "etl/odbc/db.h"

struct piece;

/* Can the table be read so? Its key must be what the engine compares exactly. */
bool piece_can_read(const struct dialect *dialect, const struct table *t);

/* A value of such a key's column as a literal. FAULT_DATA: a text that no literal can hold. */
int piece_set_literal(struct text *sql, const char *column, const struct value *v, struct fault *f);

/* Before the first row. `t` is borrowed. Owned by the caller; NULL with a fault. */
struct piece *piece_new(const struct table *t, struct fault *f);
void piece_free(struct piece *p); /* NULL is fine */

/* Adds to a SELECT, which ends in a WHERE condition when `has_where`, what makes it the next piece.
 */
void piece_add(struct text *sql, struct piece *p, bool has_where);

/* A row of the piece, so that the next one is of a size that a driver can hold: by many of them. */
void piece_sample(struct piece *p, const struct value *row);

/* Rows of the piece have come, in order, `last` the last of them. FAULT_DATA: its key is a text
 * that no literal can hold. */
int piece_came(struct piece *p, uint64_t rows, const struct value *last, struct fault *f);

/* All of the piece has come: was it full, so that another one follows? */
bool piece_turn(struct piece *p);

#endif
