/* mount.c - the mounts of a sandbox's new mount namespace. */
#define _GNU_SOURCE
#include "build/mount.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "build/dev.h"
#include "build/mount_calls.h"

/* What a workload may fill: of /tmp, and of /run. */
#define TMP_OPTIONS "mode=1777,size=1g"
#define RUN_OPTIONS "mode=755,size=16m"

int mount_open_proc(int level, struct sbx_error *error)
{
	int context = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context < 0)
		return sbx_fail(error, STEP_MOUNT_PROC, level);
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
				  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (fd < 0)
		(void)sbx_fail(error, STEP_MOUNT_PROC, level);
	(void)close(context);
	return fd;
}

bool mount_has_own_above(const struct plan *plan, uint32_t sandbox)
{
	for (uint32_t above = plan->sandboxes[sandbox].parent; above != SBX_NONE;
	     above = plan->sandboxes[above].parent) {
		if (plan->sandboxes[above].namespaces_new & 1u << NAMESPACE_MOUNT)
			return true;
	}
	return false;
}

int mount_root(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	struct mount_attr attributes = { 0 };

	if (!mount_has_own_above(&run->plan, sandbox))
		attributes.propagation = MS_PRIVATE;
	if (planned->root == ROOT_KIND_HOST)
		attributes.attr_set = MOUNT_ATTR_RDONLY;
	/* Device files and set-user-ID programs of the host have no effect; /dev comes anew. */
	if (sandbox == 0 && planned->root != ROOT_KIND_INHERIT)
		attributes.attr_set |= MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
	if (attributes.propagation == 0 && attributes.attr_set == 0)
		return 0;
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", MOUNT_RECURSIVE, &attributes,
		    sizeof(attributes)) < 0)
		return sbx_fail(error, STEP_ROOT_READONLY, (int)planned->level);
	return sbx_done(STEP_ROOT_READONLY, (int)planned->level);
}

/*
 * What root may write in procfs acts on the whole host, and the files ask for uid 0, not for a
 * capability: so they are covered by read-only views of themselves. Source: proc_sys(5).
 */
static const char *const masks[] = {
	"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs",
};

#define MASK_COUNT (sizeof(masks) / sizeof(masks[0]))

/* Not in this kernel: inits below know it, too. */
static bool is_missing[MASK_COUNT];

/* Consumes fd, a mount; fails with EINVAL where `fd` is none or must stay where it is. */
static bool cover(const char *path, int fd)
{
	bool done = mount_restrict(fd, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY) == 0 &&
		    mount_attach(fd, AT_FDCWD, path) == 0;

	(void)close(fd);
	return done;
}

/*
 * Covers what is in a new /proc. The views of the sandbox above are in this mount namespace too,
 * under the new /proc: `above` has them, and they are taken along, so that the namespaces below
 * have no more to copy for each level. These files are the same in every procfs.
 */
static int mask_proc(const int above[MASK_COUNT], int level, struct sbx_error *error)
{
	int result = 0;

	for (size_t i = 0; i < MASK_COUNT; i++) {
		int fd;

		if (is_missing[i] || (above[i] >= 0 && cover(masks[i], above[i])))
			continue;
		fd = mount_clone(AT_FDCWD, masks[i], 0);
		is_missing[i] = fd < 0 && errno == ENOENT;
		if (!is_missing[i] && (fd < 0 || !cover(masks[i], fd)))
			result = sbx_fail(error, STEP_MASK_PROC, level);
	}
	return result;
}

static int mount_proc(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error)
{
	bool has_above = run->mask_proc && mount_has_own_above(&run->plan, sandbox);
	int level = (int)run->plan.sandboxes[sandbox].level;
	int above[MASK_COUNT];

	SBX_ASSERT(proc_fd >= 0);
	for (size_t i = 0; i < MASK_COUNT; i++)
		above[i] = has_above && !is_missing[i] ? mount_take(AT_FDCWD, masks[i]) : -1;
	if (mount_attach(proc_fd, AT_FDCWD, "/proc") < 0)
		return sbx_fail(error, STEP_MOUNT_PROC, level);
	return run->mask_proc ? mask_proc(above, level, error) : 0;
}

static int make_directory(const char *path)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

/* Makes the directories of an absolute path that are not there, the last component aside. */
static int make_parents(const char *path)
{
	char prefix[PATH_MAX];
	size_t size = strlen(path);

	errno = ENAMETOOLONG;
	if (size >= sizeof(prefix))
		return -1;
	memcpy(prefix, path, size + 1);
	for (size_t i = 1; i < size; i++) {
		if (prefix[i] != '/')
			continue;
		prefix[i] = '\0';
		if (make_directory(prefix) < 0)
			return -1;
		prefix[i] = '/';
	}
	return 0;
}

/* Attaches `fd` at `path` below a new tmpfs, where the way to it is made. */
static int attach_anew(int fd, const char *path, bool is_directory)
{
	int file;

	if (make_parents(path) < 0)
		return -1;
	if (is_directory) {
		if (make_directory(path) < 0)
			return -1;
	} else {
		file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0444);
		if (file < 0 && errno != EEXIST)
			return -1;
		if (file >= 0)
			(void)close(file);
	}
	return mount_attach(fd, AT_FDCWD, path);
}

#define READABLE (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID)

