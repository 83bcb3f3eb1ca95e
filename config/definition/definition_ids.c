#include "config/definition/definition_ids.h"

#include <libxml/hash.h>

/* Two walks over the same IDs: the first remembers all that occur, the second gives them out once.
 */
struct walk {
    struct arena *memory;
    xmlHashTable *known; /* all IDs of the document, and those given out beyond them */
    xmlHashTable *given;
    bool renaming;
};

static bool
has(xmlHashTable *table, const char *id)
{
    return xmlHashLookup(table, (const xmlChar *)id) != NULL;
}

static int
add(xmlHashTable *table, const char *id)
{
    static char present;

    if (has(table, id))
        return 0;
    return xmlHashAddEntry(table, (const xmlChar *)id, &present);
}

static int
rename_id(struct walk *w, const char **id)
{
    for (size_t number = 2;; number++) {
        const char *numbered = arena_printf(w->memory, "%s_%zu", *id, number);

        if (numbered == NULL)
            return -1;
        if (has(w->known, numbered))
            continue;
        *id = numbered;
        return add(w->known, numbered);
    }
}

static int
visit(struct walk *w, const char **id)
{
    if (*id == NULL || (*id)[0] == '\0')
        *id = "ID";
    if (!w->renaming)
        return add(w->known, *id);
    if (has(w->given, *id) && rename_id(w, id) != 0)
        return -1;
    return add(w->given, *id);
}

static int
visit_activity(struct walk *w, struct activity *a)
{
    int rc = visit(w, &a->id);

    for (size_t i = 0; rc == 0 && i < a->checkpoint_count; i++)
        rc = visit(w, &a->checkpoints[i].id);
    for (size_t i = 0; rc == 0 && i < a->index_count; i++)
        rc = visit(w, &a->indexes[i].id);
    return rc;
}

static int
visit_view(struct walk *w, struct view *v)
{
    int rc = visit(w, &v->id);

    for (size_t i = 0; rc == 0 && i < v->activity_view_count; i++) {
        struct activity_view *av = &v->activity_views[i];

        rc = visit(w, &av->id);
        for (size_t j = 0; rc == 0 && j < av->alias_count; j++)
            rc = visit(w, &av->aliases[j].id);
        for (size_t j = 0; rc == 0 && j < av->duration_count; j++)
            rc = visit(w, &av->durations[j].id);
    }
    return rc;
}

static int
visit_dimension(struct walk *w, struct dimension *d)
{
    int rc = visit(w, &d->id);

    for (size_t i = 0; rc == 0 && i < d->range_count; i++)
        rc = visit(w, &d->ranges[i].id);
    for (size_t i = 0; rc == 0 && i < d->stage_count; i++)
        rc = visit(w, &d->stages[i].id);
    return rc;
}

static int
visit_cube(struct walk *w, struct cube *c)
{
    int rc = visit(w, &c->id);

    for (size_t i = 0; rc == 0 && i < c->measure_count; i++)
        rc = visit(w, &c->measures[i].id);
    for (size_t i = 0; rc == 0 && i < c->dimension_count; i++)
        rc = visit_dimension(w, &c->dimensions[i]);
    for (size_t i = 0; rc == 0 && i < c->aggregation_count; i++)
        rc = visit(w, &c->aggregations[i].id);
    return rc;
}

static int
visit_all(struct walk *w, struct definition *d)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < d->activity_count; i++)
        rc = visit_activity(w, &d->activities[i]);
    for (size_t i = 0; rc == 0 && i < d->view_count; i++)
        rc = visit_view(w, &d->views[i]);
    for (size_t i = 0; rc == 0 && i < d->cube_count; i++)
        rc = visit_cube(w, &d->cubes[i]);
    return rc;
}

int
definition_ids_make_unique(struct definition *d)
{
    struct walk w = {&d->memory, xmlHashCreate(0), xmlHashCreate(0), false};
    int rc = -1;

    if (w.known == NULL || w.given == NULL || visit_all(&w, d) != 0)
        goto done;
    w.renaming = true;
    rc = visit_all(&w, d);
done:
    xmlHashFree(w.given, NULL);
    xmlHashFree(w.known, NULL);
    return rc;
}
