/*
 * misfit: values in a table that are not of their column's type. A driver would hand them over as
 * some other value; a reader lets the engine itself refuse them (dialect->fail_where), and asks
 * here which one it was.
 */
#ifndef ETL_ODBC_MISFIT_H
#define ETL_ODBC_MISFIT_H

#include "etl/odbc/db.h"

/* Adds a condition, behind `word` (WHERE, AND), that lets every row of the table through and fails
 * at one that reading would change. False, adding nothing: there can be no such row. */
bool misfit_add_guard(
    struct text *sql, const struct dialect *dialect, const struct table *t, const char *word);

/* Finds the first column with a misfit, among the rows of `where` (empty: all), and a row of it. 1
 * with a FAULT_DATA that names table, column and the row's key; 0 when nothing is found. A
 * transaction that the engine has given up is rolled back to ask. */
int misfit_find(struct db *db, const struct table *t, const char *where, struct fault *f);

#endif
