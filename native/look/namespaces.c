/* namespaces.c - the namespaces around a process, and their inits, as the kernel has them. */
#define _GNU_SOURCE
#include "look/namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "core/procfs.h"
#include "core/nsfs.h"
#include "core/sbx.h"
#include "core/sys.h"

/* Source: linux/nsfs.h; the last is of 6.11, and the headers we build against may be older. */

#define CHAIN_MAX SBX_USERS_MAX

_Static_assert(SBX_USERS_MAX >= SBX_PIDS_MAX, "one chain holds either kind");

static int open_namespace(uint32_t pid, const char *kind)
{
	char path[sizeof("/proc//ns/user") + 10];

	(void)snprintf(path, sizeof(path), "/proc/%u/ns/%s", pid, kind);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static uint64_t inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 ? 0 : status.st_ino;
}

/*
 * The namespace itself, then each around the one before. The kernel refuses to show what lies above
 * ourselves: there the chain ends. Returns how many.
 */
static int open_chain(uint32_t pid, const char *kind, int max, int chain[CHAIN_MAX])
{
	int count = 0;
	int fd = open_namespace(pid, kind);

	while (fd >= 0) {
		chain[count++] = fd;
		fd = count < max ? sys_ioctl(fd, NSFS_PARENT, 0) : -1;
	}
	return count;
}

/* Outermost first, as every list by level. */
static void fill_pid_namespaces(struct namespace_row *row)
{
	int chain[CHAIN_MAX];
	int count = open_chain(row->pid, "pid", SBX_PIDS_MAX, chain);

	row->pid_count = (uint32_t)count;
	for (int level = 0; level < count; level++) {
		int fd = chain[count - 1 - level];
		int init = sys_ioctl(fd, NSFS_TGID_FROM_PIDNS, 1);

		row->pid_inodes[level] = inode_of(fd);
		row->inits[level] = init > 0 ? (uint32_t)init : 0;
		(void)close(fd);
	}
}

static void fill_user_namespaces(struct namespace_row *row)
{
	int chain[CHAIN_MAX];
	int count = open_chain(row->pid, "user", SBX_USERS_MAX, chain);

	row->user_count = (uint32_t)count;
	for (int level = 0; level < count; level++) {
		int fd = chain[count - 1 - level];

		row->user_inodes[level] = inode_of(fd);
		(void)close(fd);
	}
}

/* Copies the names of the UTS namespace that the caller is in. */
static void copy_names(struct namespace_row *row)
{
	struct utsname names;

	if (syscall(SYS_uname, &names) < 0)
		return;
	memcpy(row->hostname, names.nodename, sizeof(names.nodename));
	memcpy(row->domainname, names.domainname, sizeof(names.domainname));
	row->has_names = 1;
}

/*
 * Only a process inside can read the names, so a child goes there: first into the user namespace that
 * owns it, where an ordinary user has the right to. `row` is memory shared with the child.
 */
static void fill_names(struct namespace_row *row)
{
	int uts = open_namespace(row->pid, "uts");
	int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	int user = uts < 0 ? -1 : sys_ioctl(uts, NSFS_USERNS, 0);
	bool is_own = uts >= 0 && own >= 0 && inode_of(uts) == inode_of(own);
	pid_t child = uts < 0 || is_own ? -1 : fork();

	if (is_own)
		copy_names(row);
	if (child == 0) {
		/* Refused where it is our own: then none has to be entered. */
		(void)setns(user, CLONE_NEWUSER);
		if (setns(uts, CLONE_NEWUTS) == 0)
			copy_names(row);
		_exit(0);
	}
	if (child > 0)
		(void)waitpid(child, NULL, 0);
	if (user >= 0)
		(void)close(user);
	if (own >= 0)
		(void)close(own);
	if (uts >= 0)
		(void)close(uts);
}

static bool write_row(const struct namespace_row *row)
{
	const char *bytes = (const char *)row;
	size_t done = 0;

	while (done < sizeof(*row)) {
		ssize_t count = write(STDOUT_FILENO, bytes + done, sizeof(*row) - done);

		if (count < 0 && errno != EINTR)
			return false;
		done += count > 0 ? (size_t)count : 0;
	}
	return true;
}

int namespaces_main(int count, char **arguments)
{
	struct namespace_row *row =
		mmap(NULL, sizeof(*row), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (row == MAP_FAILED)
		return SBX_EXIT_HOST;
	for (int i = 0; i < count; i++) {
		const char *text = arguments[i];
		uint64_t pid = procfs_number(&text);

		if (*text != '\0' || pid == 0 || pid >= PID_LIMIT)
			return SBX_EXIT_USAGE;
		memset(row, 0, sizeof(*row));
		row->pid = (uint32_t)pid;
		fill_pid_namespaces(row);
		fill_user_namespaces(row);
		fill_names(row);
		if (!write_row(row))
			return SBX_EXIT_HOST;
	}
	return 0;
}
