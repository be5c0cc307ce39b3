/* join.c - putting processes into sandboxes whose PID 1 is a declared process. */
#define _GNU_SOURCE
#include "init/join.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "build/caps.h"
#include "build/dev.h"
#include "build/sandbox.h"
#include "build/timens.h"
#include "core/descriptors.h"
#include "core/pids.h"
#include "core/sys.h"
#include "core/title.h"

/*
 * A supervisor's descriptors of the namespaces of each such sandbox, by kind, as its first process
 * sent them before its program began: what that program does later, with its own namespaces or
 * with its PID, is of no consequence. 0: none. Mapped when the first come; helpers have a copy.
 */
struct joined {
	int fds[NAMESPACE_COUNT];
};

static struct joined *joined;

_Static_assert(NAMESPACE_COUNT <= DESCRIPTORS_MAX, "one message has all of a sandbox");

/* Kinds that a helper has to enter for a process of `sandbox`; the user's comes last or never. */
static uint32_t kinds_of(const struct run *run, uint32_t sandbox)
{
	uint32_t kinds = run->plan.sandboxes[sandbox].namespaces_new;

	if ((sandbox == 0 && run->userns_first) || run_userns_apart(run, sandbox))
		kinds |= 1u << NAMESPACE_USER;
	return kinds;
}

/* Own-init sandboxes between the supervisor and the slot's place, innermost first. */
static int chain_of(const struct run *run, uint32_t slot, uint32_t chain[SBX_PIDS_MAX])
{
	const struct plan *plan = &run->plan;
	uint32_t sandbox = plan->slots[slot].sandbox;
	int count = 0;

	if (plan->sandboxes[sandbox].init_slot == slot)
		sandbox = plan->sandboxes[sandbox].parent;
	while (sandbox != SBX_NONE && plan->sandboxes[sandbox].init_mode == INIT_MODE_PROCESS) {
		SBX_ASSERT(count < SBX_PIDS_MAX);
		chain[count++] = sandbox;
		sandbox = plan->sandboxes[sandbox].parent;
	}
	return count;
}

bool spawn_needs_helper(const struct run *run, uint32_t slot)
{
	uint32_t chain[SBX_PIDS_MAX];

	return chain_of(run, slot, chain) > 0;
}

bool spawn_is_possible(const struct run *run, uint32_t slot)
{
	uint32_t chain[SBX_PIDS_MAX];
	int count = chain_of(run, slot, chain);

	for (int i = 0; i < count; i++) {
		const struct table_slot *first =
			&run->table.slots[run->plan.sandboxes[chain[i]].init_slot];

		if (table_load(&first->state) < SLOT_STATE_RUNNING && !table_load(&first->held))
			return false;
	}
	return true;
}

static int namespace_fd(const struct run *run, uint32_t sandbox, unsigned int kind)
{
	if (kind == NAMESPACE_USER && run_userns_apart(run, sandbox))
		return fcntl(FD_USERNS, F_DUPFD_CLOEXEC, 0);
	return openat(FD_PROC, sandbox_namespace_file(kind), O_RDONLY | O_CLOEXEC);
}

int join_send(const struct run *run, uint32_t sandbox, const struct start_message *message)
{
	uint32_t kinds = kinds_of(run, sandbox);
	int fds[NAMESPACE_COUNT];
	size_t count = 0;
	int result = 0;

	for (unsigned int kind = 0; kind < NAMESPACE_COUNT && result == 0; kind++) {
		if (!(kinds & 1u << kind))
			continue;
		fds[count] = namespace_fd(run, sandbox, kind);
		if (fds[count] < 0)
			result = -1;
		else
			count++;
	}
	if (result == 0)
		result = descriptors_send(FD_START, message, sizeof(*message), fds, count);
	while (count > 0)
		(void)close(fds[--count]);
	return result;
}

static struct joined *joined_of(const struct run *run, uint32_t sandbox)
{
	size_t size = run->plan.sandbox_count * sizeof(struct joined);

	if (joined == NULL) {
		void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, 0);

		if (memory == MAP_FAILED)
			return NULL;
		joined = memory;
	}
	return &joined[sandbox];
}

