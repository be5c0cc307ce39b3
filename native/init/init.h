/* init.h - the shim as init of a sandbox. */
#ifndef INIT_H
#define INIT_H

#include "core/shared.h"

/* Runs the monitor, upon a stack that inits will begin at the same place of. Returns its exit code. */
int init_with_base(struct run *run, int (*monitor)(struct run *run));

/*
 * The life of an init after its sandbox is built: PID 1 of the PID namespace, or a child subreaper
 * where the sandbox has none of its own. Starts its slots, reaps, forwards signals, until it is
 * desired to stop or the monitor is dead. Never returns; its end ends all in its PID namespace.
 */
void init_main(struct run *run, uint32_t sandbox);

#endif
