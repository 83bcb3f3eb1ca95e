/*
 * options: the command line, read by the declarations of the commands.
 *
 * Global options stand before or behind the command. A value follows as `--name=value` or `--name
 * value` (then it does not begin with two dashes); `--` ends the options; what begins with a dash
 * and goes on as a number is an argument. Names are never abbreviated: a script stays right when an
 * option is added.
 */
#ifndef ETL_COMMAND_OPTIONS_H
#define ETL_COMMAND_OPTIONS_H

#include "etl/command/command.h"

/* The options of every command, up to one without a name. */
extern const struct command_option options_global[];

/*
 * Fills an invocation from the arguments of main. FAULT_USAGE for what is unknown (naming the
 * nearest), missing or said twice; what was read up to there stays. The number of arguments is not
 * looked at when --help is given.
 */
int options_parse(struct invocation *i, int argc, char **argv, struct fault *f);

#endif
