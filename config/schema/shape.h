/*
 * shape: what an XML document may hold, as tables: elements, their order and number, attributes and
 * their choices. One checker for settings, job files and BAM definitions, whose messages name the
 * line, the element and the cure. The .xsd files beside say the same for editors.
 */
#ifndef CONFIG_SCHEMA_SHAPE_H
#define CONFIG_SCHEMA_SHAPE_H

#include <stdbool.h>

#include "config/base/findings.h"
#include "config/base/markup.h"

enum shape_need { SHAPE_OPTIONAL, SHAPE_REQUIRED, SHAPE_MAY_BE_EMPTY /* and may be absent */ };

struct shape_attribute {
    const char *name;
    enum shape_need need;
    const char *const *choices; /* ends with NULL; NULL: any text */
};

enum shape_content {
    SHAPE_ELEMENTS, /* the listed children, no text */
    SHAPE_TEXT,     /* text that is not blank, no children */
    SHAPE_OPAQUE    /* anything at all */
};

struct shape;

/* Children of a lower rank stand before those of a higher one; within a rank any order goes. */
struct shape_child {
    const struct shape *shape;
    int rank;
    int least;
    int most; /* 0: any number */
};

struct shape {
    const char *name;
    enum shape_content content;
    const struct shape_attribute *attributes; /* ends with a NULL name; NULL: none */
    const struct shape_child *children;       /* ends with a NULL shape; NULL: none */
};

/* The namespaces a document's elements may be in. */
struct shape_space {
    const char *const *uris; /* ends with NULL; the root stands in one of them */
    bool children_may_bare;  /* below the root no namespace is as good */
};

/*
 * Checks a whole document; what is wrong goes to `list`. Attributes of XML Schema instances
 * (xsi:...) are let pass anywhere. Returns false when the root is not of this shape, and then says
 * only that: the document is of another kind.
 */
bool shape_check(const xmlNode *root, const struct shape *shape, const struct shape_space *space,
    struct findings *list);

#endif
