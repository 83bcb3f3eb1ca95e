#include "config/definition/definition_shape.h"

#include <string.h>

const char *const data_type_names[] = {"NVARCHAR", "DATETIME", "INT", "FLOAT", NULL};
const enum value_type data_types[] = {VALUE_TEXT, VALUE_TIME, VALUE_INT, VALUE_FLOAT};

const char *const measure_function_names[MEASURE_FUNCTION_COUNT] = {
    "Count", "Sum", "Avg", "Min", "Max"};
const char *const time_level_names[TIME_LEVEL_COUNT] = {
    "Year", "Quarter", "Month", "Week", "Day", "Hour", "Minute"};
const char *const dimension_kind_names[] = {
    "DataDimension", "TimeDimension", "NumericRangeDimension", "ProgressDimension", NULL};
const char *const origin_kind_names[] = {"event", "trace", "attribute", NULL};

static const char *const function_choices[] = {"Count", "Sum", "Avg", "Min", "Max", NULL};
static const char *const resolution_choices[] = {"Day", "Hour", "Minute", "Second", NULL};
static const char *const boolean_choices[] = {"true", "false", "1", "0", NULL};

#define NAME_AND_ID                                                                                \
    {"Name", SHAPE_REQUIRED, NULL},                                                                \
    {                                                                                              \
        "ID", SHAPE_REQUIRED, NULL                                                                 \
    }

static const struct shape_attribute named_attributes[] = {NAME_AND_ID, {0}};

/* Leaves that hold the ID of something else. */
static const struct shape checkpoint_ref = {"CheckpointRef", SHAPE_TEXT, NULL, NULL};
static const struct shape from_alias_ref = {"FromAliasRef", SHAPE_TEXT, NULL, NULL};
static const struct shape to_alias_ref = {"ToAliasRef", SHAPE_TEXT, NULL, NULL};
static const struct shape level_alias_ref = {"LevelAliasRef", SHAPE_TEXT, NULL, NULL};
static const struct shape time_level = {"TimeLevel", SHAPE_TEXT, NULL, NULL};
static const struct shape measure_ref = {"MeasureRef", SHAPE_TEXT, NULL, NULL};
static const struct shape dimension_ref = {"DimensionRef", SHAPE_TEXT, NULL, NULL};

static const struct shape checkpoint = {
    "Checkpoint",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        NAME_AND_ID,
        {"DataType", SHAPE_REQUIRED, data_type_names},
        {"DataLength", SHAPE_OPTIONAL, NULL},
        {0},
    },
    NULL,
};

static const struct shape index_shape = {
    "Index",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){{&checkpoint_ref, 0, 1, LIMIT_INDEX_CHECKPOINTS}, {0}},
};

static const struct shape activity = {
    "Activity",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){
        {&checkpoint, 0, 0, LIMIT_CHECKPOINTS},
        {&index_shape, 0, 0, LIMIT_INDEXES},
        {0},
    },
};

static const struct shape alias = {
    "Alias",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){{&checkpoint_ref, 0, 1, 0}, {0}},
};

static const struct shape duration = {
    "Duration",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        NAME_AND_ID,
        {"TimeResolution", SHAPE_REQUIRED, resolution_choices},
        {0},
    },
    (const struct shape_child[]){{&from_alias_ref, 0, 1, 1}, {&to_alias_ref, 1, 1, 1}, {0}},
};

static const struct shape activity_view = {
    "ActivityView",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){NAME_AND_ID, {"ActivityRef", SHAPE_REQUIRED, NULL}, {0}},
    (const struct shape_child[]){{&alias, 0, 0, 0}, {&duration, 0, 0, 0}, {0}},
};

static const struct shape view = {
    "View",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){{&activity_view, 0, 0, 0}, {0}},
};

static const struct shape measure = {
    "Measure",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        NAME_AND_ID,
        {"AliasRef", SHAPE_REQUIRED, NULL},
        {"AggregationFunction", SHAPE_REQUIRED, function_choices},
        {0},
    },
    NULL,
};

