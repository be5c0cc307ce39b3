/* snapshot.c - every living process below one, with its PIDs at every level. */
#define _GNU_SOURCE
#include "snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "procfs.h"
#include "sbx.h"
#include "sys.h"

/* Source: linux/nsfs.h; the second is of 6.11, and the headers we build against may be older. */
#define NSFS_PARENT _IO(0xb7, 0x2)
#define NSFS_TGID_IN_PIDNS _IOR(0xb7, 0x9, int)

#define DIRECTORY_SIZE (64 * 1024)
#define STATUS_SIZE 8192
/* Of the arguments of a process; what is longer is cut. */
#define ARGV_SIZE (32 * 1024)
#define OUTPUT_SIZE (256 * 1024)
/* PID namespaces whose descriptors are kept; processes of more are read the slower way. */
#define SPACES_MAX 512

enum membership { UNKNOWN, MEMBER, STRANGER };

/* What the first pass learns of a process. */
struct entry {
	uint32_t pid;
	uint32_t parent;
	uint64_t start_ticks;
	uint8_t membership;
};

/* A PID namespace, and those around it, outermost first; index 0 is our own. */
struct pid_space {
	ino_t inode;
	int level; /* -1: it could not be opened */
	int fds[SBX_PIDS_MAX];
};

/* Virtual memory: only what is used is ever there. */
static struct entry *entries; /* in the order of /proc */
static uint32_t *entry_of; /* by PID, its index + 1 */
static uint32_t entry_count;
static struct pid_space spaces[SPACES_MAX];
static int space_count;
static int proc;
static char output[OUTPUT_SIZE];
static size_t output_size;

