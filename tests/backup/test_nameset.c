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

const struct test suite_backup_nameset[] = {
    {"notices a name that comes twice among many", notices_a_name_that_comes_twice_among_many},
    {0},
};
