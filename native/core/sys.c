/* sys.c - system calls that this libc does not wrap, or wraps with more than we want. */
#define _GNU_SOURCE
#include "core/sys.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/*
 * clone3 takes set_tid innermost-first and without gaps; ours are outermost-first with a 0 where
 * no number is asked for. The request covers the levels from the child's own up to the first gap.
 * Source: clone(2). Returns the count.
 */
static size_t set_tid_of(const struct sys_clone *request, pid_t tids[SBX_PIDS_MAX])
{
	size_t count = 0;

	if (request->pids == NULL)
		return 0;
	for (int level = request->level; level >= 0 && request->pids[level] != 0; level--)
		tids[count++] = (pid_t)request->pids[level];
	return count;
}

static struct clone_args args_of(const struct sys_clone *request, pid_t tids[SBX_PIDS_MAX])
{
	struct clone_args args = {
		.flags = request->flags,
		.exit_signal = (unsigned int)request->exit_signal,
		.set_tid_size = set_tid_of(request, tids),
	};

	if (args.set_tid_size > 0)
		args.set_tid = (uintptr_t)tids;
	if (request->pidfd != NULL) {
		args.flags |= CLONE_PIDFD;
		args.pidfd = (uintptr_t)request->pidfd;
	}
	return args;
}

pid_t sys_clone(const struct sys_clone *request)
{
	pid_t tids[SBX_PIDS_MAX];
	struct clone_args args = args_of(request, tids);
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	/* A filter cannot look into clone3's arguments, so some refuse it and look at clone's. */
	if (pid < 0 && errno == ENOSYS && args.set_tid_size == 0)
		pid = syscall(SYS_clone, args.flags | args.exit_signal, 0, request->pidfd, 0, 0);
	return (pid_t)pid;
}

bool sys_has_set_tid(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid_size = SBX_PIDS_MAX + 1 };

	args.set_tid = (uintptr_t)&args;
	return syscall(SYS_clone3, &args, sizeof(args)) < 0 && errno == EINVAL;
}

int sys_pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int sys_pidfd_send_signal(int pidfd, int number)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

int sys_close_range(unsigned int first, unsigned int last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
}

int sys_ioctl(int fd, unsigned long request, long argument)
{
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

/* The system call has 64-bit limits on every target, whatever the C library's struct has. */
_Static_assert(sizeof(struct rlimit) == 2 * sizeof(uint64_t), "struct rlimit64 of prlimit64(2)");

int sys_get_limit(uint32_t resource, struct rlimit *limit)
{
	return (int)syscall(SYS_prlimit64, 0, resource, NULL, limit);
}

int sys_set_limit(uint32_t resource, const struct rlimit *limit)
{
	return (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
}

int sys_capabilities(struct sys_capabilities *capabilities)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, sets) < 0)
		return -1;
	*capabilities = (struct sys_capabilities){
		.effective = sets[0].effective | (uint64_t)sets[1].effective << 32,
		.permitted = sets[0].permitted | (uint64_t)sets[1].permitted << 32,
	};
	return 0;
}

int sys_capset_none(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return (int)syscall(SYS_capset, &header, sets);
}

/* How far the caller's CLOCK_MONOTONIC is ahead of the monitor's; a fork inherits it. */
static int64_t clock_ahead_ns;

void sys_clock_is_ahead(int64_t ns)
{
	clock_ahead_ns += ns;
}

uint64_t sys_now(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((int64_t)now.tv_sec * 1000000000ll + now.tv_nsec - clock_ahead_ns);
}

uint64_t sys_wall_time(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)((int64_t)now.tv_sec * 1000000000ll + now.tv_nsec);
}

int sys_exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int sys_signal_child(pid_t pid, int number)
{
	/* The child is unreaped, so its number is still its own between these two calls. */
	int pidfd = sys_pidfd_open(pid);
	int result = pidfd < 0 ? -1 : sys_pidfd_send_signal(pidfd, number);

	if (pidfd >= 0)
		(void)close(pidfd);
	/* Without a descriptor for it, or with these calls refused: by its number, which is as good. */
	return result < 0 && errno != ESRCH ? kill(pid, number) : result;
}
