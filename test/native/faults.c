/*
 * faults.c - runs the shim with one of its system calls failing, or writes down all that it makes.
 *
 * It takes the shim's arguments and becomes the shim, below a filter that asks a second process
 * before each call: a user notification of seccomp(2). That process is nobody's child, so the shim
 * never meets it, and it ends with the last process of the run. Only calls of the shim itself are
 * counted: of its processes until their exec.
 *
 * FAULTS_SHIM  the shim
 * FAULTS_LOG   a file that gets a line for each call: process, call, how often that process has made
 *              it; the last line is "end"
 * FAULTS_AT    the call that fails, "PROCESS CALL NTH ERRNO", then alone in the file; NTH with a "+":
 *              all from then on
 *
 * A process is named by its PIDs below level 0, which a plan promises, as "1/4"; at level 0 by when it
 * made its first call, as "@1".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Since Linux 5.19: a call that has been asked about is not interrupted, and so not asked about twice. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define CALL_MAX 512
#define PROCESS_MAX 256
#define NAME_SIZE 64

static const char *const call_names[CALL_MAX] = {
#define CALL(name) [SYS_##name] = #name,
#include "faults-calls.h"
#undef CALL
};

struct process {
	pid_t pid;
	char name[NAME_SIZE];
	unsigned int counts[CALL_MAX];
};

/* What is to fail; `call` is -1 where nothing is. */
struct fault {
	char process[NAME_SIZE];
	int call;
	unsigned int nth;
	bool goes_on;
	int number;
};

/* Shared by both processes before the filter is there: after that a call would be asked about. */
struct meeting {
	int listener; /* 0: not yet */
	bool is_ready; /* the other process answers from now on */
};

static struct process processes[PROCESS_MAX];
static size_t process_count;
static size_t level_0_count;
static FILE *out;

static int call_of(const char *name)
{
	for (int call = 0; call < CALL_MAX; call++) {
		if (call_names[call] != NULL && strcmp(call_names[call], name) == 0)
			return call;
	}
	return -1;
}

static struct fault fault_of(const char *text)
{
	struct fault fault = { .call = -1 };
	char call[NAME_SIZE], plus[2] = "";

	if (text == NULL)
		return fault;
	if (sscanf(text, "%63s %63s %u%1[+] %d", fault.process, call, &fault.nth, plus, &fault.number) != 5 &&
	    sscanf(text, "%63s %63s %u %d", fault.process, call, &fault.nth, &fault.number) != 4) {
		(void)fprintf(stderr, "faults: FAULTS_AT is \"%s\"\n", text);
		exit(1);
	}
	fault.call = call_of(call);
	fault.goes_on = plus[0] == '+';
	return fault;
}

/* Its PIDs below level 0, or "@N". */
static void name_process(struct process *process)
{
	char path[64], line[512] = "", *at = process->name;
	char *end = process->name + sizeof(process->name);
	FILE *status;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", process->pid);
	status = fopen(path, "re");
	while (status != NULL && fgets(line, sizeof(line), status) != NULL && strncmp(line, "NSpid:", 6) != 0)
		line[0] = '\0';
	if (status != NULL)
		(void)fclose(status);
	if (strtok(line, " \t\n") != NULL)
		(void)strtok(NULL, " \t\n"); /* level 0 */
	*at = '\0';
	for (const char *pid = strtok(NULL, " \t\n"); pid != NULL && at < end; pid = strtok(NULL, " \t\n"))
		at += snprintf(at, (size_t)(end - at), "%s%s", at == process->name ? "" : "/", pid);
	if (at == process->name)
		(void)snprintf(process->name, sizeof(process->name), "@%zu", ++level_0_count);
}

static struct process *process_of(pid_t pid)
{
	struct process *process;

	for (size_t i = 0; i < process_count; i++) {
		if (processes[i].pid == pid)
			return &processes[i];
	}
	if (process_count == PROCESS_MAX)
		return NULL;
	process = &processes[process_count++];
	process->pid = pid;
	name_process(process);
	return process;
}

