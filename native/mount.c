/* mount.c - the mounts of a sandbox's new mount namespace. */
#define _GNU_SOURCE
#include "mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

/* From sys/mount.h, which cannot stand beside linux/mount.h in this libc. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *options);

#define SBX_AT_RECURSIVE 0x8000 /* AT_RECURSIVE of linux/fcntl.h */

static int open_tree(const char *path, unsigned int flags)
{
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, flags);
}

static int attach(int fd, const char *at)
{
	return (int)syscall(SYS_move_mount, fd, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH);
}

int mount_open_proc(int level, struct sbx_error *error)
{
	int context = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context < 0)
		return sbx_fail(error, STEP_MOUNT_PROC, level);
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
				  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fd < 0)
		(void)sbx_fail(error, STEP_MOUNT_PROC, level);
	(void)close(context);
	return fd;
}

/* Whether a sandbox above has a mount namespace of the run's own: then all is private already. */
static bool has_mounts_above(const struct plan *plan, uint32_t sandbox)
{
	for (uint32_t box = plan->sandboxes[sandbox].parent; box != SBX_NONE;
	     box = plan->sandboxes[box].parent) {
		if (plan->sandboxes[box].namespaces_new & 1u << NAMESPACE_MOUNT)
			return true;
	}
	return false;
}

int mount_root(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	struct mount_attr attributes = { 0 };

	if (!has_mounts_above(&run->plan, sandbox))
		attributes.propagation = MS_PRIVATE;
	if (box->root == ROOT_KIND_HOST)
		attributes.attr_set = MOUNT_ATTR_RDONLY;
	if (attributes.propagation == 0 && attributes.attr_set == 0)
		return 0;
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", SBX_AT_RECURSIVE, &attributes,
		    sizeof(attributes)) < 0)
		return sbx_fail(error, STEP_ROOT_READONLY, (int)box->level);
	return 0;
}

/*
 * What root may write in procfs acts on the whole host, and the files ask for uid 0, not for a
 * capability: so they are covered by read-only views of themselves. Source: proc_sys(5).
 */
static int mask_proc(int level, struct sbx_error *error)
{
	static const char *const paths[] = {
		"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs",
	};
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int fd = open_tree(paths[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		bool done;

		if (fd < 0 && errno == ENOENT)
			continue; /* not in this kernel */
		done = fd >= 0 &&
		       syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &readonly,
			       sizeof(readonly)) == 0 &&
		       attach(fd, paths[i]) == 0;
		if (!done)
			(void)sbx_fail(error, STEP_MASK_PROC, level);
		if (fd >= 0)
			(void)close(fd);
		if (!done)
			return -1;
	}
	return 0;
}

struct device {
	const char *name; /* below /dev */
	unsigned int major, minor;
};

static const struct device devices[] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

#define DEVICE_COUNT (sizeof(devices) / sizeof(devices[0]))

/* A host's device as a mount of its own, if it is there and really is that device; else -1. */
static int device_open(const struct device *device)
{
	struct stat status;
	char path[sizeof("/dev/urandom")] = "/dev/";
	int fd;

	strcpy(path + strlen(path), device->name);
	fd = open_tree(path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
	    status.st_rdev == makedev(device->major, device->minor))
		return fd;
	(void)close(fd);
	return -1;
}

static int device_attach(int dev, const struct device *device, int fd)
{
	int file = openat(dev, device->name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);

	if (file < 0)
		return -1;
	(void)close(file);
	return (int)syscall(SYS_move_mount, fd, "", dev, device->name, MOVE_MOUNT_F_EMPTY_PATH);
}

static int dev_links(int dev)
{
	static const char *const links[][2] = {
		{ "/proc/self/fd", "fd" },	 { "/proc/self/fd/0", "stdin" },
		{ "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" },
		{ "pts/ptmx", "ptmx" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (symlinkat(links[i][0], dev, links[i][1]) < 0)
			return -1;
	}
	return 0;
}

/* A tmpfs with the devices that a program may expect anywhere, terminals of its own, and shm. */
static int mount_dev(int level, struct sbx_error *error)
{
	int fds[DEVICE_COUNT];
	int result = -1;
	int dev = -1;

	/* The host's are taken before the tmpfs covers them. */
	for (size_t i = 0; i < DEVICE_COUNT; i++)
		fds[i] = device_open(&devices[i]);
	if (mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k") < 0)
		goto done;
	dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dev < 0)
		goto done;
	for (size_t i = 0; i < DEVICE_COUNT; i++) {
		if (fds[i] >= 0 && device_attach(dev, &devices[i], fds[i]) < 0)
			goto done;
	}
	if (dev_links(dev) < 0 || mkdirat(dev, "pts", 0755) < 0 || mkdirat(dev, "shm", 0755) < 0)
		goto done;
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666,mode=620") < 0)
		goto done;
	if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
		goto done;
	result = 0;
done:
	if (result < 0)
		(void)sbx_fail(error, STEP_MOUNT_DEV, level);
	for (size_t i = 0; i < DEVICE_COUNT; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
	if (dev >= 0)
		(void)close(dev);
	return result;
}

static int mount_proc(const struct run *run, int level, int proc_fd, struct sbx_error *error)
{
	SBX_ASSERT(proc_fd >= 0);
	if (attach(proc_fd, "/proc") < 0)
		return sbx_fail(error, STEP_MOUNT_PROC, level);
	return run->mask_proc ? mask_proc(level, error) : 0;
}

int mount_all(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error)
{
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	const struct image_mount *mounts = &run->plan.mounts[box->mounts_first];
	int level = (int)box->level;

	for (uint32_t i = 0; i < box->mounts_count; i++) {
		const char *at = plan_string(&run->plan, mounts[i].at);

		switch ((enum mount_kind)mounts[i].kind) {
		case MOUNT_KIND_PROC:
			if (mount_proc(run, level, proc_fd, error) < 0)
				return -1;
			break;
		case MOUNT_KIND_DEV:
			if (mount_dev(level, error) < 0)
				return -1;
			break;
		case MOUNT_KIND_TMPFS:
			if (mount("tmpfs", at, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
				return sbx_fail(error, STEP_MOUNT_TMPFS, level);
			break;
		case MOUNT_KIND_COUNT:
			SBX_ASSERT(false);
		}
	}
	return 0;
}
