/* table.c - the state table: one slot a promised process, shared by the monitor and the inits. */
#define _GNU_SOURCE
#include "core/table.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "core/sys.h"

#define CACHE_LINE 64

static size_t rounded(size_t size)
{
	return (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

/* Byte offsets of the table's parts. */
struct parts {
	size_t slots, sandboxes, dirty_up, dirty_down, expectations, events, size;
};

static struct parts parts_of(const struct plan *plan)
{
	size_t bitmap = rounded(((size_t)plan->slot_count + 63) / 64 * sizeof(uint64_t));
	struct parts parts;

	parts.slots = rounded(sizeof(struct table_header));
	parts.sandboxes = parts.slots + plan->slot_count * sizeof(struct table_slot);
	parts.dirty_up = parts.sandboxes + plan->sandbox_count * sizeof(struct table_sandbox);
	parts.dirty_down = parts.dirty_up + bitmap;
	parts.expectations = parts.dirty_down + bitmap;
	parts.events = parts.expectations + rounded((size_t)plan->expectation_count *
						    sizeof(struct table_expectation));
	parts.size = parts.events + TABLE_EVENT_CAPACITY * sizeof(struct table_event);
	return parts;
}

/* Allocates the whole file at once: on a full file system a page that is first used later raises SIGBUS. */
static int reserve(int fd, size_t size)
{
	if (fallocate(fd, 0, 0, (off_t)size) == 0)
		return 0;
	return errno == EOPNOTSUPP ? ftruncate(fd, (off_t)size) : -1;
}

int table_create(struct table *table, const struct plan *plan, int fd, struct sbx_error *error)
{
	struct parts parts = parts_of(plan);
	int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);
	uint8_t *base;

	if (fd >= 0 && reserve(fd, parts.size) < 0)
		return sbx_fail(error, STEP_TABLE_RESERVE, 0);
	base = mmap(NULL, parts.size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (base == MAP_FAILED)
		return sbx_fail(error, STEP_TABLE_MAP, 0);

	*table = (struct table){
		.header = (struct table_header *)base,
		.slots = (struct table_slot *)(base + parts.slots),
		.sandboxes = (struct table_sandbox *)(base + parts.sandboxes),
		.dirty_up = (_Atomic uint64_t *)(base + parts.dirty_up),
		.dirty_down = (_Atomic uint64_t *)(base + parts.dirty_down),
		.expectations = (struct table_expectation *)(base + parts.expectations),
		.events = (struct table_event *)(base + parts.events),
	};
	*table->header = (struct table_header){
		.version = SBX_WIRE_VERSION,
		.size = (uint32_t)parts.size,
		.slot_count = plan->slot_count,
		.sandbox_count = plan->sandbox_count,
		.slots = (uint32_t)parts.slots,
		.sandboxes = (uint32_t)parts.sandboxes,
		.expectations = (uint32_t)parts.expectations,
		.events = (uint32_t)parts.events,
		.event_capacity = TABLE_EVENT_CAPACITY,
		.expectation_count = plan->expectation_count,
		.pending = plan->slot_count,
	};
	memcpy(table->header->magic, SBX_TABLE_MAGIC, sizeof(table->header->magic));
	memcpy(table->header->sha256, plan->header->sha256, sizeof(table->header->sha256));
	return 0;
}

void table_add_event(struct table *table, uint32_t slot, enum slot_event event, uint32_t value)
{
	uint32_t number = (uint32_t)table->header->events_written + 1;
	struct table_event *record = &table->events[(number - 1) % TABLE_EVENT_CAPACITY];

	/* Who reads it meanwhile sees neither the old number nor the new one. */
	table_store(&record->number, 0);
	atomic_thread_fence(memory_order_release);
	record->slot = slot;
	record->generation = table->slots[slot].generation;
	record->event = event;
	record->at_ns = sys_now();
	record->value = value;
	table_store(&record->number, number);
	__atomic_store_n(&table->header->events_written, table->header->events_written + 1,
			 __ATOMIC_RELEASE);
}

void table_mark(_Atomic uint64_t *dirty, uint32_t slot)
{
	atomic_fetch_or(&dirty[slot / 64], 1ull << slot % 64);
}

uint32_t table_take(_Atomic uint64_t *dirty, uint32_t slot_count, uint32_t from)
{
	for (uint32_t word = from / 64; word <= (slot_count - 1) / 64; word++) {
		uint64_t bits = atomic_load(&dirty[word]);

		if (word == from / 64)
			bits &= ~0ull << from % 64;
		if (bits == 0)
			continue;
		uint32_t bit = (uint32_t)__builtin_ctzll(bits);

		atomic_fetch_and(&dirty[word], ~(1ull << bit));
		return word * 64 + bit;
	}
	return SBX_NONE;
}

bool table_take_one(_Atomic uint64_t *dirty, uint32_t slot)
{
	uint64_t bit = 1ull << slot % 64;

	return atomic_load(&dirty[slot / 64]) & bit &&
	       atomic_fetch_and(&dirty[slot / 64], ~bit) & bit;
}

/* The state first: who sees the new generation sees nothing of the former. */
void table_begin_generation(struct table_slot *record)
{
	record->exit_code = record->exit_signal = 0;
	record->fault_step = STEP_NONE;
	record->fault_errno = record->fault_level = 0;
	record->started_ns = record->ended_ns = 0;
	record->signalled_count = record->signals_before;
	record->pid_of_parent = 0;
	record->held = 0;
	memset(record->pids, 0, sizeof(record->pids));
	table_store(&record->state, SLOT_STATE_PENDING);
	table_store(&record->observed_generation, table_load(&record->generation));
}

void table_set_state(struct table *table, uint32_t slot, enum slot_state state)
{
	struct table_slot *record = &table->slots[slot];

	if (state == SLOT_STATE_RUNNING)
		record->started_ns = sys_now();
	table_store(&record->state, state);
	DEBUG_STATE(slot, state, record);
	table_mark(table->dirty_up, slot);
}

void table_set_fault(struct table *table, uint32_t slot, const struct sbx_error *error)
{
	struct table_slot *record = &table->slots[slot];

	record->fault_errno = (uint32_t)error->err;
	record->fault_level = (uint32_t)error->level;
	table_store(&record->fault_step, error->step);
}

void table_set_pids(struct table_slot *record, const uint32_t *pids, uint32_t level,
		    uint32_t pid_of_parent)
{
	SBX_ASSERT(level < SBX_PIDS_MAX);
	memcpy(record->pids, pids, ((size_t)level + 1) * sizeof(pids[0]));
	table_store(&record->pid_of_parent, pid_of_parent);
}

void table_set_own_fault(const struct table *table, const struct sbx_error *error)
{
	table->header->fault_errno = (uint32_t)error->err;
	table->header->fault_level = (uint32_t)error->level;
	table_store(&table->header->fault_step, error->step);
}

void table_set_flag(struct table *table, uint32_t slot, enum slot_flag flag)
{
	(void)__atomic_fetch_or(&table->slots[slot].flags, 1u << flag, __ATOMIC_ACQ_REL);
}

void table_set_output_gap(struct table *table, uint32_t slot, int err)
{
	uint32_t unknown = 0;

	(void)__atomic_compare_exchange_n(&table->slots[slot].output_errno, &unknown, (uint32_t)err,
					  false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	table_set_flag(table, slot, SLOT_FLAG_OUTPUT_LOST);
}

bool table_came_too_late(const struct table *table, uint32_t slot)
{
	const struct table_slot *record = &table->slots[slot];

	return table_load(&record->flags) & 1u << SLOT_FLAG_ENDED_WITH_SANDBOX &&
	       table_load(&record->pids[0]) == 0;
}

void table_set_exit(struct table *table, uint32_t slot, int status)
{
	struct table_slot *record = &table->slots[slot];
	bool fault = table_load(&record->fault_step) != STEP_NONE;

	record->ended_ns = sys_now();
	if (WIFSIGNALED(status))
		record->exit_signal = (uint32_t)WTERMSIG(status);
	else
		record->exit_code = (uint32_t)WEXITSTATUS(status);
	/* One that was held and then given up never ran. */
	if (table_load(&record->state) == SLOT_STATE_SKIPPED)
		return;
	table_set_state(table, slot,
			fault			       ? SLOT_STATE_FAILED :
			table_came_too_late(table, slot) ? SLOT_STATE_SKIPPED :
							 SLOT_STATE_EXITED);
}
