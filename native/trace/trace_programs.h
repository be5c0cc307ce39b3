/* trace_programs.h - BPF programs that record forks, execs and exits, made for this kernel. */
#ifndef TRACE_PROGRAMS_H
#define TRACE_PROGRAMS_H

#include "trace/probes.h"

/* Learns the kernel's field offsets. To be called first. Errors: those of btf_resolve. */
int programs_find(void);

/* Bytes of the two scratch maps' values: the largest record of a fork and of an exec. */
uint32_t programs_fork_size(void);
uint32_t programs_exec_size(void);

/* Returns the descriptor of a program that uses the maps of `probes`. -1 with errno. */
int programs_load(const struct probes *probes, enum probe probe);

/* Makes an event of a ring buffer record; its arguments go to `stream_argv`. */
void programs_event(const char *record, struct trace_event *event);

#endif
