/*
 * source: event records from a file, in any of the formats.
 */
#ifndef ETL_EVENT_SOURCE_H
#define ETL_EVENT_SOURCE_H

#include "config/base/fault.h"
#include "config/definition/definition.h"
#include "etl/event/event.h"

enum source_format {
    FORMAT_UNKNOWN,
    FORMAT_JSONL,
    FORMAT_CSV,
    FORMAT_LONG_CSV,
    FORMAT_XES,
    SOURCE_FORMAT_COUNT
};

/* "jsonl", "csv", "long-csv", "xes"; "" for FORMAT_UNKNOWN. */
extern const char *const source_format_names[SOURCE_FORMAT_COUNT];

struct source_options {
    enum source_format format; /* FORMAT_UNKNOWN: from the content */
    const char *activity;      /* NULL: the file says (JSON Lines), or the only one there is */
    const char *case_column;   /* long CSV; NULL: case:concept:name */
    const char *class_column;  /* long CSV and XES key; NULL: concept:name */
    const char *time_column;   /* long CSV and XES key; NULL: time:timestamp */
    const char *timezone;      /* of times without a zone: "+01:00" or an IANA name; NULL: UTC */
    const char **maps;         /* "CLASS.ATTRIBUTE=Checkpoint" or "ATTRIBUTE=Checkpoint", beside the
                                  definition's origins */
    size_t map_count;
    char separator;   /* of CSV; 0: from the header (comma, semicolon or tab) */
    bool keep_active; /* the end of a trace does not complete it */
};

struct event_source;

enum source_result { SOURCE_FAULT = -1, SOURCE_END = 0, SOURCE_RECORD = 1, SOURCE_REJECT = 2 };

/*
 * Opens a file (plain or compressed with gzip, zstd, xz or bzip2, whatever its name). Owned by the
 * caller; `d` and `options` are borrowed for its life. Faults: FAULT_NO_INPUT; FAULT_DATA for an
 * unknown format, activity, column or checkpoint (naming the nearest); FAULT_USAGE when --activity
 * must be said.
 */
struct event_source *event_source_open(const char *path, const struct source_options *options,
    const struct definition *d, struct fault *f);
void event_source_close(struct event_source *s);

enum source_format event_source_format(const struct event_source *s);

/* The options, with the columns of a long CSV that the activity knows (`define` kept them) where
 * none were said. */
const struct source_options *event_source_options(const struct event_source *s);

/* How much of the file has been read, of how much, in bytes of the file as it lies there: for
 * progress. */
void event_source_progress(const struct event_source *s, uint64_t *done, uint64_t *total);

/*
 * The next record. SOURCE_REJECT: this record is malformed, `f` says what and where ("line 7:
 * ..."), r->raw holds it where possible, and reading may go on. SOURCE_FAULT: the file cannot be
 * read further.
 */
enum source_result event_source_next(
    struct event_source *s, struct event_record *r, struct fault *f);

#endif
