#include "backup/store/cloud.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/base/digest.h"
#include "config/base/markup.h"

/* ---- opening ---- */

char *
cloud_find_setting(const char *rest, const char *name, const char *variable)
{
    const char *at = strchr(rest, '?');
    size_t length = strlen(name);
    const char *value = getenv(variable);

    for (; at != NULL; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return strndup(at + length + 1, strcspn(at + length + 1, "&"));
    }
    return value == NULL || value[0] == '\0' ? NULL : strdup(value);
}

int
cloud_find_secret(
    struct secret *s, const struct settings *settings, const char *name, struct fault *f)
{
    static const struct settings none = SETTINGS_INIT;

    if (secret_find(s, settings == NULL ? &none : settings, name, f) == 0)
        return 1;
    if (f != NULL && f->kind != FAULT_SETTINGS)
        return -1;
    fault_clear(f);
    return 0;
}

int
cloud_set_prefix(struct cloud *c, const char *rest, struct fault *f)
{
    size_t length = strcspn(rest, "?");
    char *probe = NULL;
    int rc;

    while (length > 0 && rest[length - 1] == '/')
        length--;
    while (length > 0 && rest[0] == '/') {
        rest++;
        length--;
    }
    if (asprintf(&c->prefix, "%.*s%s", (int)length, rest, length == 0 ? "" : "/") < 0) {
        c->prefix = NULL;
        return fault_set_memory(f);
    }
    /* A prefix is like the folders of a name. */
    if (asprintf(&probe, "%sx", c->prefix) < 0)
        return fault_set_memory(f);
    rc = store_check_name(probe, f);
    free(probe);
    return rc;
}

void
cloud_add_path(struct text *t, const struct cloud *c, const char *name)
{
    text_add_format(t, "%s/", c->folder);
    http_add_encoded(t, c->prefix, true);
    http_add_encoded(t, name, true);
}

void
cloud_date(char date[CLOUD_DATE_BYTES], bool compact)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm t;

    gmtime_r(&now, &t);
    if (compact)
        strftime(date, CLOUD_DATE_BYTES, "%Y%m%dT%H%M%SZ", &t);
    else
        snprintf(date, CLOUD_DATE_BYTES, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday],
            t.tm_mday, months[t.tm_mon], (t.tm_year + 1900) % 10000, t.tm_hour, t.tm_min, t.tm_sec);
}

void
cloud_close(void *store)
{
    struct cloud *c = store;

    if (c == NULL)
        return;
    http_close(c->http);
    if (c->own != NULL)
        c->kind->free_own(c->own);
    free(c->folder);
    free(c->prefix);
    free(c);
}

static struct http_request
request(const struct cloud *c, const char *method, const struct text *path)
{
    struct http_request r = {.method = method, .path = text_get(path), .query = ""};

    if (c->kind->version[0] != NULL)
        http_set(&r, c->kind->version[0], c->kind->version[1]);
    return r;
}

/* ---- looking ---- */

/* Asks for the head of an object: 1, 0 when there is none, -1. */
static int
look(struct cloud *c, const char *name, struct http_answer *a, struct fault *f)
{
    struct text path = TEXT_INIT;
    struct http_request r;
    int rc = -1;

    cloud_add_path(&path, c, name);
    r = request(c, "HEAD", &path);
    if (text_check(&path, f) == 0 && http_send(c->http, &r, a, f) == 0) {
        if (a->status == 200)
            rc = 1;
        else
            rc = a->status == 404 ? 0 : http_refuse(&r, a, f);
    }
    text_release(&path);
    return rc;
}

int
cloud_find(void *store, const char *name, uint64_t *size_bytes, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = look(store, name, &a, f);

    if (rc == 1)
        *size_bytes = a.content_bytes;
    http_answer_release(&a);
    return rc;
}

int
cloud_remove(void *store, const char *name, struct fault *f)
{
    struct cloud *c = store;
    struct http_answer a = HTTP_ANSWER_INIT;
    struct text path = TEXT_INIT;
    struct http_request r;
    int rc = -1;

    cloud_add_path(&path, c, name);
    r = request(c, "DELETE", &path);
    if (text_check(&path, f) == 0 && http_send(c->http, &r, &a, f) == 0) {
        rc = a.status / 100 == 2 || a.status == 404 ? 0 : http_refuse(&r, &a, f);
        /* An object that may not be deleted yet: it is retained. */
        if (rc != 0 && f != NULL && a.status == 409)
            f->kind = FAULT_PERMISSION;
    }
    text_release(&path);
    http_answer_release(&a);
    return rc;
}

