/*
 * What is stored of the cubes, and why: show cubes --design.
 */
#include <string.h>

#include "cube/explain.h"
#include "etl/command/show.h"

const struct grid_column show_design_columns[] = {
    {"cube", GRID_TEXT},
    {"part", GRID_TEXT},
    {"segment", GRID_NUMBER},
    {"levels", GRID_TEXT},
    {"cells", GRID_NUMBER},
    {"bytes", GRID_NUMBER},
    {"answers", GRID_NUMBER},
    {"why", GRID_TEXT},
    {NULL, GRID_TEXT},
};

/* One sentence for people, from the numbers beside it. */
static void
add_reason(struct text *t, const struct explanation *e, size_t index)
{
    const struct explained *item = &e->items[index];

    if (index == 0)
        text_add_format(t,
            "base cuboid: answers what no smaller one can, %zu of %zu combinations of levels",
            item->answers, e->combinations);
    else
        text_add_format(t, "answers %zu of %zu combinations with %.3g %% of the base's cells",
            item->answers, e->combinations, item->reads);
}

static int
add_cuboids(struct show *s, const char *cube, enum cube_part part, size_t segment,
    const struct explanation *e, struct fault *f)
{
    struct text why = TEXT_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < e->count; i++) {
        const struct explained *item = &e->items[i];

        text_clear(&why);
        add_reason(&why, e, i);
        if ((rc = text_check(&why, f)) == 0) {
            const struct value row[] = {value_text(cube), value_text(cube_part_name(part)),
                value_int((int64_t)segment + 1),
                value_text(item->dimension_count == 0 ? "(all facts)" : item->levels),
                value_int((int64_t)item->cells), value_int((int64_t)item->bytes),
                value_int((int64_t)item->answers), value_text(text_get(&why))};

            rc = grid_add(&s->grid, row, f);
        }
    }
    text_release(&why);
    return rc;
}

static int
add_part(
    struct show *s, struct stored_cube *c, const char *cube, enum cube_part part, struct fault *f)
{
    for (size_t i = 0; i < cube_segment_count(c, part); i++) {
        struct explanation e;

        if (cube_explain(c, part, i, &s->memory, &e, f) != 0 ||
            add_cuboids(s, cube, part, i, &e, f) != 0)
            return -1;
    }
    return 0;
}

/* A cube that was never processed, or is in direct mode, has no segments and no lines. */
static int
add_cube(struct show *s, const char *directory, const char *name, struct fault *f)
{
    struct stored_cube *c;
    int rc;

    if (!cube_exists(directory, name))
        return 0;
    if ((c = cube_open(directory, name, f)) == NULL)
        return -1;
    rc = add_part(s, c, name, CUBE_PART_COMPLETED, f);
    if (rc == 0)
        rc = add_part(s, c, name, CUBE_PART_ACTIVE, f);
    cube_close(c);
    return rc == 0 ? 0 : fault_wrap(f, "cube '%s'", name);
}

int
show_design(struct show *s, struct fault *f)
{
    const struct settings *settings = &s->invocation->site.settings;

    for (size_t i = 0; i < s->definition.cube_count; i++) {
        const struct cube *c = &s->definition.cubes[i];

        for (size_t k = 0;
             show_wants(s, cube_activity(&s->definition, c)) && k < settings->analysis_count; k++) {
            if (add_cube(s, settings->analyses[k].directory, c->name, f) != 0)
                return -1;
        }
    }
    return 0;
}
