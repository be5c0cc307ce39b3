/* pidns.c - the PID namespaces around processes, up to our own, and their PIDs there. */
#define _GNU_SOURCE
#include "look/pidns.h"

#include <fcntl.h>
#include <linux/ioctl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/procfs.h"
#include "core/nsfs.h"
#include "core/sbx.h"
#include "core/sys.h"

/* Source: linux/nsfs.h; the second is of 6.11, and the headers we build against may be older. */

#define SPACES_MAX 65536
/* More than there are spaces, so that a place is always free. */
#define PLACES (4 * SPACES_MAX)
/* Looked at for a process of which only the level is known. */
#define SEARCH_MAX 64

struct space {
	uint32_t inode;
	int fd;
	int above; /* the namespace it was made in; of our own, SPACE_NONE */
	int level;
};

static struct space spaces[SPACES_MAX];
static int space_count;
/* By inode, index + 1; where a place is taken, the next. */
static int space_of[PLACES];
static int proc;
static bool has_translation;

static int *place_of(uint32_t inode)
{
	uint32_t at = inode % PLACES;

	while (space_of[at] != 0 && spaces[space_of[at] - 1].inode != inode)
		at = (at + 1) % PLACES;
	return &space_of[at];
}

static int add(struct space space)
{
	if (space_count == SPACES_MAX)
		return SPACE_NONE;
	spaces[space_count] = space;
	*place_of(space.inode) = space_count + 1;
	return space_count++;
}

static uint32_t inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 ? 0 : (uint32_t)status.st_ino;
}

int spaces_start(int procfs, bool translates)
{
	int fd = openat(procfs, "self/ns/pid", O_RDONLY | O_CLOEXEC);
	struct rlimit limit;

	/* A descriptor for each namespace. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (fd < 0)
		return -1;
	proc = procfs;
	(void)add((struct space){ .inode = inode_of(fd), .fd = fd, .above = SPACE_NONE });
	has_translation = translates && sys_ioctl(fd, NSFS_TGID_IN_PIDNS, getpid()) == getpid();
	return 0;
}

bool spaces_translate(void)
{
	return has_translation;
}

/* Takes `fd`, and opens what is around it up to one that is known. */
static int learn(int fd)
{
	struct space chain[SBX_PIDS_MAX];
	int count = 0, known = 0, above = SPACE_NONE;

	while (fd >= 0 && count < SBX_PIDS_MAX) {
		uint32_t inode = inode_of(fd);

		known = *place_of(inode);
		if (known != 0)
			break;
		chain[count++] = (struct space){ .inode = inode, .fd = fd };
		fd = sys_ioctl(fd, NSFS_PARENT, 0);
	}
	if (known != 0) {
		(void)close(fd);
		above = known - 1;
	}
	while (count-- > 0) {
		chain[count].above = above;
		chain[count].level = above == SPACE_NONE ? 0 : spaces[above].level + 1;
		/* What is not below our own can be no one's that we see. */
		above = above == SPACE_NONE ? SPACE_NONE : add(chain[count]);
		if (above == SPACE_NONE)
			(void)close(chain[count].fd);
	}
	return above;
}

int spaces_of(uint32_t pid, uint32_t *inode)
{
	int known, fd;

	*inode = procfs_namespace(proc, pid, "pid");
	if (*inode == 0)
		return SPACE_NONE;
	known = *place_of(*inode);
	if (known != 0)
		return known - 1;
	fd = procfs_open(proc, pid, "ns/pid");
	return fd < 0 ? SPACE_NONE : learn(fd);
}

int spaces_level(int space)
{
	return spaces[space].level;
}

uint32_t spaces_inode(int space)
{
	return spaces[space].inode;
}

int spaces_at(int space, int level)
{
	while (space != SPACE_NONE && spaces[space].level > level)
		space = spaces[space].above;
	return space;
}

uint32_t spaces_pid(int space, uint32_t pid)
{
	int number = has_translation ? sys_ioctl(spaces[space].fd, NSFS_TGID_IN_PIDNS, pid) : 0;

	return number > 0 ? (uint32_t)number : 0;
}

uint32_t spaces_process(int space, uint32_t pid)
{
	int here = has_translation ? sys_ioctl(spaces[space].fd, NSFS_TGID_FROM_PIDNS, pid) : 0;

	return here > 0 ? (uint32_t)here : 0;
}

int spaces_known(uint32_t inode)
{
	return inode == 0 ? SPACE_NONE : *place_of(inode) - 1;
}

bool spaces_pids(int space, uint32_t pid, uint32_t *pids)
{
	for (; space != SPACE_OWN; space = spaces[space].above) {
		uint32_t number = spaces_pid(space, pid);

		if (number == 0)
			return false;
		pids[spaces[space].level] = number;
	}
	pids[0] = pid;
	return true;
}

int spaces_search(int level, uint32_t pid)
{
	for (int i = space_count, left = SEARCH_MAX; i-- > 0 && left > 0;) {
		if (spaces[i].level != level)
			continue;
		if (spaces_pid(i, pid) != 0)
			return i;
		left--;
	}
	return SPACE_NONE;
}
