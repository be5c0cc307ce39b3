/* trace.h - every fork, exec and exit of a run, however short a process lives. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/layout.gen.h"

struct trace_request {
	int fd; /* where events are written to */
	enum tracer tracer; /* TRACER_NONE: BPF where that is possible, else ptrace */
	uint64_t size_max; /* bytes of the file */
	uint32_t ring_size; /* bytes, a power of two, for BPF; 0: as this machine needs */
	bool has_runner;
};

/*
 * Forks: the child goes on (false) once it is traced, and so is everything that it ever makes; the
 * parent writes events until the run has ended, and then returns true with the child's exit code in
 * `code`. With the parent's death all of them are killed.
 */
bool trace_split(const struct trace_request *request, int *code);

#endif
