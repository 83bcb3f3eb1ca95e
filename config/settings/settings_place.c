#include "config/settings/settings_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/file.h"

#define FILE_NAME "nightcube/nightcube.xml"

static int
set_path(struct settings *s, const char *path, struct fault *f)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : (size_t)(slash - path);

    s->path = arena_strdup(&s->memory, path);
    s->directory = arena_strndup(&s->memory, path, length);
    return s->path == NULL || s->directory == NULL ? fault_set_memory(f) : 0;
}

/* The path from the root on, relative ones from the current directory. */
static int
set_named(struct settings *s, const char *path, struct fault *f)
{
    struct text absolute = TEXT_INIT;
    char *here = getcwd(NULL, 0);
    int rc;

    if (here == NULL)
        return fault_set_errno(f, errno, "find the current directory");
    file_join(&absolute, here, path);
    rc = text_check(&absolute, f);
    if (rc == 0)
        rc = set_path(s, text_get(&absolute), f);
    text_release(&absolute);
    free(here);
    return rc;
}

/* $variable/nightcube/nightcube.xml, or $HOME/fallback/nightcube/nightcube.xml; empty when neither.
 */
static void
add_home_path(struct text *t, const char *variable, const char *fallback)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");

    text_clear(t);
    if (base != NULL && base[0] == '/')
        text_add_format(t, "%s/%s", base, FILE_NAME);
    else if (home != NULL && home[0] == '/')
        text_add_format(t, "%s/%s/%s", home, fallback, FILE_NAME);
}

/* 1 when the file exists and was taken, 0 when not, -1 with a fault. */
static int
try_path(struct settings *s, const char *path, struct fault *f)
{
    if (path[0] == '\0' || !file_exists(path))
        return 0;
    return set_named(s, path, f) == 0 ? 1 : -1;
}

static int
search(struct settings *s, struct text *path, struct fault *f)
{
    int found = try_path(s, "nightcube.xml", f);

    if (found == 0) {
        add_home_path(path, "XDG_CONFIG_HOME", ".config");
        found = try_path(s, text_get(path), f);
    }
    if (found == 0)
        found = try_path(s, "/etc/" FILE_NAME, f);
    if (found == 0) {
        add_home_path(path, "XDG_DATA_HOME", ".local/share");
        found = try_path(s, text_get(path), f);
    }
    return found;
}

int
settings_place_find(struct settings *s, const char *path, struct fault *f)
{
    const char *named = path != NULL ? path : getenv("NIGHTCUBE_CONFIG");
    struct text at = TEXT_INIT;
    int rc = -1;
    int found;

    if (named != NULL && named[0] != '\0')
        return set_named(s, named, f);
    if ((found = search(s, &at, f)) < 0 || text_check(&at, f) != 0)
        goto done;
    if (found == 0 && at.length == 0) {
        fault_set(f, FAULT_SETTINGS, "no settings file, and no place for the embedded default");
        fault_hint(f, "set HOME or XDG_DATA_HOME, or name a settings file with --config");
        goto done;
    }
    if (found == 0) {
        s->is_default = true;
        if (set_path(s, text_get(&at), f) != 0)
            goto done;
    }
    rc = 0;
done:
    text_release(&at);
    return rc;
}
