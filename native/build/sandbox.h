/* sandbox.h - building a sandbox from inside: what its first process does before anything else. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "core/shared.h"

/*
 * Run by the first process of `sandbox`, right after it was cloned into the new namespaces: learns
 * its PIDs, maps ids, mounts, names the host, reserves the block of PIDs, and notes the inodes of
 * the namespaces. On return the caller still has every capability over what it made.
 *
 * Errors: any STEP from pidns_open to last_pid; the caller must then end.
 */
int sandbox_build(const struct run *run, uint32_t sandbox, struct sbx_error *error);

/* The file of a namespace kind of the caller's, relative to a procfs: "self/ns/mnt". */
const char *sandbox_namespace_file(unsigned int kind);

/* Level of the slot's supervisor: that at which its parent sees it. */
int sandbox_level_of_parent(const struct plan *plan, uint32_t slot);

#endif
