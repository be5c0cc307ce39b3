/* watchdog.h - the guard: who ends a run whose monitor is dead, stopped or blocked. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include "core/shared.h"

/* Shared by the monitor and the guard. */
struct watchdog {
	int root_pidfd; /* of the root's init, in the descriptors both share; -1: not there yet */
	int lease_fd; /* connection of a client with a lease, in those descriptors; -1: nobody has one */
	uint64_t kill_at; /* CLOCK_MONOTONIC ns: the guard ends the run then; 0: never */
};

/*
 * Starts the guard where workloads could hold up or outlive the monitor: where the root's init is a
 * declared process, whose siblings the monitor starts, and where the root has no PID namespace, so
 * that its processes can see the monitor. It kills the root's init once the monitor is dead, once
 * the last lease has ended and the monitor does not end, and at `kill_at`. Elsewhere the kernel does it
 * (PR_SET_PDEATHSIG of the root's init). Errors: STEP_MEMORY, STEP_NOTIFY_OPEN, STEP_CLONE_WATCHDOG.
 */
int watchdog_start(struct run *run, struct sbx_error *error);

/* Whether workloads could hold up the monitor, so that somebody has to watch it. */
bool watchdog_is_needed(const struct run *run);

/* Which connection the guard looks at: it takes a monitor that outlives the last lease for stopped. */
void watchdog_set_lease(int fd);

/* The guard ends the run at this time, unless it is changed before; 0: it does not. */
void watchdog_set(uint64_t at);

#endif