static void *reserve(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static bool flush(void)
{
	size_t done = 0;

	while (done < output_size) {
		ssize_t count = write(STDOUT_FILENO, output + done, output_size - done);

		if (count < 0 && errno != EINTR)
			return false;
		done += count > 0 ? (size_t)count : 0;
	}
	output_size = 0;
	return true;
}

/*
 * Of proc_pid_stat(5). The name stands in parentheses and may hold any character; fields 3, 4 and
 * 22 are state, parent and start time.
 */
static bool read_stat(uint32_t pid, struct entry *entry, struct snapshot_row *row)
{
	char text[512];
	const char *open, *at;

	if (procfs_read(proc, pid, "stat", text, sizeof(text)) <= 0)
		return false;
	open = strchr(text, '(');
	at = strrchr(text, ')');
	if (open == NULL || at == NULL || at[1] == '\0')
		return false;
	if (row != NULL) {
		size_t length = (size_t)(at - open - 1);

		row->state = (uint32_t)at[2];
		memcpy(row->comm, open + 1, length < 15 ? length : 15);
	}
	at += 3;
	entry->parent = (uint32_t)procfs_number(&at);
	for (int field = 5; field <= 21 && *at != '\0'; field++) {
		while (*at == ' ')
			at++;
		while (*at != ' ' && *at != '\0')
			at++;
	}
	entry->start_ticks = procfs_number(&at);
	return true;
}

static bool list_processes(void)
{
	static char buffer[DIRECTORY_SIZE] __attribute__((aligned(8)));
	long size;

	while ((size = syscall(SYS_getdents64, proc, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < size;) {
			const struct dirent64 *item = (const void *)(buffer + at);
			const char *name = item->d_name;
			uint32_t pid = (uint32_t)procfs_number(&name);

			at += item->d_reclen;
			if (*name != '\0' || pid == 0 || pid >= PID_LIMIT)
				continue;
			entries[entry_count].pid = pid;
			if (read_stat(pid, &entries[entry_count], NULL))
				entry_of[pid] = ++entry_count;
		}
	}
	return size == 0;
}

static struct entry *entry_at(uint32_t pid)
{
	return pid < PID_LIMIT && entry_of[pid] != 0 ? &entries[entry_of[pid] - 1] : NULL;
}

/* Follows the parents up to one of whom it is known, then tells all on the way. */
static bool is_member(struct entry *start, uint32_t ancestor)
{
	enum membership found = UNKNOWN;
	struct entry *last = start;

	/* No chain is longer than there are processes, even if a scan were to show a circle. */
	for (uint32_t steps = 0; found == UNKNOWN && steps <= entry_count; steps++) {
		struct entry *above = entry_at(last->parent);

		if (last->membership != UNKNOWN)
			found = last->membership;
		else if (last->parent == ancestor)
			found = MEMBER;
		else if (above == NULL)
			found = STRANGER;
		else
			last = above;
	}
	for (struct entry *at = start; at != NULL && at->membership == UNKNOWN;) {
		at->membership = (uint8_t)(found == UNKNOWN ? STRANGER : found);
		at = at == last ? NULL : entry_at(at->parent);
	}
	return start->membership == MEMBER;
}

/* Numbers after "NSpid:", outermost first. Returns the level, -1 if there are none. */
static int pids_of_status(uint32_t pid, uint32_t pids[SBX_PIDS_MAX])
{
	static char text[STATUS_SIZE];
	const char *line;
	int count = 0;

	if (procfs_read(proc, pid, "status", text, sizeof(text)) <= 0)
		return -1;
	line = strstr(text, "\nNSpid:");
	if (line == NULL)
		return -1;
	for (line += 7; *line == '\t' && count < SBX_PIDS_MAX;)
		pids[count++] = (uint32_t)procfs_number(&line);
	return count - 1;
}

/* Opens a PID namespace and all around it that lie below our own. */
static void open_space(struct pid_space *space, uint32_t pid)
{
	char path[sizeof("/ns/pid") + 10];
	int chain[SBX_PIDS_MAX];
	int count = 0;

	space->level = -1;
	(void)snprintf(path, sizeof(path), "%u/ns/pid", pid);
	chain[count] = openat(proc, path, O_RDONLY | O_CLOEXEC);
	/* The kernel refuses to show what lies above ourselves: there the chain ends. */
	while (count < SBX_PIDS_MAX - 1 && chain[count] >= 0) {
		count++;
		chain[count] = ioctl(chain[count - 1], NSFS_PARENT);
	}
	if (count == 0)
		return;
	space->level = count - 1;
	for (int level = 0; level < count; level++)
		space->fds[level] = chain[count - 1 - level];
}

static const struct pid_space *space_of(uint32_t pid, ino_t inode)
{
	struct pid_space *space;

	for (int i = space_count; i-- > 0;) {
		if (spaces[i].inode == inode)
			return &spaces[i];
	}
	if (space_count == SPACES_MAX)
		return NULL;
	space = &spaces[space_count++];
	space->inode = inode;
	open_space(space, pid);
	return space;
}

/* By the kernel's own translation where it has one, else from the status. -1: it is gone. */
static int pids_of(uint32_t pid, struct snapshot_row *row)
{
	char path[sizeof("/ns/pid") + 10];
	const struct pid_space *space = NULL;
	struct stat status;

	(void)snprintf(path, sizeof(path), "%u/ns/pid", pid);
	if (fstatat(proc, path, &status, 0) == 0) {
		row->pidns = status.st_ino;
		space = space_of(pid, status.st_ino);
	}
	if (space == NULL || space->level < 0)
		return pids_of_status(pid, row->pids);
	row->pids[0] = pid;
	for (int level = 1; level <= space->level; level++) {
		int number = ioctl(space->fds[level], NSFS_TGID_IN_PIDNS, pid);

		if (number <= 0)
			return pids_of_status(pid, row->pids);
		row->pids[level] = (uint32_t)number;
	}
	return space->level;
}

/* Everything between the two looks at the start time is of one process. */
static bool add_row(const struct entry *before)
{
	struct snapshot_row row = { 0 };
	struct entry after = { 0 };
	ssize_t argv_size;
	size_t padded;
	int level;

	if (output_size + sizeof(row) + ARGV_SIZE + 8 > sizeof(output) && !flush())
		return false;
	level = pids_of(before->pid, &row);
	argv_size = procfs_read(proc, before->pid, "cmdline", output + output_size + sizeof(row), ARGV_SIZE);
	if (level < 0 || argv_size < 0 || !read_stat(before->pid, &after, &row) ||
	    after.start_ticks != before->start_ticks)
		return true;
	padded = sizeof(row) + (((size_t)argv_size + 7) & ~(size_t)7);
	row.size = (uint32_t)padded;
	row.level = (uint32_t)level;
	row.parent = after.parent;
	row.start_ticks = after.start_ticks;
	row.argv_size = (uint32_t)argv_size;
	memcpy(output + output_size, &row, sizeof(row));
	memset(output + output_size + sizeof(row) + argv_size, 0,
	       padded - sizeof(row) - (size_t)argv_size);
	output_size += padded;
	return true;
}

int snapshot_main(int ancestor)
{
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	entries = reserve(PID_LIMIT * sizeof(*entries));
	entry_of = reserve(PID_LIMIT * sizeof(*entry_of));
	if (ancestor <= 0)
		return SBX_EXIT_USAGE;
	if (proc < 0 || entries == NULL || entry_of == NULL || !list_processes())
		return SBX_EXIT_HOST;
	for (uint32_t i = 0; i < entry_count; i++) {
		if (is_member(&entries[i], (uint32_t)ancestor) && !add_row(&entries[i]))
			return SBX_EXIT_HOST;
	}
	return flush() ? 0 : SBX_EXIT_HOST;
}
