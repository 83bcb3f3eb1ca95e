/*
 * Every command while memory runs out, once or from then on. In make test a few of the places that
 * ask for memory, in make test-long all.
 */
#include "tests/shortage.h"

#include "tests/etl/command/every.h"

/* OpenSSL does not always say why it failed, and doctor tells each of its checks on stdout. */
static const char *const ways_to_tell[] = {"out of memory", "OpenSSL", "checks failed", NULL};

static void
every_command_does_without_or_says_so(void)
{
    struct every e = {STRIKE_MEMORY, ways_to_tell, {70}, long_rounds(1, 100000), 1};

    every_set_up();
    CU_ASSERT(every_command_given(&e) > 10);
}

const struct test suite_etl_command_shortage[] = {
    {"every command does without or says so", every_command_does_without_or_says_so},
    {0},
};
