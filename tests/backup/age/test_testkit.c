/*
 * The C2SP test kit for age (c2sp.org/CCTV/age): each file is lines "key: value", an empty line,
 * and a sealed file with its verdict. 124 of the 143 need only what the format had before
 * post-quantum keys.
 */
#include <archive.h>
#include <dirent.h>
#include <stdio.h>

#include "backup/age/armor.h"
#include "backup/age/intake.h"
#include "config/base/digest.h"
#include "config/base/file.h"
#include "tests/backup/age/memory.h"

enum { VECTOR_COUNT = 124, VECTOR_LIMIT = 4 * 1024 * 1024 };

struct vector {
    char name[256];
    enum age_failure expect;
    char payload[DIGEST_HEX_BYTES];
    uint8_t file_key[FILE_KEY_BYTES];
    struct identity identities[2];
    size_t identity_count;
    char passphrase[64];
    bool armored;
    bool compressed;
    bool skipped; /* needs something that is not supported */
    struct text file;
};

static const struct {
    const char *word;
    enum age_failure failure;
} verdicts[] = {
    {"success", AGE_FAILURE_NONE},
    {"header failure", AGE_FAILURE_HEADER},
    {"HMAC failure", AGE_FAILURE_HMAC},
    {"armor failure", AGE_FAILURE_ARMOR},
    {"payload failure", AGE_FAILURE_PAYLOAD},
    {"no match", AGE_FAILURE_NO_MATCH},
};

static void
set_expect(struct vector *v, const char *value)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (strcmp(value, verdicts[i].word) == 0) {
            v->expect = verdicts[i].failure;
            return;
        }
    }
    CU_FAIL_FATAL("a vector expects something unknown");
}

static void
set_payload(struct vector *v, const char *value)
{
    snprintf(v->payload, sizeof v->payload, "%s", value);
}

static void
set_file_key(struct vector *v, const char *value)
{
    for (size_t i = 0; i < FILE_KEY_BYTES; i++) {
        unsigned byte = 0;

        CU_ASSERT_EQUAL(sscanf(value + 2 * i, "%2x", &byte), 1);
        v->file_key[i] = (uint8_t)byte;
    }
}

static void
add_identity(struct vector *v, const char *value)
{
    struct fault f = FAULT_INIT;

    if (strncmp(value, "AGE-SECRET-KEY-PQ-", 18) == 0) {
        v->skipped = true;
        return;
    }
    CU_ASSERT_FATAL(v->identity_count < 2);
    ASSERT_OK(identity_parse(&v->identities[v->identity_count++], value, &f), &f);
}

/* A vector with several passphrases must fail with any. */
static void
set_passphrase(struct vector *v, const char *value)
{
    snprintf(v->passphrase, sizeof v->passphrase, "%s", value);
}

static void
set_armored(struct vector *v, const char *value)
{
    v->armored = strcmp(value, "yes") == 0;
}

static void
set_compressed(struct vector *v, const char *value)
{
    v->compressed = strcmp(value, "zlib") == 0;
}

static void
ignore_comment(struct vector *v, const char *value)
{
    (void)v;
    (void)value;
}

static const struct {
    const char *key;
    void (*set)(struct vector *v, const char *value);
} fields[] = {
    {"expect", set_expect},
    {"payload", set_payload},
    {"file key", set_file_key},
    {"identity", add_identity},
    {"passphrase", set_passphrase},
    {"armored", set_armored},
    {"compressed", set_compressed},
    {"comment", ignore_comment},
};

static void
set_field(struct vector *v, char *line)
{
    char *colon = strstr(line, ": ");

    CU_ASSERT_FATAL(colon != NULL);
    *colon = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(line, fields[i].key) == 0) {
            fields[i].set(v, colon + 2);
            return;
        }
    }
    v->skipped = true;
}

/* Turns a zlib stream into the gzip file of the same data, which libarchive reads; it does not look
 * at the checksum behind it. */
