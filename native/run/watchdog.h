/* watchdog.h - who ends a run whose root sandbox has a process of its own as init, after the monitor. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include "core/shared.h"

/*
 * Where the root's init is a declared process, starts the guard: a child that waits for the death of
 * the monitor, its caller, and then kills that process, and so the whole PID namespace. Where it is
 * the shim, nothing is needed. Errors: STEP_MEMORY, STEP_CLONE_WATCHDOG.
 */
int guard_start(struct run *run, struct sbx_error *error);

#endif
