/* scheduler.c - what shall run: dependencies, what ends mean, time-outs. */
#define _GNU_SOURCE
#include "run/scheduler.h"

#include <signal.h>

#include "run/log_account.h"
#include "run/shutdown.h"
#include "run/verdict.h"
#include "core/sys.h"

static bool is_init_of(const struct decide *decide, uint32_t slot)
{
	return watch_box(decide, decide->run->plan.slots[slot].sandbox)->init_slot == slot;
}

static void come_to_pass(struct decide *decide, uint32_t slot)
{
	struct slot_watch *watch = &decide->slots[slot];
	uint32_t box = decide->run->plan.slots[slot].sandbox;

	SBX_ASSERT(watch->waits > 0);
	if (--watch->waits == 0 && decide->boxes[box].phase == BOX_ACTIVE &&
	    decide->created == decide->run->plan.slot_count && watch_is_waiting(decide, slot))
		watch_start(decide, slot, DESIRED_RUNNING);
}

/* Marks a slot whose dependency can no longer be met. */
static void give_up(struct decide *decide, uint32_t slot)
{
	uint32_t box = decide->run->plan.slots[slot].sandbox;

	if (watch_is_waiting(decide, slot) && decide->boxes[box].phase == BOX_ACTIVE)
		watch_set_flag(decide, slot, SLOT_FLAG_UNMET);
	watch_skip(decide, slot);
}

/* Events of which any meets a condition. */
static const uint32_t condition_met_by[CONDITION_COUNT] = {
#define MET_BY(condition, events) [condition] = events,
	SBX_CONDITIONS(MET_BY)
#undef MET_BY
};

static void release_dependents(struct decide *decide, uint32_t slot, bool ended)
{
	const struct plan *plan = &decide->run->plan;
	const struct image_slot *record = &plan->slots[slot];
	const struct table_slot *state = watch_state(decide, slot);
	bool exited = ended && table_load(&state->state) == SLOT_STATE_EXITED;
	bool succeeded = exited && state->exit_code == 0 && state->exit_signal == 0;
	uint32_t event = !ended ? WAIT_EVENT_START :
			 !exited ? 0 : /* it never started, or could not */
			 succeeded ? WAIT_EVENT_SUCCESS : WAIT_EVENT_FAILURE;

	for (uint32_t i = 0; i < record->dependents_count; i++) {
		const struct image_dependent *d = &plan->dependents[record->dependents_first + i];
		uint32_t met_by = condition_met_by[d->condition];

		if (met_by & event)
			come_to_pass(decide, d->slot);
		else if (ended && !(exited && met_by & WAIT_EVENT_START))
			give_up(decide, d->slot);
	}
}

/* Whether the slot could not start only because its sandbox was at its end. */
static bool lost_its_sandbox(const struct decide *decide, uint32_t slot)
{
	uint32_t box = decide->run->plan.slots[slot].sandbox;

	for (; box != SBX_NONE; box = watch_box(decide, box)->parent) {
		uint32_t init = watch_box(decide, box)->init_slot;

		if (init != slot && table_ended(&decide->run->table, init))
			return true;
	}
	return false;
}

static void judge(struct decide *decide, uint32_t slot)
{
	const struct image_process *process = plan_process(&decide->run->plan, slot);
	struct table_slot *state = watch_state(decide, slot);

	if (table_load(&state->state) == SLOT_STATE_FAILED && lost_its_sandbox(decide, slot)) {
		table_store(&state->state, SLOT_STATE_SKIPPED);
		return;
	}
	if (!verdict_write_slot(&decide->run->plan, &decide->run->table, slot))
		return;
	/* The run fails in the end; what is outside of that sandbox goes on. */
	if (state->flags & 1u << SLOT_FLAG_SANDBOX_TIMED_OUT)
		return;
	/* What cannot be started as written must not run without it. */
	if (table_load(&state->state) == SLOT_STATE_FAILED || process == NULL) {
		watch_set_outcome(decide, OUTCOME_FAULT, slot);
		end_run(decide, OUTCOME_FAULT);
	} else if (process->essential) {
		watch_set_outcome(decide, OUTCOME_ESSENTIAL, slot);
		end_run(decide, OUTCOME_ESSENTIAL);
	}
}

