/*
 * show: the lists of the command `show`, one function each.
 */
#ifndef ETL_COMMAND_SHOW_H
#define ETL_COMMAND_SHOW_H

#include "etl/command/grid.h"
#include "etl/command/invocation.h"

/* What a list is made from. */
struct show {
    struct invocation *invocation;
    struct db *primary;
    struct definition definition;
    const char *activity; /* --activity, deployed; NULL: all */
    struct grid grid;
    struct arena memory; /* of the rows */
};

/* Does the filter let this activity through? */
bool show_wants(const struct show *s, const struct activity *a);

/* Each adds its rows to s->grid. */
int show_activities(struct show *s, struct fault *f);
int show_views(struct show *s, struct fault *f);
int show_cubes(struct show *s, struct fault *f);
int show_levels(struct show *s, struct fault *f);
int show_measures(struct show *s, struct fault *f);
int show_design(struct show *s, struct fault *f);
int show_indexes(struct show *s, struct fault *f);
int show_windows(struct show *s, struct fault *f);
int show_partitions(struct show *s, struct fault *f);
int show_trail(struct show *s, struct fault *f);
int show_changes(struct show *s, struct fault *f);
int show_incomplete(struct show *s, struct fault *f);
int show_accounts(struct show *s, struct fault *f);

/* The roles of all analysis databases; asks nothing of the primary import. */
int show_roles(struct invocation *i, struct fault *f);

/* Their columns, up to one without a name. */
extern const struct grid_column show_activities_columns[], show_views_columns[],
    show_cubes_columns[], show_design_columns[], show_levels_columns[], show_measures_columns[],
    show_indexes_columns[], show_windows_columns[], show_partitions_columns[], show_trail_columns[],
    show_changes_columns[], show_incomplete_columns[], show_accounts_columns[],
    show_roles_columns[];

#endif
