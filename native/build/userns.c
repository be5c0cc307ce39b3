/* userns.c - a user namespace, and the namespaces it owns, made beside the init that uses them. */
#define _GNU_SOURCE
#include "build/userns.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "build/idmap.h"
#include "build/sandbox.h"
#include "core/descriptors.h"
#include "core/sys.h"

/* How often a helper that waits for its end begins anew, where the wait itself fails. */
#define HOLD_TRIES 16

/* A helper: a short-lived child of the init, in its PID namespace. */
struct helper {
	pid_t pid; /* 0 once it has been reaped */
	int socket; /* the init's end */
};

/* Its reserved PIDs; two that live at a time have different ones. */
static struct sys_clone request_of(const struct run *run, uint32_t sandbox, uint32_t pids_first)
{
	SBX_ASSERT(pids_first != SBX_NONE);
	return (struct sys_clone){
		.exit_signal = SIGCHLD,
		.pids = run->pids_ordered ? NULL : &run->plan.pids[pids_first],
		.level = (int)run->plan.sandboxes[sandbox].level,
	};
}

/* The command's own streams: processes of the caller's id can look into a helper that is dumpable. */
static int leave_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (dup2(FD_NULL, fd) < 0)
			return -1;
	}
	return 0;
}

/*
 * Clones a helper. In the helper it returns 1: there FD_START is its end of the socket, FD_NEEDED is
 * `needed` (-1: none), and beside them only procfs and the user namespace above are left open.
 * Returns 0 in the init. Errors: STEP_HELPER_SOCKET, STEP_CLONE_HELPER.
 */
