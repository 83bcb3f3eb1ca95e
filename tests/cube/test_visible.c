#include "tests/harness.h"

#include <string.h>

#include "cube/visible.h"

static void
wide_characters_count_two(void)
{
    CU_ASSERT_EQUAL(visible_width("日本", strlen("日本")), 4);
    CU_ASSERT_EQUAL(visible_width("e\xCC\x81", 3), 1);
    CU_ASSERT_EQUAL(visible_width("Ärm", strlen("Ärm")), 3);
}

static void
control_characters_do_not_get_through(void)
{
    struct text t = TEXT_INIT;
    static const char hostile[] = "a\x1B]0;x\x07\xC2\x9B\xFF\xE2\x80\xAE\xC3";

    visible_add(&t, hostile, sizeof hostile - 1);
    CU_ASSERT_STRING_EQUAL(text_get(&t), "a?]0;x?????");
    text_release(&t);
}

const struct test suite_cube_visible[] = {
    {"wide characters count two", wide_characters_count_two},
    {"control characters do not get through", control_characters_do_not_get_through},
    {0},
};
