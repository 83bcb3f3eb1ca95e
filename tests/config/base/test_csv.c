#include "config/base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

/* A text that comes in pieces of so many bytes. */
struct pieces {
    const char *bytes;
    size_t length, at, piece;
};

static ssize_t
read_piece(void *state, void *buffer, size_t size, struct fault *f)
{
    struct pieces *p = state;
    size_t n = p->length - p->at < p->piece ? p->length - p->at : p->piece;

    (void)f;
    n = n < size ? n : size;
    memcpy(buffer, p->bytes + p->at, n);
    p->at += n;
    return (ssize_t)n;
}

/* What a reader makes of a text, for comparing: "[line|field|"quoted"]...", and how it ends;
 * with_raw: with each record's own bytes, and empty lines too. */
static void
describe(const char *bytes, size_t length, size_t piece, bool with_raw, struct text *to)
{
    struct pieces p = {bytes, length, 0, piece};
    struct csv_reader *r = malloc(sizeof *r);
    struct text raw = TEXT_INIT;
    struct fault f = FAULT_INIT;
    int rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    csv_reader_init(r, (struct byte_source){read_piece, &p}, ',', 1000);
    r->keep_empty_lines = with_raw;
    r->raw = with_raw ? &raw : NULL;
    text_clear(to);
    while ((rc = csv_read(r, &f)) == 1) {
        text_add_format(to, "[%llu", (unsigned long long)r->line);
        for (size_t i = 0; i < r->field_count; i++) {
            CU_ASSERT_EQUAL(r->fields[i].bytes[r->fields[i].length], '\0');
            text_add(to, r->fields[i].quoted ? "|\"" : "|");
            text_add_bytes(to, r->fields[i].bytes, r->fields[i].length);
        }
        text_add_char(to, ']');
        if (with_raw)
            text_add_bytes(to, raw.bytes, raw.length);
    }
    text_add_format(to, " %d %s", rc, f.text);
    csv_reader_release(r);
    text_release(&raw);
    free(r);
}

static void
expect(const char *csv, const char *expected)
{
    struct text found = TEXT_INIT;

    describe(csv, strlen(csv), SIZE_MAX, false, &found);
    CU_ASSERT_STRING_EQUAL(text_get(&found), expected);
    text_release(&found);
}

static void
reads_what_the_standard_says(void)
{
    expect("a,b\r\n1,\"x\"\r\n", "[1|a|b][2|1|\"x] 0 ");
    expect("a,,\n\n,\"\"\n", "[1|a||][3||\"] 0 ");
    expect("\xEF\xBB\xBF"
           "a\n\"b\"\"\n,\",c",
        "[1|a][2|\"b\"\n,|c] 0 ");
    expect("a\rb\n", " -1 line 1: a carriage return without a line feed");
    expect("a\nb\"c\n", "[1|a] -1 line 2: a quote inside an unquoted field");
    expect("\"a\"b\n", " -1 line 1: text after a closing quote");
    expect("\"a\n", " -1 line 1: a quoted field is not closed");
}

/* Where a record lies in the reader's buffer makes no difference. */
static void
reads_the_same_in_any_pieces(void)
{
    static const char letters[] = {'a', 'b', ',', ',', '\n', '\r', '"', '\0', 'c', '\n'};
    uint64_t state = long_seed();
    struct text whole = TEXT_INIT, cut = TEXT_INIT;
    char bytes[40];

    for (int round = 0; round < 20000; round++) {
        size_t length = 1 + (size_t)round % (sizeof bytes - 1);

        for (size_t i = 0; i < length; i++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            /* A NUL and a quote end most texts early: not all have them. */
            bytes[i] = letters[(state >> 33) % (round % 3 == 0 ? sizeof letters : 6)];
        }
        describe(bytes, length, SIZE_MAX, round % 2 == 0, &whole);
        for (size_t piece = 1; piece < 8; piece += 3) {
            describe(bytes, length, piece, round % 2 == 0, &cut);
            CU_ASSERT_EQUAL(whole.length, cut.length);
            CU_ASSERT_EQUAL_FATAL(memcmp(text_get(&whole), text_get(&cut), whole.length), 0);
        }
    }
    text_release(&whole);
    text_release(&cut);
}

const struct test suite_config_base_csv[] = {
    {"reads what the standard says", reads_what_the_standard_says},
    {"reads the same in any pieces", reads_the_same_in_any_pieces},
    {0},
};
