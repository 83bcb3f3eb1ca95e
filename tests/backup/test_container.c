#include "backup/container.h"

#include "backup/chunks.h"
#include "tests/backup/sample.h"

/* What a handler got, compared with the sample as it comes. */
struct seen {
    int infos, tables, rows, ended, files, wrong;
    char files_text[256];
    int fail_at_row; /* 0: never */
};

static int
see_info(void *state, const struct container_info *info, struct fault *f)
{
    struct seen *s = state;
    struct container_info expected = sample_info();
    const struct container_reference *reference = info->references;

    (void)f;
    s->infos++;
    s->wrong += strcmp(info->id, expected.id) != 0 || info->run != 7 ||
                strcmp(info->database, "PrimaryImport") != 0 || info->storage_mode != NULL ||
                info->taken_utc != expected.taken_utc || info->kind != CONTAINER_DATABASE ||
                info->after || strcmp(info->set, "set-7") != 0;
    s->wrong += info->reference_count != 1 || reference->table_count != 2 ||
                strcmp(reference->tables[1], "bam_Older") != 0 ||
                strcmp(reference->sha256, expected.references[0].sha256) != 0;
    s->wrong += info->note_count != 1 || strcmp(info->notes[0].value, "2026 <11>") != 0;
    return 0;
}

static int
see_table(void *state, const struct table *t, struct fault *f)
{
    struct seen *s = state;

    (void)f;
    if (s->tables++ == 0)
        s->wrong += strcmp(t->name, sample_table.name) != 0 || t->column_count != SAMPLE_COLUMNS ||
                    strcmp(t->columns[1].default_text, sample_columns[1].default_text) != 0 ||
                    t->columns[1].length != 128 || !t->columns[0].not_null ||
                    t->columns[5].type != VALUE_BYTES || t->identity_last != INT64_MAX ||
                    !t->identity || strcmp(t->key[0], "RecordID") != 0 || t->index_count != 1 ||
                    !t->indexes[0].unique || t->indexes[0].column_count != 2;
    else
        s->wrong += strcmp(t->name, "empty") != 0 || t->key_count != 0 || t->identity;
    return 0;
}

static int
see_row(void *state, const struct value *row, struct fault *f)
{
    struct seen *s = state;
    struct value expected[SAMPLE_COLUMNS];

    if (s->fail_at_row != 0 && s->rows + 1 == s->fail_at_row)
        return fault_set(f, FAULT_UNAVAILABLE, "the database went away");
    sample_row(s->rows++, expected);
    for (int i = 0; i < SAMPLE_COLUMNS; i++)
        s->wrong += value_compare(&row[i], &expected[i]) != 0;
    return 0;
}

static int
see_end(void *state, const struct rowsum *sum, struct fault *f)
{
    struct seen *s = state;

    (void)f;
    s->wrong += sum->rows != (uint64_t)(s->ended++ == 0 ? SAMPLE_ROWS : 0);
    return 0;
}

static int
see_file(
    void *state, const char *name, uint64_t size_bytes, struct byte_source content, struct fault *f)
{
    struct seen *s = state;
    char bytes[64] = "";
    ssize_t n = source_read_full(&content, bytes, 4, f); /* not all of it */
    size_t length = strlen(s->files_text);

    s->files++;
    snprintf(s->files_text + length, sizeof s->files_text - length, "%s=%d:%s;", name,
        (int)size_bytes, bytes);
    return n < 0 ? -1 : 0;
}

static struct container_handler
handler_of(struct seen *s)
{
    return (struct container_handler){see_info, see_table, see_row, see_end, see_file, s};
}

