/* spawn.h - starting the process of a slot. */
#ifndef SPAWN_H
#define SPAWN_H

#include "core/shared.h"

/*
 * Runs as the first process of a sandbox whose init is the shim; never returns. Set by main, so
 * that spawn does not depend on what an init does.
 */
typedef void spawn_init_entry(struct run *run, uint32_t sandbox);

/*
 * Starts the process of `slot`, a child of the caller, which must be the slot's supervisor.
 *
 * A declared process is running, or has failed, when this returns; an init says so itself. The
 * slot holds its PIDs. Returns the child's PID in the caller's PID namespace, which the caller
 * must reap, also where the start failed after the clone; 0 if there is no child, and then the
 * slot's fault says why.
 */
pid_t spawn_slot(struct run *run, uint32_t slot, spawn_init_entry *init);

#endif
