/* scheduler.h - what shall run: dependencies, what ends mean, time-outs. */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "run/run_state.h"

/* Lets everything start that waits for nothing. */
void schedule_begin(struct schedule *schedule);

/* Deals with every change that supervisors have reported. */
void schedule_changes(struct schedule *schedule);

/* Deals with what is due at `now`, and finds what is next. */
void schedule_due(struct schedule *schedule, uint64_t now);

bool schedule_is_over(const struct schedule *schedule);

#endif
