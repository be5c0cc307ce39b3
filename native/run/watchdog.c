/* watchdog.c - who ends a run whose root sandbox has a process of its own as init, after the monitor. */
#define _GNU_SOURCE
#include "run/watchdog.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "core/sys.h"

static void await(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	while (poll(&end, 1, -1) < 0 && errno == EINTR)
		continue;
}

/*
 * Runs in the guard. The kernel would end a root's init with the monitor by its parent-death signal,
 * but a program may clear that; a shim as init has nobody inside who could. The guard has the
 * monitor's descriptors, and so the pidfd that clone3 puts there before the program begins. It goes
 * only after the program has: the runner takes the end of the control stream for the end of all.
 */
static _Noreturn void guard(const int *guarded)
{
	int pidfd;

	(void)prctl(PR_SET_NAME, "sandbox-guard", 0, 0, 0);
	await(FD_MONITOR);
	pidfd = __atomic_load_n(guarded, __ATOMIC_ACQUIRE);
	if (pidfd >= 0 && sys_pidfd_send_signal(pidfd, SIGKILL) == 0)
		await(pidfd);
	_exit(0);
}

int guard_start(struct run *run, struct sbx_error *error)
{
	const struct sys_clone request = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
	void *word;
	pid_t pid;

	if (run->plan.sandboxes[0].init_mode != INIT_MODE_PROCESS)
		return 0;
	word = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (word == MAP_FAILED)
		return sbx_fail(error, STEP_MEMORY, 0);
	run->guarded = word;
	*run->guarded = -1;
	pid = sys_clone(&request);
	if (pid == 0)
		guard(run->guarded);
	return pid < 0 ? sbx_fail(error, STEP_CLONE_WATCHDOG, 0) : 0;
}
