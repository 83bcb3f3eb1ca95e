/*
 * drivers: which ODBC drivers are installed on this machine.
 */
#ifndef ETL_ODBC_DRIVERS_H
#define ETL_ODBC_DRIVERS_H

#include "config/base/fault.h"
#include "config/base/text.h"

/* Adds their names as odbcinst.ini has them, "A, B"; nothing when there are none. Returns how many,
 * -1 with a fault. */
int drivers_list(struct text *names, struct fault *f);

/* Is a driver of that name installed (case aside, as unixODBC looks them up)? Returns 1, 0, or -1
 * with a fault. */
int drivers_have(const char *name, struct fault *f);

#endif
