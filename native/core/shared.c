/* shared.c - what every shim process of one run shares: plan, table and well-known descriptors. */
#define _GNU_SOURCE
#include "core/shared.h"

#include <fcntl.h>
#include <sched.h>

#include "core/sys.h"

void run_ring(int bell)
{
	uint64_t one = 1;

	/* Fails only when 2^64 - 1 rings are unread; then the reader is awake anyway. */
	(void)!write(bell, &one, sizeof(one));
}

void run_leave_parent(void)
{
	(void)sys_close_range(3, FD_RUN_DIR);
	(void)sys_close_range(FD_LAST + 1, ~0u);
}

int run_place(int fd, int number)
{
	int result;

	if (fd < 0)
		return -1;
	if (fd == number)
		return fcntl(fd, F_SETFD, FD_CLOEXEC);
	result = dup3(fd, number, O_CLOEXEC);
	/* What dup3 calls a bad number is one above the limit of descriptors. Source: dup(2). */
	if (result < 0 && errno == EBADF)
		errno = EMFILE;
	(void)close(fd);
	return result < 0 ? -1 : 0;
}

uint64_t run_clone_flags(uint32_t namespaces)
{
	static const uint64_t flags[NAMESPACE_COUNT] = {
		[NAMESPACE_PID] = CLONE_NEWPID, [NAMESPACE_USER] = CLONE_NEWUSER,
		[NAMESPACE_MOUNT] = CLONE_NEWNS, [NAMESPACE_IPC] = CLONE_NEWIPC,
		[NAMESPACE_UTS] = CLONE_NEWUTS, [NAMESPACE_NET] = CLONE_NEWNET,
		[NAMESPACE_CGROUP] = CLONE_NEWCGROUP,
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
