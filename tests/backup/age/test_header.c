#include "backup/age/header.h"

#include "tests/backup/age/memory.h"

#define MAC_LINE "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define FULL "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"

static int
read_bytes(struct age_header *h, const char *bytes, size_t size, struct fault *f)
{
    struct memory_source m = {.bytes = bytes, .size = size};
    struct intake *in = malloc(sizeof *in);
    int rc;

    intake_init(in, memory_source_of(&m));
    rc = age_header_read(h, in, f);
    free(in);
    return rc;
}

/* Reads a header that must be refused with these words. */
static void
refused(const char *header, const char *words)
{
    struct age_header h = AGE_HEADER_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_FAULT(read_bytes(&h, header, strlen(header), &f), &f, FAULT_DATA, words);
    age_header_release(&h);
}

static void
stanzas_are_split_into_arguments_and_body(void)
{
    static const char header[] = AGE_VERSION_LINE "-> one two ~!\nAQID\n-> x\n\n" MAC_LINE;
    struct age_header h = AGE_HEADER_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(read_bytes(&h, header, sizeof header - 1, &f), &f);
    CU_ASSERT_EQUAL_FATAL(h.count, 2);
    CU_ASSERT_EQUAL_FATAL(h.stanzas[0].arg_count, 3);
    CU_ASSERT_STRING_EQUAL(h.stanzas[0].args[0], "one");
    CU_ASSERT_STRING_EQUAL(h.stanzas[0].args[2], "~!");
    CU_ASSERT_EQUAL(h.stanzas[0].body_size, 3);
    CU_ASSERT_EQUAL(memcmp(h.stanzas[0].body, "\1\2\3", 3), 0);
    CU_ASSERT_EQUAL(h.stanzas[1].arg_count, 1);
    CU_ASSERT_EQUAL(h.stanzas[1].body_size, 0);
    age_header_release(&h);
}

static void
the_payload_is_left_alone(void)
{
    static const char file[] = AGE_VERSION_LINE "-> x\n\n" MAC_LINE "payload";
    struct memory_source m = {.bytes = file, .size = sizeof file - 1, .step = 3};
    struct age_header h = AGE_HEADER_INIT;
    struct fault f = FAULT_INIT;
    struct intake *in = malloc(sizeof *in);
    const uint8_t *bytes;

    intake_init(in, memory_source_of(&m));
    ASSERT_OK(age_header_read(&h, in, &f), &f);
    CU_ASSERT_EQUAL(intake_peek(in, 8, &bytes, &f), 7);
    CU_ASSERT_EQUAL(memcmp(bytes, "payload", 7), 0);
    age_header_release(&h);
    free(in);
}

/* Bodies around a full line: the empty last line, and bytes that come back. */
static void
what_was_written_reads_back(void)
{
    static const uint8_t key[FILE_KEY_BYTES] = "0123456789abcde";
    static const size_t sizes[] = {0, 1, 47, 48, 49, 95, 96, 1000};
    static const char *const args[] = {"type", "second"};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *body = memory_pattern(sizes[i]);
        struct stanza s = {args, 2, (const uint8_t *)body, sizes[i]};
        struct age_header h = AGE_HEADER_INIT;
        struct fault f = FAULT_INIT;
        struct text out = TEXT_INIT;

        ASSERT_OK(age_header_write(&out, &s, 1, key, &f), &f);
        ASSERT_OK(read_bytes(&h, out.bytes, out.length, &f), &f);
        CU_ASSERT_EQUAL_FATAL(h.stanzas[0].body_size, sizes[i]);
        CU_ASSERT_EQUAL(memcmp(h.stanzas[0].body, body, sizes[i]), 0);
        CU_ASSERT_EQUAL(age_header_check(&h, key, &f), 1);
        age_header_release(&h);
        text_release(&out);
        free(body);
    }
}

static void
the_mac_finds_another_key_and_another_header(void)
{
    static const uint8_t key[FILE_KEY_BYTES] = "0123456789abcde", other[FILE_KEY_BYTES] = "x";
    static const char *const args[] = {"type"};
    struct stanza s = {args, 1, (const uint8_t *)"", 0};
    struct age_header h = AGE_HEADER_INIT;
    struct fault f = FAULT_INIT;
    struct text out = TEXT_INIT;

    ASSERT_OK(age_header_write(&out, &s, 1, key, &f), &f);
    ASSERT_OK(read_bytes(&h, out.bytes, out.length, &f), &f);
    CU_ASSERT_EQUAL(age_header_check(&h, key, &f), 1);
    CU_ASSERT_EQUAL(age_header_check(&h, other, &f), 0);
    h.raw.bytes[strlen(AGE_VERSION_LINE) + 4] ^= 1;
    CU_ASSERT_EQUAL(age_header_check(&h, key, &f), 0);
    age_header_release(&h);
    text_release(&out);
}

