/* join.h - putting processes into sandboxes whose PID 1 is a declared process. */
#ifndef JOIN_H
#define JOIN_H

#include "init/spawn.h"

/*
 * Clones the short-lived helper that enters the namespaces from the supervisor's down and makes the
 * process there, with the supervisor as its parent. Returns the helper's PID, or 0 with the fault in
 * the slot.
 */
pid_t join_clone(struct spawn *spawn, bool reserved_pids);

/*
 * In the first process of `sandbox`: sends `message` to the supervisor, with the descriptors of the
 * sandbox's namespaces, so that helpers can enter them although nobody may look into this process
 * before its program runs. Returns -1 with errno.
 */
int join_send(const struct run *run, uint32_t sandbox, const struct start_message *message);

/*
 * In the supervisor: takes one message from `start`; descriptors that come along are kept for the
 * helpers that enter `sandbox`. Returns 1, 0 at the end of the socket, -1 with errno (EAGAIN: none
 * yet).
 */
int join_receive(const struct run *run, int start, uint32_t sandbox, struct start_message *message);

/* In the supervisor: the first process of `sandbox` has ended, and nobody can enter it any more. */
void join_forget(const struct run *run, uint32_t sandbox);

#endif
