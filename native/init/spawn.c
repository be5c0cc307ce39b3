/* spawn.c - starting the process of a slot, without waiting for it. */
#define _GNU_SOURCE
#include "init/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "build/mount.h"
#include "build/sandbox.h"
#include "core/pids.h"
#include "core/sys.h"
#include "core/title.h"
#include "init/attributes.h"
#include "init/join.h"
#include "run/log.h"

void spawn_set_fault(const struct spawn *spawn, const struct sbx_error *error)
{
	table_set_fault(&spawn->run->table, spawn->slot, error);
}

static bool is_process(const struct spawn *spawn)
{
	return spawn->record->kind == SLOT_KIND_PROCESS;
}

/* Until the supervisor answers; where it gives the start up instead, the process ends. */
static void await_answer(const struct spawn *spawn)
{
	struct sbx_error error = { 0 };
	ssize_t size;
	char byte;

	do
		size = read(FD_START, &byte, 1);
	while (size < 0 && errno == EINTR);
	if (size < 0 && errno != ECONNRESET) {
		(void)sbx_fail(&error, STEP_START_SOCKET, (int)spawn->record->level);
		spawn_set_fault(spawn, &error);
	}
	if (size != 1)
		_exit(0);
}

/* Whether helpers may have to enter the sandbox: it has other members, or sandboxes below it. */
static bool can_be_joined(const struct spawn *spawn)
{
	const struct plan *plan = &spawn->run->plan;
	uint32_t next = spawn->sandbox + 1; /* children follow their parent */

	return spawn->planned->slot_end - spawn->planned->slot_first > 1 ||
	       (next < plan->sandbox_count && plan->sandboxes[next].parent == spawn->sandbox);
}

/* An own init whose sandbox stands gives away how to enter it, and where PIDs are ordered waits. */
static void report_built(const struct spawn *spawn)
{
	const struct start_message message = { .kind = START_BUILT };
	struct sbx_error error = { 0 };

	if (can_be_joined(spawn) || spawn->run->pids_ordered) {
		if (join_send(spawn->run, spawn->sandbox, &message) < 0) {
			(void)sbx_fail(&error, STEP_START_SOCKET, (int)spawn->record->level);
			spawn_set_fault(spawn, &error);
			_exit(SBX_EXIT_HOST);
		}
	}
	if (spawn->run->pids_ordered)
		await_answer(spawn);
}

/*
 * The first process of a sandbox, in its new namespaces. Where the shim is init it goes on as one;
 * where the process is PID 1 itself, it is held to the same steps and then becomes the program.
 */
static _Noreturn void first_process(struct spawn *spawn)
{
	struct sbx_error error = { 0 };

	if (!is_process(spawn)) {
		run_leave_parent();
		log_leave_parent();
		attributes_open(&spawn->run->plan, spawn->planned->owned_first,
				spawn->planned->owned_count, spawn->sandbox == 0);
	}
	if (sandbox_build(spawn->run, spawn->sandbox, &error) < 0) {
		spawn_set_fault(spawn, &error);
		_exit(SBX_EXIT_HOST);
	}
	if (!is_process(spawn)) {
		spawn->init(spawn->run, spawn->sandbox);
		sbx_bug(__FILE__, __LINE__, "init returned");
	}
	report_built(spawn);
	exec_process(&spawn->exec);
}

/*
 * The root's first process, while it builds: what it is at last has its own signal for that
 * (init.c, exec.c). One that is stopped until then could not see that the monitor is dead.
 */
