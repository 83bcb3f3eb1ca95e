/*
 * casebook: for each case of a long CSV the row that is its last, and how many of its rows were
 * seen. Cases are known by their XXH3-64 (against accident, not against an attacker); 16 bytes a
 * case in a table at most two thirds full.
 */
#ifndef ETL_EVENT_CASEBOOK_H
#define ETL_EVENT_CASEBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

struct casebook_entry {
    uint64_t hash;     /* 0: free */
    uint64_t last_row; /* low 40 bits; above them, rows seen so far, which stop at the limit */
};

struct casebook {
    struct casebook_entry *entries; /* owned */
    size_t room;
    size_t count;
};

void casebook_release(struct casebook *b); /* of a zeroed or used book */

/* First pass: `row` (from 1) belongs to that case. 0, or -1 with a fault. */
int casebook_note(struct casebook *b, const char *id, size_t length, uint64_t row, struct fault *f);

/* Second pass: counts one row more of the case; `position` gets the number of those before.
 * Returns the case's last row, 0 when it was never noted. */
uint64_t casebook_see(struct casebook *b, const char *id, size_t length, uint64_t *position);

#endif
