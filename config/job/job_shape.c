#include "config/job/job_shape.h"

const char *const step_kind_names[STEP_KIND_COUNT] = {
    [STEP_BACKUP_DATABASE] = "BackupDatabase",
    [STEP_BACKUP_ANALYSIS] = "BackupAnalysis",
    [STEP_MAINTAIN_DATA] = "MaintainData",
    [STEP_LOAD_STAR_SCHEMA] = "LoadStarSchema",
    [STEP_PROCESS_CUBE] = "ProcessCube",
    [STEP_TRUNCATE_FACTS] = "TruncateFacts",
    [STEP_PURGE_CUBE] = "PurgeCube",
    [STEP_RESTORE] = "Restore",
};

const char *const step_target_names[STEP_KIND_COUNT] = {
    [STEP_BACKUP_DATABASE] = "Database",
    [STEP_BACKUP_ANALYSIS] = "Database",
    [STEP_MAINTAIN_DATA] = "Activity",
    [STEP_LOAD_STAR_SCHEMA] = "Cube",
    [STEP_PROCESS_CUBE] = "Cube",
    [STEP_TRUNCATE_FACTS] = "Cube",
    [STEP_PURGE_CUBE] = "Cube",
    [STEP_RESTORE] = "File",
};

const char *const process_type_names[PROCESS_TYPE_COUNT] = {
    "ProcessDefault", "ProcessFull", "ProcessData", "ProcessIndexes", "ProcessAdd", "ProcessClear"};

const char *const frequency_names[] = {"hourly", "daily", "weekly", "monthly", NULL};
const char *const history_names[] = {"PrimaryImport", "PrimaryImport+Archive", "None", NULL};

const char *const process_choices[] = {"ProcessDefault", "ProcessFull", "ProcessData",
    "ProcessIndexes", "ProcessAdd", "ProcessClear", NULL};
static const char *const error_choices[] = {"stop", "continue", NULL};
static const char *const boolean_choices[] = {"true", "false", NULL};

#define STEP(target)                                                                               \
    {"Name", SHAPE_REQUIRED, NULL}, {target, SHAPE_REQUIRED, NULL},                                \
    {                                                                                              \
        "OnError", SHAPE_OPTIONAL, error_choices                                                   \
    }

static const struct shape_attribute backup_attributes[] = {
    STEP("Database"), {"Frequency", SHAPE_OPTIONAL, frequency_names}, {0}};
static const struct shape_attribute maintain_attributes[] = {
    STEP("Activity"), {"BackupArchive", SHAPE_OPTIONAL, boolean_choices}, {0}};
static const struct shape_attribute load_attributes[] = {
    STEP("Cube"), {"History", SHAPE_OPTIONAL, history_names}, {0}};
static const struct shape_attribute process_attributes[] = {
    STEP("Cube"), {"Type", SHAPE_OPTIONAL, process_choices}, {0}};
static const struct shape_attribute cube_attributes[] = {STEP("Cube"), {0}};

static const struct shape backup_database = {
    "BackupDatabase", SHAPE_ELEMENTS, backup_attributes, NULL};
static const struct shape backup_analysis = {
    "BackupAnalysis", SHAPE_ELEMENTS, backup_attributes, NULL};
static const struct shape maintain = {"MaintainData", SHAPE_ELEMENTS, maintain_attributes, NULL};
static const struct shape load = {"LoadStarSchema", SHAPE_ELEMENTS, load_attributes, NULL};
static const struct shape process = {"ProcessCube", SHAPE_ELEMENTS, process_attributes, NULL};
static const struct shape truncate_facts = {"TruncateFacts", SHAPE_ELEMENTS, cube_attributes, NULL};
static const struct shape purge = {"PurgeCube", SHAPE_ELEMENTS, cube_attributes, NULL};

const struct shape job_shape = {
    "Job",
    SHAPE_ELEMENTS,
    (const struct shape_attribute[]){{"Name", SHAPE_REQUIRED, NULL}, {0}},
    (const struct shape_child[]){
        {&backup_database, 0, 0, 0},
        {&backup_analysis, 0, 0, 0},
        {&maintain, 0, 0, 0},
        {&load, 0, 0, 0},
        {&process, 0, 0, 0},
        {&truncate_facts, 0, 0, 0},
        {&purge, 0, 0, 0},
        {0},
    },
};

const struct shape_space job_space = {(const char *const[]){JOB_URI, NULL}, false};
