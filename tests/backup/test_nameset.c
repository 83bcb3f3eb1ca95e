#include "backup/nameset.h"

#include <stdio.h>

#include "tests/harness.h"

static void
notices_a_name_that_comes_twice_among_many(void)
{
    struct nameset s = NAMESET_INIT;
    struct fault f = FAULT_INIT;
    char name[32];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        ASSERT_OK(nameset_add(&s, name, &f), &f);
    }
    for (int i = 0; i < 5000; i += 333) {
        snprintf(name, sizeof name, "name %d", i);
        ASSERT_FAULT(nameset_add(&s, name, &f), &f, FAULT_DATA, "twice");
    }
    CU_ASSERT_EQUAL(s.count, 5000);
    nameset_release(&s);
}

/* However many entries a container claims to have, memory for their names ends. */
static void
ends_at_its_limit(void)
{
    struct nameset s = NAMESET_INIT;
    struct fault f = FAULT_INIT;
    char name[32];
    int rc = 0;

    for (int i = 0; rc == 0 && i < NAMESET_LIMIT; i++) {
        snprintf(name, sizeof name, "%d", i);
        rc = nameset_add(&s, name, &f);
    }
    ASSERT_OK(rc, &f);
    ASSERT_FAULT(nameset_add(&s, "one more", &f), &f, FAULT_DATA, "more than 1000000");
    nameset_release(&s);
}

const struct test suite_backup_nameset[] = {
    {"notices a name that comes twice among many", notices_a_name_that_comes_twice_among_many},
    {"ends at its limit", ends_at_its_limit},
    {0},
};
