/* bpf.h - bpf(2): maps, and programs that the kernel runs at its tracepoints. */
#ifndef SBX_BPF_H /* BPF_H is the name of a size in BPF */
#define SBX_BPF_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

/* All return a descriptor or 0, and -1 with errno. Source: bpf(2), kernel/bpf/syscall.c. */

int bpf_map(enum bpf_map_type type, uint32_t value_size, uint32_t entries);

/* The only value of an array of one word. */
int bpf_map_word(int map, uint64_t *value);

int bpf_load(const struct bpf_insn *code, uint32_t count);

/* A program that may sleep, run for each thing that the kernel's `iterator`, a type id, goes over. */
int bpf_load_iterator(const struct bpf_insn *code, uint32_t count, uint32_t iterator);

/* What it writes is read from the descriptor. */
int bpf_iterate(int program);

/* Runs at each pass of the tracepoint until the descriptor is closed. */
int bpf_attach(int program, const char *tracepoint);

/* Runs once, right here, in the calling process. */
int bpf_run(int program, uint32_t *result);

/* How often it should have run and did not, as it was running on that CPU already. */
int bpf_misses(int program, uint64_t *count);

#endif
