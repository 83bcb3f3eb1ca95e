/*
 * zone: what times without a zone of their own mean.
 *
 * Named zones are asked of libc, which knows only one at a time: while a year is looked up (once),
 * TZ in the environment is another, so no other thread may look at the environment then.
 */
#ifndef ETL_EVENT_ZONE_H
#define ETL_EVENT_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"

enum { ZONE_YEARS = 16, ZONE_STEPS = 12 };

/* The offsets of one year: `offset` seconds east of UTC from that second (UTC) on. */
struct zone_year {
    int year; /* 0: not filled */
    size_t count;
    struct {
        int64_t from;
        int64_t offset;
    } steps[ZONE_STEPS];
};

struct zone {
    char name[64]; /* "" when the offset is fixed */
    int offset_minutes;
    struct zone_year years[ZONE_YEARS]; /* of a named zone, by year modulo ZONE_YEARS */
};

/* A fixed offset ("+01:00", "-0530", "Z", "UTC") or an IANA name ("Europe/Vienna"); NULL: UTC.
 * FAULT_USAGE for anything else. */
int zone_init(struct zone *z, const char *name, struct fault *f);

/*
 * moment_parse, but a time without a zone is local time of `z`. A time that the clocks skip in
 * spring counts as if they had not been put forward yet; of one that comes twice in autumn the
 * first is meant (as POSIX mktime with daylight saving assumed). 0, or -1 when the text is no time.
 */
int zone_parse(struct zone *z, const char *bytes, size_t length, int64_t *moment);

#endif
