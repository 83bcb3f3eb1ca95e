#include "backup/entry.h"

#include <string.h>

#include "config/base/digest.h"

#define FILES "files/"

enum {
    CUT_BYTES = ENTRY_TABLE_BYTES - 17, /* room for "~" and 16 digits */
};

enum entry_kind
entry_classify(const char *name)
{
    static const struct {
        const char *name;
        size_t length; /* 0: the whole name */
        enum entry_kind kind;
    } kinds[] = {
        {ENTRY_INFO, 0, ENTRY_IS_INFO},
        {"schema/", 7, ENTRY_IS_SCHEMA},
        {"data/", 5, ENTRY_IS_DATA},
        {FILES, sizeof FILES - 1, ENTRY_IS_FILE},
        {ENTRY_SUMS, 0, ENTRY_IS_SUMS},
        {ENTRY_MANIFEST, 0, ENTRY_IS_MANIFEST},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].length == 0 ? strcmp(name, kinds[i].name) == 0
                                 : strncmp(name, kinds[i].name, kinds[i].length) == 0)
            return kinds[i].kind;
    }
    return ENTRY_IS_UNKNOWN;
}

static bool
is_kept(char c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c == '_' || c == '-' || (c == '.' && !first);
}

static void
add_escaped(struct text *t, const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (is_kept(part[i], i == 0))
            text_add_char(t, part[i]);
        else
            text_add_format(t, "%%%02X", (unsigned)(unsigned char)part[i]);
    }
}

/* The escaped name, shortened when it is long. */
static int
add_table(struct text *t, const char *table, struct fault *f)
{
    size_t start = t->length;
    size_t end = start + CUT_BYTES;
    char sha256[DIGEST_HEX_BYTES];

    add_escaped(t, table, strlen(table));
    if (text_check(t, f) != 0)
        return -1;
    if (t->length == start)
        return fault_set(f, FAULT_DATA, "a table without a name");
    if (t->length - start <= ENTRY_TABLE_BYTES)
        return 0;
    if (digest_bytes(table, strlen(table), sha256, f) != 0)
        return -1;
    if (t->bytes[end - 1] == '%')
        end -= 1;
    else if (t->bytes[end - 2] == '%')
        end -= 2;
    text_cut(t, end);
    text_add_format(t, "~%.16s", sha256);
    return text_check(t, f);
}

int
entry_add_schema(struct text *t, const char *table, struct fault *f)
{
    text_add(t, "schema/");
    if (add_table(t, table, f) != 0)
        return -1;
    text_add(t, ".xml");
    return text_check(t, f);
}

int
entry_add_data(struct text *t, const char *table, uint64_t number, struct fault *f)
{
    text_add(t, "data/");
    if (add_table(t, table, f) != 0)
        return -1;
    text_add_format(t, "/%06llu.csv", (unsigned long long)number);
    return text_check(t, f);
}

static bool
is_plain_part(const char *part, size_t length)
{
    return length > 0 && !(length == 1 && part[0] == '.') &&
           !(length == 2 && part[0] == '.' && part[1] == '.');
}

int
entry_add_file(struct text *t, const char *path, struct fault *f)
{
    size_t start = t->length;
    const char *part = path;

    text_add(t, FILES);
    for (;;) {
        size_t length = strcspn(part, "/");

        if (!is_plain_part(part, length))
            return fault_set(f, FAULT_DATA, "'%s' is no path that a backup may hold", path);
        add_escaped(t, part, length);
        if (part[length] == '\0')
            break;
        text_add_char(t, '/');
        part += length + 1;
    }
    if (t->length - start >= TAR_NAME_BYTES)
        return fault_set(f, FAULT_DATA, "the path '%s' is too long for a backup", path);
    return text_check(t, f);
}

static int
hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

int
entry_parse_file(struct text *path, const char *name, struct fault *f)
{
    struct text anew = TEXT_INIT;
    size_t start = path->length;
    int rc;

    for (const char *at = name + strlen(FILES); *at != '\0'; at++) {
        int high = at[0] == '%' ? hex_digit(at[1]) : -1;
        int low = high >= 0 ? hex_digit(at[2]) : -1;

        text_add_char(path, low >= 0 ? (char)(high * 16 + low) : *at);
        at += low >= 0 ? 2 : 0;
    }
    if (text_check(path, f) != 0)
        return -1;
    /* Written anew it must give the same name: no second spelling, no "..", no NUL. */
    rc = entry_add_file(&anew, path->length > start ? path->bytes + start : "", f);
    if (rc == 0 && strcmp(text_get(&anew), name) != 0)
        rc = fault_set(f, FAULT_DATA, "'%s' is no entry that a backup has", name);
    text_release(&anew);
    return rc;
}
