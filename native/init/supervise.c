/* supervise.c - what every supervisor does, init or monitor: start, signal and reap its slots. */
#define _GNU_SOURCE
#include "init/supervise.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "build/sandbox.h"
#include "core/children.h"
#include "core/procfs.h"
#include "core/sys.h"
#include "init/former.h"
#include "init/join.h"
#include "init/starts.h"

/* Slots acted on between two looks at what has ended meanwhile. */
#define REAP_EVERY 64u

/* How many changes one notification may cover; what depends on the first waits for it. */
#define PENDING_EVENTS_MAX 8u

void supervise_notify(struct supervisor *supervisor)
{
	if (supervisor->pending_events > 0)
		run_notify(FD_NOTIFY_UP);
	supervisor->pending_events = 0;
}

/*
 * Zeroed memory that lasts as long as the caller; NULL with errno. A little is on a page that each init
 * writes in any case. A fork has no use for more, and would have to copy its pages' entries.
 */
static void *open_memory(size_t size)
{
	static uint64_t little[128];
	void *memory = little;

	if (size <= sizeof(little))
		return memset(little, 0, sizeof(little)); /* it is a fork's of the init around it */
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED || madvise(memory, size, MADV_DONTFORK) < 0 ? NULL : memory;
}

int supervise_open(struct supervisor *supervisor, struct run *run, uint32_t first, uint32_t count,
		   spawn_init_entry *init, int level, struct sbx_error *error)
{
	size_t children_size = count * sizeof(struct child);
	uint8_t *memory = open_memory(children_size + pid_map_size(count));

	if (memory == NULL)
		return sbx_fail(error, STEP_MEMORY, level);
	*supervisor = (struct supervisor){
		.run = run,
		.first = first,
		.count = count,
		.children = (struct child *)memory,
		.pids = pid_map_in(memory + children_size, count),
		.init = init,
	};
	for (uint32_t i = 0; i < count; i++)
		supervisor->children[i].start = -1;
	return starts_open(supervisor, level, error);
}

uint32_t supervise_slot(const struct supervisor *supervisor, uint32_t index)
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

bool supervise_sandbox_ends(const struct run *run, uint32_t slot)
{
	uint32_t sandbox = run->plan.slots[slot].sandbox;

	if (run->plan.sandboxes[sandbox].init_slot == slot)
		sandbox = run->plan.sandboxes[sandbox].parent;
	for (; sandbox != SBX_NONE && run->plan.sandboxes[sandbox].init_mode == INIT_MODE_PROCESS;
	     sandbox = run->plan.sandboxes[sandbox].parent) {
		const struct table_slot *init = &run->table.slots[run->plan.sandboxes[sandbox].init_slot];

		if (is_exiting(init->pids[0]))
			return true;
	}
	return false;
}

static bool is_alive(const struct table_slot *state)
{
	uint32_t now = table_load(&state->state);

	return now == SLOT_STATE_STARTING || now == SLOT_STATE_RUNNING;
}

/*
 * To the process, or to all in its process group: it leads one, once it has got to setsid(2). It is
 * unreaped, so neither number can be another's.
 */
static void signal_scope(const struct child *child, bool group, int number)
{
	if (!group || kill(-child->pid, number) < 0)
		(void)sys_signal_child(child->pid, number);
}

static void send_signal(struct supervisor *supervisor, uint32_t index, uint32_t number)
{
	const struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t slot = supervise_slot(supervisor, index);
	const struct image_process *process = plan_process(&run->plan, slot);
	bool group = process != NULL && process->stop_scope == STOP_SCOPE_GROUP;

	if (child->pid == 0 || !is_alive(&run->table.slots[slot]))
		return;
	signal_scope(child, group, (int)number);
	child->group_was_stopped |= group && number == process->stop_signal;
	/* A stopped process would see a signal to end only when it is continued. */
	if (number != SIGKILL && number != SIGSTOP && number != SIGCONT)
		signal_scope(child, group, SIGCONT);
}

/* Lets a held process go on to its program. Its socket ends as at any start. */
static void release(struct supervisor *supervisor, uint32_t index)
{
	supervisor->children[index].is_held = false;
	starts_answer(supervisor, index);
}

/*
 * The slot of a process that has ended is to live again. False: its helpers have not been reaped, and
 * one may still have a word to say of the former generation.
 */
static bool renew(struct supervisor *supervisor, uint32_t index, struct table_slot *state)
{
	const struct child *child = &supervisor->children[index];

	if (!supervise_is_vacant(child))
		return false;
	supervisor->exited -= table_load(&state->state) == SLOT_STATE_EXITED;
	if (supervisor->idle > index)
		supervisor->idle = index;
	table_begin_generation(state);
	return true;
}

/* A generation that need not be any more. */
static void give_up(struct supervisor *supervisor, uint32_t slot)
{
	supervisor->run->table.slots[slot].ended_ns = sys_now();
	table_set_state(&supervisor->run->table, slot, SLOT_STATE_SKIPPED);
	supervisor->pending_events++;
}

