/* starts.h - starts that are under way: a supervisor begins many, and waits for none. */
#ifndef STARTS_H
#define STARTS_H

#include "init/supervise.h"

/* Opens what the supervisor is woken by. Errors: STEP_TIMER, STEP_STARTS_WATCH. */
int starts_open(struct supervisor *supervisor, int level, struct sbx_error *error);

/* Whether a start may begin now. Helpers have the same reserved PIDs, so one is there at a time. */
bool starts_may_begin(const struct supervisor *supervisor, uint32_t slot);

/* Begins the start of the child `index`, which is pending. */
void starts_begin(struct supervisor *supervisor, uint32_t index);

/* Lets the waiting process of a start go on. Where the word cannot be sent, the start has failed. */
void starts_answer(struct supervisor *supervisor, uint32_t index);

/* Takes all that a start has said; ends it where its socket has ended. */
void starts_take(struct supervisor *supervisor, uint32_t index);

/*
 * The start is over: the program runs, or the slot holds a fault. Whoever has a PID is reaped, and
 * then says how it ended; where there is none it has failed now.
 */
void starts_end(struct supervisor *supervisor, uint32_t index);

/* Some starts wait: they are looked at again after a pause, whatever the others do. */
void starts_arm_pause(struct supervisor *supervisor);

#endif
