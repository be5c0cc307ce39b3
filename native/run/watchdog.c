/* watchdog.c - the guards: who ends a run whose monitor is dead, stopped or blocked. */
#define _GNU_SOURCE
#include "run/watchdog.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "core/children.h"
#include "core/sys.h"
#include "init/supervise.h"

/*
 * A chain of processes, each the parent and the reaper of the next: outer guard, inner guard, monitor.
 * Whatever of the run loses its parent becomes a child of the next one above that lives, so a guard
 * whose child has died need only kill its children until it has none. Each continues the one below
 * as soon as that is stopped (SIGCHLD), the kernel the one below a dead one (PDEATHSIG), and one that
 * ends continues the one above. So any two may be killed or stopped at any moment, and the third
 * ends the run.
 */

/* A monitor that does not end within this time after the last lease has is taken for blocked. */
#define MONITOR_GRACE_MS 1000
/* The outer guard gives the inner one so much more. */
#define GUARD_GRACE_MS 1000
/* What lives so long after its SIGKILL waits in the kernel, and ends when it can. */
#define LEFT_BEHIND_MS 2000

/* The monitor's half of what all share; a shared mapping where there are guards. */
static struct watchdog own = { .root_pidfd = -1, .lease_fd = -1 };
static struct watchdog *shared = &own;
static int changed = -1; /* eventfd: kill_at is another */
static pid_t guard_above; /* the caller's parent, where that is a guard; else 0 */

/* A guard's own state. */
struct guard {
	const struct run *run;
	pid_t child; /* the inner guard or the monitor */
	int pidfd; /* of the child */
	int signals;
	bool is_inner;
	bool is_late; /* kill_at is over, and the root's init was killed */
	bool is_over; /* the last lease has ended, or a guard above */
	int lease; /* the connection whose end that was; -1: none */
	uint64_t child_until; /* CLOCK_MONOTONIC ns: the child is killed then; 0: never */
};

static int timeout_until(uint64_t at)
{
	uint64_t now = sys_now();

	if (at == 0)
		return -1;
	return at <= now ? 0 : (int)((at - now) / SBX_NS_PER_MS) + 1;
}

static bool is_due(uint64_t at)
{
	return at != 0 && at <= sys_now();
}

static uint64_t kill_at(void)
{
	return __atomic_load_n(&shared->kill_at, __ATOMIC_ACQUIRE);
}

static int lease_fd(void)
{
	return __atomic_load_n(&shared->lease_fd, __ATOMIC_ACQUIRE);
}

static void kill_root(void)
{
	int pidfd = __atomic_load_n(&shared->root_pidfd, __ATOMIC_ACQUIRE);

	if (pidfd >= 0)
		(void)sys_pidfd_send_signal(pidfd, SIGKILL);
}

static bool is_parent_dead(void)
{
	return guard_above != 0 && getppid() != guard_above;
}

/* The monitor is to end the run by itself, which it does best; it has so long. */
static void set_over(struct guard *guard)
{
	uint64_t ms = MONITOR_GRACE_MS + (guard->is_inner ? 0 : GUARD_GRACE_MS);

	guard->is_over = true;
	if (guard->child_until == 0 || guard->is_late)
		guard->child_until = sys_now() + ms * SBX_NS_PER_MS;
}

/* Whatever stopped it: nobody else would see it, and a run that stands still ends for nobody. */
static void continue_stopped(const struct guard *guard)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)guard->child, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid != 0)
		(void)sys_pidfd_send_signal(guard->pidfd, SIGCONT);
}

bool watchdog_takes(const struct signalfd_siginfo *info)
{
	return guard_above == 0 || (pid_t)info->ssi_pid == guard_above;
}

static void take_signals(struct guard *guard)
{
	struct signalfd_siginfo info;

	while (read(guard->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			continue_stopped(guard);
			break;
		case SIGCONT:
			if (is_parent_dead() && !guard->is_over) {
				__atomic_store_n(&shared->is_over, 1, __ATOMIC_RELEASE);
				set_over(guard);
			}
			(void)sys_pidfd_send_signal(guard->pidfd, SIGCONT);
			break;
		case SIGTERM:
		case SIGINT:
		case SIGHUP:
		case SIGQUIT:
			if (watchdog_takes(&info))
				(void)sys_pidfd_send_signal(guard->pidfd, (int)info.ssi_signo);
			break;
		default:
			break;
		}
	}
}

/* The time that the monitor has set for itself is over: with its root's init dead it can report that. */
static void take_lateness(struct guard *guard)
{
	guard->is_late = true;
	if (guard->run->plan.sandboxes[0].init_mode != INIT_MODE_SUBREAPER)
		kill_root();
	if (guard->child_until == 0)
		guard->child_until = sys_now() + MONITOR_GRACE_MS * SBX_NS_PER_MS;
}

/* Whether the monitor lives on because another client has a lease. */
static bool is_passed_on(const struct guard *guard)
{
	return guard->lease >= 0 && lease_fd() != guard->lease;
}

static void kill_child(struct guard *guard)
{
	guard->child_until = 0;
	if (is_passed_on(guard)) {
		guard->is_over = false;
		guard->lease = -1;
		return;
	}
	/* One that has got on with the end after all has said so. */
	if (guard->is_over || kill_at() != 0)
		(void)sys_pidfd_send_signal(guard->pidfd, SIGKILL);
}

