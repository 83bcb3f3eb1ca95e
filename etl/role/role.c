#include "etl/role/role.h"

#include <string.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "config/base/nearest.h"
#include "config/schema/shape.h"

#define ROLE_URI "urn:nightcube:roles:1"

static const struct shape member_shape = {"Member", SHAPE_TEXT, NULL, NULL};
static const struct shape role_shape = {
    "Role",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"Name", SHAPE_REQUIRED, NULL}, {0}},
    (const struct shape_child[]){{&member_shape, 0, 0, ROLE_MEMBER_LIMIT}, {0}},
};
static const struct shape roles_shape = {
    "Roles",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){{&role_shape, 0, 0, ROLE_LIMIT}, {0}},
};
static const struct shape_space space = {(const char *const[]){ROLE_URI, NULL}, false};

void
role_list_release(struct role_list *l)
{
    arena_release(&l->memory);
    *l = (struct role_list)ROLE_LIST_INIT;
}

/* ---- changing ---- */

static struct role *
find_role(const struct role_list *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->items[i].name, name) == 0)
            return &l->items[i];
    }
    return NULL;
}

static const char **
find_member(const struct role *r, const char *member)
{
    for (size_t i = 0; i < r->member_count; i++) {
        if (strcmp(r->members[i], member) == 0)
            return &r->members[i];
    }
    return NULL;
}

static int
check_name(const char *name, struct fault *f)
{
    size_t length = strlen(name);

    if (length > 0 && length <= ROLE_NAME_BYTES)
        return 0;
    return fault_set(
        f, FAULT_DATA, "the name of a role or member has 1 to %d bytes", ROLE_NAME_BYTES);
}

static int
refuse_role(const struct role_list *l, const char *name, struct fault *f)
{
    struct nearest n;

    nearest_init(&n, name);
    for (size_t i = 0; i < l->count; i++)
        nearest_offer(&n, l->items[i].name);
    fault_set(f, FAULT_DATA, "there is no role '%s'", name);
    if (nearest_get(&n) != NULL)
        return nearest_hint(&n, f);
    return fault_hint(f, "make it first: nightcube set role DATABASE '%s' add", name);
}

static int
add_role(struct role_list *l, const char *name, struct fault *f)
{
    struct role *r;

    if (find_role(l, name) != NULL)
        return fault_set(f, FAULT_DATA, "there is a role '%s' already", name);
    if (l->count == ROLE_LIMIT)
        return fault_set(f, FAULT_DATA, "there are %d roles; more are not kept", ROLE_LIMIT);
    if ((r = arena_append(&l->memory, &l->items, &l->count, sizeof *r)) == NULL ||
        (r->name = arena_strdup(&l->memory, name)) == NULL)
        return fault_set_memory(f);
    return 0;
}

int
role_add(struct role_list *l, const char *name, const char *member, struct fault *f)
{
    struct role *r = find_role(l, name);
    const char **place;

    if (check_name(name, f) != 0 || (member != NULL && check_name(member, f) != 0))
        return -1;
    if (member == NULL)
        return add_role(l, name, f);
    if (r == NULL)
        return refuse_role(l, name, f);
    if (find_member(r, member) != NULL)
        return fault_set(f, FAULT_DATA, "role '%s' has the member '%s' already", name, member);
    if (r->member_count == ROLE_MEMBER_LIMIT)
        return fault_set(
            f, FAULT_DATA, "role '%s' has %d members; more are not kept", name, ROLE_MEMBER_LIMIT);
    if ((place = arena_append(&l->memory, &r->members, &r->member_count, sizeof *place)) == NULL ||
        (*place = arena_strdup(&l->memory, member)) == NULL)
        return fault_set_memory(f);
    return 0;
}

int
role_remove(struct role_list *l, const char *name, const char *member, struct fault *f)
{
    struct role *r = find_role(l, name);
    const char **place;

    if (r == NULL)
        return refuse_role(l, name, f);
    if (member == NULL) {
        size_t behind = l->count-- - (size_t)(r - l->items) - 1;

        memmove(r, r + 1, behind * sizeof *r);
        return 0;
    }
    if ((place = find_member(r, member)) == NULL)
        return fault_set(f, FAULT_DATA, "role '%s' has no member '%s'", name, member);
    memmove(place, place + 1, (r->member_count - (size_t)(place - r->members) - 1) * sizeof *place);
    r->member_count--;
    return 0;
}

