/* run_state.c - what the monitor knows of slots and sandboxes, and how it asks something of them. */
#define _GNU_SOURCE
#include "run/run_state.h"

#include <signal.h>
#include <sys/mman.h>

#include "core/sys.h"
#include "run/log_account.h"

size_t state_size(const struct plan *plan)
{
	return plan->slot_count * sizeof(struct slot_life) +
	       plan->sandbox_count * sizeof(struct sandbox_life);
}

int state_open(struct schedule *schedule, struct run *run, struct sbx_error *error)
{
	const struct plan *plan = &run->plan;
	uint32_t sandboxes = plan->sandbox_count;
	size_t slots_size = plan->slot_count * sizeof(struct slot_life);
	size_t size = state_size(plan);
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* Inits have no use for it. */
	if (memory == MAP_FAILED || madvise(memory, size, MADV_DONTFORK) < 0)
		return sbx_fail(error, STEP_MEMORY, 0);
	*schedule = (struct schedule){
		.run = run,
		.slots = (struct slot_life *)memory,
		.sandboxes = (struct sandbox_life *)(memory + slots_size),
		.first_ended = SBX_NONE,
		.last_ended = SBX_NONE,
	};
	/* Children stand behind their parents, so one pass from the end sees them first. */
	for (uint32_t b = sandboxes; b-- > 0;) {
		const struct image_sandbox *sandbox = &plan->sandboxes[b];
		struct sandbox_life *life = &schedule->sandboxes[b];
		uint32_t inits = sandbox->init_mode == INIT_MODE_PROCESS ? 0 : 1;

		life->until_left = sandbox->until_kind == UNTIL_KIND_PROCESS ? sandbox->until_count : 1;
		life->members += sandbox->slot_end - sandbox->slot_first - inits;
		if (life->subtree_end == 0)
			life->subtree_end = b + 1;
		if (sandbox->parent != SBX_NONE) {
			struct sandbox_life *above = &schedule->sandboxes[sandbox->parent];

			above->members++;
			if (above->subtree_end < life->subtree_end)
				above->subtree_end = life->subtree_end;
		}
	}
	return 0;
}

struct table_slot *state_slot(const struct schedule *schedule, uint32_t slot)
{
	return &schedule->run->table.slots[slot];
}

const struct image_sandbox *state_sandbox(const struct schedule *schedule, uint32_t sandbox)
{
	return &schedule->run->plan.sandboxes[sandbox];
}

uint32_t state_slot_end(const struct schedule *schedule, uint32_t sandbox)
{
	return state_sandbox(schedule, schedule->sandboxes[sandbox].subtree_end - 1)->slot_end;
}

void state_set_due(struct schedule *schedule, uint64_t *due, uint64_t at)
{
	*due = at;
	if (schedule->next_at == 0 || at < schedule->next_at)
		schedule->next_at = at;
}

void state_desire(struct schedule *schedule, uint32_t slot, enum desired desired)
{
	table_store(&state_slot(schedule, slot)->desired, desired);
	table_mark(schedule->run->table.dirty_down, slot);
	schedule->has_changes = true;
}

void state_start(struct schedule *schedule, uint32_t slot, enum desired desired)
{
	struct table *table = &schedule->run->table;
	struct sbx_error error = { 0 };

	/* One that is held has them already. */
	if (state_slot(schedule, slot)->desired != DESIRED_NONE || log_account_reserve(slot)) {
		(void)state_event(schedule, slot, SLOT_EVENT_START_ASKED, 0);
		state_desire(schedule, slot, desired);
		return;
	}
	(void)sbx_fail(&error, STEP_LOG_PIPE, (int)schedule->run->plan.slots[slot].level);
	table_set_fault(table, slot, &error);
	table->slots[slot].ended_ns = sys_now();
	table_store(&table->slots[slot].state, SLOT_STATE_FAILED);
	state_ended(schedule, slot);
}

