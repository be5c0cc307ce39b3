/* supervise.c - what every supervisor does, init or monitor: start, signal and reap its slots. */
#define _GNU_SOURCE
#include "init/supervise.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "build/sandbox.h"
#include "core/procfs.h"
#include "core/sys.h"
#include "init/join.h"

/* PIDs read at once from procfs when everything is killed. */
#define CHILDREN_TEXT_SIZE 4096

/* Changes told together; the monitor, and what depends on the first of them, waits so long. */
#define NEWS_MAX 8u

/* Starts under way at a time, as long as they go on: more would only wait for a processor. */
#define STARTS_MAX 64u

/* After so long without one that has got on, as where a workload stops them, more are begun. */
#define STARTS_PAUSE_NS 20000000

/*
 * One slot of the supervisor's. In memory of its own: what the shared table says of PIDs is for
 * readers, and no signal is sent by it.
 */
struct child {
	pid_t pid; /* the process; 0: not there, or not known yet */
	pid_t helper; /* makes the process; 0: none, or reaped */
	pid_t second_helper;
	int start; /* our end of the socket of its start; -1: none is under way */
	bool is_held; /* it has its PIDs, and waits to be let on to its program */
};

/* What wakes the supervisor for its starts: a socket, by its child's index, or the pause is over. */
#define WAKE_PAUSE UINT64_MAX

void supervise_tell(struct supervisor *supervisor)
{
	if (supervisor->news > 0)
		run_ring(FD_BELL_UP);
	supervisor->news = 0;
}

static int open_starts(struct supervisor *supervisor)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = WAKE_PAUSE };

	supervisor->starts = epoll_create1(EPOLL_CLOEXEC);
	supervisor->pause = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (supervisor->starts < 0 || supervisor->pause < 0)
		return -1;
	return epoll_ctl(supervisor->starts, EPOLL_CTL_ADD, supervisor->pause, &event);
}

