#include "config/definition/identity.h"

const char *const identity_kind_names[IDENTITY_KIND_COUNT] = {
    [IDENTITY_ACTIVITY] = "an Activity",
    [IDENTITY_CHECKPOINT] = "a Checkpoint",
    [IDENTITY_INDEX] = "an Index",
    [IDENTITY_VIEW] = "a View",
    [IDENTITY_ACTIVITY_VIEW] = "an ActivityView",
    [IDENTITY_ALIAS] = "an Alias",
    [IDENTITY_DURATION] = "a Duration",
    [IDENTITY_CUBE] = "a Cube",
    [IDENTITY_MEASURE] = "a Measure",
    [IDENTITY_DIMENSION] = "a dimension",
    [IDENTITY_RANGE] = "a Range",
    [IDENTITY_STAGE] = "a ProgressStage",
    [IDENTITY_AGGREGATION] = "a RealTimeAggregation",
};

int
identity_table_init(struct identity_table *t, struct arena *memory)
{
    t->memory = memory;
    t->by_id = xmlHashCreate(0);
    return t->by_id == NULL ? -1 : 0;
}

void
identity_table_release(struct identity_table *t)
{
    xmlHashFree(t->by_id, NULL);
    t->by_id = NULL;
}

const struct identity *
identity_find(const struct identity_table *t, const char *id)
{
    return xmlHashLookup(t->by_id, (const xmlChar *)id);
}

int
identity_add(struct identity_table *t, const char *id, const struct identity *what)
{
    struct identity *copy = arena_alloc(t->memory, sizeof *copy);

    if (copy == NULL)
        return -1;
    *copy = *what;
    return xmlHashAddEntry(t->by_id, (const xmlChar *)id, copy);
}
