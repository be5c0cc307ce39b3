/* pids.c - learning, from the kernel, the PID of the calling process at every level. */
#define _GNU_SOURCE
#include "core/pids.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/nsfs.h"
#include "core/procfs.h"
#include "core/sys.h"

/* proc_pid_status(5) has some 60 lines; the longest are the CPU and memory masks. */
#define STATUS_SIZE 8192

int pids_open_namespace(int level, struct sbx_error *error)
{
	int pidfd = sys_pidfd_open(getpid());
	int fd = pidfd < 0 ? -1 : sys_ioctl(pidfd, PIDFD_PIDNS, 0);

	if (pidfd >= 0)
		(void)close(pidfd);
	/* An older kernel: the same by procfs, where the path alone takes several times as long. */
	if (fd < 0)
		fd = openat(FD_PROC, "self/ns/pid", O_RDONLY | O_CLOEXEC);
	SBX_ASSERT(level <= SBX_LEVEL_MAX);
	if (fd_install(fd, FD_PIDNS + level) < 0)
		return sbx_fail(error, STEP_PIDNS_OPEN, level);
	return sbx_done(STEP_PIDNS_OPEN, level);
}

/* The NSpid line of a file of level 0's procfs: a status, or the fdinfo of a pidfd. */
static int read_nspid(const char *path, int level, uint32_t pids[SBX_PIDS_MAX],
		      struct sbx_error *error)
{
	char text[STATUS_SIZE];
	ssize_t size;
	int fd = openat(FD_PROC, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return sbx_fail(error, STEP_PIDS_READ, level);
	size = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (size < 0)
		return sbx_fail(error, STEP_PIDS_READ, level);
	text[size] = '\0';

	errno = EPROTO;
	if (procfs_pids_in(text, pids) != level + 1)
		return sbx_fail(error, STEP_PIDS_READ, level);
	return sbx_done(STEP_PIDS_READ, level);
}

int pids_read(int level, uint32_t pids[SBX_PIDS_MAX], struct sbx_error *error)
{
	pid_t self = getpid();

	for (int above = 0; above <= level; above++) {
		int pid = sys_ioctl(FD_PIDNS + above, NSFS_TGID_IN_PIDNS, self);

		if (pid <= 0)
			return read_nspid("self/status", level, pids, error);
		pids[above] = (uint32_t)pid;
	}
	return 0;
}

int pids_of_child(pid_t child, int level, uint32_t pids[SBX_PIDS_MAX], struct sbx_error *error)
{
	int pidfd, result;

	for (int above = 0; above <= level; above++) {
		int pid = sys_ioctl(FD_PIDNS + above, NSFS_TGID_IN_PIDNS, child);

		if (pid > 0) {
			pids[above] = (uint32_t)pid;
			continue;
		}
		pidfd = sys_pidfd_open(child);
		if (pidfd < 0)
			return sbx_fail(error, STEP_PIDS_READ, level);
		result = pids_of_pidfd(pidfd, level, pids, error);
		(void)close(pidfd);
		return result;
	}
	return 0;
}

int pids_of_pidfd(int pidfd, int level, uint32_t pids[SBX_PIDS_MAX], struct sbx_error *error)
{
	char path[sizeof("self/fdinfo/") + 11];

	(void)snprintf(path, sizeof(path), "self/fdinfo/%d", pidfd);
	return read_nspid(path, level, pids, error);
}
