/* monitor.h - the shim process at level 0 that owns a run. */
#ifndef MONITOR_H
#define MONITOR_H

#include "core/shared.h"

/*
 * Runs the plan to its end: creates the root sandbox, decides what starts and stops when, relays
 * output. The descriptors of run.h must be in place. Returns the exit code: that of
 * the verdict, or SBX_EXIT_HOST where the run could not begin.
 */
int monitor_main(struct run *run);

#endif
