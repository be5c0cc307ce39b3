/* trace.h - every fork, exec and exit of a run, however short a process lives. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>

/*
 * Forks: the child goes on (false) once it is traced, and so is everything that it ever makes; the
 * parent writes events to `fd` until the last of them has ended, and then returns true with the
 * child's exit code in `code`. With the parent's death all of them are killed.
 */
bool trace_split(int fd, bool has_runner, int *code);

#endif
