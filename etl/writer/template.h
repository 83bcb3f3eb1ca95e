/*
 * template: SQL with the names and checkpoints of an activity filled in.
 *
 *   {active} {completed} {references} {completed references} {continuations} {online}
 *   {import} {continue} {reference} {root} {announce} {complete}
 *                 quoted names: tables, views, routines
 *   {activity}    the activity's name as a text
 *   {id}          the type of an ActivityID
 *   {checks}      WHEN clauses for checkpoints whose value is not of their type (see `add_checks`)
 *   {each TEXT}   TEXT once for every checkpoint, with @ for its quoted name, # for its parameter,
 * ^ for its type
 */
#ifndef ETL_WRITER_TEMPLATE_H
#define ETL_WRITER_TEMPLATE_H

#include "config/definition/definition.h"
#include "etl/activity/names.h"
#include "etl/odbc/dialect.h"

struct template_scope {
    bool bare_types; /* parameters have a type, but neither length nor collation */
    const struct dialect *dialect;
    const struct activity *activity;
    const struct activity_names *names;
    /* What a routine calls the parameter of a checkpoint. */
    void (*add_parameter)(struct text *sql, const struct activity *a, size_t checkpoint);
    /* "WHEN <misfit> THEN <refuse it>" for each; NULL: the engine checks types itself. */
    void (*add_checks)(struct text *sql, const struct template_scope *scope);
};

/* Adds the template, filled in. A token that is not in the list above is left as it is. */
void template_add(struct text *sql, const char *text, const struct template_scope *scope);

#endif
