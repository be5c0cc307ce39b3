/* rows.h - what is known of each process of a run, as it goes out. */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/layout.gen.h"
#include "look/members.h"

/* How much is to be learnt of a process. */
struct rows_wish {
	int proc; /* a descriptor of procfs */
	bool all_namespaces; /* the inodes of all its namespaces, not only of the PID namespace */
};

/* A row, and what is needed to find out whether it still holds. */
struct seen {
	struct snapshot_row *row; /* NULL: left out */
	uint32_t pid;
	int root; /* as of struct member */
};

/* What stands behind a row: PIDs by level, then the parent's. */
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
 * Reads all of `members` into rows, in their order, with room for as many more behind them. Rows of
 * processes that have ended are left out. Returns NULL with errno if there is no memory.
 */
struct seen *rows_read(const struct rows_wish *wish, const struct member *members, uint32_t count);

/*
 * Reads the row of a process that `seen` names, into memory of its own. False: it has ended.
 */
bool rows_read_one(const struct rows_wish *wish, struct seen *seen);

/* When a process was started, from its ticks since boot; on CLOCK_MONOTONIC. */
uint64_t rows_start_ns(uint64_t ticks);

uint64_t rows_tick_ns(void);

#endif
