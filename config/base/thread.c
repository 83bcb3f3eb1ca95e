#include "config/base/thread.h"

#include <signal.h>

bool
thread_start(pthread_t *thread, void *(*work)(void *), void *state)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    started = pthread_create(thread, NULL, work, state) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}
