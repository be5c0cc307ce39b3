/* watchdog.c - the guard: who ends a run whose monitor is dead, stopped or blocked. */
#define _GNU_SOURCE
#include "run/watchdog.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include "core/children.h"
#include "core/sys.h"

/* A monitor that does not end within this time after the last lease has is taken for stopped. */
#define MONITOR_GRACE_MS 1000
/* A root without a PID namespace gets so long to end what it has adopted. */
#define ROOT_GRACE_MS 500
/* Rounds in which what was killed hands its own children up to the stopped root. */
#define KILL_ROUNDS 200

/* The monitor's half of what both share; a shared mapping where there is a guard. */
static struct watchdog own = { .root_pidfd = -1, .lease_fd = -1 };
static struct watchdog *shared = &own;
static int changed = -1; /* eventfd: kill_at is another */

/* Whether the process of a pidfd ends within this time. */
static bool ends_within(int pidfd, int timeout_ms)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	int count;

	do
		count = poll(&end, 1, timeout_ms);
	while (count < 0 && errno == EINTR);
	return count > 0;
}

static int timeout_until(uint64_t at)
{
	uint64_t now = sys_now();

	if (at == 0)
		return -1;
	return at <= now ? 0 : (int)((at - now) / SBX_NS_PER_MS) + 1;
}

enum reason { REASON_MONITOR_DEAD, REASON_LEASE_ENDED, REASON_TIME };

/* Sleeps until there is something to do. `lease`: the connection that has ended. */
static enum reason await_reason(int *lease)
{
	for (;;) {
		uint64_t at = __atomic_load_n(&shared->kill_at, __ATOMIC_ACQUIRE);
		struct pollfd fds[] = {
			{ .fd = FD_MONITOR, .events = POLLIN },
			{ .fd = changed, .events = POLLIN },
			{ .fd = __atomic_load_n(&shared->lease_fd, __ATOMIC_ACQUIRE) }, /* POLLHUP comes unasked */
		};
		uint64_t drained;

		if (poll(fds, 3, timeout_until(at)) < 0)
			continue;
		if (fds[0].revents != 0)
			return REASON_MONITOR_DEAD;
		*lease = fds[2].fd;
		if (fds[2].revents & (POLLHUP | POLLERR))
			return REASON_LEASE_ENDED;
		if (fds[1].revents != 0)
			(void)!read(changed, &drained, sizeof(drained));
		at = __atomic_load_n(&shared->kill_at, __ATOMIC_ACQUIRE);
		if (at != 0 && at <= sys_now())
			return REASON_TIME;
	}
}

/*
 * A root without a PID namespace has to end its children itself, as they would outlive it. If it is
 * stopped they are killed here: their own children become the root's, and are met in the next round.
 */
static void end_subreaper(uint32_t pid, int pidfd)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	(void)sys_pidfd_send_signal(pidfd, SIGCONT);
	if (ends_within(pidfd, ROOT_GRACE_MS))
		return;
	for (int round = 0; round < KILL_ROUNDS && children_signal(pid, SIGKILL) > 0; round++)
		(void)nanosleep(&pause, NULL);
}

static void end_root(const struct run *run)
{
	const struct image_sandbox *root = &run->plan.sandboxes[0];
	int pidfd = __atomic_load_n(&shared->root_pidfd, __ATOMIC_ACQUIRE);

	if (pidfd < 0)
		return;
	if (root->init_mode == INIT_MODE_SUBREAPER)
		end_subreaper(run->table.slots[root->init_slot].pids[0], pidfd);
	if (sys_pidfd_send_signal(pidfd, SIGKILL) == 0)
		(void)ends_within(pidfd, MONITOR_GRACE_MS);
}

/* Whether the monitor lives on because another client has a lease. */
static bool is_passed_on(int lease)
{
	return !ends_within(FD_MONITOR, MONITOR_GRACE_MS) &&
	       __atomic_load_n(&shared->lease_fd, __ATOMIC_ACQUIRE) != lease;
}

/*
 * Runs in the guard, a child of the monitor with the same descriptors, and so with the pidfd that
 * clone3 puts there before the program begins. It goes only after the root's init has: the runner
 * takes the end of the control stream for the end of all. SIGCONT at the monitor's death, since a
 * process without a PID namespace of its own could have stopped the guard.
 */
static _Noreturn void guard(const struct run *run)
{
	enum reason reason;
	int lease;

	(void)prctl(PR_SET_NAME, "sandbox-guard", 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
	do
		reason = await_reason(&lease);
	while (reason == REASON_LEASE_ENDED && is_passed_on(lease));
	if (reason == REASON_TIME) {
		/* The monitor lives, and reports what happened, unless it is stopped. */
		int pidfd = __atomic_load_n(&shared->root_pidfd, __ATOMIC_ACQUIRE);

		if (pidfd >= 0 && run->plan.sandboxes[0].init_mode != INIT_MODE_SUBREAPER)
			(void)sys_pidfd_send_signal(pidfd, SIGKILL);
	}
	if (reason != REASON_MONITOR_DEAD &&
	    !ends_within(FD_MONITOR, reason == REASON_LEASE_ENDED ? 0 : MONITOR_GRACE_MS) &&
	    (reason == REASON_LEASE_ENDED || __atomic_load_n(&shared->kill_at, __ATOMIC_ACQUIRE) != 0)) {
		(void)sys_pidfd_send_signal(FD_MONITOR, SIGKILL);
		(void)ends_within(FD_MONITOR, MONITOR_GRACE_MS);
	} else if (reason == REASON_TIME) {
		(void)ends_within(FD_MONITOR, -1);
	}
	end_root(run);
	_exit(0);
}

static void notify_guard(void)
{
	uint64_t one = 1;

	if (changed >= 0)
		(void)!write(changed, &one, sizeof(one));
}

void watchdog_set(uint64_t at)
{
	if (__atomic_exchange_n(&shared->kill_at, at, __ATOMIC_ACQ_REL) != at)
		notify_guard();
}

void watchdog_set_lease(int fd)
{
	if (__atomic_exchange_n(&shared->lease_fd, fd, __ATOMIC_ACQ_REL) != fd)
		notify_guard();
}

bool watchdog_is_needed(const struct run *run)
{
	return run->plan.sandboxes[0].init_mode != INIT_MODE_REAPER;
}

int watchdog_start(struct run *run, struct sbx_error *error)
{
	const struct sys_clone request = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
	void *memory;
	pid_t pid;

	run->guarded = &own.root_pidfd;
	if (!watchdog_is_needed(run))
		return 0;
	memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return sbx_fail(error, STEP_MEMORY, 0);
	shared = memory;
	*shared = own;
	run->guarded = &shared->root_pidfd;
	changed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (changed < 0)
		return sbx_fail(error, STEP_NOTIFY_OPEN, 0);
	pid = sys_clone(&request);
	if (pid == 0)
		guard(run);
	if (pid > 0)
		run->table.header->guard_pid = (uint32_t)pid;
	return pid < 0 ? sbx_fail(error, STEP_CLONE_WATCHDOG, 0) : 0;
}
