/*
 * source_options: the options that say how an event log is read, the same for `import` and
 * `define`.
 */
#ifndef ETL_COMMAND_SOURCE_OPTIONS_H
#define ETL_COMMAND_SOURCE_OPTIONS_H

#include "etl/command/command.h"
#include "etl/event/source.h"

/* Rows for a command's table of options. */
#define SOURCE_OPTION_ROWS                                                                         \
    {"activity", "A", "the activity, when the source does not say or holds several", false},       \
        {"format", "FORMAT", "jsonl, csv, long-csv or xes (default: from the content)", false},    \
        {"case-column", "C", "long CSV: the case (default: case:concept:name)", false},            \
        {"class-column", "C", "long CSV, XES: the event class (default: concept:name)", false},    \
        {"time-column", "C", "long CSV, XES: the time (default: time:timestamp)", false},          \
        {"timezone", "ZONE", "of times without one: +01:00 or Europe/Berlin (default: UTC)",       \
            false},                                                                                \
        {"separator", "CHARACTER", "of CSV: one character, or tab (default: from the header)",     \
            false},                                                                                \
    {                                                                                              \
        "map", "[CLASS.]ATTRIBUTE=CHECKPOINT", "which checkpoint an attribute feeds", true         \
    }

/* Reads them; texts are borrowed from the invocation. FAULT_USAGE. */
int source_options_read(struct invocation *i, struct source_options *o, struct fault *f);

#endif
