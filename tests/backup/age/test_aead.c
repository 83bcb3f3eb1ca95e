#include "backup/age/aead.h"

#include <string.h>

#include "tests/harness.h"

static const uint8_t key[AEAD_KEY_BYTES] = "a key of thirty-two bytes";
static const uint8_t nonce[AEAD_NONCE_BYTES];

static void
what_was_sealed_opens(void)
{
    struct fault f = FAULT_INIT;
    struct aead *sealing = aead_new_sealing(key, &f), *opening = aead_new_opening(key, &f);
    uint8_t sealed[5 + AEAD_TAG_BYTES], plain[5];

    ASSERT_OK(aead_seal(sealing, nonce, (const uint8_t *)"plain", 5, sealed, &f), &f);
    CU_ASSERT_EQUAL(aead_open(opening, nonce, sealed, sizeof sealed, plain, &f), 1);
    CU_ASSERT_EQUAL(memcmp(plain, "plain", 5), 0);
    aead_free(sealing);
    aead_free(opening);
}

static void
an_empty_message_has_only_its_tag(void)
{
    struct fault f = FAULT_INIT;
    struct aead *sealing = aead_new_sealing(key, &f), *opening = aead_new_opening(key, &f);
    uint8_t sealed[AEAD_TAG_BYTES], plain[1];

    ASSERT_OK(aead_seal(sealing, nonce, NULL, 0, sealed, &f), &f);
    CU_ASSERT_EQUAL(aead_open(opening, nonce, sealed, sizeof sealed, plain, &f), 1);
    sealed[0] ^= 1;
    CU_ASSERT_EQUAL(aead_open(opening, nonce, sealed, sizeof sealed, plain, &f), 0);
    aead_free(sealing);
    aead_free(opening);
}

static void
any_flipped_bit_is_found_and_nothing_is_shown(void)
{
    struct fault f = FAULT_INIT;
    struct aead *sealing = aead_new_sealing(key, &f), *opening = aead_new_opening(key, &f);
    uint8_t sealed[5 + AEAD_TAG_BYTES], plain[5];

    ASSERT_OK(aead_seal(sealing, nonce, (const uint8_t *)"plain", 5, sealed, &f), &f);
    for (size_t i = 0; i < sizeof sealed * 8; i++) {
        sealed[i / 8] ^= (uint8_t)(1 << i % 8);
        CU_ASSERT_EQUAL(aead_open(opening, nonce, sealed, sizeof sealed, plain, &f), 0);
        CU_ASSERT_EQUAL(memcmp(plain, "\0\0\0\0\0", 5), 0);
        sealed[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    CU_ASSERT_EQUAL(aead_open(opening, nonce, sealed, sizeof sealed, plain, &f), 1);
    aead_free(sealing);
    aead_free(opening);
}

static void
another_nonce_does_not_open(void)
{
    static const uint8_t other[AEAD_NONCE_BYTES] = {1};
    struct fault f = FAULT_INIT;
    struct aead *sealing = aead_new_sealing(key, &f), *opening = aead_new_opening(key, &f);
    uint8_t sealed[5 + AEAD_TAG_BYTES], plain[5];

    ASSERT_OK(aead_seal(sealing, nonce, (const uint8_t *)"plain", 5, sealed, &f), &f);
    CU_ASSERT_EQUAL(aead_open(opening, other, sealed, sizeof sealed, plain, &f), 0);
    aead_free(sealing);
    aead_free(opening);
    aead_free(NULL);
}

const struct test suite_backup_age_aead[] = {
    {"what was sealed opens", what_was_sealed_opens},
    {"an empty message has only its tag", an_empty_message_has_only_its_tag},
    {"any flipped bit is found and nothing is shown",
        any_flipped_bit_is_found_and_nothing_is_shown},
    {"another nonce does not open", another_nonce_does_not_open},
    {0},
};