static void
what_is_no_age_file_is_called_so(void)
{
    refused("", "not an age file: it is empty");
    refused("PK\3\4 something else", "not an age file");
    refused("\n" AGE_VERSION_LINE "-> x\n\n" MAC_LINE, "not an age file");
    refused("age-encryption.org/v2\n-> x\n\n" MAC_LINE, "not an age v1 file");
    refused("age-encryption.org/v1\r\n-> x\n\n" MAC_LINE, "not an age v1 file");
}

static void
a_header_that_breaks_the_grammar_is_refused(void)
{
    refused(AGE_VERSION_LINE, "ends within");
    refused(AGE_VERSION_LINE "-> x\n\n", "ends within");
    refused(AGE_VERSION_LINE "-> x\n\n--- AAAA", "ends within");
    refused(AGE_VERSION_LINE MAC_LINE, "no stanza");
    refused(AGE_VERSION_LINE "->x\n\n" MAC_LINE, "neither");
    refused(AGE_VERSION_LINE "\n-> x\n\n" MAC_LINE, "neither");
    refused(AGE_VERSION_LINE "-> \n\n" MAC_LINE, "empty argument");
    refused(AGE_VERSION_LINE "-> x  y\n\n" MAC_LINE, "stanza 1: a stanza has an empty argument");
    refused(AGE_VERSION_LINE "-> x \n\n" MAC_LINE, "empty argument");
    refused(AGE_VERSION_LINE "-> x\ty\n\n" MAC_LINE, "invalid character");
    refused(AGE_VERSION_LINE "-> \xc3\xa9\n\n" MAC_LINE, "invalid character");
    refused(AGE_VERSION_LINE "-> x\r\n\n" MAC_LINE, "invalid character");
    refused(AGE_VERSION_LINE "-> x\nAAB\n" MAC_LINE, "body of a stanza is malformed");
    refused(AGE_VERSION_LINE "-> x\nAA==\n" MAC_LINE, "body of a stanza is malformed");
    refused(AGE_VERSION_LINE "-> x\nA" FULL "\n" MAC_LINE, "body of a stanza is malformed");
    refused(AGE_VERSION_LINE "-> x\n" FULL MAC_LINE, "body of a stanza is malformed");
    refused(AGE_VERSION_LINE "-> x\nAA\nAA\n" MAC_LINE, "neither");
    refused(AGE_VERSION_LINE "-> x\n\n---\n", "MAC line");
    refused(
        AGE_VERSION_LINE "-> x\n\n---AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "MAC line");
    refused(
        AGE_VERSION_LINE "-> x\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n", "MAC line");
}

static void
a_header_without_end_is_cut_at_the_limit(void)
{
    struct text bytes = TEXT_INIT;
    struct age_header h = AGE_HEADER_INIT;
    struct fault f = FAULT_INIT;

    text_add(&bytes, AGE_VERSION_LINE "-> ");
    while (bytes.length < 2 * HEADER_LIMIT)
        text_add(&bytes, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    ASSERT_FAULT(read_bytes(&h, bytes.bytes, bytes.length, &f), &f, FAULT_DATA, "longer than");
    CU_ASSERT(h.raw.length < HEADER_LIMIT + 64 * 1024);
    age_header_release(&h);
    text_release(&bytes);
}

static void
too_many_stanzas_are_refused(void)
{
    struct text bytes = TEXT_INIT;

    text_add(&bytes, AGE_VERSION_LINE);
    for (int i = 0; i < HEADER_STANZA_LIMIT + 1; i++)
        text_add(&bytes, "-> x\n\n");
    text_add(&bytes, MAC_LINE);
    refused(bytes.bytes, "more than 1024 stanzas");
    text_release(&bytes);
}

const struct test suite_backup_age_header[] = {
    {"stanzas are split into arguments and body", stanzas_are_split_into_arguments_and_body},
    {"the payload is left alone", the_payload_is_left_alone},
    {"what was written reads back", what_was_written_reads_back},
    {"the MAC finds another key and another header", the_mac_finds_another_key_and_another_header},
    {"what is no age file is called so", what_is_no_age_file_is_called_so},
    {"a header that breaks the grammar is refused", a_header_that_breaks_the_grammar_is_refused},
    {"a header without end is cut at the limit", a_header_without_end_is_cut_at_the_limit},
    {"too many stanzas are refused", too_many_stanzas_are_refused},
    {0},
};