static void keep_all(const struct run *run, uint32_t sandbox, const int *fds, size_t count)
{
	struct joined *kept = joined_of(run, sandbox);
	uint32_t kinds = kinds_of(run, sandbox);
	size_t next = 0;

	for (unsigned int kind = 0; kind < NAMESPACE_COUNT && kept != NULL; kind++) {
		if (kinds & 1u << kind && next < count)
			kept->fds[kind] = fds[next++];
	}
	for (; next < count; next++)
		(void)close(fds[next]);
}

int join_receive(const struct run *run, int start, uint32_t sandbox, struct start_message *message)
{
	int fds[DESCRIPTORS_MAX];
	size_t count;
	int result, reason;

	/* First, as what has been received cannot be received again. */
	if (run->plan.sandboxes[sandbox].init_mode == INIT_MODE_PROCESS &&
	    joined_of(run, sandbox) == NULL)
		return -1;
	result = descriptors_receive(start, message, sizeof(*message), MSG_DONTWAIT, fds, &count);
	reason = errno;
	if (count > 0)
		keep_all(run, sandbox, fds, count);
	errno = reason;
	return result;
}

void join_forget(const struct run *run, uint32_t sandbox)
{
	if (joined == NULL || run->plan.sandboxes[sandbox].init_mode != INIT_MODE_PROCESS)
		return;
	for (unsigned int kind = 0; kind < NAMESPACE_COUNT; kind++) {
		if (joined[sandbox].fds[kind] > 0)
			(void)close(joined[sandbox].fds[kind]);
	}
	joined[sandbox] = (struct joined){ 0 };
}

/* Enters one namespace of a sandbox, or keeps it for the processes that enter it themselves. */
static int enter_kind(const struct run *run, uint32_t sandbox, unsigned int kind,
		      struct sbx_error *error)
{
	int level = (int)run->plan.sandboxes[sandbox].level;
	int fd = joined == NULL ? 0 : joined[sandbox].fds[kind];

	errno = ESRCH;
	if (fd <= 0)
		return sbx_fail(error, STEP_JOIN_NOTHING, level);
	if (kind == NAMESPACE_USER && run_userns_apart(run, sandbox))
		return dup3(fd, FD_USERNS, O_CLOEXEC) < 0 ?
			       sbx_fail(error, STEP_USERNS_KEEP, level) :
			       0;
	if (kind == NAMESPACE_PID && dup3(fd, FD_PIDNS + level, O_CLOEXEC) < 0)
		return sbx_fail(error, STEP_PIDNS_OPEN, level);
	if (setns(fd, (int)run_clone_flags(1u << kind)) < 0)
		return sbx_fail(error, STEP_JOIN, level);
	if (kind == NAMESPACE_USER)
		caps_entered_userns();
	if (kind == NAMESPACE_TIME)
		timens_entered(run, sandbox);
	return 0;
}

/* The user namespace first: it gives the rights over the others. Source: setns(2). */
static int enter_sandbox(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	uint32_t kinds = kinds_of(run, sandbox);
	struct sbx_error ignored = { 0 };

	if (kinds & 1u << NAMESPACE_USER && enter_kind(run, sandbox, NAMESPACE_USER, error) < 0)
		return -1;
	for (unsigned int kind = 0; kind < NAMESPACE_COUNT; kind++) {
		if (kind != NAMESPACE_USER && kinds & 1u << kind &&
		    enter_kind(run, sandbox, kind, error) < 0)
			return -1;
	}
	/* Its own /dev/null, unless a process of it has put something else there. */
	if (sandbox == 0 && kinds & 1u << NAMESPACE_MOUNT)
		(void)dev_open_null((int)run->plan.sandboxes[sandbox].level, &ignored);
	return 0;
}

