/*
 * xmla_shape: the elements and attributes of XMLA commands that are honoured.
 */
#ifndef CONFIG_XMLA_XMLA_SHAPE_H
#define CONFIG_XMLA_XMLA_SHAPE_H

#include "config/schema/shape.h"

#define XMLA_URI "http://schemas.microsoft.com/analysisservices/2003/engine"

extern const struct shape xmla_batch, xmla_backup, xmla_restore, xmla_process;
extern const struct shape_space xmla_space;

#endif
