/*
 * thread: threads besides the main one, which alone takes signals: what a signal asks for is looked
 * at there (interrupt.h).
 */
#ifndef CONFIG_BASE_THREAD_H
#define CONFIG_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread that no signal reaches. False when the system gives none. */
bool thread_start(pthread_t *thread, void *(*work)(void *), void *state);

#endif
