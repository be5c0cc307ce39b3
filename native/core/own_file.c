/* own_file.c - files of the shim process itself in procfs, which are root's while it hides. */
#define _GNU_SOURCE
#include "core/own_file.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "core/shared.h"

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, sets) == 0 && sets[0].permitted != 0;
}

int own_file_open(const char *path, int flags, bool is_alone)
{
	int fd = openat(FD_PROC, path, flags | O_CLOEXEC);
	int reason;

	if (fd >= 0 || errno != EACCES || !(is_alone || has_capabilities()))
		return fd;
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return -1;
	fd = openat(FD_PROC, path, flags | O_CLOEXEC);
	reason = errno;
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	errno = reason;
	return fd;
}