/* Acts on what is desired of a slot. False: it is to be looked at again. */
static bool act(struct supervisor *supervisor, uint32_t index)
{
	struct child *child = &supervisor->children[index];
	uint32_t slot = supervise_slot(supervisor, index);
	struct table_slot *state = &supervisor->run->table.slots[slot];
	uint32_t desired = table_load(&state->desired);
	bool is_done = true;
	uint32_t count;

	if (table_is_behind(state) && !renew(supervisor, index, state))
		return false;
	count = table_load(&state->desired_count);
	if ((desired == DESIRED_RUNNING || desired == DESIRED_HELD) &&
	    table_load(&state->state) == SLOT_STATE_PENDING) {
		if (starts_may_begin(supervisor, slot) && former_is_gone(supervisor, index))
			starts_begin(supervisor, index);
		is_done = table_load(&state->state) != SLOT_STATE_PENDING;
	} else if (desired == DESIRED_STOPPED && state->generation > 0 &&
		   table_load(&state->state) == SLOT_STATE_PENDING) {
		give_up(supervisor, slot);
	} else if (desired == DESIRED_RUNNING && child->is_held) {
		release(supervisor, index);
	} else if (desired == DESIRED_STOPPED && child->is_held) {
		if (table_load(&state->state) == SLOT_STATE_STARTING)
			give_up(supervisor, slot); /* else the monitor has */
		starts_end(supervisor, index); /* held in vain: it ends */
	}
	/* One that is still to be made gets its signals once it is there. */
	if (count != state->signalled_count && child->pid == 0 && (child->start >= 0 || !is_done))
		return false;
	if (count != state->signalled_count) {
		state->signalled_count = count;
		send_signal(supervisor, index, table_load(&state->desired_signal));
	}
	return is_done;
}

void supervise_desired(struct supervisor *supervisor)
{
	const struct run *run = supervisor->run;
	uint32_t acted = 0;
	bool waits = false;

	supervisor->hands_down = false;
	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = supervise_slot(supervisor, i);

		if (!table_take_one(run->table.dirty_down, slot))
			continue;
		if (!act(supervisor, i)) {
			table_mark(run->table.dirty_down, slot);
			waits = true;
			continue;
		}
		/* What ends while others start is reaped meanwhile, or the numbers would run out. */
		if (++acted % REAP_EVERY == 0) {
			supervise_starts(supervisor);
			(void)supervise_reap(supervisor);
		}
		/* To wake the monitor takes longer than to start one process, so not for each. */
		if (supervisor->pending_events >= PENDING_EVENTS_MAX)
			supervise_notify(supervisor);
	}
	supervisor->helpers_free = false;
	if (waits)
		starts_arm_pause(supervisor);
}

void supervise_exited(struct supervisor *supervisor, uint32_t index, pid_t pid, int status)
{
	struct run *run = supervisor->run;
	struct child *child = &supervisor->children[index];
	uint32_t slot = supervise_slot(supervisor, index);

	if (pid == child->helper || pid == child->second_helper) {
		/* What it has said before its end: another helper may be there, with PIDs of its own. */
		if (child->start >= 0)
			starts_take(supervisor, index);
		*(pid == child->helper ? &child->helper : &child->second_helper) = 0;
		supervisor->helpers--;
		return;
	}
	/* Its program may have run and ended before we have looked at its socket. */
	if (child->start >= 0)
		starts_end(supervisor, index);
	child->pid = 0;
	if (run->plan.sandboxes[run->plan.slots[slot].sandbox].init_slot == slot)
		join_forget(run, run->plan.slots[slot].sandbox);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && supervise_sandbox_ends(run, slot))
		table_set_flag(&run->table, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
	table_set_exit(&run->table, slot, status);
	if (table_load(&run->table.slots[slot].state) == SLOT_STATE_EXITED)
		supervisor->exited++;
	supervisor->pending_events++;
}

bool supervise_is_vacant(const struct child *child)
{
	return child->pid == 0 && child->helper == 0 && child->second_helper == 0 && child->start < 0;
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
				supervise_exited(supervisor, index, pid, status);
		}
	} while (more);
	return pid == 0;
}

void supervise_forward(struct supervisor *supervisor, int number)
{
	const struct run *run = supervisor->run;

	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = supervise_slot(supervisor, i);
		const struct table_slot *state = &run->table.slots[slot];
		pid_t pid = supervisor->children[i].pid;

		if (run->plan.slots[slot].kind == SLOT_KIND_PROCESS && pid > 0 && is_alive(state))
			(void)sys_signal_child(pid, number);
	}
}

void supervise_kill_all(struct supervisor *supervisor)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	/* What is killed may have children, which then become ours: so until there is none. */
	while (supervise_reap(supervisor)) {
		(void)children_signal(0, SIGKILL);
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

bool supervise_is_idle(struct supervisor *supervisor)
{
	const struct run *run = supervisor->run;

	while (supervisor->idle < supervisor->count &&
	       table_ended(&run->table, supervise_slot(supervisor, supervisor->idle)))
		supervisor->idle++;
	return supervisor->idle == supervisor->count;
}

uint32_t supervise_alive(const struct supervisor *supervisor)
{
	uint32_t count = supervisor->helpers;

	for (uint32_t i = 0; i < supervisor->count; i++)
		count += supervisor->children[i].pid > 0;
	return count;
}
