/* trace_programs.c - the BPF programs that record forks, execs and exits, made for the running kernel. */
#define _GNU_SOURCE
#include "trace/trace_programs.h"

#include <stddef.h>
#include <string.h>

#include "trace/assemble.h"
#include "trace/bpf.h"
#include "trace/btf.h"
#include "core/procfs.h"
#include "trace/trace_file.h"

/* Source: include/linux/sched/signal.h. */
#define SIGNAL_GROUP_EXIT 4

/*
 * The reader is woken only once so much of the ring is full: what a wake-up costs is at the expense
 * of the traced. The end of the run wakes it anyway.
 */
#define WAKE_SHARE 8

#define PIDS_AT ((int32_t)offsetof(struct trace_event, pids))
#define EVENT_SIZE ((int32_t)sizeof(struct trace_event))

/* Frame of a program: a word, then an event. */
static const struct place word = { RFP, -8 };
static const struct place key = { RFP, -16 };
#define FRAME_EVENT (-16 - ((EVENT_SIZE + 7) & ~7))

enum where {
	TASK_TGID, TASK_PID, TASK_LEADER, TASK_THREAD_PID, TASK_COMM, TASK_SIGNAL, TASK_MM,
	TASK_EXIT_CODE, SIGNAL_LIVE, SIGNAL_FLAGS, SIGNAL_EXIT_CODE, PID_LEVEL, PID_NUMBERS,
	NUMBER_NR, NUMBER_SIZE, MM_ARG_START, MM_ARG_END, WHERE_COUNT,
};

