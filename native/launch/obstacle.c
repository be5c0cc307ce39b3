/* obstacle.c - limits and filters under which Bun would not start, or abort. */
#define _GNU_SOURCE
#include "launch/obstacle.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB 1024ull
#define MIB (1024 * KIB)

/* Threads that Bun aborts without: tried as a user with nothing else, where 5 were too few. */
#define TASKS_MIN 6

struct limit {
	int resource;
	rlim_t least; /* tried with Bun 1.4.5 on Linux 6.18, x86_64, and rounded up */
	rlim_t unit; /* of ulimit */
	const char *name;
	const char *option;
};

static const struct limit limits[] = {
	{ RLIMIT_AS, 512 * MIB, KIB, "RLIMIT_AS", "-v" },
	{ RLIMIT_DATA, 384 * MIB, KIB, "RLIMIT_DATA", "-d" },
	{ RLIMIT_STACK, 256 * KIB, KIB, "RLIMIT_STACK", "-s" },
	{ RLIMIT_NOFILE, 6, 1, "RLIMIT_NOFILE", "-n" },
};

static bool is_too_low(const struct limit *limit)
{
	struct rlimit now;

	/* By the system call: the type of a resource is another in each C library and compiler. */
	if (syscall(SYS_prlimit64, 0, limit->resource, NULL, &now) < 0 ||
	    now.rlim_cur >= limit->least)
		return false;
	(void)dprintf(STDERR_FILENO,
		      "sandbox: the limit %s is too low for this program: %llu, and it needs %llu; "
		      "raise it (ulimit %s %llu)\n",
		      limit->name, (unsigned long long)now.rlim_cur,
		      (unsigned long long)limit->least, limit->option,
		      (unsigned long long)(limit->least / limit->unit));
	return true;
}

/* Whether a few more processes can be made: all are there at once, and then ended again. */
static bool can_make_processes(void)
{
	pid_t made[TASKS_MIN];
	int count = 0;

	while (count < TASKS_MIN) {
		made[count] = fork();
		if (made[count] == 0) {
			for (;;)
				(void)pause();
		}
		if (made[count] < 0)
			break;
		count++;
	}
	for (int i = 0; i < count; i++) {
		(void)kill(made[i], SIGKILL);
		(void)waitpid(made[i], NULL, 0);
	}
	return count == TASKS_MIN;
}

/* The limit counts all of the user's; where the whole machine has fewer, there is nothing to try. */
static bool has_too_few_processes(void)
{
	struct rlimit now;
	struct sysinfo machine;

	if (getrlimit(RLIMIT_NPROC, &now) < 0 || now.rlim_cur == RLIM_INFINITY ||
	    (sysinfo(&machine) == 0 && now.rlim_cur > machine.procs + (rlim_t)TASKS_MIN))
		return false;
	if (can_make_processes())
		return false;
	(void)dprintf(STDERR_FILENO,
		      "sandbox: the limit RLIMIT_NPROC is reached: %llu processes and threads, and "
		      "%d "
		      "more are needed; raise it (ulimit -u) or end some\n",
		      (unsigned long long)now.rlim_cur, TASKS_MIN);
	return true;
}

/*
 * A C library falls back to clone(2) only where clone3(2) says ENOSYS. Some filters say EPERM: then
 * no thread can be made. No arguments at all are EINVAL to the kernel.
 */
static bool is_clone3_forbidden(void)
{
	if (syscall(SYS_clone3, NULL, 0) >= 0 || errno != EPERM)
		return false;
	(void)dprintf(STDERR_FILENO, "sandbox: a filter (seccomp) answers clone3 with EPERM, so no "
				     "thread can be "
				     "started; allow clone3, or have the filter answer ENOSYS "
				     "(Docker does from "
				     "20.10.10 on)\n");
	return true;
}

/* Bun finds itself by it, and all that is known of processes is read there. */
static bool has_no_proc(void)
{
	if (access("/proc/self/exe", F_OK) == 0)
		return false;
	(void)dprintf(STDERR_FILENO, "sandbox: /proc is not mounted here; mount it (mount -t proc "
				     "proc /proc)\n");
	return true;
}

bool obstacle_reported(void)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (is_too_low(&limits[i]))
			return true;
	}
	return has_no_proc() || has_too_few_processes() || is_clone3_forbidden();
}
