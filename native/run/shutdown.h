/* shutdown.h - how processes, sandboxes and the run are brought to an end, and in what order. */
#ifndef SHUTDOWN_H
#define SHUTDOWN_H

#include "run/run_state.h"

/* After SIGKILL was asked for; supervisors need some of it where thousands are killed. */
#define ESCALATE_MS 500u

/* Signals those whose dependents have all ended, the last in plan order first. */
void end_stop_ready(struct schedule *schedule);

/*
 * The process of `slot` gets its stop signal now, whatever depends on it: for a time-out of its own,
 * and for a client. One that waits for its start never starts.
 */
void end_stop_slot(struct schedule *schedule, uint32_t slot);

/* Stops a sandbox and those below it; each ends once its members have. */
void stop_sandbox(struct schedule *schedule, uint32_t sandbox);

/* A sandbox without members has nobody's end to wait for: it is done as soon as it stands. */
void end_if_empty(struct schedule *schedule, uint32_t sandbox);

/* The sandbox is gone: its init has ended. */
void end_sandbox_done(struct schedule *schedule, uint32_t sandbox);

/* `slot` is the process, or the init of the nested sandbox, that ended. */
void end_member_ended(struct schedule *schedule, uint32_t sandbox, uint32_t slot);

/* The same slot lives again: the sandbox has that member, and waits for its end if `until` names it. */
void end_member_returns(struct schedule *schedule, uint32_t sandbox, uint32_t slot);

/* The init is dead, and so is all in its PID namespace: the kernel saw to it. */
void end_init_ended(struct schedule *schedule, uint32_t sandbox);

/* Stops the whole run in reverse order; a second call changes nothing. */
void end_run(struct schedule *schedule, enum outcome outcome);

/* The run is to stop, or, where it was asked before, to be killed. */
void end_ask(struct schedule *schedule);

/* The runner or a guard is dead: the run must not outlive it, and is no success. */
void end_at_once(struct schedule *schedule);

/*
 * Asks the supervisors for SIGKILL of every slot that lives, and kills the root's init shortly after
 * if the run has not ended by then.
 */
void end_kill(struct schedule *schedule, enum outcome outcome);

/*
 * SIGKILL was asked for and the process of `slot` lives: its supervisor is stopped, or waits for a
 * process that is. So the init of its sandbox is killed, or of the one above, and in the end the
 * root's. Where the whole run is to end, the root's at once.
 */
void end_escalate(struct schedule *schedule, uint32_t slot);

/* How long an orderly stop of the whole run takes at worst: the longest chain of graces. ms. */
uint64_t end_longest_ms(struct schedule *schedule);

/* Kills the root's init by its pidfd: the one way to the end that needs no other process. */
void end_force(struct schedule *schedule);

#endif
