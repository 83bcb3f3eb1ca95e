/*
 * output: stdout, which carries results only. What could not be written is told at the end.
 */
#ifndef ETL_COMMAND_OUTPUT_H
#define ETL_COMMAND_OUTPUT_H

#include "config/base/fault.h"
#include "config/base/text.h"

void output_text(const char *text);
void output_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints what was gathered and empties it; fails only when memory ran out in gathering. */
int output_take(struct text *t, struct fault *f);

/* Flushes; FAULT_IO when anything since the last call did not arrive. Called once by the program.
 */
int output_finish(struct fault *f);

#endif
