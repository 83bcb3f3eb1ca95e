#include "backup/age/payload.h"

#include <string.h>

#include "tests/harness.h"

static const uint8_t file_key[FILE_KEY_BYTES] = "0123456789abcde";
static const uint8_t nonce[PAYLOAD_NONCE_BYTES] = "edcba9876543210";

struct pair {
    struct payload *sealing;
    struct payload *opening;
    uint8_t plain[4];
    uint8_t sealed[4 + AEAD_TAG_BYTES];
};

static void
pair_open(struct pair *p)
{
    struct fault f = FAULT_INIT;

    p->sealing = payload_new_sealing(file_key, nonce, &f);
    p->opening = payload_new_opening(file_key, nonce, &f);
    CU_ASSERT_FATAL(p->sealing != NULL && p->opening != NULL);
}

static void
pair_close(struct pair *p)
{
    payload_free(p->sealing);
    payload_free(p->opening);
}

static void
chunks_open_in_their_order(void)
{
    struct fault f = FAULT_INIT;
    struct pair p;

    pair_open(&p);
    /* Past 256, where the counter carries into its next byte. */
    for (unsigned i = 0; i < 300; i++) {
        uint8_t number[4] = {(uint8_t)i, (uint8_t)(i >> 8), 0, 0};

        ASSERT_OK(payload_seal(p.sealing, number, 4, i == 299, p.sealed, &f), &f);
        CU_ASSERT_EQUAL(
            payload_open(p.opening, p.sealed, sizeof p.sealed, i == 299, p.plain, &f), 1);
        CU_ASSERT_EQUAL(memcmp(p.plain, number, 4), 0);
    }
    CU_ASSERT_EQUAL(payload_count(p.opening), 300);
    pair_close(&p);
}

static void
a_chunk_out_of_its_order_does_not_open(void)
{
    struct fault f = FAULT_INIT;
    struct pair p;

    pair_open(&p);
    ASSERT_OK(payload_seal(p.sealing, (const uint8_t *)"one!", 4, false, p.sealed, &f), &f);
    ASSERT_OK(payload_seal(p.sealing, (const uint8_t *)"two!", 4, false, p.sealed, &f), &f);
    CU_ASSERT_EQUAL(payload_open(p.opening, p.sealed, sizeof p.sealed, false, p.plain, &f), 0);
    pair_close(&p);
}

static void
the_final_chunk_opens_only_as_final(void)
{
    struct fault f = FAULT_INIT;
    struct pair p;

    pair_open(&p);
    ASSERT_OK(payload_seal(p.sealing, (const uint8_t *)"last", 4, true, p.sealed, &f), &f);
    CU_ASSERT_EQUAL(payload_open(p.opening, p.sealed, sizeof p.sealed, false, p.plain, &f), 0);
    CU_ASSERT_EQUAL(payload_open(p.opening, p.sealed, sizeof p.sealed, true, p.plain, &f), 1);
    pair_close(&p);
}

const struct test suite_backup_age_payload[] = {
    {"chunks open in their order", chunks_open_in_their_order},
    {"a chunk out of its order does not open", a_chunk_out_of_its_order_does_not_open},
    {"the final chunk opens only as final", the_final_chunk_opens_only_as_final},
    {0},
};
