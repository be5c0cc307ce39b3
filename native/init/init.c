/* init.c - the shim as init of a sandbox. */
#define _GNU_SOURCE
#include "init/init.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "build/caps.h"
#include "core/inherited.h"
#include "init/leftovers.h"
#include "init/supervise.h"
#include "run/log.h"
#include "core/sys.h"

/* What woke the loop. */
enum { WAKE_SIGNAL, WAKE_DESIRED, WAKE_MONITOR, WAKE_STARTS };

static int epoll_add(int epoll, int fd, uint32_t events, uint64_t what)
{
	struct epoll_event event = { .events = events, .data.u64 = what };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Leaves the life of a clone and takes up that of an init. */
static int become_init(struct run *run, uint32_t sandbox, bool is_pid1, struct sbx_error *error)
{
	int level = (int)run->plan.sandboxes[sandbox].level;

	/* Away from the caller's terminal; those below are in the session of the outermost. */
	if (run->plan.sandboxes[sandbox].parent == SBX_NONE)
		(void)setsid();
	if (!is_pid1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_SUBREAPER, level);
	/*
	 * A subreaper must outlive the monitor, to end what it has adopted, and processes of the same
	 * user could have stopped it; PID 1 takes all along.
	 */
	if (prctl(PR_SET_PDEATHSIG, is_pid1 ? SIGKILL : SIGCONT, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_DEATH_SIGNAL, level);
	if (caps_bound(level, error) < 0)
		return -1;
	inherited_reserve_stack();
	/* So that a root inside cannot trace its init and write to the state table through it. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_NOT_DUMPABLE, level);
	(void)prctl(PR_SET_NAME, "sandbox-init", 0, 0, 0);
	(void)!chdir("/"); /* processes enter the spec's folder themselves */
	return 0;
}

static _Noreturn void end(struct supervisor *supervisor, bool is_pid1, int code)
{
	(void)supervise_reap(supervisor);
	if (!is_pid1)
		supervise_kill_all(supervisor);
	log_flush_last();
	_exit(code);
}

static void take_signals(struct supervisor *supervisor, int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGTERM:
		case SIGINT:
		case SIGHUP:
		case SIGQUIT:
		case SIGUSR1:
		case SIGUSR2:
		case SIGWINCH:
			supervise_forward(supervisor, (int)info.ssi_signo);
			break;
		default: /* SIGCHLD: the loop reaps anyway; all others mean nothing to an init */
			break;
		}
	}
}

/*
 * Whether a sandbox ends on its own, without a word of the monitor's, when all its processes have
 * run and ended. Not where others are below, or where it is the only member of the one above: these
 * end together, by the monitor's word to the outermost (end.c), and the kernel ends all levels at
 * once.
 */
static bool ends_alone(const struct plan *plan, const struct image_sandbox *planned)
{
	const struct image_sandbox *above =
		planned->parent == SBX_NONE ? NULL : &plan->sandboxes[planned->parent];

	/* A sandbox's slots are its init and processes; it owns the inits below in their stead. */
	return planned->owned_count == planned->slot_end - planned->slot_first - 1 &&
	       (above == NULL || above->owned_count != 1);
}

/* How often an init looks whether what it has asked to end has: not all of it is its child. */
#define LEFTOVERS_PAUSE_MS 20

/*
 * Whether the init may end. `is_asked`: the monitor said so, or all its processes have run. Where
 * they have left daemons or orphans these get TERM and the grace first; then the init ends also
 * where only the end of the sandbox above would have ended it.
 */
static bool is_over(struct leftovers *left, struct supervisor *supervisor, bool is_asked)
{
	struct run *run = supervisor->run;
	uint64_t grace_ms = leftovers_grace_ms(&run->plan, left->sandbox);
	bool is_idle = is_asked || supervise_is_idle(supervisor);

	if (left->until_ns == 0) {
		if (!is_idle || (left->was_idle && !is_asked))
			return false;
		left->was_idle = true;
		if (!leftovers_exist(left))
			return is_asked;
		table_store(&run->table.slots[run->plan.sandboxes[left->sandbox].init_slot].leftovers, 1);
		left->until_ns = sys_now() + grace_ms * SBX_NS_PER_MS;
	}
	leftovers_ask(left);
	return sys_now() >= left->until_ns || !leftovers_exist(left);
}

