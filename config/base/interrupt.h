/*
 * interrupt: SIGINT and SIGTERM ask the program to stop at its next safe point.
 */
#ifndef CONFIG_BASE_INTERRUPT_H
#define CONFIG_BASE_INTERRUPT_H

#include "config/base/fault.h"

/* Installs the handlers (SIGUSR1: progress_ask; SIGPIPE is ignored). Called once at start. */
void interrupt_init(void);

/* A safe point: 0, or -1 with FAULT_INTERRUPTED or FAULT_TERMINATED once a signal came. */
int interrupt_check(struct fault *f);

#endif
