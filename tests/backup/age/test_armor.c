#include "backup/age/armor.h"

#include "tests/backup/age/memory.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define END "-----END AGE ENCRYPTED FILE-----\n"
#define FULL "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\n"

/* Decodes into `plain`; returns 0 or -1. */
static int
decode(const char *text, size_t step, struct text *plain, bool *malformed, struct fault *f)
{
    struct memory_source m = {.bytes = text, .size = strlen(text), .step = step};
    struct armor *a = armor_new(memory_source_of(&m), f);
    struct byte_source source = armor_source(a);
    char buffer[50];
    ssize_t n;

    while ((n = source.read(source.state, buffer, sizeof buffer, f)) > 0)
        text_add_bytes(plain, buffer, (size_t)n);
    *malformed = armor_malformed(a);
    armor_free(a);
    return (int)n;
}

static void
accepted(const char *text, const char *wanted)
{
    for (size_t step = 0; step < 3; step++) {
        struct fault f = FAULT_INIT;
        struct text plain = TEXT_INIT;
        bool malformed;

        ASSERT_OK(decode(text, step, &plain, &malformed, &f), &f);
        CU_ASSERT_STRING_EQUAL(text_get(&plain), wanted);
        text_release(&plain);
    }
}

static void
refused(const char *text, const char *words)
{
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    bool malformed = false;

    ASSERT_FAULT(decode(text, 0, &plain, &malformed, &f), &f, FAULT_DATA, words);
    CU_ASSERT(malformed);
    text_release(&plain);
}

static void
armor_is_decoded(void)
{
    accepted(BEGIN "aGVsbG8=\n" END, "hello");
    accepted(BEGIN FULL "aGVsbG8=\n" END, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAhello");
    accepted(BEGIN FULL END, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    accepted(BEGIN END, "");
}

static void
white_space_around_armor_is_skipped(void)
{
    accepted(" \t\r\n\n" BEGIN "aGVsbG8=\n" END "\n  \n\t", "hello");
}

static void
a_line_may_end_with_crlf_and_the_last_with_nothing(void)
{
    accepted(
        "-----BEGIN AGE ENCRYPTED FILE-----\r\naGVsbG8=\r\n-----END AGE ENCRYPTED FILE-----\r\n",
        "hello");
    accepted(BEGIN "aGVsbG8=\n-----END AGE ENCRYPTED FILE-----", "hello");
}

static void
malformed_armor_is_refused(void)
{
    refused("", "does not begin");
    refused("aGVsbG8=\n", "does not begin");
    refused(" " BEGIN "aGVsbG8=\n" END, "does not begin");
    refused("-----BEGIN AGE ENCRYPTED FILE----- \naGVsbG8=\n" END, "does not begin");
    refused(BEGIN "aGVsbG8=\n", "end line is missing");
    refused(BEGIN "\naGVsbG8=\n" END, "wrong length");
    refused(BEGIN "aGVsbG8=\n\n" END, "wrong length");
    refused(BEGIN "aGVs\naGVs\n" END, "wrong length");
    refused(BEGIN "aGVs" FULL END, "wrong length");
    refused(BEGIN "aGVsbG8\n" END, "canonical");
    refused(BEGIN "aGVsbG9=\n" END, "canonical");
    refused(BEGIN "aGVsbG8= \n" END, "canonical");
    refused(BEGIN "aGVs*G8=\n" END, "canonical");
    refused(BEGIN "aGVsbG8=\n" END "garbage", "something follows");
    refused(BEGIN "aGVsbG8=\n" END BEGIN, "something follows");
}

static void
endless_white_space_is_refused(void)
{
    struct text text = TEXT_INIT;

    for (int i = 0; i < 2 * ARMOR_BLANK_LIMIT; i++)
        text_add_char(&text, ' ');
    refused(text.bytes, "too much white space");
    text_clear(&text);
    for (int i = 0; i < 2 * ARMOR_BLANK_LIMIT; i++)
        text_add_char(&text, '\n');
    refused(text.bytes, "too much white space");
    text_release(&text);
}

static void
a_failing_source_is_not_malformed_armor(void)
{
    struct memory_source m = {.bytes = BEGIN "aGVsbG8=\n" END, .size = 60, .fail_at = 10};
    struct fault f = FAULT_INIT;
    struct armor *a = armor_new(memory_source_of(&m), &f);
    struct byte_source source = armor_source(a);
    char buffer[8];

    ASSERT_FAULT((int)source.read(source.state, buffer, sizeof buffer, &f), &f, FAULT_IO, "fails");
    CU_ASSERT_FALSE(armor_malformed(a));
    armor_free(a);
}

static void
armor_is_told_from_other_bytes(void)
{
    CU_ASSERT(armor_detect(BEGIN, strlen(BEGIN)));
    CU_ASSERT(armor_detect(" \r\n" BEGIN, strlen(BEGIN)));
    CU_ASSERT_FALSE(armor_detect("-----BEGI", 9));
    CU_ASSERT_FALSE(armor_detect("age-encryption.org/v1\n", 22));
    CU_ASSERT_FALSE(armor_detect("", 0));
    CU_ASSERT_FALSE(armor_detect("\0" BEGIN, strlen(BEGIN)));
}

const struct test suite_backup_age_armor[] = {
    {"armor is decoded", armor_is_decoded},
    {"white space around armor is skipped", white_space_around_armor_is_skipped},
    {"a line may end with CRLF and the last with nothing",
        a_line_may_end_with_crlf_and_the_last_with_nothing},
    {"malformed armor is refused", malformed_armor_is_refused},
    {"endless white space is refused", endless_white_space_is_refused},
    {"a failing source is not malformed armor", a_failing_source_is_not_malformed_armor},
    {"armor is told from other bytes", armor_is_told_from_other_bytes},
    {0},
};
