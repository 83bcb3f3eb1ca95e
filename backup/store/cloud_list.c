/* Listing objects, a page a request. */
#include <stdlib.h>
#include <string.h>

#include "backup/store/cloud.h"
#include "config/base/markup.h"

static void
add_content_of(struct text *t, const xmlNode *parent, const char *name)
{
    const xmlNode *e = parent == NULL ? NULL : markup_first_named(parent, name);

    text_clear(t);
    if (e != NULL)
        markup_add_content(t, e);
}

static int
take_item(struct cloud *c, const xmlNode *item, const char *prefix, struct store_list *list,
    struct fault *f)
{
    const struct cloud_list_form *form = &c->kind->list_form;
    const xmlNode *sizes =
        form->size_group == NULL ? item : markup_first_named(item, form->size_group);
    struct text name = TEXT_INIT, size = TEXT_INIT;
    size_t before = strlen(c->prefix);
    const char *inner;
    int rc = 0;

    add_content_of(&name, item, form->name);
    add_content_of(&size, sizes, form->size);
    inner = strncmp(text_get(&name), c->prefix, before) == 0 ? text_get(&name) + before : "";
    /* An object must not be missing from the list for want of memory. */
    if (text_check(&name, f) != 0 || text_check(&size, f) != 0)
        rc = -1;
    else if (inner[0] != '\0' && strncmp(inner, prefix, strlen(prefix)) == 0 &&
             store_check_name(inner, NULL) == 0)
        rc = store_list_add(list, inner, strtoull(text_get(&size), NULL, 10), f);
    text_release(&name);
    text_release(&size);
    return rc;
}

static int
take_page(struct cloud *c, const struct text *body, const char *prefix, struct text *marker,
    struct store_list *list, struct fault *f)
{
    const struct cloud_list_form *form = &c->kind->list_form;
    struct findings findings = FINDINGS_INIT("listing");
    xmlDoc *document = markup_read(text_get(body), body->length, &findings, f);
    const xmlNode *root = document == NULL ? NULL : markup_root(document);
    const xmlNode *group = root;
    int rc = document == NULL ? fault_wrap(f, "the store's listing") : 0;

    if (root != NULL && form->group != NULL)
        group = markup_first_named(root, form->group);
    for (const xmlNode *e = group == NULL ? NULL : markup_first_named(group, form->item);
         rc == 0 && e != NULL; e = markup_next_named(e, form->item))
        rc = take_item(c, e, prefix, list, f);
    add_content_of(marker, root, form->marker);
    findings_release(&findings);
    markup_free(document);
    return rc == 0 ? text_check(marker, f) : -1;
}

static int
list_page(struct cloud *c, const char *prefix, struct text *marker, struct store_list *list,
    struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct text query = TEXT_INIT, path = TEXT_INIT, whole = TEXT_INIT;
    struct http_request r;
    int rc = -1;

    text_add_format(&whole, "%s%s", c->prefix, prefix);
    text_add(&path, c->folder[0] == '\0' ? "/" : c->folder);
    c->kind->add_list_query(&query, text_get(&whole), text_get(marker));
    r = cloud_request(c, "GET", &path);
    r.query = text_get(&query);
    if (text_check(&whole, f) == 0 && text_check(&query, f) == 0 && text_check(&path, f) == 0 &&
        http_send(c->http, &r, &a, f) == 0) {
        text_clear(marker);
        if (a.status == 200)
            rc = take_page(c, &a.body, prefix, marker, list, f);
        else if (a.status == 404 && strcmp(a.error_code, c->kind->no_place) == 0)
            rc = 0;
        else
            rc = http_refuse(&r, &a, f);
    }
    text_release(&whole);
    text_release(&query);
    text_release(&path);
    http_answer_release(&a);
    return rc;
}

int
cloud_list(void *store, const char *prefix, struct store_list *list, struct fault *f)
{
    struct text marker = TEXT_INIT;
    int rc;

    do {
        rc = list_page(store, prefix, &marker, list, f);
    } while (rc == 0 && marker.length > 0);
    text_release(&marker);
    return rc;
}
