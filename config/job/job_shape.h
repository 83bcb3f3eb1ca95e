/*
 * job_shape: the elements and attributes of a job file. config/schema/job.xsd says the same.
 */
#ifndef CONFIG_JOB_JOB_SHAPE_H
#define CONFIG_JOB_JOB_SHAPE_H

#include "config/job/job.h"
#include "config/schema/shape.h"

#define JOB_URI "urn:nightcube:job:1"

extern const struct shape job_shape;
extern const struct shape_space job_space;

/* The attribute that holds a step's target: "Database", "Activity" or "Cube". */
extern const char *const step_target_names[STEP_KIND_COUNT];

/* Values of Type, Frequency (from FREQUENCY_HOURLY on) and History (from HISTORY_PRIMARY on); each
 * table ends with NULL. */
extern const char *const process_choices[];
extern const char *const frequency_names[];
extern const char *const history_names[];

#endif
