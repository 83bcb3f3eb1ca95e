#include "cube/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "config/base/moment.h"
#include "config/base/number.h"

#define MANIFEST_URI "urn:nightcube:cube:1"

/* The file's last line; its checksum covers every byte before it. */
#define SEAL_FORMAT "<!-- xxh3 %016llx -->\n"
enum { SEAL_BYTES = 31 };

static const char *const storage_names[CUBE_STORAGE_COUNT] = {
    [CUBE_STORAGE_MEMORY] = "memory",
    [CUBE_STORAGE_DIRECT] = "directquery",
};

static const char *const part_names[MANIFEST_PART_COUNT] = {
    [MANIFEST_COMPLETED] = "Completed",
    [MANIFEST_ACTIVE] = "Active",
};

const char *
cube_storage_name(enum cube_storage storage)
{
    return storage < CUBE_STORAGE_COUNT ? storage_names[storage] : "?";
}

enum cube_storage
cube_storage_find(const char *name)
{
    enum cube_storage storage = CUBE_STORAGE_MEMORY;

    while (storage < CUBE_STORAGE_COUNT && strcmp(storage_names[storage], name) != 0)
        storage++;
    return storage;
}

static void
set_number(struct markup_writer *w, const char *name, uint64_t number)
{
    markup_set_format(w, name, "%llu", (unsigned long long)number);
}

static void
write_dimension(struct markup_writer *w, const struct cube_dimension *d)
{
    markup_open(w, "Dimension", NULL);
    markup_set(w, "Name", d->name);
    for (size_t i = 0; i < d->level_count; i++) {
        const struct cube_level *level = &d->levels[i];

        markup_open(w, "Level", NULL);
        markup_set(w, "Name", level->name);
        markup_set(w, "Type", value_type_name(level->type));
        for (size_t k = 0; k < level->label_count; k++) {
            markup_open(w, "Label", NULL);
            markup_set(w, "Name", level->labels[k]);
            markup_close(w, "Label");
        }
        markup_close(w, "Level");
    }
    markup_close(w, "Dimension");
}

static void
write_model(struct markup_writer *w, const struct cube_model *m)
{
    for (size_t i = 0; i < m->dimension_count; i++)
        write_dimension(w, &m->dimensions[i]);
    for (size_t i = 0; i < m->source_count; i++) {
        markup_open(w, "Source", NULL);
        markup_set(w, "Name", m->sources[i].name);
        markup_set(w, "Type", value_type_name(m->sources[i].type));
        markup_close(w, "Source");
    }
    for (size_t i = 0; i < m->measure_count; i++) {
        markup_open(w, "Measure", NULL);
        markup_set(w, "Name", m->measures[i].name);
        markup_set(w, "Function", cube_function_name(m->measures[i].function));
        if (m->measures[i].source != CUBE_NO_SOURCE)
            markup_set(w, "Source", m->sources[m->measures[i].source].name);
        markup_close(w, "Measure");
    }
}

static void
write_part(struct markup_writer *w, const char *name, const struct manifest_part *part)
{
    markup_open(w, name, NULL);
    set_number(w, "Facts", part->facts);
    for (size_t i = 0; i < part->segment_count; i++) {
        const struct manifest_segment *s = &part->segments[i];

        markup_open(w, "Segment", NULL);
        set_number(w, "Number", s->number);
        set_number(w, "Facts", s->facts);
        set_number(w, "Bytes", s->size_bytes);
        markup_set_format(w, "Checksum", "%016llx", (unsigned long long)s->checksum);
        markup_close(w, "Segment");
    }
    markup_close(w, name);
}

