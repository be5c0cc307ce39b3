/* probes.c - recording a run by BPF programs at the kernel's tracepoints: nothing is ever stopped. */
#define _GNU_SOURCE
#include "trace/probes.h"

#include <stddef.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "trace/bpf.h"
#include "core/procfs.h"
#include "trace/trace_programs.h"
#include "core/sbx.h"
#include "trace/trace_file.h"
#include "core/sys.h"

static const char *const tracepoints[PROBE_COUNT] = {
	[PROBE_FORK] = "sched_process_fork",
	[PROBE_EXEC] = "sched_process_exec",
	[PROBE_EXIT] = "sched_process_exit",
};

void probes_close(struct probes *probes)
{
	for (int i = 0; i < PROBE_FD_COUNT; i++) {
		if (probes->fds[i] >= 0)
			(void)close(probes->fds[i]);
		probes->fds[i] = -1;
	}
}

static enum trace_obstacle open_all(struct probes *probes)
{
	int *fds = probes->fds;

	/* The first call also shows whether the caller may use BPF at all. */
	fds[PROBE_FD_TRACKED] = bpf_map(BPF_MAP_TYPE_ARRAY, PID_LIMIT / 8, 1);
	if (fds[PROBE_FD_TRACKED] < 0)
		return TRACE_OBSTACLE_MAPS;
	if (programs_find() < 0)
		return TRACE_OBSTACLE_TYPES;
	fds[PROBE_FD_DROPPED] = bpf_map(BPF_MAP_TYPE_ARRAY, sizeof(uint64_t), 1);
	fds[PROBE_FD_FORK_SCRATCH] = bpf_map(BPF_MAP_TYPE_PERCPU_ARRAY, programs_fork_size(), 1);
	fds[PROBE_FD_EXEC_SCRATCH] = bpf_map(BPF_MAP_TYPE_PERCPU_ARRAY, programs_exec_size(), 1);
	fds[PROBE_FD_RING] = bpf_map(BPF_MAP_TYPE_RINGBUF, 0, probes->ring_size);
	if (fds[PROBE_FD_DROPPED] < 0 || fds[PROBE_FD_FORK_SCRATCH] < 0 ||
	    fds[PROBE_FD_EXEC_SCRATCH] < 0 || fds[PROBE_FD_RING] < 0)
		return TRACE_OBSTACLE_MAPS;
	for (enum probe probe = 0; probe < PROBE_COUNT; probe++) {
		fds[PROBE_FD_PROGRAM + probe] = programs_load(probes, probe);
		if (fds[PROBE_FD_PROGRAM + probe] < 0)
			return TRACE_OBSTACLE_PROGRAMS;
		/* The other programs need the result of this one. */
		if (probe == PROBE_BEGIN &&
		    bpf_run(fds[PROBE_FD_PROGRAM + probe], &probes->base) < 0)
			return TRACE_OBSTACLE_PROGRAMS;
	}
	for (enum probe probe = PROBE_BEGIN + 1; probe < PROBE_COUNT; probe++) {
		fds[PROBE_FD_LINK + probe] =
			bpf_attach(fds[PROBE_FD_PROGRAM + probe], tracepoints[probe]);
		if (fds[PROBE_FD_LINK + probe] < 0)
			return TRACE_OBSTACLE_TRACEPOINTS;
	}
	return TRACE_OBSTACLE_NONE;
}

enum trace_obstacle probes_open(struct probes *probes, uint32_t ring_size)
{
	enum trace_obstacle obstacle;
	int err;

	probes->ring_size = ring_size;
	obstacle = open_all(probes);
	err = errno;
	if (obstacle != TRACE_OBSTACLE_NONE)
		probes_close(probes);
	errno = err;
	return obstacle;
}

static bool next_event(struct ringbuf *ring, struct trace_event *event)
{
	uint32_t size;
	const char *record = ringbuf_next(ring, &size);

	if (record == NULL)
		return false;
	programs_event(record, event);
	ringbuf_drop(ring, size);
	return true;
}

static int watch(const struct probes *probes, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(probes->fds[PROBE_FD_EPOLL], EPOLL_CTL_ADD, fd, &event);
}

bool probes_begin(struct probes *probes, pid_t child)
{
	int *fds = probes->fds;
	struct trace_event event;

	fds[PROBE_FD_EPOLL] = epoll_create1(EPOLL_CLOEXEC);
	fds[PROBE_FD_CHILD] = sys_pidfd_open(child);
	/* The ring is readable with anything in it: only the wake-ups are asked for, by EPOLLET. */
	return ringbuf_open(&probes->ring, fds[PROBE_FD_RING], probes->ring_size) == 0 &&
	       next_event(&probes->ring, &event) && event.kind == TRACE_KIND_FORK &&
	       event.parent == (uint32_t)getpid() && event.level == 0 &&
	       event.pids[0] == (uint32_t)child &&
	       watch(probes, fds[PROBE_FD_RING], EPOLLIN | EPOLLET) == 0 &&
	       watch(probes, fds[PROBE_FD_CHILD], EPOLLIN) == 0;
}

/* What was not recorded, as the ring was full or the kernel skipped a program. */
static uint32_t missed_events(const struct probes *probes)
{
	uint64_t sum = 0;

	/* What cannot be asked for may be anything: at least one. */
	if (bpf_map_word(probes->fds[PROBE_FD_DROPPED], &sum) < 0)
		sum = 1;
	for (enum probe probe = 0; probe < PROBE_COUNT; probe++) {
		uint64_t misses = 0;

		(void)bpf_misses(probes->fds[PROBE_FD_PROGRAM + probe], &misses);
		sum += misses;
	}
	return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

int probes_follow(struct probes *probes, pid_t child)
{
	struct trace_event event;
	struct epoll_event woken;
	int status = 0;

	do {
		woken.data.fd = -1;
		(void)epoll_wait(probes->fds[PROBE_FD_EPOLL], &woken, 1, -1);
		while (next_event(&probes->ring, &event))
			stream_put(&event);
	} while (woken.data.fd != probes->fds[PROBE_FD_CHILD]);
	/* It has seen the end of all others, so all that happened was in the ring. */
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	stream_miss(missed_events(probes));
	return sys_exit_code(status);
}
