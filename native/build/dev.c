/* dev.c - the minimal /dev of a sandbox, and /dev/null of the shim's own. */
#define _GNU_SOURCE
#include "build/dev.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "build/mount_calls.h"
#include "core/path.h"
#include "core/shared.h"

/* Bytes of what POSIX shared memory and semaphores may hold, as container engines have it. */
#define SHM_OPTIONS "mode=1777,size=64m"

struct device {
	const char *name; /* below /dev */
	unsigned int major, minor;
};

static const struct device devices[] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

#define DEVICE_COUNT (sizeof(devices) / sizeof(devices[0]))

/* Whether it really is that device, and can no longer be changed. ENOENT: it is something else. */
static int device_keep(int fd, const struct device *device)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -1;
	if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(device->major, device->minor)) {
		errno = ENOENT;
		return -1;
	}
	/* Nothing of its inode can be changed through a read-only mount; the device works as ever. */
	return mount_keep_device(fd);
}

/* The host's device as a mount of its own. ENOENT: it has none. */
static int device_open(int host, const struct device *device)
{
	int fd = mount_clone(host, device->name, AT_SYMLINK_NOFOLLOW);
	int reason;

	if (fd < 0 || device_keep(fd, device) == 0)
		return fd;
	reason = errno;
	(void)close(fd);
	errno = reason;
	return -1;
}

static int device_attach(int dev, const struct device *device, int fd)
{
	int file = openat(dev, device->name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);

	if (file < 0)
		return -1;
	(void)close(file);
	return mount_attach(fd, dev, device->name);
}

/* A device of its own where the caller may make one; else the host's, if it has it. */
static int device_make(int host, int dev, const struct device *device)
{
	int fd, result;

	if (mknodat(dev, device->name, S_IFCHR | 0666, makedev(device->major, device->minor)) == 0)
		return 0;
	fd = device_open(host, device);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
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
	return mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, SHM_OPTIONS);
}

/* A tmpfs with the devices that a program may expect anywhere, terminals of its own, and shm. */
int dev_mount(int level, struct sbx_error *error)
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

static bool is_null(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
	       status.st_rdev == makedev(1, 3);
}

int dev_open_null(int level, struct sbx_error *error)
{
	int fd = path_open("/dev/null", O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW, 0);

	errno = fd < 0 ? errno : ENXIO;
	if (fd < 0 || !is_null(fd) || fd_install(fd, FD_NULL) < 0)
		return sbx_fail(error, STEP_NULL_DEVICE, level);
	return sbx_done(STEP_NULL_DEVICE, level);
}

int dev_open_host_null(struct sbx_error *error)
{
	int tree = mount_clone(AT_FDCWD, "/dev", 0);
	int fd = -1;

	/* An ordinary user may make no mount, and is not the owner of the device either. */
	if (tree >= 0 && mount_restrict(tree, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY) == 0)
		fd = openat(tree, "null", O_RDWR | O_CLOEXEC);
	if (tree >= 0)
		(void)close(tree);
	if (fd < 0)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return fd_install(fd, FD_NULL) < 0 ? sbx_fail(error, STEP_NULL_OPEN, 0) :
					    sbx_done(STEP_NULL_OPEN, 0);
}
