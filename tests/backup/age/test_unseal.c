#include "backup/age/unseal.h"

#include "tests/backup/age/memory.h"

enum {
    HEADER_BYTES = 22 + 98 + 48,
    PAYLOAD_START = HEADER_BYTES + PAYLOAD_NONCE_BYTES,
    PLAIN_BYTES = 2 * PAYLOAD_CHUNK_BYTES + 1000, /* three chunks */
};

/* A sealed file of three chunks and what opening it should give. */
struct sample {
    struct memory_keys keys;
    char *plain;
    struct memory_sink sealed;
};

static void
sample_init(struct sample *s)
{
    struct fault f = FAULT_INIT;

    memset(s, 0, sizeof *s);
    memory_keys_init(&s->keys);
    s->plain = memory_pattern(PLAIN_BYTES);
    ASSERT_OK(memory_seal(&s->sealed, &s->keys.seal, s->plain, PLAIN_BYTES, 0, &f), &f);
}

static void
sample_release(struct sample *s)
{
    text_release(&s->sealed.bytes);
    free(s->plain);
}

/* Opens a spoilt copy: it must fail, and may release only whole chunks of the true plaintext. */
static void
must_fail(const struct sample *s, const char *bytes, size_t size)
{
    struct memory_source source = {.bytes = bytes, .size = size};
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    enum age_failure failure;
    size_t chunk = PAYLOAD_CHUNK_BYTES;

    CU_ASSERT_EQUAL(memory_unseal(&source, &s->keys.unseal, 0, &plain, &failure, &f), -1);
    CU_ASSERT(f.kind == FAULT_DATA || f.kind == FAULT_PERMISSION);
    CU_ASSERT_NOT_EQUAL(failure, AGE_FAILURE_NONE);
    CU_ASSERT(plain.length % chunk == 0 || plain.length == PLAIN_BYTES);
    CU_ASSERT(plain.length <= PLAIN_BYTES);
    CU_ASSERT_EQUAL(memcmp(text_get(&plain), s->plain, plain.length), 0);
    text_release(&plain);
}

/* Offsets worth trying: all of the header, around each chunk's border, the end. */
static bool
interesting(size_t at, size_t size)
{
    size_t inside = at < PAYLOAD_START ? 0 : (at - PAYLOAD_START) % PAYLOAD_SEALED_BYTES;

    return at < PAYLOAD_START || inside < 2 || inside > PAYLOAD_SEALED_BYTES - 18 ||
           inside == PAYLOAD_CHUNK_BYTES / 2 || at > size - 18;
}

static void
a_file_cut_off_anywhere_fails(void)
{
    struct sample s;

    sample_init(&s);
    for (size_t at = 0; at < s.sealed.bytes.length; at++) {
        if (interesting(at, s.sealed.bytes.length))
            must_fail(&s, s.sealed.bytes.bytes, at);
    }
    sample_release(&s);
}

static void
a_bit_flipped_anywhere_fails(void)
{
    struct sample s;
    char *bytes;

    sample_init(&s);
    bytes = s.sealed.bytes.bytes;
    for (size_t at = 0; at < s.sealed.bytes.length; at++) {
        char bit = (char)(1 << at % 7);

        if (!interesting(at, s.sealed.bytes.length))
            continue;
        bytes[at] = (char)(bytes[at] ^ bit);
        must_fail(&s, bytes, s.sealed.bytes.length);
        bytes[at] = (char)(bytes[at] ^ bit);
    }
    sample_release(&s);
}

static void
chunks_swapped_dropped_or_doubled_fail(void)
{
    struct sample s;
    char *copy, *first;
    size_t size, chunk = PAYLOAD_SEALED_BYTES, tail;

    sample_init(&s);
    size = s.sealed.bytes.length;
    tail = size - PAYLOAD_START - chunk;
    copy = malloc(size + chunk);
    first = copy + PAYLOAD_START;
    /* Swapped. */
    memcpy(copy, s.sealed.bytes.bytes, size);
    memcpy(first, s.sealed.bytes.bytes + PAYLOAD_START + chunk, chunk);
    memcpy(first + chunk, s.sealed.bytes.bytes + PAYLOAD_START, chunk);
    must_fail(&s, copy, size);
    /* The first one dropped. */
    memcpy(first, s.sealed.bytes.bytes + PAYLOAD_START + chunk, tail);
    must_fail(&s, copy, size - chunk);
    /* The first one twice. */
    memcpy(first, s.sealed.bytes.bytes + PAYLOAD_START, chunk);
    memcpy(first + chunk, s.sealed.bytes.bytes + PAYLOAD_START, chunk + tail);
    must_fail(&s, copy, size + chunk);
    free(copy);
    sample_release(&s);
}