static void
inflate_into(struct text *out, const char *bytes, size_t size)
{
    static const char head[10] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const char tail[8];
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    struct text gzip = TEXT_INIT;
    char buffer[4096];
    ssize_t n;

    text_add_bytes(&gzip, head, sizeof head);
    text_add_bytes(&gzip, bytes + 2, size - 2 - 4);
    text_add_bytes(&gzip, tail, sizeof tail);
    archive_read_support_filter_gzip(archive);
    archive_read_support_format_raw(archive);
    CU_ASSERT_EQUAL_FATAL(archive_read_open_memory(archive, gzip.bytes, gzip.length), ARCHIVE_OK);
    CU_ASSERT_EQUAL_FATAL(archive_read_next_header(archive, &entry), ARCHIVE_OK);
    while ((n = archive_read_data(archive, buffer, sizeof buffer)) > 0)
        text_add_bytes(out, buffer, (size_t)n);
    CU_ASSERT_EQUAL(n, 0);
    archive_read_free(archive);
    text_release(&gzip);
}

static void
vector_read(struct vector *v, const char *directory, const char *name)
{
    struct fault f = FAULT_INIT;
    struct text path = TEXT_INIT, all = TEXT_INIT;
    char *line, *end;

    memset(v, 0, sizeof *v);
    snprintf(v->name, sizeof v->name, "%s", name);
    file_join(&path, directory, name);
    ASSERT_OK(file_read_all(path.bytes, VECTOR_LIMIT, &all, &f), &f);
    for (line = all.bytes; *line != '\n'; line = end + 1) {
        CU_ASSERT_FATAL((end = strchr(line, '\n')) != NULL);
        *end = '\0';
        set_field(v, line);
    }
    line++;
    if (v->compressed)
        inflate_into(&v->file, line, all.length - (size_t)(line - all.bytes));
    else
        text_add_bytes(&v->file, line, all.length - (size_t)(line - all.bytes));
    text_release(&path);
    text_release(&all);
}

/* Runs `check` on each vector that applies; false when the kit is not there. */
static bool
each_vector(void (*check)(struct vector *v), size_t *count)
{
    const char *found = test_data("age-testkit/testdata");
    char directory[4096];
    struct dirent *entry;
    DIR *d;

    *count = 0;
    if (found == NULL)
        return false;
    snprintf(directory, sizeof directory, "%s", found);
    CU_ASSERT_FATAL((d = opendir(directory)) != NULL);
    while ((entry = readdir(d)) != NULL) {
        struct vector v;

        if (entry->d_name[0] == '.')
            continue;
        vector_read(&v, directory, entry->d_name);
        if (!v.skipped) {
            ++*count;
            check(&v);
        }
        text_release(&v.file);
    }
    closedir(d);
    return true;
}

static void
verdict(const struct vector *v, bool right, const char *what)
{
    if (!right)
        fprintf(stderr, "\n    %s: %s\n", v->name, what);
    CU_ASSERT(right);
}

/* Opens a vector, from armor when it says so. Returns the failure and what was released. */
static enum age_failure
vector_open(struct vector *v, size_t step, struct text *plain)
{
    struct memory_source m = {.bytes = text_get(&v->file), .size = v->file.length, .step = step};
    struct fault f = FAULT_INIT;
    struct armor *armor = armor_new(memory_source_of(&m), &f);
    struct byte_source from = v->armored ? armor_source(armor) : memory_source_of(&m), source;
    struct unseal_keys keys = {.identities = v->identities,
        .identity_count = v->identity_count,
        .passphrase = v->passphrase[0] != '\0' ? v->passphrase : NULL};
    enum age_failure failure;
    struct unseal *u = unseal_open(from, &keys, &failure, &f);
    char buffer[1000];
    ssize_t n = u != NULL ? 0 : -1;

    if (u != NULL) {
        source = unseal_source(u);
        while ((n = source.read(source.state, buffer, sizeof buffer, &f)) > 0)
            text_add_bytes(plain, buffer, (size_t)n);
        failure = unseal_failure(u);
    }
    if (n < 0 && armor_malformed(armor))
        failure = AGE_FAILURE_ARMOR;
    verdict(v, (n < 0) == (f.kind != FAULT_NONE), "result and fault disagree");
    unseal_free(u);
    armor_free(armor);
    return failure;
}

