/*
 * definition_shape: the elements and attributes of a BAM definition, and the names that stand in
 * it.
 */
#ifndef CONFIG_DEFINITION_DEFINITION_SHAPE_H
#define CONFIG_DEFINITION_DEFINITION_SHAPE_H

#include "config/definition/definition.h"
#include "config/schema/shape.h"

/* What exports carry, what the documentation's sample carries, and our own origins in an Extension.
 */
#define BAM_URI "http://schemas.microsoft.com/BizTalkServer/2004/10/BAM"
#define BAM_SAMPLE_URI "urn:schemas-microsoft.com:BAM"
#define ORIGINS_URI "urn:nightcube:origins:1"

extern const struct shape definition_shape;
extern const struct shape_space definition_space;
extern const struct shape origins_shape;
extern const struct shape_space origins_space;

/* Tables in the order of their enums, each ends with NULL. */
extern const char *const data_type_names[];      /* see data_types */
extern const enum value_type data_types[];       /* the value type of each data type name */
extern const char *const dimension_kind_names[]; /* enum dimension_kind */
extern const char *const origin_kind_names[];    /* enum origin_kind */

/* Place of a name in such a table; `count` when it is not there. */
size_t table_find(const char *const *names, size_t count, const char *name);

#endif
