#include "config/definition/name.h"

#include <libxml/parser.h>
#include <libxml/xmlunicode.h>
#include <string.h>
#include <strings.h>

/* The character at *at, which moves on; -1 when it is not UTF-8. */
static int
next_character(const char **at)
{
    int size = (int)strnlen(*at, 4);
    int character = xmlGetUTF8Char((const unsigned char *)*at, &size);

    if (character >= 0)
        *at += size;
    return character;
}

/* Ranges that the Unicode database names by their ends only, and libxml2's tables with them: Han,
 * Hangul. */
static bool
is_in_named_range(int character)
{
    static const int ranges[][2] = {
        {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0x20000, 0x3134F}};

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (character >= ranges[i][0] && character <= ranges[i][1])
            return true;
    }
    return false;
}

bool
name_takes(int character, bool first)
{
    if (character == '_' || xmlUCSIsCatL(character) == 1 || is_in_named_range(character))
        return true;
    return !first && (xmlUCSIsCatNd(character) == 1 || xmlUCSIsCatM(character) == 1);
}

bool
name_is_valid(const char *name)
{
    bool first = true;
    bool after_blank = false;

    while (*name != '\0') {
        int character = next_character(&name);

        if (character == ' ' && !first && !after_blank) {
            after_blank = true;
            continue;
        }
        if (character < 0 || !name_takes(character, first))
            return false;
        first = after_blank = false;
    }
    return !first && !after_blank;
}

size_t
name_length(const char *name)
{
    size_t length = 0;

    for (; *name != '\0'; name++)
        length += ((unsigned char)*name & 0xC0) != 0x80;
    return length;
}

bool
name_is_same(const char *a, const char *b)
{
    /* Never another locale than "C", so only ASCII letters are folded. */
    return strcasecmp(a, b) == 0;
}

bool
name_is_reserved(const char *name)
{
    static const char *const reserved[] = {
        "RecordID", "ActivityID", "IsVisible", "IsComplete", "LastModified", "IsStartNew"};

    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (name_is_same(name, reserved[i]))
            return true;
    }
    return false;
}
