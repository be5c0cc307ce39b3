/* monitor.c - the shim process at level 0 that owns a run. */
#define _GNU_SOURCE
#include "run/monitor.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

#include "run/scheduler.h"
#include "run/shutdown.h"
#include "run/verdict.h"
#include "run/watchdog.h"
#include "init/init.h"
#include "run/relay.h"
#include "init/supervise.h"
#include "core/sys.h"

enum wake { WAKE_SIGNAL, WAKE_CHANGE, WAKE_TIMER, WAKE_LOG, WAKE_CONTROL, WAKE_OUTPUT, WAKE_STARTS };

/* The monitor's own state; one a process, for the life of the run. */
struct monitor {
	struct run *run;
	struct decide decide;
	struct supervisor supervisor;
	int epoll;
	int signals;
	int timer;
	uint64_t armed_at; /* what the timer is set to */
	bool behind; /* the runner does not read: output is not looked at */
	bool stop_asked;
};

/* Too large for a stack. */
static struct relay relay;

static int watch(const struct monitor *monitor, int operation, int fd, uint32_t events,
		 enum wake what)
{
	struct epoll_event event = { .events = events, .data.u64 = what };

	return epoll_ctl(monitor->epoll, operation, fd, &event);
}

static int set_up(struct monitor *monitor, struct run *run, struct sbx_error *error)
{
	const struct image_header *header = run->plan.header;

	run->pids_ordered =
		!sys_has_set_tid() || faccessat(FD_PROC, "sys/kernel/ns_last_pid", F_OK, 0) < 0;
	run->table.header->pid_mode = run->pids_ordered ? PID_MODE_ORDERED : PID_MODE_REQUESTED;
	*monitor = (struct monitor){
		.run = run,
	};
	monitor->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (monitor->epoll < 0)
		return sbx_fail(error, STEP_EPOLL, 0);
	monitor->signals = supervise_signals();
	if (monitor->signals < 0)
		return sbx_fail(error, STEP_SIGNALFD, 0);
	monitor->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (monitor->timer < 0)
		return sbx_fail(error, STEP_TIMER, 0);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_SUBREAPER, 0);
	if (supervise_open(&monitor->supervisor, run, header->monitor_owned_first,
			   header->monitor_owned_count, init_main, 0, error) < 0)
		return -1;
	if (relay_open(&relay, run->has_control, error) < 0 ||
	    watch_open(&monitor->decide, run, error) < 0)
		return -1;
	if (watch(monitor, EPOLL_CTL_ADD, monitor->signals, EPOLLIN, WAKE_SIGNAL) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, monitor->supervisor.starts, EPOLLIN, WAKE_STARTS) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, FD_BELL_UP, EPOLLIN, WAKE_CHANGE) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, monitor->timer, EPOLLIN, WAKE_TIMER) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, relay.pipes, EPOLLIN, WAKE_OUTPUT) < 0)
		return sbx_fail(error, STEP_EPOLL, 0);
	if (run->has_control &&
	    (watch(monitor, EPOLL_CTL_ADD, FD_CONTROL, EPOLLIN, WAKE_CONTROL) < 0 ||
	     watch(monitor, EPOLL_CTL_ADD, FD_LOG_IN, EPOLLIN, WAKE_LOG) < 0))
		return sbx_fail(error, STEP_EPOLL, 0);
	return 0;
}

static void ask_to_stop(struct monitor *monitor)
{
	if (monitor->stop_asked) {
		end_kill(&monitor->decide, OUTCOME_KILLED);
	} else {
		monitor->stop_asked = true;
		end_run(&monitor->decide, OUTCOME_STOPPED);
	}
}

static void take_signals(struct monitor *monitor)
{
	struct signalfd_siginfo info;

	while (read(monitor->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ||
		    info.ssi_signo == SIGHUP || info.ssi_signo == SIGQUIT) {
			monitor->run->table.header->interrupted = 1;
			ask_to_stop(monitor);
		}
	}
}

static void take_commands(struct monitor *monitor)
{
	struct command command;
	int result;

	while ((result = relay_command(&relay, &command)) > 0) {
		/* Only the runner knows whether a signal is behind it, or its own time or reader. */
		monitor->run->table.header->interrupted |= command.interrupts != 0;
		if (command.kind == COMMAND_KIND_STOP && !monitor->stop_asked)
			ask_to_stop(monitor);
		else if (command.kind == COMMAND_KIND_KILL)
			monitor->stop_asked = true, ask_to_stop(monitor);
	}
	/* The runner is dead: the run must not outlive it. */
	if (result < 0) {
		(void)epoll_ctl(monitor->epoll, EPOLL_CTL_DEL, FD_CONTROL, NULL);
		monitor->run->runner_gone = true;
		monitor->stop_asked = true;
		ask_to_stop(monitor);
	}
}

