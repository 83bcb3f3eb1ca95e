/*
 * sniff: the format of a file, from its first bytes.
 */
#ifndef ETL_EVENT_SNIFF_H
#define ETL_EVENT_SNIFF_H

#include <stddef.h>

#include "config/base/fault.h"
#include "etl/event/source.h"

/* '<' begins XES, '{' JSON Lines; a CSV is long when its header has the case column, wide when it
 * has ActivityID. Anything else is FAULT_DATA that says what was looked for. */
int sniff_format(const char *bytes, size_t length, const struct source_options *options,
    enum source_format *format, struct fault *f);

#endif