static const struct shape data_dimension = {
    "DataDimension",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){{&level_alias_ref, 0, 1, LIMIT_LEVELS}, {0}},
};

static const struct shape time_dimension = {
    "TimeDimension",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){NAME_AND_ID, {"TimeStampAliasRef", SHAPE_REQUIRED, NULL}, {0}},
    (const struct shape_child[]){{&time_level, 0, 1, TIME_LEVEL_COUNT}, {0}},
};

static const struct shape range = {
    "Range",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        NAME_AND_ID,
        {"From", SHAPE_OPTIONAL, NULL},
        {"To", SHAPE_OPTIONAL, NULL},
        {0},
    },
    NULL,
};

static const struct shape range_dimension = {
    "NumericRangeDimension",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){NAME_AND_ID, {"NumericAliasRef", SHAPE_REQUIRED, NULL}, {0}},
    (const struct shape_child[]){{&range, 0, 2, 0}, {0}},
};

static const struct shape stage;
static const struct shape_child nested_stages[] = {{&stage, 0, 0, 0}, {0}};
static const struct shape stage = {
    "ProgressStage",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){NAME_AND_ID, {"TimeStampAliasRef", SHAPE_REQUIRED, NULL}, {0}},
    nested_stages,
};

static const struct shape progress_dimension = {
    "ProgressDimension",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){{&stage, 0, 1, 1}, {0}},
};

static const struct shape aggregation = {
    "RealTimeAggregation",
    SHAPE_ELEMENTS,
    named_attributes,
    (const struct shape_child[]){{&measure_ref, 0, 1, 0}, {&dimension_ref, 0, 1, 0}, {0}},
};

static const struct shape cube = {
    "Cube",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        NAME_AND_ID,
        {"DisplayName", SHAPE_MAY_BE_EMPTY, NULL},
        {"ActivityViewRef", SHAPE_REQUIRED, NULL},
        {"CreateOlapCube", SHAPE_OPTIONAL, boolean_choices},
        {0},
    },
    (const struct shape_child[]){
        {&measure, 0, 1, 0},
        {&data_dimension, 1, 0, 0},
        {&time_dimension, 1, 0, 0},
        {&range_dimension, 1, 0, 0},
        {&progress_dimension, 1, 0, 0},
        {&aggregation, 2, 0, 0},
        {0},
    },
};

static const struct shape alerts = {"Alerts", SHAPE_OPAQUE, NULL, NULL};
static const struct shape extension = {"Extension", SHAPE_OPAQUE, NULL, NULL};

const struct shape definition_shape = {
    "BAMDefinition",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){
        {&activity, 0, 1, 0},
        {&view, 1, 0, 0},
        {&cube, 2, 0, 0},
        {&alerts, 3, 0, 1},
        {&extension, 4, 0, 0},
        {0},
    },
};

const struct shape_space definition_space = {
    (const char *const[]){BAM_URI, BAM_SAMPLE_URI, NULL},
    true,
};

static const struct shape origin = {
    "Origin",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        {"Kind", SHAPE_REQUIRED, origin_kind_names},
        {"Event", SHAPE_MAY_BE_EMPTY, NULL},
        {"Attribute", SHAPE_MAY_BE_EMPTY, NULL},
        {"CheckpointRef", SHAPE_REQUIRED, NULL},
        {0},
    },
    NULL,
};

const struct shape origins_shape = {
    "Origins",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"ActivityRef", SHAPE_REQUIRED, NULL},
        {"Case", SHAPE_OPTIONAL, NULL}, {"Class", SHAPE_OPTIONAL, NULL},
        {"Time", SHAPE_OPTIONAL, NULL}, {0}},
    (const struct shape_child[]){{&origin, 0, 0, 0}, {0}},
};

const struct shape_space origins_space = {(const char *const[]){ORIGINS_URI, NULL}, false};

size_t
table_find(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;

    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}
