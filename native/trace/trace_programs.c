/* trace_programs.c - BPF programs that record forks, execs and exits, made for this kernel. */
#define _GNU_SOURCE
#include "trace/trace_programs.h"

#include <stddef.h>
#include <string.h>

#include "trace/assemble.h"
#include "trace/bpf.h"
#include "trace/btf.h"
#include "core/procfs.h"
#include "core/sbx.h"
#include "trace/trace_file.h"

/* Source: include/linux/sched/signal.h. */
#define SIGNAL_GROUP_EXIT 4

/*
 * The reader is woken when this share of the ring buffer is full: the traced processes pay for each
 * wake-up. The end of the run wakes it too.
 */
#define WAKE_SHARE 8

#define PIDS_AT ((int32_t)offsetof(struct trace_event, pids))
#define EVENT_SIZE ((int32_t)sizeof(struct trace_event))

/* A program's stack frame: a word, a key, then an event. */
static const struct operand word = { RFP, -8 };
static const struct operand key = { RFP, -16 };
#define FRAME_EVENT (-16 - ((EVENT_SIZE + 7) & ~7))

enum field_id {
	TASK_TGID,
	TASK_PID,
	TASK_LEADER,
	TASK_THREAD_PID,
	TASK_COMM,
	TASK_SIGNAL,
	TASK_MM,
	TASK_EXIT_CODE,
	SIGNAL_LIVE,
	SIGNAL_FLAGS,
	SIGNAL_EXIT_CODE,
	PID_LEVEL,
	PID_NUMBERS,
	NUMBER_NR,
	NUMBER_SIZE,
	MM_ARG_START,
	MM_ARG_END,
	FIELD_COUNT,
};

static struct btf_field fields[FIELD_COUNT] = {
	[TASK_TGID] = { "task_struct", "tgid", 0, 0 },
	[TASK_PID] = { "task_struct", "pid", 0, 0 },
	[TASK_LEADER] = { "task_struct", "group_leader", 0, 0 },
	[TASK_THREAD_PID] = { "task_struct", "thread_pid", 0, 0 },
	[TASK_COMM] = { "task_struct", "comm", 0, 0 },
	[TASK_SIGNAL] = { "task_struct", "signal", 0, 0 },
	[TASK_MM] = { "task_struct", "mm", 0, 0 },
	[TASK_EXIT_CODE] = { "task_struct", "exit_code", 0, 0 },
	[SIGNAL_LIVE] = { "signal_struct", "live", 0, 0 },
	[SIGNAL_FLAGS] = { "signal_struct", "flags", 0, 0 },
	[SIGNAL_EXIT_CODE] = { "signal_struct", "group_exit_code", 0, 0 },
	[PID_LEVEL] = { "pid", "level", 0, 0 },
	[PID_NUMBERS] = { "pid", "numbers", 0, 0 },
	[NUMBER_NR] = { "upid", "nr", 0, 0 },
	[NUMBER_SIZE] = { "upid", NULL, 0, 0 },
	[MM_ARG_START] = { "mm_struct", "arg_start", 0, 0 },
	[MM_ARG_END] = { "mm_struct", "arg_end", 0, 0 },
};

static int32_t offset_of(enum field_id id)
{
	return (int32_t)fields[id].value;
}

/* dst = the `struct pid` of the process that the task belongs to. */
static void get_pid(struct program *program, uint8_t dst, uint8_t task)
{
	emit_probe_load(program, BPF_DW, dst, task, offset_of(TASK_LEADER));
	emit_probe_load(program, BPF_DW, dst, dst, offset_of(TASK_THREAD_PID));
}

/* The offset in `struct pid` of the number at our level 0. */
static int32_t first_number(const struct probes *probes)
{
	return offset_of(PID_NUMBERS) + (int32_t)probes->base * offset_of(NUMBER_SIZE);
}

/* *to = the PID at our level 0. */
static void read_number(struct program *program, const struct probes *probes, struct operand to,
			uint8_t pid)
{
	emit_probe_read(program, to, 4, pid, first_number(probes) + offset_of(NUMBER_NR));
}

/* R0 = address of the word that has the bit of the process `tgid`, R1 = that bit. */
static void find_bit(struct program *program, const struct probes *probes, uint8_t tgid)
{
	emit_map_value(program, R0, probes->fds[PROBE_FD_TRACKED]);
	emit_move(program, R2, tgid);
	emit_alu(program, BPF_RSH, R2, 3);
	emit_alu(program, BPF_AND, R2, PID_LIMIT / 8 - 8);
	emit_alu_reg(program, BPF_ADD, R0, R2);
	emit_move(program, R3, tgid);
	emit_alu(program, BPF_AND, R3, 63);
	emit_set(program, R1, 1);
	emit_alu_reg(program, BPF_LSH, R1, R3);
}

