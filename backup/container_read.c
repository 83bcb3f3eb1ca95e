#include <stdlib.h>
#include <string.h>

#include "backup/chunks.h"
#include "backup/container.h"
#include "backup/entry.h"
#include "backup/info.h"
#include "backup/nameset.h"
#include "backup/summary.h"
#include "backup/table_xml.h"

/* How far a container has been read. */
enum phase { PHASE_START, PHASE_CONTENT, PHASE_SUMS, PHASE_MANIFEST };

struct reading {
    const struct container_handler *handler;
    struct container_summary *summary;
    struct tar_reader tar;
    struct meter content;
    struct ledger ledger;
    struct nameset names; /* of schema and file entries */
    enum phase phase;
    int64_t time_seconds; /* of every entry */
    bool unwanted;        /* whoever reads refused the container as a whole, not an entry */
    /* The table being read; its name is NULL when there is none. */
    struct arena table_memory;
    struct table table;
    struct chunks_reader chunks;
};

static struct byte_source
content_of(struct reading *r)
{
    return meter_source(&r->content, tar_content(&r->tar));
}

/* Reads what the entry's reader left, and enters it in the ledger. */
static int
settle_entry(struct reading *r, const struct tar_entry *e, const uint64_t *rows, struct fault *f)
{
    struct byte_source rest = content_of(r);
    char sha256[DIGEST_HEX_BYTES];
    char buffer[16384];
    ssize_t n;

    while ((n = rest.read(rest.state, buffer, sizeof buffer, f)) > 0)
        ;
    if (n < 0 || meter_finish(&r->content, sha256, f) != 0)
        return -1;
    return ledger_add_entry(&r->ledger, e->name, e->size_bytes, rows, sha256, f);
}

static int
read_document(
    struct reading *r, const struct tar_entry *e, size_t limit, struct text *xml, struct fault *f)
{
    struct byte_source content = content_of(r);
    char buffer[16384];
    ssize_t n;

    if (e->size_bytes > limit)
        return fault_set(f, FAULT_DATA, "longer than %zu bytes", limit);
    while ((n = content.read(content.state, buffer, sizeof buffer, f)) > 0)
        text_add_bytes(xml, buffer, (size_t)n);
    return n < 0 ? -1 : text_check(xml, f);
}

static int
read_info(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    struct container_info *info = &r->summary->info;
    struct text xml = TEXT_INIT;
    int rc = read_document(r, e, INFO_BYTES_MAX, &xml, f);

    if (rc == 0)
        rc = info_read(&xml, &r->summary->memory, info, f);
    text_release(&xml);
    if (rc != 0)
        return -1;
    r->time_seconds = tar_time(info->taken_utc);
    r->phase = PHASE_CONTENT;
    if (ledger_begin(&r->ledger, info->id, f) != 0)
        return -1;
    if (r->handler->info != NULL && r->handler->info(r->handler->state, info, f) != 0) {
        r->unwanted = true;
        return -1;
    }
    return settle_entry(r, e, NULL, f);
}

/* The table that was being read has no further entries. */
static int
end_table(struct reading *r, struct fault *f)
{
    int rc = -1;

    if (r->table.name == NULL)
        return 0;
    if (ledger_add_table(&r->ledger, &r->table, &r->chunks.sum, f) == 0 &&
        summary_add_table(
            r->summary, r->table.name, &r->chunks.sum, r->chunks.chunks, r->chunks.bytes, f) == 0 &&
        (r->handler->end_table == NULL ||
            r->handler->end_table(r->handler->state, &r->chunks.sum, f) == 0))
        rc = 0;
    chunks_reader_release(&r->chunks);
    arena_release(&r->table_memory);
    r->table = (struct table){.name = NULL};
    return rc;
}

static int
check_schema_name(const struct reading *r, const char *name, struct fault *f)
{
    struct text expected = TEXT_INIT;
    int rc = entry_add_schema(&expected, r->table.name, f);

    if (rc == 0 && strcmp(text_get(&expected), name) != 0)
        rc = fault_set(f, FAULT_DATA, "holds the schema of '%s'", r->table.name);
    text_release(&expected);
    return rc;
}

