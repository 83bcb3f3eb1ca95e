#include "backup/age/base64.h"

#include <string.h>

#include "tests/harness.h"

/* RFC 4648, section 10. */
static const struct {
    const char *plain;
    const char *text;
    const char *padded;
} rfc[] = {
    {"", "", ""},
    {"f", "Zg", "Zg=="},
    {"fo", "Zm8", "Zm8="},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg", "Zm9vYg=="},
    {"fooba", "Zm9vYmE", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
};

static void
encodes_the_vectors_of_the_rfc(void)
{
    for (size_t i = 0; i < sizeof rfc / sizeof rfc[0]; i++) {
        char text[16];
        size_t size = strlen(rfc[i].plain);

        CU_ASSERT_EQUAL(
            base64_encode((const uint8_t *)rfc[i].plain, size, text), strlen(rfc[i].text));
        CU_ASSERT_STRING_EQUAL(text, rfc[i].text);
        CU_ASSERT_EQUAL(BASE64_LENGTH(size), strlen(rfc[i].text));
    }
}

static void
decodes_the_vectors_of_the_rfc(void)
{
    for (size_t i = 0; i < sizeof rfc / sizeof rfc[0]; i++) {
        uint8_t bytes[16];
        ssize_t size = (ssize_t)strlen(rfc[i].plain);

        CU_ASSERT_EQUAL(base64_decode(rfc[i].text, strlen(rfc[i].text), bytes), size);
        CU_ASSERT_EQUAL(memcmp(bytes, rfc[i].plain, (size_t)size), 0);
        CU_ASSERT_EQUAL(base64_decode_padded(rfc[i].padded, strlen(rfc[i].padded), bytes), size);
        CU_ASSERT_EQUAL(memcmp(bytes, rfc[i].plain, (size_t)size), 0);
    }
}

static void
every_pair_of_bytes_comes_back(void)
{
    for (unsigned i = 0; i < 65536; i++) {
        uint8_t bytes[2] = {(uint8_t)(i >> 8), (uint8_t)i}, back[3];
        char text[4];

        base64_encode(bytes, 2, text);
        if (base64_decode(text, 3, back) != 2 || memcmp(bytes, back, 2) != 0)
            CU_FAIL_FATAL("a pair of bytes changed");
    }
    CU_PASS("all came back");
}

static void
refuses_what_is_not_canonical(void)
{
    static const char *const texts[] = {
        "Zh", "Zm9", "Z", "Zm9vY", "Zg==", "Zm 8", "Zm8\n", "Zm-_", "Z\xc3\xa9", "Zg=", "="};
    uint8_t bytes[16];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_EQUAL(base64_decode(texts[i], strlen(texts[i]), bytes), -1);
    CU_ASSERT_EQUAL(base64_decode("Zm8\0", 4, bytes), -1);
}

static void
refuses_bad_padding(void)
{
    static const char *const texts[] = {
        "Zg", "Zg=", "Zm8", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9=", "=Zg=", "Zm8=\n"};
    uint8_t bytes[16];

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CU_ASSERT_EQUAL(base64_decode_padded(texts[i], strlen(texts[i]), bytes), -1);
}

const struct test suite_backup_age_base64[] = {
    {"encodes the vectors of the RFC", encodes_the_vectors_of_the_rfc},
    {"decodes the vectors of the RFC", decodes_the_vectors_of_the_rfc},
    {"every pair of bytes comes back", every_pair_of_bytes_comes_back},
    {"refuses what is not canonical", refuses_what_is_not_canonical},
    {"refuses bad padding", refuses_bad_padding},
    {0},
};