static void track(struct program *program, const struct probes *probes, uint8_t tgid)
{
	find_bit(program, probes, tgid);
	emit_atomic(program, BPF_OR, (struct operand){ R0, 0 }, R1);
}

static void exit_if_untracked(struct program *program, const struct probes *probes, uint8_t tgid)
{
	find_bit(program, probes, tgid);
	emit_load(program, BPF_DW, R2, (struct operand){ R0, 0 });
	emit_alu_reg(program, BPF_AND, R2, R1);
	emit_exit_if(program, BPF_JEQ, R2, 0);
}

/*
 * Clears the process's bit, and ends the program if it was clear: of two threads that end at the same
 * time both may see that no other lives.
 */
static void exit_if_reported(struct program *program, const struct probes *probes, uint8_t tgid)
{
	find_bit(program, probes, tgid);
	emit_move(program, R6, R1);
	emit_alu(program, BPF_XOR, R1, -1);
	emit_atomic(program, BPF_AND | BPF_FETCH, (struct operand){ R0, 0 }, R1);
	emit_alu_reg(program, BPF_AND, R1, R6);
	emit_exit_if(program, BPF_JEQ, R1, 0);
}

static struct operand operand_at(struct operand event, size_t offset)
{
	return (struct operand){ event.base, event.offset + (int32_t)offset };
}

static void begin_event(struct program *program, struct operand event, enum trace_kind kind)
{
	for (int32_t offset = 0; offset < EVENT_SIZE; offset += 8)
		emit_store_imm(program, BPF_DW, operand_at(event, (size_t)offset), 0);
	emit_store_imm(program, BPF_W, operand_at(event, offsetof(struct trace_event, kind)),
		       (int32_t)kind);
	emit_call(program, BPF_FUNC_ktime_get_ns);
	emit_store(program, BPF_DW, operand_at(event, offsetof(struct trace_event, at_ns)), R0);
}

/* Writes the event, whose size is in R3. An event that does not fit is counted. */
static void end_event(struct program *program, const struct probes *probes, struct operand event)
{
	uint32_t jump;

	emit_store(program, BPF_DW, key, R3);
	emit_map(program, R1, probes->fds[PROBE_FD_RING]);
	emit_set(program, R2, BPF_RB_AVAIL_DATA);
	emit_call(program, BPF_FUNC_ringbuf_query);
	emit_set(program, R4, BPF_RB_NO_WAKEUP);
	jump = emit_jump(program, BPF_JLT, R0, (int32_t)(probes->ring_size / WAKE_SHARE));
	emit_set(program, R4, BPF_RB_FORCE_WAKEUP);
	patch_jump(program, jump);
	emit_map(program, R1, probes->fds[PROBE_FD_RING]);
	emit_move(program, R2, event.base);
	emit_alu(program, BPF_ADD, R2, event.offset);
	emit_load(program, BPF_DW, R3, key);
	emit_call(program, BPF_FUNC_ringbuf_output);
	emit_exit_if(program, BPF_JEQ, R0, 0);
	emit_map_value(program, R1, probes->fds[PROBE_FD_DROPPED]);
	emit_set(program, R2, 1);
	emit_atomic(program, BPF_ADD, (struct operand){ R1, 0 }, R2);
	emit_exit(program);
}

/* dst = this CPU's scratch memory, for an event that is too large for the frame. */
static void get_scratch(struct program *program, uint8_t dst, int map)
{
	emit_store_imm(program, BPF_DW, word, 0);
	emit_map(program, R1, map);
	emit_move(program, R2, word.base);
	emit_alu(program, BPF_ADD, R2, word.offset);
	emit_call(program, BPF_FUNC_map_lookup_elem);
	/* The verifier does not know that an array has all its values. */
	emit_exit_if(program, BPF_JEQ, R0, 0);
	emit_move(program, dst, R0);
}

/*
 * sched_process_fork(parent, child), before the child can run. The event ends with the PIDs of all
 * levels as the kernel keeps them, an array of `struct upid`.
 */
