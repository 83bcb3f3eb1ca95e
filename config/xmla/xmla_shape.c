#include "config/xmla/xmla_shape.h"

static const char *const boolean_choices[] = {"true", "false", "1", "0", NULL};

static const struct shape database_id = {"DatabaseID", SHAPE_TEXT, NULL, NULL};
static const struct shape cube_id = {"CubeID", SHAPE_TEXT, NULL, NULL};
static const struct shape database_name = {"DatabaseName", SHAPE_TEXT, NULL, NULL};
static const struct shape file = {"File", SHAPE_TEXT, NULL, NULL};
static const struct shape password = {"Password", SHAPE_TEXT, NULL, NULL};
static const struct shape security = {"Security", SHAPE_TEXT, NULL, NULL};
static const struct shape allow_overwrite = {"AllowOverwrite", SHAPE_TEXT, NULL, NULL};
static const struct shape apply_compression = {"ApplyCompression", SHAPE_TEXT, NULL, NULL};
static const struct shape remote_partitions = {"BackupRemotePartitions", SHAPE_TEXT, NULL, NULL};
static const struct shape type = {"Type", SHAPE_TEXT, NULL, NULL};
static const struct shape write_back = {"WriteBackTableCreation", SHAPE_TEXT, NULL, NULL};

static const struct shape backup_object = {
    "Object",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){{&database_id, 0, 1, 1}, {0}},
};
static const struct shape process_object = {
    "Object",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){{&database_id, 0, 1, 1}, {&cube_id, 0, 0, 1}, {0}},
};

const struct shape xmla_backup = {
    "Backup",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){
        {&backup_object, 0, 1, 1},
        {&file, 0, 1, 1},
        {&password, 0, 0, 1},
        {&security, 0, 0, 1},
        {&allow_overwrite, 0, 0, 1},
        {&apply_compression, 0, 0, 1},
        {&remote_partitions, 0, 0, 1},
        {0},
    },
};

const struct shape xmla_restore = {
    "Restore",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){
        {&database_name, 0, 0, 1},
        {&database_id, 0, 0, 1},
        {&file, 0, 1, 1},
        {&password, 0, 0, 1},
        {&security, 0, 0, 1},
        {&allow_overwrite, 0, 0, 1},
        {0},
    },
};

const struct shape xmla_process = {
    "Process",
    SHAPE_ELEMENTS,
    NULL,
    (const struct shape_child[]){
        {&process_object, 0, 1, 1}, {&type, 0, 0, 1}, {&write_back, 0, 0, 1}, {0}},
};

static const struct shape parallel = {
    "Parallel",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"MaxParallel", SHAPE_OPTIONAL, NULL}, {0}},
    (const struct shape_child[]){{&xmla_process, 0, 1, 0}, {0}},
};

const struct shape xmla_batch = {
    "Batch",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"Transaction", SHAPE_OPTIONAL, boolean_choices},
        {"ProcessAffectedObjects", SHAPE_OPTIONAL, boolean_choices}, {0}},
    (const struct shape_child[]){
        {&xmla_backup, 0, 0, 0},
        {&xmla_restore, 0, 0, 0},
        {&xmla_process, 0, 0, 0},
        {&parallel, 0, 0, 0},
        {0},
    },
};

const struct shape_space xmla_space = {(const char *const[]){XMLA_URI, NULL}, false};
