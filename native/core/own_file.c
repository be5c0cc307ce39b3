/* own_file.c - files of the shim process itself in procfs, which are root's while it hides. */
#define _GNU_SOURCE
#include "core/own_file.h"

#include <fcntl.h>
#include <sys/prctl.h>

#include "core/shared.h"
#include "core/sys.h"

static bool has_capabilities(void)
{
	struct sys_capabilities own;

	return sys_capabilities(&own) == 0 && own.permitted != 0;
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