static unsigned long long
seal_of(const char *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

int
manifest_write(const char *path, const struct manifest *m, struct fault *f)
{
    struct text xml = TEXT_INIT;
    struct markup_writer w;
    char moment[MOMENT_TEXT_BYTES];
    int rc = -1;

    markup_begin(&w, &xml);
    markup_open(&w, "Cube", MANIFEST_URI);
    markup_set(&w, "Storage", cube_storage_name(m->storage));
    markup_set_format(&w, "Watermark", "%lld", (long long)m->watermark);
    set_number(&w, "NextSegment", m->next_number);
    if (m->processed)
        markup_set(&w, "Processed", moment_format(m->processed_us, moment));
    write_model(&w, &m->model);
    for (size_t i = 0; i < MANIFEST_PART_COUNT; i++)
        write_part(&w, part_names[i], &m->parts[i]);
    markup_close(&w, "Cube");
    if (markup_finish(&w, f) != 0 || text_check(&xml, f) != 0)
        goto done;
    text_add_format(&xml, SEAL_FORMAT, seal_of(text_get(&xml), xml.length));
    if (text_check(&xml, f) == 0)
        rc = file_write_all(path, xml.bytes, xml.length, 0600, f);
done:
    text_release(&xml);
    return rc == 0 ? 0 : fault_wrap(f, "write cube manifest '%s'", path);
}

/* What goes on while a manifest is read. */
struct reading {
    struct arena *arena;
    struct manifest *m;
    struct cube_dimension *dimensions;
    struct cube_source *sources;
    struct cube_measure *measures;
};

static int
refuse(const xmlNode *node, struct fault *f)
{
    return fault_set(
        f, FAULT_DATA, "line %d: malformed <%s>", markup_line(node), markup_name(node));
}

static int
get_name(const xmlNode *node, struct arena *a, const char **name, struct fault *f)
{
    const char *text = markup_attribute(node, "Name");

    if (text == NULL)
        return refuse(node, f);
    return (*name = arena_strdup(a, text)) == NULL ? fault_set_memory(f) : 0;
}

static int
get_type(const xmlNode *node, enum value_type *type, struct fault *f)
{
    const char *text = markup_attribute(node, "Type");

    *type = text == NULL ? VALUE_TYPE_COUNT : value_type_find(text);
    return *type == VALUE_TYPE_COUNT ? refuse(node, f) : 0;
}

/* A decimal number that is not negative. */
static int
get_number(const xmlNode *node, const char *name, uint64_t *number, struct fault *f)
{
    const char *text = markup_attribute(node, name);
    int64_t parsed;

    if (text == NULL || number_parse_int(text, strlen(text), &parsed) != 0 || parsed < 0)
        return refuse(node, f);
    *number = (uint64_t)parsed;
    return 0;
}

static int
read_labels(struct reading *r, const xmlNode *node, struct cube_level *level, struct fault *f)
{
    const char **labels = NULL;

    for (const xmlNode *child = markup_first(node); child != NULL; child = markup_next(child)) {
        const char **label = arena_append(r->arena, &labels, &level->label_count, sizeof *labels);

        if (label == NULL)
            return fault_set_memory(f);
        if (strcmp(markup_name(child), "Label") != 0)
            return refuse(child, f);
        if (get_name(child, r->arena, label, f) != 0)
            return -1;
    }
    level->labels = labels;
    return 0;
}

static int
read_dimension(struct reading *r, const xmlNode *node, struct fault *f)
{
    struct cube_level *levels = NULL;
    struct cube_dimension *d =
        arena_append(r->arena, &r->dimensions, &r->m->model.dimension_count, sizeof *d);

    if (d == NULL)
        return fault_set_memory(f);
    if (get_name(node, r->arena, &d->name, f) != 0)
        return -1;
    for (const xmlNode *child = markup_first(node); child != NULL; child = markup_next(child)) {
        struct cube_level *level = arena_append(r->arena, &levels, &d->level_count, sizeof *levels);

        if (level == NULL)
            return fault_set_memory(f);
        if (strcmp(markup_name(child), "Level") != 0)
            return refuse(child, f);
        if (get_name(child, r->arena, &level->name, f) != 0 ||
            get_type(child, &level->type, f) != 0 || read_labels(r, child, level, f) != 0)
            return -1;
    }
    d->levels = levels;
    return 0;
}

static int
read_source(struct reading *r, const xmlNode *node, struct fault *f)
{
    struct cube_source *s =
        arena_append(r->arena, &r->sources, &r->m->model.source_count, sizeof *s);

    if (s == NULL)
        return fault_set_memory(f);
    return get_name(node, r->arena, &s->name, f) == 0 ? get_type(node, &s->type, f) : -1;
}

/* Sources stand before measures in the file. */
static int
read_measure(struct reading *r, const xmlNode *node, struct fault *f)
{
    const char *function = markup_attribute(node, "Function");
    const char *source = markup_attribute(node, "Source");
    struct cube_measure *m =
        arena_append(r->arena, &r->measures, &r->m->model.measure_count, sizeof *m);

    if (m == NULL)
        return fault_set_memory(f);
    if (get_name(node, r->arena, &m->name, f) != 0)
        return -1;
    m->function = function == NULL ? CUBE_FUNCTION_COUNT : cube_function_find(function);
    m->source = CUBE_NO_SOURCE;
    for (size_t i = 0; source != NULL && i < r->m->model.source_count; i++) {
        if (strcmp(r->sources[i].name, source) == 0)
            m->source = i;
    }
    if (m->function == CUBE_FUNCTION_COUNT || (source != NULL && m->source == CUBE_NO_SOURCE))
        return refuse(node, f);
    return 0;
}

static int
read_segment(struct reading *r, const xmlNode *node, struct manifest_part *part, struct fault *f)
{
    const char *checksum = markup_attribute(node, "Checksum");
    struct manifest_segment *s =
        arena_append(r->arena, &part->segments, &part->segment_count, sizeof *s);

    if (s == NULL)
        return fault_set_memory(f);
    if (strcmp(markup_name(node), "Segment") != 0 || checksum == NULL || strlen(checksum) != 16 ||
        strspn(checksum, "0123456789abcdef") != 16)
        return refuse(node, f);
    s->checksum = strtoull(checksum, NULL, 16);
    if (get_number(node, "Number", &s->number, f) != 0 ||
        get_number(node, "Facts", &s->facts, f) != 0)
        return -1;
    return get_number(node, "Bytes", &s->size_bytes, f);
}

static int
read_part(struct reading *r, const xmlNode *node, size_t index, struct fault *f)
{
    struct manifest_part *part = &r->m->parts[index];
    uint64_t total = 0;

    if (get_number(node, "Facts", &part->facts, f) != 0)
        return -1;
    for (const xmlNode *child = markup_first(node); child != NULL; child = markup_next(child)) {
        struct manifest_segment *s;

        if (read_segment(r, child, part, f) != 0)
            return -1;
        s = &part->segments[part->segment_count - 1];
        if (s->number >= r->m->next_number || __builtin_add_overflow(total, s->facts, &total))
            return refuse(child, f);
    }
    if (r->m->storage == CUBE_STORAGE_DIRECT ? part->segment_count > 0 : total != part->facts)
        return refuse(node, f);
    return 0;
}

static int
read_completed(struct reading *r, const xmlNode *node, struct fault *f)
{
    return read_part(r, node, MANIFEST_COMPLETED, f);
}

static int
read_active(struct reading *r, const xmlNode *node, struct fault *f)
{
    return read_part(r, node, MANIFEST_ACTIVE, f);
}

static const struct {
    const char *name;
    int (*read)(struct reading *r, const xmlNode *node, struct fault *f);
} elements[] = {
    {"Dimension", read_dimension},
    {"Source", read_source},
    {"Measure", read_measure},
    {"Completed", read_completed},
    {"Active", read_active},
};

static int
read_element(struct reading *r, const xmlNode *node, struct fault *f)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (strcmp(markup_name(node), elements[i].name) == 0)
            return elements[i].read(r, node, f);
    }
    return refuse(node, f);
}

