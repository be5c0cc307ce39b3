/* snapshot.c - every living process of a run, with its PIDs at every level. */
#define _GNU_SOURCE
#include "snapshot.h"

#include <fcntl.h>
#include <string.h>

#include "members.h"
#include "procfs.h"
#include "rows.h"
#include "sbx.h"
#include "settle.h"
#include "spaces.h"

#define OUTPUT_SIZE (256 * 1024)

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

static int write_snapshot(uint32_t monitor, const struct rows_wish *wish)
{
	const struct member *members;
	int found = members_find(wish->proc, monitor, &members);
	struct seen *all;
	int64_t count;

	if (found < 0)
		return SBX_EXIT_HOST;
	all = rows_read(wish, members, (uint32_t)found);
	count = all == NULL ? -1 : settle_rows(wish, all, (uint32_t)found);
	if (count < 0)
		return SBX_EXIT_HOST;
	for (int64_t i = 0; i < count; i++) {
		if (all[i].row != NULL && !put(all[i].row))
			return SBX_EXIT_HOST;
	}
	return flush() ? 0 : SBX_EXIT_HOST;
}

int snapshot_main(int count, char **arguments)
{
	struct rows_wish wish = { .proc = -1 };
	bool translates = true;
	const char *at = count > 0 ? arguments[0] : "";
	uint64_t monitor = procfs_number(&at);

	if (*at != '\0' || monitor == 0 || monitor >= PID_LIMIT)
		return SBX_EXIT_USAGE;
	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--namespaces") == 0)
			wish.all_namespaces = true;
		else if (strcmp(arguments[i], "--procfs") == 0)
			translates = false;
		else
			return SBX_EXIT_USAGE;
	}
	wish.proc = open_own_proc();
	if (wish.proc < 0 || spaces_start(wish.proc, translates) < 0)
		return SBX_EXIT_HOST;
	return write_snapshot((uint32_t)monitor, &wish);
}