/* Writes the sample, reads it and looks at everything. */
static void
round_trip(const struct pack_options *packing, const struct pack_keys *keys)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct seen s = {.infos = 0};
    struct container_handler h = handler_of(&s);
    struct container_summary written, found;
    struct memory_source from;

    ASSERT_OK(sample_write(&m, packing, &written, &f), &f);
    from = (struct memory_source){.bytes = m.bytes.bytes, .size = m.bytes.length, .step = 1000};
    ASSERT_OK(container_read(memory_source_of(&from), keys, &h, &found, &f), &f);
    CU_ASSERT_EQUAL(s.wrong, 0);
    CU_ASSERT(s.infos == 1 && s.tables == 2 && s.rows == SAMPLE_ROWS && s.ended == 2);
    CU_ASSERT_STRING_EQUAL(s.files_text, "roles/Alle Käufer.xml=8:<Rol;.empty=0:;");
    CU_ASSERT_EQUAL(written.table_count, 2);
    CU_ASSERT_EQUAL(found.table_count, 2);
    CU_ASSERT(rowsum_equal(&written.tables[0].sum, &found.tables[0].sum));
    CU_ASSERT(memcmp(&written.packed, &found.packed, sizeof found.packed) == 0);
    CU_ASSERT_EQUAL(found.packed.stored_bytes, m.bytes.length);
    CU_ASSERT(found.packed.compressed == packing->compress);
    CU_ASSERT(found.packed.encrypted == (packing->seal != NULL));
    CU_ASSERT_STRING_EQUAL(written.info.id, found.info.id);
    container_summary_release(&written);
    container_summary_release(&found);
    text_release(&m.bytes);
}

static void
every_value_survives_plain(void)
{
    round_trip(&(struct pack_options){.compress = false}, NULL);
}

static void
every_value_survives_compression(void)
{
    round_trip(&(struct pack_options){.compress = true, .level = 19}, NULL);
}

static void
every_value_survives_compression_and_encryption(void)
{
    struct memory_keys k;

    memory_keys_init(&k);
    round_trip(&(struct pack_options){.compress = true, .seal = &k.seal},
        &(struct pack_keys){.unseal = &k.unseal, .demanded = true});
    identity_release(&k.identity);
}

static void
every_value_survives_encryption_alone(void)
{
    struct memory_keys k;

    memory_keys_init(&k);
    round_trip(&(struct pack_options){.seal = &k.seal}, &(struct pack_keys){.unseal = &k.unseal});
    identity_release(&k.identity);
}

static void
the_stored_hash_is_that_of_the_file(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_summary written;
    char sha256[DIGEST_HEX_BYTES];

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = true}, &written, &f), &f);
    ASSERT_OK(digest_bytes(m.bytes.bytes, m.bytes.length, sha256, &f), &f);
    CU_ASSERT_STRING_EQUAL(sha256, written.packed.sha256);
    container_summary_release(&written);
    text_release(&m.bytes);
}

static void
the_same_content_gives_the_same_bytes(void)
{
    struct memory_sink one = {.writes = 0}, two = {.writes = 0};
    struct fault f = FAULT_INIT;

    ASSERT_OK(sample_write(&one, &(struct pack_options){.compress = true}, NULL, &f), &f);
    ASSERT_OK(sample_write(&two, &(struct pack_options){.compress = true}, NULL, &f), &f);
    CU_ASSERT(one.bytes.length == two.bytes.length &&
              memcmp(one.bytes.bytes, two.bytes.bytes, one.bytes.length) == 0);
    text_release(&one.bytes);
    text_release(&two.bytes);
}

/* How many containers with one bit flipped, every `stride` bytes, still pass. */
static size_t
flips_that_pass(const struct pack_options *packing, const struct pack_keys *keys, size_t stride)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    size_t passed = 0;

    ASSERT_OK(sample_write(&m, packing, NULL, &f), &f);
    ASSERT_OK(sample_verify(m.bytes.bytes, m.bytes.length, keys, &f), &f);
    for (size_t i = 0; i < m.bytes.length; i += stride) {
        m.bytes.bytes[i] ^= (char)(1 << (i % 8));
        if (sample_verify(m.bytes.bytes, m.bytes.length, keys, &f) == 0) {
            fprintf(stderr, "\n    byte %zu of %zu may be flipped\n", i, m.bytes.length);
            passed++;
        }
        m.bytes.bytes[i] ^= (char)(1 << (i % 8));
    }
    text_release(&m.bytes);
    return passed;
}

