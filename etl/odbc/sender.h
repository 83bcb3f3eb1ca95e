/*
 * sender: one thread that runs pieces of work in the order they are given, one at a time, while the
 * giver prepares the next.
 */
#ifndef ETL_ODBC_SENDER_H
#define ETL_ODBC_SENDER_H

#include "config/base/fault.h"

struct sender;

/* What is done with each piece. 0, or -1 with a fault: no later piece is worked on then. */
typedef int (*sender_work)(void *state, void *piece, struct fault *f);

/* Starts it; `state` is borrowed. Owned by the caller; NULL with a fault. */
struct sender *sender_open(sender_work work, void *state, struct fault *f);

/* Waits for the work under way; NULL is fine. */
void sender_close(struct sender *s);

/* Waits until the piece before is done, then hands one over. -1 with the fault of any before. */
int sender_give(struct sender *s, void *piece, struct fault *f);

/* Waits until all is done. The same. */
int sender_wait(struct sender *s, struct fault *f);

#endif