static struct btf_place wheres[WHERE_COUNT] = {
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

static int32_t at(enum where where)
{
	return (int32_t)wheres[where].value;
}

/* dst = the `struct pid` of a task's process. */
static void get_pid(struct program *program, uint8_t dst, uint8_t task)
{
	as_get(program, BPF_DW, dst, task, at(TASK_LEADER));
	as_get(program, BPF_DW, dst, dst, at(TASK_THREAD_PID));
}

/* Where a `struct pid` has its numbers of our levels. */
static int32_t first_number(const struct probes *probes)
{
	return at(PID_NUMBERS) + (int32_t)probes->base * at(NUMBER_SIZE);
}

/* *to = its number at our level 0. */
static void read_number(struct program *program, const struct probes *probes, struct place to,
			uint8_t pid)
{
	as_read(program, to, 4, pid, first_number(probes) + at(NUMBER_NR));
}

/* R0 = address of the word with the bit of the process `tgid`, R1 = that bit. */
static void find_bit(struct program *program, const struct probes *probes, uint8_t tgid)
{
	as_value(program, R0, probes->fds[PROBE_FD_TRACKED]);
	as_move(program, R2, tgid);
	as_math(program, BPF_RSH, R2, 3);
	as_math(program, BPF_AND, R2, PID_LIMIT / 8 - 8);
	as_math_of(program, BPF_ADD, R0, R2);
	as_move(program, R3, tgid);
	as_math(program, BPF_AND, R3, 63);
	as_set(program, R1, 1);
	as_math_of(program, BPF_LSH, R1, R3);
}

static void track(struct program *program, const struct probes *probes, uint8_t tgid)
{
	find_bit(program, probes, tgid);
	as_atomic(program, BPF_OR, (struct place){ R0, 0 }, R1);
}

static void exit_if_untracked(struct program *program, const struct probes *probes, uint8_t tgid)
{
	find_bit(program, probes, tgid);
	as_load(program, BPF_DW, R2, (struct place){ R0, 0 });
	as_math_of(program, BPF_AND, R2, R1);
	as_exit_if(program, BPF_JEQ, R2, 0);
}

/* The bit is taken by one: two threads that end at the same time may both find none left. */
static void exit_if_taken(struct program *program, const struct probes *probes, uint8_t tgid)
{
	find_bit(program, probes, tgid);
	as_move(program, R6, R1);
	as_math(program, BPF_XOR, R1, -1);
	as_atomic(program, BPF_AND | BPF_FETCH, (struct place){ R0, 0 }, R1);
	as_math_of(program, BPF_AND, R1, R6);
	as_exit_if(program, BPF_JEQ, R1, 0);
}

static struct place field(struct place event, size_t offset)
{
	return (struct place){ event.base, event.offset + (int32_t)offset };
}

static void begin_event(struct program *program, struct place event, enum trace_kind kind)
{
	for (int32_t offset = 0; offset < EVENT_SIZE; offset += 8)
		as_store_number(program, BPF_DW, field(event, (size_t)offset), 0);
	as_store_number(program, BPF_W, field(event, offsetof(struct trace_event, kind)), kind);
	as_call(program, BPF_FUNC_ktime_get_ns);
	as_store(program, BPF_DW, field(event, offsetof(struct trace_event, at_ns)), R0);
}

/* Writes the event, whose size is in R3. What finds no room is counted. */
static void end_event(struct program *program, const struct probes *probes, struct place event)
{
	uint32_t jump;

	as_store(program, BPF_DW, key, R3);
	as_map(program, R1, probes->fds[PROBE_FD_RING]);
	as_set(program, R2, BPF_RB_AVAIL_DATA);
	as_call(program, BPF_FUNC_ringbuf_query);
	as_set(program, R4, BPF_RB_NO_WAKEUP);
	jump = as_jump(program, BPF_JLT, R0, (int32_t)(probes->ring_size / WAKE_SHARE));
	as_set(program, R4, BPF_RB_FORCE_WAKEUP);
	as_land(program, jump);
	as_map(program, R1, probes->fds[PROBE_FD_RING]);
	as_move(program, R2, event.base);
	as_math(program, BPF_ADD, R2, event.offset);
	as_load(program, BPF_DW, R3, key);
	as_call(program, BPF_FUNC_ringbuf_output);
	as_exit_if(program, BPF_JEQ, R0, 0);
	as_value(program, R1, probes->fds[PROBE_FD_LOST]);
	as_set(program, R2, 1);
	as_atomic(program, BPF_ADD, (struct place){ R1, 0 }, R2);
	as_end(program);
}

/* dst = a piece of memory that is this CPU's, for an event too large for the frame. */
static void get_scratch(struct program *program, uint8_t dst, int map)
{
	as_store_number(program, BPF_DW, word, 0);
	as_map(program, R1, map);
	as_move(program, R2, word.base);
	as_math(program, BPF_ADD, R2, word.offset);
	as_call(program, BPF_FUNC_map_lookup_elem);
	as_exit_if(program, BPF_JEQ, R0, 0); /* for the verifier: an array has all its values */
	as_move(program, dst, R0);
}

/*
 * sched_process_fork(parent, child), before the child can run. The event ends with the PIDs of all
 * levels as the kernel keeps them, an array of `struct upid`.
 */
static void assemble_fork(struct program *program, const struct probes *probes)
{
	const struct place event = { R9, 0 };

	as_load(program, BPF_DW, R6, (struct place){ R1, 0 });
	as_load(program, BPF_DW, R7, (struct place){ R1, 8 });
	as_get(program, BPF_W, R8, R6, at(TASK_TGID));
	exit_if_untracked(program, probes, R8);
	as_get(program, BPF_W, R8, R7, at(TASK_TGID));
	as_get(program, BPF_W, R9, R7, at(TASK_PID));
	as_exit_if_of(program, BPF_JNE, R8, R9); /* a thread */
	track(program, probes, R8);

	get_scratch(program, event.base, probes->fds[PROBE_FD_FORK_SCRATCH]);
	begin_event(program, event, TRACE_KIND_FORK);
	get_pid(program, R8, R6);
	read_number(program, probes, field(event, offsetof(struct trace_event, parent)), R8);
	as_read(program, field(event, offsetof(struct trace_event, comm)), 16, R7,
		    at(TASK_COMM));
	get_pid(program, R8, R7);
	as_get(program, BPF_W, R6, R8, at(PID_LEVEL));
	as_math(program, BPF_SUB, R6, (int32_t)probes->base);
	as_exit_if(program, BPF_JGT, R6, SBX_LEVEL_MAX);
	as_store(program, BPF_W, field(event, offsetof(struct trace_event, level)), R6);
	as_math(program, BPF_ADD, R6, 1);
	as_math(program, BPF_MUL, R6, at(NUMBER_SIZE));
	as_move(program, R1, event.base);
	as_math(program, BPF_ADD, R1, PIDS_AT);
	as_move(program, R2, R6);
	as_move(program, R3, R8);
	as_math(program, BPF_ADD, R3, first_number(probes));
	as_call(program, BPF_FUNC_probe_read_kernel);
	as_move(program, R3, R6);
	as_math(program, BPF_ADD, R3, PIDS_AT);
	end_event(program, probes, event);
}

/* sched_process_exec(task, old_pid, binary). Its arguments are where the kernel just put them. */
static void assemble_exec(struct program *program, const struct probes *probes)
{
	const struct place event = { R7, 0 };
	uint32_t jump;

	as_load(program, BPF_DW, R6, (struct place){ R1, 0 });
	as_get(program, BPF_W, R8, R6, at(TASK_TGID));
	exit_if_untracked(program, probes, R8);

	get_scratch(program, event.base, probes->fds[PROBE_FD_EXEC_SCRATCH]);
	begin_event(program, event, TRACE_KIND_EXEC);
	get_pid(program, R8, R6);
	read_number(program, probes, field(event, offsetof(struct trace_event, pids)), R8);
	as_read(program, field(event, offsetof(struct trace_event, comm)), 16, R6,
		    at(TASK_COMM));
	as_get(program, BPF_DW, R6, R6, at(TASK_MM));
	as_get(program, BPF_DW, R9, R6, at(MM_ARG_START));
	as_get(program, BPF_DW, R8, R6, at(MM_ARG_END));
	as_math_of(program, BPF_SUB, R8, R9);
	jump = as_jump(program, BPF_JLE, R8, STREAM_ARGV_SIZE);
	as_set(program, R8, STREAM_ARGV_SIZE);
	as_land(program, jump);
	as_move(program, R1, event.base);
	as_math(program, BPF_ADD, R1, EVENT_SIZE);
	as_move(program, R2, R8);
	as_move(program, R3, R9);
	as_call(program, BPF_FUNC_probe_read_user);
	jump = as_jump(program, BPF_JEQ, R0, 0);
	as_set(program, R8, 0); /* not in memory, and it must not be waited for here */
	as_land(program, jump);
	as_store(program, BPF_W, field(event, offsetof(struct trace_event, argv_size)), R8);
	as_move(program, R3, R8);
	as_math(program, BPF_ADD, R3, EVENT_SIZE);
	end_event(program, probes, event);
}

/* sched_process_exit(task), of each thread; the wait status is as in wait_task_zombie(). */
static void assemble_exit(struct program *program, const struct probes *probes)
{
	const struct place event = { RFP, FRAME_EVENT };
	uint32_t jump;

	as_load(program, BPF_DW, R7, (struct place){ R1, 0 });
	as_get(program, BPF_W, R8, R7, at(TASK_TGID));
	exit_if_untracked(program, probes, R8);
	as_get(program, BPF_DW, R9, R7, at(TASK_SIGNAL));
	as_get(program, BPF_W, R1, R9, at(SIGNAL_LIVE));
	as_exit_if(program, BPF_JNE, R1, 0); /* other threads live on */
	exit_if_taken(program, probes, R8);

	begin_event(program, event, TRACE_KIND_EXIT);
	get_pid(program, R8, R7);
	read_number(program, probes, field(event, offsetof(struct trace_event, pids)), R8);
	as_get(program, BPF_DW, R7, R7, at(TASK_LEADER));
	as_get(program, BPF_W, R7, R7, at(TASK_EXIT_CODE));
	as_get(program, BPF_W, R8, R9, at(SIGNAL_FLAGS));
	as_math(program, BPF_AND, R8, SIGNAL_GROUP_EXIT);
	jump = as_jump(program, BPF_JEQ, R8, 0);
	as_get(program, BPF_W, R7, R9, at(SIGNAL_EXIT_CODE));
	as_land(program, jump);
	as_store(program, BPF_W, field(event, offsetof(struct trace_event, status)), R7);
	as_set(program, R3, PIDS_AT + 4);
	end_event(program, probes, event);
}

/* Run once: tracks the process that runs it, and returns the kernel's level of its PID namespace. */
static void assemble_begin(struct program *program, const struct probes *probes)
{
	as_call(program, BPF_FUNC_get_current_pid_tgid);
	as_move(program, R8, R0);
	as_math(program, BPF_RSH, R8, 32);
	track(program, probes, R8);
	as_call(program, BPF_FUNC_get_current_task);
	as_move(program, R6, R0);
	get_pid(program, R6, R6);
	as_get(program, BPF_W, R0, R6, at(PID_LEVEL));
	as_end(program);
}

int programs_find(void)
{
	return btf_find(wheres, WHERE_COUNT);
}

uint32_t programs_fork_size(void)
{
	return (uint32_t)EVENT_SIZE + SBX_PIDS_MAX * wheres[NUMBER_SIZE].value;
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
	static struct program program;

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
		       record + PIDS_AT + level * wheres[NUMBER_SIZE].value + wheres[NUMBER_NR].value,
		       sizeof(*event->pids));
	memcpy(stream_argv(), record + sizeof(*event), event->argv_size);
}
