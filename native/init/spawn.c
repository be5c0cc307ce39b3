/* spawn.c - starting the process of a slot. */
#define _GNU_SOURCE
#include "init/spawn.h"

#include <fcntl.h>
#include <linux/ioctl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "init/attributes.h"
#include "init/exec.h"
#include "run/log.h"
#include "core/pids.h"
#include "build/sandbox.h"
#include "core/sys.h"

/* One start. Lives on the stack of spawn_slot. */
struct spawn {
	struct run *run;
	uint32_t slot;
	uint32_t sandbox;
	const struct image_slot *record;
	const struct image_sandbox *box;
	spawn_init_entry *init;
	struct exec_request exec;
	bool is_first; /* the first process of its sandbox: it builds it */
};

static bool has_userns(void)
{
	return fcntl(FD_USERNS, F_GETFD) >= 0;
}

static void fault(const struct spawn *spawn, const struct sbx_error *error)
{
	table_set_fault(&spawn->run->table, spawn->slot, error);
}

/*
 * The first process of a sandbox, in its new namespaces. Where the shim is init it goes on as one;
 * where the process is PID 1 itself, it is held to the same steps and then becomes the program.
 */
static _Noreturn void first_process(struct spawn *spawn)
{
	struct sbx_error error = { 0 };

	/* A process closes all at its exec, and until then needs its output pipes. */
	if (spawn->record->kind == SLOT_KIND_INIT) {
		run_leave_parent();
		attributes_open();
	}
	if (sandbox_build(spawn->run, spawn->sandbox, &error) < 0) {
		fault(spawn, &error);
		_exit(SBX_EXIT_HOST);
	}
	if (spawn->record->kind == SLOT_KIND_INIT) {
		spawn->init(spawn->run, spawn->sandbox);
		sbx_bug(__FILE__, __LINE__, "init returned");
	}
	if (chdir(spawn->run->spec_dir) < 0)
		(void)!chdir("/");
	spawn->exec.enter_userns = has_userns();
	_exit(exec_process(&spawn->exec));
}

/* A member of a sandbox that stands already; runs in the caller's memory until its exec. */
static int member_process(void *argument)
{
	struct spawn *spawn = argument;
	struct sbx_error error = { 0 };

	if (sandbox_note_pids(spawn->run, spawn->slot, &error) < 0) {
		fault(spawn, &error);
		return SBX_EXIT_HOST;
	}
	return exec_process(&spawn->exec);
}

static struct sys_clone request_of(const struct spawn *spawn, uint64_t flags)
{
	const struct plan *plan = &spawn->run->plan;

	return (struct sys_clone){
		.flags = flags,
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
		.pids = spawn->run->pids_ordered ? NULL : &plan->pids[spawn->record->pids_first],
		.level = (int)spawn->record->level,
	};
}

/*
 * The supervisor must know the PID of an init that it did not clone itself. The init notes it too,
 * but only a while later; the pidfd's word is the kernel's as well.
 */
static void note_pid(struct spawn *spawn, int pidfd)
{
	struct table_slot *state = &spawn->run->table.slots[spawn->slot];
	int level = sandbox_level_of_parent(&spawn->run->plan, spawn->slot);
	uint32_t pids[SBX_PIDS_MAX];
	struct sbx_error error = { 0 };

	if (pids_of_pidfd(pidfd, (int)spawn->record->level, pids, &error) < 0)
		fault(spawn, &error);
	else
		table_store(&state->pid_of_parent, pids[level]);
	(void)close(pidfd);
}

/* Whether the mount namespace above belongs to a user namespace that the run has made. */
static bool is_below_userns(const struct spawn *spawn)
{
	const struct image_sandbox *sandboxes = spawn->run->plan.sandboxes;

	for (uint32_t box = spawn->box->parent; box != SBX_NONE; box = sandboxes[box].parent) {
		if (run_userns_apart(spawn->run, box))
			return true;
	}
	return false;
}

/* Kinds of namespaces that the first process of a sandbox is cloned into. */
static uint32_t kinds_of_first(const struct spawn *spawn)
{
	uint32_t kinds = spawn->box->namespaces_new;

	if (spawn->sandbox == 0 && spawn->run->userns_first)
		return kinds | 1u << NAMESPACE_USER;
	if (!run_userns_apart(spawn->run, spawn->sandbox))
		return kinds;
	/*
	 * The others are made together with the user's. But procfs can be mounted from the mount
	 * namespace of a user namespace only if none of the /proc there is covered, and ours are for
	 * root: then the init begins in one of its own. Source: user_namespaces(7), "too revealing".
	 */
	return kinds & (1u << NAMESPACE_PID | (is_below_userns(spawn) ? 1u << NAMESPACE_MOUNT : 0));
}

