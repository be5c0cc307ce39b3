/* task_iter_program.c - the BPF program that writes a record of each task in a PID namespace. */
#define _GNU_SOURCE
#include "look/task_iter_program.h"

#include <stddef.h>
#include <string.h>

#include "trace/assemble.h"
#include "trace/bpf.h"
#include "trace/btf.h"
#include "core/sbx.h"

enum field_id {
	ITERATOR,
	META_SEQ,
	TASK_TGID,
	TASK_PID,
	TASK_PARENT,
	TASK_LEADER,
	TASK_THREAD_PID,
	TASK_COMM,
	TASK_STATE,
	TASK_EXIT_STATE,
	TASK_START,
	TASK_CRED,
	TASK_MM,
	TASK_NSPROXY,
	CRED_EUID,
	CRED_USER_NS,
	PID_LEVEL,
	PID_NUMBERS,
	NUMBER_NR,
	NUMBER_NS,
	NUMBER_SIZE,
	MM_ARG_START,
	MM_ARG_END,
	COMMON_INUM,
	PIDNS_COMMON,
	USERNS_COMMON,
#define MEMBERS(kind, name, member, type) PROXY_##name, COMMON_##name,
	SBX_NSPROXY(MEMBERS)
#undef MEMBERS
	FIELD_COUNT,
};

