#include "backup/age/primitive.h"

#include <string.h>

#include "tests/harness.h"

/* RFC 5869, test case 3 (no salt, no info), first 32 bytes. */
static void
hkdf_gives_the_vector_of_the_rfc(void)
{
    static const uint8_t wanted[32] = {0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f, 0x71, 0x5f,
        0x80, 0x2a, 0x06, 0x3c, 0x5a, 0x31, 0xb8, 0xa1, 0x1f, 0x5c, 0x5e, 0xe1, 0x87, 0x9e, 0xc3,
        0x45, 0x4e, 0x5f, 0x3c, 0x73, 0x8d, 0x2d};
    struct fault f = FAULT_INIT;
    uint8_t secret[22], key[PRIMITIVE_KEY_BYTES];
    const struct hkdf_input input = {.secret = secret, .secret_size = sizeof secret, .info = ""};

    memset(secret, 0x0b, sizeof secret);
    ASSERT_OK(primitive_hkdf(&input, key, &f), &f);
    CU_ASSERT_EQUAL(memcmp(key, wanted, sizeof key), 0);
}

/* RFC 7748, section 6.1. */
static const uint8_t alice[32] = {0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1,
    0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb,
    0xa5, 0x1d, 0xb9, 0x2c, 0x2a};
static const uint8_t alice_point[32] = {0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b,
    0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a, 0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4, 0xeb, 0xa4,
    0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a};
static const uint8_t bob[32] = {0x5d, 0xab, 0x08, 0x7e, 0x62, 0x4a, 0x8a, 0x4b, 0x79, 0xe1, 0x7f,
    0x8b, 0x83, 0x80, 0x0e, 0xe6, 0x6f, 0x3b, 0xb1, 0x29, 0x26, 0x18, 0xb6, 0xfd, 0x1c, 0x2f, 0x8b,
    0x27, 0xff, 0x88, 0xe0, 0xeb};
static const uint8_t shared_secret[32] = {0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1, 0x72,
    0x8e, 0x3b, 0xf4, 0x80, 0x35, 0x0f, 0x25, 0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1, 0x9e, 0x33, 0x76,
    0xf0, 0x9b, 0x3c, 0x1e, 0x16, 0x17, 0x42};

static void
x25519_gives_the_vector_of_the_rfc(void)
{
    struct fault f = FAULT_INIT;
    uint8_t point[32], shared[32];

    ASSERT_OK(primitive_x25519_public(alice, point, &f), &f);
    CU_ASSERT_EQUAL(memcmp(point, alice_point, sizeof point), 0);
    ASSERT_OK(primitive_x25519(bob, alice_point, shared, &f), &f);
    CU_ASSERT_EQUAL(memcmp(shared, shared_secret, sizeof shared), 0);
}

static void
a_point_of_low_order_is_refused(void)
{
    static const uint8_t zero[32];
    struct fault f = FAULT_INIT;
    uint8_t shared[32];

    ASSERT_FAULT(primitive_x25519(alice, zero, shared, &f), &f, FAULT_DATA, "low order");
}

/* RFC 4231 has no key of 32 bytes; a shorter one filled up with zeros is the same key: test case 2.
 */
static void
hmac_gives_the_vector_of_the_rfc(void)
{
    static const uint8_t wanted[32] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04,
        0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d,
        0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
    const uint8_t key[PRIMITIVE_KEY_BYTES] = "Jefe";
    const char text[] = "what do ya want for nothing?";
    struct fault f = FAULT_INIT;
    uint8_t mac[PRIMITIVE_KEY_BYTES];

    ASSERT_OK(primitive_hmac(key, text, sizeof text - 1, mac, &f), &f);
    CU_ASSERT_EQUAL(memcmp(mac, wanted, sizeof mac), 0);
}

/* RFC 7914, section 12, third vector, first 32 of 64 bytes; its p is 1, its r is 8. */
static void
scrypt_gives_the_vector_of_the_rfc(void)
{
    static const uint8_t wanted[32] = {0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c,
        0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb, 0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9,
        0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2};
    const struct scrypt_input input = {
        .passphrase = "pleaseletmein",
        .salt = (const uint8_t *)"SodiumChloride",
        .salt_size = 14,
        .work_factor = 14,
    };
    struct fault f = FAULT_INIT;
    uint8_t key[PRIMITIVE_KEY_BYTES];

    ASSERT_OK(primitive_scrypt(&input, key, &f), &f);
    CU_ASSERT_EQUAL(memcmp(key, wanted, sizeof key), 0);
}

/* Work factors from 15 on need more than OpenSSL allows unless told. */
static void
scrypt_takes_the_memory_it_needs(void)
{
    const struct scrypt_input input = {
        .passphrase = "x", .salt = (const uint8_t *)"y", .salt_size = 1, .work_factor = 16};
    struct fault f = FAULT_INIT;
    uint8_t key[PRIMITIVE_KEY_BYTES];

    ASSERT_OK(primitive_scrypt(&input, key, &f), &f);
}

const struct test suite_backup_age_primitive[] = {
    {"HKDF gives the vector of the RFC", hkdf_gives_the_vector_of_the_rfc},
    {"HMAC gives the vector of the RFC", hmac_gives_the_vector_of_the_rfc},
    {"X25519 gives the vector of the RFC", x25519_gives_the_vector_of_the_rfc},
    {"a point of low order is refused", a_point_of_low_order_is_refused},
    {"scrypt gives the vector of the RFC", scrypt_gives_the_vector_of_the_rfc},
    {"scrypt takes the memory it needs", scrypt_takes_the_memory_it_needs},
    {0},
};
