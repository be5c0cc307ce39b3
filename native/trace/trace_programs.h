/* trace_programs.h - the BPF programs that record forks, execs and exits, made for the running kernel. */
#ifndef TRACE_PROGRAMS_H
#define TRACE_PROGRAMS_H

#include "trace/probes.h"

/* Learns where this kernel keeps what. To be called first. Errors: as of btf_find. */
int programs_find(void);

/* Bytes of the two scratch maps' values: the largest record of a fork and of an exec. */
uint32_t programs_fork_size(void);
uint32_t programs_exec_size(void);

/* Returns the descriptor of a program that uses the maps of `probes`. -1 with errno. */
int programs_load(const struct probes *probes, enum probe probe);

/* A record of the ring as an event; its arguments are put where the stream takes them from. */
void programs_event(const char *record, struct trace_event *event);

#endif
