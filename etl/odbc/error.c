#include "etl/odbc/error.h"

#include <string.h>

#include "etl/odbc/db.h"

static bool
agrees(const struct error_rule *r, int native, const char *state, const char *message)
{
    return (r->native == 0 || r->native == native) &&
           (r->state == NULL || strncmp(state, r->state, strlen(r->state)) == 0) &&
           (r->words == NULL || strstr(message, r->words) != NULL);
}

static const struct error_rule *
find_in(const struct error_rule *rules, int native, const char *state, const char *message)
{
    for (const struct error_rule *r = rules; r->kind != FAULT_NONE; r++) {
        if (agrees(r, native, state, message))
            return r;
    }
    return NULL;
}

/* What the driver manager says, and what every driver says the same way. */
const struct error_rule *
error_find(const struct error_rule *rules, int native, const char *state, const char *message)
{
    static const struct error_rule common[] = {
        {.state = "IM002", .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_DRIVER},
        {.state = "IM0", .kind = FAULT_UNAVAILABLE},
        {.state = "01000", .kind = FAULT_UNAVAILABLE, .cure = ERROR_CURE_DRIVER},
        {.state = "01004", .kind = FAULT_DATA, .cure = ERROR_CURE_CUT},
        {.state = "010", .kind = FAULT_UNAVAILABLE},
        {.state = "HYT", .kind = FAULT_UNAVAILABLE},
        {.kind = FAULT_NONE},
    };
    const struct error_rule *rule = rules == NULL ? NULL : find_in(rules, native, state, message);

    return rule != NULL ? rule : find_in(common, native, state, message);
}

int
error_missing_table(const struct db *db, const char *table, struct fault *f)
{
    fault_set(f, FAULT_DATA, "%s: there is no table '%s'", db_name(db), table);
    return fault_hint(f, "%s", ERROR_CURE_SCHEMA);
}
