/*
 * define_draft: a definition in the making. Private to define.c and define_*.c.
 */
#ifndef ETL_EVENT_DEFINE_DRAFT_H
#define ETL_EVENT_DEFINE_DRAFT_H

#include "config/definition/definition.h"
#include "etl/event/survey.h"

/* A DATETIME checkpoint that says how far an instance has come. */
struct milestone {
    size_t checkpoint;
    double order;  /* lesser comes earlier */
    double begins; /* the greatest is the start */
    double ends;   /* how sure it is the end where it stands; 0: never */
    double weight; /* how often it occurs */
};

/* A checkpoint made of a column. */
struct attribute {
    size_t checkpoint;
    const struct survey_column *column;
};

struct draft {
    struct definition *d; /* borrowed, so below */
    const struct survey *s;
    struct activity *activity; /* in d, and so below */
    struct milestone *milestones;
    size_t milestone_count;
    struct attribute *attributes;
    size_t attribute_count;
    size_t start;    /* checkpoint of the start milestone, NO_INDEX when there is none */
    size_t duration; /* in the activity view; NO_INDEX when there is none */
};

/* Each adds its part; the aliases of the view are the checkpoints in order, then others. */
int draft_add_activity(struct draft *b, const char *name, struct fault *f);
int draft_add_view(struct draft *b, struct fault *f);
int draft_add_cube(struct draft *b, struct fault *f);

#endif
