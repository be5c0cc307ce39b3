/* supervise.h - what every supervisor does, init or monitor: start, signal and reap its slots. */
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <sys/signalfd.h>

#include "core/pid_map.h"
#include "init/spawn.h"

struct child;

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
	bool helpers_free; /* one more may be made for once, with PIDs of the kernel's choice */
	uint32_t news; /* observed changes that the monitor has not been told of */
	uint32_t exited; /* slots whose process ran and has ended */
	spawn_init_entry *init;
};

/*
 * Opens a supervisor for `count` slots from `first` on in the plan's `owned`. It lasts as long as
 * the caller. Returns -1 with errno.
 */
int supervise_open(struct supervisor *supervisor, struct run *run, uint32_t first, uint32_t count,
		   spawn_init_entry *init);

/* To be called when `starts` is readable: takes note of each start that has got on. */
void supervise_starts(struct supervisor *supervisor);

/* Starts what is desired to run and sends the signals asked for. */
void supervise_desired(struct supervisor *supervisor);

/*
 * Reaps every child that has ended, declared or adopted. Returns false once there is no child
 * left at all.
 */
bool supervise_reap(struct supervisor *supervisor);

/* Wakes the monitor, if these have observed anything since it was last told. */
void supervise_tell(struct supervisor *supervisor);

/* Sends a signal to each running declared process among its slots, as an init forwards it. */
void supervise_forward(struct supervisor *supervisor, int number);

/* Kills every child, adopted ones too, until none is left. For a supervisor that is no PID 1. */
void supervise_kill_all(struct supervisor *supervisor);

/* Blocks every signal but the fatal ones of the caller itself, and returns a signalfd or -1. */
int supervise_signals(void);

#endif
