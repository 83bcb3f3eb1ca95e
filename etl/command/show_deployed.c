/*
 * What is deployed: activities, views, cubes and indexes.
 */
#include <string.h>

#include "config/base/log.h"
#include "cube/store.h"
#include "etl/command/show.h"
#include "etl/maintenance/window.h"

bool
show_wants(const struct show *s, const struct activity *a)
{
    return s->activity == NULL || strcmp(s->activity, a->name) == 0;
}

const struct grid_column show_activities_columns[] = {
    {"activity", GRID_TEXT},
    {"checkpoints", GRID_NUMBER},
    {"indexes", GRID_NUMBER},
    {"window", GRID_NUMBER},
    {"unit", GRID_TEXT},
    {"archive", GRID_FLAG},
    {NULL, GRID_TEXT},
};

int
show_activities(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.activity_count; i++) {
        const struct activity *a = &s->definition.activities[i];
        struct window w;

        if (!show_wants(s, a))
            continue;
        if (window_read(s->primary, a->name, &w, f) != 0)
            return -1;
        const struct value row[] = {value_text(a->name), value_int((int64_t)a->checkpoint_count),
            value_int((int64_t)a->index_count), value_int(w.length),
            value_text(window_unit_names[w.unit]), grid_flag(w.archive)};

        if (grid_add(&s->grid, row, f) != 0)
            return -1;
    }
    return 0;
}

const struct grid_column show_views_columns[] = {
    {"view", GRID_TEXT},
    {"activity_view", GRID_TEXT},
    {"activity", GRID_TEXT},
    {"aliases", GRID_NUMBER},
    {"durations", GRID_NUMBER},
    {NULL, GRID_TEXT},
};

static int
add_view(struct show *s, const struct view *v, struct fault *f)
{
    for (size_t k = 0; k < v->activity_view_count; k++) {
        const struct activity_view *av = &v->activity_views[k];
        const struct activity *a = &s->definition.activities[av->activity];
        const struct value row[] = {value_text(v->name), value_text(av->name), value_text(a->name),
            value_int((int64_t)av->alias_count), value_int((int64_t)av->duration_count)};

        if (show_wants(s, a) && grid_add(&s->grid, row, f) != 0)
            return -1;
    }
    return 0;
}

int
show_views(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.view_count; i++) {
        if (add_view(s, &s->definition.views[i], f) != 0)
            return -1;
    }
    return 0;
}

const struct grid_column show_cubes_columns[] = {
    {"cube", GRID_TEXT},
    {"view", GRID_TEXT},
    {"activity", GRID_TEXT},
    {"measures", GRID_NUMBER},
    {"dimensions", GRID_NUMBER},
    {"aggregations", GRID_NUMBER},
    {"olap", GRID_FLAG},
    {"storage", GRID_TEXT},
    {"facts", GRID_NUMBER},
    {"processed", GRID_TIME},
    {NULL, GRID_TEXT},
};

/* What is published of a cube: its storage mode, facts and moment of processing. Until it is
 * processed only the settings say how it will be stored. */
static void
add_stored(struct show *s, const char *name, struct value stored[3])
{
    const struct settings *settings = &s->invocation->site.settings;
    const struct analysis_setting *a = settings->analysis_count > 0 ? settings->analyses : NULL;
    struct fault why = FAULT_INIT;
    struct stored_cube *c;
    int64_t moment;

    stored[0] =
        a == NULL ? value_null() : value_text(storage_mode_name(settings_cube_storage(a, name)));
    stored[1] = stored[2] = value_null();
    if (a == NULL || !cube_exists(a->directory, name))
        return;
    if ((c = cube_open(a->directory, name, &why)) == NULL) {
        log_warning("%s", why.text);
        stored[0] = value_text("damaged");
        return;
    }
    stored[0] = value_text(cube_storage_name(cube_storage_of(c)));
    stored[1] = value_int((int64_t)cube_facts(c, CUBE_PART_ALL));
    if (cube_processed(c, &moment))
        stored[2] = value_time(moment);
    cube_close(c);
}

int
show_cubes(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.cube_count; i++) {
        const struct cube *c = &s->definition.cubes[i];
        const struct activity *a = cube_activity(&s->definition, c);
        struct value row[] = {value_text(c->name), value_text(s->definition.views[c->view].name),
            value_text(a->name), value_int((int64_t)c->measure_count),
            value_int((int64_t)c->dimension_count), value_int((int64_t)c->aggregation_count),
            grid_flag(c->create_olap_cube), value_null(), value_null(), value_null()};

        if (!show_wants(s, a))
            continue;
        if (c->create_olap_cube)
            add_stored(s, c->name, row + 7);
        if (grid_add(&s->grid, row, f) != 0)
            return -1;
    }
    return 0;
}

const struct grid_column show_indexes_columns[] = {
    {"activity", GRID_TEXT},
    {"index", GRID_TEXT},
    {"checkpoints", GRID_TEXT},
    {NULL, GRID_TEXT},
};

static int
add_index(
    struct show *s, const struct activity *a, const struct activity_index *index, struct fault *f)
{
    struct text names = TEXT_INIT;
    int rc;

    for (size_t k = 0; k < index->checkpoints.count; k++)
        text_add_format(
            &names, "%s%s", k == 0 ? "" : ",", a->checkpoints[index->checkpoints.items[k]].name);
    rc = text_check(&names, f);
    if (rc == 0) {
        const struct value row[] = {
            value_text(a->name), value_text(index->name), value_text(text_get(&names))};

        rc = grid_add(&s->grid, row, f);
    }
    text_release(&names);
    return rc;
}

int
show_indexes(struct show *s, struct fault *f)
{
    for (size_t i = 0; i < s->definition.activity_count; i++) {
        const struct activity *a = &s->definition.activities[i];

        for (size_t k = 0; show_wants(s, a) && k < a->index_count; k++) {
            if (add_index(s, a, &a->indexes[k], f) != 0)
                return -1;
        }
    }
    return 0;
}
