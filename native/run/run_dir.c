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
/* Somebody who looks whether the run lives holds the lock for a moment. */
#define LOCK_TRIES 500

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

/* rmdir(2) spares what is not empty, so at worst an empty directory of ours is removed. */
static void remove_directory(int fd, const char *path)
{
	char base[PATH_MAX];
	struct stat own, there;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(fd, files[i], 0);
	if (fstat(fd, &own) == 0 && lstat(path, &there) == 0 && is_same_file(&own, &there))
		(void)rmdir(path);
	if (base_of(path, base) && is_in_tmp(base))
		(void)rmdir(base);
}

static int open_lock(int fd)
{
	return openat(fd, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
}

/* Where both are until their numbers can be had. */
static int directory = -1, lock = -1;

int run_dir_take(const char *path, struct sbx_error *error)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct stat status;

	directory = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	lock = directory < 0 ? -1 : open_lock(directory);
	if (lock < 0)
		return sbx_fail(error, STEP_RUN_DIR_OPEN, 0);
	for (int tries = 0; flock(lock, LOCK_EX | LOCK_NB) < 0; tries++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || tries == LOCK_TRIES)
			return sbx_fail(error, STEP_RUN_DIR_OPEN, 0);
		(void)nanosleep(&pause, NULL);
	}
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

/* Whether the run in the directory lives, or may be about to; if not, it is removed. */
static bool lives(int fd, const struct stat *status, const char *path)
{
	int own_lock = open_lock(fd);
	bool result = true;

	if (own_lock >= 0 && flock(own_lock, LOCK_EX | LOCK_NB) < 0)
		goto end;
	result = is_young(status) && !was_begun(fd);
	/* With the lock in hand: a monitor that comes late finds the file unlinked, and ends. */
	if (!result)
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
	int size = snprintf(path, sizeof(path), "%s/%s", base, name);
	int fd = openat(base_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (size < (int)sizeof(path) && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
	    lives(fd, &status, path) && name[0] != '.')
		(void)!write(STDOUT_FILENO, path, (size_t)size + 1);
	(void)close(fd);
}

/* Not readdir(3), which needs a heap. The records are what both C libraries have as struct dirent. */
static void visit_all(int fd, const char *base)
{
	_Alignas(struct dirent) char records[4096];
	long size;

	while ((size = syscall(SYS_getdents64, fd, records, sizeof(records))) > 0) {
		for (long at = 0; at < size;) {
			const struct dirent *entry = (const struct dirent *)(records + at);

			if (is_name(entry->d_name))
				visit(fd, base, entry->d_name);
			at += entry->d_reclen;
		}
	}
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
			visit_all(fd, bases[i]);
		(void)close(fd);
	}
	return 0;
}
