/* Sealed files, containers and the catalogue: targets of fuzz.h. */
#include <stdlib.h>

#include "backup/age/armor.h"
#include "backup/age/seal.h"
#include "backup/age/unseal.h"
#include "backup/catalogue_xml.h"
#include "backup/container.h"
#include "tests/fuzz/fuzz.h"

/* Made for this, and good for nothing else. */
static const char identity_text[] =
    "AGE-SECRET-KEY-1A2WCY35ZSJJCY9K5V64Q4HGUTPD6J6J5C4KQVAE63SVSLTEELV0SR7NYYW";

enum { WORK_FACTOR_LIMIT = 8 }; /* no time is spent on passphrases */

static const struct identity *
our_identity(void)
{
    static struct identity identity;
    static bool ready;
    struct fault f = FAULT_INIT;

    fuzz_must(ready || identity_parse(&identity, identity_text, &f) == 0);
    ready = true;
    return &identity;
}

bool
fuzz_age(const uint8_t *bytes, size_t size)
{
    const struct unseal_keys keys = {our_identity(), 1, "a passphrase", WORK_FACTOR_LIMIT};
    struct fuzz_bytes b = {bytes, size};
    struct fault f = FAULT_INIT;
    struct unseal *u = unseal_open(fuzz_source(&b), &keys, NULL, &f);
    bool taken = u != NULL && fuzz_drain(unseal_source(u));

    unseal_free(u);
    return taken;
}

void
seed_age(struct text *bytes)
{
    const struct seal_keys keys = {.recipients = &our_identity()->recipient, .recipient_count = 1};
    struct fault f = FAULT_INIT;
    struct seal *s = seal_open(fuzz_sink(bytes), &keys, &f);
    struct byte_sink sink;

    fuzz_must(s != NULL);
    sink = seal_sink(s);
    fuzz_must(sink.write(sink.state, "a secret\n", 9, &f) == 0 && seal_finish(s, &f) == 0);
    seal_free(s);
}

bool
fuzz_armor(const uint8_t *bytes, size_t size)
{
    struct fuzz_bytes b = {bytes, size};
    struct fault f = FAULT_INIT;
    struct armor *a = armor_new(fuzz_source(&b), &f);
    bool taken = a != NULL && fuzz_drain(armor_source(a));

    armor_free(a);
    return taken;
}

/* ---- containers: somebody reads all of it ---- */

static int
take_file(
    void *state, const char *name, uint64_t size_bytes, struct byte_source content, struct fault *f)
{
    (void)state;
    (void)name;
    (void)size_bytes;
    (void)f;
    return fuzz_drain(content) ? 0 : -1;
}

bool
fuzz_container(const uint8_t *bytes, size_t size)
{
    const struct pack_keys keys = {.free_bytes = 1 << 20};
    const struct container_handler handler = {.file = take_file};
    struct container_summary out = CONTAINER_SUMMARY_INIT;
    struct fuzz_bytes b = {bytes, size};
    struct fault f = FAULT_INIT;
    bool taken = container_read(fuzz_source(&b), &keys, &handler, &out, &f) == 0;

    container_summary_release(&out);
    return taken;
}

static const struct container_info nightly = {.id = "20261101T020000Z-Primary",
    .kind = CONTAINER_DATABASE,
    .database = "Primary",
    .program = "nightcube",
    .run = 7};

void
seed_container(struct text *bytes)
{
    static struct table_column columns[] = {
        {.name = "ID", .type = VALUE_INT, .not_null = true}, {.name = "City", .type = VALUE_TEXT}};
    static const struct table table = {.name = "t", .columns = columns, .column_count = 2};
    const struct value row[] = {value_int(1), value_text("a, \"b\"")};
    const struct pack_options packing = {.compress = false};
    struct fault f = FAULT_INIT;
    struct container_writer *w = container_begin(&packing, &nightly, fuzz_sink(bytes), &f);

    fuzz_must(w != NULL && container_begin_table(w, &table, &f) == 0 &&
              container_add_row(w, row, &f) == 0 && container_end_table(w, &f) == 0 &&
              container_add_bytes(w, "notes/one.txt", "1", 1, &f) == 0 &&
              container_finish(w, NULL, &f) == 0);
    container_free(w);
}

bool
fuzz_catalogue(const uint8_t *bytes, size_t size)
{
    struct catalogue_entry entry = {.sequence = 0};
    struct arena memory = ARENA_INIT;
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;
    const char *previous;
    bool taken;

    text_add_bytes(&xml, (const char *)bytes, size);
    taken = catalogue_read_entry(&xml, &memory, &entry, &previous, &f) == 0;
    arena_release(&memory);
    text_release(&xml);
    return taken;
}

void
seed_catalogue(struct text *bytes)
{
    struct container_summary summary = CONTAINER_SUMMARY_INIT;
    struct catalogue_entry entry;
    struct arena memory = ARENA_INIT;
    struct text stored = TEXT_INIT;
    struct fault f = FAULT_INIT;
    struct fuzz_bytes b;

    seed_container(&stored);
    b = (struct fuzz_bytes){(const uint8_t *)stored.bytes, stored.length};
    fuzz_must(container_verify(fuzz_source(&b), NULL, &summary, &f) == 0 &&
              catalogue_describe(&entry, &summary, "Primary.abf", &memory, &f) == 0 &&
              catalogue_write_entry(bytes, &entry, "", &f) == 0);
    arena_release(&memory);
    container_summary_release(&summary);
    text_release(&stored);
}
