/*
 * volume: the entries of a container being written: a tar with its ledger.
 */
#ifndef BACKUP_VOLUME_H
#define BACKUP_VOLUME_H

#include "backup/ledger.h"
#include "backup/meter.h"
#include "backup/tar.h"

struct volume {
    struct tar_writer tar;
    struct ledger ledger;
    struct meter content; /* of the entry being written */
    char name[TAR_NAME_BYTES];
};

#define VOLUME_INIT                                                                                \
    {                                                                                              \
        .ledger = LEDGER_INIT, .content = METER_INIT                                               \
    }

/* `taken_utc` is the modification time of all entries. The volume must not move afterwards. */
int volume_begin(struct volume *v, struct byte_sink to, const char *container, int64_t taken_utc,
    struct fault *f);
void volume_release(struct volume *v);

/* An entry in pieces: its size first, then exactly that many bytes, then its end; `rows` is NULL
 * unless it holds rows. */
int volume_open(struct volume *v, const char *name, uint64_t size_bytes, struct fault *f);
int volume_write(struct volume *v, const void *bytes, size_t size, struct fault *f);
int volume_close(struct volume *v, const uint64_t *rows, struct fault *f);

/* An entry in one go. */
int volume_put(struct volume *v, const char *name, const struct text *content, const uint64_t *rows,
    struct fault *f);

/* SHA256SUMS, manifest.xml and the end. */
int volume_finish(struct volume *v, struct fault *f);

#endif