static void on_end(struct decide *decide, uint32_t slot)
{
	struct slot_watch *watch = &decide->slots[slot];
	uint32_t box = decide->run->plan.slots[slot].sandbox;
	const struct image_sandbox *record = watch_box(decide, box);

	if (watch->to_stop)
		decide->to_stop_count--;
	if (table_load(&watch_state(decide, slot)->state) != SLOT_STATE_EXITED)
		log_account_cancel(slot);
	watch->to_stop = false;
	watch->kill_at = watch->escalate_at = watch->timeout_at = 0;
	judge(decide, slot);
	release_dependents(decide, slot, true);
	if (record->init_slot == slot)
		end_init_ended(decide, box);
	if (record->init_slot == slot && record->init_mode != INIT_MODE_PROCESS)
		end_box_done(decide, box);
	else
		end_member_ended(decide, box, slot);
}

static void on_start(struct decide *decide, uint32_t slot)
{
	const struct image_process *process = plan_process(&decide->run->plan, slot);
	const struct table_slot *state = watch_state(decide, slot);
	uint32_t box = decide->run->plan.slots[slot].sandbox;
	uint64_t box_ms = watch_box(decide, box)->timeout_ms;

	decide->slots[slot].seen = SEEN_START;
	watch_count_settled(decide);
	if (process != NULL && process->timeout_ms != 0)
		watch_due_at(decide, &decide->slots[slot].timeout_at,
		       state->started_ns + process->timeout_ms * SBX_NS_PER_MS);
	if (is_init_of(decide, slot) && box_ms != 0)
		watch_due_at(decide, &decide->boxes[box].timeout_at,
		       state->started_ns + box_ms * SBX_NS_PER_MS);
	release_dependents(decide, slot, false);
	if (is_init_of(decide, slot))
		end_if_empty(decide, box);
}

static void look(struct decide *decide, uint32_t slot)
{
	const struct table_slot *state = watch_state(decide, slot);
	uint32_t now = table_load(&state->state);
	bool ran = now == SLOT_STATE_RUNNING || now == SLOT_STATE_EXITED;

	if (ran && decide->slots[slot].seen == SEEN_NOTHING)
		on_start(decide, slot);
	if (now >= SLOT_STATE_EXITED)
		watch_queue_end(decide, slot);
}

static void settle(struct decide *decide)
{
	while (decide->queue_first < decide->queue_end)
		on_end(decide, decide->queue[decide->queue_first++]);
	end_stop_ready(decide);
	watch_ring(decide);
}

static void release_waiting(struct decide *decide)
{
	for (uint32_t slot = 0; slot < decide->run->plan.slot_count; slot++) {
		if (decide->slots[slot].waits == 0 && watch_is_waiting(decide, slot))
			watch_start(decide, slot, DESIRED_RUNNING);
	}
}

/*
 * Where the kernel chooses the PIDs, it gives them in the order of creation: so one slot is created
 * after the other, in plan order, and no program runs, and could fork, before the last of them is.
 */
static void create_next(struct decide *decide)
{
	const struct plan *plan = &decide->run->plan;

	for (; decide->created < plan->slot_count; decide->created++) {
		uint32_t slot = decide->created;
		const struct table_slot *state = watch_state(decide, slot);

		if (table_load(&state->state) == SLOT_STATE_PENDING &&
		    state->desired == DESIRED_NONE) {
			bool is_process = plan_process(plan, slot) != NULL;

			watch_start(decide, slot, is_process ? DESIRED_HELD : DESIRED_RUNNING);
		}
		if (table_load(&state->state) < SLOT_STATE_RUNNING && !table_load(&state->held))
			return;
	}
	release_waiting(decide);
}

