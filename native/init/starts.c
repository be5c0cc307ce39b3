/* starts.c - starts that are under way: a supervisor begins many, and waits for none. */
#define _GNU_SOURCE
#include "init/starts.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "build/sandbox.h"
#include "core/inherited.h"
#include "core/sys.h"
#include "init/former.h"
#include "init/join.h"

/* Starts under way at a time, as long as they go on: more would only wait for a processor. */
#define STARTS_MAX 64u

/* After so long without one that has got on, as where a workload stops them, more are begun. */
#define STARTS_PAUSE_NS 20000000

/* How often a start is asked again that has said something for which there was no memory. */
#define RECEIVE_TRIES 64

/* What wakes the supervisor for its starts: a socket, by its child's index, or the pause is over. */
#define WAKE_PAUSE UINT64_MAX

int starts_open(struct supervisor *supervisor, int level, struct sbx_error *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = WAKE_PAUSE };

	supervisor->starts_max = STARTS_MAX;
	supervisor->pause = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (supervisor->pause < 0)
		return sbx_fail(error, STEP_TIMER, level);
	supervisor->starts = epoll_create1(EPOLL_CLOEXEC);
	if (supervisor->starts < 0 ||
	    epoll_ctl(supervisor->starts, EPOLL_CTL_ADD, supervisor->pause, &event) < 0)
		return sbx_fail(error, STEP_STARTS_WATCH, level);
	return 0;
}

/* No process came to be. What came too late for its sandbox never started, and did not fail. */
static void set_failed(struct supervisor *supervisor, uint32_t index)
{
	struct table *table = &supervisor->run->table;
	uint32_t slot = supervise_slot(supervisor, index);
	bool late = supervise_sandbox_ends(supervisor->run, slot);

	if (!late && former_holds_pid(supervisor, index)) {
		table_mark(table->dirty_down, slot); /* once more, after a pause */
		return;
	}
	table->slots[slot].ended_ns = sys_now();
	if (late)
		table_set_flag(table, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
	table_set_state(table, slot, late ? SLOT_STATE_SKIPPED : SLOT_STATE_FAILED);
	supervisor->pending_events++;
}

static void fail_start(struct supervisor *supervisor, uint32_t slot, enum step step)
{
	struct table *table = &supervisor->run->table;
	struct sbx_error error = { 0 };

	(void)sbx_fail(&error, step, (int)supervisor->run->plan.slots[slot].level);
	if (table_load(&table->slots[slot].fault_step) == STEP_NONE)
		table_set_fault(table, slot, &error);
}

/*
 * Ends a start that cannot go on, with errno: nobody would hear of it any more. Its process, if there
 * is one, is reaped as one that failed; one that a helper has only just made ends with its socket.
 */
static void give_up(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];

	fail_start(supervisor, supervise_slot(supervisor, index), STEP_START_SOCKET);
	if (child->pid > 0) {
		(void)sys_signal_child(child->pid, SIGKILL);
		return;
	}
	if (child->helper > 0)
		(void)sys_signal_child(child->helper, SIGKILL);
	starts_end(supervisor, index);
}

void starts_answer(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	ssize_t size;
	char byte = 0;

	do
		size = write(child->start, &byte, 1);
	while (size < 0 && errno == EINTR);
	/* It has ended, and its socket says so. */
	if (size < 0 && errno != EPIPE && errno != ECONNRESET)
		give_up(supervisor, index);
}

/* What is needed of the process once it has ended and its PIDs are wanted again. */
static void note_life(struct child *child, uint32_t outermost)
{
	child->last_pid = child->pid;
	child->last_outermost = outermost;
	child->group_was_stopped = false;
	child->former_until = 0;
	child->tries = 0;
}

/* Follows the start that `spawned` is. A socket that cannot be watched ends it at once. */
static void follow(struct supervisor *supervisor, uint32_t index, const struct spawned *spawned)
{
	struct child *child = &supervisor->children[index];
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = index };

	child->pid = spawned->pid;
	child->helper = spawned->helper;
	child->start = spawned->start;
	if (child->pid > 0) {
		pid_map_add(&supervisor->pids, child->pid, index);
		note_life(child, spawned->outermost);
	}
	if (child->helper > 0) {
		pid_map_add(&supervisor->pids, child->helper, index);
		supervisor->helpers++;
	}
	if (child->start < 0)
		return;
	supervisor->starting++;
	if (epoll_ctl(supervisor->starts, EPOLL_CTL_ADD, child->start, &event) < 0) {
		give_up(supervisor, index);
	}
}

static void set_held(struct supervisor *supervisor, uint32_t index)
{
	struct table *table = &supervisor->run->table;
	uint32_t slot = supervise_slot(supervisor, index);

	/* One that lives again holds up no other's PIDs. */
	if (table_load(&table->slots[slot].desired) == DESIRED_RUNNING) {
		starts_answer(supervisor, index);
		return;
	}
	supervisor->children[index].is_held = true;
	table_store(&table->slots[slot].held, 1);
	table_mark(table->dirty_up, slot);
	supervisor->pending_events++;
}

/*
 * Processes of an ordinary user's sandbox have its init's ids, so they can set its limits, which each
 * later start would have. Looked at once for all starts that are asked for together: who is as quick
 * as that could as well set those of the processes themselves.
 */
static bool hands_down(struct supervisor *supervisor, uint32_t slot)
{
	struct run *run = supervisor->run;
	struct sbx_error error = { 0 };

	if (!supervisor->hands_down &&
	    inherited_restore((int)run->plan.slots[slot].level, &error) < 0) {
		table_set_fault(&run->table, slot, &error);
		return false;
	}
	supervisor->hands_down = true;
	return true;
}

