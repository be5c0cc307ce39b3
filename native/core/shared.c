/* shared.c - what every shim process of one run shares: plan, table and well-known descriptors. */
#define _GNU_SOURCE
#include "core/shared.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include "core/sys.h"

/* A policy may refuse a write now and then; the kernel does not. */
#define NOTIFY_TRIES 8

void run_notify(int fd)
{
	uint64_t one = 1;

	/* EAGAIN: 2^64 - 1 are unread, and the reader is awake anyway. No other write makes up for this one. */
	for (int tries = 0; tries < NOTIFY_TRIES && write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN;)
		tries++;
}

/* The highest number that this run uses; its forks know it, too. */
static int last_number = FD_LAST;

int run_reserve_numbers(const struct plan *plan)
{
	int fd;

	last_number = FD_PIDNS;
	for (uint32_t i = 0; i < plan->sandbox_count; i++) {
		int number = FD_PIDNS + (int)plan->sandboxes[i].level;

		if (number > last_number)
			last_number = number;
	}
	(void)sys_close_range((unsigned int)last_number + 1, ~0u);

	/*
	 * It takes the lowest number that is free: one call for each, and none for those in use. The
	 * system call, as a C library may make two of it, for kernels that are older than ours.
	 */
	do
		fd = (int)syscall(SYS_fcntl, FD_NULL, F_DUPFD_CLOEXEC, FD_CONTROL);
	while (fd >= 0 && fd < last_number);
	if (fd > last_number)
		(void)close(fd);
	return fd < 0 ? -1 : 0;
}

void run_leave_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(FD_NULL, fd);
}

void run_leave_parent(void)
{
	(void)sys_close_range(3, FD_CONTROL - 1);
	for (int fd = FD_CONTROL; fd <= FD_RUN_DIR; fd++)
		(void)dup3(FD_NULL, fd, O_CLOEXEC);
	(void)dup3(FD_NULL, FD_START, O_CLOEXEC);
	(void)sys_close_range((unsigned int)last_number + 1, ~0u);
}

int run_close_but_helpers(void)
{
	_Static_assert(FD_START < FD_USERNS && FD_USERNS < FD_NEEDED && FD_PROC < FD_START, "in order");
	if (sys_close_range(STDERR_FILENO + 1, FD_PROC - 1) < 0 ||
	    sys_close_range(FD_PROC + 1, FD_START - 1) < 0)
		return -1;
	return sys_close_range(FD_NEEDED + 1, ~0u);
}

int fd_install(int fd, int number)
{
	int result;

	if (fd < 0)
		return -1;
	if (fd == number)
		return fcntl(fd, F_SETFD, FD_CLOEXEC);
	result = dup3(fd, number, O_CLOEXEC);
	/* For a number above RLIMIT_NOFILE it says EBADF, as for a descriptor that is none: dup(2). */
	if (result < 0 && errno == EBADF && fcntl(fd, F_GETFD) >= 0)
		errno = EMFILE;
	(void)close(fd);
	return result < 0 ? -1 : 0;
}

/* A kind that has no row would be a namespace that is silently not made. */
#define ONE(kind, flag, file) +1
_Static_assert(0 SBX_NAMESPACES(ONE) == NAMESPACE_COUNT, "each namespace kind has its row");
#undef ONE
#define NOT_ZERO(kind, flag, file) _Static_assert((flag) != 0 && sizeof(file) > 1, #kind);
SBX_NAMESPACES(NOT_ZERO)
#undef NOT_ZERO

uint64_t run_clone_flags(uint32_t namespaces)
{
	static const uint64_t flags[NAMESPACE_COUNT] = {
#define FLAG(kind, flag, file) [kind] = flag,
		SBX_NAMESPACES(FLAG)
#undef FLAG
	};
	uint64_t result = 0;

	for (unsigned int kind = 0; kind < NAMESPACE_COUNT; kind++) {
		if (namespaces & 1u << kind)
			result |= flags[kind];
	}
	return result;
}

bool run_userns_apart(const struct run *run, uint32_t sandbox)
{
	return run->plan.sandboxes[sandbox].user_mode == USER_MODE_NEW &&
	       !(sandbox == 0 && run->userns_first);
}

bool run_enters_userns(const struct run *run, uint32_t sandbox)
{
	for (; sandbox != SBX_NONE; sandbox = run->plan.sandboxes[sandbox].parent) {
		if (run_userns_apart(run, sandbox))
			return true;
	}
	return false;
}
