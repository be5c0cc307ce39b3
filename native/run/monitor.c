/* monitor.c - the shim process at level 0 that owns a run. */
#define _GNU_SOURCE
#include "run/monitor.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include "core/children.h"
#include "run/scheduler.h"
#include "run/shutdown.h"
#include "run/verdict.h"
#include "run/watchdog.h"
#include "init/attributes.h"
#include "init/init.h"
#include "run/alarm.h"
#include "run/commands.h"
#include "run/log_account.h"
#include "run/log_files.h"
#include "run/relay.h"
#include "run/waits.h"
#include "init/supervise.h"
#include "core/sys.h"

/* What the guard adds to the time that the monitor itself should need. */
#define GUARD_SLACK_MS 1500u
/* While a stop goes on the runner sees at least so often that the monitor is not stopped itself. */
#define HEARTBEAT_MS 250u
/* How long children that nobody supervises any more have to be gone after their SIGKILL. */
#define LEFT_BEHIND_MS 2000u
/* How long the end of a run waits for output of a writer that it could not have killed. */
#define DRAIN_MS 200u
/* After a kill: how long it waits for a runner that takes nothing. */
#define KILLED_DRAIN_MS 1000u

/* The stages of the loop; each leads to the next. */
enum stage {
	STAGE_RUNNING, /* the scheduler decides */
	STAGE_CLEANING, /* all slots have ended; what they left to the monitor is killed */
	STAGE_DRAINING, /* nothing lives; output that is still in pipes goes to the runner */
	STAGE_CLOSING, /* the last frame is on its way */
	STAGE_OVER,
};

enum wake { WAKE_SIGNAL, WAKE_CHANGE, WAKE_TIMER, WAKE_LOG, WAKE_CLIENT, WAKE_OUTPUT, WAKE_STARTS };

/* The monitor's own state; one a process, for the life of the run. */
struct monitor {
	struct run *run;
	struct schedule schedule;
	struct supervisor supervisor;
	int epoll;
	int signals;
	struct alarm alarm;
	uint64_t stop_ms; /* an orderly stop takes no longer; for the guard */
	uint64_t guard_at; /* the guard ends the run then */
	uint64_t stage_until; /* CLOCK_MONOTONIC ns: the stage ends then at the latest; 0: never */
	uint64_t moved; /* bytes of output that had got on when that time was set */
	uint64_t patience; /* ms without movement after which output is given up; 0: any */
	enum stage stage;
	bool behind; /* who is waited for does not read: output is not looked at */
	uint32_t stop_signals[2]; /* that came from the sender, and those that the guard passed on */
};

/* Too large for a stack. */
static struct relay relay SBX_LARGE;
static struct control control SBX_LARGE;

static int watch(const struct monitor *monitor, int operation, int fd, uint32_t events,
		 enum wake what)
{
	struct epoll_event event = { .events = events, .data.u64 = what };

	return epoll_ctl(monitor->epoll, operation, fd, &event);
}

/* Pipes of a slot that the monitor starts itself. */
static void take_pipes(const struct log_pipes *pipes, uint32_t slot)
{
	uint32_t streams = (pipes->out[0] >= 0 ? 1u << STREAM_STDOUT : 0) |
			   (pipes->err[0] >= 0 ? 1u << STREAM_STDERR : 0);

	relay_add(&relay, pipes, streams, slot);
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
	attributes_open(&run->plan, header->monitor_owned_first, header->monitor_owned_count, true);
	monitor->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (monitor->epoll < 0)
		return sbx_fail(error, STEP_EPOLL, 0);
	monitor->signals = supervise_signals();
	if (monitor->signals < 0)
		return sbx_fail(error, STEP_SIGNALFD, 0);
	if (alarm_open(&monitor->alarm) < 0)
		return sbx_fail(error, STEP_TIMER, 0);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return sbx_fail(error, STEP_SUBREAPER, 0);
	if (supervise_open(&monitor->supervisor, run, header->monitor_owned_first,
			   header->monitor_owned_count, init_main, 0, error) < 0)
		return -1;
	log_open(run, take_pipes);
	if (control_open(&control, run, error) < 0)
		return -1;
	if (log_account_open(run, error) < 0 || log_files_open(run, error) < 0)
		return -1;
	if (relay_open(&relay, run, &control, error) < 0 ||
	    state_open(&monitor->schedule, run, error) < 0)
		return -1;
	if (watch(monitor, EPOLL_CTL_ADD, monitor->signals, EPOLLIN, WAKE_SIGNAL) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, monitor->supervisor.starts, EPOLLIN, WAKE_STARTS) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, FD_NOTIFY_UP, EPOLLIN, WAKE_CHANGE) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, monitor->alarm.fd, EPOLLIN, WAKE_TIMER) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, control.epoll, EPOLLIN, WAKE_CLIENT) < 0 ||
	    watch(monitor, EPOLL_CTL_ADD, relay.pipes, EPOLLIN, WAKE_OUTPUT) < 0)
		return sbx_fail(error, STEP_EPOLL, 0);
	if (run->takes_output && watch(monitor, EPOLL_CTL_ADD, FD_LOG_IN, EPOLLIN, WAKE_LOG) < 0)
		return sbx_fail(error, STEP_EPOLL, 0);
	return 0;
}

