/*
 * age: how old something is, as people write it: "7 days", "12h", or a moment.
 */
#ifndef ETL_COMMAND_AGE_H
#define ETL_COMMAND_AGE_H

#include <stdint.h>

#include "config/base/fault.h"

/* The moment that lies so far before `now`; a text that is a moment (RFC 3339, UTC when it names no
 * zone) gives that moment. Units are minute, hour, day, week, month, single or plural, or their
 * first letters (m is a minute). FAULT_USAGE, naming `option`. */
int age_parse(const char *option, const char *text, int64_t now, int64_t *moment, struct fault *f);

#endif
