/* userns.h - a user namespace, and the namespaces it owns, made beside the init that uses them. */
#ifndef USERNS_H
#define USERNS_H

#include "core/shared.h"

/*
 * Makes the new user namespace of `sandbox`, with the other new namespaces (PID aside) owned by it,
 * and moves the caller into those others, but not into the user namespace: its descriptor is left
 * at FD_USERNS for the processes to enter.
 *
 * So the caller keeps its rights over the PID namespaces above, and can go on requesting PIDs at
 * every level; inside the new user namespace clone3 would refuse that with EPERM.
 *
 * A short-lived child makes the namespaces; the caller maps its ids, joins, and reaps it.
 * `proc_fd` is a procfs in which the child is seen under the number that clone3 returns.
 * Errors: STEP_HELPER_SOCKET, STEP_CLONE_HELPER, STEP_HELPER_LOST, STEP_USERNS_OPEN, STEP_JOIN, and those of idmap_write.
 */
int userns_make(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error);

#endif
