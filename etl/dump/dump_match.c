#include <string.h>

#include "config/base/nearest.h"
#include "etl/dump/dump.h"

/* One name that may be meant. */
struct candidate {
    const char *name;
    bool is_other;
};

static bool
matches(const struct candidate *c, const char *pattern)
{
    static const char other[] = "Other:";
    size_t length;

    if (strncmp(pattern, other, sizeof other - 1) == 0) {
        if (!c->is_other)
            return false;
        pattern += sizeof other - 1;
    }
    length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(c->name, pattern, length - 1) == 0;
    return strcmp(c->name, pattern) == 0;
}

static int
refuse(const struct candidate *candidates, size_t count, const char *pattern, struct fault *f)
{
    struct nearest nearest;

    fault_set(f, FAULT_DATA, "no database '%s' is in the settings", pattern);
    nearest_init(&nearest, pattern);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, candidates[i].name);
    return nearest_hint(&nearest, f);
}

static int
match(const struct candidate *candidates, size_t candidate_count, const char *pattern,
    struct arena *memory, const char ***names, size_t *count, struct fault *f)
{
    const char **slot;

    *names = NULL;
    *count = 0;
    for (size_t i = 0; i < candidate_count; i++) {
        if (!matches(&candidates[i], pattern))
            continue;
        if ((slot = arena_append(memory, names, count, sizeof *slot)) == NULL)
            return fault_set_memory(f);
        *slot = candidates[i].name;
    }
    /* A pattern may match nothing: there need not be any Other database. */
    return *count == 0 && strchr(pattern, '*') == NULL
               ? refuse(candidates, candidate_count, pattern, f)
               : 0;
}

int
dump_match_databases(const struct settings *settings, const char *pattern, struct arena *memory,
    const char ***names, size_t *count, struct fault *f)
{
    struct candidate *candidates =
        arena_array(memory, settings->database_count + 1, sizeof *candidates);

    if (candidates == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < settings->database_count; i++)
        candidates[i] =
            (struct candidate){settings->databases[i].name, settings->databases[i].is_other};
    return match(candidates, settings->database_count, pattern, memory, names, count, f);
}

int
dump_match_analyses(const struct settings *settings, const char *pattern, struct arena *memory,
    const char ***names, size_t *count, struct fault *f)
{
    struct candidate *candidates =
        arena_array(memory, settings->analysis_count + 1, sizeof *candidates);

    if (candidates == NULL)
        return fault_set_memory(f);
    for (size_t i = 0; i < settings->analysis_count; i++)
        candidates[i] = (struct candidate){settings->analyses[i].name, false};
    return match(candidates, settings->analysis_count, pattern, memory, names, count, f);
}
