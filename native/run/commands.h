/* commands.h - what clients ask of the run and of its slots. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "run/control.h"
#include "run/run_state.h"

/*
 * Carries out a command that can be meant. Returns 0, or its errno: that of generation.h for `start`
 * and `restart`, of waits.h for `wait`.
 */
int commands_carry_out(struct schedule *schedule, const struct request *request);

#endif
