/* verdict.h - whether a run passed: the one place that decides it. */
#ifndef VERDICT_H
#define VERDICT_H

#include "core/table.h"

/*
 * Judges one slot as the table stands now, and writes the results into it: the slot's `failures` (by
 * enum failure), each of its expectations' result, and the exit code where this one makes it worse.
 * Returns whether it failed; final once the slot has ended. For what others watch while a run goes on.
 */
bool verdict_write_slot(const struct plan *plan, struct table *table, uint32_t slot);

/*
 * The same of all slots, from the beginning: the verdict of the run. Called when all has ended, as the
 * end of the run may take away the ground for what was expected.
 */
void verdict_write(const struct plan *plan, struct table *table);

/* Says on stderr which slots failed and in what, where no runner does; faults are not among them. */
void verdict_print(const struct plan *plan, const struct table *table);

/* The exit code of a run whose verdict is `code`, but that was to be traced, and wholly. */
static inline int verdict_with_trace(int code, bool is_whole)
{
	return code == SBX_EXIT_OK && !is_whole ? SBX_EXIT_FAILED : code;
}

#endif