/*
 * One that is sent to the monitor and to its guards, as to their process group, comes twice: from the
 * sender, and passed on. So each way is counted by itself.
 */
static void take_stop(struct monitor *monitor, bool is_passed_on)
{
	uint32_t count = ++monitor->stop_signals[is_passed_on];

	if (count <= monitor->stop_signals[!is_passed_on])
		return;
	monitor->run->table.header->interrupted = 1;
	end_ask(&monitor->schedule);
}

static void take_signals(struct monitor *monitor)
{
	struct signalfd_siginfo info;

	while (read(monitor->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCONT && !monitor->schedule.kill_asked && watchdog_is_over())
			end_at_once(&monitor->schedule);
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ||
		    info.ssi_signo == SIGHUP || info.ssi_signo == SIGQUIT)
			take_stop(monitor, watchdog_takes(&info));
	}
}

static void take_commands(struct monitor *monitor)
{
	struct request request;

	while (control_next(&control, &monitor->run->plan, &request))
		control_answer(&request, commands_carry_out(&monitor->schedule, &request));
	state_notify(&monitor->schedule);
}

/* Who held the last lease is dead: the run must not outlive it, and nobody wants to know how it ended. */
static void look_after_leases(struct monitor *monitor)
{
	if (monitor->run->is_detached)
		return;
	if (control.leases > 0)
		watchdog_set_lease(control_lease(&control));
	if (!monitor->run->has_control || monitor->run->runner_gone || control.leases > 0)
		return;
	monitor->run->runner_gone = true;
	end_at_once(&monitor->schedule);
}

/* Looks at the pipes only while there is space for what is in them. */
static void follow_backlog(struct monitor *monitor)
{
	bool behind = control_is_behind(&control);

	if (behind == monitor->behind)
		return;
	monitor->behind = behind;
	(void)watch(monitor, EPOLL_CTL_MOD, relay.pipes, behind ? 0 : EPOLLIN, WAKE_OUTPUT);
}

static void set_alarm(struct monitor *monitor)
{
	uint64_t at = alarm_earlier(monitor->stage_until,
				    monitor->stage == STAGE_RUNNING ? monitor->schedule.next_at : 0);

	if (monitor->stage == STAGE_CLEANING)
		at = alarm_earlier(at, sys_now() + SBX_NS_PER_MS);
	else if (monitor->schedule.stop_asked)
		at = alarm_earlier(at, sys_now() + HEARTBEAT_MS * SBX_NS_PER_MS);
	alarm_set(&monitor->alarm, at);
}

static void report_started(struct monitor *monitor)
{
	struct table_header *header = monitor->run->table.header;

	if (header->phase != PHASE_STARTING || header->pending > 0)
		return;
	header->started_ns = sys_now();
	verdict_write(&monitor->run->plan, &monitor->run->table);
	table_store(&header->phase, PHASE_STARTED);
	control_send_phase(&control, FRAME_KIND_STARTED);
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
		(void)!read(FD_NOTIFY_UP, &drained, sizeof(drained));
		break;
	case WAKE_TIMER:
		alarm_take(&monitor->alarm);
		break;
	case WAKE_STARTS:
		supervise_starts(&monitor->supervisor);
		break;
	case WAKE_LOG:
		relay_accept(&relay);
		break;
	case WAKE_CLIENT:
		take_commands(monitor);
		break;
	case WAKE_OUTPUT:
		break;
	}
	relay_pump(&relay);
}

/* The guard acts where the monitor could not: later than the monitor would have. */
static void instruct_guard(struct monitor *monitor, uint64_t from)
{
	uint64_t ms = GUARD_SLACK_MS + (monitor->schedule.kill_asked ? ESCALATE_MS : monitor->stop_ms);
	uint64_t at = from == 0 ? 0 : from + ms * SBX_NS_PER_MS;

	/* The time that the first stop set stays, as does an earlier one. */
	if (at == 0 || (monitor->guard_at != 0 && monitor->guard_at <= at))
		return;
	monitor->guard_at = at;
	watchdog_set(at);
}

static void supervise_and_schedule(struct monitor *monitor)
{
	supervise_desired(&monitor->supervisor);
	(void)supervise_reap(&monitor->supervisor);
	monitor->supervisor.pending_events = 0; /* all of them are handled below */
	schedule_changes(&monitor->schedule);
	schedule_due(&monitor->schedule, sys_now());
	/* The scheduler may have asked for changes of slots that the monitor supervises itself. */
	supervise_desired(&monitor->supervisor);
	report_started(monitor);
	supervise_notify(&monitor->supervisor);
	if (watchdog_is_needed(monitor->run) &&
	    (monitor->schedule.kill_asked || monitor->schedule.sandboxes[0].phase != SANDBOX_ACTIVE))
		instruct_guard(monitor, sys_now());
}