static void
the_tail_of_another_file_fails(void)
{
    struct sample s;
    struct memory_sink other = {0};
    struct fault f = FAULT_INIT;
    size_t tail = 1000 + AEAD_TAG_BYTES;

    sample_init(&s);
    ASSERT_OK(memory_seal(&other, &s.keys.seal, s.plain, PLAIN_BYTES, 0, &f), &f);
    memcpy(s.sealed.bytes.bytes + s.sealed.bytes.length - tail,
        other.bytes.bytes + other.bytes.length - tail, tail);
    must_fail(&s, s.sealed.bytes.bytes, s.sealed.bytes.length);
    text_release(&other.bytes);
    sample_release(&s);
}

static void
bytes_behind_the_end_fail(void)
{
    struct sample s;
    struct text copy = TEXT_INIT;

    sample_init(&s);
    text_add_bytes(&copy, s.sealed.bytes.bytes, s.sealed.bytes.length);
    text_add_char(&copy, 'x');
    must_fail(&s, copy.bytes, copy.length);
    text_cut(&copy, copy.length - 1);
    text_add_bytes(&copy, s.sealed.bytes.bytes, s.sealed.bytes.length);
    must_fail(&s, copy.bytes, copy.length);
    text_release(&copy);
    sample_release(&s);
}

static void
any_size_of_reads_gives_the_same(void)
{
    static const size_t steps[] = {1, 7, 4096, 65537};
    struct sample s;

    sample_init(&s);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct memory_source source = {
            .bytes = s.sealed.bytes.bytes, .size = s.sealed.bytes.length, .step = steps[i]};
        struct fault f = FAULT_INIT;
        struct text plain = TEXT_INIT;
        enum age_failure failure;

        ASSERT_OK(memory_unseal(&source, &s.keys.unseal, steps[i], &plain, &failure, &f), &f);
        CU_ASSERT_EQUAL_FATAL(plain.length, PLAIN_BYTES);
        CU_ASSERT_EQUAL(memcmp(plain.bytes, s.plain, PLAIN_BYTES), 0);
        text_release(&plain);
    }
    sample_release(&s);
}

static void
a_failing_source_is_no_failure_of_the_file(void)
{
    struct sample s;

    sample_init(&s);
    for (size_t at = 1; at < s.sealed.bytes.length; at += 20000) {
        struct memory_source source = {.bytes = s.sealed.bytes.bytes,
            .size = s.sealed.bytes.length,
            .step = 100,
            .fail_at = at};
        struct fault f = FAULT_INIT;
        struct text plain = TEXT_INIT;
        enum age_failure failure;

        ASSERT_FAULT(memory_unseal(&source, &s.keys.unseal, 0, &plain, &failure, &f), &f, FAULT_IO,
            "the test source fails");
        CU_ASSERT_EQUAL(failure, AGE_FAILURE_NONE);
        text_release(&plain);
    }
    sample_release(&s);
}

static void
after_a_failure_the_source_only_fails(void)
{
    struct sample s;
    struct memory_source source;
    struct fault f = FAULT_INIT;
    struct unseal *u;
    struct byte_source plain;
    char byte;

    sample_init(&s);
    s.sealed.bytes.bytes[PAYLOAD_START] ^= 1;
    source = (struct memory_source){.bytes = s.sealed.bytes.bytes, .size = s.sealed.bytes.length};
    u = unseal_open(memory_source_of(&source), &s.keys.unseal, NULL, &f);
    CU_ASSERT_FATAL(u != NULL);
    plain = unseal_source(u);
    ASSERT_FAULT((int)plain.read(plain.state, &byte, 1, &f), &f, FAULT_DATA, "chunk 1");
    ASSERT_FAULT((int)plain.read(plain.state, &byte, 1, &f), &f, FAULT_DATA, "failed before");
    CU_ASSERT_EQUAL(unseal_failure(u), AGE_FAILURE_PAYLOAD);
    unseal_free(u);
    unseal_free(NULL);
    sample_release(&s);
}

/* Opens a file and must be refused for its keys, in these words. */
static void
refused_for_keys(
    const struct memory_sink *sealed, const struct unseal_keys *keys, const char *words)
{
    struct memory_source source = {.bytes = sealed->bytes.bytes, .size = sealed->bytes.length};
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    enum age_failure failure;

    ASSERT_FAULT(
        memory_unseal(&source, keys, 0, &plain, &failure, &f), &f, FAULT_PERMISSION, words);
    CU_ASSERT_EQUAL(failure, AGE_FAILURE_NO_MATCH);
    CU_ASSERT_EQUAL(plain.length, 0);
}

static void
a_missing_or_wrong_identity_is_said(void)
{
    struct sample s;
    struct memory_keys other;
    struct unseal_keys none = {0}, passphrase = {.passphrase = "x"};

    sample_init(&s);
    memory_keys_init(&other);
    refused_for_keys(&s.sealed, &other.unseal, "no identity matches: sealed for 1 recipient, 1");
    refused_for_keys(&s.sealed, &none, "no identity was given");
    refused_for_keys(&s.sealed, &passphrase, "no identity was given, only a passphrase");
    sample_release(&s);
}

