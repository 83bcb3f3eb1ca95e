#include "etl/odbc/error.h"

#include <string.h>

static bool
agrees(const struct error_rule *r, int native, const char *state, const char *message)
{
    return (r->native == 0 || r->native == native) &&
           (r->state == NULL || strncmp(state, r->state, strlen(r->state)) == 0) &&
           (r->words == NULL || strstr(message, r->words) != NULL);
}

const struct error_rule *
error_find(const struct error_rule *rules, int native, const char *state, const char *message)
{
    for (const struct error_rule *r = rules; r->kind != FAULT_NONE; r++) {
        if (agrees(r, native, state, message))
            return r;
    }
    return NULL;
}
