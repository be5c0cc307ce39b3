/* generation.h - the lives of a slot's process after the first one. */
#ifndef GENERATION_H
#define GENERATION_H

#include "run/run_state.h"

/*
 * The process of `slot` is to live again: at once if it has ended, or at its end if it is being
 * stopped. Returns 0, or an errno: EALREADY where it lives, or is going to; ESHUTDOWN where its sandbox
 * is at its end; EOPNOTSUPP of the process that is its sandbox's init, with which the sandbox ends.
 */
int generation_start(struct schedule *schedule, uint32_t slot);

/*
 * The same, but a process that lives is stopped first, as by its own stop. EALREADY where it has not
 * started yet, or is being restarted.
 */
int generation_restart(struct schedule *schedule, uint32_t slot);

/* The slot has ended, and another life of it was asked for: that begins, and true is returned. */
bool generation_follows(struct schedule *schedule, uint32_t slot);

/* The process gets its stop signal, and does not live again, whatever was asked for before. */
void generation_stop(struct schedule *schedule, uint32_t slot);

/* No further life follows: a stop is stronger than a restart. */
void generation_cancel(struct schedule *schedule, uint32_t slot);

/* A next generation that its supervisor has not begun need not be any more. */
void generation_withdraw(struct schedule *schedule, uint32_t slot);

#endif
