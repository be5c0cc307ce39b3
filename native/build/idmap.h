/* idmap.h - user namespaces: making them, mapping ids, and entering them. */
#ifndef IDMAP_H
#define IDMAP_H

#include "core/shared.h"

/*
 * Writes setgroups, uid_map and gid_map of the process that `directory` (an O_PATH descriptor of
 * its directory in procfs) belongs to. Without a map in the plan, inside 0 is what the processes
 * of the sandbox around have, or the caller's own. Errors: STEP_SETGROUPS_DENY, STEP_UID_MAP, STEP_GID_MAP
 * with EPERM where the caller may not map these ids. Source: user_namespaces(7).
 */
int idmap_write(const struct run *run, uint32_t sandbox, int directory, struct sbx_error *error);

/*
 * In a helper that has entered the user namespace above `sandbox`: takes the ids that the processes
 * there have. A creator whose ids are not mapped may make no user namespace. Errors: STEP_GID,
 * STEP_UID. Source: clone(2), EPERM.
 */
int idmap_become_creator(const struct run *run, uint32_t sandbox, struct sbx_error *error);

/* As identity of a process: groups, then gid, then uid. Errors: STEP_GROUPS, STEP_GID, STEP_UID. */
int idmap_become(const struct run *run, const struct image_sandbox *planned,
		 const struct image_process *process, struct sbx_error *error);

#endif
