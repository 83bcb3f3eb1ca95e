#include "etl/activity/names.h"

#include <string.h>

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
        if ((*slots[i].slot = arena_printf(memory, "bam_%s_%s", stem, slots[i].suffix)) == NULL)
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
        {&n->active_instances, "ActiveInstances"},
        {&n->completed_instances, "CompletedInstances"},
        {&n->all_instances, "AllInstances"},
        {&n->all_relationships, "AllRelationships"},
        {&n->instances_for_archive, "InstancesForArchive"},
        {&n->relationships_for_archive, "RelationshipsForArchive"},
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
    return arena_printf(memory, "bam_%s_%s", cube, dimension);
}

char *
partition_name(struct arena *memory, const char *activity, const char *stamp)
{
    return arena_printf(memory, "bam_%s_%s", activity, stamp);
}

char *
partition_relationships_name(struct arena *memory, const char *partition)
{
    return arena_printf(memory, "%s_Relationships", partition);
}

/* What stands behind bam_<Activity>_ in a partition's name. */
static const char *
stamp_of(const char *activity, const char *partition)
{
    return partition + strlen("bam_") + strlen(activity) + 1;
}

char *
archive_instances_name(struct arena *memory, const char *activity, const char *partition)
{
    return arena_printf(memory, "bam_%s_Instances_%s", activity, stamp_of(activity, partition));
}

char *
archive_relationships_name(struct arena *memory, const char *activity, const char *partition)
{
    return arena_printf(memory, "bam_%s_Relationships_%s", activity, stamp_of(activity, partition));
}
