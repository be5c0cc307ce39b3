/* assemble.c - an assembler for BPF programs that are made at run time. */
#include "trace/assemble.h"

#include "core/sbx.h"

static void append(struct program *program, struct bpf_insn insn)
{
	SBX_ASSERT(program->count < PROGRAM_SIZE_MAX);
	program->code[program->count++] = insn;
}

/* BPF's fields have 4 and 16 bits, and C's conversion warnings do not know bit fields. */
static struct bpf_insn instruction(int code, int dst, int src, int32_t offset, int32_t number)
{
	SBX_ASSERT(offset >= INT16_MIN && offset <= INT16_MAX);
	return (struct bpf_insn){
		.code = (uint8_t)code,
		.dst_reg = (unsigned int)dst & 0xfu,
		.src_reg = (unsigned int)src & 0xfu,
		.off = (int16_t)offset,
		.imm = number,
	};
}

static void emit_map_load(struct program *program, uint8_t dst, int map, uint8_t kind)
{
	append(program, instruction(BPF_LD | BPF_DW | BPF_IMM, dst, kind, 0, map));
	append(program, instruction(0, 0, 0, 0, 0));
}

void emit_move(struct program *program, uint8_t dst, uint8_t src)
{
	emit_alu_reg(program, BPF_MOV, dst, src);
}

void emit_set(struct program *program, uint8_t dst, int32_t number)
{
	emit_alu(program, BPF_MOV, dst, number);
}

void emit_map_value(struct program *program, uint8_t dst, int map)
{
	emit_map_load(program, dst, map, BPF_PSEUDO_MAP_VALUE);
}

void emit_map(struct program *program, uint8_t dst, int map)
{
	emit_map_load(program, dst, map, BPF_PSEUDO_MAP_FD);
}

void emit_alu(struct program *program, uint8_t op, uint8_t dst, int32_t number)
{
	append(program, instruction(BPF_ALU64 | op | BPF_K, dst, 0, 0, number));
}

void emit_alu_reg(struct program *program, uint8_t op, uint8_t dst, uint8_t src)
{
	append(program, instruction(BPF_ALU64 | op | BPF_X, dst, src, 0, 0));
}

void emit_load(struct program *program, uint8_t size, uint8_t dst, struct operand from)
{
	append(program, instruction(BPF_LDX | BPF_MEM | size, dst, from.base, from.offset, 0));
}

void emit_store(struct program *program, uint8_t size, struct operand to, uint8_t src)
{
	append(program, instruction(BPF_STX | BPF_MEM | size, to.base, src, to.offset, 0));
}

void emit_store_imm(struct program *program, uint8_t size, struct operand to, int32_t number)
{
	append(program, instruction(BPF_ST | BPF_MEM | size, to.base, 0, to.offset, number));
}

void emit_atomic(struct program *program, int32_t op, struct operand to, uint8_t src)
{
	append(program, instruction(BPF_STX | BPF_ATOMIC | BPF_DW, to.base, src, to.offset, op));
}

void emit_call(struct program *program, enum bpf_func_id function)
{
	append(program, instruction(BPF_JMP | BPF_CALL, 0, 0, 0, (int32_t)function));
}

void emit_probe_read(struct program *program, struct operand to, int32_t size, uint8_t base,
		     int32_t offset)
{
	emit_move(program, R3, base);
	emit_alu(program, BPF_ADD, R3, offset);
	emit_move(program, R1, to.base);
	emit_alu(program, BPF_ADD, R1, to.offset);
	emit_set(program, R2, size);
	emit_call(program, BPF_FUNC_probe_read_kernel);
}

void emit_probe_load(struct program *program, uint8_t size, uint8_t dst, uint8_t base,
		     int32_t offset)
{
	const struct operand word = { RFP, -8 };

	emit_probe_read(program, word, size == BPF_W ? 4 : 8, base, offset);
	emit_load(program, size, dst, word);
}

uint32_t emit_jump(struct program *program, uint8_t op, uint8_t dst, int32_t number)
{
	append(program, instruction(BPF_JMP | op | BPF_K, dst, 0, 0, number));
	return program->count - 1;
}

uint32_t emit_jump_reg(struct program *program, uint8_t op, uint8_t dst, uint8_t src)
{
	append(program, instruction(BPF_JMP | op | BPF_X, dst, src, 0, 0));
	return program->count - 1;
}

void patch_jump(struct program *program, uint32_t jump)
{
	program->code[jump].off = (int16_t)(program->count - jump - 1);
}

static void add_exit(struct program *program, uint32_t jump)
{
	SBX_ASSERT(program->exit_count < PROGRAM_EXITS_MAX);
	program->exits[program->exit_count++] = jump;
}

void emit_exit_if(struct program *program, uint8_t op, uint8_t dst, int32_t number)
{
	add_exit(program, emit_jump(program, op, dst, number));
}

void emit_exit_if_reg(struct program *program, uint8_t op, uint8_t dst, uint8_t src)
{
	add_exit(program, emit_jump_reg(program, op, dst, src));
}

void emit_exit(struct program *program)
{
	append(program, instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
	if (program->exit_count == 0)
		return; /* the kernel refuses a program with unreachable instructions */
	for (uint32_t i = 0; i < program->exit_count; i++)
		patch_jump(program, program->exits[i]);
	emit_set(program, R0, 0);
	append(program, instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}
