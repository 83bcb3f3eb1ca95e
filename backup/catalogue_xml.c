#include "backup/catalogue_xml.h"

#include "backup/document.h"

#define CATALOGUE_URI "urn:nightcube:catalogue:1"

static const char *const kind_names[CATALOGUE_KIND_COUNT] = {
    [CATALOGUE_CONTAINER] = "container",
    [CATALOGUE_RUN] = "run",
    [CATALOGUE_VERIFIED] = "verified",
    [CATALOGUE_REMOVED] = "removed",
    [CATALOGUE_DRILLED] = "drilled",
};

static void
set_optional(struct markup_writer *w, const char *attribute, const char *value)
{
    if (value != NULL)
        markup_set(w, attribute, value);
}

static void
set_number(struct markup_writer *w, const char *attribute, uint64_t number)
{
    markup_set_format(w, attribute, "%llu", (unsigned long long)number);
}

static void
write_tables(struct markup_writer *w, const struct catalogue_entry *entry)
{
    for (size_t i = 0; i < entry->table_count; i++) {
        const struct catalogue_table *table = &entry->tables[i];

        markup_open(w, "Table", NULL);
        markup_set(w, "Name", table->name);
        if (table->reference == NULL) {
            set_number(w, "Rows", table->rows);
            document_set_sum(w, "Sum", table->sum);
        } else {
            markup_set(w, "Reference", table->reference);
        }
        set_optional(w, "Mark", table->mark);
        set_optional(w, "Trace", table->trace);
        markup_close(w, "Table");
    }
}

static void
write_container(struct markup_writer *w, const struct catalogue_entry *entry)
{
    markup_set(w, "Container", entry->container);
    markup_set(w, "File", entry->file);
    markup_set(w, "Database", entry->database);
    markup_set(w, "ContainerKind", container_kind_names[entry->container_kind]);
    set_optional(w, "Set", entry->set);
    set_optional(w, "Partition", entry->partition);
    document_set_time(w, "Taken", entry->taken_utc);
    document_set_bool(w, "After", entry->after);
    document_set_bool(w, "MetadataOnly", entry->metadata_only);
    document_set_bool(w, "Encrypted", entry->encrypted);
    set_optional(w, "SealedFor", entry->sealed_for);
    set_number(w, "Bytes", entry->bytes);
    markup_set(w, "SHA256", entry->sha256);
    write_tables(w, entry);
}

static void
write_run(struct markup_writer *w, const struct catalogue_entry *entry)
{
    document_set_bool(w, "Complete", entry->complete);
    document_set_time(w, "Started", entry->started_utc);
    document_set_time(w, "Ended", entry->ended_utc);
}

static void
write_verified(struct markup_writer *w, const struct catalogue_entry *entry)
{
    markup_set(w, "Container", entry->container);
    document_set_bool(w, "Deep", entry->deep);
}

static void
write_removed(struct markup_writer *w, const struct catalogue_entry *entry)
{
    markup_set(w, "Container", entry->container);
}

static int
read_table(const xmlNode *e, struct arena *a, struct catalogue_table *table, struct fault *f)
{
    if (document_get_text(e, "Name", a, &table->name, f) != 0 ||
        document_get_optional(e, "Reference", a, &table->reference, f) != 0 ||
        document_get_optional(e, "Mark", a, &table->mark, f) != 0 ||
        document_get_optional(e, "Trace", a, &table->trace, f) != 0)
        return -1;
    if (table->reference != NULL)
        return 0;
    if (document_get_uint(e, "Rows", &table->rows, f) != 0)
        return -1;
    return document_get_sum(e, "Sum", &table->sum, f);
}

static int
read_tables(const xmlNode *root, struct arena *a, struct catalogue_entry *entry, struct fault *f)
{
    struct catalogue_table *table;

    entry->table_count = document_count(root, "Table");
    table = arena_array(a, entry->table_count, sizeof *table);
    if ((entry->tables = table) == NULL)
        return fault_set_memory(f);
    for (const xmlNode *e = document_first(root, "Table"); e != NULL; e = document_next(e)) {
        if (read_table(e, a, table++, f) != 0)
            return -1;
    }
    return 0;
}

