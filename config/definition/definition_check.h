/*
 * definition_check: the rules of a definition that go beyond its XML: names, limits, types, ranges.
 */
#ifndef CONFIG_DEFINITION_DEFINITION_CHECK_H
#define CONFIG_DEFINITION_DEFINITION_CHECK_H

#include "config/definition/definition.h"

/* Adds everything that is wrong to `list`. References may be NO_INDEX where they could not be
 * resolved: that was reported already and nothing is said of them. */
void definition_check(const struct definition *d, struct findings *list);

/* The parts of it: names and how many things there are; types, levels and ranges of the cubes. */
void definition_check_names(const struct definition *d, struct findings *list);
void definition_check_types(const struct definition *d, struct findings *list);

#endif
