/*
 * shape: what a cube's star schema looks like: its dimensions with their levels, the columns it
 * reads from BAM's views, its fact and dimension tables. The one place that says so, for loading
 * and for the cube.
 */
#ifndef ETL_STAR_SHAPE_H
#define ETL_STAR_SHAPE_H

#include "config/base/arena.h"
#include "config/base/moment.h"
#include "config/definition/definition.h"
#include "config/table/table.h"
#include "etl/activity/names.h"

/* A column that is read from the views: a level's or measure's alias or duration, or a range's or
 * progress' label. Each column is read once, whoever wants it. */
struct star_source {
    const char *column;
    enum value_type type;
};

struct star_level {
    const char *name;
    enum value_type type;
    const char *const *labels; /* order of the members where it is not the natural one; NULL */
    size_t label_count;
};

struct star_dimension {
    const struct dimension *definition;
    const char *table;         /* bam_<Cube>_<Dimension> */
    const char *key;           /* <Dimension>_Key, in both tables */
    struct star_level *levels; /* outer to inner */
    size_t level_count;
    size_t *sources; /* data: one a level; otherwise a single one */
};

struct star {
    const struct definition *definition;
    const struct cube *cube;
    struct cube_names names;
    const char *active_view; /* in the primary import */
    struct star_source *sources;
    size_t source_count;
    struct star_dimension *dimensions;
    size_t dimension_count;
    size_t *measured; /* sources that have a fact column, without doubles */
    size_t measured_count;
    struct arena memory;
};

/* <Dimension>_Key: the column of a dimension's key, in its own table and in the facts'. */
char *star_key_name(struct arena *memory, const char *dimension);

/* Derives the shape from the definition. `d` is borrowed for the star's life. */
int star_init(struct star *s, const struct definition *d, const struct cube *c, struct fault *f);
void star_release(struct star *s);

/* Tables; all is allocated in the star's memory. NULL when that runs out. */
const struct table *star_facts_table(struct star *s);
const struct table *star_active_facts_table(struct star *s, const char *name);
const struct table *star_dimension_table(struct star *s, size_t dimension);
const struct table *star_snapshot_table(struct star *s);

/* Room for numbers and times that become the text of a level. */
struct level_texts {
    char text[LIMIT_LEVELS][MOMENT_TEXT_BYTES];
};

/*
 * The members' level values of a row of sources. `levels` gets level_count values; texts are
 * borrowed from the row, `texts` or the definition. Time levels are numbers: the year, the quarter
 * 1 to 4, the month 1 to 12, the week 1 to 54 (week 1 holds 1 January, weeks begin on Sunday, as
 * DATEPART(week) counts), the day of the month (of the year when neither month nor week stands
 * above it), the hour, the minute. Progress levels: the stage's ancestor at each depth; where the
 * stage is less deep, the stage itself.
 */
void star_levels_of(const struct star_dimension *d, const struct value *sources,
    struct level_texts *texts, struct value *levels);

#endif
