/* task_iter.h - the rows of a run by a BPF program that the kernel runs for each of its tasks. */
#ifndef TASK_ITER_H
#define TASK_ITER_H

#include <stdint.h>

#include "look/rows.h"

/*
 * Like rows_read, for all processes that are visible in the PID namespace `root` of pidns.h. Needs
 * CAP_BPF, CAP_PERFMON and the kernel's type information; loading takes some milliseconds. Returns
 * NULL with errno where it cannot be done.
 */
struct snapshot_entry *task_iter_read(const struct snapshot_options *options, int root,
				      uint32_t *count);

#endif
