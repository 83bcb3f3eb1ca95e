/*
 * settings_shape: the elements and attributes of nightcube.xml. config/schema/settings.xsd says the
 * same.
 */
#ifndef CONFIG_SETTINGS_SETTINGS_SHAPE_H
#define CONFIG_SETTINGS_SETTINGS_SHAPE_H

#include "config/schema/shape.h"

#define SETTINGS_URI "urn:nightcube:config:1"

extern const struct shape settings_shape;
extern const struct shape_space settings_space;

#endif
