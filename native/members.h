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
 * The living processes of the run of `monitor`, itself not included, in the order of /proc: all that
 * are visible in a PID namespace of the run's, and all that descend from the monitor. A namespace is
 * the run's if its init descends from the monitor; so one that a sandbox has merely joined is not.
 * `proc` is a descriptor of procfs. Returns their count, -1 where procfs cannot be read.
 */
int members_find(int proc, uint32_t monitor, const struct member **members);

#endif
