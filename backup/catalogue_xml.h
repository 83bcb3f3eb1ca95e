/*
 * catalogue_xml: a catalogue entry as XML, and back.
 */
#ifndef BACKUP_CATALOGUE_XML_H
#define BACKUP_CATALOGUE_XML_H

#include "backup/catalogue.h"

enum { CATALOGUE_ENTRY_BYTES_MAX = 16 * 1024 * 1024 };

/* `previous` is the SHA-256 of the entry before it, "" for the first one. */
int catalogue_write_entry(
    struct text *t, const struct catalogue_entry *entry, const char *previous, struct fault *f);

/* Texts live in the arena; *previous too. */
int catalogue_read_entry(const struct text *xml, struct arena *a, struct catalogue_entry *entry,
    const char **previous, struct fault *f);

#endif
