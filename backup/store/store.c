#include "backup/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/store/scheme.h"

/* Every kind of store there is. */
static const struct store_scheme *const schemes[] = {
    &store_file_scheme,
    &store_azblob_scheme,
    &store_s3_scheme,
};

enum { SCHEME_COUNT = sizeof schemes / sizeof *schemes };

struct store {
    const struct store_scheme *scheme;
    void *state;
    char *location;
    uint64_t note;
};

struct store_writer {
    const struct store_scheme *scheme;
    void *state;
};

struct store_reader {
    const struct store_scheme *scheme;
    void *state;
};

static bool
is_bad_part(const char *part, size_t length)
{
    if (length == 0 || (length <= 2 && strncmp(part, "..", length) == 0))
        return true;
    return length >= 5 && strncmp(part + length - 5, ".part", 5) == 0;
}

int
store_check_name(const char *name, struct fault *f)
{
    const char *part = name;
    bool bad = strlen(name) >= STORE_NAME_BYTES;

    for (const char *at = name; *at != '\0'; at++)
        bad = bad || (unsigned char)*at < 0x20 || *at == 0x7f || *at == '\\';
    for (size_t length; !bad; part += length + 1) {
        length = strcspn(part, "/");
        bad = is_bad_part(part, length);
        if (part[length] == '\0')
            break;
    }
    return bad ? fault_set(f, FAULT_DATA, "'%.*s' is no name that a store can hold",
                     STORE_NAME_BYTES, name)
               : 0;
}

static int
refuse_scheme(const char *location, struct fault *f)
{
    struct text known = TEXT_INIT;

    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        text_add(&known, i == 0 ? "" : ", ");
        text_add(&known, schemes[i]->usage);
    }
    fault_set(f, FAULT_SETTINGS, "'%s' is no store: there is %s", location, text_get(&known));
    text_release(&known);
    return strchr(location, ':') == NULL ? fault_hint(f, "a directory is file:%s", location) : -1;
}

static const struct store_scheme *
find_scheme(const char *location, size_t length)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        if (strlen(schemes[i]->name) == length && strncmp(schemes[i]->name, location, length) == 0)
            return schemes[i];
    }
    return NULL;
}

struct store *
store_open(const char *location, struct fault *f)
{
    return store_open_with(location, NULL, f);
}

struct store *
store_open_with(const char *location, const struct settings *settings, struct fault *f)
{
    size_t length = strcspn(location, ":");
    const struct store_scheme *scheme = find_scheme(location, length);
    struct store *s;

    if (scheme == NULL || location[length] == '\0') {
        refuse_scheme(location, f);
        return NULL;
    }
    if ((s = calloc(1, sizeof *s)) == NULL || (s->location = strdup(location)) == NULL) {
        free(s);
        fault_set_memory(f);
        return NULL;
    }
    s->scheme = scheme;
    if ((s->state = scheme->open(location + length + 1, settings, f)) == NULL) {
        free(s->location);
        free(s);
        fault_wrap(f, "store '%s'", location);
        return NULL;
    }
    return s;
}

void
store_close(struct store *s)
{
    if (s == NULL)
        return;
    s->scheme->close(s->state);
    free(s->location);
    free(s);
}

const char *
store_location(const struct store *s)
{
    return s->location;
}

bool
store_is_remote(const struct store *s)
{
    return s->scheme->is_remote;
}

