/* watchdog.h - the guards: who ends a run whose monitor is dead, stopped or blocked. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <sys/signalfd.h>

#include "core/shared.h"

/* Shared by the guards and the monitor. */
struct watchdog {
	int root_pidfd; /* of the root's init, in the descriptors all of them share; -1: not there yet */
	uint32_t is_over; /* a guard has been killed: the monitor ends the run */
	int lease_fd; /* connection of a client with a lease, in those descriptors; -1: nobody has one */
	uint32_t monitor_pid; /* 0: not there yet */
	uint64_t kill_at; /* CLOCK_MONOTONIC ns: a guard ends the run then; 0: never */
};

/* Whether the run has guards: workloads could hold up or outlive the monitor. */
bool watchdog_is_needed(const struct run *run);

/*
 * Puts the guards above the caller, where the run needs them: the caller becomes the outer one, its
 * child the inner one, and that one's child goes on as the monitor. Returns false in the monitor,
 * and where there are no guards; true in a guard, once nothing of the run lives, with the
 * monitor's exit code. Errors: STEP_MEMORY, STEP_NOTIFY_OPEN, STEP_SIGNALFD, STEP_SUBREAPER,
 * STEP_CLONE_WATCHDOG, STEP_MONITOR_PIDFD: false, with `error`.
 */
bool watchdog_split(struct run *run, int *code, struct sbx_error *error);

/* In the monitor: the inner guard's PID; 0 without one. */
uint32_t watchdog_pid(void);

/* In the monitor: whether a guard has ended before it, so that the run has to end. */
bool watchdog_is_over(void);

/*
 * In the monitor or the inner guard: whether a signal is one that the guard above has passed on, or
 * there is none above. One that is sent to all of them together is meant once.
 */
bool watchdog_takes(const struct signalfd_siginfo *info);

/* In the monitor, at its very end: continues a guard that somebody has stopped. */
void watchdog_wake(void);

/* Which connection the guards look at: they take a monitor that outlives the last lease for blocked. */
void watchdog_set_lease(int fd);

/* The inner guard ends the run at this time, unless it is changed before; 0: it does not. */
void watchdog_set(uint64_t at);

#endif
