/* probes.h - recording a run by BPF programs at the kernel's tracepoints: nothing is ever stopped. */
#ifndef PROBES_H
#define PROBES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gen/layout.gen.h"
#include "trace/ringbuf.h"

/* The first runs once, in the caller itself, the others at tracepoints. */
enum probe { PROBE_BEGIN, PROBE_FORK, PROBE_EXEC, PROBE_EXIT, PROBE_COUNT };

enum {
	PROBE_FD_TRACKED, /* a bit for each process, by its PID in the kernel's first namespace */
	PROBE_FD_DROPPED, /* how many events did not fit the ring buffer */
	PROBE_FD_FORK_SCRATCH, /* scratch memory for one event a CPU */
	PROBE_FD_EXEC_SCRATCH,
	PROBE_FD_RING,
	PROBE_FD_PROGRAM,
	PROBE_FD_LINK = PROBE_FD_PROGRAM + PROBE_COUNT,
	PROBE_FD_EPOLL = PROBE_FD_LINK + PROBE_COUNT,
	PROBE_FD_CHILD,
	PROBE_FD_COUNT,
};

struct probes {
	int fds[PROBE_FD_COUNT]; /* -1: not open */
	uint32_t ring_size;
	uint32_t base; /* the kernel's number for our level 0 */
	struct ringbuf ring;
};

/* As it must be before the first call. */
#define PROBES_CLOSED                                      \
	{                                                  \
		.fds = { [0 ... PROBE_FD_COUNT - 1] = -1 } \
	}

/*
 * From here on all processes that the caller makes are recorded, and all that these make, in a ring
 * buffer of `ring_size` bytes, a power of two. Returns TRACE_OBSTACLE_NONE, or what is in the way,
 * with errno and nothing left open.
 */
enum trace_obstacle probes_open(struct probes *probes, uint32_t ring_size);

/* Whether the birth of the caller's first child was recorded, as it was. */
bool probes_begin(struct probes *probes, pid_t child);

/* Writes events until the child has ended, and how many were dropped. Returns its exit code. */
int probes_follow(struct probes *probes, pid_t child);

void probes_close(struct probes *probes);

#endif
