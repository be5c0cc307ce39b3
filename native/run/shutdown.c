/* shutdown.c - how processes, sandboxes and the run are brought to an end, and in what order. */
#define _GNU_SOURCE
#include "run/shutdown.h"

#include <signal.h>

#include "core/sys.h"
#include "init/leftovers.h"
#include "run/generation.h"

/*
 * An init that does not end by itself within this time after its members, and the grace of what
 * these have left, is killed.
 */
#define INIT_GRACE_MS 1000u
/* Dependencies mostly lead back in plan order; then two passes find the longest chain. */
#define CHAIN_PASSES 64
/* After the root's init was killed by the monitor itself. */
#define GIVE_UP_MS 5000u

static void signal_to_stop(struct schedule *schedule, uint32_t slot, uint64_t now)
{
	const struct image_process *process = plan_process(&schedule->run->plan, slot);

	SBX_ASSERT(process != NULL);
	state_signal(schedule, slot, process->stop_signal);
	state_set_due(schedule, &schedule->slots[slot].kill_at,
		      now + process->stop_grace_ms * SBX_NS_PER_MS);
}

void end_stop_ready(struct schedule *schedule)
{
	const struct plan *plan = &schedule->run->plan;
	uint64_t now = schedule->to_stop_count > 0 ? sys_now() : 0;

	for (uint32_t slot = plan->slot_count; slot-- > 0 && schedule->to_stop_count > 0;) {
		const struct image_slot *record = &plan->slots[slot];
		struct slot_life *life = &schedule->slots[slot];
		bool ready = true;

		if (!life->to_stop)
			continue;
		/* One that has not started need not end first: it may be waiting for this very end. */
		for (uint32_t i = 0; i < record->dependents_count && ready; i++) {
			uint32_t above = plan->dependents[record->dependents_first + i].slot;

			ready = table_ended(&schedule->run->table, above) ||
				state_is_waiting(schedule, above);
		}
		if (!ready)
			continue;
		life->to_stop = false;
		schedule->to_stop_count--;
		signal_to_stop(schedule, slot, now);
	}
}

/* The process of `slot` gets its stop signal as soon as nothing depends on it any more. */
static void end_mark_to_stop(struct schedule *schedule, uint32_t slot)
{
	struct slot_life *life = &schedule->slots[slot];

	if (plan_process(&schedule->run->plan, slot) == NULL || life->state == LIFE_ENDED)
		return;
	if (state_is_waiting(schedule, slot)) {
		state_skip(schedule, slot);
	} else if (!life->to_stop && life->kill_at == 0) {
		state_set_flag(schedule, slot, SLOT_FLAG_STOPPED);
		life->to_stop = true;
		schedule->to_stop_count++;
		generation_withdraw(schedule, slot);
	}
}

void end_stop_slot(struct schedule *schedule, uint32_t slot)
{
	struct slot_life *life = &schedule->slots[slot];

	end_mark_to_stop(schedule, slot);
	if (life->to_stop) {
		life->to_stop = false;
		schedule->to_stop_count--;
		signal_to_stop(schedule, slot, sys_now());
	}
}

static void end_sandbox(struct schedule *schedule, uint32_t sandbox);

void stop_sandbox(struct schedule *schedule, uint32_t sandbox)
{
	uint32_t end = schedule->sandboxes[sandbox].subtree_end;

	for (uint32_t b = sandbox; b < end; b++) {
		if (schedule->sandboxes[b].phase == SANDBOX_ACTIVE)
			schedule->sandboxes[b].phase = SANDBOX_STOPPING;
	}
	for (uint32_t slot = state_sandbox(schedule, sandbox)->slot_first;
	     slot < state_slot_end(schedule, sandbox); slot++) {
		generation_cancel(schedule, slot);
		end_mark_to_stop(schedule, slot);
	}
	for (uint32_t b = sandbox; b < end; b++)
		end_if_empty(schedule, b);
}

void end_if_empty(struct schedule *schedule, uint32_t sandbox)
{
	if (schedule->sandboxes[sandbox].members == 0)
		end_sandbox(schedule, sandbox);
}

void end_sandbox_done(struct schedule *schedule, uint32_t sandbox)
{
	const struct image_sandbox *record = state_sandbox(schedule, sandbox);

	if (schedule->sandboxes[sandbox].phase == SANDBOX_DONE)
		return;
	schedule->sandboxes[sandbox].phase = SANDBOX_DONE;
	if (record->parent != SBX_NONE)
		end_member_ended(schedule, record->parent, record->init_slot);
}

