/* init.c - the shim as init of a sandbox. */
#define _GNU_SOURCE
#include "init/init.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "build/caps.h"
#include "init/supervise.h"
#include "core/sys.h"

/* What woke the loop. */
enum { WAKE_SIGNAL, WAKE_DESIRED, WAKE_MONITOR, WAKE_STARTS };

static int watch(int epoll, int fd, uint32_t events, uint64_t what)
{
	struct epoll_event event = { .events = events, .data.u64 = what };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Leaves the life of a clone and takes up that of an init. */
static int settle(struct run *run, uint32_t sandbox, bool is_pid1, struct sbx_error *error)
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
static bool ends_alone(const struct plan *plan, const struct image_sandbox *box)
{
	const struct image_sandbox *above =
		box->parent == SBX_NONE ? NULL : &plan->sandboxes[box->parent];

	/* A sandbox's slots are its init and processes; it owns the inits below in their stead. */
	return box->owned_count == box->slot_end - box->slot_first - 1 &&
	       (above == NULL || above->owned_count != 1);
}

static _Noreturn void loop(struct supervisor *supervisor, const struct image_sandbox *box,
			   int epoll, int signals)
{
	const struct run *run = supervisor->run;
	const struct table_slot *own = &run->table.slots[box->init_slot];
	bool is_pid1 = box->init_mode == INIT_MODE_REAPER;
	uint32_t last = ends_alone(&run->plan, box) ? box->owned_count : SBX_NONE;
	struct epoll_event event;

	for (;;) {
		supervise_desired(supervisor);
		(void)supervise_reap(supervisor);
		if (table_load(&own->desired) == DESIRED_STOPPED || supervisor->exited == last)
			end(supervisor, is_pid1, EXIT_SUCCESS);
		supervise_tell(supervisor);
		if (epoll_wait(epoll, &event, 1, -1) < 1)
			continue;
		if (event.data.u64 == WAKE_MONITOR)
			end(supervisor, is_pid1, SBX_EXIT_HOST);
		supervise_starts(supervisor);
		take_signals(supervisor, signals);
	}
}

void init_main(struct run *run, uint32_t sandbox)
{
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	bool is_pid1 = box->init_mode == INIT_MODE_REAPER;
	struct sbx_error error = { 0 };
	struct supervisor supervisor;
	int signals = supervise_signals();
	int epoll = -1;

	/* Each is looked at before the next is tried: errno is then still that of what failed. */
	if (signals < 0)
		(void)sbx_fail(&error, STEP_SIGNALFD, (int)box->level);
	else if (supervise_open(&supervisor, run, box->owned_first, box->owned_count, init_main,
				(int)box->level, &error) == 0 &&
		 ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
		  watch(epoll, supervisor.starts, EPOLLIN, WAKE_STARTS) < 0 ||
		  watch(epoll, signals, EPOLLIN, WAKE_SIGNAL) < 0 ||
		  watch(epoll, FD_BELL_DOWN, EPOLLIN | EPOLLET, WAKE_DESIRED) < 0 ||
		  watch(epoll, FD_MONITOR, EPOLLIN, WAKE_MONITOR) < 0))
		(void)sbx_fail(&error, STEP_EPOLL, (int)box->level);
	else
		(void)settle(run, sandbox, is_pid1, &error);
	if (error.step != STEP_NONE) {
		table_set_fault(&run->table, box->init_slot, &error);
		_exit(SBX_EXIT_HOST);
	}
	table_set_state(&run->table, box->init_slot, SLOT_STATE_RUNNING);
	supervisor.news = 1; /* told together with the first starts */

	/* From here on nothing may end this process but a wish, the monitor's death, or a signal
	 * from above: the kernel kills every process of the namespace with it. */
	loop(&supervisor, box, epoll, signals);
}