/* Clones the process itself, and reports it to the supervisor, which is its parent. */
static void make_process(struct spawn *spawn)
{
	struct start_message message = { .kind = START_BORN };
	struct sbx_error error = { 0 };
	int level = (int)spawn->record->level;
	int pidfd = -1;
	pid_t pid = spawn_clone(spawn, CLONE_PARENT, &pidfd);

	if (pid == 0)
		return;
	/* By the pidfd: the number that clone3 returns is that of the caller's own PID namespace. */
	if (pids_of_pidfd(pidfd, level, message.pids, &error) == 0 &&
	    descriptors_send(FD_START, &message, sizeof(message), NULL, 0) == 0)
		return;
	/* It would wait for ever for a supervisor that does not know of it. One that has given the start
	 * up has closed its end, and knows why. */
	if (error.step == STEP_NONE && errno != EPIPE && errno != ECONNRESET)
		(void)sbx_fail(&error, STEP_START_SOCKET, level);
	if (error.step != STEP_NONE)
		spawn_set_fault(spawn, &error);
	if (sys_pidfd_send_signal(pidfd, SIGKILL) < 0)
		(void)kill(pid, SIGKILL);
}

/*
 * A PID namespace can only be made by a process that lives in the one above it, and setns(2) moves
 * none there but its children: so the helper makes such a child, which makes the sandbox. All three
 * have the supervisor as parent.
 */
static void make_through_second(struct spawn *spawn, uint32_t sandbox, bool reserved_pids)
{
	const struct run *run = spawn->run;
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	struct sys_clone request = { .flags = CLONE_PARENT, .level = (int)planned->level };
	struct start_message message = { .kind = START_HELPER };
	struct sbx_error error = { 0 };
	pid_t pid;

	if (reserved_pids && !run->pids_ordered && planned->ns_helper_first != SBX_NONE)
		request.pids = &run->plan.pids[planned->ns_helper_first];
	pid = sys_clone(&request);
	if (pid == 0) {
		make_process(spawn);
		_exit(0);
	}
	if (pid < 0) {
		(void)sbx_fail(&error, STEP_CLONE_HELPER, (int)planned->level);
		spawn_set_fault(spawn, &error);
		return;
	}
	message.pids[0] = (uint32_t)pid;
	(void)descriptors_send(FD_START, &message, sizeof(message), NULL, 0);
}

/*
 * The short-lived child that puts a process into a sandbox whose init is not the shim: it joins
 * the namespaces from the supervisor's down, then clones with CLONE_PARENT, so that the supervisor
 * is the parent and PPid reads 0 inside. Source: setns(2), pid_namespaces(7).
 */
static _Noreturn void help(struct spawn *spawn, bool reserved_pids)
{
	uint32_t chain[SBX_PIDS_MAX];
	int count = chain_of(spawn->run, spawn->slot, chain);
	struct sbx_error error = { 0 };

	DEBUG_AT(spawn->slot);
	title_set();
	if (fd_install(spawn->start, FD_START) < 0) {
		(void)sbx_fail(&error, STEP_START_SOCKET, (int)spawn->record->level);
		spawn_set_fault(spawn, &error);
		_exit(SBX_EXIT_HOST);
	}
	spawn->start = FD_START;
	for (int i = count - 1; i >= 0; i--) {
		if (enter_sandbox(spawn->run, chain[i], &error) < 0) {
			spawn_set_fault(spawn, &error);
			_exit(SBX_EXIT_HOST);
		}
	}
	if (spawn->is_first && spawn->planned->namespaces_new & 1u << NAMESPACE_PID)
		make_through_second(spawn, chain[0], reserved_pids);
	else
		make_process(spawn);
	_exit(0);
}

pid_t join_clone(struct spawn *spawn, bool reserved_pids)
{
	const struct run *run = spawn->run;
	uint32_t supervisor = spawn->record->supervisor;
	struct sys_clone request = { .exit_signal = SIGCHLD };
	struct sbx_error error = { 0 };
	pid_t pid;

	if (supervisor != SBX_NONE && reserved_pids && !run->pids_ordered) {
		const struct image_sandbox *planned = &run->plan.sandboxes[supervisor];

		SBX_ASSERT(planned->ns_helper_first != SBX_NONE);
		request.pids = &run->plan.pids[planned->ns_helper_first];
		request.level = (int)planned->level;
	}
	pid = sys_clone(&request);
	if (pid == 0)
		help(spawn, reserved_pids);
	if (pid > 0)
		return pid;
	(void)sbx_fail(&error, STEP_CLONE_HELPER, (int)spawn->record->level);
	spawn_set_fault(spawn, &error);
	return 0;
}
