/* task_iter_program.c - the BPF program that the kernel runs for each task, to tell of those inside. */
#define _GNU_SOURCE
#include "look/task_iter_program.h"

#include <stddef.h>
#include <string.h>

#include "trace/assemble.h"
#include "trace/bpf.h"
#include "trace/btf.h"
#include "core/sbx.h"

enum where {
	ITERATOR, META_SEQ, TASK_TGID, TASK_PID, TASK_PARENT, TASK_LEADER, TASK_THREAD_PID,
	TASK_COMM, TASK_STATE, TASK_EXIT_STATE, TASK_START, TASK_CRED, TASK_MM, TASK_NSPROXY,
	CRED_EUID, CRED_USER_NS, PID_LEVEL, PID_NUMBERS, NUMBER_NR, NUMBER_NS, NUMBER_SIZE, MM_ARG_START,
	MM_ARG_END, COMMON_INUM, PIDNS_COMMON, USERNS_COMMON,
#define MEMBERS(kind, name, member, type) PROXY_##name, COMMON_##name,
	SBX_NSPROXY(MEMBERS)
#undef MEMBERS
	WHERE_COUNT,
};

static struct btf_place wheres[WHERE_COUNT] = {
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

/* What is not in nsproxy is read by hand below: the user's here, the PIDs' with the PIDs. */
#define ONE(kind, name, member, type) +1
_Static_assert(2 SBX_NSPROXY(ONE) == NAMESPACE_COUNT, "each namespace kind is read");
#undef ONE

/* Where a process keeps its namespaces but those of PIDs and users. */
static const struct {
	enum where proxy, common;
} kinds[NAMESPACE_COUNT] = {
#define MEMBERS(kind, name, member, type) [kind] = { PROXY_##name, COMMON_##name },
	SBX_NSPROXY(MEMBERS)
#undef MEMBERS
};

/* Frame of the program. */
static const struct place frame_seq = { RFP, -16 };
static const struct place frame_size = { RFP, -24 };
static const struct place frame_start = { RFP, -32 };
static const struct place frame_mm = { RFP, -40 };

static int32_t at(enum where where)
{
	return (int32_t)wheres[where].value;
}

#define FIELD(name) ((struct place){ R9, (int32_t)offsetof(struct record, name) })
#define RECORD_SIZE ((int32_t)sizeof(struct record))

_Static_assert(sizeof(struct record) % 8 == 0, "it is filled with words of 8 bytes");

/* The inode of a namespace that R8 points to; R8 is lost. */
static void read_inode(struct program *program, unsigned int kind, enum where common)
{
	as_read(program,
		(struct place){ R9, (int32_t)(offsetof(struct record, inodes) + 4ul * kind) }, 4,
		R8, at(common) + at(COMMON_INUM));
}

/* R6 is the task, R7 its `struct pid`, R9 the record. */
static void read_namespaces(struct program *program)
{
	as_get(program, BPF_DW, R8, R6, at(TASK_CRED));
	as_get(program, BPF_DW, R8, R8, at(CRED_USER_NS));
	read_inode(program, NAMESPACE_USER, USERNS_COMMON);
	for (unsigned int kind = 0; kind < NAMESPACE_COUNT; kind++) {
		if (kinds[kind].proxy == 0)
			continue;
		as_get(program, BPF_DW, R8, R6, at(TASK_NSPROXY));
		as_get(program, BPF_DW, R8, R8, at(kinds[kind].proxy));
		read_inode(program, kind, kinds[kind].common);
	}
}

/* The parent's PID at our level, if it is there or below; else it stays 0. */
static void read_parent(struct program *program, int32_t base)
{
	uint32_t jump;

	as_store_number(program, BPF_W, FIELD(parent), 0);
	as_get(program, BPF_DW, R8, R6, at(TASK_PARENT));
	as_get(program, BPF_DW, R8, R8, at(TASK_LEADER));
	as_get(program, BPF_DW, R8, R8, at(TASK_THREAD_PID));
	as_get(program, BPF_W, R1, R8, at(PID_LEVEL));
	jump = as_jump(program, BPF_JLT, R1, base);
	as_read(program, FIELD(parent), 4, R8,
		at(PID_NUMBERS) + base * at(NUMBER_SIZE) + at(NUMBER_NR));
	as_land(program, jump);
}

/*
 * Its arguments, behind the PIDs. What they are read from may be replaced meanwhile by an exec;
 * then, as for all that cannot be read, their size says so. frame_size grows by what is read.
 */
static void read_argv(struct program *program)
{
	uint32_t none, longer, failed, other, moved;

	as_store_number(program, BPF_W, FIELD(argv_size), 0);
	as_get(program, BPF_DW, R8, R6, at(TASK_MM));
	none = as_jump(program, BPF_JEQ, R8, 0);
	as_store(program, BPF_DW, frame_mm, R8);
	as_store_number(program, BPF_W, FIELD(argv_size), (int32_t)ITERATOR_ARGV_UNREAD);
	as_get(program, BPF_DW, R1, R8, at(MM_ARG_START));
	as_store(program, BPF_DW, frame_start, R1);
	as_get(program, BPF_DW, R7, R8, at(MM_ARG_END));
	as_load(program, BPF_DW, R1, frame_start);
	as_math_of(program, BPF_SUB, R7, R1);
	longer = as_jump(program, BPF_JGT, R7, ITERATOR_ARGV_SIZE);
	as_load(program, BPF_DW, R8, frame_size);
	as_move(program, R1, R9);
	as_math_of(program, BPF_ADD, R1, R8);
	as_move(program, R2, R7);
	as_load(program, BPF_DW, R3, frame_start);
	as_move(program, R4, R6);
	as_set(program, R5, 0);
	as_call(program, BPF_FUNC_copy_from_user_task);
	failed = as_jump(program, BPF_JNE, R0, 0);
	as_get(program, BPF_DW, R8, R6, at(TASK_MM));
	as_load(program, BPF_DW, R1, frame_mm);
	other = as_jump_of(program, BPF_JNE, R1, R8);
	as_get(program, BPF_DW, R8, R8, at(MM_ARG_START));
	as_load(program, BPF_DW, R1, frame_start);
	moved = as_jump_of(program, BPF_JNE, R1, R8);
	as_store(program, BPF_W, FIELD(argv_size), R7);
	as_load(program, BPF_DW, R8, frame_size);
	as_math_of(program, BPF_ADD, R8, R7);
	as_store(program, BPF_DW, frame_size, R8);
	as_land(program, moved);
	as_land(program, other);
	as_land(program, failed);
	as_land(program, longer);
	as_land(program, none);
}

/* Goes on only with the first task of a process that is visible inside. */
static void exit_unless_inside(struct program *program, const struct inside *inside, int32_t base)
{
	int32_t level = base + inside->level;

	as_get(program, BPF_W, R7, R6, at(TASK_TGID));
	as_get(program, BPF_W, R8, R6, at(TASK_PID));
	as_exit_if_of(program, BPF_JNE, R7, R8);
	as_get(program, BPF_DW, R7, R6, at(TASK_THREAD_PID));
	as_get(program, BPF_W, R8, R7, at(PID_LEVEL));
	as_exit_if(program, BPF_JLT, R8, level);
	as_get(program, BPF_DW, R1, R7,
	       at(PID_NUMBERS) + level * at(NUMBER_SIZE) + at(NUMBER_NS));
	as_get(program, BPF_W, R1, R1, at(PIDNS_COMMON) + at(COMMON_INUM));
	/* An inode has 32 bits, a number in an instruction 31 and a sign. */
	as_set(program, R2, (int32_t)inside->inode);
	as_math(program, BPF_LSH, R2, 32);
	as_math(program, BPF_RSH, R2, 32);
	as_exit_if_of(program, BPF_JNE, R1, R2);
}

/* Run for each task there is: `bpf_iter__task` is its metadata and the task. */
static void assemble_visit(struct program *program, const struct inside *inside, int32_t base,
			   int map)
{
	as_load(program, BPF_DW, R6, (struct place){ R1, 8 });
	as_load(program, BPF_DW, R7, (struct place){ R1, 0 });
	as_exit_if(program, BPF_JEQ, R6, 0); /* after the last */
	as_load(program, BPF_DW, R7, (struct place){ R7, at(META_SEQ) });
	as_store(program, BPF_DW, frame_seq, R7);
	exit_unless_inside(program, inside, base);

	as_value(program, R9, map);
	for (size_t offset = 0; offset < (size_t)RECORD_SIZE; offset += 8)
		as_store_number(program, BPF_DW, (struct place){ R9, (int32_t)offset }, 0);
	as_math(program, BPF_SUB, R8, base);
	as_exit_if(program, BPF_JGT, R8, SBX_LEVEL_MAX);
	as_store(program, BPF_W, FIELD(level), R8);
	as_math(program, BPF_ADD, R8, 1);
	as_math(program, BPF_MUL, R8, at(NUMBER_SIZE));
	as_move(program, R1, R9);
	as_math(program, BPF_ADD, R1, RECORD_SIZE);
	as_move(program, R2, R8);
	as_move(program, R3, R7);
	as_math(program, BPF_ADD, R3, at(PID_NUMBERS) + base * at(NUMBER_SIZE));
	as_math(program, BPF_ADD, R8, RECORD_SIZE);
	as_store(program, BPF_DW, frame_size, R8);
	as_call(program, BPF_FUNC_probe_read_kernel);

	/* Of the innermost namespace, the last of those. */
	as_load(program, BPF_DW, R8, frame_size);
	as_move(program, R1, R9);
	as_math_of(program, BPF_ADD, R1, R8);
	as_load(program, BPF_DW, R8, (struct place){ R1, at(NUMBER_NS) - at(NUMBER_SIZE) });
	read_inode(program, NAMESPACE_PID, PIDNS_COMMON);
	as_read(program, FIELD(state), 4, R6, at(TASK_STATE));
	as_read(program, FIELD(exit_state), 4, R6, at(TASK_EXIT_STATE));
	as_read(program, FIELD(start_ns), 8, R6, at(TASK_START));
	as_read(program, FIELD(comm), 16, R6, at(TASK_COMM));
	as_get(program, BPF_DW, R8, R6, at(TASK_CRED));
	as_read(program, FIELD(uid), 4, R8, at(CRED_EUID));
	if (inside->all_namespaces)
		read_namespaces(program);
	read_parent(program, base);
	read_argv(program);

	as_load(program, BPF_DW, R1, frame_seq);
	as_move(program, R2, R9);
	as_load(program, BPF_DW, R3, frame_size);
	as_math(program, BPF_ADD, R3, 7);
	as_math(program, BPF_AND, R3, -8);
	as_call(program, BPF_FUNC_seq_write);
	as_set(program, R0, 0);
	as_end(program);
}

/* Run once, by the caller: the kernel's level of its PID namespace. */
static void assemble_base(struct program *program)
{
	as_call(program, BPF_FUNC_get_current_task);
	as_move(program, R6, R0);
	as_get(program, BPF_DW, R6, R6, at(TASK_LEADER));
	as_get(program, BPF_DW, R6, R6, at(TASK_THREAD_PID));
	as_get(program, BPF_W, R0, R6, at(PID_LEVEL));
	as_end(program);
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

int iterator_open(const struct inside *inside)
{
	static struct program program;
	uint32_t base, size;
	int map, code, iterator;

	if (btf_find(wheres, WHERE_COUNT) < 0 || learn_base(&base) < 0)
		return -1;
	size = (uint32_t)RECORD_SIZE + SBX_PIDS_MAX * wheres[NUMBER_SIZE].value +
	       ITERATOR_ARGV_SIZE + 8;
	map = bpf_map(BPF_MAP_TYPE_ARRAY, size, 1);
	if (map < 0)
		return -1;
	assemble_visit(&program, inside, (int32_t)base, map);
	code = bpf_load_iterator(program.code, program.count, wheres[ITERATOR].value);
	(void)close(map); /* the program keeps it, and the iterator that one */
	if (code < 0)
		return -1;
	iterator = bpf_iterate(code);
	(void)close(code);
	return iterator;
}

const char *iterator_pids(const struct record *record, uint32_t *pids)
{
	const char *numbers = (const char *)(record + 1);

	for (uint32_t level = 0; level <= record->level; level++, numbers += at(NUMBER_SIZE))
		memcpy(&pids[level], numbers + at(NUMBER_NR), sizeof(*pids));
	return numbers;
}