void starts_begin(struct supervisor *supervisor, uint32_t index)
{
	struct run *run = supervisor->run;
	uint32_t slot = supervise_slot(supervisor, index);
	struct spawned spawned;

	if (!hands_down(supervisor, slot)) {
		set_failed(supervisor, index);
		return;
	}
	if (spawn_slot(run, slot, supervisor->init, supervisor->helpers == 0, &spawned) < 0) {
		set_failed(supervisor, index);
		return;
	}
	follow(supervisor, index, &spawned);
	/* Where PIDs are ordered a member has its own now; an own init has still to build. */
	if (run->pids_ordered && spawned.pid > 0 && spawned.start >= 0 &&
	    run->plan.sandboxes[run->plan.slots[slot].sandbox].init_slot != slot)
		set_held(supervisor, index);
}

void starts_end(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	struct table *table = &supervisor->run->table;
	uint32_t slot = supervise_slot(supervisor, index);

	(void)close(child->start);
	child->start = -1;
	child->is_held = false;
	supervisor->starting--;
	supervisor->starts_max = STARTS_MAX;
	if (child->pid == 0) {
		errno = ESRCH; /* its helper was killed before it could say why */
		fail_start(supervisor, slot, STEP_CLONE_HELPER);
		set_failed(supervisor, index);
	} else if (table_load(&table->slots[slot].fault_step) == STEP_NONE &&
		   supervisor->run->plan.slots[slot].kind == SLOT_KIND_PROCESS &&
		   table_load(&table->slots[slot].state) == SLOT_STATE_STARTING) {
		table_set_state(table, slot, SLOT_STATE_RUNNING);
		supervisor->pending_events++;
	}
}

/* Whether a child of ours has ended, and been reaped before anybody said that it was there. */
static bool is_reaped(uint32_t pid)
{
	siginfo_t info;

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 && errno == ECHILD;
}

/* The process that a helper has made, as a child of ours: it waits until we know it. */
static void take_born(struct supervisor *supervisor, uint32_t index, const uint32_t *pids)
{
	struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t slot = supervise_slot(supervisor, index);
	uint32_t level = run->plan.slots[slot].level;
	uint32_t pid = pids[sandbox_level_of_parent(&run->plan, slot)];

	if (pid == 0 || child->pid != 0)
		return;
	child->pid = (pid_t)pid;
	note_life(child, pids[0]);
	table_set_pids(&run->table.slots[slot], pids, level, pid);
	/* Killed, as with its sandbox, and reaped before its helper could say that it was there. */
	if (is_reaped(pid)) {
		supervise_exited(supervisor, index, child->pid, SIGKILL);
		return;
	}
	pid_map_add(&supervisor->pids, child->pid, index);
	starts_answer(supervisor, index);
	if (run->pids_ordered && run->plan.slots[slot].kind == SLOT_KIND_PROCESS &&
	    run->plan.sandboxes[run->plan.slots[slot].sandbox].init_slot != slot)
		set_held(supervisor, index);
}

static void take_message(struct supervisor *supervisor, uint32_t index,
			 const struct start_message *message)
{
	struct child *child = &supervisor->children[index];

	switch (message->kind) {
	case START_HELPER:
		if (child->second_helper == 0 && message->pids[0] != 0 &&
		    !is_reaped(message->pids[0])) {
			child->second_helper = (pid_t)message->pids[0];
			pid_map_add(&supervisor->pids, child->second_helper, index);
			supervisor->helpers++;
		}
		break;
	case START_BORN:
		take_born(supervisor, index, message->pids);
		break;
	case START_BUILT:
		if (supervisor->run->pids_ordered)
			set_held(supervisor, index);
		break;
	}
}

static bool is_short_of_memory(void)
{
	return errno == ENOMEM || errno == ENOBUFS;
}

void starts_take(struct supervisor *supervisor, uint32_t index)
{
	const struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t sandbox = run->plan.slots[supervise_slot(supervisor, index)].sandbox;
	struct start_message message;
	int result = 1;

	while (child->start >= 0 && result > 0) {
		result = join_receive(run, child->start, sandbox, &message);
		if (result > 0)
			take_message(supervisor, index, &message);
		else if (result == 0 || errno == ECONNRESET)
			starts_end(supervisor, index); /* it may have ended before it read our answer */
		else if (errno != EAGAIN && (!is_short_of_memory() || child->tries++ == RECEIVE_TRIES))
			give_up(supervisor, index); /* else the socket is readable again, or still */
	}
}

void supervise_starts(struct supervisor *supervisor)
{
	struct epoll_event events[STARTS_MAX];
	int count = epoll_wait(supervisor->starts, events, STARTS_MAX, 0);
	uint64_t expirations;

	for (int i = 0; i < count; i++) {
		if (events[i].data.u64 != WAKE_PAUSE) {
			starts_take(supervisor, (uint32_t)events[i].data.u64);
			continue;
		}
		(void)!read(supervisor->pause, &expirations, sizeof(expirations));
		/* None has got on meanwhile: they are held up, and hold up nothing but themselves. */
		if (supervisor->starting >= supervisor->starts_max)
			supervisor->starts_max = supervisor->starting + STARTS_MAX;
		supervisor->helpers_free |= supervisor->helpers > 0;
	}
}

bool starts_may_begin(const struct supervisor *supervisor, uint32_t slot)
{
	const struct run *run = supervisor->run;

	if (supervisor->starting >= supervisor->starts_max || !spawn_is_possible(run, slot))
		return false;
	return supervisor->helpers == 0 || supervisor->helpers_free || !spawn_needs_helper(run, slot);
}

void starts_arm_pause(struct supervisor *supervisor)
{
	const struct itimerspec pause = { .it_value.tv_nsec = STARTS_PAUSE_NS };

	(void)timerfd_settime(supervisor->pause, 0, &pause, NULL);
}

