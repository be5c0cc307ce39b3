/* trace.c - every fork, exec and exit of a run, however short a process lives. */
#define _GNU_SOURCE
#include "trace/trace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "trace/probes.h"
#include "trace/ptrace.h"
#include "trace/trace_file.h"
#include "run/verdict.h"
#include "core/fault.h"
#include "core/sys.h"

#define RING_SIZE_MIN (4u << 20)
#define RING_SIZE_MAX (64u << 20)
#define RING_SIZE_OF_CPU (1u << 20)

static pid_t monitor;

static void forward(int number)
{
	(void)kill(monitor, number);
}

static int refuse(const char *what)
{
	(void)dprintf(STDERR_FILENO, "sandbox-shim: trace: %s: %s\n", what, errno_text(errno).text);
	if (monitor > 0)
		(void)kill(monitor, SIGKILL);
	return SBX_EXIT_HOST;
}

/* The descriptors whose close shows the run's end must not stay open here. */
static void close_others(int fd, const struct probes *probes)
{
	unsigned int from = 3;

	for (;;) {
		unsigned int next = (unsigned int)fd;

		if (next < from)
			next = ~0u;
		for (int i = 0; i < PROBE_FD_COUNT; i++) {
			unsigned int kept = (unsigned int)probes->fds[i];

			if (probes->fds[i] >= 0 && kept >= from && kept < next)
				next = kept;
		}
		if (next > from)
			(void)sys_close_range(from, next - 1);
		if (next == ~0u)
			return;
		from = next + 1;
	}
}

/* In the child: goes on when the parent, which must be there, says that it is traced. */
static void wait_for_start(int start_pipe[2])
{
	ssize_t size;
	char byte;

	(void)close(start_pipe[1]);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		_exit(refuse("death signal"));
	do
		size = read(start_pipe[0], &byte, 1);
	while (size < 0 && errno == EINTR);
	if (size == 0)
		_exit(SBX_EXIT_HOST); /* the tracer is gone, and has said why */
	if (size < 0)
		_exit(refuse("start"));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		_exit(refuse("hiding"));
	(void)close(start_pipe[0]);
}

static int follow(const struct trace_request *request, struct probes *probes, int start_pipe)
{
	char byte = 0;
	ssize_t size;
	int code;

	if (request->has_runner)
		(void)setsid(); /* the terminal's Ctrl-C is for the runner */
	(void)signal(SIGTERM, forward);
	(void)signal(SIGINT, forward);
	(void)signal(SIGHUP, forward);
	(void)signal(SIGCONT, forward); /* at the runner's death (main.c): the monitor may be stopped */
	/* A limit on the size of files gives an error, as a full disk does. */
	(void)signal(SIGXFSZ, SIG_IGN);
	do
		size = write(start_pipe, &byte, 1);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return refuse("start");
	close_others(request->fd, probes);
	code = probes->fds[PROBE_FD_CHILD] >= 0 ? probes_follow(probes, monitor) : ptrace_follow(monitor);
	return verdict_with_trace(code, stream_close());
}

/* Enough for 10,000 processes without a reader, and for what many CPUs record before it runs. */
static uint32_t ring_size(const struct trace_request *request)
{
	uint32_t size = RING_SIZE_MIN;

	if (request->ring_size > 0)
		return request->ring_size;
	while (size < RING_SIZE_MAX && size < RING_SIZE_OF_CPU * (uint32_t)get_nprocs())
		size *= 2;
	return size;
}

/* By what the waiting child is traced, as far as that is possible. -1: by nothing, with errno. */
static int begin(const struct trace_request *request, struct probes *probes,
		 struct trace_header *header)
{
	/* Its own birth must be there, else the kernel's types are not what they were taken for. */
	if (header->obstacle == TRACE_OBSTACLE_NONE && !probes_begin(probes, monitor))
		header->obstacle = TRACE_OBSTACLE_CHECK;
	if (header->obstacle == TRACE_OBSTACLE_NONE) {
		header->obstacle_errno = 0;
		return 0;
	}
	header->tracer = TRACER_PTRACE;
	probes_close(probes);
	errno = (int)header->obstacle_errno;
	return request->tracer == TRACER_BPF ? -1 : ptrace_begin(monitor);
}

bool trace_split(const struct trace_request *request, int *code)
{
	static struct probes probes = PROBES_CLOSED;
	struct trace_header header = { .tracer = TRACER_BPF };
	int start_pipe[2];

	errno = 0;
	header.obstacle = request->tracer == TRACER_PTRACE ?
				  TRACE_OBSTACLE_ASKED :
				  probes_open(&probes, ring_size(request));
	header.obstacle_errno = (uint32_t)errno;
	*code = SBX_EXIT_HOST;
	if (pipe2(start_pipe, O_CLOEXEC) < 0) {
		*code = refuse("pipe");
		return true;
	}
	/* An ordinary user's tracer may seize only who may be looked into; no workload is there yet. */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	monitor = fork();
	if (monitor != 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
		*code = refuse("hiding");
		return true;
	}
	if (monitor == 0) {
		wait_for_start(start_pipe);
		(void)close(request->fd);
		return false;
	}
	if (monitor < 0) {
		*code = refuse("fork");
		return true;
	}
	if (begin(request, &probes, &header) < 0) {
		*code = refuse(header.tracer == TRACER_PTRACE && request->tracer != TRACER_BPF ?
				       "ptrace" : "BPF");
		return true;
	}
	stream_open(request->fd, request->size_max, &header);
	*code = follow(request, &probes, start_pipe[1]);
	return true;
}
