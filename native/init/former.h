/* former.h - what a slot's last generation has left, where the next is to have its PIDs. */
#ifndef FORMER_H
#define FORMER_H

#include "init/supervise.h"

/*
 * Before a next generation of the child `index` begins: false as long as processes of the last one's
 * group have to end first. These get TERM, and the slot's grace until they are killed. Costs one
 * system call where nothing is left; none for a slot's first life.
 */
bool former_is_gone(struct supervisor *supervisor, uint32_t index);

/*
 * A start has failed, with its fault in the slot. True where that was because PIDs of the last
 * generation are still in use, as by a session of which some live: these are ended in the same way,
 * the slot is pending again, and its start to be tried again. After some time in vain the fault is
 * STEP_PID_HELD.
 */
bool former_holds_pid(struct supervisor *supervisor, uint32_t index);

#endif
