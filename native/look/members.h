/* members.h - which processes belong to a run. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <stdint.h>

struct member {
	uint32_t pid;
	/* The outermost PID namespace of the run's that it is in; SPACE_OWN: none, or not known. */
	int root;
};

/*
 * A PID namespace is a run's if its init descends from the run's monitor; so one that a sandbox has
 * merely joined is not. In all of these `proc` is a descriptor of procfs.
 */

/* The one in which all of the run is visible; SPACE_OWN if there is none, or none can be told. */
int members_root(int proc, uint32_t monitor);

/*
 * The living processes of the run of `monitor`, itself not included, in the order of /proc: all
 * that are visible in `root`; if that is SPACE_OWN, all that descend from the monitor, and all that
 * are visible in PID namespaces that these have made. Returns their count, -1 where procfs cannot
 * be read.
 */
int members_find(int proc, uint32_t monitor, int root, const struct member **members);

/*
 * Says of each process that is visible in `root`, and that procfs hides from this caller, its PID; 0
 * if there may be some and nobody can tell. After members_find.
 */
void members_hidden(int root, void (*say)(uint32_t pid));

#endif
