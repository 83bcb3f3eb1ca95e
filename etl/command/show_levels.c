/*
 * What a query can name: the levels and the measures of each cube.
 */
#include "etl/command/show.h"
#include "etl/star/process.h"

const struct grid_column show_levels_columns[] = {
    {"cube", GRID_TEXT},
    {"dimension", GRID_TEXT},
    {"level", GRID_TEXT},
    {"members", GRID_TEXT},
    {NULL, GRID_TEXT},
};

const struct grid_column show_measures_columns[] = {
    {"cube", GRID_TEXT},
    {"measure", GRID_TEXT},
    {"function", GRID_TEXT},
    {"of", GRID_TEXT},
    {NULL, GRID_TEXT},
};

/* The names of the members where the definition lists them, otherwise their type. */
static int
add_level(struct show *s, const char *cube, const struct cube_dimension *d,
    const struct cube_level *level, struct fault *f)
{
    struct text members = TEXT_INIT;
    int rc;

    for (size_t i = 0; i < level->label_count; i++)
        text_add_format(&members, i == 0 ? "%s" : ", %s", level->labels[i]);
    if (level->label_count == 0)
        text_add(&members, level->type == VALUE_INT ? "whole numbers" : "texts");
    rc = text_check(&members, f);
    if (rc == 0) {
        const struct value row[] = {value_text(cube), value_text(d->name), value_text(level->name),
            value_text(text_get(&members))};

        rc = grid_add(&s->grid, row, f);
    }
    text_release(&members);
    return rc;
}

static int
add_levels(struct show *s, const char *cube, const struct cube_model *m, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; i < m->dimension_count; i++) {
        for (size_t k = 0; rc == 0 && k < m->dimensions[i].level_count; k++)
            rc = add_level(s, cube, &m->dimensions[i], &m->dimensions[i].levels[k], f);
    }
    return rc;
}

static int
add_measures(struct show *s, const char *cube, const struct cube_model *m, struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < m->measure_count; i++) {
        const struct cube_measure *measure = &m->measures[i];
        const struct value row[] = {value_text(cube), value_text(measure->name),
            value_text(cube_function_name(measure->function)),
            value_text(
                measure->function == CUBE_COUNT ? "facts" : m->sources[measure->source].name)};

        rc = grid_add(&s->grid, row, f);
    }
    return rc;
}

static int
for_each_model(struct show *s,
    int (*add)(struct show *, const char *, const struct cube_model *, struct fault *),
    struct fault *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < s->definition.cube_count; i++) {
        const struct cube *c = &s->definition.cubes[i];
        const struct cube_model *model;
        struct star shape;

        if (!c->create_olap_cube || !show_wants(s, cube_activity(&s->definition, c)))
            continue;
        if (star_init(&shape, &s->definition, c, f) != 0)
            return -1;
        model = process_model(&shape, f);
        rc = model == NULL ? -1 : add(s, c->name, model, f);
        star_release(&shape);
    }
    return rc;
}

int
show_levels(struct show *s, struct fault *f)
{
    return for_each_model(s, add_levels, f);
}

int
show_measures(struct show *s, struct fault *f)
{
    return for_each_model(s, add_measures, f);
}
