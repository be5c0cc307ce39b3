/* ptrace.c - recording a run by stopping whatever forks, execs or ends: it needs no privilege. */
#define _GNU_SOURCE
#include "trace/ptrace.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "core/procfs.h"
#include "core/sbx.h"
#include "trace/trace_file.h"
#include "core/sys.h"

#define STATUS_SIZE 8192

/* A policy may refuse a call now and then; the kernel does not. */
#define CONT_TRIES 8

#define OPTIONS                                                                                  \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |   \
	 PTRACE_O_EXITKILL)

/* What is known of each task, by its PID at level 0. */
enum {
	FORK_RECORDED = 1, /* its fork has been recorded */
	STOPPED_AT_START = 2, /* it is stopped at its start until that is done */
	IS_PROCESS = 4, /* it is no thread of another */
};

/* A thread whose process procfs hides. */
#define HIDDEN_GROUP UINT32_MAX

static uint8_t *tasks; /* by PID; virtual memory */
static int proc;
static bool is_child_unknown; /* by its fork */

static char text[STATUS_SIZE] SBX_LARGE;

/* Takes the PIDs from the line NSpid of `text`. Returns whether there is one. */
static bool take_pids(struct trace_event *event)
{
	int count = procfs_pids_in(text, event->pids);

	event->level = count > 0 ? (uint32_t)count - 1 : 0;
	return count > 0;
}

/*
 * The same of a task that procfs hides (hidepid, and the task is not dumpable, as the shim's own
 * are before their exec): what a pidfd's fdinfo says is open to whoever holds it. There is a pidfd
 * of a process only, not of another thread. Source: pidfd_open(2), proc_pid_fdinfo(5).
 */
static uint32_t describe_hidden(pid_t pid, struct trace_event *event)
{
	char path[32];
	int pidfd = sys_pidfd_open(pid);
	ssize_t size = -1;

	if (pidfd >= 0) {
		(void)snprintf(path, sizeof(path), "self/fdinfo/%d", pidfd);
		size = procfs_text(proc, path, text, sizeof(text));
		(void)close(pidfd);
	} else if (errno == EINVAL || errno == ENOENT) {
		return HIDDEN_GROUP;
	}
	return size > 0 && take_pids(event) ? (uint32_t)pid : 0;
}

/*
 * Name and PIDs of a stopped task. Returns its thread group; 0: it cannot be read; HIDDEN_GROUP: it is
 * a thread, and procfs hides whose.
 */
static uint32_t describe(pid_t pid, struct trace_event *event)
{
	const char *group, *line;
	size_t length;

	if (procfs_read(proc, (uint32_t)pid, "status", text, sizeof(text)) <= 0)
		return describe_hidden(pid, event);
	line = text + sizeof("Name:");
	length = strcspn(line, "\n");
	memcpy(event->comm, line, length < 15 ? length : 15);
	group = strstr(text, "\nTgid:");
	if (group == NULL || !take_pids(event))
		return 0;
	group += 6;
	return (uint32_t)procfs_number(&group);
}

static void go_on(pid_t pid, int number)
{
	/* ESRCH: it was killed meanwhile, and its end comes by itself. Whoever is not let go on stays. */
	for (int tries = 0; tries < CONT_TRIES; tries++) {
		if (ptrace(PTRACE_CONT, pid, 0, (void *)(intptr_t)number) == 0 || errno == ESRCH)
			return;
	}
}

/* The process that a task belongs to. */
static uint32_t process_of(pid_t task)
{
	struct trace_event event = { 0 };

	return tasks[task] & IS_PROCESS ? (uint32_t)task : describe(task, &event);
}

/*
 * The child of a fork is not known, as where its parent was killed meanwhile. It would wait at its
 * first stop for a word that does not come: so from now on none waits.
 */
static void lose_child(void)
{
	stream_miss(1);
	if (is_child_unknown)
		return;
	is_child_unknown = true;
	for (pid_t pid = 1; pid < (pid_t)PID_LIMIT; pid++) {
		if (!(tasks[pid] & STOPPED_AT_START))
			continue;
		tasks[pid] = (uint8_t)(tasks[pid] & ~STOPPED_AT_START);
		go_on(pid, 0);
	}
}

