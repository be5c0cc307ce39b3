/* run_dir.c - the directory of a run: held by a lock for as long as the monitor lives. */
#define _GNU_SOURCE
#include "run/run_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

/* What a runner and a monitor put there; nothing else is touched. */
static const char *const files[] = { SBX_RUN_FILES };

/* One without a table is being made, or was never finished; after so long the latter. */
#define UNFINISHED_S 5
/* Somebody who looks whether the run lives holds the lock for a moment. Ms. */
#define LOCK_MS_MAX 500
#define LOCK_REMOVE_MS_MAX 50

/* Directories of ours in /tmp are removed with the last run in them; others belong to the user. */
static bool is_in_tmp(const char *base)
{
	static const char prefix[] = "/tmp/sandbox-";

	return strncmp(base, prefix, sizeof(prefix) - 1) == 0 &&
	       strchr(base + sizeof(prefix) - 1, '/') == NULL;
}

/* The directory's own path without its last name. False where there is none. */
static bool base_of(const char *path, char base[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path || (size_t)(slash - path) >= PATH_MAX)
		return false;
	memcpy(base, path, (size_t)(slash - path));
	base[slash - path] = '\0';
	return true;
}

static bool is_same_file(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* A name in the directory at `fd`, which is `base`. */
typedef void entry_take(int fd, const char *base, const char *name);

/* Not readdir(3), which needs a heap. The records are what both C libraries have as struct dirent. */
static void each_entry(int fd, const char *base, entry_take *take)
{
	_Alignas(struct dirent) char records[4096];
	long size;

	while ((size = syscall(SYS_getdents64, fd, records, sizeof(records))) > 0) {
		for (long at = 0; at < size;) {
			const struct dirent *entry = (const struct dirent *)(records + at);

			take(fd, base, entry->d_name);
			at += entry->d_reclen;
		}
	}
}

/* Files alone: of log_files.c there are no others. */
static void remove_file(int fd, const char *base, const char *name)
{
	(void)base;
	(void)unlinkat(fd, name, 0);
}

static void remove_logs(int directory)
{
	int fd = openat(directory, "logs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	each_entry(fd, "logs", remove_file);
	(void)close(fd);
	(void)unlinkat(directory, "logs", AT_REMOVEDIR);
}

/* rmdir(2) spares what is not empty, so at worst an empty directory of ours is removed. */
static void remove_directory(int fd, const char *path)
{
	char base[PATH_MAX];
	struct stat own, there;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(fd, files[i], 0);
	if (unlinkat(fd, "logs", AT_REMOVEDIR) < 0 && errno == ENOTEMPTY)
		remove_logs(fd);
	if (fstat(fd, &own) == 0 && lstat(path, &there) == 0 && is_same_file(&own, &there))
		(void)rmdir(path);
	if (base_of(path, base) && is_in_tmp(base))
		(void)rmdir(base);
}

static int open_lock(int fd)
{
	return openat(fd, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
}

/* Takes the lock of who holds it for a moment at most. Returns -1 with errno. */
static int lock_soon(int fd, int ms_max)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int ms = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; ms++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || ms == ms_max)
			return -1;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

/* Where both are until their numbers can be had. */
static int directory = -1, lock = -1;

int run_dir_take(const char *path, struct sbx_error *error)
{
	struct stat status;

	directory = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	lock = directory < 0 ? -1 : open_lock(directory);
	if (lock < 0 || lock_soon(lock, LOCK_MS_MAX) < 0)
		return sbx_fail(error, STEP_RUN_DIR_OPEN, 0);
	errno = ENOENT;
	if (fstat(lock, &status) < 0 || status.st_nlink == 0)
		return sbx_fail(error, STEP_RUN_DIR_OPEN, 0);
	return sbx_done(STEP_RUN_DIR_OPEN, 0);
}

int run_dir_install_fds(struct sbx_error *error)
{
	if (fd_install(directory, FD_RUN_DIR) < 0 || fd_install(lock, FD_LOCK) < 0)
		return sbx_fail(error, STEP_RUN_DIR_OPEN, 0);
	return sbx_done(STEP_RUN_DIR_OPEN, 0);
}

void run_dir_remove(const char *path)
{
	remove_directory(FD_RUN_DIR, path);
}

void run_dir_leave(void)
{
	(void)unlinkat(FD_RUN_DIR, "control", 0);
}

/* Names that runs have, and those of directories that are being filled. */
static bool is_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	if (strncmp(name, ".new-", 5) == 0)
		name += 5;
	return *name != '\0' && name[strspn(name, allowed)] == '\0';
}

/* Whether the monitor has begun: it makes the table, and holds the lock before. */
static bool was_begun(int fd)
{
	struct stat status;

	return fstatat(fd, "table", &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_size > 0;
}

static bool is_young(const struct stat *status)
{
	return time(NULL) - status->st_mtime < UNFINISHED_S;
}

/* Whether a detached run has begun there: it is kept, however it ended. */
static bool keeps_logs(int fd)
{
	struct stat status;

	return was_begun(fd) && fstatat(fd, "logs", &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* `live`, or about to be; `ended`; NULL: a dead run has left it, and it has been removed. */
static const char *state_of(int fd, const struct stat *status, const char *path)
{
	int own_lock = open_lock(fd);
	const char *result = "live";

	if (own_lock >= 0 && flock(own_lock, LOCK_EX | LOCK_NB) < 0)
		goto end;
	if (keeps_logs(fd))
		result = "ended";
	else if (!is_young(status) || was_begun(fd))
		result = NULL;
	/* With the lock in hand: a monitor that comes late finds the file unlinked, and ends. */
	if (result == NULL)
		remove_directory(fd, path);
end:
	if (own_lock >= 0)
		(void)close(own_lock);
	return result;
}

static void visit(int base_fd, const char *base, const char *name)
{
	char path[PATH_MAX];
	struct stat status;
	const char *state;
	int size = snprintf(path, sizeof(path), "%s/%s", base, name);
	int fd = !is_name(name) ? -1 :
				  openat(base_fd, name,
					 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (size < (int)sizeof(path) && fstat(fd, &status) == 0 && status.st_uid == geteuid()) {
		state = state_of(fd, &status, path);
		if (state != NULL && name[0] != '.')
			(void)dprintf(STDOUT_FILENO, "%s %s%c", state, path, '\0');
	}
	(void)close(fd);
}

int run_dir_remove_main(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int own_lock = fd < 0 ? -1 : open_lock(fd);
	struct stat status;

	if (own_lock < 0 || fstat(fd, &status) < 0 || status.st_uid != geteuid() ||
	    lock_soon(own_lock, LOCK_REMOVE_MS_MAX) < 0)
		return SBX_EXIT_FAILED;
	remove_directory(fd, path);
	return 0;
}

int run_dirs_main(int count, char **bases)
{
	for (int i = 0; i < count; i++) {
		int fd = open(bases[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		struct stat status;

		if (fd < 0)
			continue;
		/* What others can write to is none of ours. */
		if (fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
		    (status.st_mode & 022) == 0)
			each_entry(fd, bases[i], visit);
		(void)close(fd);
	}
	return 0;
}
