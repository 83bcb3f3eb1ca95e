#include "config/base/moment.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MICROS_PER_SECOND INT64_C(1000000)
#define MICROS_PER_DAY (86400 * MICROS_PER_SECOND)

/* Floor division: the day of a moment before 1970 is the earlier one. */
static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Days since 1970-01-01 of a civil date; the year starts in March so that the leap day comes last
 * (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t
days_from_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void
date_from_days(int64_t days, struct civil *c)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;

    c->day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    c->month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

static bool
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

void
moment_to_civil(int64_t moment, struct civil *c)
{
    int64_t days = floor_div(moment, MICROS_PER_DAY);
    int64_t rest = moment - days * MICROS_PER_DAY;
    int64_t seconds = rest / MICROS_PER_SECOND;

    date_from_days(days, c);
    c->hour = (int)(seconds / 3600);
    c->minute = (int)(seconds / 60 % 60);
    c->second = (int)(seconds % 60);
    c->micros = (int)(rest % MICROS_PER_SECOND);
}

int64_t
moment_from_civil(const struct civil *c)
{
    int64_t seconds = days_from_date(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
                      c->minute * 60 + c->second;

    return seconds * MICROS_PER_SECOND + c->micros;
}

bool
moment_is_civil(const struct civil *c)
{
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59 &&
           c->micros >= 0 && c->micros <= 999999;
}

int
moment_day_of_year(int64_t moment)
{
    struct civil c;

    moment_to_civil(moment, &c);
    return (int)(days_from_date(c.year, c.month, c.day) - days_from_date(c.year, 1, 1)) + 1;
}

int
moment_weekday(int64_t moment)
{
    int64_t days = floor_div(moment, MICROS_PER_DAY);
    int64_t weekday = (days + 4) % 7; /* 1970-01-01 was a Thursday */

    return (int)(weekday < 0 ? weekday + 7 : weekday);
}

/* A cursor over the text to read. */
struct scan {
    const char *at;
    const char *end;
};

/* Reads exactly `digits` digits. */
static bool
scan_number(struct scan *s, int digits, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++, s->at++) {
        if (s->at == s->end || *s->at < '0' || *s->at > '9')
            return false;
        *number = *number * 10 + (*s->at - '0');
    }
    return true;
}

static bool
scan_char(struct scan *s, char c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

/* ".123": at least one digit; what lies beyond microseconds is dropped. */
static bool
scan_fraction(struct scan *s, int *micros)
{
    int scale = 100000;
    const char *first = s->at;

    for (*micros = 0; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
        *micros += scale * (*s->at - '0');
        scale /= 10;
    }
    return s->at > first;
}

/* "Z", "+01:00", "+0100", "+01" or nothing. */
static bool
scan_zone(struct scan *s, int default_offset, int *offset)
{
    int hours, minutes = 0;
    int sign;

    if (s->at == s->end) {
        *offset = default_offset;
        return true;
    }
    if (scan_char(s, 'Z') || scan_char(s, 'z')) {
        *offset = 0;
        return true;
    }
    sign = *s->at == '-' ? -1 : 1;
    if (!scan_char(s, '+') && !scan_char(s, '-'))
        return false;
    if (!scan_number(s, 2, &hours))
        return false;
    if (s->at < s->end) {
        scan_char(s, ':');
        if (!scan_number(s, 2, &minutes))
            return false;
    }
    *offset = sign * (hours * 60 + minutes);
    return hours <= 14 && minutes <= 59;
}

static bool
scan_clock(struct scan *s, struct civil *c)
{
    if (!scan_number(s, 2, &c->hour) || !scan_char(s, ':') || !scan_number(s, 2, &c->minute))
        return false;
    if (scan_char(s, ':')) {
        if (!scan_number(s, 2, &c->second))
            return false;
        if ((scan_char(s, '.') || scan_char(s, ',')) && !scan_fraction(s, &c->micros))
            return false;
    }
    return c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

int
moment_parse(const char *bytes, size_t length, int default_offset_minutes, int64_t *moment)
{
    struct scan s = {bytes, bytes + length};
    struct civil c = {0};
    int offset = default_offset_minutes;

    if (!scan_number(&s, 4, &c.year) || !scan_char(&s, '-') || !scan_number(&s, 2, &c.month) ||
        !scan_char(&s, '-') || !scan_number(&s, 2, &c.day))
        return -1;
    if (c.year < 1 || c.month < 1 || c.month > 12 || c.day < 1 ||
        c.day > days_in_month(c.year, c.month))
        return -1;
    if (scan_char(&s, 'T') || scan_char(&s, ' ') || scan_char(&s, 't')) {
        if (!scan_clock(&s, &c))
            return -1;
        scan_char(&s, ' ');
        if (!scan_zone(&s, default_offset_minutes, &offset))
            return -1;
    }
    if (s.at != s.end)
        return -1;
    *moment = moment_from_civil(&c) - offset * 60 * MICROS_PER_SECOND;
    return *moment < MOMENT_MIN || *moment > MOMENT_MAX ? -1 : 0;
}

/* Exactly `width` digits. Returns where they end. */
static char *
put_number(char *at, int number, int width)
{
    for (int i = width; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + width;
}

/* Adds ".5" or nothing: the fraction without trailing zeros. */
static char *
put_fraction(char *at, int micros)
{
    if (micros == 0)
        return at;
    *at++ = '.';
    at = put_number(at, micros, 6);
    while (at[-1] == '0')
        at--;
    return at;
}

static char *
format_with(int64_t moment, char separator, const char *zone, char buffer[MOMENT_TEXT_BYTES])
{
    struct civil c;
    char *at = buffer;

    moment_to_civil(moment, &c);
    at = put_number(at, c.year, 4);
    *at++ = '-';
    at = put_number(at, c.month, 2);
    *at++ = '-';
    at = put_number(at, c.day, 2);
    *at++ = separator;
    at = put_number(at, c.hour, 2);
    *at++ = ':';
    at = put_number(at, c.minute, 2);
    *at++ = ':';
    at = put_number(at, c.second, 2);
    at = put_fraction(at, c.micros);
    memcpy(at, zone, strlen(zone) + 1);
    return buffer;
}

char *
moment_format(int64_t moment, char buffer[MOMENT_TEXT_BYTES])
{
    return format_with(moment, 'T', "Z", buffer);
}

char *
moment_format_sql(int64_t moment, char buffer[MOMENT_TEXT_BYTES])
{
    return format_with(moment, ' ', "", buffer);
}

char *
moment_format_stamp(int64_t moment, char buffer[MOMENT_TEXT_BYTES])
{
    struct civil c;

    moment_to_civil(moment, &c);
    snprintf(buffer, MOMENT_TEXT_BYTES, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day,
        c.hour, c.minute, c.second);
    return buffer;
}

int64_t
moment_minus_months(int64_t moment, int months)
{
    struct civil c;
    int64_t index;

    moment_to_civil(moment, &c);
    index = (int64_t)c.year * 12 + c.month - 1 - months;
    if (index < 12)
        return MOMENT_MIN;
    c.year = (int)(index / 12);
    c.month = (int)(index % 12) + 1;
    if (c.day > days_in_month(c.year, c.month))
        c.day = days_in_month(c.year, c.month);
    return moment_from_civil(&c);
}
