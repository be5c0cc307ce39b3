/* trace.c - every fork, exec and exit of a run, however short a process lives. */
#define _GNU_SOURCE
#include "trace.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "procfs.h"
#include "sbx.h"
#include "sys.h"

#define STATUS_SIZE 8192
#define ARGV_SIZE (32 * 1024)
#define OUTPUT_SIZE (256 * 1024)

#define OPTIONS                                                                                  \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |   \
	 PTRACE_O_EXITKILL)

/* Of a task, by its PID at level 0. */
enum {
	SEEN_FORK = 1, /* its fork has been told */
	SEEN_STOP = 2, /* it stands at its beginning, and waits for that */
	IS_PROCESS = 4, /* it is no thread of another */
};

static uint8_t *tasks;
static pid_t monitor;
static int output_fd;
static int proc;
static char output[OUTPUT_SIZE];
static size_t output_size;
static bool output_failed;

static void flush(void)
{
	size_t done = 0;

	while (done < output_size && !output_failed) {
		ssize_t count = write(output_fd, output + done, output_size - done);

		if (count < 0 && errno != EINTR)
			output_failed = true; /* a full disk must not hold the run */
		done += count > 0 ? (size_t)count : 0;
	}
	output_size = 0;
}

/* Name and PIDs of a stopped task. Returns its thread group; 0: it cannot be read. */
static uint32_t describe(pid_t pid, struct trace_event *event)
{
	static char text[STATUS_SIZE];
	const char *group, *line;
	size_t length;

	if (procfs_read(proc, (uint32_t)pid, "status", text, sizeof(text)) <= 0)
		return 0;
	line = text + sizeof("Name:");
	length = strcspn(line, "\n");
	memcpy(event->comm, line, length < 15 ? length : 15);
	group = strstr(text, "\nTgid:");
	line = strstr(text, "\nNSpid:");
	if (group == NULL || line == NULL)
		return 0;
	line += 7;
	for (event->level = 0; *line == '\t' && event->level < SBX_PIDS_MAX; event->level++)
		event->pids[event->level] = (uint32_t)procfs_number(&line);
	event->level -= event->level > 0 ? 1 : 0;
	group += 6;
	return (uint32_t)procfs_number(&group);
}

static void put(struct trace_event *event, ssize_t argv_size)
{
	size_t padded = sizeof(*event) + (((size_t)argv_size + 7) & ~(size_t)7);

	event->size = (uint32_t)padded;
	event->argv_size = (uint32_t)argv_size;
	event->at_ns = sys_now();
	memcpy(output + output_size, event, sizeof(*event));
	memset(output + output_size + sizeof(*event) + argv_size, 0,
	       padded - sizeof(*event) - (size_t)argv_size);
	output_size += padded;
}

static void make_room(void)
{
	if (output_size + sizeof(struct trace_event) + ARGV_SIZE + 8 > sizeof(output))
		flush();
}

static void go_on(pid_t pid, int number)
{
	/* ESRCH: it was killed meanwhile, and its end comes by itself. */
	(void)ptrace(PTRACE_CONT, pid, 0, (void *)(intptr_t)number);
}

static void on_fork(pid_t parent)
{
	struct trace_event event = { .kind = TRACE_KIND_FORK, .parent = (uint32_t)parent };
	unsigned long child = 0;

	if (ptrace(PTRACE_GETEVENTMSG, parent, 0, &child) < 0 || child == 0 || child >= PID_LIMIT)
		return;
	make_room();
	if (describe((pid_t)child, &event) == child) {
		tasks[child] |= IS_PROCESS;
		put(&event, 0);
	}
	if (tasks[child] & SEEN_STOP)
		go_on((pid_t)child, 0);
	tasks[child] = (uint8_t)((tasks[child] | SEEN_FORK) & ~SEEN_STOP);
}

static void on_exec(pid_t pid)
{
	struct trace_event event = { .kind = TRACE_KIND_EXEC };
	ssize_t argv_size = -1;

	make_room();
	if (describe(pid, &event) == (uint32_t)pid)
		argv_size = procfs_read(proc, (uint32_t)pid, "cmdline",
					output + output_size + sizeof(event), ARGV_SIZE);
	if (argv_size >= 0)
		put(&event, argv_size);
}

static void on_end(pid_t pid, int status)
{
	struct trace_event event = {
		.kind = TRACE_KIND_EXIT,
		.pids = { (uint32_t)pid },
		.status = (uint32_t)status,
	};

	make_room();
	if (pid > 0 && (uint32_t)pid < PID_LIMIT) {
		if (tasks[pid] & IS_PROCESS)
			put(&event, 0);
		tasks[pid] = 0;
	}
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
		else if (pid == monitor || (uint32_t)pid >= PID_LIMIT || tasks[pid] & SEEN_FORK)
			go_on(pid, 0);
		else
			tasks[pid] |= SEEN_STOP; /* its parent's word comes first */
		break;
	default: /* a signal on its way */
		go_on(pid, number);
		break;
	}
}

static int follow(void)
{
	int code = SBX_EXIT_HOST;
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (WIFSTOPPED(status)) {
			on_stop(pid, status);
			continue;
		}
		on_end(pid, status);
		if (pid == monitor)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	flush();
	return code;
}

static void forward(int number)
{
	(void)kill(monitor, number);
}

static int refuse(const char *what)
{
	(void)dprintf(STDERR_FILENO, "sandbox-shim: trace: %s: errno %d\n", what, errno);
	if (monitor > 0)
		(void)kill(monitor, SIGKILL);
	return SBX_EXIT_HOST;
}

bool trace_split(int fd, bool has_runner, int *code)
{
	int gate[2];
	char byte = 0;

	tasks = mmap(NULL, PID_LIMIT, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	*code = SBX_EXIT_HOST;
	if (tasks == MAP_FAILED || pipe2(gate, O_CLOEXEC) < 0) {
		*code = refuse("memory");
		return true;
	}
	monitor = fork();
	if (monitor == 0) {
		(void)close(gate[1]);
		if (read(gate[0], &byte, 1) != 1)
			_exit(SBX_EXIT_HOST);
		(void)close(gate[0]);
		(void)close(fd);
		return false;
	}
	if (monitor < 0 || ptrace(PTRACE_SEIZE, monitor, 0, (void *)OPTIONS) < 0) {
		*code = refuse("ptrace");
		return true;
	}
	output_fd = fd;
	if (has_runner)
		(void)setsid(); /* the terminal's Ctrl-C is for the runner */
	(void)signal(SIGTERM, forward);
	(void)signal(SIGINT, forward);
	(void)signal(SIGHUP, forward);
	(void)!write(gate[1], &byte, 1);
	/* What the run's end is told by must not be held open here. */
	(void)sys_close_range(3, (unsigned int)fd - 1);
	(void)sys_close_range((unsigned int)fd + 1, ~0u);
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	*code = proc < 0 ? refuse("procfs") : follow();
	return true;
}
