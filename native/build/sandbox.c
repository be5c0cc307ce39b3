/* sandbox.c - building a sandbox from inside: what its first process does before anything else. */
#define _GNU_SOURCE
#include "build/sandbox.h"

#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "build/idmap.h"
#include "build/mount.h"
#include "build/timens.h"
#include "core/pids.h"
#include "build/userns.h"

int sandbox_level_of_parent(const struct plan *plan, uint32_t slot)
{
	uint32_t supervisor = plan->slots[slot].supervisor;

	return supervisor == SBX_NONE ? 0 : (int)plan->sandboxes[supervisor].level;
}

/* Writes the PIDs of the caller, which is the process of `slot`, into its slot. */
static int note_pids(const struct run *run, uint32_t slot, struct sbx_error *error)
{
	struct table_slot *record = &run->table.slots[slot];
	uint32_t pids[SBX_PIDS_MAX];
	int level = (int)run->plan.slots[slot].level;

	if (pids_read(level, pids, error) < 0)
		return -1;
	table_set_pids(record, pids, (uint32_t)level,
		       pids[sandbox_level_of_parent(&run->plan, slot)]);
	return 0;
}

static int map_own_ids(const struct run *run, struct sbx_error *error)
{
	int self = openat(FD_PROC, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (self < 0)
		return sbx_fail(error, STEP_PROC_PID_OPEN, 1);
	/* Its map files are its own only while it may be looked into; no workload is there yet. */
	result = prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ? sbx_fail(error, STEP_OWN_FILES, 1) :
							  idmap_write(run, 0, self, error);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		result = sbx_fail(error, STEP_NOT_DUMPABLE, 1);
	(void)close(self);
	return result;
}

/* A sandbox without a procfs of its own has one for this alone, mounted nowhere. -1 with errno. */
static int open_in_new_proc(const char *name, int level)
{
	struct sbx_error refused = { 0 };
	int proc = mount_open_proc(level, &refused);
	int fd;

	if (proc < 0) {
		errno = EROFS;
		return -1;
	}
	fd = openat(proc, name, O_WRONLY | O_CLOEXEC);
	(void)close(proc);
	return fd;
}

/*
 * What workloads fork is numbered from the end of the block on. The file speaks of the caller's
 * PID namespace, whichever procfs it is in; the host's may be read-only. Source: pid_namespaces(7).
 */
static int reserve_block(uint32_t last, int proc_fd, int level, struct sbx_error *error)
{
	static const char name[] = "sys/kernel/ns_last_pid";
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", last);
	int fd = openat(FD_PROC, name, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0 && proc_fd >= 0)
		fd = openat(proc_fd, name, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && proc_fd < 0 && errno == EROFS)
		fd = open_in_new_proc(name, level);
	if (fd < 0)
		return sbx_fail(error, STEP_LAST_PID, level);
	written = write(fd, text, (size_t)size);
	(void)close(fd);
	return written == size ? sbx_done(STEP_LAST_PID, level) :
				 sbx_fail(error, STEP_LAST_PID, level);
}

static int raise_loopback(int level, struct sbx_error *error)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return sbx_fail(error, STEP_LOOPBACK, level);
	request.ifr_flags = IFF_UP;
	result = ioctl(fd, SIOCSIFFLAGS, &request);
	(void)close(fd);
	return result < 0 ? sbx_fail(error, STEP_LOOPBACK, level) : sbx_done(STEP_LOOPBACK, level);
}

static int name_host(const struct run *run, const struct image_sandbox *planned,
		     struct sbx_error *error)
{
	const char *host = plan_string(&run->plan, planned->hostname);
	const char *domain = plan_string(&run->plan, planned->domainname);

	if (host[0] != '\0' && sethostname(host, strlen(host)) < 0)
		return sbx_fail(error, STEP_HOSTNAME, (int)planned->level);
	if (domain[0] != '\0' && setdomainname(domain, strlen(domain)) < 0)
		return sbx_fail(error, STEP_DOMAINNAME, (int)planned->level);
	return sbx_done(STEP_HOSTNAME, (int)planned->level);
}

const char *sandbox_namespace_file(unsigned int kind)
{
	static const char *const files[NAMESPACE_COUNT] = {
#define NS_FILE(kind, flag, file) [kind] = "self/ns/" file,
		SBX_NAMESPACES(NS_FILE)
#undef NS_FILE
	};

	SBX_ASSERT(kind < NAMESPACE_COUNT);
	return files[kind];
}

/* For who reads the table: inode numbers, as `ls -Li /proc/PID/ns` shows them. Source: namespaces(7). */
static void note_inodes(const struct run *run, uint32_t sandbox)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	uint64_t *inodes = run->table.sandboxes[sandbox].inodes;
	struct stat status;

	for (unsigned int kind = 0; kind < NAMESPACE_COUNT; kind++) {
		/* One that is not new is the parent's, which has been noted. */
		if (planned->parent != SBX_NONE && !(planned->namespaces_new & 1u << kind))
			inodes[kind] = run->table.sandboxes[planned->parent].inodes[kind];
		else if (fstatat(FD_PROC, sandbox_namespace_file(kind), &status, 0) == 0)
			inodes[kind] = status.st_ino;
	}
	/* Not the caller's own, but the one that the sandbox's processes enter. */
	if (run_enters_userns(run, sandbox) && fstat(FD_USERNS, &status) == 0)
		inodes[NAMESPACE_USER] = status.st_ino;
}

static bool has_proc(const struct plan *plan, const struct image_sandbox *planned)
{
	for (uint32_t i = 0; i < planned->mounts_count; i++) {
		if (plan->mounts[planned->mounts_first + i].kind == MOUNT_KIND_PROC)
			return true;
	}
	return false;
}

static int build_with_proc(const struct run *run, uint32_t sandbox, int proc_fd,
			   struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	int level = (int)planned->level;

	if (planned->last_pid != 0 && !run->pids_ordered &&
	    reserve_block(planned->last_pid, proc_fd, level, error) < 0)
		return -1;
	if (run_userns_apart(run, sandbox) && userns_make(run, sandbox, error) < 0)
		return -1;
	if (timens_make(run, sandbox, error) < 0)
		return -1;
	if (planned->namespaces_new & 1u << NAMESPACE_MOUNT &&
	    (mount_root(run, sandbox, error) < 0 || mount_all(run, sandbox, proc_fd, error) < 0))
		return -1;
	if (name_host(run, planned, error) < 0)
		return -1;
	if (planned->namespaces_new & 1u << NAMESPACE_NET && raise_loopback(level, error) < 0)
		return -1;
	if (run->is_observed)
		note_inodes(run, sandbox);
	return 0;
}

int sandbox_build(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	const struct image_sandbox *planned = &run->plan.sandboxes[sandbox];
	int level = (int)planned->level;
	int proc_fd = -1;
	int result;

	if (planned->init_mode != INIT_MODE_SUBREAPER && pids_open_namespace(level, error) < 0)
		return -1;
	if (note_pids(run, planned->init_slot, error) < 0)
		return -1;
	if (sandbox == 0 && run->userns_first && map_own_ids(run, error) < 0)
		return -1;
	if (has_proc(&run->plan, planned)) {
		proc_fd = mount_open_proc(level, error);
		if (proc_fd < 0)
			return -1;
	}
	result = build_with_proc(run, sandbox, proc_fd, error);
	if (proc_fd >= 0)
		(void)close(proc_fd);
	return result;
}
