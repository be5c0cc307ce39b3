/* task_iter.h - the rows of a run by a BPF program that the kernel runs for each of its tasks. */
#ifndef TASK_ITER_H
#define TASK_ITER_H

#include <stdint.h>

#include "look/rows.h"

/*
 * As rows_read, of all processes that are visible in the PID namespace `root`, which has to be of
 * spaces.h. Needs CAP_BPF, CAP_PERFMON and the kernel's type information, and takes some
 * milliseconds to begin with. NULL with errno where that cannot be.
 */
struct seen *tasks_read(const struct rows_wish *wish, int root, uint32_t *count);

#endif
