/*
 * reading: a table of facts into the pieces of a cube's part. A large table is read over two
 * connections: the driver is what takes the time, and each half is counted by the thread that
 * reads it.
 */
#ifndef ETL_STAR_READING_H
#define ETL_STAR_READING_H

#include "cube/process.h"
#include "etl/odbc/db.h"
#include "etl/star/shape.h"

struct reading {
    struct db *star;
    struct star *shape;
    const struct cube_model *model;
    struct cube_process *process;
    enum cube_part part;
    const char *facts;     /* the table */
    int64_t first, last;   /* of its RecordIDs */
    bool whole;            /* these are nearly all */
    uint64_t expected;     /* roughly how many facts; 0: few */
    uint64_t memory_bytes; /* of all cells in memory; what is more is written in pieces */
};

/* Reads, counts and writes all of it; adds to `counts`. 0, or -1 with a fault. */
int reading_run(const struct reading *r, struct cube_build_counts *counts, struct fault *f);

#endif
