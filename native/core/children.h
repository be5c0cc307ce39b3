/* children.h - signals for all children of a process, adopted ones too. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "core/sbx.h"

/*
 * Sends `number` to every child of the caller, or of the process `pid` of level 0 (0: the caller).
 * Each is named by its directory in FD_PROC, so no number of an ended one is met. Returns how many
 * were there and could still take a signal; a zombie is not counted.
 */
unsigned int children_signal(uint32_t pid, int number);

#endif