static void end_with_monitor(const struct spawn *spawn)
{
	struct pollfd monitor = { .fd = FD_MONITOR, .events = POLLIN };

	if (spawn->sandbox != 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (poll(&monitor, 1, 0) > 0)
		_exit(SBX_EXIT_HOST);
}

/* Runs in the new process, from its first instruction on. */
static _Noreturn void begin(struct spawn *spawn)
{
	struct sbx_error error = { 0 };

	DEBUG_AT(spawn->slot);
	title_set();
	if (spawn->start >= 0 && fd_install(spawn->start, FD_START) < 0) {
		(void)sbx_fail(&error, STEP_START_SOCKET, (int)spawn->record->level);
		spawn_set_fault(spawn, &error);
		_exit(SBX_EXIT_HOST);
	}
	if (spawn->is_helped)
		await_answer(spawn);
	if (spawn->is_first) {
		end_with_monitor(spawn);
		first_process(spawn);
	}
	if (spawn->run->pids_ordered)
		await_answer(spawn);
	exec_process(&spawn->exec);
}

/* Kinds of namespaces that the first process of a sandbox is cloned into. */
static uint32_t kinds_of_first(const struct spawn *spawn)
{
	uint32_t kinds = spawn->planned->namespaces_new & ~SBX_LATE_KINDS;
	bool begins_apart;

	if (spawn->sandbox == 0 && spawn->run->userns_first)
		return kinds | 1u << NAMESPACE_USER;
	if (!run_userns_apart(spawn->run, spawn->sandbox))
		return kinds;
	/*
	 * The others are made together with the user's. But procfs can be mounted from the mount
	 * namespace of a user namespace only if none of the /proc there is covered, and ours are for
	 * root: then the init begins in one of its own. So it does where it would be in the caller's:
	 * in one that belongs to another user namespace than ours nothing may be mounted. Source: user_namespaces(7), "too revealing".
	 */
	begins_apart = run_enters_userns(spawn->run, spawn->planned->parent) ||
		   !mount_has_own_above(&spawn->run->plan, spawn->sandbox);
	return kinds & (1u << NAMESPACE_PID | (begins_apart ? 1u << NAMESPACE_MOUNT : 0));
}

pid_t spawn_clone(struct spawn *spawn, uint64_t extra_flags, int *pidfd)
{
	uint32_t kinds = spawn->is_first ? kinds_of_first(spawn) : 0;
	struct sys_clone request = {
		.flags = run_clone_flags(kinds) | extra_flags,
		.exit_signal = extra_flags & CLONE_PARENT ? 0 : SIGCHLD,
		.pids = spawn->run->pids_ordered ? NULL :
						   &spawn->run->plan.pids[spawn->record->pids_first],
		.level = (int)spawn->record->level,
		.pidfd = pidfd,
	};
	struct sbx_error error = { 0 };
	pid_t pid = sys_clone(&request);

	if (pid == 0)
		begin(spawn);
	if (pid > 0)
		return pid;
	(void)sbx_fail(&error, is_process(spawn) ? STEP_CLONE_PROCESS : STEP_CLONE_INIT,
		       (int)spawn->record->level);
	spawn_set_fault(spawn, &error);
	return 0;
}

/*
 * A member's PIDs, noted by its supervisor: the process itself has nothing to learn them with.
 * Returns that of level 0.
 */
static uint32_t note_pids(const struct spawn *spawn, pid_t pid)
{
	struct table_slot *state = &spawn->run->table.slots[spawn->slot];
	struct sbx_error error = { 0 };
	uint32_t pids[SBX_PIDS_MAX];

	if (pids_of_child(pid, (int)spawn->record->level, pids, &error) < 0) {
		spawn_set_fault(spawn, &error);
		return 0;
	}
	table_set_pids(state, pids, spawn->record->level, (uint32_t)pid);
	return pids[0];
}

static void spawn_direct(struct spawn *spawn, struct spawned *spawned)
{
	bool is_roots = spawn->sandbox == 0 && spawn->is_first;

	spawned->pid = spawn_clone(spawn, 0, is_roots ? spawn->run->guarded : NULL);
	if (spawned->pid > 0 && !spawn->is_first)
		spawned->outermost = note_pids(spawn, spawned->pid);
}

/* A process, and whatever a helper makes, has a socket to its supervisor. */
static int open_start(const struct spawn *spawn, int sockets[2], struct sbx_error *error)
{
	sockets[0] = sockets[1] = -1;
	if (!is_process(spawn) && !spawn->is_helped)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return sbx_fail(error, STEP_START_SOCKET, (int)spawn->record->level);
	/* Ours alone never waits: a process may be stopped before it says a word. */
	if (fcntl(sockets[0], F_SETFL, O_NONBLOCK) < 0)
		return sbx_fail(error, STEP_START_SOCKET, (int)spawn->record->level);
	return 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

static struct spawn spawn_of(struct run *run, uint32_t slot, spawn_init_entry *init)
{
	const struct image_slot *record = &run->plan.slots[slot];
	const struct image_sandbox *planned = &run->plan.sandboxes[record->sandbox];
	uint32_t supervisor = record->supervisor;

	return (struct spawn){
		.run = run,
		.slot = slot,
		.sandbox = record->sandbox,
		.record = record,
		.planned = planned,
		.init = init,
		.exec = {
			.run = run,
			.slot = slot,
			.stdout_fd = -1,
			.stderr_fd = -1,
			.enter_userns = run_enters_userns(run, record->sandbox),
			.dies_with_parent =
				supervisor == SBX_NONE ||
				run->plan.sandboxes[supervisor].init_mode == INIT_MODE_SUBREAPER,
		},
		.start = -1,
		.is_first = planned->init_slot == slot,
		.is_helped = spawn_needs_helper(run, slot),
	};
}

int spawn_slot(struct run *run, uint32_t slot, spawn_init_entry *init, bool reserved_pids,
	       struct spawned *spawned)
{
	struct spawn spawn = spawn_of(run, slot, init);
	const struct image_process *process = plan_process(&run->plan, slot);
	struct log_pipes pipes = LOG_PIPES_NONE;
	struct sbx_error error = { 0 };
	int sockets[2];

	*spawned = (struct spawned){ .start = -1 };
	table_set_state(&run->table, slot, SLOT_STATE_STARTING);
	if (open_start(&spawn, sockets, &error) == 0 &&
	    (process == NULL || !run->takes_output ||
	     log_pipes_open(&pipes, process, (int)spawn.record->level, &error) == 0) &&
	    (process == NULL || attributes_give(process, (int)spawn.record->level, &error) == 0)) {
		spawn.exec.stdout_fd = pipes.out[1];
		spawn.exec.stderr_fd = pipes.err[1];
		spawn.start = sockets[1];
		if (spawn.is_helped)
			spawned->helper = join_clone(&spawn, reserved_pids);
		else
			spawn_direct(&spawn, spawned);
	} else {
		spawn_set_fault(&spawn, &error);
	}
	if (process != NULL)
		attributes_take_back(process);
	close_if_open(sockets[1]);
	log_pipes_send(&pipes, slot);
	if (spawned->pid == 0 && spawned->helper == 0) {
		close_if_open(sockets[0]);
		return -1;
	}
	spawned->start = sockets[0];
	return 0;
}
