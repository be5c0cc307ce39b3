/* run_state.h - what the monitor knows of slots and sandboxes, and how it asks something of them. */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include "core/shared.h"

enum slot_seen { SEEN_NOTHING, SEEN_START, SEEN_END };

/* What the monitor knows of a slot beyond the table; nobody else can write to it. */
struct slot_watch {
	uint32_t waits; /* dependencies that have not come to pass */
	uint8_t seen; /* enum slot_seen */
	bool to_stop; /* waits for its dependents to end, then gets its stop signal */
	uint64_t kill_at; /* CLOCK_MONOTONIC ns; 0: never */
	uint64_t escalate_at; /* SIGKILL was asked for: what holds it up is killed then */
	uint64_t timeout_at;
	uint64_t stop_ms; /* graces of this one and of what must end before it, at worst */
};

/* Order of a sandbox's life. */
enum box_phase { BOX_ACTIVE, BOX_STOPPING, BOX_ENDING, BOX_DONE };

struct box_watch {
	uint32_t members; /* processes and nested sandboxes that have not ended */
	uint32_t until_left; /* ends of what `until` names that are still to come */
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
	uint32_t created; /* where PIDs are ordered: slots [0, created) have their PIDs */
	bool told; /* a desired half changed since the bell was last rung */
	uint64_t next_at; /* earliest time that something is due; 0: nothing is */
	uint64_t force_at; /* the root's init is killed then, whatever supervisors do; 0: never */
	uint64_t give_up_at; /* it was killed; what lives then, the kernel cannot end either */
	bool gave_up;
};

/* Takes memory for a plan of this size. Errors: STEP_MEMORY. */
int watch_open(struct decide *decide, struct run *run, struct sbx_error *error);

struct table_slot *watch_state(const struct decide *decide, uint32_t slot);
const struct image_sandbox *watch_box(const struct decide *decide, uint32_t box);

/* Slots [first, end) of the sandbox and of those below it. */
uint32_t watch_slot_end(const struct decide *decide, uint32_t box);

/* Puts the time `at` into `place`, a field of a watch. */
void watch_due_at(struct decide *decide, uint64_t *place, uint64_t at);

/*
 * Asks for the start of a slot, held before its program or not. Where the monitor could not hold the
 * descriptors for its output the slot fails at once, with STEP_LOG_PIPE and EMFILE.
 */
void watch_start(struct decide *decide, uint32_t slot, enum desired desired);

/* Asks a slot's supervisor; it looks once the bell has rung. */
void watch_desire(struct decide *decide, uint32_t slot, enum desired desired);
void watch_signal(struct decide *decide, uint32_t slot, uint32_t number);

/* The bell wakes every init, so it rings only for news. */
void watch_ring(struct decide *decide);

void watch_set_flag(struct decide *decide, uint32_t slot, enum slot_flag flag);

/* Sets the run's outcome; the first one counts. */
void watch_set_outcome(struct decide *decide, enum outcome outcome, uint32_t slot);

/* One slot fewer that has neither started nor been given up. */
void watch_count_settled(struct decide *decide);

/* Queues the end of a slot: it ended, failed, or is marked as never to start. */
void watch_queue_end(struct decide *decide, uint32_t slot);

/* Whether the program of a slot has not been asked for: nothing of it is there, or it is held. */
bool watch_is_waiting(const struct decide *decide, uint32_t slot);

/* A slot whose program nobody has asked for and nobody will. */
void watch_skip(struct decide *decide, uint32_t slot);

#endif