static int
read_schema(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    struct text xml = TEXT_INIT;
    int rc = -1;

    if (end_table(r, f) != 0 || nameset_add(&r->names, e->name, f) != 0)
        return -1;
    if (read_document(r, e, TABLE_XML_BYTES_MAX, &xml, f) == 0)
        rc = table_xml_read(&xml, &r->table_memory, &r->table, f);
    text_release(&xml);
    if (rc != 0)
        r->table.name = NULL; /* there is nothing to end */
    if (rc != 0 || check_schema_name(r, e->name, f) != 0 ||
        chunks_reader_init(&r->chunks, &r->table, f) != 0)
        return -1;
    if (r->handler->begin_table != NULL &&
        r->handler->begin_table(r->handler->state, &r->table, f) != 0)
        return -1;
    return settle_entry(r, e, NULL, f);
}

static int
check_data_name(const struct reading *r, const char *name, struct fault *f)
{
    struct text expected = TEXT_INIT;
    int rc;

    if (r->table.name == NULL)
        return fault_set(f, FAULT_DATA, "rows without a schema before them");
    rc = entry_add_data(&expected, r->table.name, r->chunks.chunks + 1, f);
    if (rc == 0 && strcmp(text_get(&expected), name) != 0)
        rc = fault_set(f, FAULT_DATA, "'%s' was expected here", text_get(&expected));
    text_release(&expected);
    return rc;
}

static int
read_data(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    struct row_sink to = {r->handler->row, r->handler->state};
    uint64_t rows = 0;

    if (check_data_name(r, e->name, f) != 0 ||
        chunks_read_chunk(&r->chunks, content_of(r), to, &rows, f) != 0)
        return -1;
    r->chunks.bytes += e->size_bytes;
    return settle_entry(r, e, &rows, f);
}

static int
read_file(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc = -1;

    if (end_table(r, f) == 0 && nameset_add(&r->names, e->name, f) == 0)
        rc = entry_parse_file(&path, e->name, f);
    if (rc == 0 && r->handler->file != NULL)
        rc = r->handler->file(r->handler->state, text_get(&path), e->size_bytes, content_of(r), f);
    text_release(&path);
    r->summary->file_count++;
    return rc != 0 ? -1 : settle_entry(r, e, NULL, f);
}

/* The line in which two blocks first differ, for a message. */
static int
differ(const char *found, const char *expected, struct fault *f)
{
    size_t at = 0;

    while (found[at] == expected[at])
        at++;
    while (at > 0 && expected[at - 1] != '\n')
        at--;
    return fault_set(f, FAULT_DATA, "does not agree with what was read: '%.*s' was expected",
        (int)strcspn(expected + at, "\n"), expected + at);
}

/* The entry must be, byte by byte, what the ledger of this reading holds. */
static int
compare(struct reading *r, const struct tar_entry *e, struct spool *s, struct fault *f)
{
    struct byte_source content = content_of(r);
    struct byte_source known = spool_source(s);
    char found[8192];
    char expected[sizeof found + 1];
    ssize_t n, m;

    do {
        n = source_read_full(&content, found, sizeof found, f);
        m = n < 0 ? -1 : source_read_full(&known, expected, sizeof found, f);
        if (m < 0)
            return -1;
        expected[m] = '\0';
        if (memcmp(found, expected, (size_t)(n < m ? n : m)) != 0)
            return differ(found, expected, f);
    } while (n == m && n > 0);
    if (n != m || e->size_bytes != s->size_bytes)
        return fault_set(f, FAULT_DATA, "lists other entries than those that were read");
    return 0;
}

static int
read_sums(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    if (end_table(r, f) != 0 || compare(r, e, &r->ledger.sums, f) != 0 ||
        settle_entry(r, e, NULL, f) != 0)
        return -1;
    r->phase = PHASE_SUMS;
    return ledger_finish(&r->ledger, f);
}

static int
read_manifest(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    r->phase = PHASE_MANIFEST;
    return compare(r, e, &r->ledger.manifest, f);
}

/* Which entries may come in which phase, and who reads them. */
static const struct {
    enum phase phase;
    int (*read)(struct reading *r, const struct tar_entry *e, struct fault *f);
} entry_rules[] = {
    [ENTRY_IS_UNKNOWN] = {PHASE_START, NULL},
    [ENTRY_IS_INFO] = {PHASE_START, read_info},
    [ENTRY_IS_SCHEMA] = {PHASE_CONTENT, read_schema},
    [ENTRY_IS_DATA] = {PHASE_CONTENT, read_data},
    [ENTRY_IS_FILE] = {PHASE_CONTENT, read_file},
    [ENTRY_IS_SUMS] = {PHASE_CONTENT, read_sums},
    [ENTRY_IS_MANIFEST] = {PHASE_SUMS, read_manifest},
};

