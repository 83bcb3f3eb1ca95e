#include "etl/pipeline/hook.h"

#include "config/base/file.h"
#include "tests/harness.h"

static void
a_command_gets_its_input(void)
{
    struct fault f = FAULT_INIT;
    struct text got = TEXT_INIT;

    ASSERT_OK(hook_run("cat >got.txt", "{\"run\":1}\n", 10, &f), &f);
    ASSERT_OK(file_read_all("got.txt", 100, &got, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&got), "{\"run\":1}\n");
    text_release(&got);
}

static void
a_command_that_does_not_read_is_no_fault(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(hook_run("exec <&-; true", "x", 10, &f), &f);
}

static void
a_command_that_ends_badly_is_a_fault(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(hook_run("exit 3", "", 10, &f), &f, FAULT_IO, "'exit 3' ended with 3");
    ASSERT_FAULT(hook_run("kill -9 $$", "", 10, &f), &f, FAULT_IO, "ended with 137");
}

static void
a_command_that_hangs_is_stopped_with_all_it_started(void)
{
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(hook_run("sleep 600 | cat", "", 1, &f), &f, FAULT_IO, "not ended after 1 seconds");
}

const struct test suite_etl_pipeline_hook[] = {
    {"a command gets its input", a_command_gets_its_input},
    {"a command that does not read is no fault", a_command_that_does_not_read_is_no_fault},
    {"a command that ends badly is a fault", a_command_that_ends_badly_is_a_fault},
    {"a command that hangs is stopped with all it started",
        a_command_that_hangs_is_stopped_with_all_it_started},
    {0},
};
