/* task_iter_program.h - the BPF program that writes a record of each task in a PID namespace. */
#ifndef TASK_ITER_PROGRAM_H
#define TASK_ITER_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/layout.gen.h"

/* Longer arguments of a process are not read. */
#define ITERATOR_ARGV_SIZE 4096
/* As argv_size: the arguments could not be read. */
#define ITERATOR_ARGV_UNREAD SBX_NONE

/* Which processes get a record, and what it holds. */
struct iterator_filter {
	uint32_t inode; /* of the PID namespace in which they are visible */
	int level; /* of that namespace; ours is 0 */
	bool all_namespaces;
};

/*
 * One process. Its PIDs follow, as the kernel keeps them (struct upid), then its arguments; the next
 * record begins at a multiple of 8.
 */
struct record {
	uint32_t level; /* ours is 0 */
	uint32_t state, exit_state;
	uint32_t parent; /* PID at our level; 0: it is above */
	uint64_t start_ns; /* on CLOCK_BOOTTIME */
	uint32_t uid;
	uint32_t argv_size;
	char comm[16];
	uint32_t inodes[NAMESPACE_COUNT];
};

/*
 * Returns a descriptor to read records from; each read gives whole ones. -1 with errno without
 * CAP_BPF and CAP_PERFMON, without type information, and on older kernels.
 */
int iterator_open(const struct iterator_filter *filter);

/* Fills in `level` + 1 PIDs. Returns the start of the arguments. */
const char *iterator_pids(const struct record *record, uint32_t *pids);

#endif
