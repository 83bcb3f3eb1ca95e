#include "config/base/thread.h"

#include <signal.h>

#include "tests/harness.h"

static void *
look_at_mask(void *state)
{
    sigset_t *mask = state;

    pthread_sigmask(SIG_SETMASK, NULL, mask);
    return mask;
}

static void
signals_are_left_to_who_starts_it(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
    sigset_t before, after, inside;
    pthread_t thread;

    sigemptyset(&inside);
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    CU_ASSERT_FATAL(thread_start(&thread, look_at_mask, &inside));
    pthread_join(thread, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        CU_ASSERT_EQUAL(sigismember(&inside, signals[i]), 1);
        CU_ASSERT_EQUAL(sigismember(&after, signals[i]), sigismember(&before, signals[i]));
    }
}

const struct test suite_config_base_thread[] = {
    {"signals are left to who starts it", signals_are_left_to_who_starts_it},
    {0},
};
