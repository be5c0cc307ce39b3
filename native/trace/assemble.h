/* assemble.h - BPF programs put together at run time, an instruction at a time. */
#ifndef ASSEMBLE_H
#define ASSEMBLE_H

#include <linux/bpf.h>
#include <stdint.h>

#define PROGRAM_SIZE_MAX 512
#define PROGRAM_EXITS_MAX 64

/* Registers. R0 has results, R1 to R5 go to a call and are lost, R6 to R9 stay, RFP is the frame. */
enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, RFP };

/* A place to read from or write to: so many bytes from where a register points. */
struct place {
	uint8_t base;
	int32_t offset;
};

struct program {
	struct bpf_insn code[PROGRAM_SIZE_MAX];
	uint32_t count;
	uint32_t exits[PROGRAM_EXITS_MAX]; /* jumps that lead to the end */
	uint32_t exit_count;
};

/* dst = src; dst = number; dst = the address of the value of an array of one; dst = a map. */
void as_move(struct program *program, uint8_t dst, uint8_t src);
void as_set(struct program *program, uint8_t dst, int32_t number);
void as_value(struct program *program, uint8_t dst, int map);
void as_map(struct program *program, uint8_t dst, int map);

/* dst = dst OP number, dst = dst OP src; `op` is BPF_ADD, BPF_AND and their like. */
void as_math(struct program *program, uint8_t op, uint8_t dst, int32_t number);
void as_math_of(struct program *program, uint8_t op, uint8_t dst, uint8_t src);

/* `size` is BPF_W or BPF_DW. */
void as_load(struct program *program, uint8_t size, uint8_t dst, struct place from);
void as_store(struct program *program, uint8_t size, struct place to, uint8_t src);
void as_store_number(struct program *program, uint8_t size, struct place to, int32_t number);
/* `op` is BPF_ADD, BPF_OR …, with BPF_FETCH src gets what was there before. On 64 bits. */
void as_atomic(struct program *program, int32_t op, struct place to, uint8_t src);

void as_call(struct program *program, enum bpf_func_id function);

/*
 * *to = size bytes of the kernel's at `base` + offset; dst = its word or pointer there. Zeros if there
 * is nothing. The second uses the first word of the frame.
 */
void as_read(struct program *program, struct place to, int32_t size, uint8_t base, int32_t offset);
void as_get(struct program *program, uint8_t size, uint8_t dst, uint8_t base, int32_t offset);

/* A jump whose target comes later: returns what `as_land` takes, to lead it to there. */
uint32_t as_jump(struct program *program, uint8_t op, uint8_t dst, int32_t number);
uint32_t as_jump_of(struct program *program, uint8_t op, uint8_t dst, uint8_t src);
void as_land(struct program *program, uint32_t jump);

/* Ends here if the comparison holds. */
void as_exit_if(struct program *program, uint8_t op, uint8_t dst, int32_t number);
void as_exit_if_of(struct program *program, uint8_t op, uint8_t dst, uint8_t src);

/* The end: returns R0, which the exits above leave at 0. */
void as_end(struct program *program);

#endif
