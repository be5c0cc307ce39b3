/* run_state.h - what the monitor knows of slots and sandboxes, and how it asks something of them. */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include "core/shared.h"
#include "run/lifecycle.h"

/* What the monitor knows of a slot beyond the table; nobody else can write to it. */
struct slot_life {
	uint32_t waits; /* dependencies that are not met */
	uint32_t next_ended; /* in the list of ends to be dealt with; SBX_NONE: the last */
	uint8_t state; /* enum life_state */
	bool to_stop; /* waits for its dependents to end, then gets its stop signal */
	bool returns; /* its next generation follows at its end: the table's word, for supervisors */
	uint8_t events; /* WAIT_EVENT_ that have been: dependents that these meet are met */
	uint64_t kill_at; /* CLOCK_MONOTONIC ns; 0: never */
	uint64_t escalate_at; /* SIGKILL was asked for: what holds it up is killed then */
	uint64_t timeout_at;
	uint64_t stop_ms; /* graces of this one and of what must end before it, at worst */
};

/* Order of a sandbox's life. */
enum sandbox_phase { SANDBOX_ACTIVE, SANDBOX_STOPPING, SANDBOX_ENDING, SANDBOX_DONE };

struct sandbox_life {
	uint32_t members; /* processes and nested sandboxes that have not ended */
	uint32_t until_left; /* ends of what `until` names that are still to come */
	uint32_t subtree_end; /* sandboxes [own, subtree_end) are this one and those below */
	enum sandbox_phase phase;
	uint64_t timeout_at;
};

struct schedule {
	struct run *run;
	struct slot_life *slots;
	struct sandbox_life *sandboxes;
	uint32_t first_ended, last_ended; /* slots whose end is to be dealt with; SBX_NONE: none */
	uint32_t to_stop_count;
	uint32_t created; /* where PIDs are ordered: slots [0, created) have their PIDs */
	bool has_changes; /* a desired half changed since supervisors were last notified */
	uint64_t next_at; /* earliest time that something is due; 0: nothing is */
	uint64_t force_at; /* the root's init is killed then, whatever supervisors do; 0: never */
	uint64_t give_up_at; /* it was killed; what lives then, the kernel cannot end either */
	bool gave_up;
	bool stop_asked; /* the run is to stop; whoever asks once more wants it killed */
	bool kill_asked;
};

/* Bytes of what the monitor knows of a plan, at `slots`. */
size_t state_size(const struct plan *plan);

/* Takes memory for a plan of this size. Errors: STEP_MEMORY. */
int state_open(struct schedule *schedule, struct run *run, struct sbx_error *error);

struct table_slot *state_slot(const struct schedule *schedule, uint32_t slot);
const struct image_sandbox *state_sandbox(const struct schedule *schedule, uint32_t sandbox);

/* Slots [first, end) of the sandbox and of those below it. */
uint32_t state_slot_end(const struct schedule *schedule, uint32_t sandbox);

/* Puts the time `at` into `due`, a time of a slot, a sandbox or the run. */
void state_set_due(struct schedule *schedule, uint64_t *due, uint64_t at);

/*
 * Asks for the start of a slot, held before its program or not. Where the monitor could not hold the
 * descriptors for its output the slot fails at once, with STEP_LOG_PIPE and EMFILE.
 */
void state_start(struct schedule *schedule, uint32_t slot, enum desired desired);

/* Asks a slot's supervisor; it looks once it is notified. */
void state_desire(struct schedule *schedule, uint32_t slot, enum desired desired);
void state_signal(struct schedule *schedule, uint32_t slot, uint32_t number);

/* The same with a signal that a client asks for: of these only SIGKILL is an event of its life. */
void state_send(struct schedule *schedule, uint32_t slot, uint32_t number);

/* Wakes every init, and so only where something has changed. */
void state_notify(struct schedule *schedule);

void state_set_flag(struct schedule *schedule, uint32_t slot, enum slot_flag flag);

/* Sets the run's outcome; the first one counts. */
void state_set_outcome(struct schedule *schedule, enum outcome outcome);

/*
 * An event of a slot: takes it through its life (lifecycle.h), writes it into the ring of the table,
 * and lists its end. `value` is a signal, an exit code or an errno. Returns the effects.
 */
unsigned int state_event(struct schedule *schedule, uint32_t slot, enum slot_event event,
			 uint32_t value);

/* An end, as the table shows it. */
void state_ended(struct schedule *schedule, uint32_t slot);

/* The next slot whose end is to be dealt with; SBX_NONE: there is none. */
uint32_t state_take_ended(struct schedule *schedule);

/* Whether the program of a slot has not been asked for: nothing of it is there, or it is held. */
bool state_is_waiting(const struct schedule *schedule, uint32_t slot);

/* A slot whose program nobody has asked for and nobody will. */
void state_skip(struct schedule *schedule, uint32_t slot);

#endif
