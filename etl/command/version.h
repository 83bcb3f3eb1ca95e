/*
 * version: what this program calls itself in files and reports.
 */
#ifndef ETL_COMMAND_VERSION_H
#define ETL_COMMAND_VERSION_H

#define PROGRAM_NAME "nightcube"
#define PROGRAM_VERSION "1.0.0"

#endif
