/* scheduler.c - what shall run: dependencies, what ends mean, time-outs. */
#define _GNU_SOURCE
#include "run/scheduler.h"

#include <signal.h>

#include "run/generation.h"
#include "run/log_account.h"
#include "run/shutdown.h"
#include "run/verdict.h"
#include "run/waits.h"
#include "core/sys.h"

static bool is_init_of(const struct schedule *schedule, uint32_t slot)
{
	return state_sandbox(schedule, schedule->run->plan.slots[slot].sandbox)->init_slot == slot;
}

static void meet_dependency(struct schedule *schedule, uint32_t slot)
{
	struct slot_life *life = &schedule->slots[slot];
	uint32_t sandbox = schedule->run->plan.slots[slot].sandbox;

	SBX_ASSERT(life->waits > 0);
	if (--life->waits == 0 && schedule->sandboxes[sandbox].phase == SANDBOX_ACTIVE &&
	    schedule->created == schedule->run->plan.slot_count && state_is_waiting(schedule, slot))
		state_start(schedule, slot, DESIRED_RUNNING);
}

/* Marks a slot whose dependency can no longer be met. */
static void mark_unmet(struct schedule *schedule, uint32_t slot)
{
	uint32_t sandbox = schedule->run->plan.slots[slot].sandbox;

	if (state_is_waiting(schedule, slot) && schedule->sandboxes[sandbox].phase == SANDBOX_ACTIVE)
		state_set_flag(schedule, slot, SLOT_FLAG_UNMET);
	state_skip(schedule, slot);
}

/* Events of which any meets a condition. */
static const uint32_t condition_met_by[CONDITION_COUNT] = {
#define MET_BY(condition, events) [condition] = events,
	SBX_CONDITIONS(MET_BY)
#undef MET_BY
};

/* Each of them once, by whichever generation of the slot: what was met stays met. */
static void release_dependents(struct schedule *schedule, uint32_t slot, bool ended)
{
	const struct plan *plan = &schedule->run->plan;
	const struct image_slot *record = &plan->slots[slot];
	const struct table_slot *state = state_slot(schedule, slot);
	uint32_t former = schedule->slots[slot].events;
	bool exited = ended && table_state(state) == SLOT_STATE_EXITED;
	bool succeeded = exited && state->exit_code == 0 && state->exit_signal == 0;
	uint32_t event = !ended ? WAIT_EVENT_START :
			 !exited ? 0 : /* it never started, or could not */
			 succeeded ? WAIT_EVENT_SUCCESS : WAIT_EVENT_FAILURE;

	for (uint32_t i = 0; i < record->dependents_count; i++) {
		const struct image_dependent *d = &plan->dependents[record->dependents_first + i];
		uint32_t met_by = condition_met_by[d->condition];

		if (met_by & former)
			continue;
		if (met_by & event)
			meet_dependency(schedule, d->slot);
		else if (ended)
			mark_unmet(schedule, d->slot);
	}
	schedule->slots[slot].events |= (uint8_t)event;
}

/* Whether the slot could not start only because its sandbox was at its end. */
static bool ended_with_sandbox(const struct schedule *schedule, uint32_t slot)
{
	uint32_t sandbox = schedule->run->plan.slots[slot].sandbox;

	for (; sandbox != SBX_NONE; sandbox = state_sandbox(schedule, sandbox)->parent) {
		uint32_t init = state_sandbox(schedule, sandbox)->init_slot;

		if (init != slot && table_ended(&schedule->run->table, init))
			return true;
	}
	return false;
}

static void end_run_if_failed(struct schedule *schedule, uint32_t slot)
{
	const struct image_process *process = plan_process(&schedule->run->plan, slot);
	struct table_slot *state = state_slot(schedule, slot);

	if (table_state(state) == SLOT_STATE_FAILED && ended_with_sandbox(schedule, slot)) {
		table_store(&state->state, SLOT_STATE_SKIPPED);
		return;
	}
	if (!verdict_write_slot(&schedule->run->plan, &schedule->run->table, slot))
		return;
	/* The run fails in the end; what is outside of that sandbox goes on. */
	if (state->flags & 1u << SLOT_FLAG_SANDBOX_TIMED_OUT)
		return;
	/* What cannot be started as written must not run without it. */
	if (table_state(state) == SLOT_STATE_FAILED || process == NULL) {
		state_set_outcome(schedule, OUTCOME_FAULT);
		end_run(schedule, OUTCOME_FAULT);
	} else if (process->essential) {
		state_set_outcome(schedule, OUTCOME_ESSENTIAL);
		end_run(schedule, OUTCOME_ESSENTIAL);
	}
}

