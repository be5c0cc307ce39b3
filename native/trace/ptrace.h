/* ptrace.h - recording a run by stopping whatever forks, execs or ends: it needs no privilege. */
#ifndef PTRACE_H
#define PTRACE_H

#include <sys/types.h>

/* From here on the child is traced, and all it makes, and killed with us. -1 with errno. */
int ptrace_begin(pid_t child);

/* Writes events until the last of them has ended. Returns the child's exit code. */
int ptrace_follow(pid_t child);

#endif
