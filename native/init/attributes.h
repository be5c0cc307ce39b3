/* attributes.h - what a process has by single numbers of its plan: niceness, signals and the like. */
#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include "core/shared.h"

/*
 * What fields a process has is in src/fields/process-fields.ts, and when each is made so: the
 * macros in gen/tables.gen.h name a function for each, and one that is missing does not compile.
 */

/*
 * Opens the caller's own file for what children inherit by a clone, at FD_OOM_SCORE, where one of its
 * `count` slots from `first` on in the plan's `owned` needs it. Of who may not be looked into the file
 * is root's: `is_alone` says that no workload is there yet that could look meanwhile. Where it cannot
 * be opened, attributes_give says so.
 */
void attributes_open(const struct plan *plan, uint32_t first, uint32_t count, bool is_alone);

/*
 * In the supervisor, before the clone: takes on what the child shall inherit; attributes_take_back
 * after it, also where this failed. Errors: STEP_OOM_SCORE_ADJ.
 */
int attributes_give(const struct image_process *process, int level, struct sbx_error *error);
void attributes_take_back(const struct image_process *process);

/* In the process, while it has the shim's rights. Errors: STEP_NICE. */
int attributes_with_rights(const struct image_process *process, int level,
			   struct sbx_error *error);

/*
 * In the process, after its last change of identity, which clears a parent-death signal. Errors:
 * STEP_PARENT_DEATH_SIGNAL, STEP_IGNORE_SIGNALS.
 */
int attributes_at_exec(const struct image_process *process, int level, struct sbx_error *error);

#endif