static void on_end(struct schedule *schedule, uint32_t slot)
{
	struct slot_life *life = &schedule->slots[slot];
	uint32_t sandbox = schedule->run->plan.slots[slot].sandbox;
	const struct image_sandbox *record = state_sandbox(schedule, sandbox);

	if (life->to_stop)
		schedule->to_stop_count--;
	if (table_state(state_slot(schedule, slot)) != SLOT_STATE_EXITED)
		log_account_cancel(slot);
	life->to_stop = false;
	life->kill_at = life->escalate_at = life->timeout_at = 0;
	waits_end(slot, state_slot(schedule, slot));
	/* An end that another life follows is not the slot's: it meets nothing, and fails nothing. */
	if (generation_follows(schedule, slot))
		return;
	end_run_if_failed(schedule, slot);
	release_dependents(schedule, slot, true);
	if (record->init_slot == slot)
		end_init_ended(schedule, sandbox);
	if (record->init_slot == slot && record->init_mode != INIT_MODE_PROCESS)
		end_sandbox_done(schedule, sandbox);
	else
		end_member_ended(schedule, sandbox, slot);
}

static void on_start(struct schedule *schedule, uint32_t slot)
{
	const struct image_process *process = plan_process(&schedule->run->plan, slot);
	const struct table_slot *state = state_slot(schedule, slot);
	uint32_t sandbox = schedule->run->plan.slots[slot].sandbox;
	uint64_t sandbox_ms = state_sandbox(schedule, sandbox)->timeout_ms;

	if (process != NULL && process->timeout_ms != 0)
		state_set_due(schedule, &schedule->slots[slot].timeout_at,
		       state->started_ns + process->timeout_ms * SBX_NS_PER_MS);
	if (is_init_of(schedule, slot) && sandbox_ms != 0)
		state_set_due(schedule, &schedule->sandboxes[sandbox].timeout_at,
		       state->started_ns + sandbox_ms * SBX_NS_PER_MS);
	release_dependents(schedule, slot, false);
	if (is_init_of(schedule, slot))
		end_if_empty(schedule, sandbox);
}

static void observe(struct schedule *schedule, uint32_t slot)
{
	const struct table_slot *state = state_slot(schedule, slot);
	enum slot_state now = table_state(state);
	bool ran = now == SLOT_STATE_RUNNING || now == SLOT_STATE_EXITED;

	if (ran && state_event(schedule, slot, SLOT_EVENT_STARTED, 0) & LIFE_STARTS)
		on_start(schedule, slot);
	if (now >= SLOT_STATE_EXITED)
		state_ended(schedule, slot);
}

static void process_ends(struct schedule *schedule)
{
	for (uint32_t slot = state_take_ended(schedule); slot != SBX_NONE;
	     slot = state_take_ended(schedule))
		on_end(schedule, slot);
	end_stop_ready(schedule);
	state_notify(schedule);
}

static void release_waiting(struct schedule *schedule)
{
	for (uint32_t slot = 0; slot < schedule->run->plan.slot_count; slot++) {
		if (schedule->slots[slot].waits == 0 && state_is_waiting(schedule, slot))
			state_start(schedule, slot, DESIRED_RUNNING);
	}
}

/*
 * Where the kernel chooses the PIDs, it gives them in the order of creation: so one slot is created
 * after the other, in plan order, and no program runs, and could fork, before the last of them is.
 */
static void create_next(struct schedule *schedule)
{
	const struct plan *plan = &schedule->run->plan;

	for (; schedule->created < plan->slot_count; schedule->created++) {
		uint32_t slot = schedule->created;
		const struct table_slot *state = state_slot(schedule, slot);

		if (table_state(state) == SLOT_STATE_PENDING &&
		    state->desired == DESIRED_NONE) {
			bool is_process = plan_process(plan, slot) != NULL;

			state_start(schedule, slot, is_process ? DESIRED_HELD : DESIRED_RUNNING);
		}
		if (table_load(&state->state) < SLOT_STATE_RUNNING && !table_load(&state->held))
			return;
	}
	release_waiting(schedule);
}