/* Until the child has ended. */
static void watch(struct guard *guard)
{
	for (;;) {
		uint64_t late_at = guard->is_inner && !guard->is_late ? kill_at() : 0;
		uint64_t until = guard->child_until;
		struct pollfd fds[] = {
			{ .fd = guard->pidfd, .events = POLLIN },
			{ .fd = guard->signals, .events = POLLIN },
			{ .fd = guard->is_inner ? changed : -1, .events = POLLIN },
			/* POLLHUP comes unasked */
			{ .fd = guard->is_over ? -1 : lease_fd() },
		};
		uint64_t drained;

		if (until == 0 || (late_at != 0 && late_at < until))
			until = late_at;
		if (poll(fds, 4, timeout_until(until)) < 0)
			continue;
		if (fds[0].revents != 0)
			return;
		if (fds[1].revents != 0)
			take_signals(guard);
		if (fds[2].revents != 0)
			(void)!read(changed, &drained, sizeof(drained));
		if (fds[3].revents & (POLLHUP | POLLERR)) {
			guard->lease = fds[3].fd;
			set_over(guard);
		}
		if (guard->is_inner && !guard->is_late && is_due(kill_at()))
			take_lateness(guard);
		if (is_due(guard->child_until))
			kill_child(guard);
	}
}

/*
 * In the outer guard, whose inner one was killed: the monitor is its child now, and ends the run as it
 * has seen that too. Killed at once it could not, should the outer guard be the next to be killed.
 */
static void watch_monitor(struct guard *guard)
{
	struct pollfd end = { .fd = FD_MONITOR, .events = POLLIN };
	uint32_t pid = __atomic_load_n(&shared->monitor_pid, __ATOMIC_ACQUIRE);

	if (guard->is_inner || pid == 0 || poll(&end, 1, 0) > 0)
		return;
	guard->child = (pid_t)pid;
	guard->pidfd = FD_MONITOR;
	guard->is_over = true;
	guard->lease = -1; /* whoever holds one: the run ends */
	guard->child_until = sys_now() + MONITOR_GRACE_MS * SBX_NS_PER_MS;
	continue_stopped(guard);
	watch(guard);
}

/*
 * Kills all children until there is none: what they leave becomes the caller's, and is met in the
 * next round. Returns the exit code of the one that was watched.
 */
static int end_children(const struct guard *guard)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t until = sys_now() + LEFT_BEHIND_MS * SBX_NS_PER_MS;
	int code = SBX_EXIT_HOST;

	for (;;) {
		int status;
		pid_t pid = wait4(-1, &status, WNOHANG | __WALL, NULL);

		if (pid == guard->child)
			code = sys_exit_code(status);
		if (pid > 0 || (pid < 0 && errno == EINTR))
			continue;
		if (pid < 0 || is_due(until))
			return code;
		kill_root(); /* where procfs hides it */
		(void)children_signal(0, SIGKILL);
		(void)nanosleep(&pause, NULL);
	}
}

void watchdog_wake(void)
{
	if (guard_above != 0 && !is_parent_dead())
		(void)kill(guard_above, SIGCONT);
}

/* What a process of the chain is to the one above. */
static bool follow(pid_t above)
{
	guard_above = above;
	return prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0) == 0 && !is_parent_dead();
}

/*
 * The caller becomes a guard, its child goes on: false there, and on an error. All have the same
 * descriptors, so a guard has the pidfd of the root's init that clone3 puts there for the monitor.
 */
static bool become_guard(struct run *run, bool is_inner, int *code, struct sbx_error *error)
{
	struct guard guard = { .run = run, .is_inner = is_inner, .pidfd = -1, .lease = -1 };
	const struct sys_clone request = {
		.flags = CLONE_FILES,
		.exit_signal = SIGCHLD,
		.pidfd = &guard.pidfd,
	};
	pid_t self = getpid();

	guard.signals = supervise_signals();
	if (guard.signals < 0)
		return sbx_fail(error, STEP_SIGNALFD, 0) == 0;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_SUBREAPER, 0) == 0;
	guard.child = sys_clone(&request);
	if (guard.child < 0)
		return sbx_fail(error, STEP_CLONE_WATCHDOG, 0) == 0;
	if (guard.child == 0) {
		if (!follow(self))
			_exit(SBX_EXIT_HOST);
		return false;
	}
	(void)prctl(PR_SET_NAME, "sandbox-guard", 0, 0, 0);
	watch(&guard);
	watch_monitor(&guard);
	*code = end_children(&guard);
	return true;
}

bool watchdog_split(struct run *run, int *code, struct sbx_error *error)
{
	void *memory;

	run->guarded = &own.root_pidfd;
	if (!watchdog_is_needed(run))
		return false;
	memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return sbx_fail(error, STEP_MEMORY, 0) == 0;
	shared = memory;
	*shared = own;
	shared->lease_fd = run->has_control && !run->is_detached ? FD_CONTROL : -1;
	run->guarded = &shared->root_pidfd;
	changed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (changed < 0)
		return sbx_fail(error, STEP_NOTIFY_OPEN, 0) == 0;
	for (int is_inner = 0; is_inner <= 1; is_inner++) {
		if (become_guard(run, is_inner, code, error))
			return true;
		if (error->step != STEP_NONE)
			return false;
	}
	/* The caller's own was that of the outer guard. */
	if (fd_install(sys_pidfd_open(getpid()), FD_MONITOR) < 0)
		(void)sbx_fail(error, STEP_MONITOR_PIDFD, 0);
	__atomic_store_n(&shared->monitor_pid, (uint32_t)getpid(), __ATOMIC_RELEASE);
	return false;
}

uint32_t watchdog_pid(void)
{
	return (uint32_t)guard_above;
}

bool watchdog_is_over(void)
{
	return is_parent_dead() || __atomic_load_n(&shared->is_over, __ATOMIC_ACQUIRE) != 0;
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
