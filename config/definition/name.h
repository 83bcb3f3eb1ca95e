/*
 * name: BAM's rules for the names of activities, checkpoints, views, cubes and what is in them.
 */
#ifndef CONFIG_DEFINITION_NAME_H
#define CONFIG_DEFINITION_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* A letter or '_', then letters, digits and '_', with single blanks inside; letters of any script,
 * their combining marks included (naming rule of the published schema of BAM definitions). UTF-8.
 */
bool name_is_valid(const char *name);

/* True when the character may stand in a name; as the first one when `first`. For cleaning names.
 */
bool name_takes(int character, bool first);

/* Length in characters (code points), the unit of BAM's limits. */
size_t name_length(const char *name);

/*
 * True when two names are one: they are equal, or differ in the case of ASCII letters only. Engines
 * differ here (SQLite folds column names, PostgreSQL does not), so that two such names in one place
 * are refused.
 */
bool name_is_same(const char *a, const char *b);

/* Columns that every activity table or view has: RecordID, ActivityID, IsVisible, IsComplete,
 * LastModified, and IsStartNew, which stands beside the checkpoints where applications write events
 * (etl/writer). No checkpoint, alias or duration takes one of these names. */
bool name_is_reserved(const char *name);

#endif
