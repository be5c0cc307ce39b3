/* rows.c - reading one row for each process of a run, as `snapshot` writes it. */
#define _GNU_SOURCE
#include "look/rows.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>

#include "core/procfs.h"
#include "look/vmem.h"
#include "core/sbx.h"
#include "look/pidns.h"

/* Longer arguments of a process, with their NUL, are truncated. */
#define ARGV_SIZE (SBX_ARGV_TEXT_MAX + 1)
#define NS_PER_SECOND 1000000000ull

#define ROW_SIZE_MAX ((sizeof(struct snapshot_row) + 8 * SBX_PIDS_MAX + ARGV_SIZE + 15) & ~7ul)
/* Shared memory for each row, on average; most rows take a third of it. */
#define ROW_SIZE_USUAL 1024
/* The fewest processes that are worth a reader of their own, and the most readers. */
#define PART_MIN 256
#define PARTS_MAX 4

/* Shared with the readers. */
static struct rows_misses *misses;

int rows_start(void)
{
	misses = reserve_shared(sizeof(*misses));
	return misses == NULL ? -1 : 0;
}

static void miss(int err)
{
	(void)__atomic_fetch_add(&misses->count, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&misses->err, err, __ATOMIC_RELAXED);
}

const struct rows_misses *rows_missed(void)
{
	return misses;
}

static const char *const namespace_files[NAMESPACE_COUNT] = {
#define NS_FILE(kind, flag, file) [kind] = file,
	SBX_NAMESPACES(NS_FILE)
#undef NS_FILE
};

uint64_t rows_tick_ns(void)
{
	return NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK);
}

/*
 * Start times count on CLOCK_BOOTTIME, which is ahead of CLOCK_MONOTONIC by the time that the
 * machine has slept. Source: proc_pid_stat(5), starttime.
 */
uint64_t rows_start_ns(uint64_t ticks)
{
	static uint64_t tick_ns, asleep_ns;

	if (tick_ns == 0) {
		struct timespec boot, monotonic;
		uint64_t ahead_ns;

		(void)clock_gettime(CLOCK_MONOTONIC, &monotonic);
		(void)clock_gettime(CLOCK_BOOTTIME, &boot);
		ahead_ns = (uint64_t)(boot.tv_sec - monotonic.tv_sec) * NS_PER_SECOND +
			   (uint64_t)boot.tv_nsec - (uint64_t)monotonic.tv_nsec;
		tick_ns = rows_tick_ns();
		/* Whole ticks: the time between the two readings must make no difference. */
		asleep_ns = ahead_ns / tick_ns * tick_ns;
	}
	return ticks * tick_ns > asleep_ns ? ticks * tick_ns - asleep_ns : 1;
}

/* By the kernel's translation of PIDs where it has one, else from NSpid in /proc/PID/status. */
static bool read_pids(const struct snapshot_options *options, uint32_t pid,
		      struct snapshot_row *row)
{
	uint32_t *inode = &row->inodes[NAMESPACE_PID];
	int pidns = pidns_of(pid, inode);
	int level;

	if (pidns != PIDNS_NONE && pidns_pids(pidns, pid, row_pids(row))) {
		row->level = (uint32_t)pidns_level(pidns);
		return true;
	}
	level = procfs_pids(options->proc, pid, row_pids(row));
	if (level < 0)
		return false;
	row->level = (uint32_t)level;
	pidns = *inode == 0 ? pidns_search(level, pid) : PIDNS_NONE;
	if (pidns != PIDNS_NONE)
		*inode = pidns_inode(pidns);
	return true;
}

static void read_namespaces(const struct snapshot_options *options, uint32_t pid,
			    struct snapshot_row *row)
{
	for (int kind = 0; options->all_namespaces && kind < NAMESPACE_COUNT; kind++) {
		if (kind != NAMESPACE_PID) /* read with its PIDs */
			row->inodes[kind] = procfs_namespace(options->proc, pid, namespace_files[kind]);
	}
}

/*
 * The effective user. Files of a process that is not dumpable belong to root, its directory does
 * not. Source: proc_pid(5).
 */
static uint32_t user_of(const struct snapshot_options *options, uint32_t pid, int file)
{
	char name[11];
	struct stat status;

	if (fstat(file, &status) == 0 && status.st_uid != 0)
		return status.st_uid;
	(void)snprintf(name, sizeof(name), "%u", pid);
	return fstatat(options->proc, name, &status, 0) < 0 ? SBX_NONE : status.st_uid;
}

/*
 * `stat` is opened first and read last. The read succeeds only if the process lived all the time,
 * so all that was read by its PID in between belongs to it. Returns the size, 0 if it has ended.
 */
static size_t read_row(const struct snapshot_options *options, uint32_t pid,
		       struct snapshot_row *row)
{
	struct procfs_stat stat = { 0 };
	ssize_t argv_size = -1;
	bool is_read = false;
	size_t size = 0;
	int fd = procfs_open(options->proc, pid, "stat");

