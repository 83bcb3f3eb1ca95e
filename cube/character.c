#include "cube/character.h"

uint32_t
character_read(const char *bytes, size_t room, size_t *used)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)bytes;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t character = size == 1 ? at[0] : at[0] & (0x7Fu >> size);

    *used = 1;
    if (size == 0 || size > room || at[0] > 0xF4)
        return CHARACTER_NONE;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return CHARACTER_NONE;
        character = character << 6 | (at[i] & 0x3F);
    }
    if (character < smallest[size] || character > 0x10FFFF ||
        (character >= 0xD800 && character <= 0xDFFF))
        return CHARACTER_NONE;
    *used = size;
    return character;
}