void state_send(struct schedule *schedule, uint32_t slot, uint32_t number)
{
	struct table_slot *state = state_slot(schedule, slot);

	if (number == SIGKILL)
		(void)state_event(schedule, slot, SLOT_EVENT_KILLED, number);
	table_store(&state->desired_signal, number);
	table_store(&state->desired_count, state->desired_count + 1);
	table_mark(schedule->run->table.dirty_down, slot);
	schedule->has_changes = true;
}

void state_signal(struct schedule *schedule, uint32_t slot, uint32_t number)
{
	if (number != SIGKILL)
		(void)state_event(schedule, slot, SLOT_EVENT_STOP_ASKED, number);
	state_send(schedule, slot, number);
}

void state_notify(struct schedule *schedule)
{
	if (schedule->has_changes)
		run_notify(FD_NOTIFY_DOWN);
	schedule->has_changes = false;
}

void state_set_flag(struct schedule *schedule, uint32_t slot, enum slot_flag flag)
{
	table_set_flag(&schedule->run->table, slot, flag);
}

void state_set_outcome(struct schedule *schedule, enum outcome outcome)
{
	struct table_header *header = schedule->run->table.header;

	/* What is killed on its way to an orderly end has not come to that. */
	if (header->outcome == OUTCOME_NONE ||
	    (header->outcome == OUTCOME_STOPPED && outcome == OUTCOME_KILLED))
		header->outcome = outcome;
}

static void list_end(struct schedule *schedule, uint32_t slot)
{
	schedule->slots[slot].next_ended = SBX_NONE;
	if (schedule->first_ended == SBX_NONE)
		schedule->first_ended = slot;
	else
		schedule->slots[schedule->last_ended].next_ended = slot;
	schedule->last_ended = slot;
}

uint32_t state_take_ended(struct schedule *schedule)
{
	uint32_t slot = schedule->first_ended;

	if (slot != SBX_NONE)
		schedule->first_ended = schedule->slots[slot].next_ended;
	return slot;
}

unsigned int state_event(struct schedule *schedule, uint32_t slot, enum slot_event event,
			 uint32_t value)
{
	struct table_header *header = schedule->run->table.header;
	struct slot_life *life = &schedule->slots[slot];
	struct life_step step = lifecycle_step((enum life_state)life->state, event);

	life->state = step.state;
	if (step.effects & LIFE_RECORD)
		table_add_event(&schedule->run->table, slot, event, value);
	if (step.effects & (LIFE_STARTS | LIFE_GIVES_UP)) {
		SBX_ASSERT(header->pending > 0);
		header->pending--;
	}
	if (step.effects & LIFE_ENDS)
		list_end(schedule, slot);
	return step.effects;
}

void state_ended(struct schedule *schedule, uint32_t slot)
{
	const struct table_slot *state = state_slot(schedule, slot);
	uint32_t now = table_load(&state->state);

	if (now == SLOT_STATE_FAILED)
		(void)state_event(schedule, slot, SLOT_EVENT_FAILED, state->fault_errno);
	else if (now == SLOT_STATE_SKIPPED)
		(void)state_event(schedule, slot, SLOT_EVENT_SKIPPED, 0);
	else
		(void)state_event(schedule, slot, SLOT_EVENT_ENDED,
				  state->exit_signal != 0 ? 128 + state->exit_signal :
							    state->exit_code);
}

bool state_is_waiting(const struct schedule *schedule, uint32_t slot)
{
	const struct table_slot *state = state_slot(schedule, slot);

	return (state->desired == DESIRED_NONE || state->desired == DESIRED_HELD) &&
	       table_load(&state->state) <= SLOT_STATE_STARTING;
}

void state_skip(struct schedule *schedule, uint32_t slot)
{
	struct table_slot *state = state_slot(schedule, slot);

	if (!state_is_waiting(schedule, slot))
		return;
	if (state->desired == DESIRED_HELD)
		state_desire(schedule, slot, DESIRED_STOPPED);
	table_store(&state->state, SLOT_STATE_SKIPPED);
	state_ended(schedule, slot);
}
