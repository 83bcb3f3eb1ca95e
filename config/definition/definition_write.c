#include "config/base/markup.h"
#include "config/base/number.h"
#include "config/definition/definition.h"
#include "config/definition/definition_ids.h"
#include "config/definition/definition_shape.h"
#include "config/definition/verbatim.h"

static void
open_named(struct markup_writer *w, const char *element, const char *name, const char *id)
{
    markup_open(w, element, NULL);
    markup_set(w, "Name", name);
    markup_set(w, "ID", id);
}

static void
write_checkpoint_refs(
    struct markup_writer *w, const struct activity *a, const struct index_list *checkpoints)
{
    for (size_t i = 0; i < checkpoints->count; i++)
        markup_leaf(w, "CheckpointRef", a->checkpoints[checkpoints->items[i]].id);
}

static void
write_activity(struct markup_writer *w, const struct activity *a)
{
    open_named(w, "Activity", a->name, a->id);
    for (size_t i = 0; i < a->checkpoint_count; i++) {
        const struct checkpoint *c = &a->checkpoints[i];

        open_named(w, "Checkpoint", c->name, c->id);
        markup_set(w, "DataType", data_type_name(c->type));
        if (c->type == VALUE_TEXT)
            markup_set_format(w, "DataLength", "%d", c->length);
        markup_close(w, "Checkpoint");
    }
    for (size_t i = 0; i < a->index_count; i++) {
        open_named(w, "Index", a->indexes[i].name, a->indexes[i].id);
        write_checkpoint_refs(w, a, &a->indexes[i].checkpoints);
        markup_close(w, "Index");
    }
    markup_close(w, "Activity");
}

static void
write_activity_view(
    struct markup_writer *w, const struct definition *d, const struct activity_view *v)
{
    const struct activity *a = &d->activities[v->activity];

    open_named(w, "ActivityView", v->name, v->id);
    markup_set(w, "ActivityRef", a->id);
    for (size_t i = 0; i < v->alias_count; i++) {
        open_named(w, "Alias", v->aliases[i].name, v->aliases[i].id);
        write_checkpoint_refs(w, a, &v->aliases[i].checkpoints);
        markup_close(w, "Alias");
    }
    for (size_t i = 0; i < v->duration_count; i++) {
        const struct duration *t = &v->durations[i];

        open_named(w, "Duration", t->name, t->id);
        markup_set(w, "TimeResolution", t->resolution);
        markup_leaf(w, "FromAliasRef", v->aliases[t->from_alias].id);
        markup_leaf(w, "ToAliasRef", v->aliases[t->to_alias].id);
        markup_close(w, "Duration");
    }
    markup_close(w, "ActivityView");
}

static void
write_view(struct markup_writer *w, const struct definition *d, const struct view *v)
{
    open_named(w, "View", v->name, v->id);
    for (size_t i = 0; i < v->activity_view_count; i++)
        write_activity_view(w, d, &v->activity_views[i]);
    markup_close(w, "View");
}

static const char *
column_id(const struct activity_view *v, struct view_column column)
{
    return column.is_duration ? v->durations[column.index].id : v->aliases[column.index].id;
}

static void
write_ranges(struct markup_writer *w, const struct dimension *d)
{
    char number[NUMBER_TEXT_BYTES];

    for (size_t i = 0; i < d->range_count; i++) {
        const struct range *r = &d->ranges[i];

        open_named(w, "Range", r->name, r->id);
        if (r->has_from)
            markup_set(w, "From", number_format_double(r->from, number));
        if (r->has_to)
            markup_set(w, "To", number_format_double(r->to, number));
        markup_close(w, "Range");
    }
}

/* Stages stand parents before children, so a stage closes when one of its depth or above follows.
 */
static void
write_stages(struct markup_writer *w, const struct activity_view *v, const struct dimension *d)
{
    for (size_t i = 0; i < d->stage_count; i++) {
        const struct stage *stage = &d->stages[i];
        int next_depth = i + 1 < d->stage_count ? d->stages[i + 1].depth : 0;

        open_named(w, "ProgressStage", stage->name, stage->id);
        markup_set(w, "TimeStampAliasRef", v->aliases[stage->timestamp_alias].id);
        for (int depth = stage->depth; depth >= next_depth; depth--)
            markup_close(w, "ProgressStage");
    }
}

static void
write_dimension(struct markup_writer *w, const struct activity_view *v, const struct dimension *d)
{
    const char *element = dimension_kind_names[d->kind];

    open_named(w, element, d->name, d->id);
    if (d->kind == DIMENSION_TIME)
        markup_set(w, "TimeStampAliasRef", v->aliases[d->timestamp_alias].id);
    if (d->kind == DIMENSION_RANGE)
        markup_set(w, "NumericAliasRef", column_id(v, d->numeric));
    for (size_t i = 0; i < d->level_count; i++)
        markup_leaf(w, "LevelAliasRef", column_id(v, d->levels[i]));
    for (size_t i = 0; i < d->time_level_count; i++)
        markup_leaf(w, "TimeLevel", time_level_names[d->time_levels[i]]);
    write_ranges(w, d);
    write_stages(w, v, d);
    markup_close(w, element);
}

