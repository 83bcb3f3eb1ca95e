/*
 * value: one cell of a row, and rows that flow from one room to another.
 *
 * These are the engine-neutral types: what a database column, a CSV field, a cube member and a
 * checkpoint have in common.
 */
#ifndef CONFIG_BASE_VALUE_H
#define CONFIG_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/text.h"

enum value_type {
    VALUE_NULL,
    VALUE_INT,   /* 64-bit signed */
    VALUE_FLOAT, /* IEEE 754 double */
    VALUE_TIME,  /* microseconds since 1970-01-01T00:00:00Z, see moment.h */
    VALUE_TEXT,  /* UTF-8, may hold any character but NUL */
    VALUE_BYTES, /* binary */
    VALUE_TYPE_COUNT
};

struct value {
    enum value_type type;
    union {
        int64_t integer;
        double real;
        int64_t time_us;
        struct {
            const char *bytes; /* borrowed; not NUL-terminated unless its owner says so */
            size_t length;
        } text; /* VALUE_TEXT and VALUE_BYTES */
    } as;
};

/* Rows that somebody else reads for us; `row` has the number of cells both sides agreed on. */
struct row_source {
    /* Fills `row`; texts are borrowed until the next call. Returns 1, 0 at the end, -1 with a
     * fault. */
    int (*next)(void *state, struct value *row, struct fault *f);
    void *state; /* borrowed */
};

/* "null", "int", "float", "time", "text", "bytes": the names used in files and messages. */
const char *value_type_name(enum value_type type);

/* The type of that name, VALUE_TYPE_COUNT when there is none. */
enum value_type value_type_find(const char *name);

struct value value_null(void);
struct value value_int(int64_t integer);
struct value value_float(double real);
struct value value_time(int64_t time_us);
struct value value_text(const char *string); /* borrows; NULL gives a null value */
struct value value_text_n(const char *bytes, size_t length);
struct value value_bytes(const void *bytes, size_t length);

/* Total order: NULL first, then by type, integers and times by size, doubles by size (NaN last,
 * -0.0 before 0.0), texts and bytes by memcmp. Equal means identical bit for bit. */
int value_compare(const struct value *a, const struct value *b);

/* Adds the value as people and CSV files read it: exact numbers (shortest text that reads back to
 * the same bits), times as 2026-11-20T08:00:00.5Z, bytes as base64, NULL as nothing. */
void value_add_text(struct text *t, const struct value *v);

/* Reads what value_add_text wrote for a value of `type` (not VALUE_NULL). Texts are borrowed from
 * `bytes`; base64 is decoded into `scratch`, which must outlive the value. 0, or -1: FAULT_DATA. */
int value_parse(enum value_type type, const char *bytes, size_t length, struct text *scratch,
    struct value *v, struct fault *f);

#endif
