/* scheduler.h - what shall run: dependencies, what ends mean, time-outs. */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "run/run_state.h"

/* Lets everything start that waits for nothing. */
void decide_begin(struct decide *decide);

/* Deals with every change that supervisors have reported. */
void decide_changes(struct decide *decide);

/* Deals with what is due at `now`, and finds what is next. */
void decide_due(struct decide *decide, uint64_t now);

bool decide_is_over(const struct decide *decide);

#endif