static void on_fork(pid_t parent)
{
	struct trace_event event = { .kind = TRACE_KIND_FORK };
	unsigned long child = 0;
	uint32_t group;

	if (ptrace(PTRACE_GETEVENTMSG, parent, 0, &child) < 0 || child == 0 || child >= PID_LIMIT) {
		lose_child();
		return;
	}
	group = describe((pid_t)child, &event);
	if (group == child) {
		tasks[child] |= IS_PROCESS;
		event.parent = process_of(parent);
		event.at_ns = sys_now();
		stream_put(&event);
		/* Without its parent its run is not known. */
		if (event.parent == 0 || event.parent == HIDDEN_GROUP)
			stream_miss(1);
	} else if (group == 0) {
		stream_miss(1);
	}
	if (tasks[child] & STOPPED_AT_START)
		go_on((pid_t)child, 0);
	tasks[child] = (uint8_t)((tasks[child] | FORK_RECORDED) & ~STOPPED_AT_START);
}

static void on_exec(pid_t pid)
{
	struct trace_event event = { .kind = TRACE_KIND_EXEC, .pids = { (uint32_t)pid } };
	char name[sizeof(event.comm) + 1];
	unsigned long former = 0;
	ssize_t size = procfs_read(proc, (uint32_t)pid, "comm", name, sizeof(name));
	ssize_t argv_size = procfs_read(proc, (uint32_t)pid, "cmdline", stream_argv(), STREAM_ARGV_SIZE);

	/* A thread that execs becomes the process, and its own number is free. */
	if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &former) == 0 && former < PID_LIMIT &&
	    former != (unsigned long)pid)
		tasks[former] = 0;
	/* Its exec is known even where its name is hidden, or it is on its way to its end. */
	if (size <= 0 || argv_size < 0)
		stream_miss(1);
	if (size > 0)
		memcpy(event.comm, name, (size_t)size - 1);
	event.argv_size = argv_size > 0 ? (uint32_t)argv_size : 0;
	event.at_ns = sys_now();
	stream_put(&event);
}

static void on_end(pid_t pid, int status)
{
	struct trace_event event = {
		.kind = TRACE_KIND_EXIT,
		.at_ns = sys_now(),
		.pids = { (uint32_t)pid },
		.status = (uint32_t)status,
	};

	if (tasks[pid] & IS_PROCESS)
		stream_put(&event);
	tasks[pid] = 0;
}

static bool is_stopping(int number)
{
	return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static void on_stop(pid_t pid, int status)
{
	int number = WSTOPSIG(status);

	switch ((unsigned int)status >> 16) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_fork(pid);
		go_on(pid, 0);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(pid);
		go_on(pid, 0);
		break;
	case PTRACE_EVENT_STOP:
		if (is_stopping(number))
			(void)ptrace(PTRACE_LISTEN, pid, 0, 0); /* it stays stopped, as it should */
		else if (tasks[pid] & FORK_RECORDED || is_child_unknown)
			go_on(pid, 0);
		else
			tasks[pid] |= STOPPED_AT_START; /* the fork event of its parent is recorded first */
		break;
	default: /* a signal on its way */
		go_on(pid, number);
		break;
	}
}

int ptrace_begin(pid_t child)
{
	tasks = mmap(NULL, PID_LIMIT, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (tasks == MAP_FAILED || ptrace(PTRACE_SEIZE, child, 0, (void *)OPTIONS) < 0)
		return -1;
	tasks[child] = FORK_RECORDED | IS_PROCESS;
	return 0;
}

int ptrace_follow(pid_t child)
{
	int code = SBX_EXIT_HOST;
	int status;

	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return code;
		SBX_ASSERT((uint32_t)pid < PID_LIMIT);
		if (WIFSTOPPED(status)) {
			on_stop(pid, status);
			continue;
		}
		on_end(pid, status);
		if (pid == child)
			code = sys_exit_code(status);
	}
}
