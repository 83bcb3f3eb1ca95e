/*
 * definition: a BAM definition as data (activities, views, cubes), read from and written to BAM's
 * XML.
 *
 * In the file things refer to each other by XML ID; here they refer by index, so that documents can
 * be merged and renamed freely. Everything lives in the definition's arena. Rules and names follow
 * the published schema of BAM definitions (BAMDefinition, BizTalk Server documentation).
 */
#ifndef CONFIG_DEFINITION_DEFINITION_H
#define CONFIG_DEFINITION_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "config/base/findings.h"
#include "config/base/text.h"
#include "config/base/value.h"

#define NO_INDEX ((size_t)-1)

/* Documented limits of BAM, which we meet on both sides. */
enum {
    LIMIT_CHECKPOINTS = 1000,
    LIMIT_INDEXES = 245,
    LIMIT_DATA_LENGTH = 4000,
    LIMIT_INDEX_CHECKPOINTS = 16,
    LIMIT_LEVELS = 64,
    LIMIT_ACTIVITY_NAME = 48,
    LIMIT_VIEW_NAME = 18,
    LIMIT_CUBE_NAME = 20,
    LIMIT_DIMENSION_NAME = 20,
    LIMIT_LEVEL_NAME = 20,
    LIMIT_MEASURE_NAME = 20,
    LIMIT_CHECKPOINT_NAME = 50,
    LIMIT_ALIAS_NAME = 50,
    LIMIT_INDEX_NAME = 100,
    LIMIT_DURATION_NAME = 100,
    LIMIT_ACTIVITY_ID = 128 /* characters of an ActivityID value */
};

/* NVARCHAR is VALUE_TEXT, DATETIME VALUE_TIME, INT VALUE_INT, FLOAT VALUE_FLOAT. */
struct checkpoint {
    const char *name;
    const char *id;
    enum value_type type;
    int length; /* characters, NVARCHAR only, else 0 */
    int line;   /* in the source document, 0 when unknown; so below */
};

struct index_list {
    size_t *items;
    size_t count;
};

struct activity_index {
    const char *name;
    const char *id;
    struct index_list checkpoints;
    int line;
};

/* Where a checkpoint's values come from in a foreign event log; kept by `define` in an Extension.
 */
enum origin_kind {
    ORIGIN_EVENT_CLASS,     /* first time of an event of that class */
    ORIGIN_TRACE_ATTRIBUTE, /* attribute of the trace, column constant per case */
    ORIGIN_EVENT_ATTRIBUTE, /* attribute of an event: `event.attribute`, or any event's when event
                             * is NULL; the last non-NULL value stays */
    ORIGIN_KIND_COUNT
};

struct origin {
    enum origin_kind kind;
    const char *event; /* event class as the log writes it; NULL: any */
    const char
        *attribute; /* attribute or column as the log writes it; NULL for ORIGIN_EVENT_CLASS */
    size_t checkpoint;
};

struct activity {
    const char *name;
    const char *id;
    struct checkpoint *checkpoints;
    size_t checkpoint_count;
    struct activity_index *indexes;
    size_t index_count;
    struct origin *origins;
    size_t origin_count;
    /* Columns of a long CSV, where they are not the customary ones; NULL: they are. */
    const char *case_column, *class_column, *time_column;
    int line;
};

/* The value is the first of the checkpoints that is not NULL. All have one type. */
struct alias {
    const char *name;
    const char *id;
    struct index_list checkpoints;
    int line;
};

/* to - from in seconds, a FLOAT, whatever `resolution` (for display only) says. */
struct duration {
    const char *name;
    const char *id;
    const char *resolution; /* Day, Hour, Minute, Second */
    size_t from_alias;
    size_t to_alias;
    int line;
};

/* A column of an activity view: an alias or a duration. */
struct view_column {
    bool is_duration;
    size_t index;
};

struct activity_view {
    const char *name;
    const char *id;
    size_t activity; /* into definition.activities */
    struct alias *aliases;
    size_t alias_count;
    struct duration *durations;
    size_t duration_count;
    int line;
};

struct view {
    const char *name;
    const char *id;
    struct activity_view *activity_views;
    size_t activity_view_count;
    int line;
};

enum measure_function {
    MEASURE_COUNT,
    MEASURE_SUM,
    MEASURE_AVG,
    MEASURE_MIN,
    MEASURE_MAX,
    MEASURE_FUNCTION_COUNT
};

struct measure {
    const char *name;
    const char *id;
    enum measure_function function;
    struct view_column source;
    int line;
};

enum dimension_kind {
    DIMENSION_DATA,
    DIMENSION_TIME,
    DIMENSION_RANGE,
    DIMENSION_PROGRESS,
    DIMENSION_KIND_COUNT
};

enum time_level {
    TIME_YEAR,
    TIME_QUARTER,
    TIME_MONTH,
    TIME_WEEK,
    TIME_DAY,
    TIME_HOUR,
    TIME_MINUTE,
    TIME_LEVEL_COUNT
};

/* The member of a range dimension for values in none of its ranges. */
#define OUT_OF_RANGE "Out of range"

struct range {
    const char *name;
    const char *id;
    bool has_from, has_to;
    double from; /* inclusive */
    double to;   /* exclusive */
    int line;
};

