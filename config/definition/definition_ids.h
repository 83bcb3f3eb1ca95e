/*
 * definition_ids: XML IDs that are unique again after documents were merged.
 */
#ifndef CONFIG_DEFINITION_DEFINITION_IDS_H
#define CONFIG_DEFINITION_DEFINITION_IDS_H

#include "config/definition/definition.h"

/* Gives every ID that occurred before a number behind ("X_2"), and "ID" (numbered likewise) to what
 * has none. Same definition, same IDs. 0, or -1 when memory runs out. */
int definition_ids_make_unique(struct definition *d);

#endif
