/* supervise.c - what every supervisor does, init or monitor: start, signal and reap its slots. */
#define _GNU_SOURCE
#include "init/supervise.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "core/children.h"
#include "core/procfs.h"
#include "core/sys.h"

/* Changes told together; the monitor, and what depends on the first of them, waits so long. */
#define NEWS_MAX 8u

void supervise_tell(struct supervisor *supervisor)
{
	if (supervisor->news > 0)
		run_ring(FD_BELL_UP);
	supervisor->news = 0;
}

struct supervisor supervisor_of(struct run *run, uint32_t first, uint32_t count,
				spawn_init_entry *init)
{
	return (struct supervisor){
		.run = run,
		.first = first,
		.count = count,
		.index = index_of(&run->table, first, count),
		.init = init,
	};
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

static void start(struct supervisor *supervisor, uint32_t slot)
{
	struct table *table = &supervisor->run->table;
	struct table_slot *state = &table->slots[slot];
	pid_t pid = spawn_slot(supervisor->run, slot, supervisor->init);

	if (pid == 0) {
		/* What came too late for its sandbox never started, and did not fail. */
		bool late = ended_with_sandbox(supervisor->run, slot);

		state->ended_ns = sys_now();
		if (late)
			table_set_flag(table, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
		table_set_state(table, slot, late ? SLOT_STATE_SKIPPED : SLOT_STATE_FAILED);
		return;
	}
	index_add(&supervisor->index, slot);
	if (supervisor->run->pids_ordered)
		return; /* held: it says so itself */
	/* An init says itself that it runs; a process does once its exec has succeeded. */
	if (supervisor->run->plan.slots[slot].kind == SLOT_KIND_PROCESS &&
	    table_load(&state->fault_step) == STEP_NONE)
		table_set_state(table, slot, SLOT_STATE_RUNNING);
}

static bool is_alive(const struct table_slot *state)
{
	uint32_t now = table_load(&state->state);

	return now == SLOT_STATE_STARTING || now == SLOT_STATE_RUNNING;
}

/*
 * Lets a held process go on to its program. Returns once that runs or has failed, as after a vfork:
 * the exec, or the end, closes the process's side of the gate.
 */
static void release(struct supervisor *supervisor, uint32_t slot)
{
	struct table *table = &supervisor->run->table;
	struct table_slot *state = &table->slots[slot];
	int gate = (int)state->gate;
	char byte = 0;

	state->gate = 0;
	(void)!write(gate, &byte, 1);
	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		continue;
	(void)close(gate);
	if (table_load(&state->fault_step) == STEP_NONE)
		table_set_state(table, slot, SLOT_STATE_RUNNING);
}

/* Returns whether the slot's observed half changed. */
static bool act(struct supervisor *supervisor, uint32_t slot)
{
	struct table_slot *state = &supervisor->run->table.slots[slot];
	uint32_t count = table_load(&state->desired_count);
	uint32_t desired = table_load(&state->desired);
	bool changed = false;

	if ((desired == DESIRED_RUNNING || desired == DESIRED_HELD) &&
	    table_load(&state->state) == SLOT_STATE_PENDING) {
		start(supervisor, slot);
		changed = true;
	} else if (desired == DESIRED_RUNNING && state->gate != 0) {
		release(supervisor, slot);
		changed = true;
	} else if (desired == DESIRED_STOPPED && state->gate != 0) {
		(void)close((int)state->gate); /* held in vain: it ends */
		state->gate = 0;
	}
	if (count != state->signalled_count && is_alive(state)) {
		uint32_t number = table_load(&state->desired_signal);

		state->signalled_count = count;
		(void)sys_signal_child((pid_t)state->pid_of_parent, (int)number);
		/* A stopped process would see a signal to end only when it is continued. */
		if (number != SIGKILL && number != SIGSTOP && number != SIGCONT)
			(void)sys_signal_child((pid_t)state->pid_of_parent, SIGCONT);
	}
	return changed;
}

void supervise_desired(struct supervisor *supervisor)
{
	const struct run *run = supervisor->run;

	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = run->plan.owned[supervisor->first + i];

		if (table_take_one(run->table.dirty_down, slot) && act(supervisor, slot))
			supervisor->news++;
		/* To wake the monitor takes longer than to start one process, so not for each. */
		if (supervisor->news >= NEWS_MAX)
			supervise_tell(supervisor);
	}
}

bool supervise_reap(struct supervisor *supervisor)
{
	struct table *table = &supervisor->run->table;
	bool more;
	int status;
	pid_t pid;

	do {
		pid = wait4(-1, &status, WNOHANG | __WALL, NULL);
		more = pid > 0 || (pid < 0 && errno == EINTR);
		if (pid > 0) {
			uint32_t slot = index_take(&supervisor->index, (uint32_t)pid);

			if (slot != SBX_NONE) {
				if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
				    ended_with_sandbox(supervisor->run, slot))
					table_set_flag(table, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
				table_set_exit(table, slot, status);
				if (table_load(&table->slots[slot].state) == SLOT_STATE_EXITED)
					supervisor->exited++;
				supervisor->news++;
			}
		}
	} while (more);
	return pid == 0;
}

void supervise_forward(struct supervisor *supervisor, int number)
{
	const struct run *run = supervisor->run;

	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = run->plan.owned[supervisor->first + i];
		struct table_slot *state = &run->table.slots[slot];

		if (run->plan.slots[slot].kind == SLOT_KIND_PROCESS && is_alive(state))
			(void)sys_signal_child((pid_t)state->pid_of_parent, number);
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
