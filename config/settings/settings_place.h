/*
 * settings_place: where the settings file is, and where things go without one (XDG Base Directory
 * Specification: relative values of its variables are ignored).
 */
#ifndef CONFIG_SETTINGS_SETTINGS_PLACE_H
#define CONFIG_SETTINGS_SETTINGS_PLACE_H

#include "config/settings/settings.h"

/*
 * Sets path, directory and is_default of the settings. `path` not NULL, or $NIGHTCUBE_CONFIG: that
 * file, whether it exists or not. Otherwise the first that exists of ./nightcube.xml,
 * $XDG_CONFIG_HOME/nightcube/nightcube.xml, /etc/nightcube/nightcube.xml and
 * $XDG_DATA_HOME/nightcube/nightcube.xml; none: the last, is_default. 0, or -1 with a fault.
 */
int settings_place_find(struct settings *s, const char *path, struct fault *f);

#endif
