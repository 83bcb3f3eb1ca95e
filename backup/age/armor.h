/*
 * armor: reading sealed files that were wrapped as text for mail (c2sp.org/age, "ASCII armor";
 * strict PEM of RFC 7468). We never write it.
 */
#ifndef BACKUP_AGE_ARMOR_H
#define BACKUP_AGE_ARMOR_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/fault.h"
#include "config/base/stream.h"

/* White space that is skipped in front and behind, in bytes (as the reference does). */
enum { ARMOR_BLANK_LIMIT = 1024 };

struct armor;

/* A stage that decodes what `from` gives; owned by the caller, NULL with a fault. */
struct armor *armor_new(struct byte_source from, struct fault *f);
void armor_free(struct armor *a); /* NULL is fine */

/* The decoded bytes. Malformed armor is FAULT_DATA; nothing but white space may follow its end. */
struct byte_source armor_source(struct armor *a);

/* Whether reading failed because the armor is malformed, not because of `from`. */
bool armor_malformed(const struct armor *a);

/* Whether bytes look like the start of armor: PEM, perhaps behind white space. */
bool armor_detect(const void *bytes, size_t size);

#endif