static struct btf_field fields[FIELD_COUNT] = {
	[ITERATOR] = { "bpf_iter_task", BTF_FUNCTION, 0, 0 },
	[META_SEQ] = { "bpf_iter_meta", "seq", 0, 0 },
	[TASK_TGID] = { "task_struct", "tgid", 0, 0 },
	[TASK_PID] = { "task_struct", "pid", 0, 0 },
	[TASK_PARENT] = { "task_struct", "real_parent", 0, 0 },
	[TASK_LEADER] = { "task_struct", "group_leader", 0, 0 },
	[TASK_THREAD_PID] = { "task_struct", "thread_pid", 0, 0 },
	[TASK_COMM] = { "task_struct", "comm", 0, 0 },
	[TASK_STATE] = { "task_struct", "__state", 0, 0 },
	[TASK_EXIT_STATE] = { "task_struct", "exit_state", 0, 0 },
	[TASK_START] = { "task_struct", "start_boottime", 0, 0 },
	[TASK_CRED] = { "task_struct", "real_cred", 0, 0 },
	[TASK_MM] = { "task_struct", "mm", 0, 0 },
	[TASK_NSPROXY] = { "task_struct", "nsproxy", 0, 0 },
	[CRED_EUID] = { "cred", "euid", 0, 0 },
	[CRED_USER_NS] = { "cred", "user_ns", 0, 0 },
	[PID_LEVEL] = { "pid", "level", 0, 0 },
	[PID_NUMBERS] = { "pid", "numbers", 0, 0 },
	[NUMBER_NR] = { "upid", "nr", 0, 0 },
	[NUMBER_NS] = { "upid", "ns", 0, 0 },
	[NUMBER_SIZE] = { "upid", NULL, 0, 0 },
	[MM_ARG_START] = { "mm_struct", "arg_start", 0, 0 },
	[MM_ARG_END] = { "mm_struct", "arg_end", 0, 0 },
	[COMMON_INUM] = { "ns_common", "inum", 0, 0 },
	[PIDNS_COMMON] = { "pid_namespace", "ns", 0, 0 },
	[USERNS_COMMON] = { "user_namespace", "ns", 0, 0 },
#define MEMBERS(kind, name, member, type)                                                          \
	[PROXY_##name] = { "nsproxy", member, 0, 0 }, [COMMON_##name] = { type, "ns", 0, 0 },
	SBX_NSPROXY(MEMBERS)
#undef MEMBERS
};

/* Two kinds are not in nsproxy: the user namespace is read below, the PID namespace with the PIDs. */
#define ONE(kind, name, member, type) +1
_Static_assert(2 SBX_NSPROXY(ONE) == NAMESPACE_COUNT, "each namespace kind is read");
#undef ONE

/* The members of `struct nsproxy`. */
static const struct {
	enum field_id proxy, common;
} kinds[NAMESPACE_COUNT] = {
#define MEMBERS(kind, name, member, type) [kind] = { PROXY_##name, COMMON_##name },
	SBX_NSPROXY(MEMBERS)
#undef MEMBERS
};

/* What the registers hold that keep their value over a call. */
enum {
	TASK = R6, /* struct task_struct */
	TGID = R7, /* until PID */
	PID = R7, /* struct pid of the process, until ARGV_SIZE */
	ARGV_SIZE = R7,
	TEMP = R8,
	RECORD = R9,
};

/* The program's stack frame. */
static const struct operand frame_seq = { RFP, -16 };
static const struct operand frame_size = { RFP, -24 };
static const struct operand frame_start = { RFP, -32 };
static const struct operand frame_mm = { RFP, -40 };

static int32_t offset_of(enum field_id id)
{
	return (int32_t)fields[id].value;
}

#define RECORD_FIELD(name) ((struct operand){ RECORD, (int32_t)offsetof(struct record, name) })
#define RECORD_SIZE ((int32_t)sizeof(struct record))

_Static_assert(sizeof(struct record) % 8 == 0, "it is filled with words of 8 bytes");

/* Reads the inode of the namespace at TEMP. */
static void read_inode(struct program *program, unsigned int kind, enum field_id common)
{
	emit_probe_read(program,
			(struct operand){ RECORD,
					  (int32_t)(offsetof(struct record, inodes) + 4ul * kind) },
			4, TEMP, offset_of(common) + offset_of(COMMON_INUM));
}

static void read_namespaces(struct program *program)
{
	emit_probe_load(program, BPF_DW, TEMP, TASK, offset_of(TASK_CRED));
	emit_probe_load(program, BPF_DW, TEMP, TEMP, offset_of(CRED_USER_NS));
	read_inode(program, NAMESPACE_USER, USERNS_COMMON);
	for (unsigned int kind = 0; kind < NAMESPACE_COUNT; kind++) {
		if (kinds[kind].proxy == 0)
			continue;
		emit_probe_load(program, BPF_DW, TEMP, TASK, offset_of(TASK_NSPROXY));
		emit_probe_load(program, BPF_DW, TEMP, TEMP, offset_of(kinds[kind].proxy));
		read_inode(program, kind, kinds[kind].common);
	}
}

/* The parent's PID at our level; 0 if it lives above. */
static void read_parent(struct program *program, int32_t base)
{
	uint32_t jump;

	emit_store_imm(program, BPF_W, RECORD_FIELD(parent), 0);
	emit_probe_load(program, BPF_DW, TEMP, TASK, offset_of(TASK_PARENT));
	emit_probe_load(program, BPF_DW, TEMP, TEMP, offset_of(TASK_LEADER));
	emit_probe_load(program, BPF_DW, TEMP, TEMP, offset_of(TASK_THREAD_PID));
	emit_probe_load(program, BPF_W, R1, TEMP, offset_of(PID_LEVEL));
	jump = emit_jump(program, BPF_JLT, R1, base);
	emit_probe_read(program, RECORD_FIELD(parent), 4, TEMP,
			offset_of(PID_NUMBERS) + base * offset_of(NUMBER_SIZE) +
				offset_of(NUMBER_NR));
	patch_jump(program, jump);
}

/*
 * Puts the arguments behind the PIDs and adds their size to frame_size. An exec may replace the
 * memory that they are read from; then argv_size says that they could not be read.
 */
static void read_argv(struct program *program)
{
	uint32_t no_memory, too_long, not_read, other_mm, other_start;

	emit_store_imm(program, BPF_W, RECORD_FIELD(argv_size), 0);
	emit_probe_load(program, BPF_DW, TEMP, TASK, offset_of(TASK_MM));
	no_memory = emit_jump(program, BPF_JEQ, TEMP, 0);
	emit_store(program, BPF_DW, frame_mm, TEMP);
	emit_store_imm(program, BPF_W, RECORD_FIELD(argv_size), (int32_t)ITERATOR_ARGV_UNREAD);
	emit_probe_load(program, BPF_DW, R1, TEMP, offset_of(MM_ARG_START));
	emit_store(program, BPF_DW, frame_start, R1);
	emit_probe_load(program, BPF_DW, ARGV_SIZE, TEMP, offset_of(MM_ARG_END));
	emit_load(program, BPF_DW, R1, frame_start);
	emit_alu_reg(program, BPF_SUB, ARGV_SIZE, R1);
	too_long = emit_jump(program, BPF_JGT, ARGV_SIZE, ITERATOR_ARGV_SIZE);
	emit_load(program, BPF_DW, TEMP, frame_size);
	emit_move(program, R1, RECORD);
	emit_alu_reg(program, BPF_ADD, R1, TEMP);
	emit_move(program, R2, ARGV_SIZE);
	emit_load(program, BPF_DW, R3, frame_start);
	emit_move(program, R4, TASK);
	emit_set(program, R5, 0);
	emit_call(program, BPF_FUNC_copy_from_user_task);
	not_read = emit_jump(program, BPF_JNE, R0, 0);
	emit_probe_load(program, BPF_DW, TEMP, TASK, offset_of(TASK_MM));
	emit_load(program, BPF_DW, R1, frame_mm);
	other_mm = emit_jump_reg(program, BPF_JNE, R1, TEMP);
	emit_probe_load(program, BPF_DW, TEMP, TEMP, offset_of(MM_ARG_START));
	emit_load(program, BPF_DW, R1, frame_start);
	other_start = emit_jump_reg(program, BPF_JNE, R1, TEMP);
	emit_store(program, BPF_W, RECORD_FIELD(argv_size), ARGV_SIZE);
	emit_load(program, BPF_DW, TEMP, frame_size);
	emit_alu_reg(program, BPF_ADD, TEMP, ARGV_SIZE);
	emit_store(program, BPF_DW, frame_size, TEMP);
	patch_jump(program, other_start);
	patch_jump(program, other_mm);
	patch_jump(program, not_read);
	patch_jump(program, too_long);
	patch_jump(program, no_memory);
}

/* Ends the program unless the task leads a process that is visible in the namespace. */
static void exit_unless_visible(struct program *program, const struct iterator_filter *filter,
				int32_t base)
{
	int32_t level = base + filter->level;

	emit_probe_load(program, BPF_W, TGID, TASK, offset_of(TASK_TGID));
	emit_probe_load(program, BPF_W, TEMP, TASK, offset_of(TASK_PID));
	emit_exit_if_reg(program, BPF_JNE, TGID, TEMP);
	emit_probe_load(program, BPF_DW, PID, TASK, offset_of(TASK_THREAD_PID));
	emit_probe_load(program, BPF_W, TEMP, PID, offset_of(PID_LEVEL));
	emit_exit_if(program, BPF_JLT, TEMP, level);
	emit_probe_load(program, BPF_DW, R1, PID,
			offset_of(PID_NUMBERS) + level * offset_of(NUMBER_SIZE) +
				offset_of(NUMBER_NS));
	emit_probe_load(program, BPF_W, R1, R1, offset_of(PIDNS_COMMON) + offset_of(COMMON_INUM));
	/* An inode has 32 bits; an immediate would be sign-extended. */
	emit_set(program, R2, (int32_t)filter->inode);
	emit_alu(program, BPF_LSH, R2, 32);
	emit_alu(program, BPF_RSH, R2, 32);
	emit_exit_if_reg(program, BPF_JNE, R1, R2);
}

/* Runs for each task; its context is `struct bpf_iter__task`: the metadata, then the task. */
static void assemble_visit(struct program *program, const struct iterator_filter *filter,
			   int32_t base, int map)
{
	emit_load(program, BPF_DW, TASK, (struct operand){ R1, 8 });
	emit_load(program, BPF_DW, TEMP, (struct operand){ R1, 0 });
	emit_exit_if(program, BPF_JEQ, TASK, 0); /* after the last task */
	emit_load(program, BPF_DW, TEMP, (struct operand){ TEMP, offset_of(META_SEQ) });
	emit_store(program, BPF_DW, frame_seq, TEMP);
	exit_unless_visible(program, filter, base);

	emit_map_value(program, RECORD, map);
	for (size_t offset = 0; offset < (size_t)RECORD_SIZE; offset += 8)
		emit_store_imm(program, BPF_DW, (struct operand){ RECORD, (int32_t)offset }, 0);
	emit_alu(program, BPF_SUB, TEMP, base);
	emit_exit_if(program, BPF_JGT, TEMP, SBX_LEVEL_MAX);
	emit_store(program, BPF_W, RECORD_FIELD(level), TEMP);
	emit_alu(program, BPF_ADD, TEMP, 1);
	emit_alu(program, BPF_MUL, TEMP, offset_of(NUMBER_SIZE));
	emit_move(program, R1, RECORD);
	emit_alu(program, BPF_ADD, R1, RECORD_SIZE);
	emit_move(program, R2, TEMP);
	emit_move(program, R3, PID);
	emit_alu(program, BPF_ADD, R3, offset_of(PID_NUMBERS) + base * offset_of(NUMBER_SIZE));
	emit_alu(program, BPF_ADD, TEMP, RECORD_SIZE);
	emit_store(program, BPF_DW, frame_size, TEMP);
	emit_call(program, BPF_FUNC_probe_read_kernel);

	/* The innermost namespace is in the last `struct upid`. */
	emit_load(program, BPF_DW, TEMP, frame_size);
	emit_move(program, R1, RECORD);
	emit_alu_reg(program, BPF_ADD, R1, TEMP);
	emit_load(program, BPF_DW, TEMP,
		  (struct operand){ R1, offset_of(NUMBER_NS) - offset_of(NUMBER_SIZE) });
	read_inode(program, NAMESPACE_PID, PIDNS_COMMON);
	emit_probe_read(program, RECORD_FIELD(state), 4, TASK, offset_of(TASK_STATE));
	emit_probe_read(program, RECORD_FIELD(exit_state), 4, TASK, offset_of(TASK_EXIT_STATE));
	emit_probe_read(program, RECORD_FIELD(start_ns), 8, TASK, offset_of(TASK_START));
	emit_probe_read(program, RECORD_FIELD(comm), 16, TASK, offset_of(TASK_COMM));
	emit_probe_load(program, BPF_DW, TEMP, TASK, offset_of(TASK_CRED));
	emit_probe_read(program, RECORD_FIELD(uid), 4, TEMP, offset_of(CRED_EUID));
	if (filter->all_namespaces)
		read_namespaces(program);
	read_parent(program, base);
	read_argv(program);

	emit_load(program, BPF_DW, R1, frame_seq);
	emit_move(program, R2, RECORD);
	emit_load(program, BPF_DW, R3, frame_size);
	emit_alu(program, BPF_ADD, R3, 7);
	emit_alu(program, BPF_AND, R3, -8);
	emit_call(program, BPF_FUNC_seq_write);
	emit_set(program, R0, 0);
	emit_exit(program);
}

/* Runs once, in the caller: returns the kernel's level of its PID namespace. */
static void assemble_base(struct program *program)
{
	emit_call(program, BPF_FUNC_get_current_task);
	emit_move(program, TASK, R0);
	emit_probe_load(program, BPF_DW, TASK, TASK, offset_of(TASK_LEADER));
	emit_probe_load(program, BPF_DW, TASK, TASK, offset_of(TASK_THREAD_PID));
	emit_probe_load(program, BPF_W, R0, TASK, offset_of(PID_LEVEL));
	emit_exit(program);
}

static int learn_base(uint32_t *base)
{
	static struct program program;
	int fd, result;

	assemble_base(&program);
	fd = bpf_load(program.code, program.count);
	if (fd < 0)
		return -1;
	result = bpf_run(fd, base);
	(void)close(fd);
	return result;
}

int iterator_open(const struct iterator_filter *filter)
{
	static struct program program;
	uint32_t base, size;
	int map, code, iterator;

	if (btf_resolve(fields, FIELD_COUNT) < 0 || learn_base(&base) < 0)
		return -1;
	size = (uint32_t)RECORD_SIZE + SBX_PIDS_MAX * fields[NUMBER_SIZE].value +
	       ITERATOR_ARGV_SIZE + 8;
	map = bpf_map(BPF_MAP_TYPE_ARRAY, size, 1);
	if (map < 0)
		return -1;
	assemble_visit(&program, filter, (int32_t)base, map);
	code = bpf_load_iterator(program.code, program.count, fields[ITERATOR].value);
	(void)close(map); /* the program holds the map, and the iterator the program */
	if (code < 0)
		return -1;
	iterator = bpf_iterate(code);
	(void)close(code);
	return iterator;
}

const char *iterator_pids(const struct record *record, uint32_t *pids)
{
	const char *numbers = (const char *)(record + 1);

	for (uint32_t level = 0; level <= record->level; level++, numbers += offset_of(NUMBER_SIZE))
		memcpy(&pids[level], numbers + offset_of(NUMBER_NR), sizeof(*pids));
	return numbers;
}
