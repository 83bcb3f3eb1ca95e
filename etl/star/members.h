/*
 * members: the members of one dimension: which key belongs to which level values. Known ones are
 * read from the dimension table, new ones get the next key and are written to it.
 */
#ifndef ETL_STAR_MEMBERS_H
#define ETL_STAR_MEMBERS_H

#include "config/base/text.h"
#include "etl/odbc/db.h"
#include "etl/odbc/table_writer.h"
#include "etl/star/shape.h"

struct members {
    const struct table *table;
    struct table_writer *writer;
    struct arena memory;
    struct member **slots; /* open addressing by the hash of the values */
    size_t slot_count;
    size_t count;
    int64_t last_key;
    struct text scratch;
    struct value *row; /* key and levels */
};

/* Reads the table; `table` is borrowed. New members are written through `star`'s connection. */
int members_open(struct members *m, struct db *star, const struct table *table, struct fault *f);
void members_close(struct members *m);

/* Sends the new members that are still held back. */
int members_finish(struct members *m, struct fault *f);

/* The key of a member; adds it when it is new. One value for each level. */
int members_key(struct members *m, const struct value *levels, int64_t *key, struct fault *f);

#endif