int supervise_open(struct supervisor *supervisor, struct run *run, uint32_t first, uint32_t count,
		   spawn_init_entry *init)
{
	size_t children_size = count * sizeof(struct child);
	size_t size = children_size + pid_map_size(count);
	uint8_t *memory = size == 0 ? NULL : mmap(NULL, size, PROT_READ | PROT_WRITE,
						  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* No child has a use for it, and a fork would have to copy its pages' entries. */
	if (memory == MAP_FAILED || (size > 0 && madvise(memory, size, MADV_DONTFORK) < 0))
		return -1;
	*supervisor = (struct supervisor){
		.run = run,
		.first = first,
		.count = count,
		.children = (struct child *)memory,
		.pids = pid_map_in(size == 0 ? NULL : memory + children_size, count),
		.starts_max = STARTS_MAX,
		.init = init,
	};
	for (uint32_t i = 0; i < count; i++)
		supervisor->children[i].start = -1;
	return open_starts(supervisor);
}

static uint32_t slot_of(const struct supervisor *supervisor, uint32_t index)
{
	return supervisor->run->plan.owned[supervisor->first + index];
}

/* PF_EXITING of linux/sched.h: bit of the ninth field of proc_pid_stat(5). */
#define FLAG_EXITING 0x4

/* More than that file has up to there. */
#define STAT_SIZE 512

/* Whether an unreaped child is on its way out. Its own name, in parentheses, may hold anything. */
static bool is_exiting(uint32_t pid)
{
	char text[STAT_SIZE];
	const char *at = NULL;

	if (procfs_read(FD_PROC, pid, "stat", text, sizeof(text)) > 0)
		at = strrchr(text, ')');
	for (int field = 2; field < 9 && at != NULL; field++)
		at = strchr(at + 1, ' ');
	return at == NULL || procfs_number(&at) & FLAG_EXITING;
}

/*
 * Whether the PID 1 of a slot's sandbox, a declared process, has ended or is about to: the kernel
 * kills and waits for all others before it reports that one, and lets nobody in any more.
 * Source: pid_namespaces(7).
 */
static bool ended_with_sandbox(const struct run *run, uint32_t slot)
{
	uint32_t box = run->plan.slots[slot].sandbox;

	if (run->plan.sandboxes[box].init_slot == slot)
		box = run->plan.sandboxes[box].parent;
	for (; box != SBX_NONE && run->plan.sandboxes[box].init_mode == INIT_MODE_PROCESS;
	     box = run->plan.sandboxes[box].parent) {
		const struct table_slot *init = &run->table.slots[run->plan.sandboxes[box].init_slot];

		if (is_exiting(init->pids[0]))
			return true;
	}
	return false;
}

/* No process came to be. What came too late for its sandbox never started, and did not fail. */
static void set_failed(struct supervisor *supervisor, uint32_t slot)
{
	struct table *table = &supervisor->run->table;
	bool late = ended_with_sandbox(supervisor->run, slot);

	table->slots[slot].ended_ns = sys_now();
	if (late)
		table_set_flag(table, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
	table_set_state(table, slot, late ? SLOT_STATE_SKIPPED : SLOT_STATE_FAILED);
	supervisor->news++;
}

static void fail_start(struct supervisor *supervisor, uint32_t slot, enum step step)
{
	struct table *table = &supervisor->run->table;
	struct sbx_error error = { 0 };

	(void)sbx_fail(&error, step, (int)supervisor->run->plan.slots[slot].level);
	if (table_load(&table->slots[slot].fault_step) == STEP_NONE)
		table_set_fault(table, slot, &error);
}

/* Follows the start that `spawned` is. A socket that cannot be watched ends it at once. */
static void follow(struct supervisor *supervisor, uint32_t index, const struct spawned *spawned)
{
	struct child *child = &supervisor->children[index];
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = index };

	child->pid = spawned->pid;
	child->helper = spawned->helper;
	child->start = spawned->start;
	if (child->pid > 0)
		pid_map_add(&supervisor->pids, child->pid, index);
	if (child->helper > 0) {
		pid_map_add(&supervisor->pids, child->helper, index);
		supervisor->helpers++;
	}
	if (child->start < 0)
		return;
	supervisor->starting++;
	if (epoll_ctl(supervisor->starts, EPOLL_CTL_ADD, child->start, &event) < 0) {
		fail_start(supervisor, slot_of(supervisor, index), STEP_START_SOCKET);
		if (child->pid > 0)
			(void)sys_signal_child(child->pid, SIGKILL);
	}
}

static void set_held(struct supervisor *supervisor, uint32_t index)
{
	struct table *table = &supervisor->run->table;
	uint32_t slot = slot_of(supervisor, index);

	supervisor->children[index].is_held = true;
	table_store(&table->slots[slot].held, 1);
	table_mark(table->dirty_up, slot);
	supervisor->news++;
}

static void start(struct supervisor *supervisor, uint32_t index)
{
	struct run *run = supervisor->run;
	uint32_t slot = slot_of(supervisor, index);
	struct spawned spawned;

	if (spawn_slot(run, slot, supervisor->init, supervisor->helpers == 0, &spawned) < 0) {
		set_failed(supervisor, slot);
		return;
	}
	follow(supervisor, index, &spawned);
	/* Where PIDs are ordered a member has its own now; an own init has still to build. */
	if (run->pids_ordered && spawned.pid > 0 && spawned.start >= 0 &&
	    run->plan.sandboxes[run->plan.slots[slot].sandbox].init_slot != slot)
		set_held(supervisor, index);
}

/*
 * The start is over: the program runs, or the slot holds a fault. Whoever has a PID is reaped, and
 * then says how it ended; where there is none it has failed now.
 */
static void end_start(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	struct table *table = &supervisor->run->table;
	uint32_t slot = slot_of(supervisor, index);

	(void)close(child->start);
	child->start = -1;
	child->is_held = false;
	supervisor->starting--;
	supervisor->starts_max = STARTS_MAX;
	if (child->pid == 0) {
		errno = ESRCH; /* its helper was killed before it could say why */
		fail_start(supervisor, slot, STEP_HELPER_LOST);
		set_failed(supervisor, slot);
	} else if (table_load(&table->slots[slot].fault_step) == STEP_NONE &&
		   supervisor->run->plan.slots[slot].kind == SLOT_KIND_PROCESS &&
		   table_load(&table->slots[slot].state) == SLOT_STATE_STARTING) {
		table_set_state(table, slot, SLOT_STATE_RUNNING);
		supervisor->news++;
	}
}

/* `status` as from wait4(2); a bare signal number is that of who was killed. */
static void take_exit(struct supervisor *supervisor, uint32_t index, pid_t pid, int status)
{
	struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t slot = slot_of(supervisor, index);

	if (pid == child->helper || pid == child->second_helper) {
		*(pid == child->helper ? &child->helper : &child->second_helper) = 0;
		supervisor->helpers--;
		return;
	}
	/* Its program may have run and ended before we have looked at its socket. */
	if (child->start >= 0)
		end_start(supervisor, index);
	child->pid = 0;
	if (run->plan.sandboxes[run->plan.slots[slot].sandbox].init_slot == slot)
		join_forget(run, run->plan.slots[slot].sandbox);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && ended_with_sandbox(run, slot))
		table_set_flag(&run->table, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
	table_set_exit(&run->table, slot, status);
	if (table_load(&run->table.slots[slot].state) == SLOT_STATE_EXITED)
		supervisor->exited++;
	supervisor->news++;
}

/* The process that a helper has made, as a child of ours: it waits until we know it. */
static void take_born(struct supervisor *supervisor, uint32_t index, const uint32_t *pids)
{
	struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t slot = slot_of(supervisor, index);
	uint32_t level = run->plan.slots[slot].level;
	uint32_t pid = pids[sandbox_level_of_parent(&run->plan, slot)];
	siginfo_t info;
	char byte = 0;

	if (pid == 0 || child->pid != 0)
		return;
	child->pid = (pid_t)pid;
	table_set_pids(&run->table.slots[slot], pids, level, pid);
	/* Killed, as with its sandbox, and reaped before its helper could say that it was there. */
	if (waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 && errno == ECHILD) {
		take_exit(supervisor, index, child->pid, SIGKILL);
		return;
	}
	pid_map_add(&supervisor->pids, child->pid, index);
	(void)!write(child->start, &byte, 1);
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
		if (child->second_helper == 0 && message->pids[0] != 0) {
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

/* Takes all that a start has said; ends it where the socket has ended. */
static void take_messages(struct supervisor *supervisor, uint32_t index)
{
	const struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t sandbox = run->plan.slots[slot_of(supervisor, index)].sandbox;
	struct start_message message;
	int result = 1;

	while (child->start >= 0 && result > 0) {
		result = join_receive(run, child->start, sandbox, &message);
		if (result > 0)
			take_message(supervisor, index, &message);
		else if (result == 0 || (errno != EAGAIN && errno != EINTR))
			end_start(supervisor, index);
	}
}

void supervise_starts(struct supervisor *supervisor)
{
	struct epoll_event events[STARTS_MAX];
	int count = epoll_wait(supervisor->starts, events, STARTS_MAX, 0);
	uint64_t expirations;

	for (int i = 0; i < count; i++) {
		if (events[i].data.u64 != WAKE_PAUSE) {
			take_messages(supervisor, (uint32_t)events[i].data.u64);
			continue;
		}
		(void)!read(supervisor->pause, &expirations, sizeof(expirations));
		/* None has got on meanwhile: they are held up, and hold up nothing but themselves. */
		if (supervisor->starting >= supervisor->starts_max)
			supervisor->starts_max = supervisor->starting + STARTS_MAX;
		supervisor->helpers_free |= supervisor->helpers > 0;
	}
}

static bool is_alive(const struct table_slot *state)
{
	uint32_t now = table_load(&state->state);

	return now == SLOT_STATE_STARTING || now == SLOT_STATE_RUNNING;
}

/* Whether a start may begin now. Helpers have the same reserved PIDs, so one is there at a time. */
static bool may_start(const struct supervisor *supervisor, uint32_t slot)
{
	const struct run *run = supervisor->run;

	if (supervisor->starting >= supervisor->starts_max || !spawn_is_possible(run, slot))
		return false;
	return supervisor->helpers == 0 || supervisor->helpers_free || !spawn_needs_helper(run, slot);
}

static void send_signal(struct child *child, struct table_slot *state, uint32_t number)
{
	if (child->pid == 0 || !is_alive(state))
		return;
	(void)sys_signal_child(child->pid, (int)number);
	/* A stopped process would see a signal to end only when it is continued. */
	if (number != SIGKILL && number != SIGSTOP && number != SIGCONT)
		(void)sys_signal_child(child->pid, SIGCONT);
}

/* Lets a held process go on to its program. Its socket ends as at any start. */
static void release(struct child *child)
{
	char byte = 0;

	child->is_held = false;
	(void)!write(child->start, &byte, 1);
}

/* Acts on what is desired of a slot. False: it is to be looked at again. */
static bool act(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	uint32_t slot = slot_of(supervisor, index);
	struct table_slot *state = &supervisor->run->table.slots[slot];
	uint32_t count = table_load(&state->desired_count);
	uint32_t desired = table_load(&state->desired);
	bool is_done = true;

	if ((desired == DESIRED_RUNNING || desired == DESIRED_HELD) &&
	    table_load(&state->state) == SLOT_STATE_PENDING) {
		is_done = may_start(supervisor, slot);
		if (is_done)
			start(supervisor, index);
	} else if (desired == DESIRED_RUNNING && child->is_held) {
		release(child);
	} else if (desired == DESIRED_STOPPED && child->is_held) {
		end_start(supervisor, index); /* held in vain: it ends */
	}
	/* One that a helper is still making gets its signals once it is there. */
	if (count != state->signalled_count && child->pid == 0 && child->start >= 0)
		return false;
	if (count != state->signalled_count) {
		state->signalled_count = count;
		send_signal(child, state, table_load(&state->desired_signal));
	}
	return is_done;
}

static void arm_pause(struct supervisor *supervisor)
{
	const struct itimerspec pause = { .it_value.tv_nsec = STARTS_PAUSE_NS };

	(void)timerfd_settime(supervisor->pause, 0, &pause, NULL);
}

void supervise_desired(struct supervisor *supervisor)
{
	const struct run *run = supervisor->run;
	uint32_t acted = 0;
	bool waits = false;

	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = slot_of(supervisor, i);

		if (!table_take_one(run->table.dirty_down, slot))
			continue;
		if (!act(supervisor, i)) {
			table_mark(run->table.dirty_down, slot);
			waits = true;
			continue;
		}
		/* What ends while others start is reaped meanwhile, or the numbers would run out. */
		if (++acted % STARTS_MAX == 0) {
			supervise_starts(supervisor);
			(void)supervise_reap(supervisor);
		}
		/* To wake the monitor takes longer than to start one process, so not for each. */
		if (supervisor->news >= NEWS_MAX)
			supervise_tell(supervisor);
	}
	supervisor->helpers_free = false;
	if (waits)
		arm_pause(supervisor);
}

bool supervise_reap(struct supervisor *supervisor)
{
	bool more;
	int status;
	pid_t pid;

	do {
		pid = wait4(-1, &status, WNOHANG | __WALL, NULL);
		more = pid > 0 || (pid < 0 && errno == EINTR);
		if (pid > 0) {
			uint32_t index = pid_map_take(&supervisor->pids, pid);

			if (index != SBX_NONE)
				take_exit(supervisor, index, pid, status);
		}
	} while (more);
	return pid == 0;
}

void supervise_forward(struct supervisor *supervisor, int number)
{
	const struct run *run = supervisor->run;

	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = slot_of(supervisor, i);
		const struct table_slot *state = &run->table.slots[slot];
		pid_t pid = supervisor->children[i].pid;

		if (run->plan.slots[slot].kind == SLOT_KIND_PROCESS && pid > 0 && is_alive(state))
			(void)sys_signal_child(pid, number);
	}
}

/*
 * Kills each PID of a list such as "12 34 ", as level 0 numbers them. They are our children, and we
 * have not reaped, so the numbers are still theirs; but in our own PID namespace they may have
 * others, so the directory in procfs names them. Source: pidfd_send_signal(2).
 */
static void kill_listed(char *text)
{
	char *rest = text;

	for (char *pid = strsep(&rest, " "); pid != NULL; pid = strsep(&rest, " ")) {
		int fd = *pid == '\0' ? -1 :
					openat(FD_PROC, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0) {
			(void)sys_pidfd_send_signal(fd, SIGKILL);
			(void)close(fd);
		}
	}
}

void supervise_kill_all(struct supervisor *supervisor)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	char text[CHILDREN_TEXT_SIZE];

	/* What is killed may have children, which then become ours: so until there is none. */
	while (supervise_reap(supervisor)) {
		int fd = openat(FD_PROC, "thread-self/children", O_RDONLY | O_CLOEXEC);
		ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		if (fd >= 0)
			(void)close(fd);
		if (size > 0) {
			/* A number cut at the end of a full buffer could be another process's. */
			if (size == sizeof(text) - 1)
				while (size > 0 && text[size - 1] != ' ')
					size--;
			text[size] = '\0';
			kill_listed(text);
		}
		(void)nanosleep(&pause, NULL);
	}
}

int supervise_signals(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	/* A fault of our own must end us, not wait in a queue. */
	(void)sigdelset(&all, SIGSEGV);
	(void)sigdelset(&all, SIGBUS);
	(void)sigdelset(&all, SIGFPE);
	(void)sigdelset(&all, SIGILL);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return -1;
	return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}
