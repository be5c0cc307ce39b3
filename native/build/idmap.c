/* idmap.c - user namespaces: making them, mapping ids, and entering them. */
#define _GNU_SOURCE
#include "build/idmap.h"

#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/syscall.h>

/* The kernel takes a map in one write of less than a page. Source: user_namespaces(7). */
#define MAP_TEXT_SIZE 4096

static int write_file(int directory, const char *name, const char *text, size_t size)
{
	int fd = openat(directory, name, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -1;
	written = write(fd, text, size);
	(void)close(fd);
	return written == (ssize_t)size ? 0 : -1;
}

static int write_map(int directory, const char *name, const struct image_id_map *maps,
		     uint32_t count)
{
	char text[MAP_TEXT_SIZE];
	size_t used = 0;

	for (uint32_t i = 0; i < count; i++) {
		int size = snprintf(text + used, sizeof(text) - used, "%u %u %u\n",
				    maps[i].inside, maps[i].outside, maps[i].count);

		if (size < 0 || (size_t)size >= sizeof(text) - used) {
			errno = EINVAL;
			return -1;
		}
		used += (size_t)size;
	}
	return write_file(directory, name, text, used);
}

/*
 * The id that inside 0 stands for where the spec has no map, as the user namespace above numbers it:
 * the one that processes of the sandbox around have, or `own`, the caller's.
 */
static uint32_t outside_of(const struct run *run, uint32_t sandbox, uint32_t own, bool is_gid)
{
	const struct image_sandbox *sandboxes = run->plan.sandboxes;

	for (uint32_t above = sandboxes[sandbox].parent; above != SBX_NONE;
	     above = sandboxes[above].parent) {
		if (!run_userns_apart(run, above) && !(above == 0 && run->userns_first))
			continue;
		return is_gid ? sandboxes[above].gid : sandboxes[above].uid;
	}
	return own;
}

int idmap_write(const struct run *run, uint32_t sandbox, int directory, struct sbx_error *error)
{
	const struct plan *plan = &run->plan;
	const struct image_sandbox *planned = &plan->sandboxes[sandbox];
	const struct image_id_map own_uid = {
		.outside = outside_of(run, sandbox, run->uid, false),
		.count = 1,
	};
	const struct image_id_map own_gid = {
		.outside = outside_of(run, sandbox, run->gid, true),
		.count = 1,
	};
	const struct image_id_map *uids = &plan->id_maps[planned->uid_map_first];
	const struct image_id_map *gids = &plan->id_maps[planned->gid_map_first];
	bool has_uids = planned->uid_map_count > 0;
	bool has_gids = planned->gid_map_count > 0;
	int level = (int)planned->level;

	/* Without CAP_SETGID above, a group map needs it; a member of the caller's groups could
	 * otherwise drop one that denies it a file. */
	if (run->userns_first && write_file(directory, "setgroups", "deny", 4) < 0)
		return sbx_fail(error, STEP_SETGROUPS_DENY, level);
	if (write_map(directory, "uid_map", has_uids ? uids : &own_uid,
		      has_uids ? planned->uid_map_count : 1) < 0)
		return sbx_fail(error, STEP_UID_MAP, level);
	if (write_map(directory, "gid_map", has_gids ? gids : &own_gid,
		      has_gids ? planned->gid_map_count : 1) < 0)
		return sbx_fail(error, STEP_GID_MAP, level);
	return sbx_done(STEP_GID_MAP, level);
}

int idmap_become_creator(const struct run *run, uint32_t sandbox, struct sbx_error *error)
{
	uint32_t uid = outside_of(run, sandbox, run->uid, false);
	uint32_t gid = outside_of(run, sandbox, run->gid, true);
	int level = (int)run->plan.sandboxes[sandbox].level;

	if (syscall(SYS_setresgid, gid, gid, gid) < 0)
		return sbx_fail(error, STEP_GID, level);
	if (syscall(SYS_setresuid, uid, uid, uid) < 0)
		return sbx_fail(error, STEP_UID, level);
	return sbx_done(STEP_UID, level);
}

int idmap_become(const struct run *run, const struct image_sandbox *planned,
		 const struct image_process *process, struct sbx_error *error)
{
	const struct plan *plan = &run->plan;
	bool own = process->has_identity;
	uint32_t uid = own ? process->uid : planned->uid;
	uint32_t gid = own ? process->gid : planned->gid;
	uint32_t groups_count = own ? process->groups_count : planned->groups_count;
	const uint32_t *groups = &plan->groups[own ? process->groups_first : planned->groups_first];
	int level = (int)planned->level;

	/* setgroups is denied in a user namespace that an ordinary user made, and below it; the caller's
	 * groups stay there, unmapped. The raw calls: libc's would signal threads that we do not have. */
	if (groups_count > 0 || (!run->userns_first && !run->keeps_groups)) {
		if (syscall(SYS_setgroups, groups_count, groups) < 0)
			return sbx_fail(error, STEP_GROUPS, level);
	}
	if (syscall(SYS_setresgid, gid, gid, gid) < 0)
		return sbx_fail(error, STEP_GID, level);
	if (syscall(SYS_setresuid, uid, uid, uid) < 0)
		return sbx_fail(error, STEP_UID, level);
	return sbx_done(STEP_UID, level);
}