/* One that may not be looked into is the shim, which sees to that. */
static bool is_shim(pid_t pid)
{
	char path[64], exe[4096];
	ssize_t size;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	size = readlink(path, exe, sizeof(exe) - 1);
	if (size < 0)
		return errno == EACCES || errno == EPERM;
	exe[size] = '\0';
	return strstr(exe, "sandbox-shim") != NULL;
}

/* The errno that this call gets; 0: it is made. */
static int answer(const struct fault *fault, const struct seccomp_notif *asked)
{
	pid_t pid = (pid_t)asked->pid;
	int call = asked->data.nr;
	struct process *process = call < CALL_MAX && is_shim(pid) ? process_of(pid) : NULL;
	unsigned int nth;

	/* To take something out of an epoll set needs nothing that could be short. */
	if (call == SYS_epoll_ctl && asked->data.args[1] == EPOLL_CTL_DEL)
		return 0;
	if (process == NULL || call_names[call] == NULL)
		return 0;
	nth = ++process->counts[call];
	if (fault->call >= 0 && (call != fault->call || strcmp(process->name, fault->process) != 0 ||
				 (fault->goes_on ? nth < fault->nth : nth != fault->nth)))
		return 0;
	(void)fprintf(out, "%s %s %u\n", process->name, call_names[call], nth);
	return fault->call >= 0 ? fault->number : 0;
}

static void serve(int listener, const struct fault *fault)
{
	for (;;) {
		struct pollfd ready = { .fd = listener, .events = POLLIN };
		struct seccomp_notif asked = { 0 };
		struct seccomp_notif_resp response = { 0 };

		if (poll(&ready, 1, -1) < 0 && errno != EINTR)
			break;
		if (!(ready.revents & POLLIN) && ready.revents & POLLHUP)
			break;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0)
			continue;
		response.id = asked.id;
		response.error = -answer(fault, &asked);
		response.flags = response.error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
		(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	}
}

/* In the process that is asked: it shares the descriptors of the first until the listener is there. */
static void attend(volatile struct meeting *meeting, const struct fault *fault)
{
	int listener;

	while ((listener = meeting->listener) == 0)
		(void)sched_yield();
	if (unshare(CLONE_FILES) < 0 || dup2(listener, 0) < 0 || dup2(fileno(out), 3) < 0)
		_exit(1);
	out = fdopen(3, "w");
	(void)syscall(SYS_close_range, 4, ~0u, 0);
	(void)close(1);
	(void)close(2);
	meeting->is_ready = true;
	serve(0, fault);
	(void)fprintf(out, "end\n");
	(void)fclose(out);
	_exit(0);
}

static pid_t fork_sharing(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

/* Only the one call is asked about where one fails; all are where they are written down. */
static int install_filter(const struct fault *fault)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)fault->call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, fault->call >= 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };

	/* Who may not do without has to give this up; the shim's processes do so in any case. */
	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			    &program);
}

int main(int count, char **arguments)
{
	const char *shim = getenv("FAULTS_SHIM"), *log = getenv("FAULTS_LOG");
	struct fault fault = fault_of(getenv("FAULTS_AT"));
	volatile struct meeting *meeting;
	int listener;
	pid_t between;

	if (shim == NULL || log == NULL)
		return 1;
	arguments[0] = (char *)(uintptr_t)shim;
	if (count < 2 || strcmp(arguments[1], "run") != 0) {
		(void)execv(shim, arguments);
		return 1;
	}
	out = fopen(log, "we");
	meeting = mmap(NULL, sizeof(*meeting), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (out == NULL || meeting == MAP_FAILED)
		return 1;
	between = fork_sharing(CLONE_FILES);
	if (between == 0) {
		if (fork_sharing(CLONE_FILES) == 0)
			attend(meeting, &fault);
		_exit(0);
	}
	(void)waitpid(between, NULL, 0);
	listener = install_filter(&fault);
	if (listener < 0) {
		perror("faults: seccomp");
		meeting->listener = -1;
		return 1;
	}
	meeting->listener = listener;
	while (!meeting->is_ready)
		;
	(void)execv(shim, arguments);
	return 1;
}