static void
every_byte_of_a_plain_container_counts(void)
{
    CU_ASSERT_EQUAL(
        flips_that_pass(&(struct pack_options){.compress = false}, NULL, long_rounds(7, 1)), 0);
}

static void
every_byte_of_a_compressed_container_counts(void)
{
    CU_ASSERT_EQUAL(flips_that_pass(&(struct pack_options){.compress = true}, NULL, 1), 0);
}

static void
every_byte_of_an_encrypted_container_counts(void)
{
    struct memory_keys k;

    memory_keys_init(&k);
    CU_ASSERT_EQUAL(flips_that_pass(&(struct pack_options){.compress = true, .seal = &k.seal},
                        &(struct pack_keys){.unseal = &k.unseal}, 1),
        0);
    identity_release(&k.identity);
}

/* How many prefixes still pass, and whether one byte more does. */
static size_t
cuts_that_pass(const struct pack_options *packing, const struct pack_keys *keys, size_t stride)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    size_t passed = 0;

    ASSERT_OK(sample_write(&m, packing, NULL, &f), &f);
    for (size_t size = 0; size < m.bytes.length; size += stride)
        passed += sample_verify(m.bytes.bytes, size, keys, &f) == 0;
    for (size_t missing = 1; missing < 80; missing++)
        passed += sample_verify(m.bytes.bytes, m.bytes.length - missing, keys, &f) == 0;
    text_add_char(&m.bytes, '\0');
    passed += sample_verify(m.bytes.bytes, m.bytes.length, keys, &f) == 0;
    text_release(&m.bytes);
    return passed;
}

static void
no_truncation_and_no_addition_passes(void)
{
    struct memory_keys k;

    memory_keys_init(&k);
    CU_ASSERT_EQUAL(
        cuts_that_pass(&(struct pack_options){.compress = false}, NULL, long_rounds(31, 1)), 0);
    CU_ASSERT_EQUAL(
        cuts_that_pass(&(struct pack_options){.compress = true}, NULL, long_rounds(3, 1)), 0);
    CU_ASSERT_EQUAL(cuts_that_pass(&(struct pack_options){.compress = true, .seal = &k.seal},
                        &(struct pack_keys){.unseal = &k.unseal}, long_rounds(3, 1)),
        0);
    identity_release(&k.identity);
}

/* Swaps every pair of pieces of that size, from `start` on: how many of the containers pass. */
static size_t
swaps_that_pass(char *bytes, size_t size, size_t start, size_t piece, const struct pack_keys *keys)
{
    struct fault f = FAULT_INIT;
    char *aside = malloc(piece);
    size_t passed = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(aside);
    for (size_t a = start; a + piece <= size; a += piece) {
        for (size_t b = a + piece; b + piece <= size; b += piece) {
            if (memcmp(bytes + a, bytes + b, piece) == 0)
                continue;
            for (int back = 0; back < 2; back++) {
                memcpy(aside, bytes + a, piece);
                memcpy(bytes + a, bytes + b, piece);
                memcpy(bytes + b, aside, piece);
                passed += back == 0 && sample_verify(bytes, size, keys, &f) == 0;
            }
        }
    }
    CU_ASSERT_EQUAL(sample_verify(bytes, size, keys, &f), 0);
    free(aside);
    return passed;
}

static void
no_two_blocks_swapped_pass(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = false}, NULL, &f), &f);
    CU_ASSERT_EQUAL(swaps_that_pass(m.bytes.bytes, m.bytes.length, 0, 512, NULL), 0);
    text_release(&m.bytes);
    m = (struct memory_sink){.writes = 0};
    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = true}, NULL, &f), &f);
    CU_ASSERT_EQUAL(
        swaps_that_pass(m.bytes.bytes, m.bytes.length, 0, long_rounds(64, 16), NULL), 0);
    text_release(&m.bytes);
}