/* A read-only copy of what is at `path` now, or -1 with errno. */
static int readable_copy(const char *path)
{
	int fd = mount_clone(AT_FDCWD, path, MOUNT_RECURSIVE);

	if (fd >= 0 && mount_restrict(fd, "", AT_EMPTY_PATH | MOUNT_RECURSIVE, READABLE) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool is_same(int fd, const char *path)
{
	struct stat before, now;

	return fstat(fd, &before) == 0 && stat(path, &now) == 0 && before.st_dev == now.st_dev &&
	       before.st_ino == now.st_ino;
}

/*
 * An empty /run: the sockets there are those of the host's daemons, which may take a uid 0 of ours
 * for theirs. What name resolution reads stays, where /etc/resolv.conf is a link to there.
 */
static int mount_run(int level, struct sbx_error *error)
{
	static const char runs[] = "/run/";
	char resolver[PATH_MAX];
	bool has_resolver = realpath("/etc/resolv.conf", resolver) != NULL &&
			    strncmp(resolver, runs, sizeof(runs) - 1) == 0;
	int fd = has_resolver ? readable_copy(resolver) : -1;
	int result = 0;

	if (has_resolver && fd < 0)
		return sbx_fail(error, STEP_MOUNT_RUN, level);
	if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, RUN_OPTIONS) < 0)
		result = errno == ENOENT ? 0 : sbx_fail(error, STEP_MOUNT_RUN, level);
	else if (has_resolver && attach_anew(fd, resolver, false) < 0)
		result = sbx_fail(error, STEP_MOUNT_RUN, level);
	if (fd >= 0)
		(void)close(fd);
	return result;
}

/* Whether `path` is one of the sandbox's own mounts itself: then it is not the host's folder. */
static bool is_mount_point(const struct run *run, uint32_t sandbox, const char *path)
{
	static const char *const others[] = { "/", "/proc", "/dev", "/run" };
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(path, others[i]) == 0)
			return true;
	}
	for (uint32_t i = 0; i < planned->mounts_count; i++) {
		const struct image_mount *mount = &run->plan.mounts[planned->mounts_first + i];

		if (mount->kind == MOUNT_KIND_TMPFS && strcmp(path, plan_string(&run->plan, mount->at)) == 0)
			return true;
	}
	return false;
}

/* The folder of the spec, as it was before the mounts: visible at its own path where they cover it. */
static int show_spec_dir(const struct run *run, uint32_t sandbox, int spec_dir, struct sbx_error *error)
{
	int level = (int)run->plan.sandboxes[sandbox].level;

	if (spec_dir < 0 || is_same(spec_dir, run->spec_dir) ||
	    is_mount_point(run, sandbox, run->spec_dir))
		return 0;
	if (attach_anew(spec_dir, run->spec_dir, true) < 0)
		return sbx_fail(error, STEP_SPEC_DIR, level);
	return sbx_done(STEP_SPEC_DIR, level);
}

/*
 * Nothing of the runs, this one's and others', can be seen inside: plans hold environments, tables
 * the PIDs of the host. `runs` is their directory as it was before the mounts.
 */
static int hide_runs(const struct run *run, uint32_t sandbox, int runs, struct sbx_error *error)
{
	int level = (int)run->plan.sandboxes[sandbox].level;
	int fd;

	if (runs < 0 || !is_same(runs, run->runs_dir))
		return 0;
	fd = mount_tmpfs("4k", "755", READABLE | MOUNT_ATTR_NOEXEC);
	if (fd < 0 || mount_attach(fd, AT_FDCWD, run->runs_dir) < 0)
		(void)sbx_fail(error, STEP_HIDE_RUNS, level);
	if (fd >= 0)
		(void)close(fd);
	return error->step == STEP_NONE ? 0 : -1;
}

static int mount_one(const struct run *run, uint32_t sandbox, const struct image_mount *planned,
		     int proc_fd, struct sbx_error *error)
{
	const char *at = plan_string(&run->plan, planned->at);
	int level = (int)run->plan.sandboxes[sandbox].level;

	switch ((enum mount_kind)planned->kind) {
	case MOUNT_KIND_PROC:
		return mount_proc(run, sandbox, proc_fd, error);
	case MOUNT_KIND_DEV:
		if (dev_mount(level, error) < 0)
			return -1;
		return dev_open_null(level, error);
	case MOUNT_KIND_TMPFS:
		if (mount("tmpfs", at, "tmpfs", MS_NOSUID | MS_NODEV, TMP_OPTIONS) < 0)
			return sbx_fail(error, STEP_MOUNT_TMPFS, level);
		return 0;
	case MOUNT_KIND_RUN:
		return mount_run(level, error);
	case MOUNT_KIND_COUNT:
		break;
	}
	SBX_ASSERT(false);
}

int mount_all(const struct run *run, uint32_t sandbox, int proc_fd, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	int spec_dir = sandbox == 0 ? readable_copy(run->spec_dir) : -1;
	int runs = sandbox == 0 && run->runs_dir != NULL ?
			   open(run->runs_dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int result = 0;

	for (uint32_t i = 0; i < planned->mounts_count && result == 0; i++)
		result = mount_one(run, sandbox, &run->plan.mounts[planned->mounts_first + i], proc_fd,
				   error);
	if (result == 0)
		result = show_spec_dir(run, sandbox, spec_dir, error);
	if (result == 0)
		result = hide_runs(run, sandbox, runs, error);
	if (spec_dir >= 0)
		(void)close(spec_dir);
	if (runs >= 0)
		(void)close(runs);
	return result;
}
