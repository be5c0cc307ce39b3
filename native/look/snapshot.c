/* snapshot.c - every living process of a run, with its PIDs at every level. */
#define _GNU_SOURCE
#include "look/snapshot.h"

#include <fcntl.h>
#include <string.h>

#include "look/members.h"
#include "core/procfs.h"
#include "look/rows.h"
#include "core/sbx.h"
#include "look/reconcile.h"
#include "look/pidns.h"
#include "look/task_iter.h"

#define OUTPUT_SIZE (256 * 1024)
/* Loading a program takes some 3 ms, as long as reading 100 processes in the other ways. */
#define BPF_TASKS_MIN 500

enum means { MEANS_BEST, MEANS_BPF, MEANS_NSFS, MEANS_PROCFS, MEANS_COUNT };

static char output[OUTPUT_SIZE];
static size_t output_size;

static bool write_all(const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t count = write(STDOUT_FILENO, bytes, size);

		if (count < 0 && errno != EINTR)
			return false;
		bytes += count > 0 ? count : 0;
		size -= count > 0 ? (size_t)count : 0;
	}
	return true;
}

static bool flush(void)
{
	size_t size = output_size;

	output_size = 0;
	return write_all(output, size);
}

static bool put(const struct snapshot_row *row)
{
	if (output_size + row->size > sizeof(output) && !flush())
		return false;
	memcpy(output + output_size, row, row->size);
	output_size += row->size;
	return true;
}

/* A procfs of another PID namespace than ours has other numbers than the kernel gives us. */
static int open_own_proc(void)
{
	char self[12];
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t size = proc < 0 ? -1 : readlinkat(proc, "self", self, sizeof(self) - 1);
	const char *at = self;

	if (size <= 0)
		return -1;
	self[size] = '\0';
	return procfs_number(&at) == (uint64_t)getpid() ? proc : -1;
}

/* Processes and threads of the machine, the last number of the fourth field. */
static uint64_t machine_tasks(int proc)
{
	char text[128];
	const char *at = NULL;

	if (procfs_text(proc, "loadavg", text, sizeof(text)) > 0)
		at = strchr(text, '/');
	if (at++ == NULL)
		return 0;
	return procfs_number(&at);
}

static struct snapshot_entry *read_members(const struct snapshot_options *options, uint32_t monitor,
					   int root, uint32_t *count)
{
	const struct member *members;
	int member_count = members_find(options->proc, monitor, root, &members);

	*count = (uint32_t)member_count;
	return member_count < 0 ? NULL : rows_read(options, members, *count);
}

/* Says on stderr what is missing; the runner puts it into its report. */
static int fail(const char *what)
{
	(void)dprintf(STDERR_FILENO, "sandbox-look: snapshot: %s: errno %d\n", what, errno);
	return SBX_EXIT_HOST;
}

static void say_hidden(uint32_t pid)
{
	(void)dprintf(STDERR_FILENO, "sandbox-look: snapshot: hidden %u\n", pid);
}

static int write_snapshot(uint32_t monitor, const struct snapshot_options *options,
			  enum means means)
{
	int root = members_root(options->proc, monitor, options->pidns);
	struct snapshot_entry *all = NULL;
	uint32_t read = 0;
	int64_t count;

	if (means == MEANS_BPF ||
	    (means == MEANS_BEST && machine_tasks(options->proc) >= BPF_TASKS_MIN))
		all = root == PIDNS_OWN ? NULL : task_iter_read(options, root, &read);
	if (all == NULL && means != MEANS_BPF)
		all = read_members(options, monitor, root, &read);
	count = all == NULL ? -1 : reconcile_rows(options, all, read);
	if (count < 0)
		return fail(all == NULL ? "to read the processes" : "to put the rows together");
	for (int64_t i = 0; i < count; i++) {
		if (all[i].row != NULL && !put(all[i].row))
			return fail("to write the rows");
	}
	if (!flush())
		return fail("to write the rows");
	if (rows_missed()->count > 0) {
		errno = rows_missed()->err;
		(void)fail("to read a process that lives");
	}
	members_hidden(monitor, root, say_hidden);
	return 0;
}

static enum means means_of(const char *name)
{
	static const char *const names[MEANS_COUNT] = {
		[MEANS_BPF] = "bpf",
		[MEANS_NSFS] = "nsfs",
		[MEANS_PROCFS] = "procfs",
	};

	for (enum means means = 0; name != NULL && means < MEANS_COUNT; means++) {
		if (names[means] != NULL && strcmp(name, names[means]) == 0)
			return means;
	}
	return MEANS_COUNT;
}

/* 0 of what is no number. */
static uint32_t inode_of(const char *text)
{
	uint64_t inode = procfs_number(&text);

	return *text == '\0' && inode <= UINT32_MAX ? (uint32_t)inode : 0;
}

int snapshot_main(int count, char **arguments)
{
	struct snapshot_options options = { .proc = -1 };
	enum means means = MEANS_BEST;
	const char *at = count > 0 ? arguments[0] : "";
	uint64_t monitor = procfs_number(&at);

	if (*at != '\0' || monitor == 0 || monitor >= PID_LIMIT)
		return SBX_EXIT_USAGE;
	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--namespaces") == 0)
			options.all_namespaces = true;
		else if (strcmp(arguments[i], "--pidns") == 0 && i + 1 < count)
			options.pidns = inode_of(arguments[++i]);
		else if (strcmp(arguments[i], "--by") == 0)
			means = means_of(arguments[++i]);
		else
			return SBX_EXIT_USAGE;
	}
	if (means == MEANS_COUNT)
		return SBX_EXIT_USAGE;
	options.proc = open_own_proc();
	if (options.proc < 0)
		return fail("to find a procfs of this PID namespace");
	if (pidns_open(options.proc, means != MEANS_PROCFS) < 0 || rows_start() < 0)
		return fail("to begin");
	return write_snapshot((uint32_t)monitor, &options, means);
}