struct store_writer *
store_begin(struct store *s, const char *name, bool overwrite, struct fault *f)
{
    struct store_writer *w;

    if (store_check_name(name, f) != 0)
        return NULL;
    if ((w = calloc(1, sizeof *w)) == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    w->scheme = s->scheme;
    if ((w->state = s->scheme->begin(s->state, name, overwrite, f)) == NULL) {
        free(w);
        return NULL;
    }
    return w;
}

static int
writer_write(void *state, const void *bytes, size_t size, struct fault *f)
{
    struct store_writer *w = state;

    return w->scheme->write(w->state, bytes, size, f);
}

struct byte_sink
store_writer_sink(struct store_writer *w)
{
    return (struct byte_sink){writer_write, w};
}

int
store_commit(struct store_writer *w, struct fault *f)
{
    int rc = w->scheme->commit(w->state, f);

    free(w);
    return rc;
}

void
store_abandon(struct store_writer *w)
{
    if (w == NULL)
        return;
    w->scheme->abandon(w->state);
    free(w);
}

struct store_reader *
store_read(struct store *s, const char *name, struct fault *f)
{
    struct store_reader *r;

    if (store_check_name(name, f) != 0)
        return NULL;
    if ((r = calloc(1, sizeof *r)) == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    r->scheme = s->scheme;
    if ((r->state = s->scheme->open_object(s->state, name, f)) == NULL) {
        free(r);
        return NULL;
    }
    return r;
}

static ssize_t
reader_read(void *state, void *buffer, size_t size, struct fault *f)
{
    struct store_reader *r = state;

    return r->scheme->read(r->state, buffer, size, f);
}

struct byte_source
store_reader_source(struct store_reader *r)
{
    return (struct byte_source){reader_read, r};
}

void
store_reader_close(struct store_reader *r)
{
    if (r == NULL)
        return;
    r->scheme->close_object(r->state);
    free(r);
}

int
store_find(struct store *s, const char *name, uint64_t *size_bytes, struct fault *f)
{
    if (store_check_name(name, f) != 0)
        return -1;
    return s->scheme->find(s->state, name, size_bytes, f);
}

int
store_remove(struct store *s, const char *name, struct fault *f)
{
    if (store_check_name(name, f) != 0)
        return -1;
    return s->scheme->remove(s->state, name, f);
}

void
store_list_release(struct store_list *list)
{
    arena_release(&list->memory);
    *list = (struct store_list)STORE_LIST_INIT;
}

int
store_list_add(struct store_list *list, const char *name, uint64_t size_bytes, struct fault *f)
{
    struct store_object *object =
        arena_append(&list->memory, &list->objects, &list->count, sizeof *object);

    if (object == NULL || (object->name = arena_strdup(&list->memory, name)) == NULL)
        return fault_set_memory(f);
    object->size_bytes = size_bytes;
    return 0;
}

static int
compare_objects(const void *a, const void *b)
{
    const struct store_object *x = a, *y = b;

    return strcmp(x->name, y->name);
}

uint64_t *
store_note(struct store *s)
{
    return &s->note;
}

int
store_list(struct store *s, const char *prefix, struct store_list *list, struct fault *f)
{
    if (s->scheme->list(s->state, prefix, list, f) != 0)
        return -1;
    if (list->count > 0)
        qsort(list->objects, list->count, sizeof *list->objects, compare_objects);
    return 0;
}

int
store_put_bytes(struct store *s, const char *name, const void *bytes, size_t size, bool overwrite,
    struct fault *f)
{
    struct store_writer *w = store_begin(s, name, overwrite, f);

    if (w == NULL)
        return -1;
    if (writer_write(w, bytes, size, f) != 0) {
        store_abandon(w);
        return -1;
    }
    return store_commit(w, f);
}

int
store_get_bytes(struct store *s, const char *name, size_t limit, struct text *t, struct fault *f)
{
    struct store_reader *r = store_read(s, name, f);
    char buffer[16384];
    size_t total = 0;
    ssize_t n;

    if (r == NULL)
        return -1;
    while ((n = reader_read(r, buffer, sizeof buffer, f)) > 0) {
        if ((total += (size_t)n) > limit) {
            n = fault_set(f, FAULT_DATA, "'%s' is larger than %zu bytes", name, limit);
            break;
        }
        text_add_bytes(t, buffer, (size_t)n);
    }
    store_reader_close(r);
    return n < 0 ? -1 : text_check(t, f);
}