static int
read_root(struct reading *r, const xmlNode *root, struct fault *f)
{
    const char *storage = markup_attribute(root, "Storage");
    const char *processed = markup_attribute(root, "Processed");
    uint64_t watermark;

    if (strcmp(markup_name(root), "Cube") != 0 || strcmp(markup_namespace(root), MANIFEST_URI) != 0)
        return fault_set(f, FAULT_DATA, "not a cube manifest");
    r->m->storage = storage == NULL ? CUBE_STORAGE_COUNT : cube_storage_find(storage);
    if (r->m->storage == CUBE_STORAGE_COUNT)
        return refuse(root, f);
    if (get_number(root, "Watermark", &watermark, f) != 0 ||
        get_number(root, "NextSegment", &r->m->next_number, f) != 0)
        return -1;
    r->m->watermark = (int64_t)watermark;
    r->m->processed = processed != NULL;
    if (processed != NULL &&
        moment_parse(processed, strlen(processed), 0, &r->m->processed_us) != 0)
        return refuse(root, f);
    return 0;
}

static int
read_document(struct reading *r, const xmlNode *root, struct fault *f)
{
    struct cube_model *model = &r->m->model;

    if (read_root(r, root, f) != 0)
        return -1;
    for (const xmlNode *child = markup_first(root); child != NULL; child = markup_next(child)) {
        if (read_element(r, child, f) != 0)
            return -1;
    }
    model->dimensions = r->dimensions;
    model->sources = r->sources;
    model->measures = r->measures;
    return cube_model_check(model, f);
}

/* The last line must be the seal of all lines before it. */
static int
check_seal(const struct text *xml, struct fault *f)
{
    char expected[SEAL_BYTES + 1];
    size_t body = xml->length - SEAL_BYTES;

    if (xml->length < SEAL_BYTES)
        return fault_set(f, FAULT_DATA, "the manifest is cut off");
    snprintf(expected, sizeof expected, SEAL_FORMAT, seal_of(xml->bytes, body));
    if (memcmp(xml->bytes + body, expected, SEAL_BYTES) != 0)
        return fault_set(f, FAULT_DATA, "the manifest is damaged: its checksum differs");
    return 0;
}

int
manifest_read(const char *path, struct arena *a, struct manifest *m, struct fault *f)
{
    struct reading r = {.arena = a, .m = m};
    struct findings list = FINDINGS_INIT(path);
    struct text xml = TEXT_INIT;
    xmlDoc *document = NULL;
    int rc = -1;

    *m = (struct manifest){.watermark = 0};
    if (file_read_all(path, MARKUP_LIMIT_BYTES, &xml, f) == 0 && check_seal(&xml, f) == 0 &&
        (document = markup_read(xml.bytes, xml.length, &list, f)) != NULL)
        rc = read_document(&r, markup_root(document), f);
    markup_free(document);
    findings_release(&list);
    text_release(&xml);
    return rc == 0 ? 0 : fault_wrap(f, "cube manifest '%s'", path);
}
