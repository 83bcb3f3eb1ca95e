#include "config/settings/settings_shape.h"

static const char *const compression_choices[] = {"zstd", "none", NULL};
static const char *const storage_choices[] = {"memory", "directquery", NULL};
static const char *const encryption_choices[] = {"age", "none", NULL};

static const struct shape_attribute connection_only[] = {{"Connection", SHAPE_REQUIRED, NULL}, {0}};
static const struct shape_attribute file_only[] = {{"File", SHAPE_REQUIRED, NULL}, {0}};

static const struct shape primary = {"PrimaryImport", SHAPE_ELEMENTS, connection_only, NULL};
static const struct shape archive = {"Archive", SHAPE_ELEMENTS, connection_only, NULL};
static const struct shape star = {"StarSchema", SHAPE_ELEMENTS, connection_only, NULL};
static const struct shape other = {
    "Other",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        {"Name", SHAPE_REQUIRED, NULL}, {"Connection", SHAPE_REQUIRED, NULL}, {0}},
    NULL,
};

static const struct shape databases = {
    "Databases",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){
        {&primary, 0, 1, 1}, {&archive, 0, 0, 1}, {&star, 0, 1, 1}, {&other, 0, 0, 0}, {0}},
};

static const struct shape analysis_cube = {
    "Cube",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        {"Name", SHAPE_REQUIRED, NULL}, {"StorageMode", SHAPE_REQUIRED, storage_choices}, {0}},
    NULL,
};

static const struct shape analysis = {
    "Analysis",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        {"Name", SHAPE_REQUIRED, NULL},
        {"Directory", SHAPE_REQUIRED, NULL},
        {"StorageMode", SHAPE_OPTIONAL, storage_choices},
        {"MemoryMiB", SHAPE_OPTIONAL, NULL},
        {"AggregatesPercent", SHAPE_OPTIONAL, NULL},
        {0},
    },
    (const struct shape_child[]){{&analysis_cube, 0, 0, 0}, {0}},
};

static const struct shape recipient = {"Recipient", SHAPE_TEXT, NULL, NULL};
static const struct shape identity = {"Identity", SHAPE_ELEMENTS, file_only, NULL};
static const struct shape keep = {
    "Keep",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        {"Daily", SHAPE_OPTIONAL, NULL},
        {"Weekly", SHAPE_OPTIONAL, NULL},
        {"Monthly", SHAPE_OPTIONAL, NULL},
        {0},
    },
    NULL,
};

static const struct shape backup = {
    "Backup",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){
        {"Store", SHAPE_OPTIONAL, NULL},
        {"Compression", SHAPE_OPTIONAL, compression_choices},
        {"Level", SHAPE_OPTIONAL, NULL},
        {"Encryption", SHAPE_OPTIONAL, encryption_choices},
        {0},
    },
    (const struct shape_child[]){
        {&recipient, 0, 0, 0}, {&identity, 0, 0, 0}, {&keep, 0, 0, 1}, {0}},
};

static const struct shape state = {
    "State",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"Directory", SHAPE_REQUIRED, NULL}, {0}},
    NULL,
};
static const struct shape secrets = {"Secrets", SHAPE_ELEMENTS, file_only, NULL};
static const struct shape metrics = {"Metrics", SHAPE_ELEMENTS, file_only, NULL};
static const struct shape on_failure = {
    "OnFailure",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"Command", SHAPE_REQUIRED, NULL}, {0}},
    NULL,
};

const struct shape settings_shape = {
    "Nightcube",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){
        {&databases, 0, 1, 1},
        {&analysis, 0, 0, 0},
        {&backup, 0, 0, 1},
        {&identity, 0, 0, 0},
        {&state, 0, 0, 1},
        {&secrets, 0, 0, 1},
        {&on_failure, 0, 0, 1},
        {&metrics, 0, 0, 1},
        {0},
    },
};

const struct shape_space settings_space = {(const char *const[]){SETTINGS_URI, NULL}, false};