/* Clones the process itself, in the caller's namespaces and the new ones of its sandbox. */
static pid_t clone_slot(struct spawn *spawn, uint64_t extra_flags)
{
	struct sbx_error error = { 0 };
	bool is_process = spawn->record->kind == SLOT_KIND_PROCESS;
	uint32_t kinds = spawn->is_first ? kinds_of_first(spawn) : 0;
	struct sys_clone request;
	int pidfd = -1;
	pid_t pid;

	request = request_of(spawn, run_clone_flags(kinds) | extra_flags);
	if (spawn->is_first) {
		request.flags |= is_process && spawn->exec.gate < 0 ? CLONE_VFORK : 0;
		request.pidfd = extra_flags & CLONE_PARENT ? &pidfd :
				spawn->sandbox == 0	   ? spawn->run->guarded :
							     NULL;
		pid = sys_clone(&request);
		if (pid == 0)
			first_process(spawn);
	} else if (spawn->exec.gate >= 0) {
		request.pidfd = extra_flags & CLONE_PARENT ? &pidfd : NULL;
		pid = sys_clone(&request);
		if (pid == 0)
			_exit(member_process(spawn));
	} else {
		pid = sys_clone_vfork(&request, member_process, spawn);
	}
	if (pid < 0) {
		(void)sbx_fail(&error, is_process ? STEP_CLONE_PROCESS : STEP_CLONE_INIT,
			       (int)spawn->record->level);
		fault(spawn, &error);
		return 0;
	}
	if (pidfd >= 0)
		note_pid(spawn, pidfd);
	return pid;
}

/* Enters the namespaces of `sandbox`, whose PID 1 is a declared process, child of our parent. */
static int join_sandbox(const struct spawn *spawn, uint32_t sandbox, struct sbx_error *error)
{
	const struct run *run = spawn->run;
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	const struct table_slot *first = &run->table.slots[box->init_slot];
	uint32_t kinds = box->namespaces_new & ~(1u << NAMESPACE_USER);
	int level = (int)box->level;
	char name[32];
	int fd, pidfd;

	errno = ESRCH;
	if (first->pid_of_parent == 0 ||
	    (table_load(&first->state) != SLOT_STATE_RUNNING && !table_load(&first->held)))
		return sbx_fail(error, STEP_JOIN, level);
	(void)snprintf(name, sizeof(name), "%u/ns/pid", first->pids[0]);
	fd = openat(FD_PROC, name, O_RDONLY | O_CLOEXEC);
	if (run_place(fd, FD_PIDNS + level) < 0)
		return sbx_fail(error, STEP_PIDNS_OPEN, level);
	if (run_userns_apart(run, sandbox)) {
		(void)snprintf(name, sizeof(name), "%u/ns/user", first->pids[0]);
		fd = openat(FD_PROC, name, O_RDONLY | O_CLOEXEC);
		if (run_place(fd, FD_USERNS) < 0)
			return sbx_fail(error, STEP_USERNS_OPEN, level);
	}
	if (sandbox == 0 && run->userns_first)
		kinds |= 1u << NAMESPACE_USER;
	pidfd = sys_pidfd_open((pid_t)first->pid_of_parent);
	if (pidfd < 0 || setns(pidfd, (int)run_clone_flags(kinds)) < 0)
		return sbx_fail(error, STEP_JOIN, level);
	(void)close(pidfd);
	return 0;
}

/*
 * A PID namespace can only be made by a process that lives in the one above it, and setns(2) moves
 * none there but its children: so the joiner makes such a child, which makes the sandbox. All
 * three have the supervisor as parent. It is told the child's PID, to reap it.
 */
static void clone_through_resident(struct spawn *spawn, uint32_t sandbox)
{
	const struct run *run = spawn->run;
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	struct sys_clone request = { .flags = CLONE_PARENT, .level = (int)box->level };
	struct sbx_error error = { 0 };
	pid_t pid;

	if (!run->pids_ordered && box->joiner_first != SBX_NONE)
		request.pids = &run->plan.pids[box->joiner_first];
	pid = sys_clone(&request);
	if (pid == 0) {
		(void)clone_slot(spawn, CLONE_PARENT);
		_exit(0);
	}
	if (pid < 0) {
		(void)sbx_fail(&error, STEP_CLONE_HELPER, (int)box->level);
		fault(spawn, &error);
		return;
	}
	table_store(&run->table.slots[spawn->slot].helper_pid, (uint32_t)pid);
}

/*
 * The short-lived child that puts a process into a sandbox whose init is not the shim: it joins
 * the namespaces from the supervisor's down, then clones with CLONE_PARENT, so that the supervisor
 * is the parent and PPid reads 0 inside. Source: setns(2), pid_namespaces(7).
 */
