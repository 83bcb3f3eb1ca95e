#include "etl/dump/selection.h"

#include <fnmatch.h>
#include <string.h>

int
selection_init(struct selection *s, const char *only, struct fault *f)
{
    *s = (struct selection)SELECTION_INIT;
    s->only = only;
    return only == NULL ? 0 : activity_names_init(&s->names, &s->memory, only, f);
}

void
selection_release(struct selection *s)
{
    arena_release(&s->memory);
    *s = (struct selection)SELECTION_INIT;
}

/* The name, or one of its tiers: behind it a '_' and a number. */
static bool
is_or_tier(const char *name, const char *wanted)
{
    size_t length = strlen(wanted);

    return strncmp(name, wanted, length) == 0 &&
           (name[length] == '\0' ||
               (name[length] == '_' && name[length + 1] != '\0' &&
                   name[length + 1 + strspn(name + length + 1, "0123456789")] == '\0'));
}

static bool
is_own(const struct selection *s, const char *name)
{
    const struct activity_names *n = &s->names;
    const char *const own[] = {n->active, n->completed, n->active_relationships,
        n->completed_relationships, n->continuations, n->online_ids, n->active_instances,
        n->completed_instances, n->all_instances, n->all_relationships, n->instances_for_archive,
        n->relationships_for_archive, n->archive_instances_view, n->archive_relationships_view};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (is_or_tier(name, own[i]))
            return true;
    }
    return false;
}

/* bam_<Activity>_<stamp>, its relationships, and their copies in the archive. */
static bool
is_partition(struct selection *s, const char *name)
{
    static const char tail[] = "_Relationships";
    size_t length = strlen(name), cut = sizeof tail - 1;
    const char *relationships;
    char *plain = arena_strdup(&s->memory, name);
    const char *stamp, *partition;

    if (plain == NULL)
        return false;
    if (length > cut && strcmp(name + length - cut, tail) == 0)
        plain[length - cut] = '\0';
    if ((stamp = partition_stamp(plain)) == NULL ||
        (partition = partition_name(&s->memory, s->only, stamp)) == NULL ||
        (relationships = partition_relationships_name(&s->memory, partition)) == NULL)
        return false;
    return strcmp(name, partition) == 0 || strcmp(name, relationships) == 0;
}

static bool
is_archived(struct selection *s, const char *name)
{
    for (enum archive_kind kind = ARCHIVE_INSTANCES; kind <= ARCHIVE_RELATIONSHIPS; kind++) {
        const char *prefix = archive_prefix(&s->memory, s->only, kind);
        const char *stamp = partition_stamp(name);

        if (prefix != NULL && stamp != NULL && strncmp(name, prefix, strlen(prefix)) == 0 &&
            stamp == name + strlen(prefix))
            return true;
    }
    return false;
}

/* Of a cube: whatever begins with its name in the star schema, and its snapshot elsewhere. */
static bool
is_of_cube(struct selection *s, const char *database, const char *name)
{
    const char *some = dimension_table_name(&s->memory, s->only, "");
    struct cube_names cube;

    if (cube_names_init(&cube, &s->memory, s->only, NULL) != 0 || some == NULL)
        return false;
    if (strcmp(name, cube.snapshot) == 0 || strcmp(name, cube.facts) == 0 ||
        strcmp(name, cube.active_facts) == 0)
        return true;
    return strcmp(database, "StarSchema") == 0 && strncmp(name, some, strlen(some)) == 0;
}

bool
selection_wants(struct selection *s, const char *database, const char *name)
{
    if (s->only == NULL || fnmatch(s->only, name, 0) == 0)
        return true;
    return is_own(s, name) || is_partition(s, name) || is_archived(s, name) ||
           is_of_cube(s, database, name);
}
