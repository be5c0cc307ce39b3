/* assemble.h - an assembler for BPF programs that are made at run time. */
#ifndef ASSEMBLE_H
#define ASSEMBLE_H

#include <linux/bpf.h>
#include <stdint.h>

#define PROGRAM_SIZE_MAX 512
#define PROGRAM_EXITS_MAX 64

/* R0 holds results; a call takes R1 to R5 and clobbers them; R6 to R9 survive; RFP is the frame. */
enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, RFP };

/* Memory `offset` bytes from where the register `base` points. */
struct operand {
	uint8_t base;
	int32_t offset;
};

struct program {
	struct bpf_insn code[PROGRAM_SIZE_MAX];
	uint32_t count;
	uint32_t exits[PROGRAM_EXITS_MAX]; /* jumps to the end of the program */
	uint32_t exit_count;
};

/* dst = src; dst = number; dst = address of the value of an array map of one; dst = the map. */
void emit_move(struct program *program, uint8_t dst, uint8_t src);
void emit_set(struct program *program, uint8_t dst, int32_t number);
void emit_map_value(struct program *program, uint8_t dst, int map);
void emit_map(struct program *program, uint8_t dst, int map);

/* dst = dst OP number, dst = dst OP src; `op` is BPF_ADD, BPF_AND and their like. */
void emit_alu(struct program *program, uint8_t op, uint8_t dst, int32_t number);
void emit_alu_reg(struct program *program, uint8_t op, uint8_t dst, uint8_t src);

/* `size` is BPF_W or BPF_DW. */
void emit_load(struct program *program, uint8_t size, uint8_t dst, struct operand from);
void emit_store(struct program *program, uint8_t size, struct operand to, uint8_t src);
void emit_store_imm(struct program *program, uint8_t size, struct operand to, int32_t number);
/* On 64 bits; `op` is BPF_ADD, BPF_OR and so on. With BPF_FETCH, src gets the old value. */
void emit_atomic(struct program *program, int32_t op, struct operand to, uint8_t src);

void emit_call(struct program *program, enum bpf_func_id function);

/*
 * Copies `size` bytes of kernel memory at base + offset to *to; loads the word or pointer there into
 * dst. Unreadable memory gives zeros. The second uses the first word of the frame.
 */
void emit_probe_read(struct program *program, struct operand to, int32_t size, uint8_t base,
		     int32_t offset);
void emit_probe_load(struct program *program, uint8_t size, uint8_t dst, uint8_t base,
		     int32_t offset);

/* A forward jump; `patch_jump` makes the next instruction its target. */
uint32_t emit_jump(struct program *program, uint8_t op, uint8_t dst, int32_t number);
uint32_t emit_jump_reg(struct program *program, uint8_t op, uint8_t dst, uint8_t src);
void patch_jump(struct program *program, uint32_t jump);

/* Ends the program if the comparison holds. */
void emit_exit_if(struct program *program, uint8_t op, uint8_t dst, int32_t number);
void emit_exit_if_reg(struct program *program, uint8_t op, uint8_t dst, uint8_t src);

/* The end of the program: returns R0; the conditional exits return 0. */
void emit_exit(struct program *program);

#endif