	if (fd < 0) {
		/* EPERM: hidepid=1 names it and hides the rest; members_hidden reports those. */
		if (errno != ENOENT && errno != ESRCH && errno != EPERM)
			miss(errno);
		return 0;
	}
	memset(row, 0, sizeof(*row));
	if (read_pids(options, pid, row)) {
		read_namespaces(options, pid, row);
		row->uid = user_of(options, pid, fd);
		size = sizeof(*row) + 2 * sizeof(uint32_t) * (row->level + 1);
		argv_size =
			procfs_read(options->proc, pid, "cmdline", (char *)row + size, ARGV_SIZE);
		is_read = argv_size >= 0 && procfs_read_stat(fd, &stat);
	}
	if (!is_read) {
		int err = errno;

		/* The process lives, so the read itself failed, as with too few descriptors. */
		if (lseek(fd, 0, SEEK_SET) == 0 && procfs_read_stat(fd, &stat))
			miss(err);
		(void)close(fd);
		return 0;
	}
	(void)close(fd);
	/* A process goes on with its other threads where the leader has ended. */
	row->state = stat.state == 'Z' && stat.threads > 1 ? 'S' : (uint32_t)stat.state;
	memcpy(row->comm, stat.comm, sizeof(stat.comm));
	row->start_ns = rows_start_ns(stat.start_ticks);
	row_parents(row)[0] = stat.parent;
	row->argv_size = (uint32_t)argv_size;
	row->size = (uint32_t)((size + (size_t)argv_size + 7) & ~(size_t)7);
	memset((char *)row + size + argv_size, 0, row->size - size - (size_t)argv_size);
	return row->size;
}

/* `count` entries from `first` on; their rows go to [buffer, end). All of it is shared memory. */
struct part {
	struct snapshot_entry *first;
	uint32_t count;
	uint32_t done; /* how many of them have been read */
	char *buffer, *end;
};

/* Stops early if the memory runs out. */
static void read_part(const struct snapshot_options *options, struct part *part)
{
	char *buffer = part->buffer;

	for (uint32_t i = 0; i < part->count && (size_t)(part->end - buffer) >= ROW_SIZE_MAX; i++) {
		size_t size = read_row(options, part->first[i].pid, (struct snapshot_row *)buffer);

		part->first[i].row = size == 0 ? NULL : (struct snapshot_row *)buffer;
		buffer += size;
		part->done = i + 1;
	}
}

/* Reads what the reader did not: its fork failed, it was killed, or it ran out of memory. */
static void read_rest(const struct snapshot_options *options, const struct part *part)
{
	for (uint32_t i = part->done; i < part->count; i++)
		(void)rows_read_one(options, &part->first[i]);
}

static size_t part_size(uint32_t count)
{
	return (size_t)count * ROW_SIZE_USUAL + ROW_SIZE_MAX;
}

static uint32_t parts_for(uint32_t count)
{
	uint32_t parts = count / PART_MIN;
	uint32_t cpus = (uint32_t)get_nprocs();

	if (parts > PARTS_MAX)
		parts = PARTS_MAX;
	if (parts > cpus)
		parts = cpus;
	return parts == 0 ? 1 : parts;
}

/*
 * Split among children, one for each CPU: each reads its part into memory that all share, and
 * exits. They are awaited here; what one of them has not read is read here after all.
 */
static int read_parts(const struct snapshot_options *options, struct snapshot_entry *all,
		      uint32_t count)
{
	pid_t readers[PARTS_MAX];
	uint32_t part_count = parts_for(count), first = 0;
	struct part *parts = reserve_shared(part_count * sizeof(*parts));

	if (parts == NULL)
		return -1;
	for (uint32_t i = 0; i < part_count; i++) {
		uint32_t end = (uint32_t)((uint64_t)count * (i + 1) / part_count);
		size_t size = part_size(end - first);
		char *buffer = reserve_shared(size);

		if (buffer == NULL)
			return -1;
		parts[i] = (struct part){
			.first = all + first,
			.count = end - first,
			.buffer = buffer,
			.end = buffer + size,
		};
		first = end;
	}
	for (uint32_t i = 1; i < part_count; i++) {
		readers[i] = fork();
		if (readers[i] != 0)
			continue;
		read_part(options, &parts[i]);
		_exit(0);
	}
	read_part(options, &parts[0]);
	for (uint32_t i = 1; i < part_count; i++) {
		int status = -1;

		if (readers[i] > 0)
			(void)waitpid(readers[i], &status, 0);
	}
	for (uint32_t i = 0; i < part_count; i++)
		read_rest(options, &parts[i]);
	return 0;
}

struct snapshot_entry *rows_read(const struct snapshot_options *options,
				 const struct member *members, uint32_t count)
{
	struct snapshot_entry *all = reserve_shared((2 * (size_t)count + 1) * sizeof(*all));

	if (all == NULL)
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		all[i] = (struct snapshot_entry){ .pid = members[i].pid, .root = members[i].root };
	return read_parts(options, all, count) < 0 ? NULL : all;
}

bool rows_read_one(const struct snapshot_options *options, struct snapshot_entry *entry)
{
	struct snapshot_row *row = (struct snapshot_row *)vmem_buffer(ROW_SIZE_MAX);
	size_t size = row == NULL ? 0 : read_row(options, entry->pid, row);

	if (row == NULL)
		miss(ENOMEM);
	entry->row = size > 0 ? row : NULL;
	vmem_use(size);
	return entry->row != NULL;
}
