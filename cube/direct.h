/*
 * direct: a question to a cube in direct mode, whose facts lie in a database. The cube makes a plan
 * of it, somebody who knows the database finds the groups, and they become the same result that a
 * cube in memory gives: exactly where the groups' own sums are exact.
 */
#ifndef CUBE_DIRECT_H
#define CUBE_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/query.h"
#include "cube/tally.h"
#include "cube/value_set.h"

/* Only facts with one of these members of the level; one of them may be NULL, the unknown one. */
struct direct_filter {
    struct cube_level_ref level;
    struct value *members; /* at least one */
    size_t count;
};

/* Which facts, grouped by what, and what is wanted of each group besides the number of its facts.
 */
struct direct_plan {
    const struct cube_model *model;
    enum cube_part part;
    const struct cube_level_ref *levels; /* none: a single group */
    size_t level_count;
    const struct direct_filter *filters; /* all of them must let a fact through */
    size_t filter_count;
    const unsigned *keeps;   /* of each source: CUBE_KEEP_ bits */
    const bool *is_measured; /* of each source: its non-NULL values count, and what it keeps */
};

/* Where groups are put. */
struct direct_groups;

/* One group, or a part of one: it may come in several pieces. A member for each level of the plan;
 * a finding for each source, of which only the measured ones are looked at. */
int direct_groups_add(struct direct_groups *to, const struct value *members, uint64_t facts,
    const struct tally_finding *findings, struct fault *f);

/* The database's side. All calls for one question see the same state of the facts. */
struct direct_facts {
    void *state;
    /* Calls direct_groups_add for each group that has facts. */
    int (*find_groups)(
        void *state, const struct direct_plan *plan, struct direct_groups *to, struct fault *f);
    /* Adds the members of a level that there are, whether or not they have facts now. */
    int (*find_members)(void *state, const struct cube_model *m, struct cube_level_ref level,
        struct value_set *to, struct fault *f);
    /* Has any fact of the whole cube this member? 1, 0, or -1. */
    int (*has_member)(void *state, const struct cube_model *m, struct cube_level_ref level,
        const struct value *member, struct fault *f);
};

/* As cube_query_run, on facts that lie elsewhere. */
int cube_query_facts(const struct cube_model *m, const struct cube_query *q,
    const struct direct_facts *facts, struct cube_result *r, struct fault *f);

#endif
