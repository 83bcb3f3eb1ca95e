/*
 * window: how long an activity's completed instances stay online, and whether they are archived
 * after that. Read from bam_Metadata_Activities each time: changes made by SQL are honoured.
 */
#ifndef ETL_MAINTENANCE_WINDOW_H
#define ETL_MAINTENANCE_WINDOW_H

#include "etl/odbc/db.h"

enum window_unit { WINDOW_MINUTE, WINDOW_HOUR, WINDOW_DAY, WINDOW_MONTH, WINDOW_UNIT_COUNT };

/* "MINUTE" ... as the metadata has them; found whatever the case. */
extern const char *const window_unit_names[WINDOW_UNIT_COUNT];
enum window_unit window_unit_find(const char *name);

struct window {
    int64_t length;
    enum window_unit unit;
    bool archive; /* false: purge without archiving, said by the operator */
};

enum { WINDOW_MAX_LENGTH = 1000000 };

/* FAULT_DATA for an activity that is not deployed or a unit that is none. */
int window_read(struct db *primary, const char *activity, struct window *w, struct fault *f);
int window_set(struct db *primary, const char *activity, int64_t length, enum window_unit unit,
    struct fault *f);
int window_set_archive(struct db *primary, const char *activity, bool archive, struct fault *f);

/* The moment before which rows have left the window. */
int64_t window_threshold(const struct window *w, int64_t now);

#endif