static int
read_container(const xmlNode *root, struct arena *a, struct catalogue_entry *entry, struct fault *f)
{
    int kind = 0;

    if (document_get_text(root, "Container", a, &entry->container, f) != 0 ||
        document_get_text(root, "File", a, &entry->file, f) != 0 ||
        document_get_text(root, "Database", a, &entry->database, f) != 0 ||
        document_get_choice(
            root, "ContainerKind", container_kind_names, CONTAINER_KIND_COUNT, &kind, f) != 0 ||
        document_get_optional(root, "Set", a, &entry->set, f) != 0 ||
        document_get_optional(root, "Partition", a, &entry->partition, f) != 0 ||
        document_get_optional(root, "SealedFor", a, &entry->sealed_for, f) != 0 ||
        document_get_time(root, "Taken", &entry->taken_utc, f) != 0 ||
        document_get_bool(root, "After", &entry->after, f) != 0 ||
        document_get_bool(root, "MetadataOnly", &entry->metadata_only, f) != 0 ||
        document_get_bool(root, "Encrypted", &entry->encrypted, f) != 0 ||
        document_get_uint(root, "Bytes", &entry->bytes, f) != 0 ||
        document_get_sha256(root, "SHA256", entry->sha256, f) != 0)
        return -1;
    entry->container_kind = (enum container_kind)kind;
    return read_tables(root, a, entry, f);
}

static int
read_run(const xmlNode *root, struct arena *a, struct catalogue_entry *entry, struct fault *f)
{
    (void)a;
    if (document_get_bool(root, "Complete", &entry->complete, f) != 0 ||
        document_get_time(root, "Started", &entry->started_utc, f) != 0)
        return -1;
    return document_get_time(root, "Ended", &entry->ended_utc, f);
}

static int
read_verified(const xmlNode *root, struct arena *a, struct catalogue_entry *entry, struct fault *f)
{
    if (document_get_text(root, "Container", a, &entry->container, f) != 0)
        return -1;
    return document_get_bool(root, "Deep", &entry->deep, f);
}

static int
read_removed(const xmlNode *root, struct arena *a, struct catalogue_entry *entry, struct fault *f)
{
    return document_get_text(root, "Container", a, &entry->container, f);
}

/* What the kinds of entries do not have in common. */
static const struct {
    void (*write)(struct markup_writer *w, const struct catalogue_entry *entry);
    int (*read)(
        const xmlNode *root, struct arena *a, struct catalogue_entry *entry, struct fault *f);
} kinds[CATALOGUE_KIND_COUNT] = {
    [CATALOGUE_CONTAINER] = {write_container, read_container},
    [CATALOGUE_RUN] = {write_run, read_run},
    [CATALOGUE_VERIFIED] = {write_verified, read_verified},
    [CATALOGUE_REMOVED] = {write_removed, read_removed},
    [CATALOGUE_DRILLED] = {write_run, read_run},
};

int
catalogue_write_entry(
    struct text *t, const struct catalogue_entry *entry, const char *previous, struct fault *f)
{
    struct markup_writer w;

    markup_begin(&w, t);
    markup_open(&w, "Entry", CATALOGUE_URI);
    set_number(&w, "Sequence", entry->sequence);
    markup_set(&w, "Previous", previous);
    markup_set(&w, "Kind", kind_names[entry->kind]);
    document_set_time(&w, "Added", entry->added_utc);
    markup_set_format(&w, "Run", "%lld", (long long)entry->run);
    set_optional(&w, "Job", entry->job);
    set_optional(&w, "Note", entry->note);
    kinds[entry->kind].write(&w, entry);
    markup_close(&w, "Entry");
    return markup_finish(&w, f);
}

static int
read_root(const xmlNode *root, struct arena *a, struct catalogue_entry *entry,
    const char **previous, struct fault *f)
{
    int kind = 0;

    if (document_get_uint(root, "Sequence", &entry->sequence, f) != 0 ||
        document_get_text(root, "Previous", a, previous, f) != 0 ||
        document_get_choice(root, "Kind", kind_names, CATALOGUE_KIND_COUNT, &kind, f) != 0 ||
        document_get_time(root, "Added", &entry->added_utc, f) != 0 ||
        document_get_int(root, "Run", &entry->run, f) != 0 ||
        document_get_optional(root, "Job", a, &entry->job, f) != 0 ||
        document_get_optional(root, "Note", a, &entry->note, f) != 0)
        return -1;
    entry->kind = (enum catalogue_kind)kind;
    return kinds[kind].read(root, a, entry, f);
}

int
catalogue_read_entry(const struct text *xml, struct arena *a, struct catalogue_entry *entry,
    const char **previous, struct fault *f)
{
    xmlDoc *document = document_read(xml, "catalogue entry", "Entry", CATALOGUE_URI, f);
    int rc;

    if (document == NULL)
        return -1;
    rc = read_root(markup_root(document), a, entry, previous, f);
    markup_free(document);
    return rc;
}
