/* shutdown.h - how processes, sandboxes and the run are brought to an end, and in what order. */
#ifndef SHUTDOWN_H
#define SHUTDOWN_H

#include "run/run_state.h"

/* Signals those whose dependents have all ended, the last in plan order first. */
void end_stop_ready(struct decide *decide);

/* The process of `slot` gets its stop signal as soon as nothing depends on it any more. */
void end_mark_to_stop(struct decide *decide, uint32_t slot);

/* Stops a sandbox and those below it; each ends once its members have. */
void end_stop_box(struct decide *decide, uint32_t box);

/* A sandbox without members has nobody's end to wait for: it is done as soon as it stands. */
void end_if_empty(struct decide *decide, uint32_t box);

/* The sandbox is gone: its init has ended. */
void end_box_done(struct decide *decide, uint32_t box);

/* `slot` is the process, or the init of the nested sandbox, that ended. */
void end_member_ended(struct decide *decide, uint32_t box, uint32_t slot);

/* The init is dead, and so is all in its PID namespace: the kernel saw to it. */
void end_init_ended(struct decide *decide, uint32_t box);

/* Stops the whole run in reverse order; a second call changes nothing. */
void end_run(struct decide *decide, enum outcome outcome);

/* Asks for SIGKILL at every slot that lives. */
void end_kill(struct decide *decide, enum outcome outcome);

#endif
