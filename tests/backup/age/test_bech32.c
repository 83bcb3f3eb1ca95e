#include "backup/age/bech32.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness.h"

static void
text_comes_back_at_every_size(void)
{
    uint8_t bytes[BECH32_DATA_LIMIT], back[BECH32_DATA_LIMIT];
    char text[BECH32_TEXT_LIMIT + 1];

    for (size_t size = 0; size <= BECH32_DATA_LIMIT; size++) {
        memset(bytes, (int)(size * 37 + 1), size);
        bech32_encode("age", bytes, size, text);
        CU_ASSERT_EQUAL(strlen(text), BECH32_LENGTH(3, size));
        CU_ASSERT_EQUAL(bech32_decode(text, "age", back, sizeof back), (ssize_t)size);
        CU_ASSERT_EQUAL(memcmp(bytes, back, size), 0);
    }
}

/* Valid texts without data of BIP-173. */
static void
accepts_vectors_of_the_bip(void)
{
    uint8_t bytes[BECH32_DATA_LIMIT];

    CU_ASSERT_EQUAL(bech32_decode("A12UEL5L", "a", bytes, sizeof bytes), 0);
    CU_ASSERT_EQUAL(bech32_decode("a12uel5l", "a", bytes, sizeof bytes), 0);
    CU_ASSERT_EQUAL(
        bech32_decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", bytes, 20), 20);
    CU_ASSERT_EQUAL(bytes[0], 0x00);
    CU_ASSERT_EQUAL(bytes[1], 0x44);
    CU_ASSERT_EQUAL(bytes[19], 0xdf);
}

static void
every_wrong_character_is_found(void)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7lb1io";
    uint8_t bytes[32] = {1, 2, 3};
    char text[BECH32_TEXT_LIMIT + 1];

    bech32_encode("age", bytes, sizeof bytes, text);
    for (size_t i = 0; text[i] != '\0'; i++) {
        char right = text[i];

        for (const char *c = alphabet; *c != '\0'; c++) {
            text[i] = *c;
            if (*c != right && bech32_decode(text, "age", bytes, sizeof bytes) >= 0)
                CU_FAIL("a wrong character was accepted");
        }
        text[i] = right;
    }
    CU_ASSERT_EQUAL(bech32_decode(text, "age", bytes, sizeof bytes), 32);
}

static void
mixed_case_is_refused(void)
{
    uint8_t bytes[8];

    CU_ASSERT_EQUAL(bech32_decode("A12uel5l", "a", bytes, sizeof bytes), -1);
}

static void
another_prefix_is_refused(void)
{
    uint8_t bytes[8];

    CU_ASSERT_EQUAL(bech32_decode("a12uel5l", "b", bytes, sizeof bytes), -1);
    CU_ASSERT_EQUAL(bech32_decode("a12uel5l", "a1", bytes, sizeof bytes), -1);
    CU_ASSERT_EQUAL(bech32_decode("", "a", bytes, sizeof bytes), -1);
}

static void
bech32m_is_refused(void)
{
    uint8_t bytes[8];

    /* A valid text of BIP-350. */
    CU_ASSERT_EQUAL(bech32_decode("a1lqfn3a", "a", bytes, sizeof bytes), -1);
}

static void
more_than_there_is_room_for_is_refused(void)
{
    uint8_t bytes[33] = {0};
    char text[BECH32_TEXT_LIMIT + 1], long_text[4 * BECH32_TEXT_LIMIT];

    bech32_encode("age", bytes, sizeof bytes, text);
    CU_ASSERT_EQUAL(bech32_decode(text, "age", bytes, 32), -1);
    memset(long_text, 'q', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    memcpy(long_text, "age1", 4);
    CU_ASSERT_EQUAL(bech32_decode(long_text, "age", bytes, 32), -1);
}

const struct test suite_backup_age_bech32[] = {
    {"text comes back at every size", text_comes_back_at_every_size},
    {"accepts vectors of the BIP", accepts_vectors_of_the_bip},
    {"every wrong character is found", every_wrong_character_is_found},
    {"mixed case is refused", mixed_case_is_refused},
    {"another prefix is refused", another_prefix_is_refused},
    {"Bech32m is refused", bech32m_is_refused},
    {"more than there is room for is refused", more_than_there_is_room_for_is_refused},
    {0},
};
