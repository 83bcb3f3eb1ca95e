#include "backup/age/seal.h"

#include "tests/backup/age/memory.h"

/* Sizes around the borders of chunks. */
static const size_t sizes[] = {0, 1, PAYLOAD_CHUNK_BYTES - 1, PAYLOAD_CHUNK_BYTES,
    PAYLOAD_CHUNK_BYTES + 1, 2 * PAYLOAD_CHUNK_BYTES - 1, 2 * PAYLOAD_CHUNK_BYTES,
    2 * PAYLOAD_CHUNK_BYTES + 1, 3 * PAYLOAD_CHUNK_BYTES + 100};

enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

/* Seals, unseals and compares. */
static void
round_trip(const struct memory_keys *k, size_t size, size_t step)
{
    struct fault f = FAULT_INIT;
    struct memory_sink sealed = {0};
    struct text plain = TEXT_INIT;
    char *bytes = memory_pattern(size);
    enum age_failure failure;
    struct memory_source source;

    ASSERT_OK(memory_seal(&sealed, &k->seal, bytes, size, step, &f), &f);
    source = (struct memory_source){.bytes = sealed.bytes.bytes, .size = sealed.bytes.length};
    ASSERT_OK(memory_unseal(&source, &k->unseal, 0, &plain, &failure, &f), &f);
    CU_ASSERT_EQUAL(plain.length, size);
    CU_ASSERT_EQUAL(memcmp(text_get(&plain), bytes, size), 0);
    text_release(&plain);
    text_release(&sealed.bytes);
    free(bytes);
}

static void
what_was_sealed_comes_back_at_every_size(void)
{
    static const size_t steps[] = {0, 1000, PAYLOAD_CHUNK_BYTES, PAYLOAD_CHUNK_BYTES + 1};
    struct memory_keys k;

    memory_keys_init(&k);
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++)
            round_trip(&k, sizes[i], steps[j]);
    }
}

/* Length = header + nonce + plaintext + one tag a chunk; an empty final chunk only when all is
 * empty. */
static void
a_sealed_file_has_the_length_of_the_format(void)
{
    struct memory_keys k;

    memory_keys_init(&k);
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        struct fault f = FAULT_INIT;
        struct memory_sink sealed = {0};
        char *bytes = memory_pattern(sizes[i]);
        size_t chunks = (sizes[i] + PAYLOAD_CHUNK_BYTES - 1) / PAYLOAD_CHUNK_BYTES;
        size_t header = 22 + 98 + 48;

        ASSERT_OK(memory_seal(&sealed, &k.seal, bytes, sizes[i], 777, &f), &f);
        CU_ASSERT_EQUAL(sealed.bytes.length,
            header + PAYLOAD_NONCE_BYTES + sizes[i] + AEAD_TAG_BYTES * (chunks > 0 ? chunks : 1));
        text_release(&sealed.bytes);
        free(bytes);
    }
}

static void
every_recipient_can_open(void)
{
    struct fault f = FAULT_INIT;
    struct memory_keys k[3];
    struct recipient recipients[3];
    struct memory_sink sealed = {0};
    struct seal_keys keys = {.recipients = recipients, .recipient_count = 3};

    for (int i = 0; i < 3; i++) {
        memory_keys_init(&k[i]);
        recipients[i] = k[i].identity.recipient;
    }
    ASSERT_OK(memory_seal(&sealed, &keys, "hello", 5, 0, &f), &f);
    for (int i = 0; i < 3; i++) {
        struct memory_source source = {.bytes = sealed.bytes.bytes, .size = sealed.bytes.length};
        struct text plain = TEXT_INIT;
        enum age_failure failure;

        ASSERT_OK(memory_unseal(&source, &k[i].unseal, 0, &plain, &failure, &f), &f);
        CU_ASSERT_STRING_EQUAL(text_get(&plain), "hello");
        text_release(&plain);
    }
    text_release(&sealed.bytes);
}

static void
the_same_plaintext_never_gives_the_same_file(void)
{
    struct fault f = FAULT_INIT;
    struct memory_keys k;
    struct memory_sink one = {0}, other = {0};
    size_t tail = PAYLOAD_NONCE_BYTES + 5 + AEAD_TAG_BYTES;

    memory_keys_init(&k);
    ASSERT_OK(memory_seal(&one, &k.seal, "hello", 5, 0, &f), &f);
    ASSERT_OK(memory_seal(&other, &k.seal, "hello", 5, 0, &f), &f);
    CU_ASSERT_EQUAL_FATAL(one.bytes.length, other.bytes.length);
    CU_ASSERT_NOT_EQUAL(memcmp(one.bytes.bytes + one.bytes.length - tail,
                            other.bytes.bytes + other.bytes.length - tail, tail),
        0);
    text_release(&one.bytes);
    text_release(&other.bytes);
}