/* ---- writing ---- */

static void
free_put(struct cloud_put *w)
{
    text_release(&w->path);
    text_release(&w->buffer);
    text_release(&w->id);
    text_release(&w->staged);
    free(w->name);
    free(w);
}

static int
make_mark(char mark[CLOUD_MARK_BYTES], struct fault *f)
{
    char hex[DIGEST_HEX_BYTES];
    struct timespec now;
    struct {
        struct timespec now;
        const void *place;
        unsigned char chance[16];
    } seed = {.place = mark};

    clock_gettime(CLOCK_REALTIME, &now);
    seed.now = now;
    if (getentropy(seed.chance, sizeof seed.chance) != 0 ||
        digest_bytes(&seed, sizeof seed, hex, f) != 0)
        return fault_set(f, FAULT_INTERNAL, "no random bytes");
    memcpy(mark, hex, CLOUD_MARK_BYTES - 1);
    mark[CLOUD_MARK_BYTES - 1] = '\0';
    return 0;
}

static int
refuse_existing(const struct cloud_put *w, struct fault *f)
{
    return fault_set(f, FAULT_EXISTS, "'%s' exists in the store", w->name);
}

/* What is there stays; a store that knows conditions sees to it again at the end. */
static int
check_free(struct cloud_put *w, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = w->overwrite ? 0 : look(w->cloud, w->name, &a, f);

    http_answer_release(&a);
    return rc == 1 ? refuse_existing(w, f) : rc;
}

void *
cloud_begin(void *store, const char *name, bool overwrite, struct fault *f)
{
    struct cloud_put *w = calloc(1, sizeof *w);

    if (w == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    w->cloud = store;
    w->overwrite = overwrite;
    cloud_add_path(&w->path, w->cloud, name);
    if ((w->name = strdup(name)) == NULL || w->path.failed) {
        fault_set_memory(f);
    } else if (make_mark(w->mark, f) == 0 && check_free(w, f) == 0) {
        return w;
    }
    free_put(w);
    return NULL;
}

typedef int (*put_step)(struct cloud_put *w, struct http_answer *a, struct fault *f);

/* One step; the place is made when it is missing. */
static int
take_step(struct cloud_put *w, put_step step, struct http_answer *a, struct fault *f)
{
    const struct cloud_kind *kind = w->cloud->kind;
    int made;

    if (step(w, a, f) != 0)
        return -1;
    if (a->status != 404 || kind->make_place == NULL)
        return 0;
    if ((made = kind->make_place(w->cloud, a, f)) != 1)
        return made;
    return step(w, a, f);
}

static int
refuse_step(const struct cloud_put *w, const struct http_answer *a, struct fault *f)
{
    const struct http_request r = {.method = "PUT", .path = text_get(&w->path)};

    return http_refuse(&r, a, f);
}

static size_t
part_bytes(const struct cloud_put *w)
{
    return (size_t)CLOUD_PART_BYTES << (w->parts / CLOUD_PARTS_A_SIZE);
}

static int
stage_part(struct cloud_put *w, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = take_step(w, w->cloud->kind->put_part, &a, f);

    if (rc == 0 && a.status / 100 != 2)
        rc = refuse_step(w, &a, f);
    text_clear(&w->buffer);
    w->parts++;
    http_answer_release(&a);
    return rc;
}

int
cloud_write(void *writer, const void *bytes, size_t size, struct fault *f)
{
    struct cloud_put *w = writer;
    const char *at = bytes;

    while (size > 0) {
        size_t room = part_bytes(w) - w->buffer.length;
        size_t taken = size < room ? size : room;

        text_add_bytes(&w->buffer, at, taken);
        if (text_check(&w->buffer, f) != 0)
            return -1;
        at += taken;
        size -= taken;
        /* Only a part that something follows: the last one is staged when it is known to be. */
        if (size > 0 && w->buffer.length == part_bytes(w) && stage_part(w, f) != 0)
            return -1;
    }
    return 0;
}

/* The answer to an earlier try may have been lost, of which libcurl does not always tell: is it our
 * object that is there? */
static int
is_ours(struct cloud_put *w, struct fault *f)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = look(w->cloud, w->name, &a, f);

    if (rc == 1)
        rc = strcmp(a.upload, w->mark) == 0;
    http_answer_release(&a);
    return rc;
}

static int
settle(struct cloud_put *w, const struct http_answer *a, struct fault *f)
{
    int ours;

    if (a->status / 100 == 2)
        return 0;
    if ((a->status == 404 || a->status == 409 || a->status == 412) && (ours = is_ours(w, f)) != 0)
        return ours == 1 ? 0 : -1;
    if (!w->overwrite && (a->status == 409 || a->status == 412))
        return refuse_existing(w, f);
    return refuse_step(w, a, f);
}

