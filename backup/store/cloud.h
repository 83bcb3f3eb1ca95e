/*
 * cloud: what stores over HTTP have in common. An object is written in parts that become visible
 * together, read in ranges that are asked for again when one is cut, and bears the mark of who
 * wrote it, so that a writer whose answer was lost knows its own object again.
 */
#ifndef BACKUP_STORE_CLOUD_H
#define BACKUP_STORE_CLOUD_H

#include <stdbool.h>
#include <time.h>

#include "backup/store/http.h"
#include "backup/store/scheme.h"
#include "config/settings/secret.h"

enum {
    CLOUD_PART_BYTES = 8 * 1024 * 1024,
    CLOUD_PARTS_A_SIZE = 2000, /* then parts of twice the size: a store takes so many only */
    CLOUD_MARK_BYTES = 33,
};

struct cloud {
    const struct cloud_kind *kind;
    struct http *http;
    char *folder; /* encoded, before "/<prefix><name>": "/container" or "" */
    char *prefix; /* as it is, "" or with a '/' at its end */
    void *own;    /* the kind's */
};

/* An object being written. */
struct cloud_put {
    struct cloud *cloud;
    char *name;
    struct text path; /* encoded */
    struct text buffer;
    bool overwrite;
    char mark[CLOUD_MARK_BYTES];
    unsigned parts;     /* staged so far */
    struct text id;     /* of the upload, the kind's */
    struct text staged; /* what completing says of the parts, the kind's */
};

/* How a page of a listing is written. */
struct cloud_list_form {
    const char *group; /* element around the items; NULL: the root */
    const char *item, *name;
    const char *size_group; /* element around the size; NULL: the item */
    const char *size, *marker;
};

struct cloud_kind {
    size_t own_bytes; /* of cloud->own, zeroed before `open` */
    /* Fills in what stands behind the scheme's name: folder, prefix, http, own. */
    int (*open)(
        struct cloud *c, const char *rest, const struct settings *settings, struct fault *f);
    struct http_signer (*signer)(struct cloud *c);
    /* One request each; the answer's status is looked at by the caller. */
    int (*put_whole)(struct cloud_put *w, struct http_answer *a, struct fault *f);
    int (*put_part)(struct cloud_put *w, struct http_answer *a, struct fault *f);
    int (*complete)(struct cloud_put *w, struct http_answer *a, struct fault *f);
    void (*abandon)(struct cloud_put *w); /* of parts that were staged */
    /* Makes the place for objects when an answer says that it is missing: 1 made, 0 not that. */
    int (*make_place)(struct cloud *c, const struct http_answer *a, struct fault *f);
    /* Query of a listing from a marker on; both as they are. */
    void (*add_list_query)(struct text *query, const char *prefix, const char *marker);
    struct cloud_list_form list_form;
    const char *no_place;   /* what the store calls a missing place; an empty store is no fault */
    const char *version[2]; /* a header that each request bears; NULL: none */
    void (*free_own)(void *own);
};

/* A store of that kind, closed by cloud_close; NULL with a fault. */
void *cloud_open(const struct cloud_kind *kind, const char *rest, const struct settings *settings,
    struct fault *f);

/* Takes the part of "REST?endpoint=...&region=..." with that name, or the environment's variable;
 * NULL when there is neither. Owned by the caller. */
char *cloud_find_setting(const char *rest, const char *name, const char *variable);

/* A secret, when there is one: 1, 0, -1. */
int cloud_find_secret(
    struct secret *s, const struct settings *settings, const char *name, struct fault *f);

/* Sets folder and prefix from what stands behind the bucket or container; the query is cut off. */
int cloud_set_prefix(struct cloud *c, const char *rest, struct fault *f);

/* "<folder>/<prefix><name>", encoded. */
void cloud_add_path(struct text *t, const struct cloud *c, const char *name);

/* A moment as requests bear it: "20130524T000000Z", or as RFC 1123 writes it. */
enum { CLOUD_DATE_BYTES = 40 };
void cloud_date(char date[CLOUD_DATE_BYTES], time_t moment, bool compact);

/* A request as each kind wants it, without a query; `path` is borrowed. */
struct http_request cloud_request(
    const struct cloud *c, const char *method, const struct text *path);

/* Asks for the head of an object: 1, 0 when there is none, -1. */
int cloud_look(struct cloud *c, const char *name, struct http_answer *a, struct fault *f);

/* The parts of a scheme that are the same for each kind: cloud_put.c, cloud_get.c, cloud_list.c. */
void cloud_close(void *store);
void *cloud_begin(void *store, const char *name, bool overwrite, struct fault *f);
int cloud_write(void *writer, const void *bytes, size_t size, struct fault *f);
int cloud_commit(void *writer, struct fault *f);
void cloud_abandon(void *writer);
void *cloud_open_object(void *store, const char *name, struct fault *f);
ssize_t cloud_read(void *reader, void *buffer, size_t size, struct fault *f);
void cloud_close_object(void *reader);
int cloud_find(void *store, const char *name, uint64_t *size_bytes, struct fault *f);
int cloud_remove(void *store, const char *name, struct fault *f);
int cloud_list(void *store, const char *prefix, struct store_list *list, struct fault *f);

#define CLOUD_OPERATIONS                                                                           \
    .is_remote = true, .close = cloud_close, .begin = cloud_begin, .write = cloud_write,           \
    .commit = cloud_commit, .abandon = cloud_abandon, .open_object = cloud_open_object,            \
    .read = cloud_read, .close_object = cloud_close_object, .find = cloud_find,                    \
    .remove = cloud_remove, .list = cloud_list

#endif
