/*
 * number: exact numbers as text. The program never calls setlocale, so the decimal point is a point
 * in every locale.
 */
#ifndef CONFIG_BASE_NUMBER_H
#define CONFIG_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum { NUMBER_TEXT_BYTES = 32 };

/* Writes an integer in decimal digits. Returns `buffer`. */
char *number_format_int(int64_t number, char buffer[NUMBER_TEXT_BYTES]);

/* The shortest decimal text that reads back to the same bits ("0.1", "1e+308", "-0", "inf", "nan").
 * Returns `buffer`. */
char *number_format_double(double number, char buffer[NUMBER_TEXT_BYTES]);

/* Reads a whole text as a double: optional sign, digits, point, exponent; or inf, -inf, nan. No
 * blanks, no hexadecimal. A number too large for a double is refused. 0, or -1. */
int number_parse_double(const char *bytes, size_t length, double *number);

/* Reads a whole text as a 64-bit integer: optional sign and digits. 0, or -1 (also when out of
 * range). */
int number_parse_int(const char *bytes, size_t length, int64_t *number);

#endif
