/*
 * manual: the man pages nightcube(1) and nightcube-job(5), made from the tables that `help` and the
 * job reader use, so that they cannot say something else (man(7) macros).
 */
#ifndef ETL_COMMAND_MANUAL_H
#define ETL_COMMAND_MANUAL_H

#include "config/base/text.h"

void manual_add_program(struct text *t);
void manual_add_job(struct text *t);

#endif
