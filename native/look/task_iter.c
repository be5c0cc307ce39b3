/* task_iter.c - the rows of a run by a BPF program that the kernel runs for each of its tasks. */
#define _GNU_SOURCE
#include "look/task_iter.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "look/task_iter_program.h"
#include "core/procfs.h"
#include "look/vmem.h"
#include "core/sbx.h"
#include "look/pidns.h"

/* The kernel gives 32 KiB at a time, and no record is longer. Source: kernel/bpf/bpf_iter.c. */
#define BATCH_SIZE (64 * 1024)
/* The longest row. */
#define ROW_SIZE_MAX (sizeof(struct snapshot_row) + 8 * SBX_PIDS_MAX + ITERATOR_ARGV_SIZE + 8)
/* Source: include/linux/proc_ns.h, PROC_TIME_INIT_INO. */
#define TIMENS_FIRST 0xeffffffau

/* Source: include/linux/sched.h; the bits of a state that proc_pid_stat(5) has letters for. */
#define STATE_REPORT 0x7fu
#define STATE_IDLE 0x402u
#define STATE_WAITS 0x9000u /* for a lock, or frozen */

static char letter_of(uint32_t state, uint32_t exit_state)
{
	static const char letters[] = "RSDTtXZP";
	uint32_t shown = (state | exit_state) & STATE_REPORT;
	int index = 0;

	if ((state & STATE_IDLE) == STATE_IDLE)
		return 'I';
	if (state & STATE_WAITS)
		return 'D';
	for (; shown != 0; shown >>= 1)
		index++;
	return letters[index];
}

/* Makes the record's row. Returns -1 if there is no memory. */
static int fill_entry(const struct snapshot_options *options, const struct record *record, int root,
		      struct snapshot_entry *entry)
{
	char *buffer = vmem_buffer(ROW_SIZE_MAX);
	struct snapshot_row *row = (void *)buffer;
	const char *argv;
	char *end;

	if (buffer == NULL)
		return -1;
	memset(row, 0, sizeof(*row));
	row->level = record->level;
	argv = iterator_pids(record, row_pids(row));
	*entry = (struct snapshot_entry){ .pid = row_pids(row)[0], .root = root };
	/* procfs knows whether the other threads of a leader that has ended still run. */
	if (letter_of(record->state, record->exit_state) == 'Z') {
		(void)rows_read_one(options, entry);
		return 0;
	}
	/*
	 * A process that has overwritten the end of its arguments is read from procfs, which shows
	 * what comes after them too.
	 */
	if (record->argv_size == ITERATOR_ARGV_UNREAD ||
	    (record->argv_size > 0 && argv[record->argv_size - 1] != '\0')) {
		(void)rows_read_one(options, entry);
		return 0;
	}
	row->state = (uint32_t)letter_of(record->state, record->exit_state);
	row->uid = record->uid;
	row->start_ns = rows_start_ns(record->start_ns / rows_tick_ns());
	row->argv_size = record->argv_size;
	memcpy(row->comm, record->comm, sizeof(row->comm));
	memcpy(row->inodes, record->inodes, sizeof(row->inodes));
	row_parents(row)[0] = record->parent;
	end = (char *)(row_parents(row) + row->level + 1);
	memcpy(end, argv, record->argv_size);
	row->size = (uint32_t)((size_t)(end + record->argv_size - buffer + 7) & ~7ul);
	entry->row = row;
	vmem_use(row->size);
	return 0;
}

/* procfs shifts start times in a time namespace; the kernel's own fields are not shifted. */
static bool has_first_clock(int proc)
{
	struct stat status;

	return fstatat(proc, "self/ns/time", &status, 0) < 0 || status.st_ino == TIMENS_FIRST;
}

/* The rows so far, with space for as many again and one more. */
struct list {
	struct snapshot_entry *all;
	size_t size;
	uint32_t count;
};

static struct snapshot_entry *next_of(struct list *list)
{
	while (2 * (list->count + 1) * sizeof(*list->all) > list->size) {
		list->all = vmem_grow(list->all, &list->size);
		if (list->all == NULL)
			return NULL;
	}
	return &list->all[list->count++];
}

static struct snapshot_entry *read_all(const struct snapshot_options *options, int iterator,
				       int root, uint32_t *count)
{
	static char batch[BATCH_SIZE] __attribute__((aligned(8)));
	struct list list = { 0 };
	ssize_t size;

	while ((size = read(iterator, batch, sizeof(batch))) > 0) {
		for (ssize_t at = 0; at < size;) {
			const struct record *record = (const void *)(batch + at);
			struct snapshot_entry *entry = next_of(&list);
			uint32_t pids[SBX_PIDS_MAX];
			uint32_t argv_size = record->argv_size;

			if (entry == NULL || fill_entry(options, record, root, entry) < 0)
				return NULL;
			at = iterator_pids(record, pids) - batch;
			at += argv_size == ITERATOR_ARGV_UNREAD ? 0 : argv_size;
			at = (at + 7) & ~7l;
		}
	}
	*count = list.count;
	return size == 0 ? list.all : NULL;
}

struct snapshot_entry *task_iter_read(const struct snapshot_options *options, int root,
				      uint32_t *count)
{
	const struct iterator_filter filter = {
		.inode = pidns_inode(root),
		.level = pidns_level(root),
		.all_namespaces = options->all_namespaces,
	};
	struct snapshot_entry *all;
	int iterator;

	*count = 0;
	if (!has_first_clock(options->proc))
		return NULL;
	iterator = iterator_open(&filter);
	if (iterator < 0)
		return NULL;
	all = read_all(options, iterator, root, count);
	(void)close(iterator);
	return all;
}