static _Noreturn void loop(struct supervisor *supervisor, uint32_t sandbox, int epoll, int signals)
{
	const struct run *run = supervisor->run;
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	const struct table_slot *own = &run->table.slots[planned->init_slot];
	bool is_pid1 = planned->init_mode == INIT_MODE_REAPER;
	uint32_t last = ends_alone(&run->plan, planned) ? planned->owned_count : SBX_NONE;
	struct epoll_event event;
	struct leftovers left = { .supervisor = supervisor, .sandbox = sandbox };

	for (;;) {
		supervise_desired(supervisor);
		(void)supervise_reap(supervisor);
		if (is_over(&left, supervisor,
			    table_load(&own->desired) == DESIRED_STOPPED ||
				    supervisor->exited == last))
			end(supervisor, is_pid1, EXIT_SUCCESS);
		supervise_notify(supervisor);
		log_flush();
		if (epoll_wait(epoll, &event, 1,
			       left.until_ns != 0 ? LEFTOVERS_PAUSE_MS : log_pause_ms()) < 1)
			continue;
		if (event.data.u64 == WAKE_MONITOR)
			end(supervisor, is_pid1, SBX_EXIT_HOST);
		supervise_starts(supervisor);
		take_signals(supervisor, signals);
	}
}

static _Noreturn void begin(struct run *run, uint32_t sandbox)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	bool is_pid1 = planned->init_mode == INIT_MODE_REAPER;
	struct sbx_error error = { 0 };
	struct supervisor supervisor;
	int signals = supervise_signals();
	int epoll = -1;

	/* Each is looked at before the next is tried: errno is then still that of what failed. */
	if (signals < 0)
		(void)sbx_fail(&error, STEP_SIGNALFD, (int)planned->level);
	else if (supervise_open(&supervisor, run, planned->owned_first, planned->owned_count, init_main,
				(int)planned->level, &error) == 0 &&
		 ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
		  epoll_add(epoll, supervisor.starts, EPOLLIN, WAKE_STARTS) < 0 ||
		  epoll_add(epoll, signals, EPOLLIN, WAKE_SIGNAL) < 0 ||
		  epoll_add(epoll, FD_NOTIFY_DOWN, EPOLLIN | EPOLLET, WAKE_DESIRED) < 0 ||
		  epoll_add(epoll, FD_MONITOR, EPOLLIN, WAKE_MONITOR) < 0))
		(void)sbx_fail(&error, STEP_EPOLL, (int)planned->level);
	else
		(void)become_init(run, sandbox, is_pid1, &error);
	if (error.step != STEP_NONE) {
		table_set_fault(&run->table, planned->init_slot, &error);
		_exit(SBX_EXIT_HOST);
	}
	table_set_state(&run->table, planned->init_slot, SLOT_STATE_RUNNING);
	supervisor.pending_events = 1; /* reported together with the first starts */

	/* From here on nothing may end this process but a request, the monitor's death, or a signal
	 * from above: the kernel kills every process of the namespace with it. */
	loop(&supervisor, sandbox, epoll, signals);
}

/*
 * Where the stack of every init begins. Upon the frames in which it was cloned, those of each further
 * level would be added, and pages of all of them copied again.
 */
static jmp_buf base;
static struct {
	struct run *run;
	uint32_t sandbox;
} next;

int init_with_base(struct run *run, int (*monitor)(struct run *run))
{
	if (setjmp(base) != 0)
		begin(next.run, next.sandbox);
	return monitor(run);
}

void init_main(struct run *run, uint32_t sandbox)
{
	next.run = run;
	next.sandbox = sandbox;
	longjmp(base, 1);
}
