/*
 * survey: what a log holds: event classes with their places in the cases, columns with the types
 * their values would take. Memory is bounded by the limits below, whatever the log.
 */
#ifndef ETL_EVENT_SURVEY_H
#define ETL_EVENT_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "etl/event/input.h"
#include "etl/event/names.h"
#include "etl/event/source.h"
#include "etl/event/zone.h"

enum {
    SURVEY_LIMIT_COLUMNS = 1000, /* as many as there may be checkpoints; classes likewise */
    SURVEY_LIMIT_NAME_BYTES = 1000,
    SURVEY_LIMIT_DISTINCT = 1000 /* values that are told apart in a column */
};

/* Types that all values so far would take. */
enum { SURVEY_INT = 1, SURVEY_FLOAT = 2, SURVEY_TIME = 4, SURVEY_ANY = 7 };

struct survey_class {
    uint64_t events;
    uint64_t first;      /* cases that begin with it */
    uint64_t last;       /* cases that end with it */
    double position_sum; /* of all its events, from 0 */
};

struct survey_column {
    bool of_case;
    uint64_t values;
    unsigned types;
    size_t longest; /* in characters */
    double time_sum;
    uint64_t *distinct; /* XXH3-64 of the values, open addressing, 0 free; owned */
    size_t distinct_room;
    size_t distinct_count; /* SURVEY_LIMIT_DISTINCT + 1: more than the limit */
};

struct survey {
    enum source_format format;
    struct zone zone;
    struct text activity; /* as JSON Lines name it; "" when nothing does */
    struct names classes;
    struct survey_class *class_rows; /* by number in classes; owned */
    struct names own;                /* names of the case's columns */
    struct names others;             /* names of the events' columns */
    struct survey_column *own_rows;  /* by number in own; owned */
    struct survey_column *other_rows;
};

/* Reads the whole file. Malformed records and files are FAULT_DATA: a definition is not guessed
 * from a log that cannot be imported. The survey is to be released in any case. */
int survey_read(
    struct survey *s, const char *path, const struct source_options *options, struct fault *f);
void survey_release(struct survey *s); /* of a zeroed or used survey */

/* Used by the readers of the formats. The column of that name, known or new; NULL with a fault. */
struct survey_column *survey_column(
    struct survey *s, bool of_case, const char *name, size_t length, struct fault *f);
struct survey_class *survey_class(
    struct survey *s, const char *name, size_t length, struct fault *f);

/* Adds a value: narrows the column's types to those among `types` that the text takes. */
int survey_add(struct survey *s, struct survey_column *c, const char *bytes, size_t length,
    unsigned types, struct fault *f);

/* One for each format. */
int survey_read_log(struct survey *s, const char *path, struct input *in,
    const struct source_options *options, struct fault *f);
int survey_read_wide(
    struct survey *s, struct input *in, const struct source_options *options, struct fault *f);
int survey_read_jsonl(
    struct survey *s, struct input *in, const struct source_options *options, struct fault *f);

#endif
