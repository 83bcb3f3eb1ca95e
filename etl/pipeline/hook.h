/*
 * hook: a shell command of the operator's that is told something.
 */
#ifndef ETL_PIPELINE_HOOK_H
#define ETL_PIPELINE_HOOK_H

#include "config/base/fault.h"

/* Runs the command with `input` on its stdin and its output on our stderr. One that has not ended
 * after `seconds` is stopped. FAULT_IO when it cannot be run, is stopped or ends badly. */
int hook_run(const char *command, const char *input, unsigned seconds, struct fault *f);

#endif
