/* mount_calls.c - the system calls of mounts, which C libraries do not have yet. */
#define _GNU_SOURCE
#include "build/mount_calls.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int mount_clone(int directory, const char *path, unsigned int flags)
{
	return (int)syscall(SYS_open_tree, directory, path,
			    flags | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

int mount_take(int directory, const char *path)
{
	return (int)syscall(SYS_open_tree, directory, path, OPEN_TREE_CLOEXEC);
}

int mount_attach(int fd, int directory, const char *path)
{
	return (int)syscall(SYS_move_mount, fd, "", directory, path, MOVE_MOUNT_F_EMPTY_PATH);
}

int mount_restrict(int directory, const char *path, unsigned int flags, uint64_t attributes)
{
	struct mount_attr set = { .attr_set = attributes };

	return (int)syscall(SYS_mount_setattr, directory, path, flags, &set, sizeof(set));
}

int mount_keep_device(int fd)
{
	struct mount_attr change = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
		.attr_clr = MOUNT_ATTR_NODEV,
	};

	return (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &change, sizeof(change));
}

int mount_tmpfs(const char *size, const char *mode, uint64_t attributes)
{
	int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context < 0)
		return -1;
	if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "size", size, 0) == 0 &&
	    syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "mode", mode, 0) == 0 &&
	    syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
	(void)close(context);
	return fd;
}
