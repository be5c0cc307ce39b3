/* members.h - which processes belong to a run. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stdint.h>

struct member {
	uint32_t pid;
	/* The run's outermost PID namespace that holds it; PIDNS_OWN: none, or not known. */
	int root;
};

/*
 * A PID namespace belongs to a run if its init descends from the run's monitor. One that a sandbox
 * has only joined does not. `proc` is a descriptor of procfs in each of these functions.
 */

/*
 * The namespace in which all of the run is visible; PIDNS_OWN where none is known to be. Where procfs
 * hides the monitor from this caller, it is the namespace with this inode; 0: not known.
 */
int members_root(int proc, uint32_t monitor, uint32_t inode);

/*
 * Finds the living processes of the run of `monitor`, without the monitor, in the order of /proc:
 * all that are visible in `root`. If that is PIDNS_OWN: all that descend from the monitor, and all
 * that are visible in PID namespaces that these made. Returns their count, -1 where procfs cannot be
 * read.
 */
int members_find(int proc, uint32_t monitor, int root, const struct member **members);

/*
 * Reports the PID of each process that is visible in `root` and hidden from this caller by procfs; 0
 * if there may be some that cannot be listed. To be called after members_find.
 */
void members_hidden(uint32_t monitor, int root, void (*report)(uint32_t pid));

#endif
