/* task_iter_program.h - the BPF program that the kernel runs for each task, to tell of those inside. */
#ifndef TASK_ITER_PROGRAM_H
#define TASK_ITER_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/layout.gen.h"

/* Of the arguments of a process; longer ones are not read. */
#define ITERATOR_ARGV_SIZE 4096
/* A size of arguments that could not be read. */
#define ITERATOR_ARGV_UNREAD SBX_NONE

/* Of which processes it tells, and what. */
struct inside {
	uint32_t inode; /* of a PID namespace in which they are visible */
	int level; /* of that namespace; ours is 0 */
	bool all_namespaces;
};

/*
 * What it tells of a process, followed by its PIDs as the kernel keeps them, and its arguments; the
 * next begins at a multiple of 8.
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
 * Returns a descriptor that records are read from, whole ones at each read. -1 with errno where
 * that cannot be: without CAP_BPF and CAP_PERFMON, without type information, on older kernels.
 */
int iterator_open(const struct inside *inside);

/* Its PIDs, `level` + 1. Returns where its arguments begin. */
const char *iterator_pids(const struct record *record, uint32_t *pids);

#endif
