/* mount.c - the mounts of a sandbox's new mount namespace. */
#define _GNU_SOURCE
#include "build/mount.h"

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

static int open_tree(int directory, const char *path, unsigned int flags)
{
	return (int)syscall(SYS_open_tree, directory, path, flags | OPEN_TREE_CLOEXEC);
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
static const char *const masks[] = {
	"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs",
};

#define MASK_COUNT (sizeof(masks) / sizeof(masks[0]))

/* Consumes fd, a mount; fails with EINVAL where `fd` is none or must stay where it is. */
static bool cover(const char *path, int fd)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	bool done = syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &readonly, sizeof(readonly)) == 0 &&
		    attach(fd, path) == 0;

	(void)close(fd);
	return done;
}

/*
 * Covers what is in a new /proc. The views of the sandbox above are in this mount namespace too,
 * under the new /proc: `above` has them, and they are taken along, so that the namespaces below
 * have no more to copy for each level. These files are the same in every procfs.
 */
static int mask_proc(const int above[MASK_COUNT], int level, struct sbx_error *error)
{
	int result = 0;

	for (size_t i = 0; i < MASK_COUNT; i++) {
		int fd;

		if (above[i] >= 0 && cover(masks[i], above[i]))
			continue;
		fd = open_tree(AT_FDCWD, masks[i], OPEN_TREE_CLONE);
		if (fd < 0 && errno == ENOENT)
			continue; /* not in this kernel */
		if (fd < 0 || !cover(masks[i], fd))
			result = sbx_fail(error, STEP_MASK_PROC, level);
	}
	return result;
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

/* The host's device as a mount of its own, if it is there and really is that device; else -1. */
static int device_open(int host, const struct device *device)
{
	struct stat status;
	int fd = open_tree(host, device->name, OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);

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

/* A device of its own where the caller may make one; else the host's, if it has it. */
static int device_make(int host, int dev, const struct device *device)
{
	int fd, result;

	if (mknodat(dev, device->name, S_IFCHR | 0666, makedev(device->major, device->minor)) == 0)
		return 0;
	fd = device_open(host, device);
	if (fd < 0)
		return 0;
	result = device_attach(dev, device, fd);
	(void)close(fd);
	return result;
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

/* What is in a /dev; `host` is the one that it covers. */
static int fill_dev(int host, int dev)
{
	for (size_t i = 0; i < DEVICE_COUNT; i++) {
		if (device_make(host, dev, &devices[i]) < 0)
			return -1;
	}
	if (dev_links(dev) < 0 || mkdirat(dev, "pts", 0755) < 0 || mkdirat(dev, "shm", 0755) < 0)
		return -1;
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666,mode=620") < 0)
		return -1;
	return mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

/* A tmpfs with the devices that a program may expect anywhere, terminals of its own, and shm. */
static int mount_dev(int level, struct sbx_error *error)
{
	int host = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int dev = -1;
	int result = -1;

	(void)umask(0); /* an init's matters for nothing else: processes have their own */
	if (host >= 0 &&
	    mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k") == 0)
		dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dev >= 0)
		result = fill_dev(host, dev);
	if (result < 0)
		(void)sbx_fail(error, STEP_MOUNT_DEV, level);
	if (host >= 0)
		(void)close(host);
	if (dev >= 0)
		(void)close(dev);
	return result;
}

static int mount_proc(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error)
{
	bool has_above = run->mask_proc && has_mounts_above(&run->plan, sandbox);
	int level = (int)run->plan.sandboxes[sandbox].level;
	int above[MASK_COUNT];

	SBX_ASSERT(proc_fd >= 0);
	for (size_t i = 0; i < MASK_COUNT; i++)
		above[i] = has_above ? open_tree(AT_FDCWD, masks[i], 0) : -1;
	if (attach(proc_fd, "/proc") < 0)
		return sbx_fail(error, STEP_MOUNT_PROC, level);
	return run->mask_proc ? mask_proc(above, level, error) : 0;
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
			if (mount_proc(run, sandbox, proc_fd, error) < 0)
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
