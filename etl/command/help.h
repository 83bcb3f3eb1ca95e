/*
 * help: what the declarations of the commands say, as text for people and for the shell.
 */
#ifndef ETL_COMMAND_HELP_H
#define ETL_COMMAND_HELP_H

#include "config/base/text.h"
#include "etl/command/command.h"

/* The list of all commands and the global options, its fields. */
void help_add_overview(struct text *t);

/* One command: synopsis, what it does, its options. */
void help_add_command(struct text *t, const struct command *c);

/* "With --json a line has: ..." */
void help_add_fields(struct text *t, const struct command_fields *fields);

/* What the fields of a JSON log mean. */
void help_add_log_fields(struct text *t);

/* Prints the help for a command; NULL: the overview. */
int help_print(const struct command *c, struct fault *f);

/* A bash completion script (bash(1), "Programmable Completion"). */
void help_add_completion(struct text *t);

#endif