/* Stages in document order, parents before children. */
struct stage {
    const char *name;
    const char *id;
    size_t timestamp_alias;
    size_t parent; /* into the dimension's stages, NO_INDEX for the root */
    int depth;     /* root = 0 */
    int line;
};

struct dimension {
    enum dimension_kind kind;
    const char *name;
    const char *id;
    struct view_column *levels; /* DIMENSION_DATA, outer to inner */
    size_t level_count;
    size_t timestamp_alias; /* DIMENSION_TIME */
    enum time_level *time_levels;
    size_t time_level_count;
    struct view_column numeric; /* DIMENSION_RANGE */
    struct range *ranges;
    size_t range_count;
    struct stage *stages; /* DIMENSION_PROGRESS */
    size_t stage_count;
    int line;
};

struct real_time_aggregation {
    const char *name;
    const char *id;
    struct index_list measures;
    struct index_list dimensions;
    int line;
};

struct cube {
    const char *name;
    const char *id;
    const char *display_name; /* NULL when absent */
    size_t view;              /* into definition.views */
    size_t activity_view;     /* into that view */
    bool create_olap_cube;    /* false: real-time aggregation only */
    struct measure *measures;
    size_t measure_count;
    struct dimension *dimensions;
    size_t dimension_count;
    struct real_time_aggregation *aggregations;
    size_t aggregation_count;
    int line;
};

struct definition {
    struct arena memory;
    struct activity *activities;
    size_t activity_count;
    struct view *views;
    size_t view_count;
    struct cube *cubes;
    size_t cube_count;
    const char *
        *verbatim; /* Alerts and foreign Extension elements, as XML text that stands alone */
    size_t verbatim_count;
};

#define DEFINITION_INIT                                                                            \
    {                                                                                              \
        .memory = ARENA_INIT                                                                       \
    }

/* Names in files: "DATETIME", "Count", "DataDimension", "Year" ...; tables in order of their enums.
 */
extern const char *const measure_function_names[MEASURE_FUNCTION_COUNT];
extern const char *const time_level_names[TIME_LEVEL_COUNT];
const char *data_type_name(enum value_type type);

void definition_release(struct definition *d);

/*
 * Reads a document in any encoding libxml2 knows (exports are UTF-16LE with a byte order mark), in
 * either namespace, children in the root's namespace or in none. What is wrong goes to `list`, with
 * lines: not well-formed XML, unknown elements and references, every broken rule of the schema and
 * every limit. Returns 0; -1 with FAULT_DATA when anything was found (the fault counts, `list`
 * tells), FAULT_NO_INPUT or FAULT_IO when it cannot be read. `d` is empty then. No network, no
 * entities, at most 16 MiB.
 */
int definition_read(struct definition *d, const char *path, struct findings *list, struct fault *f);
int definition_read_text(
    struct definition *d, const char *xml, size_t length, struct findings *list, struct fault *f);

/*
 * Writes the document in UTF-8 (BizTalk namespace, two-space indentation, schema order, same input
 * same bytes). IDs that occur twice (after a merge) get a number behind. 0, or -1 with a fault.
 */
int definition_write(const struct definition *d, struct text *xml, struct fault *f);

/*
 * Adds a copy of everything in `from`. Whatever has a name that is taken goes to `list` and -1 is
 * returned; `into` is to be thrown away then.
 */
int definition_merge(
    struct definition *into, const struct definition *from, struct findings *list, struct fault *f);

/*
 * What is deployed after an update: a copy of `whole` in which the activities, views and cubes of
 * `from` take the place of those of the same name, or are added. An update adds checkpoints and
 * indexes and makes NVARCHAR longer, it never drops, renames, retypes or shortens one: that goes to
 * `list`, and -1 is returned. Indexes, views and cubes that `from` does not name stay; a view that
 * would take away what such a cube reads is refused. Origins stay when the activity in `from` has
 * none.
 * `result` must be empty, and is so after a failure.
 */
int definition_update(const struct definition *whole, const struct definition *from,
    struct definition *result, struct findings *list, struct fault *f);

/*
 * A copy of `whole` without one activity or one view (the other name is NULL); the cubes over a
 * view go with it. An unknown name, or an activity that views still depend on, goes to `list`, and
 * -1 is returned.
 */
int definition_without(const struct definition *whole, const char *activity, const char *view,
    struct definition *result, struct findings *list, struct fault *f);

/* A copy of `whole` without one index of an activity; FAULT_DATA when one of the names is unknown.
 * `result` must be empty, and is so after a failure. */
int definition_without_index(const struct definition *whole, const char *activity,
    const char *index, struct definition *result, struct findings *list, struct fault *f);

/* Finders by name; NULL (NO_INDEX) when there is none. */
const struct activity *definition_find_activity(const struct definition *d, const char *name);
const struct view *definition_find_view(const struct definition *d, const char *name);
const struct cube *definition_find_cube(const struct definition *d, const char *name);
size_t activity_find_checkpoint(const struct activity *a, const char *name);
size_t activity_find_index(const struct activity *a, const char *name);

/* The activity view a cube reads, its activity, and the column a measure or level stands for. */
const struct activity_view *cube_activity_view(const struct definition *d, const struct cube *c);
const struct activity *cube_activity(const struct definition *d, const struct cube *c);
const char *view_column_name(const struct activity_view *v, struct view_column column);
enum value_type view_column_type(
    const struct definition *d, const struct activity_view *v, struct view_column column);

#endif
