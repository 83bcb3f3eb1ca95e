#include "backup/age/rewrap.h"

#include "tests/backup/age/memory.h"

enum { PLAIN_BYTES = PAYLOAD_CHUNK_BYTES + 500 };

struct sample {
    struct memory_keys old_keys;
    struct memory_keys new_keys;
    char *plain;
    struct memory_sink before;
    struct memory_sink after;
};

static void
sample_init(struct sample *s)
{
    struct fault f = FAULT_INIT;

    memset(s, 0, sizeof *s);
    memory_keys_init(&s->old_keys);
    memory_keys_init(&s->new_keys);
    s->plain = memory_pattern(PLAIN_BYTES);
    ASSERT_OK(memory_seal(&s->before, &s->old_keys.seal, s->plain, PLAIN_BYTES, 0, &f), &f);
}

static int
sample_rewrap(
    struct sample *s, const struct unseal_keys *with, const struct seal_keys *to, struct fault *f)
{
    struct memory_source source = {
        .bytes = s->before.bytes.bytes, .size = s->before.bytes.length, .step = 5000};

    return rewrap(memory_source_of(&source), with, memory_sink_of(&s->after), to, f);
}

static int
open_after(struct sample *s, const struct unseal_keys *keys, struct text *plain, struct fault *f)
{
    struct memory_source source = {.bytes = s->after.bytes.bytes, .size = s->after.bytes.length};
    enum age_failure failure;

    return memory_unseal(&source, keys, 0, plain, &failure, f);
}

static void
sample_release(struct sample *s)
{
    text_release(&s->before.bytes);
    text_release(&s->after.bytes);
    free(s->plain);
}

static void
the_new_identity_opens_and_the_old_one_no_longer(void)
{
    struct sample s;
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;

    sample_init(&s);
    ASSERT_OK(sample_rewrap(&s, &s.old_keys.unseal, &s.new_keys.seal, &f), &f);
    ASSERT_FAULT(open_after(&s, &s.old_keys.unseal, &plain, &f), &f, FAULT_PERMISSION, "no ident");
    ASSERT_OK(open_after(&s, &s.new_keys.unseal, &plain, &f), &f);
    CU_ASSERT_EQUAL_FATAL(plain.length, PLAIN_BYTES);
    CU_ASSERT_EQUAL(memcmp(plain.bytes, s.plain, PLAIN_BYTES), 0);
    text_release(&plain);
    sample_release(&s);
}

static void
the_payload_stays_byte_for_byte(void)
{
    struct sample s;
    struct fault f = FAULT_INIT;
    size_t payload = PAYLOAD_NONCE_BYTES + PLAIN_BYTES + 2 * AEAD_TAG_BYTES;

    sample_init(&s);
    ASSERT_OK(sample_rewrap(&s, &s.old_keys.unseal, &s.new_keys.seal, &f), &f);
    CU_ASSERT_EQUAL_FATAL(s.after.bytes.length, s.before.bytes.length);
    CU_ASSERT_EQUAL(memcmp(s.after.bytes.bytes + s.after.bytes.length - payload,
                        s.before.bytes.bytes + s.before.bytes.length - payload, payload),
        0);
    CU_ASSERT_NOT_EQUAL(
        memcmp(s.after.bytes.bytes, s.before.bytes.bytes, s.after.bytes.length - payload), 0);
    sample_release(&s);
}

static void
recipients_may_become_a_passphrase(void)
{
    struct sample s;
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    struct seal_keys to = {.passphrase = "pass", .work_factor = 2};
    struct unseal_keys with = {.passphrase = "pass"};

    sample_init(&s);
    ASSERT_OK(sample_rewrap(&s, &s.old_keys.unseal, &to, &f), &f);
    ASSERT_OK(open_after(&s, &with, &plain, &f), &f);
    CU_ASSERT_EQUAL(plain.length, PLAIN_BYTES);
    text_release(&plain);
    sample_release(&s);
}

static void
without_the_old_identity_nothing_is_written(void)
{
    struct sample s;
    struct fault f = FAULT_INIT;

    sample_init(&s);
    ASSERT_FAULT(sample_rewrap(&s, &s.new_keys.unseal, &s.new_keys.seal, &f), &f, FAULT_PERMISSION,
        "no identity matches");
    CU_ASSERT_EQUAL(s.after.writes, 0);
    sample_release(&s);
}

static void
a_damaged_file_is_not_given_new_recipients(void)
{
    struct sample s;
    struct fault f = FAULT_INIT;

    sample_init(&s);
    s.before.bytes.bytes[s.before.bytes.length - 1] ^= 1;
    ASSERT_FAULT(
        sample_rewrap(&s, &s.old_keys.unseal, &s.new_keys.seal, &f), &f, FAULT_DATA, "chunk 2");
    sample_release(&s);
}

static void
a_sink_that_fails_at_any_write_fails_it(void)
{
    struct sample s;
    struct fault f = FAULT_INIT;

    sample_init(&s);
    for (size_t n = 1; n <= 4; n++) {
        s.after.writes = 0;
        s.after.fail_at = n;
        text_clear(&s.after.bytes);
        ASSERT_FAULT(sample_rewrap(&s, &s.old_keys.unseal, &s.new_keys.seal, &f), &f, FAULT_IO,
            "the test sink fails");
    }
    sample_release(&s);
}

const struct test suite_backup_age_rewrap[] = {
    {"the new identity opens and the old one no longer",
        the_new_identity_opens_and_the_old_one_no_longer},
    {"the payload stays byte for byte", the_payload_stays_byte_for_byte},
    {"recipients may become a passphrase", recipients_may_become_a_passphrase},
    {"without the old identity nothing is written", without_the_old_identity_nothing_is_written},
    {"a damaged file is not given new recipients", a_damaged_file_is_not_given_new_recipients},
    {"a sink that fails at any write fails it", a_sink_that_fails_at_any_write_fails_it},
    {0},
};
