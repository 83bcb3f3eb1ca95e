/*
 * process: one processing of a cube, as a transaction. New segments are written beside the old
 * ones, the caller compares their totals with the facts' own, and one commit publishes the
 * completed and the active part together. Until then readers see the old state, and so does the
 * next run after a crash.
 *
 *     p = cube_process_begin(directory, name, CUBE_PROCESS_ADD, &model, &f);
 *     cube_process_window(p, first, last, &f);
 *     b = cube_builder_new(&model, &f);        members, then the window's facts
 *     cube_process_write(p, CUBE_PART_COMPLETED, b, &f);
 *     cube_builder_clear_facts(b);             the snapshot's facts
 *     cube_process_write(p, CUBE_PART_ACTIVE, b, &f);
 *     cube_process_seal(...);                  of each part
 *     cube_process_totals(...);                compare
 *     cube_process_commit(p, now, &f);
 *     cube_process_end(p);
 */
#ifndef CUBE_PROCESS_H
#define CUBE_PROCESS_H

#include <stdint.h>

#include "config/base/arena.h"
#include "config/base/fault.h"
#include "cube/builder.h"
#include "cube/store.h"
#include "cube/totals.h"

/* Unless told otherwise aggregates may be as large as the base cuboid. */
enum { CUBE_BUDGET_PER_CENT = 100 };

/*
 * Makes the aggregates of all segments anew; without any worth keeping, or with 0 per cent, the old
 * ones go. The base cuboids stay as they are. FAULT_LOCKED: the cube is being processed.
 */
int cube_index(const char *directory, const char *name, unsigned per_cent, unsigned threads,
    uint64_t memory_bytes, struct fault *f);

/* Full: both parts anew. Add: a window joins the completed part, the active part is anew. Indexes:
 * see cube_index. */
enum cube_process_kind { CUBE_PROCESS_FULL, CUBE_PROCESS_ADD, CUBE_PROCESS_INDEXES };

struct cube_process;

/*
 * Locks the cube against other processing and removes what a crash left. `model`: for a full
 * processing it becomes the cube's; for an addition it must equal the cube's (FAULT_DATA with a
 * hint when not). A full processing does not mind a damaged manifest: what is there stays until
 * commit, which heals it; the caller says the storage mode. Returns the process, owned by the
 * caller, or NULL: FAULT_LOCKED, FAULT_DATA, ...
 */
struct cube_process *cube_process_begin(const char *directory, const char *name,
    enum cube_process_kind kind, const struct cube_model *model, struct fault *f);

/* A full processing may also change the storage mode. */
void cube_process_storage(struct cube_process *p, enum cube_storage storage);

/*
 * The RecordIDs first .. last of the completed facts to come (last < first: none). When the cube
 * holds some of them already, FAULT_DATA: nothing may be counted twice; begin after the watermark,
 * or process fully. The watermark rises to `last`.
 */
int cube_process_window(struct cube_process *p, int64_t first, int64_t last, struct fault *f);

/* Where the window has to begin: one more than the watermark, 1 for a full processing. */
int64_t cube_process_first(const struct cube_process *p);

/*
 * How large aggregates may be, in per cent of their base cuboid (0: none are made), and how many
 * threads make them (0, as it is by default: the processors there are).
 */
void cube_process_budget(struct cube_process *p, unsigned per_cent, unsigned threads);

/* The memory that merging and aggregates may take (a gibibyte, unless told otherwise): cuboids that
 * do not fit are not made. The caller minds what it builds by itself. */
void cube_process_memory(struct cube_process *p, uint64_t bytes);

/*
 * Writes what was built for a real part and reads it back, verified. Without facts it does nothing.
 * A part may be written in several pieces, from several threads, so that memory stays bounded.
 */
int cube_process_write(
    struct cube_process *p, enum cube_part part, struct cube_builder *b, struct fault *f);

/*
 * The part is written: in the background its pieces become one segment, together with so many
 * smaller ones of nights before that few are left (tiers.h), and the segment gets its aggregates.
 * Commit waits for that, tells when it failed, and seals what was not.
 */
int cube_process_seal(struct cube_process *p, enum cube_part part, struct fault *f);

/* Direct mode: tells how many facts the part has. */
void cube_process_count(struct cube_process *p, enum cube_part part, uint64_t facts);

/* Totals of a real part as it will be published; `only_new`: of what this processing wrote. */
int cube_process_totals(struct cube_process *p, enum cube_part part, bool only_new, struct arena *a,
    struct cube_totals *t, struct fault *f);

/* Publishes by one rename. 0: durable. What is no longer needed is removed afterwards. */
int cube_process_commit(struct cube_process *p, int64_t now_us, struct fault *f);

/* Unlocks and frees; without a commit the new segments are removed. NULL is fine. */
void cube_process_end(struct cube_process *p);

#endif
