/* timens.h - time namespaces: made, set and entered by the first process of a sandbox. */
#ifndef TIMENS_H
#define TIMENS_H

#include "core/shared.h"

/*
 * Where the plan has a time namespace for the sandbox, makes it with its offsets and enters it, so
 * that all of the sandbox, its init too, have its clocks. The clocks of a namespace can be set only
 * before the first process is in it: a clone with CLONE_NEWTIME would be. Our own times stay those of
 * the monitor, see sys_now. Errors: STEP_TIME_MAKE, STEP_TIME_OFFSETS, STEP_TIME_ENTER.
 * Source: time_namespaces(7).
 */
int timens_make(const struct run *run, uint32_t sandbox, struct sbx_error *error);

/* The caller has entered the time namespace of `sandbox` by setns: its own times stay as before. */
void timens_entered(const struct run *run, uint32_t sandbox);

#endif