/* A sealed container of several chunks of 64 KiB (c2sp.org/age, "Payload"). */
static void
no_two_sealed_chunks_swapped_pass(void)
{
    enum { BYTES = 400000, CHUNK = 65552, NONCE = 16 };
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct memory_keys k;
    struct container_info info = sample_info();
    char *content = memory_pattern(BYTES), *mac;
    struct container_writer *w;

    memory_keys_init(&k);
    w = container_begin(&(struct pack_options){.seal = &k.seal}, &info, memory_sink_of(&m), &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    ASSERT_OK(container_add_bytes(w, "large", content, BYTES, &f), &f);
    ASSERT_OK(container_finish(w, NULL, &f), &f);
    container_free(w);
    mac = memmem(m.bytes.bytes, m.bytes.length, "\n--- ", 5);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mac);
    mac = strchr(mac + 1, '\n') + 1 + NONCE;
    CU_ASSERT(m.bytes.length > 5 * CHUNK);
    CU_ASSERT_EQUAL(swaps_that_pass(m.bytes.bytes, m.bytes.length, (size_t)(mac - m.bytes.bytes),
                        CHUNK, &(struct pack_keys){.unseal = &k.unseal}),
        0);
    free(content);
    identity_release(&k.identity);
    text_release(&m.bytes);
}

static void
says_that_a_key_is_missing_or_wrong(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct memory_keys k, other;

    memory_keys_init(&k);
    memory_keys_init(&other);
    ASSERT_OK(sample_write(&m, &(struct pack_options){.seal = &k.seal}, NULL, &f), &f);
    ASSERT_FAULT(sample_verify(m.bytes.bytes, m.bytes.length, NULL, &f), &f, FAULT_PERMISSION,
        "no key or passphrase");
    ASSERT_FAULT(sample_verify(m.bytes.bytes, m.bytes.length,
                     &(struct pack_keys){.unseal = &other.unseal}, &f),
        &f, FAULT_PERMISSION, "");
    ASSERT_FAULT(
        sample_verify(m.bytes.bytes, m.bytes.length,
            &(struct pack_keys){.unseal = &(struct unseal_keys){.passphrase = "guess"}}, &f),
        &f, FAULT_PERMISSION, "");
    identity_release(&k.identity);
    identity_release(&other.identity);
    text_release(&m.bytes);
}

static void
says_that_a_demanded_key_is_superfluous(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct unseal_keys passphrase = {.passphrase = "secret"};

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = true}, NULL, &f), &f);
    ASSERT_FAULT(sample_verify(m.bytes.bytes, m.bytes.length,
                     &(struct pack_keys){.unseal = &passphrase, .demanded = true}, &f),
        &f, FAULT_USAGE, "not encrypted");
    ASSERT_OK(sample_verify(
                  m.bytes.bytes, m.bytes.length, &(struct pack_keys){.unseal = &passphrase}, &f),
        &f);
    text_release(&m.bytes);
}

static void
refuses_what_is_no_container(void)
{
    struct fault f = FAULT_INIT;
    char zeros[2048] = {0};

    ASSERT_FAULT(sample_verify("", 0, NULL, &f), &f, FAULT_DATA, "empty");
    ASSERT_FAULT(
        sample_verify("PK\3\4 something", 14, NULL, &f), &f, FAULT_DATA, "not a nightcube");
    ASSERT_FAULT(sample_verify(zeros, sizeof zeros, NULL, &f), &f, FAULT_DATA, "not a nightcube");
}

