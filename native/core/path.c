/* path.c - paths that a workload may have had a hand in, walked once and never through procfs. */
#define _GNU_SOURCE
#include "core/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

int path_open(const char *path, int flags, unsigned int mode)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0, /* openat2 refuses a mode that is not used */
		.resolve = RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

int path_enter(const char *path)
{
	char directory[PATH_MAX];
	int fd = path_open(path, O_PATH | O_DIRECTORY, 0);
	int result = fd < 0 ? -1 : fchdir(fd);
	long size;

	if (fd >= 0)
		(void)close(fd);
	if (result < 0)
		return -1;
	/* The system call itself: a C library may hide what the kernel says of a path outside. */
	size = syscall(SYS_getcwd, directory, sizeof(directory));
	if (size < 0 && errno != ERANGE && errno != ENAMETOOLONG)
		return -1;
	if (size >= 0 && directory[0] != '/') {
		errno = EACCES;
		return -1;
	}
	return 0;
}
