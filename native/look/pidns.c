/* pidns.c - a table of PID namespaces, ours and those below it, and the PIDs in each. */
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

#define PIDNS_MAX 65536
/* More than PIDNS_MAX, so that a search always ends at a free one. */
#define BUCKETS (4 * PIDNS_MAX)
/* How many to try for a process of which only the level is known. */
#define SEARCH_MAX 64

struct pidns {
	uint32_t inode;
	int fd;
	int above; /* the namespace it was made in; PIDNS_NONE for our own */
	int level;
};

static struct pidns table[PIDNS_MAX];
static int table_count;
/* Hashed by inode: index + 1, or 0 if free. A taken bucket sends on to the next. */
static int bucket[BUCKETS];
static int proc;
static bool has_translation;

static int *bucket_of(uint32_t inode)
{
	uint32_t at = inode % BUCKETS;

	while (bucket[at] != 0 && table[bucket[at] - 1].inode != inode)
		at = (at + 1) % BUCKETS;
	return &bucket[at];
}

static int add(struct pidns pidns)
{
	if (table_count == PIDNS_MAX)
		return PIDNS_NONE;
	table[table_count] = pidns;
	*bucket_of(pidns.inode) = table_count + 1;
	return table_count++;
}

static uint32_t inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 ? 0 : (uint32_t)status.st_ino;
}

int pidns_open(int procfs, bool translates)
{
	int fd = openat(procfs, "self/ns/pid", O_RDONLY | O_CLOEXEC);
	struct rlimit limit;

	/* Each namespace takes a descriptor. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (fd < 0)
		return -1;
	proc = procfs;
	(void)add((struct pidns){ .inode = inode_of(fd), .fd = fd, .above = PIDNS_NONE });
	has_translation = translates && sys_ioctl(fd, NSFS_TGID_IN_PIDNS, getpid()) == getpid();
	return 0;
}

bool pidns_translates(void)
{
	return has_translation;
}

/* Adds the namespace of `fd`, which it takes, and its ancestors up to one that is known. */
static int add_with_ancestors(int fd)
{
	struct pidns chain[SBX_PIDS_MAX];
	int count = 0, known = 0, above = PIDNS_NONE;

	while (fd >= 0 && count < SBX_PIDS_MAX) {
		uint32_t inode = inode_of(fd);

		known = *bucket_of(inode);
		if (known != 0)
			break;
		chain[count++] = (struct pidns){ .inode = inode, .fd = fd };
		fd = sys_ioctl(fd, NSFS_PARENT, 0);
	}
	if (known != 0) {
		(void)close(fd);
		above = known - 1;
	}
	while (count-- > 0) {
		chain[count].above = above;
		chain[count].level = above == PIDNS_NONE ? 0 : table[above].level + 1;
		/* A namespace that is not below ours holds no process that we see. */
		above = above == PIDNS_NONE ? PIDNS_NONE : add(chain[count]);
		if (above == PIDNS_NONE)
			(void)close(chain[count].fd);
	}
	return above;
}

int pidns_of(uint32_t pid, uint32_t *inode)
{
	int known, fd;

	*inode = procfs_namespace(proc, pid, "pid");
	if (*inode == 0)
		return PIDNS_NONE;
	known = *bucket_of(*inode);
	if (known != 0)
		return known - 1;
	fd = procfs_open(proc, pid, "ns/pid");
	return fd < 0 ? PIDNS_NONE : add_with_ancestors(fd);
}

int pidns_level(int pidns)
{
	return table[pidns].level;
}

uint32_t pidns_inode(int pidns)
{
	return table[pidns].inode;
}

int pidns_at_level(int pidns, int level)
{
	while (pidns != PIDNS_NONE && table[pidns].level > level)
		pidns = table[pidns].above;
	return pidns;
}

uint32_t pidns_pid(int pidns, uint32_t pid)
{
	int number = has_translation ? sys_ioctl(table[pidns].fd, NSFS_TGID_IN_PIDNS, pid) : 0;

	return number > 0 ? (uint32_t)number : 0;
}

uint32_t pidns_process(int pidns, uint32_t pid)
{
	int here = has_translation ? sys_ioctl(table[pidns].fd, NSFS_TGID_FROM_PIDNS, pid) : 0;

	return here > 0 ? (uint32_t)here : 0;
}

int pidns_known(uint32_t inode)
{
	return inode == 0 ? PIDNS_NONE : *bucket_of(inode) - 1;
}

bool pidns_pids(int pidns, uint32_t pid, uint32_t *pids)
{
	for (; pidns != PIDNS_OWN; pidns = table[pidns].above) {
		uint32_t number = pidns_pid(pidns, pid);

		if (number == 0)
			return false;
		pids[table[pidns].level] = number;
	}
	pids[0] = pid;
	return true;
}

int pidns_search(int level, uint32_t pid)
{
	for (int i = table_count, left = SEARCH_MAX; i-- > 0 && left > 0;) {
		if (table[i].level != level)
			continue;
		if (pidns_pid(i, pid) != 0)
			return i;
		left--;
	}
	return PIDNS_NONE;
}
