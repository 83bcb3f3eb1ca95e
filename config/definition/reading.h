/*
 * reading: one definition on its way from a tree of XML to data. Element by element, in document
 * order; what a reference means is resolved at once, because it always points backwards. Functions
 * return -1 only when memory runs out; what is wrong with the document goes to the findings and
 * reading goes on, with NO_INDEX in the place of what is not known.
 */
#ifndef CONFIG_DEFINITION_READING_H
#define CONFIG_DEFINITION_READING_H

#include "config/base/markup.h"
#include "config/definition/definition.h"
#include "config/definition/identity.h"

struct reading {
    struct definition *d;
    struct identity_table ids;
    struct findings *list;
};

/* The three head fields of everything that has a name. */
struct head {
    const char **name;
    const char **id;
    int *line;
};

#define HEAD_OF(thing) ((struct head){&(thing)->name, &(thing)->id, &(thing)->line})

/* The attribute, "" when absent (that was reported by the shape), in the definition's memory. */
const char *reading_attribute(struct reading *r, const xmlNode *element, const char *name);

/* Reads Name, ID and line of an element and registers its ID as `what` (its line is filled in). */
int reading_head(struct reading *r, const xmlNode *element, struct identity what, struct head head);

/*
 * What the ID `ref` given in `element` means. It must be of a kind in `kinds` (bits 1 <<
 * identity_kind, named by `wanted`); and belong to `owner`, where that has an `outer` other than
 * NO_INDEX. NULL, with a finding, when it does not.
 */
struct owner {
    size_t outer;
    size_t inner; /* NO_INDEX: any */
};

#define NO_OWNER ((struct owner){NO_INDEX, NO_INDEX})
#define KIND(kind) (1u << IDENTITY_##kind)

const struct identity *reading_resolve(
    struct reading *r, const xmlNode *element, const char *ref, unsigned kinds, struct owner owner);

/* The same for an attribute, and for the text of an element. */
const struct identity *reading_resolve_attribute(struct reading *r, const xmlNode *element,
    const char *attribute, unsigned kinds, struct owner owner);
const struct identity *reading_resolve_content(
    struct reading *r, const xmlNode *element, unsigned kinds, struct owner owner);

/* Adds one index to a list. */
int reading_add_index(struct reading *r, struct index_list *list, size_t index);

/* One top-level element each. */
int reading_activity(struct reading *r, const xmlNode *element);
int reading_view(struct reading *r, const xmlNode *element);
int reading_cube(struct reading *r, const xmlNode *element);

/* An Extension: our own Origins children become origins of their activities; the rest, if there is
 * any, is kept as it is. Changes the tree. */
int reading_extension(struct reading *r, xmlNode *element);

/* Keeps an element as XML text that stands alone. Changes the tree. */
int reading_verbatim(struct reading *r, xmlNode *element);

#endif