/* Enters `stage`, which lasts at most `ms`; 0: without limit. */
static void enter(struct monitor *monitor, enum stage stage, uint64_t ms)
{
	monitor->stage = stage;
	monitor->stage_until = ms == 0 ? 0 : sys_now() + ms * SBX_NS_PER_MS;
	monitor->moved = control_moved(&control) + relay.taken;
}

static bool is_stage_over(const struct monitor *monitor)
{
	return monitor->stage_until != 0 && monitor->stage_until <= sys_now();
}

/* Orphans of a sandbox without a PID namespace. What is killed may leave more. */
static bool is_clean(struct monitor *monitor)
{
	if (!supervise_reap(&monitor->supervisor) || is_stage_over(monitor))
		return true;
	(void)children_signal(0, SIGKILL);
	return false;
}

/* A client that reads is waited for as long as it takes; one that does not, only until a kill. */
static bool is_drained(struct monitor *monitor)
{
	bool behind = control_is_behind(&control);
	uint64_t patience = !behind ? DRAIN_MS : monitor->schedule.kill_asked ? KILLED_DRAIN_MS : 0;
	uint64_t moved = control_moved(&control) + relay.taken;

	if (moved != monitor->moved || patience != monitor->patience) {
		monitor->patience = patience;
		enter(monitor, monitor->stage, patience);
	}
	if (control.leases == 0 || is_stage_over(monitor))
		return true;
	return relay.pipe_count == 0 && !behind;
}

/* The state table gets its last words before clients hear of them. */
static void close_run(struct monitor *monitor)
{
	struct table_header *header = monitor->run->table.header;

	log_account_end();
	relay_discard(&relay);
	header->ended_ns = sys_now();
	if (header->outcome == OUTCOME_NONE)
		header->outcome = OUTCOME_DONE;
	verdict_write(&monitor->run->plan, &monitor->run->table);
	table_store(&header->phase, PHASE_ENDED);
	waits_end_run(&monitor->run->table);
	control_send_phase(&control, FRAME_KIND_ENDED);
	control_pump(&control, &monitor->run->table);
}

static void advance(struct monitor *monitor)
{
	if (monitor->stage == STAGE_RUNNING) {
		supervise_and_schedule(monitor);
		if (schedule_is_over(&monitor->schedule)) {
			watchdog_set(0);
			enter(monitor, STAGE_CLEANING, LEFT_BEHIND_MS);
		}
	}
	if (monitor->stage == STAGE_CLEANING && is_clean(monitor)) {
		relay_accept(&relay);
		relay_pump(&relay);
		enter(monitor, STAGE_DRAINING, DRAIN_MS);
		monitor->patience = DRAIN_MS;
	}
	if (monitor->stage == STAGE_DRAINING && is_drained(monitor)) {
		close_run(monitor);
		enter(monitor, STAGE_CLOSING, DRAIN_MS);
		monitor->patience = DRAIN_MS;
	}
	if (monitor->stage == STAGE_CLOSING && is_drained(monitor))
		monitor->stage = STAGE_OVER;
}

/*
 * Nothing in this loop waits for anybody: what workloads, readers and other supervisors hold up
 * must hold up neither signals nor time-outs.
 */
static void run_to_end(struct monitor *monitor)
{
	uint64_t timeout_ms = monitor->run->plan.sandboxes[0].timeout_ms;

	if (watchdog_is_needed(monitor->run)) {
		monitor->stop_ms = end_longest_ms(&monitor->schedule);
		watchdog_set_lease(control_lease(&control));
		instruct_guard(monitor, timeout_ms == 0 ? 0 : sys_now() + timeout_ms * SBX_NS_PER_MS);
	}
	schedule_begin(&monitor->schedule);
	for (;;) {
		monitor->run->table.header->heartbeat++;
		advance(monitor);
		if (monitor->stage == STAGE_OVER)
			return;
		control_pump(&control, &monitor->run->table);
		look_after_leases(monitor);
		follow_backlog(monitor);
		set_alarm(monitor);
		wait_and_take(monitor);
	}
}

int monitor_main(struct run *run)
{
	static struct monitor monitor;
	struct sbx_error error = { 0 };

	if (set_up(&monitor, run, &error) < 0) {
		table_set_own_fault(&run->table, &error);
		return SBX_EXIT_HOST;
	}
	if (run->is_detached)
		run_leave_streams();
	run->table.header->guard_pid = watchdog_pid();
	run->table.header->monitor_pid = (uint32_t)getpid();
	run_to_end(&monitor);
	return (int)run->table.header->exit_code;
}
