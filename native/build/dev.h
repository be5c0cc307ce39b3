/* dev.h - the minimal /dev of a sandbox, and /dev/null of the shim's own. */
#ifndef DEV_H
#define DEV_H

#include "core/sbx.h"

/*
 * Covers /dev of the caller's mount namespace with a tmpfs that holds the devices that a program may
 * expect anywhere, terminals of its own, and shm. A device of the host's is there by a read-only
 * mount: what it does can be had, and its mode or owner cannot be changed. Errors: STEP_MOUNT_DEV.
 */
int dev_mount(int level, struct sbx_error *error);

/*
 * Opens /dev/null of the caller's tree at FD_NULL, in place of the one there. A process of its own
 * sandbox may change its mode, but that of no other. Errors: STEP_NULL_DEVICE.
 */
int dev_open_null(int level, struct sbx_error *error);

/*
 * At the beginning of a run: /dev/null of the host at FD_NULL, by a read-only mount of its own where
 * the caller may make one. Errors: STEP_NULL_OPEN.
 */
int dev_open_host_null(struct sbx_error *error);

#endif