void decide_begin(struct decide *decide)
{
	const struct plan *plan = &decide->run->plan;

	/* Counted as they will be taken back, whatever an image may say. */
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		const struct image_slot *record = &plan->slots[slot];

		for (uint32_t i = 0; i < record->dependents_count; i++)
			decide->slots[plan->dependents[record->dependents_first + i].slot].waits++;
	}
	if (decide->run->pids_ordered) {
		create_next(decide);
	} else {
		decide->created = plan->slot_count;
		release_waiting(decide);
	}
	watch_ring(decide);
}

void decide_changes(struct decide *decide)
{
	struct table *table = &decide->run->table;
	uint32_t count = decide->run->plan.slot_count;
	uint32_t slot = table_take(table->dirty_up, count, 0);

	if (slot == SBX_NONE && decide->queue_first == decide->queue_end)
		return;
	for (; slot != SBX_NONE; slot = table_take(table->dirty_up, count, slot))
		look(decide, slot);
	if (decide->created < count)
		create_next(decide);
	settle(decide);
}

static bool is_due(uint64_t at, uint64_t now)
{
	return at != 0 && at <= now;
}

static void keep_earliest(struct decide *decide, uint64_t at)
{
	if (at != 0 && (decide->next_at == 0 || at < decide->next_at))
		decide->next_at = at;
}

static void slot_due(struct decide *decide, uint32_t slot, uint64_t now)
{
	struct slot_watch *watch = &decide->slots[slot];

	if (is_due(watch->kill_at, now)) {
		watch->kill_at = 0;
		watch_set_flag(decide, slot, SLOT_FLAG_STOPPED);
		watch_signal(decide, slot, SIGKILL);
		watch->escalate_at = now + ESCALATE_MS * SBX_NS_PER_MS;
	}
	if (is_due(watch->escalate_at, now)) {
		watch->escalate_at = 0;
		end_escalate(decide, slot);
	}
	if (is_due(watch->timeout_at, now)) {
		watch->timeout_at = 0;
		if ((watch_state(decide, slot)->flags & 1u << SLOT_FLAG_STOPPED) == 0) {
			watch_set_flag(decide, slot, SLOT_FLAG_TIMED_OUT);
			end_mark_to_stop(decide, slot);
		}
	}
	keep_earliest(decide, watch->kill_at);
	keep_earliest(decide, watch->escalate_at);
	keep_earliest(decide, watch->timeout_at);
}

static void run_due(struct decide *decide, uint64_t now)
{
	if (is_due(decide->force_at, now)) {
		decide->force_at = 0;
		end_force(decide);
	}
	if (is_due(decide->give_up_at, now)) {
		decide->give_up_at = 0;
		decide->gave_up = true;
	}
	keep_earliest(decide, decide->force_at);
	keep_earliest(decide, decide->give_up_at);
}

void decide_due(struct decide *decide, uint64_t now)
{
	const struct plan *plan = &decide->run->plan;

	if (decide->next_at == 0 || now < decide->next_at)
		return;
	decide->next_at = 0;
	for (uint32_t box = 0; box < plan->sandbox_count; box++) {
		struct box_watch *watch = &decide->boxes[box];

		if (is_due(watch->timeout_at, now) && watch->phase == BOX_ACTIVE) {
			watch_set_flag(decide, watch_box(decide, box)->init_slot,
				       SLOT_FLAG_SANDBOX_TIMED_OUT);
			watch_set_outcome(decide, OUTCOME_TIMEOUT, watch_box(decide, box)->init_slot);
			end_stop_box(decide, box);
		}
		if (is_due(watch->timeout_at, now))
			watch->timeout_at = 0;
		keep_earliest(decide, watch->timeout_at);
	}
	for (uint32_t slot = 0; slot < plan->slot_count; slot++)
		slot_due(decide, slot, now);
	run_due(decide, now);
	settle(decide);
}

bool decide_is_over(const struct decide *decide)
{
	return decide->gave_up || decide->boxes[0].phase == BOX_DONE;
}
