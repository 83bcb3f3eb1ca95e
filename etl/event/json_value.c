#include "etl/event/json_value.h"

#include <string.h>

#include "etl/event/convert.h"
#include "etl/event/utf8.h"

static const char *
kind_of(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    default:
        return "true or false";
    }
}

static int
convert_int(const json_t *json, struct value *v, struct fault *f)
{
    v->type = VALUE_INT;
    if (json_is_integer(json))
        v->as.integer = json_integer_value(json);
    else if (json_is_boolean(json))
        v->as.integer = json_is_true(json);
    else if (!json_is_real(json))
        return fault_set(f, FAULT_DATA, "%s, but INT needs a whole number", kind_of(json));
    else if (convert_whole(json_real_value(json), &v->as.integer) != 0)
        return fault_set(f, FAULT_DATA, "%g, but INT needs a whole number", json_real_value(json));
    return 0;
}

static int
convert_float(const json_t *json, struct value *v, struct fault *f)
{
    v->type = VALUE_FLOAT;
    if (!json_is_number(json))
        return fault_set(f, FAULT_DATA, "%s, but FLOAT needs a number", kind_of(json));
    v->as.real = json_number_value(json);
    /* 2^63 itself cannot be turned back, and no 64-bit integer is that large. */
    if (json_is_integer(json) &&
        (v->as.real >= 9223372036854775808.0 || (json_int_t)v->as.real != json_integer_value(json)))
        return fault_set(f, FAULT_DATA, "%" JSON_INTEGER_FORMAT " is not exact as a FLOAT",
            json_integer_value(json));
    return 0;
}

int
json_value_convert(const json_t *json, const struct checkpoint *c, struct zone *z, struct value *v,
    struct fault *f)
{
    *v = value_null();
    if (json_is_null(json))
        return 0;
    if (c->type == VALUE_INT)
        return convert_int(json, v, f);
    if (c->type == VALUE_FLOAT)
        return convert_float(json, v, f);
    if (!json_is_string(json))
        return fault_set(f, FAULT_DATA, "%s, but %s needs a text in quotes", kind_of(json),
            c->type == VALUE_TIME ? "DATETIME" : "NVARCHAR");
    return convert_text(c, z, json_string_value(json), json_string_length(json), false, v, f);
}

static int
explain(const json_error_t *error, struct fault *f)
{
    char excerpt[EXCERPT_BYTES];

    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        return fault_set(f, FAULT_DATA, "the line is cut short: its object is not closed");
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return fault_set(
            f, FAULT_DATA, "column %d: a NUL character (\\u0000) cannot be stored", error->column);
    case json_error_numeric_overflow:
        return fault_set(f, FAULT_DATA, "column %d: a number beyond 64 bits", error->column);
    case json_error_invalid_utf8:
        return fault_set(f, FAULT_DATA, "column %d: not UTF-8", error->column);
    case json_error_out_of_memory:
        return fault_set_memory(f);
    default:
        return fault_set(f, FAULT_DATA, "column %d: %s", error->column,
            utf8_excerpt(error->text, strlen(error->text), excerpt));
    }
}

json_t *
json_value_parse(const char *line, size_t length, struct fault *f)
{
    json_error_t error;
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL)
        explain(&error, f);
    else if (json_is_object(json))
        return json;
    else
        fault_set(f, FAULT_DATA, "an array where an object is needed");
    json_decref(json);
    return NULL;
}
