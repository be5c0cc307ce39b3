/* userns.c - a user namespace, and the namespaces it owns, made beside the init that uses them. */
#define _GNU_SOURCE
#include "build/userns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "build/idmap.h"
#include "core/sys.h"

#define OURS 0
#define CHILDS 1

static int exchange(int socket, bool send_first)
{
	char byte = 0;

	if (send_first && write(socket, &byte, 1) != 1)
		return -1;
	return read(socket, &byte, 1) == 1 ? 0 : -1;
}

/* The child: holds the namespaces until the caller has joined them, or is gone. */
static _Noreturn void hold(int socket)
{
	/* Its id maps can only be written while its files in procfs are its own. */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	(void)exchange(socket, true);
	_exit(0);
}

static int join_child(const struct run *run, uint32_t sandbox, pid_t child, int pidfd, int proc_fd,
		      struct sbx_error *error)
{
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	uint32_t joined = box->namespaces_new & ~(1u << NAMESPACE_PID) & ~(1u << NAMESPACE_USER);
	char name[16];
	int level = (int)box->level;
	int directory, userns;

	(void)snprintf(name, sizeof(name), "%d", child);
	directory = openat(proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return sbx_fail(error, STEP_PROC_PID_OPEN, level);
	if (idmap_write(run, sandbox, directory, geteuid(), getegid(), error) < 0) {
		(void)close(directory);
		return -1;
	}
	userns = openat(directory, "ns/user", O_RDONLY | O_CLOEXEC);
	(void)close(directory);
	if (run_place(userns, FD_USERNS) < 0)
		return sbx_fail(error, STEP_USERNS_OPEN, level);
	if (joined != 0 && setns(pidfd, (int)run_clone_flags(joined)) < 0)
		return sbx_fail(error, STEP_JOIN, level);
	return 0;
}

int userns_make(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error)
{
	const struct image_sandbox *box = &run->plan.sandboxes[sandbox];
	uint32_t kinds = (box->namespaces_new & ~(1u << NAMESPACE_PID)) | 1u << NAMESPACE_USER;
	int level = (int)box->level;
	int sockets[2];
	int pidfd = -1;
	int result = -1;
	pid_t child;

	SBX_ASSERT(proc_fd >= 0);
	SBX_ASSERT(box->joiner_first != SBX_NONE);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return sbx_fail(error, STEP_HELPER_SOCKET, level);

	const struct sys_clone request = {
		.flags = run_clone_flags(kinds),
		.exit_signal = SIGCHLD,
		.pids = run->pids_ordered ? NULL : &run->plan.pids[box->joiner_first],
		.level = level,
		.pidfd = &pidfd,
	};
	child = sys_clone(&request);
	if (child == 0) {
		(void)close(sockets[OURS]);
		hold(sockets[CHILDS]);
	}
	(void)close(sockets[CHILDS]);
	if (child < 0)
		(void)sbx_fail(error, STEP_CLONE_HELPER, level);
	else if (exchange(sockets[OURS], false) < 0)
		(void)sbx_fail(error, STEP_HELPER_LOST, level);
	else
		result = join_child(run, sandbox, child, pidfd, proc_fd, error);

	(void)close(sockets[OURS]); /* lets the child go */
	if (child > 0) {
		(void)waitpid(child, NULL, 0);
		(void)close(pidfd);
	}
	return result;
}