static void
check_failure(struct vector *v)
{
    struct text plain = TEXT_INIT;

    verdict(v, vector_open(v, 0, &plain) == v->expect, "another failure than expected");
    text_release(&plain);
}

static void
check_released(struct vector *v)
{
    char hex[DIGEST_HEX_BYTES];

    /* Vectors that release nothing name no hash. */
    for (size_t step = 0; step < 2; step++) {
        struct fault f = FAULT_INIT;
        struct text plain = TEXT_INIT;

        vector_open(v, step, &plain);
        ASSERT_OK(digest_bytes(text_get(&plain), plain.length, hex, &f), &f);
        verdict(v, v->payload[0] != '\0' ? strcmp(hex, v->payload) == 0 : plain.length == 0,
            "other bytes were released than expected");
        text_release(&plain);
    }
}

/* The sealed file itself, without armor. */
static void
strip_armor(struct vector *v, struct text *sealed)
{
    struct memory_source m = {.bytes = text_get(&v->file), .size = v->file.length};
    struct fault f = FAULT_INIT;
    struct armor *armor = armor_new(memory_source_of(&m), &f);
    struct byte_source from = v->armored ? armor_source(armor) : memory_source_of(&m);
    char buffer[1000];
    ssize_t n;

    while ((n = from.read(from.state, buffer, sizeof buffer, &f)) > 0)
        text_add_bytes(sealed, buffer, (size_t)n);
    armor_free(armor);
}

/* Seals with the file key, nonce and stanzas of a vector that opens: the same file must come out.
 */
static void
check_sealed_again(struct vector *v)
{
    struct fault f = FAULT_INIT;
    struct text sealed = TEXT_INIT, plain = TEXT_INIT, header = TEXT_INIT;
    struct age_header h = AGE_HEADER_INIT;
    struct memory_sink again = {0};
    struct memory_source m;
    struct intake *in;
    struct seal *s;
    struct byte_sink sink;

    if (v->expect != AGE_FAILURE_NONE)
        return;
    strip_armor(v, &sealed);
    m = (struct memory_source){.bytes = sealed.bytes, .size = sealed.length};
    in = malloc(sizeof *in);
    intake_init(in, memory_source_of(&m));
    ASSERT_OK(age_header_read(&h, in, &f), &f);
    ASSERT_OK(age_header_write(&header, h.stanzas, h.count, v->file_key, &f), &f);
    vector_open(v, 0, &plain);
    s = seal_open_given(memory_sink_of(&again),
        &(struct seal_given){.header = header.bytes,
            .header_size = header.length,
            .file_key = v->file_key,
            .nonce = (const uint8_t *)sealed.bytes + h.raw.length},
        &f);
    CU_ASSERT_FATAL(s != NULL);
    sink = seal_sink(s);
    ASSERT_OK(sink.write(sink.state, text_get(&plain), plain.length, &f), &f);
    ASSERT_OK(seal_finish(s, &f), &f);
    verdict(v,
        again.bytes.length == sealed.length &&
            memcmp(again.bytes.bytes, sealed.bytes, sealed.length) == 0,
        "sealed again it is another file");
    seal_free(s);
    free(in);
    age_header_release(&h);
    text_release(&again.bytes);
    text_release(&header);
    text_release(&plain);
    text_release(&sealed);
}

static void
every_vector_ends_as_it_should(void)
{
    size_t count;

    if (each_vector(check_failure, &count))
        CU_ASSERT_EQUAL(count, VECTOR_COUNT);
}

static void
every_vector_releases_the_bytes_it_should(void)
{
    size_t count;

    each_vector(check_released, &count);
}

static void
every_vector_that_opens_can_be_made_again(void)
{
    size_t count;

    each_vector(check_sealed_again, &count);
}

const struct test suite_backup_age_testkit[] = {
    {"every vector ends as it should", every_vector_ends_as_it_should},
    {"every vector releases the bytes it should", every_vector_releases_the_bytes_it_should},
    {"every vector that opens can be made again", every_vector_that_opens_can_be_made_again},
    {0},
};