static _Noreturn void joiner(struct spawn *spawn, const uint32_t *chain, int chain_count)
{
	struct sbx_error error = { 0 };

	for (int i = chain_count - 1; i >= 0; i--) {
		if (join_sandbox(spawn, chain[i], &error) < 0) {
			fault(spawn, &error);
			_exit(SBX_EXIT_HOST);
		}
	}
	if (chdir(spawn->run->spec_dir) < 0)
		(void)!chdir("/");
	spawn->exec.enter_userns = has_userns();
	if (spawn->is_first && spawn->box->namespaces_new & 1u << NAMESPACE_PID)
		clone_through_resident(spawn, chain[0]);
	else
		(void)clone_slot(spawn, CLONE_PARENT);
	_exit(0);
}

/* Waits for a child that ends by itself. */
static void await(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* Own-init sandboxes between the supervisor and the slot's place, innermost first. */
static int chain_of(const struct spawn *spawn, uint32_t chain[SBX_PIDS_MAX])
{
	const struct plan *plan = &spawn->run->plan;
	uint32_t box = spawn->is_first ? spawn->box->parent : spawn->sandbox;
	int count = 0;

	while (box != SBX_NONE && plan->sandboxes[box].init_mode == INIT_MODE_PROCESS) {
		SBX_ASSERT(count < SBX_PIDS_MAX);
		chain[count++] = box;
		box = plan->sandboxes[box].parent;
	}
	return count;
}

static pid_t clone_through_joiner(struct spawn *spawn, const uint32_t *chain, int chain_count)
{
	const struct run *run = spawn->run;
	struct table_slot *state = &run->table.slots[spawn->slot];
	uint32_t supervisor = spawn->record->supervisor;
	struct sys_clone request = { .exit_signal = SIGCHLD };
	struct sbx_error error = { 0 };
	pid_t pid;

	if (supervisor != SBX_NONE && !run->pids_ordered) {
		const struct image_sandbox *box = &run->plan.sandboxes[supervisor];

		SBX_ASSERT(box->joiner_first != SBX_NONE);
		request.pids = &run->plan.pids[box->joiner_first];
		request.level = (int)box->level;
	}
	pid = sys_clone(&request);
	if (pid == 0)
		joiner(spawn, chain, chain_count);
	if (pid < 0) {
		(void)sbx_fail(&error, STEP_CLONE_HELPER, (int)spawn->record->level);
		fault(spawn, &error);
		return 0;
	}
	await(pid);
	if (table_load(&state->helper_pid) != 0) {
		await((pid_t)state->helper_pid);
		table_store(&state->helper_pid, 0);
	}
	/* The process notes its own PIDs before anything else that can fail. */
	return (pid_t)table_load(&state->pid_of_parent);
}

pid_t spawn_slot(struct run *run, uint32_t slot, spawn_init_entry *init)
{
	const struct image_slot *record = &run->plan.slots[slot];
	const struct image_process *process = plan_process(&run->plan, slot);
	struct table_slot *state = &run->table.slots[slot];
	uint32_t chain[SBX_PIDS_MAX];
	struct log_pipes pipes = LOG_PIPES_NONE;
	int gate[2] = { -1, -1 }; /* ours, the process's */
	struct sbx_error error = { 0 };
	struct spawn spawn = {
		.run = run,
		.slot = slot,
		.sandbox = record->sandbox,
		.record = record,
		.box = &run->plan.sandboxes[record->sandbox],
		.init = init,
	};
	pid_t pid;

	spawn.is_first = spawn.box->init_slot == slot;
	table_set_state(&run->table, slot, SLOT_STATE_STARTING);
	if (process != NULL && run->pids_ordered &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0) {
		(void)sbx_fail(&error, STEP_START_BARRIER, (int)record->level);
		fault(&spawn, &error);
		return 0;
	}
	if (process != NULL && run->has_control &&
	    log_pipes_open(&pipes, process, (int)record->level, &error) < 0) {
		fault(&spawn, &error);
		return 0;
	}
	spawn.exec = (struct exec_request){
		.run = run,
		.slot = slot,
		.stdout_fd = pipes.out[1],
		.stderr_fd = pipes.err[1],
		.gate = gate[1],
		.enter_userns = has_userns(),
		.dies_with_parent =
			record->supervisor == SBX_NONE ||
			run->plan.sandboxes[record->supervisor].init_mode == INIT_MODE_SUBREAPER,
	};

	int chain_count = chain_of(&spawn, chain);

	if (process != NULL && attributes_give(process, (int)record->level, &error) < 0) {
		fault(&spawn, &error);
		pid = 0;
	} else {
		pid = chain_count > 0 ? clone_through_joiner(&spawn, chain, chain_count) :
					clone_slot(&spawn, 0);
	}
	if (process != NULL)
		attributes_take_back(process);
	if (pid > 0)
		table_store(&state->pid_of_parent, (uint32_t)pid);
	if (gate[1] >= 0) {
		(void)close(gate[1]);
		state->gate = (uint32_t)gate[0];
	}
	log_pipes_send(&pipes, slot);
	return pid;
}