static void
a_missing_or_wrong_passphrase_is_said(void)
{
    struct memory_keys k;
    struct memory_sink sealed = {0};
    struct seal_keys seal = {.passphrase = "right", .work_factor = 3};
    struct unseal_keys wrong = {.passphrase = "wrong"};
    struct fault f = FAULT_INIT;

    memory_keys_init(&k);
    ASSERT_OK(memory_seal(&sealed, &seal, "hello", 5, 0, &f), &f);
    refused_for_keys(&sealed, &wrong, "wrong passphrase");
    wrong.passphrase = "";
    refused_for_keys(&sealed, &wrong, "wrong passphrase");
    refused_for_keys(&sealed, &k.unseal, "sealed with a passphrase, and none was given");
    text_release(&sealed.bytes);
}

static void
the_right_passphrase_opens(void)
{
    struct memory_sink sealed = {0};
    struct seal_keys seal = {.passphrase = "right", .work_factor = 3};
    struct unseal_keys right = {.passphrase = "right"};
    struct memory_source source;
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    enum age_failure failure;

    ASSERT_OK(memory_seal(&sealed, &seal, "hello", 5, 0, &f), &f);
    source = (struct memory_source){.bytes = sealed.bytes.bytes, .size = sealed.bytes.length};
    ASSERT_OK(memory_unseal(&source, &right, 0, &plain, &failure, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&plain), "hello");
    text_release(&plain);
    text_release(&sealed.bytes);
}

static void
too_much_work_is_refused_and_the_limit_can_be_set(void)
{
    struct memory_sink sealed = {0};
    struct seal_keys seal = {.passphrase = "right", .work_factor = 5};
    struct unseal_keys keys = {.passphrase = "right", .work_factor_limit = 4};
    struct memory_source source;
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    enum age_failure failure;

    ASSERT_OK(memory_seal(&sealed, &seal, "hello", 5, 0, &f), &f);
    source = (struct memory_source){.bytes = sealed.bytes.bytes, .size = sealed.bytes.length};
    ASSERT_FAULT(memory_unseal(&source, &keys, 0, &plain, &failure, &f), &f, FAULT_DATA,
        "work factor 5 is above the limit of 4");
    CU_ASSERT_EQUAL(failure, AGE_FAILURE_HEADER);
    source.at = 0;
    keys.work_factor_limit = 5;
    ASSERT_OK(memory_unseal(&source, &keys, 0, &plain, &failure, &f), &f);
    text_release(&plain);
    text_release(&sealed.bytes);
}

static void
what_is_no_age_file_is_called_so(void)
{
    struct memory_source source = {.bytes = "PK\3\4 some archive", .size = 17};
    struct unseal_keys keys = {.passphrase = "x"};
    struct fault f = FAULT_INIT;
    struct text plain = TEXT_INIT;
    enum age_failure failure;

    ASSERT_FAULT(
        memory_unseal(&source, &keys, 0, &plain, &failure, &f), &f, FAULT_DATA, "not an age file");
    CU_ASSERT_EQUAL(failure, AGE_FAILURE_HEADER);
}

static void
sealed_files_are_told_from_others(void)
{
    CU_ASSERT(age_is_sealed("age-encryption.org/v1\n-> X25519", 31));
    CU_ASSERT(age_is_sealed("age-encryption.org/v2\n", 22));
    CU_ASSERT(age_is_sealed("\n-----BEGIN AGE ENCRYPTED FILE-----\n", 36));
    CU_ASSERT_FALSE(age_is_sealed("age-encryption.or", 17));
    CU_ASSERT_FALSE(age_is_sealed("\x28\xb5\x2f\xfd", 4));
    CU_ASSERT_FALSE(age_is_sealed("", 0));
}

const struct test suite_backup_age_unseal[] = {
    {"a file cut off anywhere fails", a_file_cut_off_anywhere_fails},
    {"a bit flipped anywhere fails", a_bit_flipped_anywhere_fails},
    {"chunks swapped, dropped or doubled fail", chunks_swapped_dropped_or_doubled_fail},
    {"the tail of another file fails", the_tail_of_another_file_fails},
    {"bytes behind the end fail", bytes_behind_the_end_fail},
    {"any size of reads gives the same", any_size_of_reads_gives_the_same},
    {"a failing source is no failure of the file", a_failing_source_is_no_failure_of_the_file},
    {"after a failure the source only fails", after_a_failure_the_source_only_fails},
    {"a missing or wrong identity is said", a_missing_or_wrong_identity_is_said},
    {"a missing or wrong passphrase is said", a_missing_or_wrong_passphrase_is_said},
    {"the right passphrase opens", the_right_passphrase_opens},
    {"too much work is refused and the limit can be set",
        too_much_work_is_refused_and_the_limit_can_be_set},
    {"what is no age file is called so", what_is_no_age_file_is_called_so},
    {"sealed files are told from others", sealed_files_are_told_from_others},
    {0},
};
