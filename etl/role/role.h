/*
 * role: the roles of an analysis database and their members, in <directory>/roles.xml. Nothing
 * enforces them yet but what reads the file; they are kept, backed up and restored.
 */
#ifndef ETL_ROLE_ROLE_H
#define ETL_ROLE_ROLE_H

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/job/job.h"

#define ROLE_FILE "roles.xml"

/* More than an installation has; a file from a container is not trusted. */
enum { ROLE_LIMIT = 1000, ROLE_MEMBER_LIMIT = 10000, ROLE_NAME_BYTES = 400 };

struct role {
    const char *name;
    const char **members;
    size_t member_count;
};

struct role_list {
    struct arena memory;
    struct role *items;
    size_t count;
};

#define ROLE_LIST_INIT                                                                             \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

void role_list_release(struct role_list *l);

/* Reads the roles of an analysis database; no file: none. FAULT_DATA when the file is no such. */
int role_read(struct role_list *l, const char *directory, struct fault *f);

/* Replaces the file by one rename. */
int role_write(const struct role_list *l, const char *directory, struct fault *f);

/* Adds or removes a role (member NULL) or a member. FAULT_DATA: it is there already, or it is not
 * (with the nearest); a name that is empty or too long. A member's role must be there. */
int role_add(struct role_list *l, const char *name, const char *member, struct fault *f);
int role_remove(struct role_list *l, const char *name, const char *member, struct fault *f);

/* What a restore leaves of the roles in a directory: all, roles without members, nothing. */
int role_restrict(const char *directory, enum security security, struct fault *f);

#endif