static void
unpacks_no_bomb(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_info info = sample_info();
    struct container_writer *w =
        container_begin(&(struct pack_options){.compress = true}, &info, memory_sink_of(&m), &f);
    char *zeros = calloc(1, 4 << 20);

    CU_ASSERT_FATAL(w != NULL && zeros != NULL);
    ASSERT_OK(container_add_bytes(w, "bomb", zeros, 4 << 20, &f), &f);
    ASSERT_OK(container_finish(w, NULL, &f), &f);
    container_free(w);
    free(zeros);
    ASSERT_FAULT(sample_verify(m.bytes.bytes, m.bytes.length,
                     &(struct pack_keys){.free_bytes = 1 << 20, .ratio = 100}, &f),
        &f, FAULT_DATA, "100 times its size");
    ASSERT_OK(sample_verify(m.bytes.bytes, m.bytes.length,
                  &(struct pack_keys){.free_bytes = 5 << 20, .ratio = 100}, &f),
        &f);
    text_release(&m.bytes);
}

static void
a_handler_can_stop_the_reading(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct seen s = {.fail_at_row = 3};
    struct container_handler h = handler_of(&s);
    struct memory_source from;

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = true}, NULL, &f), &f);
    from = (struct memory_source){.bytes = m.bytes.bytes, .size = m.bytes.length};
    ASSERT_FAULT(container_read(memory_source_of(&from), NULL, &h, NULL, &f), &f, FAULT_UNAVAILABLE,
        "the database went away");
    CU_ASSERT_EQUAL(s.rows, 2);
    text_release(&m.bytes);
}

static void
a_source_that_fails_is_not_called_damage(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = true}, NULL, &f), &f);
    for (size_t at = 1; at < m.bytes.length; at += 101) {
        struct memory_source from = {
            .bytes = m.bytes.bytes, .size = m.bytes.length, .step = 50, .fail_at = at};

        ASSERT_FAULT(container_verify(memory_source_of(&from), NULL, NULL, &f), &f, FAULT_IO,
            "the test source fails");
    }
    text_release(&m.bytes);
}

static void
a_store_that_fails_fails_the_container(void)
{
    struct memory_sink whole = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct memory_keys k;
    struct pack_options packing = {.compress = true, .seal = &k.seal};

    memory_keys_init(&k);
    ASSERT_OK(sample_write(&whole, &packing, NULL, &f), &f);
    CU_ASSERT(whole.writes > 1);
    for (size_t i = 1; i <= whole.writes; i++) {
        struct memory_sink m = {.fail_at = i};

        ASSERT_FAULT(sample_write(&m, &packing, NULL, &f), &f, FAULT_IO, "the test sink fails");
        text_release(&m.bytes);
    }
    text_release(&whole.bytes);
    identity_release(&k.identity);
}

/* A writer of a plain container that has its head already. */
static struct container_writer *
begin_plain(struct memory_sink *m)
{
    struct fault f = FAULT_INIT;
    struct container_info info = sample_info();
    struct container_writer *w =
        container_begin(&(struct pack_options){.compress = false}, &info, memory_sink_of(m), &f);

    CU_ASSERT_FATAL(w != NULL);
    return w;
}

static void
refuse_cell(struct value cell, int column, const char *why)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);
    struct value row[SAMPLE_COLUMNS];

    sample_row(1, row);
    row[column] = cell;
    ASSERT_OK(container_begin_table(w, &sample_table, &f), &f);
    CU_ASSERT_EQUAL(container_add_row(w, row, &f), -1);
    CU_ASSERT(test_contains(f.text, why));
    CU_ASSERT(test_contains(f.text, "table 'bam_Purchase Order/Süd'"));
    CU_ASSERT(test_contains(f.text, "row 1"));
    CU_ASSERT_EQUAL(f.kind, FAULT_DATA);
    CU_ASSERT_EQUAL(container_finish(w, NULL, &f), -1);
    container_free(w);
    text_release(&m.bytes);
}

static void
refuses_cells_that_would_not_come_back(void)
{
    refuse_cell(value_text("12"), 0, "column 'RecordID'");
    refuse_cell(value_text_n("a\0b", 3), 1, "NUL character");
    refuse_cell(value_time(MOMENT_MAX + 1), 3, "years 1 to 9999");
}

