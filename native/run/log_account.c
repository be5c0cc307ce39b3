/* log_account.c - the descriptors that logged output takes, counted before they are needed. */
#define _GNU_SOURCE
#include "run/log_account.h"

#include <sys/mman.h>

#include "run/log_files.h"

/* Beside the fixed numbers: standard streams, epolls, timers, starts under way, a directory read. */
#define OTHER_DESCRIPTORS 40

static const struct run *own;
static uint8_t *missing; /* by slot, bits by enum stream */
static uint64_t free_count;

int log_account_open(const struct run *run, struct sbx_error *error)
{
	const uint64_t taken = FD_LAST - FD_CONTROL + 1 + OTHER_DESCRIPTORS +
			       (run->is_detached ? LOG_FILES_DESCRIPTORS : 0);
	uint64_t limit = run->descriptors.rlim_max; /* raised to it: main.c */
	size_t size = run->plan.slot_count;
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || madvise(memory, size, MADV_DONTFORK) < 0)
		return sbx_fail(error, STEP_LOG_ACCOUNT, 0);
	own = run;
	missing = memory;
	free_count = limit > taken ? limit - taken : 0;
	return 0;
}

void log_account_close(void)
{
	(void)munmap(missing, own->plan.slot_count);
}

static uint32_t streams_of(uint32_t slot)
{
	const struct image_process *process = plan_process(&own->plan, slot);
	uint32_t streams = 0;

	if (process == NULL || !own->takes_output)
		return 0;
	if (process->stdout_kind == OUTPUT_KIND_LOG)
		streams |= 1u << STREAM_STDOUT;
	if (process->stderr_kind == OUTPUT_KIND_LOG)
		streams |= 1u << STREAM_STDERR;
	return streams;
}

bool log_account_reserve(uint32_t slot)
{
	uint32_t streams = streams_of(slot);
	/* Pipes of a former generation that are still to come have theirs, and pass it on. */
	uint64_t needed = (uint64_t)__builtin_popcount(streams & ~(uint32_t)missing[slot]);

	errno = EMFILE;
	if (needed > free_count)
		return false;
	free_count -= needed;
	missing[slot] |= (uint8_t)streams;
	return true;
}

void log_account_arrived(uint32_t slot, uint32_t streams)
{
	/* Pipes of a start that failed come all the same, after they were counted back. */
	uint64_t uncounted = (uint64_t)__builtin_popcount(streams & ~(uint32_t)missing[slot]);

	free_count -= uncounted < free_count ? uncounted : free_count;
	missing[slot] &= (uint8_t)~streams;
}

void log_account_closed(void)
{
	free_count++;
}

void log_account_cancel(uint32_t slot)
{
	free_count += (uint64_t)__builtin_popcount(missing[slot]);
	missing[slot] = 0;
}

void log_account_gap(uint32_t slot, int err)
{
	struct table table = own->table;

	table_set_output_gap(&table, slot, err);
}

void log_account_end(void)
{
	for (uint32_t slot = 0; slot < own->plan.slot_count; slot++) {
		if (missing[slot] != 0 && own->table.slots[slot].pids[0] != 0)
			log_account_gap(slot, 0);
	}
}
