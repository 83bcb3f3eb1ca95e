#include "config/base/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "config/base/progress.h"

static volatile sig_atomic_t caught;

static void
remember(int signal_number)
{
    caught = signal_number;
}

static void
ask_progress(int signal_number)
{
    (void)signal_number;
    progress_ask();
}

void
interrupt_init(void)
{
    struct sigaction stop = {.sa_handler = remember};
    struct sigaction show = {.sa_handler = ask_progress, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    /* A second SIGINT ends the program at once: the handler is gone after the first. */
    stop.sa_flags = SA_RESTART | (int)SA_RESETHAND;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGUSR1, &show, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

int
interrupt_check(struct fault *f)
{
    if (caught == 0)
        return 0;
    if (caught == SIGTERM)
        return fault_set(f, FAULT_TERMINATED, "stopped by SIGTERM at a safe point");
    return fault_set(f, FAULT_INTERRUPTED, "stopped by SIGINT at a safe point");
}