static void
refuses_calls_out_of_order(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);

    ASSERT_FAULT(container_add_row(w, NULL, &f), &f, FAULT_INTERNAL, "no table is open");
    ASSERT_OK(container_begin_table(w, &sample_table, &f), &f);
    ASSERT_FAULT(container_finish(w, NULL, &f), &f, FAULT_INTERNAL, "a table is open");
    ASSERT_FAULT(container_add_bytes(w, "x", "", 0, &f), &f, FAULT_INTERNAL, "a table is open");
    container_free(w);
    text_release(&m.bytes);
}

static void
refuses_a_table_twice(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);

    ASSERT_OK(container_begin_table(w, &sample_table, &f), &f);
    ASSERT_OK(container_end_table(w, &f), &f);
    ASSERT_FAULT(container_begin_table(w, &sample_table, &f), &f, FAULT_DATA, "twice");
    container_free(w);
    text_release(&m.bytes);
}

static void
refuses_a_name_that_xml_cannot_hold(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);
    struct table t = sample_table;

    t.name = "a\001b";
    ASSERT_FAULT(container_begin_table(w, &t, &f), &f, FAULT_DATA, "XML");
    container_free(w);
    text_release(&m.bytes);
}

static void
a_null_alone_in_its_row_comes_back(void)
{
    static struct table_column column = {.name = "only", .type = VALUE_TEXT};
    static const struct table narrow = {.name = "narrow", .columns = &column, .column_count = 1};
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);
    struct container_summary found;
    struct memory_source from;

    ASSERT_OK(container_begin_table(w, &narrow, &f), &f);
    ASSERT_OK(container_add_row(w, &(struct value){.type = VALUE_NULL}, &f), &f);
    ASSERT_OK(container_add_row(w, &(struct value){.type = VALUE_NULL}, &f), &f);
    ASSERT_OK(container_end_table(w, &f), &f);
    ASSERT_OK(container_finish(w, NULL, &f), &f);
    container_free(w);
    from = (struct memory_source){.bytes = m.bytes.bytes, .size = m.bytes.length};
    ASSERT_OK(container_verify(memory_source_of(&from), NULL, &found, &f), &f);
    CU_ASSERT_EQUAL(found.rows, 2);
    container_summary_release(&found);
    text_release(&m.bytes);
}

static void
large_tables_come_in_chunks_and_large_rows_survive(void)
{
    static struct table_column column = {.name = "only", .type = VALUE_BYTES};
    static const struct table wide = {.name = "wide", .columns = &column, .column_count = 1};
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);
    struct container_summary written, found;
    struct memory_source from;
    char *pattern = memory_pattern(5 << 20);

    ASSERT_OK(container_begin_table(w, &wide, &f), &f);
    for (size_t i = 0; i < 6; i++) {
        struct value v = value_bytes(pattern, i == 3 ? 5 << 20 : 1 << 20);

        ASSERT_OK(container_add_row(w, &v, &f), &f);
    }
    ASSERT_OK(container_end_table(w, &f), &f);
    ASSERT_OK(container_finish(w, &written, &f), &f);
    container_free(w);
    free(pattern);
    from = (struct memory_source){.bytes = m.bytes.bytes, .size = m.bytes.length};
    ASSERT_OK(container_verify(memory_source_of(&from), NULL, &found, &f), &f);
    CU_ASSERT_EQUAL(written.tables[0].chunks, 3);
    CU_ASSERT_EQUAL(found.tables[0].chunks, 3);
    CU_ASSERT_EQUAL(found.tables[0].bytes, written.tables[0].bytes);
    CU_ASSERT_EQUAL(found.rows, 6);
    container_summary_release(&written);
    container_summary_release(&found);
    text_release(&m.bytes);
}

static void
a_file_goes_in_as_it_is(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);
    char *pattern = memory_pattern(200000);

    ASSERT_OK(file_write_all("cube", pattern, 200000, 0600, &f), &f);
    ASSERT_OK(container_add_file(w, "cubes/A", "cube", &f), &f);
    ASSERT_OK(container_finish(w, NULL, &f), &f);
    container_free(w);
    ASSERT_OK(sample_verify(m.bytes.bytes, m.bytes.length, NULL, &f), &f);
    CU_ASSERT(memmem(m.bytes.bytes, m.bytes.length, pattern, 200000) != NULL);
    free(pattern);
    text_release(&m.bytes);
}

