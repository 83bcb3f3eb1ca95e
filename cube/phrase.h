/*
 * phrase: the parts of a query as they are typed on a command line. Names are compared exactly; an
 * unknown one is FAULT_DATA and names the nearest existing one. Blanks round names are ignored.
 * What is found is added to arrays in the arena.
 */
#ifndef CUBE_PHRASE_H
#define CUBE_PHRASE_H

#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "cube/model.h"
#include "cube/query.h"

/* "Location.State,Location.City,Product": a dimension alone stands for its last level. */
int phrase_levels(const struct cube_model *m, const char *text, struct arena *a,
    struct cube_level_ref **levels, size_t *count, struct fault *f);

/* "POCount,PurchaseAmountTotal"; "Count" is the number of facts when no measure has that name. */
int phrase_measures(const struct cube_model *m, const char *text, struct arena *a,
    size_t **measures, size_t *count, struct fault *f);

/* "Location.State=CA,Location.City=\"San Jose, CA\"": a value in double quotes is taken as it
 * stands ("" for a quote, as in CSV); nothing, or (unknown), is the NULL member. */
int phrase_slices(const struct cube_model *m, const char *text, struct arena *a,
    struct cube_slice **slices, size_t *count, struct fault *f);

/* "PurchaseAmountTotal", "PurchaseAmountTotal asc": the largest first unless told otherwise. Sets
 * measure and direction of `order`. */
int phrase_order(const struct cube_model *m, const char *text, struct arena *a,
    struct cube_order *order, struct fault *f);

#endif
