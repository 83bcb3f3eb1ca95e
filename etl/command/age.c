#include "etl/command/age.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "config/base/moment.h"
#include "config/base/number.h"

enum { LONGEST_AGE = 1000000 };

static const struct unit {
    const char *name;
    int64_t micros; /* 0: calendar months */
    const char *short_name;
} units[] = {
    {"minute", INT64_C(60000000), "m"},
    {"hour", INT64_C(3600000000), "h"},
    {"day", INT64_C(86400000000), "d"},
    {"week", INT64_C(604800000000), "w"},
    {"month", 0, ""},
};

static bool
names_unit(const struct unit *u, const char *text)
{
    size_t length = strlen(u->name);

    if (strncmp(text, u->name, length) == 0 &&
        (text[length] == '\0' || strcmp(text + length, "s") == 0))
        return true;
    return u->short_name[0] != '\0' && strcmp(text, u->short_name) == 0;
}

static void
go_back(const struct unit *u, int64_t count, int64_t now, int64_t *moment)
{
    if (u->micros == 0)
        *moment = moment_minus_months(now, (int)count);
    else if (__builtin_sub_overflow(now, count * u->micros, moment) || *moment < MOMENT_MIN)
        *moment = MOMENT_MIN;
}

int
age_parse(const char *option, const char *text, int64_t now, int64_t *moment, struct fault *f)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits + strspn(text + digits, " ");
    int64_t count;

    if (moment_parse(text, strlen(text), 0, moment) == 0)
        return 0;
    if (number_parse_int(text, digits, &count) == 0 && count <= LONGEST_AGE) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (!names_unit(&units[i], unit))
                continue;
            go_back(&units[i], count, now, moment);
            return 0;
        }
    }
    fault_set(f, FAULT_USAGE, "--%s: '%s' is no age", option, text);
    return fault_hint(f, "write it like '7 days', 12h or 2026-11-20T02:00:00Z");
}
