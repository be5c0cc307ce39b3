/* decide.h - what shall run and what shall stop: dependencies, ends, time-outs, stop order. */
#ifndef DECIDE_H
#define DECIDE_H

#include "run.h"

/* What the monitor knows of a slot beyond the table; nobody else can write to it. */
struct slot_watch {
	uint32_t waits; /* dependencies that have not come to pass */
	uint8_t seen; /* enum slot_seen */
	bool to_stop; /* waits for its dependents to end, then gets its stop signal */
	uint64_t kill_at; /* CLOCK_MONOTONIC ns; 0: never */
	uint64_t timeout_at;
};

/* Order of a sandbox's life. */
enum box_phase { BOX_ACTIVE, BOX_STOPPING, BOX_ENDING, BOX_DONE };

struct box_watch {
	uint32_t members; /* processes and nested sandboxes that have not ended */
	uint32_t subtree_end; /* sandboxes [own, subtree_end) are this one and those below */
	enum box_phase phase;
	uint64_t timeout_at;
};

struct decide {
	struct run *run;
	struct slot_watch *slots;
	struct box_watch *boxes;
	uint32_t *queue; /* slots whose end is to be dealt with; each is queued once */
	uint32_t queue_first, queue_end;
	uint32_t to_stop_count;
	bool told; /* a desired half changed since the bell was last rung */
	uint64_t next_at; /* earliest time that something is due; 0: nothing is */
};

/* Takes memory for a plan of this size. Errors: STEP_MONITOR_SETUP with ENOMEM. */
int decide_open(struct decide *decide, struct run *run, struct sbx_error *error);

/* Lets everything start that waits for nothing. */
void decide_begin(struct decide *decide);

/* Deals with every change that supervisors have reported. */
void decide_changes(struct decide *decide);

/* Deals with what is due at `now`, and finds what is next. */
void decide_due(struct decide *decide, uint64_t now);

/* Stops the whole run in reverse order; a second call changes nothing. */
void decide_stop(struct decide *decide, enum outcome outcome);

/* Asks for SIGKILL at every slot that lives. */
void decide_kill(struct decide *decide, enum outcome outcome);

bool decide_is_over(const struct decide *decide);

/* Whether a process ended other than asked for. */
bool decide_has_failed(const struct decide *decide);

#endif
