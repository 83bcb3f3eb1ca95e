/*
 * process: a cube's facts from the star schema into its cube files.
 */
#ifndef ETL_STAR_PROCESS_H
#define ETL_STAR_PROCESS_H

#include "config/job/job.h"
#include "config/settings/settings.h"
#include "cube/model.h"
#include "cube/store.h"
#include "etl/odbc/db.h"
#include "etl/star/shape.h"

struct process_result {
    const char *how;    /* "full", "added", "indexed", "cleared", "directquery" */
    uint64_t completed; /* facts read into the completed part now; in DirectQuery mode all of it */
    uint64_t active;
    uint64_t null_keys;  /* facts at an unknown member */
    uint64_t bad_values; /* measure values that are no finite number of their type: taken as NULL */
};

/* The cube's model; everything lives in the star's memory. NULL when that runs out. */
const struct cube_model *process_model(struct star *s, struct fault *f);

/* What is to be done, and where. */
struct process_order {
    const char *directory; /* the analysis database's; it and the cube are created */
    enum process_type type;
    enum cube_storage storage;
    const struct analysis_setting *limits; /* of memory and aggregates; NULL: the defaults */
};

/*
 * Processes one cube. In DirectQuery mode the star schema is the cube: its files only get the model
 * and the number of facts, whatever the type. Otherwise ProcessDefault adds what is new where the
 * cube fits its facts, and builds anew where not. ProcessData builds without aggregates,
 * ProcessIndexes makes those of what is built. Before anything is published the cube's totals
 * (facts, values, sums, smallest and largest) are compared with the star schema's own: FAULT_DATA
 * names what differs, and the old state stays. What does not fit into the memory that the limits
 * allow goes to disk.
 */
int process_cube(struct db *star, struct star *s, const struct process_order *order,
    struct process_result *result, struct fault *f);

#endif