static void
a_sink_that_fails_at_any_write_fails_the_seal(void)
{
    struct memory_keys k;
    size_t size = 3 * PAYLOAD_CHUNK_BYTES + 5, writes;
    char *bytes = memory_pattern(size);
    struct memory_sink sealed = {0};
    struct fault f = FAULT_INIT;

    memory_keys_init(&k);
    ASSERT_OK(memory_seal(&sealed, &k.seal, bytes, size, 10000, &f), &f);
    writes = sealed.writes;
    text_release(&sealed.bytes);
    CU_ASSERT_EQUAL(writes, 2 + 4);
    for (size_t n = 1; n <= writes; n++) {
        sealed = (struct memory_sink){.fail_at = n};
        ASSERT_FAULT(memory_seal(&sealed, &k.seal, bytes, size, 10000, &f), &f, FAULT_IO,
            "the test sink fails");
        text_release(&sealed.bytes);
    }
    free(bytes);
}

static void
after_a_failed_write_nothing_more_is_written(void)
{
    struct memory_keys k;
    struct memory_sink sealed = {.fail_at = 3};
    struct fault f = FAULT_INIT;
    size_t size = 2 * PAYLOAD_CHUNK_BYTES;
    char *bytes = memory_pattern(size);
    struct seal *s;
    struct byte_sink sink;

    memory_keys_init(&k);
    s = seal_open(memory_sink_of(&sealed), &k.seal, &f);
    CU_ASSERT_FATAL(s != NULL);
    sink = seal_sink(s);
    ASSERT_FAULT(sink.write(sink.state, bytes, size, &f), &f, FAULT_IO, "fails");
    ASSERT_FAULT(seal_finish(s, &f), &f, FAULT_INTERNAL, "already closed");
    CU_ASSERT_EQUAL(sealed.writes, 3);
    seal_free(s);
    text_release(&sealed.bytes);
    free(bytes);
}

static void
a_seal_is_finished_once(void)
{
    struct memory_keys k;
    struct memory_sink sealed = {0};
    struct fault f = FAULT_INIT;
    struct seal *s;

    memory_keys_init(&k);
    s = seal_open(memory_sink_of(&sealed), &k.seal, &f);
    CU_ASSERT_FATAL(s != NULL);
    ASSERT_OK(seal_finish(s, &f), &f);
    ASSERT_FAULT(seal_finish(s, &f), &f, FAULT_INTERNAL, "already closed");
    seal_free(s);
    seal_free(NULL);
    text_release(&sealed.bytes);
}

static void
keys_that_make_no_sense_are_refused_before_anything_is_written(void)
{
    struct memory_keys k;
    struct memory_sink sealed = {0};
    struct fault f = FAULT_INIT;
    struct seal_keys keys = {0};

    memory_keys_init(&k);
    ASSERT_FAULT(memory_seal(&sealed, &keys, "", 0, 0, &f), &f, FAULT_SETTINGS, "neither");
    keys.passphrase = "";
    ASSERT_FAULT(memory_seal(&sealed, &keys, "", 0, 0, &f), &f, FAULT_SETTINGS, "empty");
    keys.passphrase = "x";
    keys.work_factor = 23;
    ASSERT_FAULT(memory_seal(&sealed, &keys, "", 0, 0, &f), &f, FAULT_SETTINGS, "limit of 22");
    keys = k.seal;
    keys.passphrase = "x";
    ASSERT_FAULT(memory_seal(&sealed, &keys, "", 0, 0, &f), &f, FAULT_SETTINGS, "both");
    CU_ASSERT_EQUAL(sealed.writes, 0);
}

const struct test suite_backup_age_seal[] = {
    {"what was sealed comes back at every size", what_was_sealed_comes_back_at_every_size},
    {"a sealed file has the length of the format", a_sealed_file_has_the_length_of_the_format},
    {"every recipient can open", every_recipient_can_open},
    {"the same plaintext never gives the same file", the_same_plaintext_never_gives_the_same_file},
    {"a sink that fails at any write fails the seal",
        a_sink_that_fails_at_any_write_fails_the_seal},
    {"after a failed write nothing more is written", after_a_failed_write_nothing_more_is_written},
    {"a seal is finished once", a_seal_is_finished_once},
    {"keys that make no sense are refused before anything is written",
        keys_that_make_no_sense_are_refused_before_anything_is_written},
    {0},
};
