/* children.h - signals for all children of a process, adopted ones too. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "core/sbx.h"

/* One that has not ended. PIDs as level 0 numbers them. */
struct child_process {
	uint32_t pid;
	uint32_t group;
	int directory; /* its own in FD_PROC; a pidfd, too */
};

/* Returns whether it counts. */
typedef bool child_visit(void *context, const struct child_process *child);

/*
 * Visits every child of the caller, or of the process `pid` of level 0 (0: the caller). Each is
 * named by its directory, so no number of an ended one is met. Returns how many counted.
 */
unsigned int children_visit(uint32_t pid, child_visit *visit, void *context);

/*
 * Sends `number` to every child of that process. Returns how many could still take a signal.
 */
unsigned int children_signal(uint32_t pid, int number);

#endif