static void assemble_fork(struct program *program, const struct probes *probes)
{
	enum { PARENT = R6, PIDS_SIZE = R6, CHILD = R7, TEMP = R8, TID = R9, EVENT = R9 };
	const struct operand event = { EVENT, 0 };

	emit_load(program, BPF_DW, PARENT, (struct operand){ R1, 0 });
	emit_load(program, BPF_DW, CHILD, (struct operand){ R1, 8 });
	emit_probe_load(program, BPF_W, TEMP, PARENT, offset_of(TASK_TGID));
	exit_if_untracked(program, probes, TEMP);
	emit_probe_load(program, BPF_W, TEMP, CHILD, offset_of(TASK_TGID));
	emit_probe_load(program, BPF_W, TID, CHILD, offset_of(TASK_PID));
	emit_exit_if_reg(program, BPF_JNE, TEMP, TID); /* a thread */
	track(program, probes, TEMP);

	get_scratch(program, event.base, probes->fds[PROBE_FD_FORK_SCRATCH]);
	begin_event(program, event, TRACE_KIND_FORK);
	get_pid(program, TEMP, PARENT);
	read_number(program, probes, operand_at(event, offsetof(struct trace_event, parent)), TEMP);
	emit_probe_read(program, operand_at(event, offsetof(struct trace_event, comm)), 16, CHILD,
			offset_of(TASK_COMM));
	get_pid(program, TEMP, CHILD);
	emit_probe_load(program, BPF_W, PIDS_SIZE, TEMP, offset_of(PID_LEVEL));
	emit_alu(program, BPF_SUB, PIDS_SIZE, (int32_t)probes->base);
	emit_exit_if(program, BPF_JGT, PIDS_SIZE, SBX_LEVEL_MAX);
	emit_store(program, BPF_W, operand_at(event, offsetof(struct trace_event, level)),
		   PIDS_SIZE);
	emit_alu(program, BPF_ADD, PIDS_SIZE, 1);
	emit_alu(program, BPF_MUL, PIDS_SIZE, offset_of(NUMBER_SIZE));
	emit_move(program, R1, event.base);
	emit_alu(program, BPF_ADD, R1, PIDS_AT);
	emit_move(program, R2, PIDS_SIZE);
	emit_move(program, R3, TEMP);
	emit_alu(program, BPF_ADD, R3, first_number(probes));
	emit_call(program, BPF_FUNC_probe_read_kernel);
	emit_move(program, R3, PIDS_SIZE);
	emit_alu(program, BPF_ADD, R3, PIDS_AT);
	end_event(program, probes, event);
}

/* sched_process_exec(task, old_pid, binary). The kernel has just put the arguments into its memory. */
static void assemble_exec(struct program *program, const struct probes *probes)
{
	enum { TASK = R6, MM = R6, EVENT = R7, TEMP = R8, ARGV_SIZE = R8, ARG_START = R9 };
	const struct operand event = { EVENT, 0 };
	uint32_t jump;

	emit_load(program, BPF_DW, TASK, (struct operand){ R1, 0 });
	emit_probe_load(program, BPF_W, TEMP, TASK, offset_of(TASK_TGID));
	exit_if_untracked(program, probes, TEMP);

	get_scratch(program, event.base, probes->fds[PROBE_FD_EXEC_SCRATCH]);
	begin_event(program, event, TRACE_KIND_EXEC);
	get_pid(program, TEMP, TASK);
	read_number(program, probes, operand_at(event, offsetof(struct trace_event, pids)), TEMP);
	emit_probe_read(program, operand_at(event, offsetof(struct trace_event, comm)), 16, TASK,
			offset_of(TASK_COMM));
	emit_probe_load(program, BPF_DW, MM, TASK, offset_of(TASK_MM));
	emit_probe_load(program, BPF_DW, ARG_START, MM, offset_of(MM_ARG_START));
	emit_probe_load(program, BPF_DW, ARGV_SIZE, MM, offset_of(MM_ARG_END));
	emit_alu_reg(program, BPF_SUB, ARGV_SIZE, ARG_START);
	jump = emit_jump(program, BPF_JLE, ARGV_SIZE, STREAM_ARGV_SIZE);
	emit_set(program, ARGV_SIZE, STREAM_ARGV_SIZE);
	patch_jump(program, jump);
	emit_move(program, R1, event.base);
	emit_alu(program, BPF_ADD, R1, EVENT_SIZE);
	emit_move(program, R2, ARGV_SIZE);
	emit_move(program, R3, ARG_START);
	emit_call(program, BPF_FUNC_probe_read_user);
	jump = emit_jump(program, BPF_JEQ, R0, 0);
	emit_set(program, ARGV_SIZE, 0); /* paged out, and a tracepoint must not wait for it */
	patch_jump(program, jump);
	emit_store(program, BPF_W, operand_at(event, offsetof(struct trace_event, argv_size)),
		   ARGV_SIZE);
	emit_move(program, R3, ARGV_SIZE);
	emit_alu(program, BPF_ADD, R3, EVENT_SIZE);
	end_event(program, probes, event);
}