static void
write_aggregation(
    struct markup_writer *w, const struct cube *c, const struct real_time_aggregation *a)
{
    open_named(w, "RealTimeAggregation", a->name, a->id);
    for (size_t i = 0; i < a->measures.count; i++)
        markup_leaf(w, "MeasureRef", c->measures[a->measures.items[i]].id);
    for (size_t i = 0; i < a->dimensions.count; i++)
        markup_leaf(w, "DimensionRef", c->dimensions[a->dimensions.items[i]].id);
    markup_close(w, "RealTimeAggregation");
}

static void
write_cube(struct markup_writer *w, const struct definition *d, const struct cube *c)
{
    const struct activity_view *v = cube_activity_view(d, c);

    open_named(w, "Cube", c->name, c->id);
    if (c->display_name != NULL)
        markup_set(w, "DisplayName", c->display_name);
    markup_set(w, "ActivityViewRef", v->id);
    if (!c->create_olap_cube)
        markup_set(w, "CreateOlapCube", "false");
    for (size_t i = 0; i < c->measure_count; i++) {
        const struct measure *m = &c->measures[i];

        open_named(w, "Measure", m->name, m->id);
        markup_set(w, "AliasRef", column_id(v, m->source));
        markup_set(w, "AggregationFunction", measure_function_names[m->function]);
        markup_close(w, "Measure");
    }
    for (size_t i = 0; i < c->dimension_count; i++)
        write_dimension(w, v, &c->dimensions[i]);
    for (size_t i = 0; i < c->aggregation_count; i++)
        write_aggregation(w, c, &c->aggregations[i]);
    markup_close(w, "Cube");
}

static void
write_verbatim(struct markup_writer *w, const struct definition *d, bool alerts)
{
    for (size_t i = 0; i < d->verbatim_count; i++) {
        if (verbatim_is_alerts(d->verbatim[i]) == alerts)
            markup_verbatim(w, d->verbatim[i]);
    }
}

static void
write_origins(struct markup_writer *w, const struct activity *a)
{
    markup_open(w, "Extension", NULL);
    markup_open(w, "Origins", ORIGINS_URI);
    markup_set(w, "ActivityRef", a->id);
    if (a->case_column != NULL)
        markup_set(w, "Case", a->case_column);
    if (a->class_column != NULL)
        markup_set(w, "Class", a->class_column);
    if (a->time_column != NULL)
        markup_set(w, "Time", a->time_column);
    for (size_t i = 0; i < a->origin_count; i++) {
        const struct origin *o = &a->origins[i];

        markup_open(w, "Origin", NULL);
        markup_set(w, "Kind", origin_kind_names[o->kind]);
        if (o->event != NULL)
            markup_set(w, "Event", o->event);
        if (o->attribute != NULL)
            markup_set(w, "Attribute", o->attribute);
        markup_set(w, "CheckpointRef", a->checkpoints[o->checkpoint].id);
        markup_close(w, "Origin");
    }
    markup_close(w, "Origins");
    markup_close(w, "Extension");
}

static void
write_document(struct markup_writer *w, const struct definition *d)
{
    markup_open(w, "BAMDefinition", BAM_URI);
    for (size_t i = 0; i < d->activity_count; i++)
        write_activity(w, &d->activities[i]);
    for (size_t i = 0; i < d->view_count; i++)
        write_view(w, d, &d->views[i]);
    for (size_t i = 0; i < d->cube_count; i++)
        write_cube(w, d, &d->cubes[i]);
    write_verbatim(w, d, true);
    write_verbatim(w, d, false);
    for (size_t i = 0; i < d->activity_count; i++) {
        if (d->activities[i].origin_count > 0)
            write_origins(w, &d->activities[i]);
    }
    markup_close(w, "BAMDefinition");
}

int
definition_write(const struct definition *d, struct text *xml, struct fault *f)
{
    struct definition copy = DEFINITION_INIT;
    struct findings list = FINDINGS_INIT("copy");
    struct markup_writer w;
    int rc = -1;

    /* IDs are made unique in a copy: the caller's definition stays as it is. */
    if (definition_merge(&copy, d, &list, f) != 0)
        goto done;
    if (definition_ids_make_unique(&copy) != 0) {
        fault_set_memory(f);
        goto done;
    }
    markup_begin(&w, xml);
    write_document(&w, &copy);
    rc = markup_finish(&w, f);
done:
    findings_release(&list);
    definition_release(&copy);
    return rc;
}
