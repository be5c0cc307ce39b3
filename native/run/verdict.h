/* verdict.h - whether a run passed: the one place that decides it. */
#ifndef VERDICT_H
#define VERDICT_H

#include "core/table.h"

/*
 * In what a slot has failed so far: bits by enum failure; 0: in nothing, or it is not judged. What
 * it says is final once the slot has ended. Reads plan and table, and changes neither.
 */
uint32_t verdict_of_slot(const struct plan *plan, const struct table *table, uint32_t slot);

/*
 * Judges every slot and every expectation as the table stands now, and writes the results into it:
 * each slot's `failures`, each expectation's result, and the exit code. Called when all has started
 * (what has ended is judged) and when all has ended.
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
