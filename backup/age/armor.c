#include "backup/age/armor.h"

#include <stdlib.h>
#include <string.h>

#include "backup/age/base64.h"
#include "backup/age/intake.h"

enum {
    COLUMNS = 64,
    COLUMN_BYTES = 48,
    /* A line of white space may be long; one byte more tells a line that is too long. */
    LINE_BYTES = ARMOR_BLANK_LIMIT + 2,
};

static const char begin_line[] = "-----BEGIN AGE ENCRYPTED FILE-----";
static const char end_line[] = "-----END AGE ENCRYPTED FILE-----";
static const char blanks[] = " \t\r\n\v\f";

enum armor_state { ARMOR_BEFORE, ARMOR_INSIDE, ARMOR_ENDED, ARMOR_BROKEN };

struct armor {
    enum armor_state state;
    bool malformed;
    bool short_seen; /* a line that was not full: only the end line may follow */
    uint8_t decoded[COLUMN_BYTES];
    size_t start;
    size_t end;
    struct intake in;
    char line[LINE_BYTES + 1];
};

struct armor *
armor_new(struct byte_source from, struct fault *f)
{
    struct armor *a = calloc(1, sizeof *a);

    if (a == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    intake_init(&a->in, from);
    return a;
}

void
armor_free(struct armor *a)
{
    free(a);
}

bool
armor_malformed(const struct armor *a)
{
    return a->malformed;
}

bool
armor_detect(const void *bytes, size_t size)
{
    static const char start[] = "-----BEGIN ";
    const char *text = bytes;

    while (size > 0 && *text != '\0' && strchr(blanks, *text) != NULL)
        text++, size--;
    return size >= sizeof start - 1 && memcmp(text, start, sizeof start - 1) == 0;
}

static int
malformed(struct armor *a, const char *what, struct fault *f)
{
    a->malformed = true;
    return fault_set(f, FAULT_DATA, "malformed ASCII armor: %s", what);
}

/* Reads a line into a->line, without its line end. Returns 1, 0 at the end of input, or -1. */
static int
read_line(struct armor *a, size_t *length, bool *blank, struct fault *f)
{
    ssize_t n = intake_line(&a->in, a->line, LINE_BYTES, f);

    if (n <= 0)
        return (int)n;
    *length = (size_t)n;
    a->line[*length] = '\0';
    /* strspn stops at a NUL, so a line with one is not blank. */
    *blank = strspn(a->line, blanks) == *length;
    if (a->line[*length - 1] == '\n')
        (*length)--;
    if (*length > 0 && a->line[*length - 1] == '\r')
        (*length)--;
    return 1;
}

static bool
line_is(const struct armor *a, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(a->line, wanted, length) == 0;
}

/* Skips lines of white space up to `ARMOR_BLANK_LIMIT`. Returns 1 with another line, 0 at the end.
 */
static int
skip_blank_lines(struct armor *a, size_t *length, struct fault *f)
{
    size_t skipped = 0;
    bool blank;
    int rc;

    while ((rc = read_line(a, length, &blank, f)) == 1) {
        if (!blank)
            return 1;
        skipped += *length + 1;
        if (skipped > ARMOR_BLANK_LIMIT)
            return malformed(a, "too much white space around it", f);
    }
    return rc;
}

static int
read_begin(struct armor *a, struct fault *f)
{
    size_t length;
    int rc = skip_blank_lines(a, &length, f);

    if (rc < 0)
        return -1;
    if (rc == 0 || !line_is(a, length, begin_line))
        return malformed(a, "it does not begin with the line of an age file", f);
    a->state = ARMOR_INSIDE;
    return 0;
}

/* After the end line there is nothing but white space. */
static int
read_rest(struct armor *a, struct fault *f)
{
    size_t length;
    int rc = skip_blank_lines(a, &length, f);

    if (rc < 0)
        return -1;
    if (rc > 0)
        return malformed(a, "something follows its end", f);
    a->state = ARMOR_ENDED;
    return 0;
}

/* Decodes one line; only the last one may be short or padded. */
static int
read_inside(struct armor *a, struct fault *f)
{
    size_t length;
    bool blank;
    ssize_t n;
    int rc = read_line(a, &length, &blank, f);

    if (rc < 0)
        return -1;
    if (rc == 0)
        return malformed(a, "its end line is missing", f);
    if (line_is(a, length, end_line))
        return read_rest(a, f);
    if (length == 0 || length > COLUMNS || a->short_seen)
        return malformed(a, "a line has the wrong length", f);
    if ((n = base64_decode_padded(a->line, length, a->decoded)) < 0)
        return malformed(a, "a line is not canonical base64", f);
    a->short_seen = n < COLUMN_BYTES;
    a->start = 0;
    a->end = (size_t)n;
    return 0;
}

static ssize_t
armor_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct armor *a = state;
    size_t take;

    if (a->state == ARMOR_BROKEN)
        return fault_set(f, FAULT_DATA, "the ASCII armor is malformed");
    while (a->start == a->end && a->state != ARMOR_ENDED) {
        int rc = a->state == ARMOR_BEFORE ? read_begin(a, f) : read_inside(a, f);

        if (rc != 0) {
            a->state = ARMOR_BROKEN;
            return -1;
        }
    }
    take = a->end - a->start < size ? a->end - a->start : size;
    memcpy(buffer, a->decoded + a->start, take);
    a->start += take;
    return (ssize_t)take;
}

struct byte_source
armor_source(struct armor *a)
{
    return (struct byte_source){.read = armor_read, .state = a};
}
