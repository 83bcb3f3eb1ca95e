#include "backup/age/wrap.h"

#include "tests/backup/age/memory.h"

static const uint8_t file_key[FILE_KEY_BYTES] = "0123456789abcde";
static const uint8_t body[64];

static void
an_identity_opens_what_was_wrapped_for_its_recipient(void)
{
    struct fault f = FAULT_INIT;
    struct arena arena = ARENA_INIT;
    struct identity one, other;
    struct stanza s = {0};
    uint8_t opened[FILE_KEY_BYTES];

    ASSERT_OK(identity_generate(&one, &f), &f);
    ASSERT_OK(identity_generate(&other, &f), &f);
    ASSERT_OK(wrap_for_recipient(&s, &arena, &one.recipient, file_key, &f), &f);
    ASSERT_OK(wrap_check(&s, &f), &f);
    CU_ASSERT_EQUAL(wrap_type_of(&s), WRAP_X25519);
    CU_ASSERT_EQUAL(wrap_open_identity(&s, &other, opened, &f), 0);
    CU_ASSERT_EQUAL(wrap_open_identity(&s, &one, opened, &f), 1);
    CU_ASSERT_EQUAL(memcmp(opened, file_key, sizeof opened), 0);
    arena_release(&arena);
}

static void
the_passphrase_opens_what_was_wrapped_for_it(void)
{
    struct passphrase right = {"correct h\xc3\xb6rse", 4}, wrong = {"correct h\xc3\xb6rsf", 20};
    struct fault f = FAULT_INIT;
    struct arena arena = ARENA_INIT;
    struct stanza s = {0};
    uint8_t opened[FILE_KEY_BYTES];

    ASSERT_OK(wrap_for_passphrase(&s, &arena, &right, file_key, &f), &f);
    ASSERT_OK(wrap_check(&s, &f), &f);
    CU_ASSERT_EQUAL(wrap_type_of(&s), WRAP_SCRYPT);
    CU_ASSERT_STRING_EQUAL(s.args[2], "4");
    CU_ASSERT_EQUAL(wrap_open_passphrase(&s, &wrong, opened, &f), 0);
    CU_ASSERT_EQUAL(wrap_open_passphrase(&s, &right, opened, &f), 1);
    CU_ASSERT_EQUAL(memcmp(opened, file_key, sizeof opened), 0);
    arena_release(&arena);
}

static void
a_work_factor_above_the_limit_is_refused_without_computing(void)
{
    static const char *const args[] = {"scrypt", "AAAAAAAAAAAAAAAAAAAAAA", "30"};
    static const char *const huge[] = {"scrypt", "AAAAAAAAAAAAAAAAAAAAAA", "9223372036854775808"};
    struct stanza s = {args, 3, body, 32};
    struct passphrase passphrase = {"x", 20};
    struct fault f = FAULT_INIT;
    uint8_t opened[FILE_KEY_BYTES];

    ASSERT_OK(wrap_check(&s, &f), &f);
    ASSERT_FAULT(wrap_open_passphrase(&s, &passphrase, opened, &f), &f, FAULT_DATA,
        "work factor 30 is above the limit of 20");
    s.args = huge;
    passphrase.work_factor = 30;
    ASSERT_FAULT(wrap_open_passphrase(&s, &passphrase, opened, &f), &f, FAULT_DATA, "above");
}

static void
a_work_factor_that_is_no_plain_number_is_refused(void)
{
    static const char *const bad[] = {"0", "01", "+1", "-1", "0x1", "1a", "", "10 "};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *args[] = {"scrypt", "AAAAAAAAAAAAAAAAAAAAAA", bad[i]};
        struct stanza s = {args, 3, body, 32};
        struct fault f = FAULT_INIT;

        ASSERT_FAULT(wrap_check(&s, &f), &f, FAULT_DATA, "work factor");
    }
}

static void
arguments_and_sizes_of_known_stanzas_are_checked(void)
{
    static const char share[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const char *args[] = {"X25519", share, "extra"};
    struct stanza s = {args, 2, body, 32};
    struct fault f = FAULT_INIT;

    ASSERT_OK(wrap_check(&s, &f), &f);
    s.arg_count = 3;
    ASSERT_FAULT(wrap_check(&s, &f), &f, FAULT_DATA, "2 arguments instead of 1");
    s.arg_count = 2;
    s.body_size = 33;
    ASSERT_FAULT(wrap_check(&s, &f), &f, FAULT_DATA, "33 bytes instead of 32");
    s.body_size = 32;
    args[1] = share + 1;
    ASSERT_FAULT(wrap_check(&s, &f), &f, FAULT_DATA, "is not 32 bytes");
    args[0] = "x25519";
    ASSERT_OK(wrap_check(&s, &f), &f);
    CU_ASSERT_EQUAL(wrap_type_of(&s), WRAP_UNKNOWN);
}

static void
a_share_of_low_order_is_refused(void)
{
    static const char *const args[] = {"X25519", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct stanza s = {args, 2, body, 32};
    struct fault f = FAULT_INIT;
    struct identity identity;
    uint8_t opened[FILE_KEY_BYTES];

    ASSERT_OK(identity_generate(&identity, &f), &f);
    ASSERT_FAULT(wrap_open_identity(&s, &identity, opened, &f), &f, FAULT_DATA, "low order");
}

const struct test suite_backup_age_wrap[] = {
    {"an identity opens what was wrapped for its recipient",
        an_identity_opens_what_was_wrapped_for_its_recipient},
    {"the passphrase opens what was wrapped for it", the_passphrase_opens_what_was_wrapped_for_it},
    {"a work factor above the limit is refused without computing",
        a_work_factor_above_the_limit_is_refused_without_computing},
    {"a work factor that is no plain number is refused",
        a_work_factor_that_is_no_plain_number_is_refused},
    {"arguments and sizes of known stanzas are checked",
        arguments_and_sizes_of_known_stanzas_are_checked},
    {"a share of low order is refused", a_share_of_low_order_is_refused},
    {0},
};