static void
a_missing_file_is_missing_input(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_writer *w = begin_plain(&m);

    ASSERT_FAULT(container_add_file(w, "a", "nowhere", &f), &f, FAULT_NO_INPUT, "nowhere");
    ASSERT_FAULT(container_add_file(w, "a", ".", &f), &f, FAULT_NO_INPUT, "directory");
    container_free(w);
    text_release(&m.bytes);
}

static void
peek_tells_what_it_is(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct container_summary found;
    struct memory_source from;

    ASSERT_OK(sample_write(&m, &(struct pack_options){.compress = false}, NULL, &f), &f);
    from = (struct memory_source){.bytes = m.bytes.bytes, .size = 4096};
    ASSERT_OK(container_peek(memory_source_of(&from), NULL, &found, &f), &f);
    CU_ASSERT_STRING_EQUAL(found.info.database, "PrimaryImport");
    container_summary_release(&found);
    text_release(&m.bytes);
}

static void
refuses_a_compression_level_that_does_not_exist(void)
{
    struct memory_sink m = {.writes = 0};
    struct fault f = FAULT_INIT;
    struct pack_options packing = {.compress = true, .level = 20};

    ASSERT_FAULT(sample_write(&m, &packing, NULL, &f), &f, FAULT_SETTINGS, "level 20");
    text_release(&m.bytes);
}

const struct test suite_backup_container[] = {
    {"every value survives, plain", every_value_survives_plain},
    {"every value survives compression", every_value_survives_compression},
    {"every value survives compression and encryption",
        every_value_survives_compression_and_encryption},
    {"every value survives encryption alone", every_value_survives_encryption_alone},
    {"the stored hash is that of the file", the_stored_hash_is_that_of_the_file},
    {"the same content gives the same bytes", the_same_content_gives_the_same_bytes},
    {"every byte of a plain container counts", every_byte_of_a_plain_container_counts},
    {"every byte of a compressed container counts", every_byte_of_a_compressed_container_counts},
    {"every byte of an encrypted container counts", every_byte_of_an_encrypted_container_counts},
    {"no truncation and no addition passes", no_truncation_and_no_addition_passes},
    {"no two blocks swapped pass", no_two_blocks_swapped_pass},
    {"no two sealed chunks swapped pass", no_two_sealed_chunks_swapped_pass},
    {"says that a key is missing or wrong", says_that_a_key_is_missing_or_wrong},
    {"says that a demanded key is superfluous", says_that_a_demanded_key_is_superfluous},
    {"refuses what is no container", refuses_what_is_no_container},
    {"unpacks no bomb", unpacks_no_bomb},
    {"a handler can stop the reading", a_handler_can_stop_the_reading},
    {"a source that fails is not called damage", a_source_that_fails_is_not_called_damage},
    {"a store that fails fails the container", a_store_that_fails_fails_the_container},
    {"refuses cells that would not come back", refuses_cells_that_would_not_come_back},
    {"refuses calls out of order", refuses_calls_out_of_order},
    {"refuses a table twice", refuses_a_table_twice},
    {"refuses a name that XML cannot hold", refuses_a_name_that_xml_cannot_hold},
    {"a NULL alone in its row comes back", a_null_alone_in_its_row_comes_back},
    {"large tables come in chunks and large rows survive",
        large_tables_come_in_chunks_and_large_rows_survive},
    {"a file goes in as it is", a_file_goes_in_as_it_is},
    {"a missing file is missing input", a_missing_file_is_missing_input},
    {"peek tells what it is", peek_tells_what_it_is},
    {"refuses a compression level that does not exist",
        refuses_a_compression_level_that_does_not_exist},
    {0},
};