static int helper_clone(const struct sys_clone *request, int needed, struct helper *helper,
			struct sbx_error *error)
{
	int sockets[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return sbx_fail(error, STEP_HELPER_SOCKET, request->level);
	pid = sys_clone(request);
	if (pid == 0) {
		if (fd_install(sockets[1], FD_START) < 0 ||
		    (needed >= 0 && dup3(needed, FD_NEEDED, O_CLOEXEC) < 0) ||
		    leave_streams() < 0 || run_close_but_helpers() < 0)
			_exit(errno);
		return 1;
	}
	if (pid < 0)
		(void)sbx_fail(error, STEP_CLONE_HELPER, request->level);
	(void)close(sockets[1]);
	if (pid < 0)
		(void)close(sockets[0]);
	*helper = (struct helper){ .pid = pid, .socket = sockets[0] };
	return pid < 0 ? -1 : 0;
}

/* Waits for its end. Returns the wait status. */
static int helper_reap(struct helper *helper)
{
	int status = 0;

	while (waitpid(helper->pid, &status, __WALL) < 0 && errno == EINTR)
		;
	helper->pid = 0;
	return status;
}

/* Killed, not asked to go: whoever shares its user id may have stopped it. */
static void helper_end(struct helper *helper)
{
	if (helper->pid > 0) {
		(void)sys_signal_child(helper->pid, SIGKILL);
		(void)helper_reap(helper);
	}
	(void)close(helper->socket);
}

/*
 * In a helper: sends what went wrong, or that all went well, and descriptors. One that cannot ends, as
 * the init waits for a word or for its end; its exit code says why.
 */
static void helper_send(const struct sbx_error *error, const int *fds, size_t count)
{
	if (descriptors_send(FD_START, error, sizeof(*error), fds, count) < 0)
		_exit(errno);
}

static _Noreturn void helper_report(const struct sbx_error *error)
{
	helper_send(error, NULL, 0);
	_exit(0);
}

/* Why a helper has ended without a word: its socket closes with its end. ESRCH: it was killed. */
static int reason_of_end(struct helper *helper)
{
	int status = helper_reap(helper);

	return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : ESRCH;
}

/*
 * In the init: takes what a helper reports, and the descriptors that come with it. Errors:
 * STEP_HELPER_ENDED, and what the helper reports.
 */
static int helper_result(struct helper *helper, int level, int fds[DESCRIPTORS_MAX],
			 size_t *count, struct sbx_error *error)
{
	struct sbx_error reported = { 0 };
	int result = descriptors_receive(helper->socket, &reported, sizeof(reported), 0, fds, count);

	if (result == 0)
		errno = reason_of_end(helper);
	if (result <= 0)
		return sbx_fail(error, STEP_HELPER_ENDED, level);
	if (reported.step == STEP_NONE)
		return 0;
	if (error->step == STEP_NONE)
		*error = reported;
	return -1;
}

/* Nothing of the run or its caller is left in the memory of this process, which has its own copy. */
static void forget_run(const struct run *run)
{
	for (char **entry = environ; *entry != NULL; entry++)
		memset(*entry, 0, strlen(*entry));
	(void)munmap((void *)(uintptr_t)run->plan.header, run->plan.header->size);
	(void)munmap(run->table.header, run->table.header->size);
}

/*
 * The helper that makes the user namespace, and stays in it until its ids are mapped. Where the
 * caller is not root, its map files are its own only while it may be looked into: by then it has
 * nothing that its neighbours do not have.
 */
static _Noreturn void hold_userns(const struct run *run, uint32_t sandbox, bool is_below)
{
	int level = (int)run->plan.sandboxes[sandbox].level;
	struct sbx_error error = { 0 };
	int tries = 0;
	char byte;
	int fds[2];

	if (is_below && setns(FD_USERNS, CLONE_NEWUSER) < 0)
		(void)sbx_fail(&error, STEP_USERNS_ENTER, level);
	else if (is_below)
		(void)idmap_become_creator(run, sandbox, &error);
	if (error.step == STEP_NONE && unshare(CLONE_NEWUSER) < 0)
		(void)sbx_fail(&error, STEP_USERNS_MAKE, level);
	fds[0] = openat(FD_PROC, sandbox_namespace_file(NAMESPACE_USER), O_RDONLY | O_CLOEXEC);
	if (fds[0] < 0)
		(void)sbx_fail(&error, STEP_NAMESPACE_OPEN, level);
	fds[1] = openat(FD_PROC, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fds[1] < 0)
		(void)sbx_fail(&error, STEP_PROC_PID_OPEN, level);
	if (error.step != STEP_NONE)
		helper_report(&error);
	helper_send(&error, fds, 2);
	(void)close(fds[0]);
	(void)close(fds[1]);
	(void)close(FD_PROC);
	(void)close(FD_USERNS);
	if (run->uid != 0) {
		forget_run(run);
		if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
			(void)sbx_fail(&error, STEP_OWN_FILES, level);
	}
	helper_send(&error, NULL, 0);
	while (read(FD_START, &byte, 1) < 0 && tries++ < HOLD_TRIES)
		;
	_exit(0);
}

/* Writes the maps as a process of the user namespace above: only from there it is allowed. */
static int map_from_above(const struct run *run, uint32_t sandbox, int directory,
			  struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	const struct sys_clone request = request_of(run, sandbox, planned->mapper_first);
	int level = (int)planned->level;
	struct sbx_error own = { 0 };
	int fds[DESCRIPTORS_MAX];
	size_t count;
	struct helper helper;
	int result = helper_clone(&request, directory, &helper, error);

	if (result < 0)
		return -1;
	if (result > 0) {
		if (setns(FD_USERNS, CLONE_NEWUSER) < 0)
			(void)sbx_fail(&own, STEP_USERNS_ENTER, level);
		else
			(void)idmap_write(run, sandbox, FD_NEEDED, &own);
		helper_report(&own);
	}
	result = helper_result(&helper, level, fds, &count, error);
	helper_end(&helper);
	return result;
}

/* Returns a descriptor of the new user namespace, its ids mapped, or -1. */
static int make_userns(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	const struct sys_clone request = request_of(run, sandbox, planned->ns_helper_first);
	bool is_below = run_enters_userns(run, planned->parent);
	int level = (int)planned->level;
	int fds[DESCRIPTORS_MAX], none[DESCRIPTORS_MAX];
	size_t count = 0, none_count;
	struct helper helper;
	int result = helper_clone(&request, -1, &helper, error);

	if (result < 0)
		return -1;
	if (result > 0)
		hold_userns(run, sandbox, is_below);
	/*
	 * First the namespace and the helper's own directory in procfs, which has another PID there than
	 * here; then the word that its ids may be mapped.
	 */
	if (helper_result(&helper, level, fds, &count, error) == 0 &&
	    helper_result(&helper, level, none, &none_count, error) == 0)
		(void)(is_below ? map_from_above(run, sandbox, fds[1], error) :
				  idmap_write(run, sandbox, fds[1], error));
	helper_end(&helper);
	SBX_ASSERT(error->step != STEP_NONE || count == 2);
	if (count == 2)
		(void)close(fds[1]);
	if (error->step != STEP_NONE && count == 2)
		(void)close(fds[0]);
	return error->step == STEP_NONE ? fds[0] : -1;
}

/* The helper that makes the other namespaces, as a member of the user namespace at FD_USERNS. */
static _Noreturn void make_owned(const struct run *run, uint32_t sandbox, uint32_t kinds)
{
	int level = (int)run->plan.sandboxes[sandbox].level;
	struct sbx_error error = { 0 };
	int fds[DESCRIPTORS_MAX];
	size_t count = 0;

	if (setns(FD_USERNS, CLONE_NEWUSER) < 0)
		(void)sbx_fail(&error, STEP_USERNS_ENTER, level);
	else if (unshare((int)run_clone_flags(kinds)) < 0)
		(void)sbx_fail(&error, STEP_NAMESPACES_MAKE, level);
	for (unsigned int kind = 0; kind < NAMESPACE_COUNT && error.step == STEP_NONE; kind++) {
		if (!(kinds & 1u << kind))
			continue;
		fds[count] = openat(FD_PROC, sandbox_namespace_file(kind), O_RDONLY | O_CLOEXEC);
		if (fds[count++] < 0)
			(void)sbx_fail(&error, STEP_NAMESPACE_OPEN, level);
	}
	if (error.step != STEP_NONE)
		helper_report(&error);
	helper_send(&error, fds, count);
	_exit(0);
}

/* Enters the namespaces, sent in the order of their kinds, and closes the descriptors. */
static int enter_owned(uint32_t kinds, const int *fds, size_t count)
{
	size_t next = 0;
	int result = 0;

	for (unsigned int kind = 0; kind < NAMESPACE_COUNT && next < count; kind++) {
		if (!(kinds & 1u << kind))
			continue;
		if (result == 0)
			result = setns(fds[next], (int)run_clone_flags(1u << kind));
		(void)close(fds[next++]);
	}
	return result;
}

static int join_owned(const struct run *run, uint32_t sandbox, uint32_t kinds, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	const struct sys_clone request = request_of(run, sandbox, planned->ns_helper_first);
	int level = (int)planned->level;
	int fds[DESCRIPTORS_MAX];
	size_t count = 0;
	struct helper helper;
	int result = helper_clone(&request, -1, &helper, error);

	if (result < 0)
		return -1;
	if (result > 0)
		make_owned(run, sandbox, kinds);
	if (helper_result(&helper, level, fds, &count, error) == 0 &&
	    enter_owned(kinds, fds, count) < 0)
		(void)sbx_fail(error, STEP_JOIN, level);
	helper_end(&helper);
	return error->step == STEP_NONE ? 0 : -1;
}

int userns_make(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	uint32_t others = planned->namespaces_new & ~(1u << NAMESPACE_PID) & ~(1u << NAMESPACE_USER) &
			  ~SBX_LATE_KINDS;
	int fd;

	fd = make_userns(run, sandbox, error);
	if (fd < 0)
		return -1;
	if (fd_install(fd, FD_USERNS) < 0)
		return sbx_fail(error, STEP_USERNS_KEEP, (int)planned->level);
	return others == 0 ? 0 : join_owned(run, sandbox, others, error);
}
