/*
 * ledger: what a container's SHA256SUMS and manifest.xml say, gathered entry by entry.
 *
 * The writer writes what the ledger holds. The reader keeps a ledger of its own from what it really
 * read and compares both entries with it byte by byte: so neither is ever parsed, and not one byte
 * of them can be otherwise.
 *
 *     <Manifest xmlns="urn:nightcube:manifest:1" Format="1" Container="id">
 *       <Entry Name="..." Bytes="..." Rows="..." SHA256="..."/>     Rows: data entries only
 *       <Table Name="..." Rows="..." Sum="...">                     after the table's last entry
 *         <Column Name="..." Sum="..."/>                            sums: see rowsum.h
 *       </Table>
 *       <Totals Entries="..." Bytes="..." Tables="..." Rows="..."/>
 *       <End SHA256="..."/>                                         of all lines before this one
 *     </Manifest>
 */
#ifndef BACKUP_LEDGER_H
#define BACKUP_LEDGER_H

#include <stdint.h>

#include "backup/spool.h"
#include "config/base/digest.h"
#include "config/base/markup.h"
#include "config/base/rowsum.h"
#include "config/table/table.h"

struct ledger {
    struct spool sums;
    struct spool manifest;
    struct markup_writer xml;
    struct text text;      /* of the manifest, not yet in its spool */
    struct digest *digest; /* of the manifest so far */
    uint64_t entries;
    uint64_t bytes;
    uint64_t tables;
    uint64_t rows;
};

#define LEDGER_INIT                                                                                \
    {                                                                                              \
        .sums = SPOOL_INIT, .manifest = SPOOL_INIT                                                 \
    }

/* The ledger must not move afterwards. */
int ledger_begin(struct ledger *l, const char *container, struct fault *f);
void ledger_release(struct ledger *l);

/* An entry; `rows` NULL when it is not one with rows. SHA256SUMS itself stands in the manifest
 * only. */
int ledger_add_entry(struct ledger *l, const char *name, uint64_t bytes, const uint64_t *rows,
    const char *sha256, struct fault *f);

int ledger_add_table(
    struct ledger *l, const struct table *table, const struct rowsum *sum, struct fault *f);

/* Totals and closing mark; nothing may be added afterwards. */
int ledger_finish(struct ledger *l, struct fault *f);

#endif
