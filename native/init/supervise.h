/* supervise.h - what every supervisor does, init or monitor: start, signal and reap its slots. */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <sys/signalfd.h>

#include "core/pid_map.h"
#include "init/spawn.h"


/*
 * One slot of the supervisor's. In memory of its own: what the shared table says of PIDs is for
 * readers, and no signal is sent by it.
 */
struct child {
	pid_t pid; /* the process; 0: not there, or not known yet */
	pid_t last_pid; /* the process's, also when it has ended; 0: none has been there */
	uint32_t last_outermost; /* the same at level 0 */
	pid_t helper; /* makes the process; 0: none, or reaped */
	pid_t second_helper;
	int start; /* our end of the socket of its start; -1: none is under way */
	bool is_held; /* it has its PIDs, and waits to be let on to its program */
	bool group_was_stopped; /* its process group got its stop signal */
	uint8_t tries; /* to take what its start has said, in vain */
	uint64_t former_until; /* CLOCK_MONOTONIC ns: then what it left is killed; 0: not looked for */
};

/*
 * A shim process that starts and reaps slots: the init of a sandbox, or the monitor. Level-
 * triggered: it compares what is desired with what it observed and acts, so no order is lost.
 */
struct supervisor {
	struct run *run;
	uint32_t first; /* its range in the plan's `owned` */
	uint32_t count;
	struct child *children; /* one a slot of the range */
	struct pid_map pids;
	int starts; /* epoll: readable once a start has got on; the caller waits for it, too */
	int pause; /* timer in `starts`: starts that wait are looked at again */
	uint32_t starting; /* starts under way */
	uint32_t starts_max; /* as many may be */
	uint32_t helpers; /* that live, or have not been reaped */
	bool hands_down; /* since it last looked, what it hands down is as it was */
	bool helpers_free; /* one more may be made for once, with PIDs of the kernel's choice */
	uint32_t pending_events; /* observed changes of which the monitor has not been notified */
	uint32_t exited; /* slots whose process ran and has ended */
	uint32_t idle; /* slots [0, idle) of its range are known to have ended */
	spawn_init_entry *init;
};

/*
 * Opens a supervisor for `count` slots from `first` on in the plan's `owned`. It lasts as long as
 * the caller, which is at `level`. Errors: STEP_MEMORY, STEP_TIMER, STEP_EPOLL.
 */
int supervise_open(struct supervisor *supervisor, struct run *run, uint32_t first, uint32_t count,
		   spawn_init_entry *init, int level, struct sbx_error *error);

/* The slot of the supervisor's child `index`. */
uint32_t supervise_slot(const struct supervisor *supervisor, uint32_t index);

/*
 * A child of the slot has ended: its process, or a helper. `status` as from wait4(2); a bare signal
 * number is that of who was killed.
 */
void supervise_exited(struct supervisor *supervisor, uint32_t index, pid_t pid, int status);

/*
 * Whether the PID 1 of a slot's sandbox, a declared process, has ended or is about to: the kernel
 * kills and waits for all others before it reports that one, and lets nobody in any more.
 * Source: pid_namespaces(7).
 */
bool supervise_sandbox_ends(const struct run *run, uint32_t slot);

/* To be called when `starts` is readable: takes note of each start that has got on. */
void supervise_starts(struct supervisor *supervisor);

/* Starts what is desired to run and sends the signals asked for. */
void supervise_desired(struct supervisor *supervisor);

/* Whether nobody of the slot is there: neither its process nor a helper. */
bool supervise_is_vacant(const struct child *child);

/*
 * Reaps every child that has ended, declared or adopted. Returns false once there is no child
 * left at all.
 */
bool supervise_reap(struct supervisor *supervisor);

/* Wakes the monitor if there are observed changes since it was last notified. */
void supervise_notify(struct supervisor *supervisor);

/* Sends a signal to each running declared process among its slots, as an init forwards it. */
void supervise_forward(struct supervisor *supervisor, int number);

/* Whether each of its slots has ended, or will never start. */
bool supervise_is_idle(struct supervisor *supervisor);

/* Children of its slots that have not been reaped. */
uint32_t supervise_alive(const struct supervisor *supervisor);

/* Kills every child, adopted ones too, until none is left. For a supervisor that is no PID 1. */
void supervise_kill_all(struct supervisor *supervisor);

/* Blocks every signal but the fatal ones of the caller itself, and returns a signalfd or -1. */
int supervise_signals(void);

#endif