/*
 * The sandbox whose end brings about that of `sandbox`: the outermost above it that waits for nothing
 * else. Its init takes the others along, in one step instead of one a level.
 */
static uint32_t outermost_done(const struct schedule *schedule, uint32_t sandbox)
{
	for (;;) {
		uint32_t above = state_sandbox(schedule, sandbox)->parent;

		if (above == SBX_NONE || schedule->sandboxes[above].members != 1 ||
		    state_sandbox(schedule, above)->init_mode != INIT_MODE_REAPER ||
		    table_load(&state_slot(schedule, state_sandbox(schedule, above)->init_slot)->state) !=
			    SLOT_STATE_RUNNING)
			return sandbox;
		sandbox = above;
	}
}

/* All members have ended: the init may. Where it is a member itself, that is the end. */
static void end_sandbox(struct schedule *schedule, uint32_t sandbox)
{
	const struct image_sandbox *record;

	if (schedule->sandboxes[sandbox].phase >= SANDBOX_ENDING)
		return;
	schedule->sandboxes[sandbox].phase = SANDBOX_ENDING;
	if (state_sandbox(schedule, sandbox)->init_mode != INIT_MODE_PROCESS)
		sandbox = outermost_done(schedule, sandbox);
	record = state_sandbox(schedule, sandbox);
	schedule->sandboxes[sandbox].phase = SANDBOX_ENDING;
	if (record->init_mode == INIT_MODE_PROCESS) {
		end_sandbox_done(schedule, sandbox);
		return;
	}
	state_desire(schedule, record->init_slot, DESIRED_STOPPED);
	state_set_due(schedule, &schedule->slots[record->init_slot].kill_at,
		     sys_now() + (leftovers_grace_ms(&schedule->run->plan, sandbox) + INIT_GRACE_MS) *
					 SBX_NS_PER_MS);
}

/* Whether `until` of the sandbox waits for the end of this member. */
static bool is_awaited(const struct image_sandbox *record, uint32_t slot)
{
	return record->until_kind == UNTIL_KIND_ANY ||
	       (record->until_kind == UNTIL_KIND_PROCESS && slot >= record->until_first &&
		slot - record->until_first < record->until_count);
}

void end_member_returns(struct schedule *schedule, uint32_t sandbox, uint32_t slot)
{
	struct sandbox_life *life = &schedule->sandboxes[sandbox];

	SBX_ASSERT(life->phase == SANDBOX_ACTIVE);
	life->members++;
	life->until_left += is_awaited(state_sandbox(schedule, sandbox), slot);
}

void end_member_ended(struct schedule *schedule, uint32_t sandbox, uint32_t slot)
{
	struct sandbox_life *life = &schedule->sandboxes[sandbox];

	SBX_ASSERT(life->members > 0);
	life->members--;
	if (is_awaited(state_sandbox(schedule, sandbox), slot) && life->until_left > 0)
		life->until_left--;
	if (life->members == 0)
		end_sandbox(schedule, sandbox);
	else if (life->phase == SANDBOX_ACTIVE && life->until_left == 0)
		stop_sandbox(schedule, sandbox);
}

void end_init_ended(struct schedule *schedule, uint32_t sandbox)
{
	const struct image_sandbox *record = state_sandbox(schedule, sandbox);
	uint32_t end = schedule->sandboxes[sandbox].subtree_end;
	bool reaper_gone = record->init_mode != INIT_MODE_PROCESS;

	for (uint32_t b = sandbox; b < end; b++) {
		if (schedule->sandboxes[b].phase == SANDBOX_ACTIVE)
			schedule->sandboxes[b].phase = SANDBOX_STOPPING;
	}
	for (uint32_t slot = record->slot_first; slot < state_slot_end(schedule, sandbox); slot++) {
		struct table_slot *state = state_slot(schedule, slot);
		uint32_t supervisor = schedule->run->plan.slots[slot].supervisor;

		generation_cancel(schedule, slot);
		if (slot == record->init_slot || table_ended(&schedule->run->table, slot))
			continue;
		state_set_flag(schedule, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
		/* A supervisor above reaps and reports; one that died with it cannot. */
		if (state_is_waiting(schedule, slot)) {
			state_skip(schedule, slot);
		} else if (reaper_gone && supervisor != SBX_NONE && supervisor >= sandbox) {
			bool lived;

			if (table_is_behind(state))
				table_begin_generation(state);
			lived = !table_came_too_late(&schedule->run->table, slot);
			state->exit_signal = lived ? SIGKILL : 0;
			state->ended_ns = sys_now();
			table_store(&state->state, lived ? SLOT_STATE_EXITED : SLOT_STATE_SKIPPED);
			state_ended(schedule, slot);
		}
	}
}

void end_run(struct schedule *schedule, enum outcome outcome)
{
	state_set_outcome(schedule, outcome);
	if (schedule->run->table.header->phase < PHASE_STOPPING)
		schedule->run->table.header->phase = PHASE_STOPPING;
	stop_sandbox(schedule, 0);
	end_stop_ready(schedule);
	state_notify(schedule);
}

void end_kill(struct schedule *schedule, enum outcome outcome)
{
	const struct plan *plan = &schedule->run->plan;

	end_run(schedule, outcome);
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		if (schedule->slots[slot].state != LIFE_ENDED && plan_process(plan, slot) != NULL)
			state_signal(schedule, slot, SIGKILL);
	}
	state_set_due(schedule, &schedule->force_at, sys_now() + ESCALATE_MS * SBX_NS_PER_MS);
	state_notify(schedule);
}

