/* rows.h - reading one row for each process of a run, as `snapshot` writes it. */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/layout.gen.h"
#include "look/members.h"

/* What to read of each process. */
struct snapshot_options {
	int proc; /* a descriptor of procfs */
	uint32_t pidns; /* inode of the outermost PID namespace of the run; 0: not known */
	bool all_namespaces; /* the inodes of all its namespaces, not of the PID namespace alone */
};

/* A row, and what `reconcile` needs to check it. */
struct snapshot_entry {
	struct snapshot_row *row; /* NULL: dropped */
	uint32_t pid;
	int root; /* as in struct member */
};

/* The arrays behind a row: PIDs by level, then the parent's PIDs by level. */
static inline uint32_t *row_pids(struct snapshot_row *row)
{
	return (uint32_t *)(row + 1);
}

static inline uint32_t *row_parents(struct snapshot_row *row)
{
	return row_pids(row) + row->level + 1;
}

/* Processes that live and have no row, as something failed; why the last of them has none. */
struct rows_misses {
	uint32_t count;
	int err;
};

/* Before all others. Returns -1 with errno if there is no memory. */
int rows_start(void);

const struct rows_misses *rows_missed(void);

/*
 * Reads a row for each of `members`, in their order; the array has space for as many again. The row
 * of a process that has ended is NULL. Returns NULL with errno if there is no memory.
 */
struct snapshot_entry *rows_read(const struct snapshot_options *options,
				 const struct member *members, uint32_t count);

/*
 * Reads the row of the process that `entry` names into memory of its own. False: it has ended.
 */
bool rows_read_one(const struct snapshot_options *options, struct snapshot_entry *entry);

/* A start time on CLOCK_MONOTONIC, from ticks since boot. */
uint64_t rows_start_ns(uint64_t ticks);

uint64_t rows_tick_ns(void);

#endif
