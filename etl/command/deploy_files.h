/*
 * deploy_files: what goes into the backup behind a deployment besides the databases: the definition
 * as it was given and as all that is deployed, and the job definitions (BAM documentation, "Backing
 * up the BAM databases": databases and job definitions, at each deployment).
 */
#ifndef ETL_COMMAND_DEPLOY_FILES_H
#define ETL_COMMAND_DEPLOY_FILES_H

#include "etl/command/invocation.h"
#include "etl/dump/dump.h"

/*
 * Names in the container: definition.xml or definition.xlsx, deployed.xml, and jobs/NAME for every
 * *.xml and *.xmla of the folder `jobs` beside the settings, where the systemd units look too; the
 * built-in jobs/nightly.xml when there is none of that name. A job file with a password in clear is
 * left out with a warning. All in the invocation's memory.
 */
int deploy_files_gather(
    struct invocation *i, const struct dump_file **files, size_t *count, struct fault *f);

#endif