/* ---- the file ---- */

static int
take_member(struct role_list *l, const char *role, const xmlNode *element, struct fault *f)
{
    struct text name = TEXT_INIT;
    int rc;

    markup_add_content(&name, element);
    rc = text_check(&name, f) == 0 ? role_add(l, role, text_get(&name), f) : -1;
    text_release(&name);
    return rc;
}

static int
take_roles(struct role_list *l, const xmlNode *root, struct fault *f)
{
    for (const xmlNode *r = markup_first(root); r != NULL; r = markup_next(r)) {
        const char *name = markup_attribute(r, "Name");

        if (role_add(l, name, NULL, f) != 0)
            return -1;
        for (const xmlNode *m = markup_first(r); m != NULL; m = markup_next(m)) {
            if (take_member(l, name, m, f) != 0)
                return -1;
        }
    }
    return 0;
}

static int
read_path(struct role_list *l, const char *path, struct fault *f)
{
    struct findings list = FINDINGS_INIT(path);
    xmlDoc *document = markup_read_file(path, &list, f);
    int rc = -1;

    if (document != NULL) {
        shape_check(markup_root(document), &roles_shape, &space, &list);
        rc = list.count > 0 ? fault_set(f, FAULT_DATA, "%.*s",
                                  (int)strcspn(text_get(&list.lines), "\n"), text_get(&list.lines))
                            : take_roles(l, markup_root(document), f);
    }
    markup_free(document);
    findings_release(&list);
    return rc;
}

int
role_read(struct role_list *l, const char *directory, struct fault *f)
{
    struct text path = TEXT_INIT;
    int rc;

    file_join(&path, directory, ROLE_FILE);
    rc = text_check(&path, f);
    if (rc == 0 && file_exists(text_get(&path)) && read_path(l, text_get(&path), f) != 0)
        rc = fault_wrap(f, "read the roles in '%s'", directory);
    text_release(&path);
    return rc;
}

static int
format_roles(const struct role_list *l, struct text *xml, struct fault *f)
{
    struct markup_writer w;

    markup_begin(&w, xml);
    markup_open(&w, "Roles", ROLE_URI);
    for (size_t i = 0; i < l->count; i++) {
        markup_open(&w, "Role", NULL);
        markup_set(&w, "Name", l->items[i].name);
        for (size_t k = 0; k < l->items[i].member_count; k++)
            markup_leaf(&w, "Member", l->items[i].members[k]);
        markup_close(&w, "Role");
    }
    markup_close(&w, "Roles");
    return markup_finish(&w, f);
}

int
role_write(const struct role_list *l, const char *directory, struct fault *f)
{
    struct text path = TEXT_INIT, xml = TEXT_INIT;
    int rc = format_roles(l, &xml, f);

    file_join(&path, directory, ROLE_FILE);
    if (rc == 0)
        rc = text_check(&path, f);
    if (rc == 0)
        rc = file_make_directory(directory, 0700, f);
    if (rc == 0)
        rc = file_write_all(text_get(&path), text_get(&xml), xml.length, 0600, f);
    text_release(&path);
    text_release(&xml);
    return rc == 0 ? 0 : fault_wrap(f, "write the roles in '%s'", directory);
}

int
role_restrict(const char *directory, enum security security, struct fault *f)
{
    struct role_list l = ROLE_LIST_INIT;
    int rc;

    if (security == SECURITY_COPY_ALL)
        return 0;
    rc = role_read(&l, directory, f);
    if (security == SECURITY_IGNORE)
        l.count = 0;
    for (size_t i = 0; i < l.count; i++)
        l.items[i].member_count = 0;
    if (rc == 0)
        rc = role_write(&l, directory, f);
    role_list_release(&l);
    return rc;
}
