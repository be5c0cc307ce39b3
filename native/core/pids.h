/* pids.h - learning, from the kernel, the PID of the calling process at every level. */
#ifndef PIDS_H
#define PIDS_H

#include "core/shared.h"

/* Opens the caller's PID namespace at FD_PIDNS + level. Errors: STEP_PIDNS_OPEN. */
int pids_open_namespace(int level, struct sbx_error *error);

/*
 * Fills pids[0..level] with the caller's own PIDs, outermost first. The namespaces of the levels
 * up to `level` must be open. Errors: STEP_PIDS_READ.
 * Source: ioctl_nsfs(2) from Linux 6.11 on, else the NSpid line of proc_pid_status(5).
 */
int pids_read(int level, uint32_t pids[SBX_PIDS_MAX], struct sbx_error *error);

/* As pids_read, of a child that has not been reaped and lives in the caller's PID namespace. */
int pids_of_child(pid_t child, int level, uint32_t pids[SBX_PIDS_MAX], struct sbx_error *error);

/* As pids_read, of the process that `pidfd` refers to; it may be a zombie, but not be reaped. */
int pids_of_pidfd(int pidfd, int level, uint32_t pids[SBX_PIDS_MAX], struct sbx_error *error);

#endif
