#include "config/settings/settings.h"

#include <string.h>

void
settings_release(struct settings *s)
{
    arena_release(&s->memory);
    *s = (struct settings)SETTINGS_INIT;
}

const struct database_setting *
settings_find_database(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->database_count; i++) {
        if (strcmp(s->databases[i].name, name) == 0)
            return &s->databases[i];
    }
    return NULL;
}

const struct analysis_setting *
settings_find_analysis(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->analysis_count; i++) {
        if (strcmp(s->analyses[i].name, name) == 0)
            return &s->analyses[i];
    }
    return NULL;
}

enum storage_mode
settings_cube_storage(const struct analysis_setting *a, const char *cube)
{
    for (size_t i = 0; i < a->cube_count; i++) {
        if (strcmp(a->cubes[i].name, cube) == 0)
            return a->cubes[i].storage;
    }
    return a->storage;
}

const char *
storage_mode_name(enum storage_mode mode)
{
    return mode == STORAGE_DIRECTQUERY ? "directquery" : "memory";
}

enum storage_mode
storage_mode_find(const char *name)
{
    return name != NULL && strcmp(name, storage_mode_name(STORAGE_DIRECTQUERY)) == 0
               ? STORAGE_DIRECTQUERY
               : STORAGE_MEMORY;
}
