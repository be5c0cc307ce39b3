/* mount.h - the mounts of a sandbox's new mount namespace. */
#ifndef MOUNT_H
#define MOUNT_H

#include "core/shared.h"

/*
 * Makes a procfs of the caller's PID namespace that is not mounted anywhere yet. Done before the
 * sandbox's mount namespace is entered: there the procfs above may be locked under read-only
 * covers, and the kernel then refuses a new one as too revealing. Source: mount_too_revealing in
 * fs/namespace.c. Returns a descriptor or -1; errors: STEP_MOUNT_PROC.
 */
int mount_open_proc(int level, struct sbx_error *error);

/* Whether a sandbox above has a mount namespace of the run's own: then all is private already. */
bool mount_has_own_above(const struct plan *plan, uint32_t sandbox);

/* Makes every mount private and, with root_kind host, read-only. STEP_ROOT_READONLY. */
int mount_root(const struct run *run, uint32_t sandbox, struct sbx_error *error);

/* Makes the sandbox's mounts in order. `proc_fd` is from mount_open_proc, or -1. */
int mount_all(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error);

#endif
