/* seal.c - what the shim does to itself before anything else. */
#define _GNU_SOURCE
#include "run/seal.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "core/fault.h"

/* From linux/memfd.h of 6.3; kernels before answer EINVAL, and make every memfd executable. */
#define SBX_MFD_EXEC 0x0010u

#define KEYCTL_JOIN_SESSION_KEYRING 1 /* linux/keyctl.h */

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Its mode cannot be changed either. From linux/fcntl.h of 6.3; kernels before answer EINVAL. */
#define SBX_F_SEAL_EXEC 0x0020

void seal_process(void)
{
	static const char refusal[] =
		"sandbox-shim: refuses to run set-user-ID, set-group-ID or with file capabilities:\n"
		"whoever may start it could do anything with its rights. Remove the mode bits "
		"(chmod ug-s)\nor the capabilities (setcap -r), or run a copy of it.\n";

	static const struct plan none;
	struct sbx_error error = { 0 };

	/* The kernel's own word that execve(2) gave more rights than the caller has. getauxval(3) */
	if (getauxval(AT_SECURE) != 0) {
		(void)!write(STDERR_FILENO, refusal, sizeof(refusal) - 1);
		_exit(SBX_EXIT_HOST);
	}
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
		(void)sbx_fail(&error, STEP_NOT_DUMPABLE, 0);
		fault_print(&none, SBX_NONE, &error);
		_exit(SBX_EXIT_HOST);
	}
}

/*
 * Refused where a filter forbids the call, to workloads too, or where the user has as many keys as
 * allowed; the filter of the workloads keeps them from the caller's keys in any case.
 */
static void leave_keyring(void)
{
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

static int copy_sealed(int from)
{
	struct stat status;
	int fd = (int)syscall(SYS_memfd_create, "sandbox-shim",
			      MFD_CLOEXEC | MFD_ALLOW_SEALING | SBX_MFD_EXEC);
	off_t done = 0;

	if (fd < 0 && errno == EINVAL)
		fd = (int)syscall(SYS_memfd_create, "sandbox-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || fstat(from, &status) < 0)
		return -1;
	while (done < status.st_size) {
		ssize_t size = sendfile(fd, from, &done, (size_t)(status.st_size - done));

		if (size <= 0 && !(size < 0 && errno == EINTR))
			return -1;
	}
	(void)fcntl(fd, F_ADD_SEALS, SBX_F_SEAL_EXEC);
	return fcntl(fd, F_ADD_SEALS, ALL_SEALS) < 0 ? -1 : fd;
}

int seal_executable(char **arguments)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int seals = self < 0 ? -1 : fcntl(self, F_GET_SEALS);
	int copy;

	if (self < 0)
		return -1;
	if (seals >= 0 && (seals & ALL_SEALS) == ALL_SEALS) {
		/* Not before: the process that only makes the copy would make a keyring for nothing. */
		leave_keyring();
		return close(self);
	}
	copy = copy_sealed(self);
	if (copy >= 0)
		(void)syscall(SYS_execveat, copy, "", arguments, environ, AT_EMPTY_PATH);
	return -1;
}
