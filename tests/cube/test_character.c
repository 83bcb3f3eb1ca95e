#include "tests/harness.h"

#include <string.h>

#include "cube/character.h"

static void
expect(const char *bytes, uint32_t character, size_t size)
{
    size_t used;

    CU_ASSERT_EQUAL(character_read(bytes, strlen(bytes), &used), character);
    CU_ASSERT_EQUAL(used, size);
}

static void
characters_of_every_length(void)
{
    expect("a", 'a', 1);
    expect("\xC2\x80", 0x80, 2);
    expect("\xE2\x82\xAC", 0x20AC, 3);
    expect("\xF0\x9F\x98\x80", 0x1F600, 4);
    expect("\xF4\x8F\xBF\xBF", 0x10FFFF, 4);
}

static void
malformed_ones_are_refused(void)
{
    expect("\x80", CHARACTER_NONE, 1);
    expect("\xC0\xAF", CHARACTER_NONE, 1);
    expect("\xE0\x80\xAF", CHARACTER_NONE, 1);
    expect("\xED\xA0\x80", CHARACTER_NONE, 1);
    expect("\xF4\x90\x80\x80", CHARACTER_NONE, 1);
    expect("\xFF", CHARACTER_NONE, 1);
    expect("\xE2\x82", CHARACTER_NONE, 1);
    expect("\xE2x", CHARACTER_NONE, 1);
}

const struct test suite_cube_character[] = {
    {"characters of every length are read", characters_of_every_length},
    {"malformed ones are refused", malformed_ones_are_refused},
    {0},
};
