/* bpf.c - bpf(2): maps, and programs that the kernel runs at its tracepoints. */
#define _GNU_SOURCE
#include "trace/bpf.h"

#include <sys/syscall.h>
#include <unistd.h>

static int call(enum bpf_cmd command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

int bpf_map(enum bpf_map_type type, uint32_t value_size, uint32_t entries)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = value_size > 0 ? sizeof(uint32_t) : 0,
		.value_size = value_size,
		.max_entries = entries,
	};

	return call(BPF_MAP_CREATE, &attr);
}

int bpf_map_word(int map, uint64_t *value)
{
	uint32_t key = 0;
	union bpf_attr attr = {
		.map_fd = (uint32_t)map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)value,
	};

	return call(BPF_MAP_LOOKUP_ELEM, &attr);
}

static int load(union bpf_attr attr, const struct bpf_insn *code, uint32_t count)
{
	/* The helpers that read memory are for programs under the GPL, by itself or with another. */
	attr.license = (uintptr_t) "Dual MIT/GPL";
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = count;
	return call(BPF_PROG_LOAD, &attr);
}

int bpf_load(const struct bpf_insn *code, uint32_t count)
{
	return load((union bpf_attr){ .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT }, code, count);
}

int bpf_load_iterator(const struct bpf_insn *code, uint32_t count, uint32_t iterator)
{
	const union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = BPF_TRACE_ITER,
		.attach_btf_id = iterator,
		.prog_flags = BPF_F_SLEEPABLE,
	};

	return load(attr, code, count);
}

int bpf_iterate(int program)
{
	union bpf_attr create = {
		.link_create.prog_fd = (uint32_t)program,
		.link_create.attach_type = BPF_TRACE_ITER,
	};
	union bpf_attr attr = { 0 };
	int link = call(BPF_LINK_CREATE, &create);
	int iterator;

	if (link < 0)
		return -1;
	attr.iter_create.link_fd = (uint32_t)link;
	iterator = call(BPF_ITER_CREATE, &attr);
	(void)close(link); /* the iterator keeps it */
	return iterator;
}

int bpf_attach(int program, const char *tracepoint)
{
	union bpf_attr attr = {
		.raw_tracepoint.name = (uintptr_t)tracepoint,
		.raw_tracepoint.prog_fd = (uint32_t)program,
	};

	return call(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

int bpf_run(int program, uint32_t *result)
{
	union bpf_attr attr = { .test.prog_fd = (uint32_t)program };

	if (call(BPF_PROG_TEST_RUN, &attr) < 0)
		return -1;
	*result = attr.test.retval;
	return 0;
}

int bpf_misses(int program, uint64_t *count)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = {
		.info.bpf_fd = (uint32_t)program,
		.info.info_len = sizeof(info),
		.info.info = (uintptr_t)&info,
	};

	if (call(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0)
		return -1;
	*count = info.recursion_misses;
	return 0;
}
