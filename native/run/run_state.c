/* run_state.c - what the monitor knows of slots and sandboxes, and how it asks something of them. */
#define _GNU_SOURCE
#include "run/run_state.h"

#include <sys/mman.h>

#include "core/sys.h"
#include "run/log_account.h"

int watch_open(struct decide *decide, struct run *run, struct sbx_error *error)
{
	const struct plan *plan = &run->plan;
	uint32_t boxes = plan->sandbox_count;
	size_t slots_size = plan->slot_count * sizeof(struct slot_watch);
	size_t boxes_size = boxes * sizeof(struct box_watch);
	size_t size = slots_size + boxes_size + plan->slot_count * sizeof(uint32_t);
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* Inits have no use for it. */
	if (memory == MAP_FAILED || madvise(memory, size, MADV_DONTFORK) < 0)
		return sbx_fail(error, STEP_MEMORY, 0);
	*decide = (struct decide){
		.run = run,
		.slots = (struct slot_watch *)memory,
		.boxes = (struct box_watch *)(memory + slots_size),
		.queue = (uint32_t *)(memory + slots_size + boxes_size),
	};
	/* Children stand behind their parents, so one pass from the end sees them first. */
	for (uint32_t b = boxes; b-- > 0;) {
		const struct image_sandbox *box = &plan->sandboxes[b];
		struct box_watch *watch = &decide->boxes[b];
		uint32_t inits = box->init_mode == INIT_MODE_PROCESS ? 0 : 1;

		watch->until_left = box->until_kind == UNTIL_KIND_PROCESS ? box->until_count : 1;
		watch->members += box->slot_end - box->slot_first - inits;
		if (watch->subtree_end == 0)
			watch->subtree_end = b + 1;
		if (box->parent != SBX_NONE) {
			struct box_watch *above = &decide->boxes[box->parent];

			above->members++;
			if (above->subtree_end < watch->subtree_end)
				above->subtree_end = watch->subtree_end;
		}
	}
	return 0;
}

struct table_slot *watch_state(const struct decide *decide, uint32_t slot)
{
	return &decide->run->table.slots[slot];
}

const struct image_sandbox *watch_box(const struct decide *decide, uint32_t box)
{
	return &decide->run->plan.sandboxes[box];
}

uint32_t watch_slot_end(const struct decide *decide, uint32_t box)
{
	return watch_box(decide, decide->boxes[box].subtree_end - 1)->slot_end;
}

void watch_due_at(struct decide *decide, uint64_t *place, uint64_t at)
{
	*place = at;
	if (decide->next_at == 0 || at < decide->next_at)
		decide->next_at = at;
}

void watch_desire(struct decide *decide, uint32_t slot, enum desired desired)
{
	table_store(&watch_state(decide, slot)->desired, desired);
	table_mark(decide->run->table.dirty_down, slot);
	decide->told = true;
}

void watch_start(struct decide *decide, uint32_t slot, enum desired desired)
{
	struct table *table = &decide->run->table;
	struct sbx_error error = { 0 };

	/* One that is held has them already. */
	if (watch_state(decide, slot)->desired != DESIRED_NONE || log_account_reserve(slot)) {
		watch_desire(decide, slot, desired);
		return;
	}
	(void)sbx_fail(&error, STEP_LOG_PIPE, (int)decide->run->plan.slots[slot].level);
	table_set_fault(table, slot, &error);
	table->slots[slot].ended_ns = sys_now();
	table_store(&table->slots[slot].state, SLOT_STATE_FAILED);
	watch_queue_end(decide, slot);
}

void watch_signal(struct decide *decide, uint32_t slot, uint32_t number)
{
	struct table_slot *state = watch_state(decide, slot);

	table_store(&state->desired_signal, number);
	table_store(&state->desired_count, state->desired_count + 1);
	table_mark(decide->run->table.dirty_down, slot);
	decide->told = true;
}

void watch_ring(struct decide *decide)
{
	if (decide->told)
		run_ring(FD_BELL_DOWN);
	decide->told = false;
}

void watch_set_flag(struct decide *decide, uint32_t slot, enum slot_flag flag)
{
	table_set_flag(&decide->run->table, slot, flag);
}

void watch_set_outcome(struct decide *decide, enum outcome outcome, uint32_t slot)
{
	struct table_header *header = decide->run->table.header;

	if (header->outcome == OUTCOME_NONE) {
		header->outcome = outcome;
		header->failed_slot = slot;
	}
}

void watch_count_settled(struct decide *decide)
{
	struct table_header *header = decide->run->table.header;

	SBX_ASSERT(header->pending > 0);
	header->pending--;
}

void watch_queue_end(struct decide *decide, uint32_t slot)
{
	if (decide->slots[slot].seen == SEEN_END)
		return;
	if (decide->slots[slot].seen == SEEN_NOTHING)
		watch_count_settled(decide);
	decide->slots[slot].seen = SEEN_END;
	decide->queue[decide->queue_end++] = slot;
}

bool watch_is_waiting(const struct decide *decide, uint32_t slot)
{
	const struct table_slot *state = watch_state(decide, slot);

	return (state->desired == DESIRED_NONE || state->desired == DESIRED_HELD) &&
	       table_load(&state->state) <= SLOT_STATE_STARTING;
}

void watch_skip(struct decide *decide, uint32_t slot)
{
	struct table_slot *state = watch_state(decide, slot);

	if (!watch_is_waiting(decide, slot))
		return;
	if (state->desired == DESIRED_HELD)
		watch_desire(decide, slot, DESIRED_STOPPED);
	table_store(&state->state, SLOT_STATE_SKIPPED);
	watch_queue_end(decide, slot);
}
