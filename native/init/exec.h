/* exec.h - the last steps of a declared process: from a clone of the shim to its program. */
#ifndef EXEC_H
#define EXEC_H

#include "core/shared.h"

/* What the parent prepared for the child. Shared memory between the two until the child's exec. */
struct exec_request {
	const struct run *run;
	uint32_t slot;
	int stdout_fd; /* write end of the output pipe; -1 without one */
	int stderr_fd;
	int gate; /* the process is held until a byte comes from here; -1: it is not */
	bool enter_userns; /* the process enters FD_USERNS */
	bool dies_with_parent; /* no PID namespace ends together with the parent */
};

/*
 * Becomes the declared process: identity, limits, directory, standard streams, then execve. Never
 * returns but on failure, with the fault in the slot and the exit code as result.
 */
int exec_process(void *request);

#endif