static int
publish(struct cloud_put *w, struct fault *f)
{
    const struct cloud_kind *kind = w->cloud->kind;
    struct http_answer a = HTTP_ANSWER_INIT;
    int rc = check_free(w, f);

    if (rc == 0 && w->parts > 0)
        rc = stage_part(w, f);
    if (rc == 0)
        rc = take_step(w, w->parts == 0 ? kind->put_whole : kind->complete, &a, f);
    if (rc == 0)
        rc = settle(w, &a, f);
    http_answer_release(&a);
    return rc;
}

int
cloud_commit(void *writer, struct fault *f)
{
    struct cloud_put *w = writer;
    int rc = publish(w, f);

    if (rc != 0 && w->parts > 0)
        w->cloud->kind->abandon(w);
    free_put(w);
    return rc;
}

void
cloud_abandon(void *writer)
{
    struct cloud_put *w = writer;

    if (w->parts > 0)
        w->cloud->kind->abandon(w);
    free_put(w);
}

/* ---- reading ---- */

struct cloud_get {
    struct cloud *cloud;
    struct text path;
    struct http_answer piece;
    size_t at;              /* in the piece */
    uint64_t offset, total; /* of the object; where the next piece begins */
    bool known;             /* total and etag */
    char etag[256];
};

void
cloud_close_object(void *reader)
{
    struct cloud_get *g = reader;

    text_release(&g->path);
    http_answer_release(&g->piece);
    free(g);
}

/* What a range's answer says of the whole object. */
static int
take_piece(struct cloud_get *g, const struct http_request *r, struct fault *f)
{
    struct http_answer *a = &g->piece;
    uint64_t left;

    g->at = 0;
    if (a->status == 416 && g->offset == 0) {
        text_clear(&a->body);
        g->total = 0;
    } else if (a->status == 200 && g->offset == 0) {
        g->total = a->body.length;
    } else if (a->status == 206 && (!g->known || a->total_bytes == g->total)) {
        g->total = a->total_bytes;
    } else {
        return a->status == 412 || a->status / 100 == 2
                   ? fault_set(f, FAULT_IO, "%s was changed while it was read", r->path)
                   : http_refuse(r, a, f);
    }
    left = g->total - g->offset;
    if (a->body.length != (a->status == 206 && left > CLOUD_PART_BYTES ? CLOUD_PART_BYTES : left))
        return fault_set(
            f, FAULT_IO, "%s: the store gives another range than was asked for", r->path);
    if (!g->known)
        memcpy(g->etag, a->etag, sizeof g->etag);
    g->known = true;
    g->offset += a->body.length;
    return 0;
}

static int
fetch(struct cloud_get *g, struct fault *f)
{
    struct http_request r = request(g->cloud, "GET", &g->path);
    char range[64];

    snprintf(range, sizeof range, "bytes=%llu-%llu", (unsigned long long)g->offset,
        (unsigned long long)g->offset + CLOUD_PART_BYTES - 1);
    http_set(&r, "range", range);
    if (g->etag[0] != '\0')
        http_set(&r, "if-match", g->etag);
    return http_send(g->cloud->http, &r, &g->piece, f) == 0 ? take_piece(g, &r, f) : -1;
}

void *
cloud_open_object(void *store, const char *name, struct fault *f)
{
    struct cloud_get *g = calloc(1, sizeof *g);

    if (g == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    g->cloud = store;
    cloud_add_path(&g->path, g->cloud, name);
    if (text_check(&g->path, f) == 0 && fetch(g, f) == 0)
        return g;
    cloud_close_object(g);
    return NULL;
}

ssize_t
cloud_read(void *reader, void *buffer, size_t size, struct fault *f)
{
    struct cloud_get *g = reader;
    size_t left = g->piece.body.length - g->at;

    if (left == 0) {
        if (g->offset >= g->total)
            return 0;
        if (fetch(g, f) != 0)
            return -1;
        left = g->piece.body.length;
    }
    if (size > left)
        size = left;
    memcpy(buffer, g->piece.body.bytes + g->at, size);
    g->at += size;
    return (ssize_t)size;
}

/* ---- listing ---- */

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
    if (inner[0] != '\0' && strncmp(inner, prefix, strlen(prefix)) == 0 &&
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
    r = request(c, "GET", &path);
    r.query = text_get(&query);
    if (text_check(&query, f) == 0 && text_check(&path, f) == 0 &&
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