void schedule_begin(struct schedule *schedule)
{
	const struct plan *plan = &schedule->run->plan;

	/* Counted as they will be taken back, whatever an image may say. */
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		const struct image_slot *record = &plan->slots[slot];

		for (uint32_t i = 0; i < record->dependents_count; i++)
			schedule->slots[plan->dependents[record->dependents_first + i].slot].waits++;
	}
	if (schedule->run->pids_ordered) {
		create_next(schedule);
	} else {
		schedule->created = plan->slot_count;
		release_waiting(schedule);
	}
	state_notify(schedule);
}

void schedule_changes(struct schedule *schedule)
{
	struct table *table = &schedule->run->table;
	uint32_t count = schedule->run->plan.slot_count;
	uint32_t slot = table_take(table->dirty_up, count, 0);

	if (slot == SBX_NONE && schedule->first_ended == SBX_NONE)
		return;
	for (; slot != SBX_NONE; slot = table_take(table->dirty_up, count, slot))
		observe(schedule, slot);
	if (schedule->created < count)
		create_next(schedule);
	process_ends(schedule);
}

static bool is_due(uint64_t at, uint64_t now)
{
	return at != 0 && at <= now;
}

static void keep_earliest(struct schedule *schedule, uint64_t at)
{
	if (at != 0 && (schedule->next_at == 0 || at < schedule->next_at))
		schedule->next_at = at;
}

static void slot_due(struct schedule *schedule, uint32_t slot, uint64_t now)
{
	struct slot_life *life = &schedule->slots[slot];

	if (is_due(life->kill_at, now)) {
		life->kill_at = 0;
		state_set_flag(schedule, slot, SLOT_FLAG_STOPPED);
		state_signal(schedule, slot, SIGKILL);
		life->escalate_at = now + ESCALATE_MS * SBX_NS_PER_MS;
	}
	if (is_due(life->escalate_at, now)) {
		life->escalate_at = 0;
		end_escalate(schedule, slot);
	}
	if (is_due(life->timeout_at, now)) {
		life->timeout_at = 0;
		if ((state_slot(schedule, slot)->flags & 1u << SLOT_FLAG_STOPPED) == 0) {
			state_set_flag(schedule, slot, SLOT_FLAG_TIMED_OUT);
			end_stop_slot(schedule, slot);
		}
	}
	keep_earliest(schedule, life->kill_at);
	keep_earliest(schedule, life->escalate_at);
	keep_earliest(schedule, life->timeout_at);
}

static void run_due(struct schedule *schedule, uint64_t now)
{
	if (is_due(schedule->force_at, now)) {
		schedule->force_at = 0;
		end_force(schedule);
	}
	if (is_due(schedule->give_up_at, now)) {
		schedule->give_up_at = 0;
		schedule->gave_up = true;
	}
	keep_earliest(schedule, schedule->force_at);
	keep_earliest(schedule, schedule->give_up_at);
}

void schedule_due(struct schedule *schedule, uint64_t now)
{
	const struct plan *plan = &schedule->run->plan;

	if (schedule->next_at == 0 || now < schedule->next_at)
		return;
	schedule->next_at = 0;
	for (uint32_t sandbox = 0; sandbox < plan->sandbox_count; sandbox++) {
		struct sandbox_life *life = &schedule->sandboxes[sandbox];

		if (is_due(life->timeout_at, now) && life->phase == SANDBOX_ACTIVE) {
			state_set_flag(schedule, state_sandbox(schedule, sandbox)->init_slot,
				       SLOT_FLAG_SANDBOX_TIMED_OUT);
			state_set_outcome(schedule, OUTCOME_TIMEOUT);
			stop_sandbox(schedule, sandbox);
		}
		if (is_due(life->timeout_at, now))
			life->timeout_at = 0;
		keep_earliest(schedule, life->timeout_at);
	}
	for (uint32_t slot = 0; slot < plan->slot_count; slot++)
		slot_due(schedule, slot, now);
	run_due(schedule, now);
	process_ends(schedule);
}

bool schedule_is_over(const struct schedule *schedule)
{
	return schedule->gave_up || schedule->sandboxes[0].phase == SANDBOX_DONE;
}
