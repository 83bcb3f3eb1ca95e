/*
 * json_value: a JSON value as a value of a checkpoint's type, exactly or not at all.
 */
#ifndef ETL_EVENT_JSON_VALUE_H
#define ETL_EVENT_JSON_VALUE_H

#include <jansson.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "config/definition/definition.h"
#include "etl/event/zone.h"

/*
 * null is NULL for each type. INT takes whole numbers and true/false as 1/0, FLOAT numbers that a
 * double holds exactly, DATETIME and NVARCHAR texts only. Texts are borrowed from `json`. 0, or -1
 * with FAULT_DATA.
 */
int json_value_convert(const json_t *json, const struct checkpoint *c, struct zone *z,
    struct value *v, struct fault *f);

/* Parses one line into an object, owned by the caller (json_decref). NULL with FAULT_DATA that says
 * in plain words what is wrong: cut short, a key twice, a number beyond 64 bits, a NUL character.
 */
json_t *json_value_parse(const char *line, size_t length, struct fault *f);

#endif
