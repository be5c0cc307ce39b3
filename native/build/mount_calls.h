/* mount_calls.h - the system calls of mounts, which C libraries do not have yet. */
#ifndef MOUNT_CALLS_H
#define MOUNT_CALLS_H

#include <linux/mount.h>
#include <stdint.h>

/* From sys/mount.h, which cannot stand beside linux/mount.h in every C library. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *options);

#define MOUNT_RECURSIVE 0x8000 /* AT_RECURSIVE of linux/fcntl.h */

/*
 * A copy of the mount at a path, attached nowhere: open_tree(2) with OPEN_TREE_CLONE. `flags` may have
 * MOUNT_RECURSIVE, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW. Returns a descriptor or -1 with errno.
 */
int mount_clone(int directory, const char *path, unsigned int flags);

/* The mount at a path itself, to be moved: open_tree(2). */
int mount_take(int directory, const char *path);

/* Attaches a mount that is attached nowhere, or moves it: move_mount(2). */
int mount_attach(int fd, int directory, const char *path);

/* Adds `attributes` (MOUNT_ATTR_*) to a mount, with MOUNT_RECURSIVE to all below: mount_setattr(2). */
int mount_restrict(int directory, const char *path, unsigned int flags, uint64_t attributes);

/*
 * As mount_restrict, of a device's mount that is attached nowhere: what it does can be had, also
 * where the tree that it is copied from has lost its devices.
 */
int mount_keep_device(int fd);

/* An empty tmpfs that is attached nowhere; `size` as in tmpfs(5). Returns a descriptor or -1. */
int mount_tmpfs(const char *size, const char *mode, uint64_t attributes);

#endif
