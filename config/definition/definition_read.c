#include <string.h>

#include "config/base/markup.h"
#include "config/definition/definition.h"
#include "config/definition/definition_check.h"
#include "config/definition/definition_shape.h"
#include "config/definition/reading.h"

static int
read_part(struct reading *r, xmlNode *element)
{
    static const struct {
        const char *name;
        int (*read)(struct reading *r, const xmlNode *element);
    } parts[] = {
        {"Activity", reading_activity},
        {"View", reading_view},
        {"Cube", reading_cube},
    };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(markup_name(element), parts[i].name) == 0)
            return parts[i].read(r, element);
    }
    if (strcmp(markup_name(element), "Alerts") == 0)
        return reading_verbatim(r, element);
    if (strcmp(markup_name(element), "Extension") == 0)
        return reading_extension(r, element);
    return 0;
}

/* -1 only when memory runs out. */
static int
read_document(struct definition *d, xmlNode *root, struct findings *list)
{
    struct reading r = {.d = d, .list = list};
    int rc = 0;

    if (!shape_check(root, &definition_shape, &definition_space, list))
        return 0;
    if (identity_table_init(&r.ids, &d->memory) != 0)
        return -1;
    for (xmlNode *n = markup_first(root); n != NULL && rc == 0; n = markup_next(n))
        rc = read_part(&r, n);
    if (rc == 0)
        definition_check(d, list);
    identity_table_release(&r.ids);
    return rc;
}

/* Takes the document. */
static int
finish(struct definition *d, xmlDoc *document, struct findings *list, struct fault *f)
{
    size_t before = list->count, found;
    int rc = 0;

    *d = (struct definition)DEFINITION_INIT;
    if (document == NULL)
        return -1;
    if (read_document(d, markup_root(document), list) != 0)
        rc = fault_set_memory(f);
    else if ((rc = findings_since(list, before, &found, f)) == 0 && found > 0)
        rc = fault_set(f, FAULT_DATA, "definition '%s' refused: %zu fault%s", list->source, found,
            found == 1 ? "" : "s");
    markup_free(document);
    if (rc != 0)
        definition_release(d);
    return rc;
}

int
definition_read(struct definition *d, const char *path, struct findings *list, struct fault *f)
{
    return finish(d, markup_read_file(path, list, f), list, f);
}

int
definition_read_text(
    struct definition *d, const char *xml, size_t length, struct findings *list, struct fault *f)
{
    return finish(d, markup_read(xml, length, list, f), list, f);
}
