#include "backup/info.h"

#include <string.h>

#include "backup/document.h"
#include "backup/entry.h"

#define INFO_URI "urn:nightcube:backup:1"

const char *const container_kind_names[CONTAINER_KIND_COUNT] = {
    [CONTAINER_DATABASE] = "database",
    [CONTAINER_ANALYSIS] = "analysis",
    [CONTAINER_DEPLOY] = "deploy",
};

static void
set_optional(struct markup_writer *w, const char *attribute, const char *value)
{
    if (value != NULL)
        markup_set(w, attribute, value);
}

static void
write_reference(struct markup_writer *w, const struct container_reference *reference)
{
    markup_open(w, "Reference", NULL);
    markup_set(w, "Container", reference->container);
    markup_set(w, "File", reference->file);
    markup_set(w, "SHA256", reference->sha256);
    for (size_t i = 0; i < reference->table_count; i++) {
        markup_open(w, "Table", NULL);
        markup_set(w, "Name", reference->tables[i]);
        markup_close(w, "Table");
    }
    markup_close(w, "Reference");
}

static void
write_note(struct markup_writer *w, const struct container_note *note)
{
    markup_open(w, "Note", NULL);
    markup_set(w, "Name", note->name);
    markup_set(w, "Value", note->value);
    markup_close(w, "Note");
}

int
info_write(struct text *t, const struct container_info *info, struct fault *f)
{
    struct markup_writer w;

    markup_begin(&w, t);
    markup_open(&w, "Backup", INFO_URI);
    markup_set_format(&w, "Format", "%d", CONTAINER_FORMAT);
    markup_set(&w, "ID", info->id);
    markup_set(&w, "Kind", container_kind_names[info->kind]);
    markup_set(&w, "Database", info->database);
    markup_set_format(&w, "Run", "%lld", (long long)info->run);
    set_optional(&w, "Set", info->set);
    document_set_time(&w, "Taken", info->taken_utc);
    document_set_bool(&w, "After", info->after);
    document_set_bool(&w, "MetadataOnly", info->metadata_only);
    set_optional(&w, "Engine", info->engine);
    set_optional(&w, "StorageMode", info->storage_mode);
    set_optional(&w, "Program", info->program);
    for (size_t i = 0; i < info->reference_count; i++)
        write_reference(&w, &info->references[i]);
    for (size_t i = 0; i < info->note_count; i++)
        write_note(&w, &info->notes[i]);
    markup_close(&w, "Backup");
    if (markup_finish(&w, f) != 0)
        return fault_wrap(f, ENTRY_INFO);
    return 0;
}

/* Newer formats keep the root element and this attribute, so that this can always be said. */
static int
check_format(const xmlNode *root, struct fault *f)
{
    uint64_t format = 0;

    if (document_get_uint(root, "Format", &format, f) != 0)
        return -1;
    if (format == CONTAINER_FORMAT)
        return 0;
    fault_set(f, FAULT_DATA, "container format %llu; this program reads format %d",
        (unsigned long long)format, CONTAINER_FORMAT);
    return fault_hint(f, "use the nightcube that wrote it, or a newer one");
}

static int
read_attributes(const xmlNode *root, struct arena *a, struct container_info *info, struct fault *f)
{
    int kind = 0;

    if (document_get_text(root, "ID", a, &info->id, f) != 0 ||
        document_get_choice(root, "Kind", container_kind_names, CONTAINER_KIND_COUNT, &kind, f) !=
            0 ||
        document_get_text(root, "Database", a, &info->database, f) != 0 ||
        document_get_int(root, "Run", &info->run, f) != 0 ||
        document_get_optional(root, "Set", a, &info->set, f) != 0 ||
        document_get_time(root, "Taken", &info->taken_utc, f) != 0 ||
        document_get_bool(root, "After", &info->after, f) != 0 ||
        document_get_bool(root, "MetadataOnly", &info->metadata_only, f) != 0 ||
        document_get_optional(root, "Engine", a, &info->engine, f) != 0 ||
        document_get_optional(root, "StorageMode", a, &info->storage_mode, f) != 0 ||
        document_get_optional(root, "Program", a, &info->program, f) != 0)
        return -1;
    info->kind = (enum container_kind)kind;
    return 0;
}

static int
read_tables(
    const xmlNode *e, struct arena *a, struct container_reference *reference, struct fault *f)
{
    const char **table;

    reference->table_count = document_count(e, "Table");
    if (reference->table_count > INFO_LIST_MAX)
        return fault_set(f, FAULT_DATA, "more than %d tables", INFO_LIST_MAX);
    table = arena_array(a, reference->table_count, sizeof *table);
    if ((reference->tables = table) == NULL)
        return fault_set_memory(f);
    for (const xmlNode *t = document_first(e, "Table"); t != NULL; t = document_next(t)) {
        if (document_get_text(t, "Name", a, table++, f) != 0)
            return -1;
    }
    return 0;
}

static int
read_references(const xmlNode *root, struct arena *a, struct container_info *info, struct fault *f)
{
    struct container_reference *reference;

    info->reference_count = document_count(root, "Reference");
    if (info->reference_count > INFO_LIST_MAX)
        return fault_set(f, FAULT_DATA, "more than %d references", INFO_LIST_MAX);
    reference = arena_array(a, info->reference_count, sizeof *reference);
    if ((info->references = reference) == NULL)
        return fault_set_memory(f);
    for (const xmlNode *e = document_first(root, "Reference"); e != NULL;
         e = document_next(e), reference++) {
        if (document_get_text(e, "Container", a, &reference->container, f) != 0 ||
            document_get_text(e, "File", a, &reference->file, f) != 0 ||
            document_get_sha256(e, "SHA256", reference->sha256, f) != 0 ||
            read_tables(e, a, reference, f) != 0)
            return -1;
    }
    return 0;
}

static int
read_notes(const xmlNode *root, struct arena *a, struct container_info *info, struct fault *f)
{
    struct container_note *note;

    info->note_count = document_count(root, "Note");
    if (info->note_count > INFO_LIST_MAX)
        return fault_set(f, FAULT_DATA, "more than %d notes", INFO_LIST_MAX);
    note = arena_array(a, info->note_count, sizeof *note);
    if ((info->notes = note) == NULL)
        return fault_set_memory(f);
    for (const xmlNode *e = document_first(root, "Note"); e != NULL; e = document_next(e), note++) {
        if (document_get_text(e, "Name", a, &note->name, f) != 0 ||
            document_get_text(e, "Value", a, &note->value, f) != 0)
            return -1;
    }
    return 0;
}

int
info_read(const struct text *xml, struct arena *a, struct container_info *info, struct fault *f)
{
    static const char *const children[] = {"Reference", "Note", NULL};
    xmlDoc *document = document_read(xml, ENTRY_INFO, "Backup", INFO_URI, f);
    const xmlNode *root;
    int rc = -1;

    *info = (struct container_info){.id = NULL};
    if (document == NULL)
        return -1;
    root = markup_root(document);
    if (check_format(root, f) == 0 && document_check_children(root, children, f) == 0 &&
        read_attributes(root, a, info, f) == 0 && read_references(root, a, info, f) == 0 &&
        read_notes(root, a, info, f) == 0)
        rc = 0;
    markup_free(document);
    return rc == 0 ? 0 : fault_wrap(f, ENTRY_INFO);
}
