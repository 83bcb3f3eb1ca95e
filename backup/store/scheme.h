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

    /* `rest` is what stands behind the colon; `settings` (may be NULL) say where secrets are. NULL
     * with a fault. */
    void *(*open)(const char *rest, const struct settings *settings, struct fault *f);
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

/*
 * "azblob:ACCOUNT/CONTAINER/PREFIX": Azure Blob Storage. The container is made when it is missing.
 * Secrets: AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_KEY. "s3:BUCKET/PREFIX": S3 and what speaks
 * its protocol. Secrets: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if any.
 *
 * Another endpoint: "?endpoint=https://host" behind the location, or in the environment as
 * AZURE_STORAGE_BLOB_ENDPOINT, AWS_ENDPOINT_URL; a region likewise "?region=", AWS_REGION.
 */
extern const struct store_scheme store_azblob_scheme;
extern const struct store_scheme store_s3_scheme;

#endif
