/*
 * convert: text of a foreign log into a value of a checkpoint's type, exactly or not at all.
 */
#ifndef ETL_EVENT_CONVERT_H
#define ETL_EVENT_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "config/definition/definition.h"
#include "etl/event/zone.h"

/*
 * INT takes "50" and "35.0" but not "35.5", and true/false as 1/0 when `is_boolean`; FLOAT any
 * finite number; DATETIME what zone_parse takes; NVARCHAR any text of at most the checkpoint's
 * length in characters. Texts are borrowed from `bytes`. 0, or -1 with FAULT_DATA that shows the
 * value ("'abc' is not a whole number").
 */
int convert_text(const struct checkpoint *c, struct zone *z, const char *bytes, size_t length,
    bool is_boolean, struct value *v, struct fault *f);

/* A double as an INT: whole and within what a double holds exactly (2^53). 0, or -1. */
int convert_whole(double number, int64_t *whole);

/* Checks a text against a limit in characters, naming it `what`. 0, or -1 with FAULT_DATA. */
int convert_check_text(
    const char *what, const char *bytes, size_t length, size_t limit, struct fault *f);

#endif
