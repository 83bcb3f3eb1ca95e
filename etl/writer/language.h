/*
 * language: what an engine's routines are written in. One language is one file with one table of
 * this struct.
 */
#ifndef ETL_WRITER_LANGUAGE_H
#define ETL_WRITER_LANGUAGE_H

#include "etl/writer/template.h"

/* One statement that makes something, and how that is dropped. Templates. */
struct writer_routine {
    const char *create;
    const char *drop; /* NULL: it goes with what was made before it */
};

struct writer_language {
    /* In the order of their making, up to one without `create`. */
    const struct writer_routine *routines;
    /* The same for activities of more checkpoints than a routine can have parameters. */
    size_t most_checkpoints;
    const struct writer_routine *wide_routines;
    /* A query that gives a row when there is one of that name, %t. */
    const char *is_there;
    /* For people: how each is called, and what rights that takes. */
    const char *calls, *wide_calls;
    bool bare_types; /* see template.h */
    void (*add_parameter)(struct text *sql, const struct activity *a, size_t checkpoint);
    void (*add_checks)(struct text *sql, const struct template_scope *scope);
};

extern const struct writer_language writer_in_plpgsql, writer_in_procedures, writer_in_triggers;

#endif
