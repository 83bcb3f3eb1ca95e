#include "etl/event/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/base/moment.h"

#define SECOND INT64_C(1000000)
#define DAY INT64_C(86400)

/* libc takes any name for UTC when it has no file for it, so the file is looked for first. */
static bool
is_known(const char *name)
{
    const char *folder = getenv("TZDIR");
    char path[512];
    int length;

    if (name[0] == '/' || name[0] == '.' || strstr(name, "..") != NULL)
        return false;
    length = snprintf(path, sizeof path, "%s/%s",
        folder != NULL && folder[0] == '/' ? folder : "/usr/share/zoneinfo", name);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

/* "+01:00" is read as moment_parse reads it, behind a day that needs no carry. */
static bool
parse_offset(const char *name, int *minutes)
{
    char text[64];
    int64_t moment;
    int length = snprintf(text, sizeof text, "2000-01-02T00:00%s", name);

    if (length < 0 || (size_t)length >= sizeof text || strspn(name, "0123456789+-:Z") == 0 ||
        moment_parse(text, (size_t)length, 0, &moment) != 0)
        return false;
    *minutes = (int)((946771200 - moment / SECOND) / 60);
    return true;
}

int
zone_init(struct zone *z, const char *name, struct fault *f)
{
    *z = (struct zone){.name = ""};
    if (name == NULL || strcmp(name, "UTC") == 0)
        return 0;
    if (name[0] != ':' && parse_offset(name, &z->offset_minutes))
        return 0;
    if (name[0] == '\0' || strlen(name) >= sizeof z->name || !is_known(name)) {
        fault_set(f, FAULT_USAGE, "unknown time zone '%s'", name);
        return fault_hint(f, "say an offset such as +01:00 or a name such as Europe/Vienna");
    }
    snprintf(z->name, sizeof z->name, "%s", name);
    return 0;
}

/* Seconds east of UTC at a moment, by libc's current zone. */
static int64_t
libc_offset(int64_t utc)
{
    time_t at = (time_t)utc;
    struct tm local;

    return localtime_r(&at, &local) == NULL ? 0 : (int64_t)local.tm_gmtoff;
}

/* The first second at which the offset is no longer the one at `low`; at `high` it is not. */
static int64_t
find_change(int64_t low, int64_t high)
{
    int64_t offset = libc_offset(low);

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (libc_offset(middle) == offset)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Looks at each day from a week before the year to a week after it. */
static void
fill_year(struct zone_year *y, int year)
{
    struct civil first = {.year = year, .month = 1, .day = 1};
    int64_t day = moment_from_civil(&first) / SECOND - 7 * DAY;
    int64_t end = day + 380 * DAY;

    y->year = year;
    y->count = 1;
    y->steps[0].from = INT64_MIN;
    y->steps[0].offset = libc_offset(day);
    for (; day < end; day += DAY) {
        int64_t offset = libc_offset(day + DAY);

        if (offset == y->steps[y->count - 1].offset || y->count == ZONE_STEPS)
            continue;
        y->steps[y->count].from = find_change(day, day + DAY);
        y->steps[y->count++].offset = offset;
    }
}

/* libc knows one zone at a time; it is borrowed for a moment and put back. */
static const struct zone_year *
year_of(struct zone *z, int year)
{
    struct zone_year *y = &z->years[year % ZONE_YEARS];
    const char *current = getenv("TZ");
    char *saved;

    if (y->year == year)
        return y;
    saved = current == NULL ? NULL : strdup(current);
    setenv("TZ", z->name, 1);
    tzset();
    fill_year(y, year);
    if (saved != NULL)
        setenv("TZ", saved, 1);
    else
        unsetenv("TZ");
    tzset();
    free(saved);
    return y;
}

/* `local`: seconds of the civil time as if it were UTC. */
static int64_t
offset_at(const struct zone_year *y, int64_t local)
{
    int64_t offset = y->steps[0].offset;

    for (size_t i = 0; i < y->count; i++) {
        int64_t utc = local - y->steps[i].offset;

        /* Too early for this step: it lies in a gap, or the step before holds it. */
        if (i > 0 && utc < y->steps[i].from)
            break;
        offset = y->steps[i].offset;
        if (i + 1 == y->count || utc < y->steps[i + 1].from)
            break;
    }
    return offset;
}

int
zone_parse(struct zone *z, const char *bytes, size_t length, int64_t *moment)
{
    int64_t shifted;
    struct civil c;

    if (moment_parse(bytes, length, z->offset_minutes, moment) != 0)
        return -1;
    if (z->name[0] == '\0')
        return 0;
    /* A text with a zone of its own does not care what the default is. */
    if (moment_parse(bytes, length, 1, &shifted) != 0 || shifted == *moment)
        return 0;
    moment_to_civil(*moment, &c);
    *moment -= offset_at(year_of(z, c.year), *moment / SECOND) * SECOND;
    return *moment < MOMENT_MIN || *moment > MOMENT_MAX ? -1 : 0;
}