void end_escalate(struct schedule *schedule, uint32_t slot)
{
	const struct plan *plan = &schedule->run->plan;
	uint32_t init = state_sandbox(schedule, plan->slots[slot].sandbox)->init_slot;

	if (init == slot && plan->slots[slot].supervisor != SBX_NONE)
		init = state_sandbox(schedule, plan->slots[slot].supervisor)->init_slot;
	if (schedule->sandboxes[0].phase != SANDBOX_ACTIVE || plan->slots[init].supervisor == SBX_NONE) {
		end_force(schedule);
		return;
	}
	state_set_flag(schedule, init, SLOT_FLAG_STOPPED);
	state_signal(schedule, init, SIGKILL);
	state_set_due(schedule, &schedule->slots[init].escalate_at,
		     sys_now() + ESCALATE_MS * SBX_NS_PER_MS);
	state_notify(schedule);
}

void end_force(struct schedule *schedule)
{
	const struct image_sandbox *root = state_sandbox(schedule, 0);
	int pidfd = *schedule->run->guarded;

	/* Once it has ended there is nothing to kill, and the descriptor has no other process. */
	if (pidfd >= 0)
		(void)sys_pidfd_send_signal(pidfd, SIGKILL);
	state_set_flag(schedule, root->init_slot, SLOT_FLAG_STOPPED);
	if (schedule->give_up_at == 0)
		state_set_due(schedule, &schedule->give_up_at, sys_now() + GIVE_UP_MS * SBX_NS_PER_MS);
}

void end_ask(struct schedule *schedule)
{
	if (schedule->stop_asked) {
		schedule->kill_asked = true;
		end_kill(schedule, OUTCOME_KILLED);
	} else {
		schedule->stop_asked = true;
		end_run(schedule, OUTCOME_STOPPED);
	}
}

void end_at_once(struct schedule *schedule)
{
	schedule->run->table.header->interrupted = 1;
	schedule->stop_asked = true;
	end_ask(schedule);
	end_force(schedule);
}

/* One pass over all slots. Returns whether a chain grew. */
static bool lengthen_chains(struct schedule *schedule)
{
	const struct plan *plan = &schedule->run->plan;
	bool grew = false;

	for (uint32_t slot = plan->slot_count; slot-- > 0;) {
		const struct image_process *process = plan_process(plan, slot);
		const struct image_slot *record = &plan->slots[slot];
		uint64_t longest = 0;

		for (uint32_t i = 0; i < record->dependents_count; i++) {
			uint32_t above = plan->dependents[record->dependents_first + i].slot;

			if (schedule->slots[above].stop_ms > longest)
				longest = schedule->slots[above].stop_ms;
		}
		if (process != NULL)
			longest += process->stop_grace_ms;
		grew |= longest > schedule->slots[slot].stop_ms;
		schedule->slots[slot].stop_ms = longest;
	}
	return grew;
}

uint64_t end_longest_ms(struct schedule *schedule)
{
	const struct plan *plan = &schedule->run->plan;
	uint64_t longest = 0, sum = 0;
	int passes = 0;

	while (lengthen_chains(schedule) && passes < CHAIN_PASSES)
		passes++;
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		const struct image_process *process = plan_process(plan, slot);

		if (schedule->slots[slot].stop_ms > longest)
			longest = schedule->slots[slot].stop_ms;
		if (process != NULL)
			sum += process->stop_grace_ms;
	}
	/* What is left after that has the grace of its sandbox, once for all that are nested. */
	return (passes < CHAIN_PASSES ? longest : sum) + leftovers_grace_ms(plan, 0);
}