/* Looks at the runner's socket for room, and at the pipes only while there is room. */
static void follow_backlog(struct monitor *monitor)
{
	bool behind = relay_is_behind(&relay);

	if (behind == monitor->behind || !relay.open)
		return;
	monitor->behind = behind;
	(void)watch(monitor, EPOLL_CTL_MOD, relay.pipes, behind ? 0 : EPOLLIN, WAKE_OUTPUT);
	(void)watch(monitor, EPOLL_CTL_MOD, FD_CONTROL, behind ? EPOLLIN | EPOLLOUT : EPOLLIN,
		    WAKE_CONTROL);
}

static void arm_timer(struct monitor *monitor)
{
	uint64_t at = monitor->decide.next_at;
	struct itimerspec spec = {
		.it_value = { .tv_sec = (time_t)(at / 1000000000), .tv_nsec = (long)(at % 1000000000) },
	};

	if (at == monitor->armed_at)
		return;
	monitor->armed_at = at;
	(void)timerfd_settime(monitor->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void tell_started(struct monitor *monitor)
{
	struct table_header *header = monitor->run->table.header;

	if (header->phase != PHASE_STARTING || header->pending > 0)
		return;
	header->started_ns = sys_now();
	verdict_write(&monitor->run->plan, &monitor->run->table);
	table_store(&header->phase, PHASE_STARTED);
	relay_frame(&relay, FRAME_KIND_STARTED);
}

static void wait_and_take(struct monitor *monitor)
{
	struct epoll_event event;
	uint64_t drained;

	if (epoll_wait(monitor->epoll, &event, 1, -1) < 1)
		return;
	switch ((enum wake)event.data.u64) {
	case WAKE_SIGNAL:
		take_signals(monitor);
		break;
	case WAKE_CHANGE:
		(void)!read(FD_BELL_UP, &drained, sizeof(drained));
		break;
	case WAKE_TIMER:
		(void)!read(monitor->timer, &drained, sizeof(drained));
		break;
	case WAKE_STARTS:
		supervise_starts(&monitor->supervisor);
		break;
	case WAKE_LOG:
		relay_accept(&relay);
		break;
	case WAKE_CONTROL:
		take_commands(monitor);
		break;
	case WAKE_OUTPUT:
		break;
	}
	relay_pump(&relay);
}

static void run_to_end(struct monitor *monitor)
{
	decide_begin(&monitor->decide);
	for (;;) {
		supervise_desired(&monitor->supervisor);
		(void)supervise_reap(&monitor->supervisor);
		monitor->supervisor.news = 0; /* all is looked at right here */
		decide_changes(&monitor->decide);
		decide_due(&monitor->decide, sys_now());
		/* Deciding may have asked something of the monitor's own slots. */
		supervise_desired(&monitor->supervisor);
		tell_started(monitor);
		if (decide_is_over(&monitor->decide))
			return;
		supervise_tell(&monitor->supervisor);
		follow_backlog(monitor);
		arm_timer(monitor);
		wait_and_take(monitor);
	}
}

static void finish(struct monitor *monitor)
{
	struct table_header *header = monitor->run->table.header;

	supervise_kill_all(&monitor->supervisor);
	relay_drain(&relay);
	header->ended_ns = sys_now();
	if (header->outcome == OUTCOME_NONE)
		header->outcome = OUTCOME_DONE;
	verdict_write(&monitor->run->plan, &monitor->run->table);
	table_store(&header->phase, PHASE_ENDED);
	relay_frame(&relay, FRAME_KIND_ENDED);
	relay_drain(&relay);
}

int monitor_main(struct run *run)
{
	static struct monitor monitor;
	struct sbx_error error = { 0 };

	if (set_up(&monitor, run, &error) < 0 || guard_start(run, &error) < 0) {
		table_set_own_fault(&run->table, &error);
		return SBX_EXIT_HOST;
	}
	run->table.header->monitor_pid = (uint32_t)getpid();
	run_to_end(&monitor);
	finish(&monitor);
	return (int)run->table.header->exit_code;
}
