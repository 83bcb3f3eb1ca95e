/*
 * verbatim: elements of a definition that we keep and do not read (Alerts, foreign Extensions), as
 * XML text that stands alone.
 */
#ifndef CONFIG_DEFINITION_VERBATIM_H
#define CONFIG_DEFINITION_VERBATIM_H

#include <libxml/tree.h>
#include <stdbool.h>

#include "config/base/arena.h"

/*
 * The element as UTF-8 text in the arena. Every namespace in scope is declared on it, an absent
 * default namespace as xmlns="", so that it means the same wherever it is put; taken again from
 * there it gives the same bytes. Adds these declarations to the tree. NULL when memory runs out.
 */
const char *verbatim_take(struct arena *memory, xmlNode *element);

/* True when the text is an Alerts element. */
bool verbatim_is_alerts(const char *text);

/* One Alerts element with the children of both, because a document takes only one; a child that
 * both have is taken once. NULL when memory runs out. */
const char *verbatim_join_alerts(struct arena *memory, const char *a, const char *b);

#endif
