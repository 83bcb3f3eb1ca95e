/*
 * moment: points in time. Always UTC; microseconds since 1970-01-01T00:00:00Z in an int64_t, for
 * the years 1 to 9999 of the proleptic Gregorian calendar (what every engine of ours can hold).
 */
#ifndef CONFIG_BASE_MOMENT_H
#define CONFIG_BASE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOMENT_MIN INT64_C(-62135596800000000) /* 0001-01-01T00:00:00Z */
#define MOMENT_MAX INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

enum { MOMENT_TEXT_BYTES = 32 }; /* room for any text below, with its NUL */

struct civil {
    int year;   /* 1 to 9999 */
    int month;  /* 1 to 12 */
    int day;    /* 1 to 31 */
    int hour;   /* 0 to 23 */
    int minute; /* 0 to 59 */
    int second; /* 0 to 59 */
    int micros; /* 0 to 999999 */
};

void moment_to_civil(int64_t moment, struct civil *c);

/* The moment of a civil time; its fields must be in range. */
int64_t moment_from_civil(const struct civil *c);

/* Is there such a day and time, in the years 1 to 9999? */
bool moment_is_civil(const struct civil *c);

/* 1 to 366. */
int moment_day_of_year(int64_t moment);

/* 0 = Sunday. */
int moment_weekday(int64_t moment);

/*
 * Reads "2026-11-20", "2026-11-20T08:00", "2026-11-20 08:00:00.123456+01:00", "...Z", "...+0100".
 * Without a zone the time is taken as `default_offset_minutes` east of UTC. Digits after the sixth
 * of the fraction are dropped; second 60 and times outside the years 1 to 9999 are refused. Returns
 * 0, or -1 when the text is no such time.
 */
int moment_parse(const char *bytes, size_t length, int default_offset_minutes, int64_t *moment);

/* "2026-11-20T08:00:00Z", with as many fraction digits as the moment needs. Returns `buffer`. */
char *moment_format(int64_t moment, char buffer[MOMENT_TEXT_BYTES]);

/* The same as "2026-11-20 08:00:00.5": the literal that SQL engines take and that sorts as text. */
char *moment_format_sql(int64_t moment, char buffer[MOMENT_TEXT_BYTES]);

/* "20261120T080000Z", for names of files and tables. */
char *moment_format_stamp(int64_t moment, char buffer[MOMENT_TEXT_BYTES]);

/* The same day and time `months` earlier; the 31st becomes the last day of a shorter month. */
int64_t moment_minus_months(int64_t moment, int months);

#endif
