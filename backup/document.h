/*
 * document: reading the small XML documents of a container and of the catalogue: elements with
 * attributes, nothing else. Every value that is missing or malformed is FAULT_DATA that names it.
 */
#ifndef BACKUP_DOCUMENT_H
#define BACKUP_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/digest.h"
#include "config/base/markup.h"

/* Reads a document whose root is `root` in namespace `uri`; `name` is for messages. Owned by the
 * caller (markup_free); NULL with a fault. */
xmlDoc *document_read(
    const struct text *bytes, const char *name, const char *root, const char *uri, struct fault *f);

/* How many child elements of that name there are; FAULT_DATA when a child has another name that is
 * not in `names` (ends with NULL). */
int document_check_children(const xmlNode *parent, const char *const *names, struct fault *f);
size_t document_count(const xmlNode *parent, const char *name);

/* The first child of that name, and the next sibling of the same name; NULL when none. */
xmlNode *document_first(const xmlNode *parent, const char *name);
xmlNode *document_next(const xmlNode *element);

/* An attribute as text in the arena. Missing: FAULT_DATA, or with `optional` NULL in `value`. */
int document_get_text(const xmlNode *element, const char *attribute, struct arena *a,
    const char **value, struct fault *f);
int document_get_optional(const xmlNode *element, const char *attribute, struct arena *a,
    const char **value, struct fault *f);

/* An attribute that must be there, as a number, "true"/"false", a time, 16 hexadecimal digits. */
int document_get_int(
    const xmlNode *element, const char *attribute, int64_t *value, struct fault *f);
int document_get_uint(
    const xmlNode *element, const char *attribute, uint64_t *value, struct fault *f);
int document_get_bool(const xmlNode *element, const char *attribute, bool *value, struct fault *f);
int document_get_time(
    const xmlNode *element, const char *attribute, int64_t *value, struct fault *f);
int document_get_sum(
    const xmlNode *element, const char *attribute, uint64_t *value, struct fault *f);

/* The same: a SHA-256 in lower-case hexadecimal. */
int document_get_sha256(
    const xmlNode *element, const char *attribute, char sha256[DIGEST_HEX_BYTES], struct fault *f);

/* An attribute whose value is one of `names` (count of them); its index in `value`. */
int document_get_choice(const xmlNode *element, const char *attribute, const char *const *names,
    int count, int *value, struct fault *f);

/* Writing the same. */
void document_set_bool(struct markup_writer *w, const char *attribute, bool value);
void document_set_time(struct markup_writer *w, const char *attribute, int64_t value);
void document_set_sum(struct markup_writer *w, const char *attribute, uint64_t value);

#endif
