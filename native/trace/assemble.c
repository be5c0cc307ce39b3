/* assemble.c - BPF programs put together at run time, an instruction at a time. */
#include "trace/assemble.h"

#include "core/sbx.h"

static void put(struct program *program, struct bpf_insn instruction)
{
	SBX_ASSERT(program->count < PROGRAM_SIZE_MAX);
	program->code[program->count++] = instruction;
}

/* BPF's fields have 4 and 16 bits, and C's conversion warnings do not know bit fields. */
static struct bpf_insn made(int code, int dst, int src, int32_t offset, int32_t number)
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

static void put_map(struct program *program, uint8_t dst, int map, uint8_t what)
{
	put(program, made(BPF_LD | BPF_DW | BPF_IMM, dst, what, 0, map));
	put(program, made(0, 0, 0, 0, 0));
}

void as_move(struct program *program, uint8_t dst, uint8_t src)
{
	as_math_of(program, BPF_MOV, dst, src);
}

void as_set(struct program *program, uint8_t dst, int32_t number)
{
	as_math(program, BPF_MOV, dst, number);
}

void as_value(struct program *program, uint8_t dst, int map)
{
	put_map(program, dst, map, BPF_PSEUDO_MAP_VALUE);
}

void as_map(struct program *program, uint8_t dst, int map)
{
	put_map(program, dst, map, BPF_PSEUDO_MAP_FD);
}

void as_math(struct program *program, uint8_t op, uint8_t dst, int32_t number)
{
	put(program, made(BPF_ALU64 | op | BPF_K, dst, 0, 0, number));
}

void as_math_of(struct program *program, uint8_t op, uint8_t dst, uint8_t src)
{
	put(program, made(BPF_ALU64 | op | BPF_X, dst, src, 0, 0));
}

void as_load(struct program *program, uint8_t size, uint8_t dst, struct place from)
{
	put(program, made(BPF_LDX | BPF_MEM | size, dst, from.base, from.offset, 0));
}

void as_store(struct program *program, uint8_t size, struct place to, uint8_t src)
{
	put(program, made(BPF_STX | BPF_MEM | size, to.base, src, to.offset, 0));
}

void as_store_number(struct program *program, uint8_t size, struct place to, int32_t number)
{
	put(program, made(BPF_ST | BPF_MEM | size, to.base, 0, to.offset, number));
}

void as_atomic(struct program *program, int32_t op, struct place to, uint8_t src)
{
	put(program, made(BPF_STX | BPF_ATOMIC | BPF_DW, to.base, src, to.offset, op));
}

void as_call(struct program *program, enum bpf_func_id function)
{
	put(program, made(BPF_JMP | BPF_CALL, 0, 0, 0, (int32_t)function));
}

void as_read(struct program *program, struct place to, int32_t size, uint8_t base, int32_t offset)
{
	as_move(program, R3, base);
	as_math(program, BPF_ADD, R3, offset);
	as_move(program, R1, to.base);
	as_math(program, BPF_ADD, R1, to.offset);
	as_set(program, R2, size);
	as_call(program, BPF_FUNC_probe_read_kernel);
}

void as_get(struct program *program, uint8_t size, uint8_t dst, uint8_t base, int32_t offset)
{
	const struct place word = { RFP, -8 };

	as_read(program, word, size == BPF_W ? 4 : 8, base, offset);
	as_load(program, size, dst, word);
}

uint32_t as_jump(struct program *program, uint8_t op, uint8_t dst, int32_t number)
{
	put(program, made(BPF_JMP | op | BPF_K, dst, 0, 0, number));
	return program->count - 1;
}

uint32_t as_jump_of(struct program *program, uint8_t op, uint8_t dst, uint8_t src)
{
	put(program, made(BPF_JMP | op | BPF_X, dst, src, 0, 0));
	return program->count - 1;
}

void as_land(struct program *program, uint32_t jump)
{
	program->code[jump].off = (int16_t)(program->count - jump - 1);
}

static void leave_by(struct program *program, uint32_t jump)
{
	SBX_ASSERT(program->exit_count < PROGRAM_EXITS_MAX);
	program->exits[program->exit_count++] = jump;
}

void as_exit_if(struct program *program, uint8_t op, uint8_t dst, int32_t number)
{
	leave_by(program, as_jump(program, op, dst, number));
}

void as_exit_if_of(struct program *program, uint8_t op, uint8_t dst, uint8_t src)
{
	leave_by(program, as_jump_of(program, op, dst, src));
}

void as_end(struct program *program)
{
	put(program, made(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
	if (program->exit_count == 0)
		return; /* the kernel takes no program with a part that cannot be reached */
	for (uint32_t i = 0; i < program->exit_count; i++)
		as_land(program, program->exits[i]);
	as_set(program, R0, 0);
	put(program, made(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}
