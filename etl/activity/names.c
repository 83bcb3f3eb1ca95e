#include "etl/activity/names.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#include "etl/odbc/sql.h"

enum {
    LONGEST = SQL_NAME_BYTES - 1,
    HASH_BYTES = 9, /* "_0123abcd" */
    STAMP_BYTES = 20,
    ARCHIVE_STEM_BYTES = LONGEST - (int)sizeof "_Relationships_" + 1 - STAMP_BYTES
};

static uint32_t
hash_of(const char *stem)
{
    return (uint32_t)XXH3_64bits(stem, strlen(stem));
}

/* The stem, or its beginning and its hash when it is longer than that many bytes. */
static char *
fit_stem(struct arena *memory, const char *stem, size_t limit)
{
    size_t kept = limit - HASH_BYTES;

    if (strlen(stem) <= limit)
        return arena_strdup(memory, stem);
    while (kept > 0 && ((unsigned char)stem[kept] & 0xC0) == 0x80)
        kept--;
    return arena_printf(memory, "%.*s_%08" PRIx32, (int)kept, stem, hash_of(stem));
}

/* Stem and tail, the tail always whole. */
static char *
join(struct arena *memory, const char *stem, const char *tail)
{
    char *fitting = fit_stem(memory, stem, LONGEST - strlen(tail));

    return fitting == NULL ? NULL : arena_printf(memory, "%s%s", fitting, tail);
}

/* bam_<name>_<suffix> */
static char *
bam_name(struct arena *memory, const char *name, const char *suffix)
{
    char *stem = arena_printf(memory, "bam_%s", name);
    char *tail = arena_printf(memory, "_%s", suffix);

    return stem == NULL || tail == NULL ? NULL : join(memory, stem, tail);
}

/* A list of (where the name goes, its form), filled in one loop. */
struct name_slot {
    const char **slot;
    const char *suffix;
};

static int
fill(const struct name_slot *slots, size_t count, struct arena *memory, const char *stem,
    struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        if ((*slots[i].slot = bam_name(memory, stem, slots[i].suffix)) == NULL)
            return fault_set_memory(f);
    }
    return 0;
}

int
activity_names_init(
    struct activity_names *n, struct arena *memory, const char *activity, struct fault *f)
{
    const struct name_slot slots[] = {
        {&n->active, "Active"},
        {&n->completed, "Completed"},
        {&n->active_relationships, "ActiveRelationships"},
        {&n->completed_relationships, "CompletedRelationships"},
        {&n->continuations, "Continuations"},
        {&n->online_ids, "OnlineIDs"},
        {&n->active_instances, "ActiveInstances"},
        {&n->completed_instances, "CompletedInstances"},
        {&n->all_instances, "AllInstances"},
        {&n->all_relationships, "AllRelationships"},
        {&n->instances_for_archive, "InstancesForArchive"},
        {&n->relationships_for_archive, "RelationshipsForArchive"},
        {&n->primary_import, "PrimaryImport"},
        {&n->enable_continuation, "EnableContinuation"},
        {&n->add_reference, "AddReference"},
        {&n->root_of, "RootOf"},
        {&n->announce, "Announce"},
        {&n->complete, "CompleteWhenDue"},
        {&n->archive_instances_view, "InstancesView"},
        {&n->archive_relationships_view, "RelationshipsView"},
    };

    return fill(slots, sizeof slots / sizeof slots[0], memory, activity, f);
}

int
view_names_init(struct view_names *n, struct arena *memory, const char *view,
    const char *activity_view, struct fault *f)
{
    const struct name_slot slots[] = {
        {&n->active_alias, "ActiveAliasView"},
        {&n->completed_alias, "CompletedAliasView"},
        {&n->active, "ActiveView"},
        {&n->completed, "CompletedView"},
        {&n->both, "View"},
    };
    const char *stem = arena_printf(memory, "%s_%s", view, activity_view);

    if (stem == NULL)
        return fault_set_memory(f);
    return fill(slots, sizeof slots / sizeof slots[0], memory, stem, f);
}

int
cube_names_init(struct cube_names *n, struct arena *memory, const char *cube, struct fault *f)
{
    const struct name_slot slots[] = {
        {&n->snapshot, "ActiveInstancesSnapshot"},
        {&n->facts, "Facts"},
        {&n->active_facts, "ActiveFacts"},
        {&n->active_facts_incoming, "ActiveFacts_Incoming"},
    };

    return fill(slots, sizeof slots / sizeof slots[0], memory, cube, f);
}

char *
dimension_table_name(struct arena *memory, const char *cube, const char *dimension)
{
    return bam_name(memory, cube, dimension);
}

char *
partition_name(struct arena *memory, const char *activity, const char *stamp)
{
    return bam_name(memory, activity, stamp);
}

char *
partition_relationships_name(struct arena *memory, const char *partition)
{
    return join(memory, partition, "_Relationships");
}

const char *
partition_stamp(const char *name)
{
    static const char form[] = "00000000T000000Z";
    size_t length = strlen(name), digits = 0, at;

    while (digits < length && name[length - 1 - digits] >= '0' && name[length - 1 - digits] <= '9')
        digits++;
    if (digits > 0 && digits < length && name[length - 1 - digits] == '_')
        length -= digits + 1;
    if (length < sizeof form)
        return NULL;
    at = length - (sizeof form - 1);
    for (size_t i = 0; form[i] != '\0'; i++) {
        char c = name[at + i];

        if (form[i] == '0' ? c < '0' || c > '9' : c != form[i])
            return NULL;
    }
    return name + at;
}

char *
incoming_name(struct arena *memory, const char *table)
{
    return join(memory, table, "_Incoming");
}

char *
tier_name(struct arena *memory, const char *view, uint64_t hash)
{
    char *tail = arena_printf(memory, "_%0*" PRIx64, TIER_DIGITS, hash);

    return tail == NULL ? NULL : join(memory, view, tail);
}

/* What stands behind the activity in a partition's name. */
static const char *
stamp_of(struct arena *memory, const char *activity, const char *partition)
{
    char *stem = arena_printf(memory, "bam_%s", activity);
    char *hash = stem == NULL ? NULL : arena_printf(memory, "_%08" PRIx32 "_", hash_of(stem));
    const char *found;

    if (hash == NULL)
        return NULL;
    if (strncmp(partition, stem, strlen(stem)) == 0 && partition[strlen(stem)] == '_')
        return partition + strlen(stem) + 1;
    found = strstr(partition, hash);
    return found == NULL ? partition : found + strlen(hash);
}

/* The stem is fitted alone, so that all tables of an activity begin alike. */
char *
archive_prefix(struct arena *memory, const char *activity, enum archive_kind kind)
{
    static const char *const kinds[] = {
        [ARCHIVE_INSTANCES] = "Instances", [ARCHIVE_RELATIONSHIPS] = "Relationships"};
    char *stem = arena_printf(memory, "bam_%s", activity);
    char *fitting = stem == NULL ? NULL : fit_stem(memory, stem, ARCHIVE_STEM_BYTES);

    return fitting == NULL ? NULL : arena_printf(memory, "%s_%s_", fitting, kinds[kind]);
}

char *
archive_name(
    struct arena *memory, const char *activity, enum archive_kind kind, const char *partition)
{
    char *prefix = archive_prefix(memory, activity, kind);
    const char *stamp = stamp_of(memory, activity, partition);

    return prefix == NULL || stamp == NULL ? NULL : arena_printf(memory, "%s%s", prefix, stamp);
}
