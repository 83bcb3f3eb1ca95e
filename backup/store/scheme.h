/*
 * scheme: what a kind of store must be able to do. A new kind is one file and one line in the table
 * of store.c; tests/backup/store/conformance.h says whether it does it right.
 */
#ifndef BACKUP_STORE_SCHEME_H
#define BACKUP_STORE_SCHEME_H

#include "backup/store/store.h"

/* Names come checked. Each `state` is the scheme's own. */
struct store_scheme {
    const char *name;  /* before the colon */
    const char *usage; /* "file:DIR" */
    bool is_remote;    /* behind a network */

    /* `rest` is what stands behind the colon. NULL with a fault. */
    void *(*open)(const char *rest, struct fault *f);
    void (*close)(void *store);

    void *(*begin)(void *store, const char *name, bool overwrite, struct fault *f);
    int (*write)(void *writer, const void *bytes, size_t size, struct fault *f);
    int (*commit)(void *writer, struct fault *f); /* frees the writer in any case */
    void (*abandon)(void *writer);                /* frees it too */

    void *(*open_object)(void *store, const char *name, struct fault *f);
    ssize_t (*read)(void *reader, void *buffer, size_t size, struct fault *f);
    void (*close_object)(void *reader);

    int (*find)(void *store, const char *name, uint64_t *size_bytes, struct fault *f);
    int (*remove)(void *store, const char *name, struct fault *f);

    /* Adds each object to the list, in any order, with store_list_add. */
    int (*list)(void *store, const char *prefix, struct store_list *list, struct fault *f);
};

int store_list_add(struct store_list *list, const char *name, uint64_t size_bytes, struct fault *f);

/* A directory: "file:DIR". It and its folders are created with the first object, mode 0700; objects
 * have mode 0600. An object being written is NAME.part, renamed when flushed. */
extern const struct store_scheme store_file_scheme;

#endif