static int
read_entry(struct reading *r, const struct tar_entry *e, struct fault *f)
{
    enum entry_kind kind = entry_classify(e->name);

    if (entry_rules[kind].read == NULL)
        return fault_set(f, FAULT_DATA, "an entry that no backup has");
    if (entry_rules[kind].phase != r->phase)
        return fault_set(f, FAULT_DATA, "stands in the wrong place");
    if (entry_rules[kind].read(r, e, f) != 0)
        return -1;
    if (e->time_seconds != r->time_seconds)
        return fault_set(f, FAULT_DATA, "its time is not the backup's");
    return 0;
}

static int
read_entries(struct reading *r, struct fault *f)
{
    struct tar_entry e;
    int more;

    while ((more = tar_next(&r->tar, &e, f)) == 1) {
        if (read_entry(r, &e, f) != 0)
            return r->unwanted ? -1 : fault_wrap(f, "entry '%.100s'", e.name);
    }
    if (more == 0 && r->phase != PHASE_MANIFEST)
        return fault_set(f, FAULT_DATA, "it has no manifest: not a complete backup");
    return more;
}

static int
reading_init(struct reading *r, struct unpack *from, const struct container_handler *handler,
    struct container_summary *summary, struct fault *f)
{
    *r = (struct reading){.handler = handler, .summary = summary, .ledger = LEDGER_INIT};
    tar_reader_init(&r->tar, unpack_source(from));
    return meter_init(&r->content, f);
}

static void
reading_release(struct reading *r)
{
    chunks_reader_release(&r->chunks);
    arena_release(&r->table_memory);
    nameset_release(&r->names);
    ledger_release(&r->ledger);
    meter_release(&r->content);
    tar_reader_release(&r->tar);
}

static int
read_all(struct unpack *from, const struct container_handler *handler,
    struct container_summary *summary, struct fault *f)
{
    struct reading r;
    int rc = reading_init(&r, from, handler, summary, f);

    if (rc == 0)
        rc = read_entries(&r, f);
    reading_release(&r);
    return rc == 0 ? unpack_finish(from, &summary->packed, f) : -1;
}

int
container_read(struct byte_source source, const struct pack_keys *keys,
    const struct container_handler *handler, struct container_summary *out, struct fault *f)
{
    struct container_summary own = CONTAINER_SUMMARY_INIT;
    struct container_summary *summary = out == NULL ? &own : out;
    struct unpack *unpack = unpack_open(source, keys, f);
    int rc = -1;

    *summary = (struct container_summary)CONTAINER_SUMMARY_INIT;
    if (unpack != NULL)
        rc = read_all(unpack, handler, summary, f);
    unpack_free(unpack);
    container_summary_release(&own);
    return rc;
}

int
container_verify(struct byte_source source, const struct pack_keys *keys,
    struct container_summary *out, struct fault *f)
{
    static const struct container_handler nobody = {.state = NULL};

    return container_read(source, keys, &nobody, out, f);
}

static int
read_first(struct unpack *from, struct container_summary *summary, struct fault *f)
{
    static const struct container_handler nobody = {.state = NULL};
    struct reading r;
    struct tar_entry e;
    int rc = reading_init(&r, from, &nobody, summary, f);

    if (rc == 0 && (rc = tar_next(&r.tar, &e, f)) >= 0)
        rc = rc == 1 ? read_entry(&r, &e, f) : fault_set(f, FAULT_DATA, "it is empty");
    reading_release(&r);
    return rc;
}

int
container_peek(struct byte_source source, const struct pack_keys *keys,
    struct container_summary *out, struct fault *f)
{
    struct unpack *unpack = unpack_open(source, keys, f);
    int rc = -1;

    *out = (struct container_summary)CONTAINER_SUMMARY_INIT;
    if (unpack != NULL)
        rc = read_first(unpack, out, f);
    unpack_free(unpack);
    return rc;
}
