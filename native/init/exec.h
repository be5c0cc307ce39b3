/* exec.h - the last steps of a declared process: from a fork of the shim to its program. */
#ifndef EXEC_H
#define EXEC_H

#include "core/shared.h"

/* What the parent prepared for the process. */
struct exec_request {
	const struct run *run;
	uint32_t slot;
	int stdout_fd; /* write end of the output pipe; -1 without one */
	int stderr_fd;
	bool enter_userns; /* the process enters FD_USERNS */
	bool dies_with_parent; /* no PID namespace ends together with the parent */
};

/*
 * Becomes the declared process: streams, identity, directory, limits, then execve. Runs in the
 * process itself and never returns; where a step fails it notes the fault in the slot and ends.
 * The end of FD_START, which closes on exec, shows the supervisor that the program runs, or that
 * there is a fault.
 */
_Noreturn void exec_process(const struct exec_request *request);

#endif
