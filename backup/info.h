/*
 * info: struct container_info as the XML of the entry backup.xml (namespace
 * urn:nightcube:backup:1).
 */
#ifndef BACKUP_INFO_H
#define BACKUP_INFO_H

#include "backup/container.h"
#include "config/base/text.h"

enum {
    INFO_BYTES_MAX = 16 * 1024 * 1024,
    INFO_LIST_MAX = 1000000, /* references, their tables, notes */
};

int info_write(struct text *t, const struct container_info *info, struct fault *f);

/* Everything in `info` lives in the arena. A newer format is FAULT_DATA with the cure. */
int info_read(
    const struct text *xml, struct arena *a, struct container_info *info, struct fault *f);

#endif
