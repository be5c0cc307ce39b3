/* userns.h - a user namespace, and the namespaces it owns, made beside the init that uses them. */
#ifndef USERNS_H
#define USERNS_H

#include "core/shared.h"

/*
 * Makes the new user namespace of `sandbox`, a child of that of the sandbox around it, with the other
 * new namespaces (PID aside) owned by it, and moves the caller into those others, but not into the
 * user namespace: its descriptor is left at FD_USERNS for the processes to enter.
 *
 * So the caller keeps its rights over the PID namespaces above, and can go on requesting PIDs at
 * every level; inside the new user namespace clone3 would refuse that with EPERM.
 *
 * Short-lived children make the namespaces and map the ids. Processes of the sandboxes above may see
 * and signal them, so they have nothing of the host, and are ended by SIGKILL.
 * Errors: STEP_CLONE_HELPER, STEP_USERNS_MAKE, STEP_USERNS_ENTER, STEP_PROC_PID_OPEN, STEP_NAMESPACES_MAKE, and those of
 * idmap_write. Source: user_namespaces(7).
 */
int userns_make(const struct run *run, uint32_t sandbox, struct sbx_error *error);

#endif