/* sched_process_exit(task), for each thread. The wait status is that of wait_task_zombie(). */
static void assemble_exit(struct program *program, const struct probes *probes)
{
	enum { TASK = R7, STATUS = R7, TEMP = R8, SIGNAL = R9 };
	const struct operand event = { RFP, FRAME_EVENT };
	uint32_t jump;

	emit_load(program, BPF_DW, TASK, (struct operand){ R1, 0 });
	emit_probe_load(program, BPF_W, TEMP, TASK, offset_of(TASK_TGID));
	exit_if_untracked(program, probes, TEMP);
	emit_probe_load(program, BPF_DW, SIGNAL, TASK, offset_of(TASK_SIGNAL));
	emit_probe_load(program, BPF_W, R1, SIGNAL, offset_of(SIGNAL_LIVE));
	emit_exit_if(program, BPF_JNE, R1, 0); /* other threads are alive */
	exit_if_reported(program, probes, TEMP);

	begin_event(program, event, TRACE_KIND_EXIT);
	get_pid(program, TEMP, TASK);
	read_number(program, probes, operand_at(event, offsetof(struct trace_event, pids)), TEMP);
	emit_probe_load(program, BPF_DW, STATUS, TASK, offset_of(TASK_LEADER));
	emit_probe_load(program, BPF_W, STATUS, STATUS, offset_of(TASK_EXIT_CODE));
	emit_probe_load(program, BPF_W, TEMP, SIGNAL, offset_of(SIGNAL_FLAGS));
	emit_alu(program, BPF_AND, TEMP, SIGNAL_GROUP_EXIT);
	jump = emit_jump(program, BPF_JEQ, TEMP, 0);
	emit_probe_load(program, BPF_W, STATUS, SIGNAL, offset_of(SIGNAL_EXIT_CODE));
	patch_jump(program, jump);
	emit_store(program, BPF_W, operand_at(event, offsetof(struct trace_event, status)), STATUS);
	emit_set(program, R3, PIDS_AT + 4);
	end_event(program, probes, event);
}

/* Runs once: tracks the calling process, returns the kernel's level of its PID namespace. */
static void assemble_begin(struct program *program, const struct probes *probes)
{
	enum { TASK = R6, PID = R6, TGID = R8 };

	emit_call(program, BPF_FUNC_get_current_pid_tgid);
	emit_move(program, TGID, R0);
	emit_alu(program, BPF_RSH, TGID, 32);
	track(program, probes, TGID);
	emit_call(program, BPF_FUNC_get_current_task);
	emit_move(program, TASK, R0);
	get_pid(program, PID, TASK);
	emit_probe_load(program, BPF_W, R0, PID, offset_of(PID_LEVEL));
	emit_exit(program);
}

int programs_find(void)
{
	return btf_resolve(fields, FIELD_COUNT);
}

uint32_t programs_fork_size(void)
{
	return (uint32_t)EVENT_SIZE + SBX_PIDS_MAX * fields[NUMBER_SIZE].value;
}

uint32_t programs_exec_size(void)
{
	return (uint32_t)EVENT_SIZE + STREAM_ARGV_SIZE;
}

int programs_load(const struct probes *probes, enum probe probe)
{
	static void (*const assemble[])(struct program *, const struct probes *) = {
		[PROBE_BEGIN] = assemble_begin,
		[PROBE_FORK] = assemble_fork,
		[PROBE_EXEC] = assemble_exec,
		[PROBE_EXIT] = assemble_exit,
	};
	static struct program program SBX_LARGE;

	program.count = 0;
	program.exit_count = 0;
	assemble[probe](&program, probes);
	return bpf_load(program.code, program.count);
}

void programs_event(const char *record, struct trace_event *event)
{
	*event = (struct trace_event){ 0 };
	memcpy(event, record, PIDS_AT + sizeof(*event->pids));
	for (uint32_t level = 0; event->kind == TRACE_KIND_FORK && level <= event->level; level++)
		memcpy(&event->pids[level],
		       record + PIDS_AT + level * fields[NUMBER_SIZE].value +
			       fields[NUMBER_NR].value,
		       sizeof(*event->pids));
	memcpy(stream_argv(), record + sizeof(*event), event->argv_size);
}
