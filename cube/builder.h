/*
 * builder: facts in, base cuboid out.
 *
 * Members are registered by surrogate key, then facts are added: a row is one key for each
 * dimension, then one value for each source, in the model's order. A bad key or value never stops a
 * build: the fact goes to the unknown member (all levels NULL), the value counts as NULL, and both
 * are counted.
 */
#ifndef CUBE_BUILDER_H
#define CUBE_BUILDER_H

#include <stdint.h>

#include "config/base/fault.h"
#include "config/base/value.h"
#include "cube/model.h"

struct cuboid;
struct cube_builder;

/* Everything but the last two is about the facts added since the last clearing. */
struct cube_build_counts {
    uint64_t facts;
    uint64_t null_keys;      /* NULL instead of a key: the unknown member */
    uint64_t unknown_keys;   /* a key that no member was registered under, or no integer */
    uint64_t bad_values;     /* infinite, not a number, or of a type the source cannot take */
    uint64_t bad_members;    /* level values of a wrong type, taken as NULL */
    uint64_t duplicate_keys; /* keys registered again with other values; the first stays */
};

/* A new builder with a copy of the (checked) model, owned by the caller; NULL with a fault. */
struct cube_builder *cube_builder_new(const struct cube_model *model, struct fault *f);
void cube_builder_free(struct cube_builder *b); /* NULL is fine */

/* Registers a member of a dimension under a key; one value for each level, NULL or of its type. Two
 * keys with the same values are one member. 0, or -1 (memory; FAULT_DATA: a text that is too long).
 */
int cube_builder_member(struct cube_builder *b, size_t dimension, int64_t key,
    const struct value *levels, struct fault *f);

/* Adds one fact. An INT source also takes a FLOAT that is whole, a FLOAT source an INT. */
int cube_builder_add(struct cube_builder *b, const struct value *row, struct fault *f);

/* Adds all facts that a source has. */
int cube_builder_pull(struct cube_builder *b, const struct row_source *source, struct fault *f);

/* Facts are counted in batches: counts the last ones. 0, or -1 with what failed. Adding tells it
 * too, but later than it happened. */
int cube_builder_finish(struct cube_builder *b, struct fault *f);

/* The memory that the facts' cells take; members are not in it. */
size_t cube_builder_bytes(const struct cube_builder *b);

/* Forgets the facts, with the memory of their cells, and their counts; keeps the members, for the
 * next piece or part of the same cube. */
void cube_builder_clear_facts(struct cube_builder *b);

const struct cube_build_counts *cube_builder_counts(const struct cube_builder *b);

/* The shares of one dimension in unknown_keys and of one source in bad_values. */
uint64_t cube_builder_unknown_keys(const struct cube_builder *b, size_t dimension);
uint64_t cube_builder_bad_values(const struct cube_builder *b, size_t source);

const struct cube_model *cube_builder_model(const struct cube_builder *b);

/* What was built so far, all of it after cube_builder_finish; borrowed. */
const struct cuboid *cube_builder_cuboid(const struct cube_builder *b);

#endif
