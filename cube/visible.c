#include "cube/visible.h"

#include <stdbool.h>
#include <stdint.h>

#include "cube/character.h"

struct span {
    uint32_t first, last;
};

static const struct span forbidden[] = {
    {0x00, 0x1F},
    {0x7F, 0x9F},
    {0x200E, 0x200F},
    {0x2028, 0x202E},
    {0x2066, 0x2069},
    {CHARACTER_NONE, CHARACTER_NONE},
};

static const struct span zero_width[] = {
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x0591, 0x05BD},
    {0x064B, 0x065F},
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x200B, 0x200D},
    {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
};

static const struct span wide[] = {
    {0x1100, 0x115F},
    {0x2E80, 0x303E},
    {0x3041, 0x33FF},
    {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE4F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F},
    {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD},
};

#define IN(table, character) in_spans(table, sizeof(table) / sizeof(table)[0], character)

static bool
in_spans(const struct span *spans, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count; i++) {
        if (character >= spans[i].first && character <= spans[i].last)
            return true;
    }
    return false;
}

void
visible_add(struct text *t, const char *bytes, size_t length)
{
    size_t used;

    for (size_t at = 0; at < length; at += used) {
        uint32_t character = character_read(bytes + at, length - at, &used);

        if (IN(forbidden, character))
            text_add_char(t, '?');
        else
            text_add_bytes(t, bytes + at, used);
    }
}

size_t
visible_width(const char *bytes, size_t length)
{
    size_t width = 0;
    size_t used;

    for (size_t at = 0; at < length; at += used) {
        uint32_t character = character_read(bytes + at, length - at, &used);

        if (!IN(zero_width, character))
            width += IN(wide, character) ? 2 : 1;
    }
    return width;
}
