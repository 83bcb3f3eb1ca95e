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
