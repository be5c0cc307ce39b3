/* shutdown.c - how processes, sandboxes and the run are brought to an end, and in what order. */
#define _GNU_SOURCE
#include "run/shutdown.h"

#include <signal.h>

#include "core/sys.h"
#include "init/leftovers.h"

/*
 * An init that does not end by itself within this time after its members, and the grace of what
 * these have left, is killed.
 */
#define INIT_GRACE_MS 1000u
/* Dependencies mostly lead back in plan order; then two passes find the longest chain. */
#define CHAIN_PASSES 64
/* After the root's init was killed by the monitor itself. */
#define GIVE_UP_MS 5000u

void end_stop_ready(struct decide *decide)
{
	const struct plan *plan = &decide->run->plan;
	uint64_t now = decide->to_stop_count > 0 ? sys_now() : 0;

	for (uint32_t slot = plan->slot_count; slot-- > 0 && decide->to_stop_count > 0;) {
		const struct image_process *process = plan_process(plan, slot);
		const struct image_slot *record = &plan->slots[slot];
		struct slot_watch *watch = &decide->slots[slot];
		bool ready = true;

		if (!watch->to_stop)
			continue;
		/* One that has not started need not end first: it may be waiting for this very end. */
		for (uint32_t i = 0; i < record->dependents_count && ready; i++) {
			uint32_t above = plan->dependents[record->dependents_first + i].slot;

			ready = table_ended(&decide->run->table, above) ||
				watch_is_waiting(decide, above);
		}
		if (!ready)
			continue;
		watch->to_stop = false;
		decide->to_stop_count--;
		watch_signal(decide, slot, process->stop_signal);
		watch_due_at(decide, &watch->kill_at, now + process->stop_grace_ms * SBX_NS_PER_MS);
	}
}

void end_mark_to_stop(struct decide *decide, uint32_t slot)
{
	struct slot_watch *watch = &decide->slots[slot];

	if (plan_process(&decide->run->plan, slot) == NULL || watch->seen == SEEN_END)
		return;
	if (watch_is_waiting(decide, slot)) {
		watch_skip(decide, slot);
	} else if (!watch->to_stop && watch->kill_at == 0) {
		watch_set_flag(decide, slot, SLOT_FLAG_STOPPED);
		watch->to_stop = true;
		decide->to_stop_count++;
	}
}

static void end_box(struct decide *decide, uint32_t box);

void end_stop_box(struct decide *decide, uint32_t box)
{
	uint32_t end = decide->boxes[box].subtree_end;

	for (uint32_t b = box; b < end; b++) {
		if (decide->boxes[b].phase == BOX_ACTIVE)
			decide->boxes[b].phase = BOX_STOPPING;
	}
	for (uint32_t slot = watch_box(decide, box)->slot_first;
	     slot < watch_slot_end(decide, box); slot++)
		end_mark_to_stop(decide, slot);
	for (uint32_t b = box; b < end; b++)
		end_if_empty(decide, b);
}

void end_if_empty(struct decide *decide, uint32_t box)
{
	if (decide->boxes[box].members == 0)
		end_box(decide, box);
}

void end_box_done(struct decide *decide, uint32_t box)
{
	const struct image_sandbox *record = watch_box(decide, box);

	if (decide->boxes[box].phase == BOX_DONE)
		return;
	decide->boxes[box].phase = BOX_DONE;
	if (record->parent != SBX_NONE)
		end_member_ended(decide, record->parent, record->init_slot);
}

/*
 * The sandbox whose end brings about that of `box`: the outermost above it that waits for nothing
 * else. Its init takes the others along, in one step instead of one a level.
 */
static uint32_t outermost_done(const struct decide *decide, uint32_t box)
{
	for (;;) {
		uint32_t above = watch_box(decide, box)->parent;

		if (above == SBX_NONE || decide->boxes[above].members != 1 ||
		    watch_box(decide, above)->init_mode != INIT_MODE_REAPER ||
		    table_load(&watch_state(decide, watch_box(decide, above)->init_slot)->state) !=
			    SLOT_STATE_RUNNING)
			return box;
		box = above;
	}
}

/* All members have ended: the init may. Where it is a member itself, that is the end. */
static void end_box(struct decide *decide, uint32_t box)
{
	const struct image_sandbox *record;

	if (decide->boxes[box].phase >= BOX_ENDING)
		return;
	decide->boxes[box].phase = BOX_ENDING;
	if (watch_box(decide, box)->init_mode != INIT_MODE_PROCESS)
		box = outermost_done(decide, box);
	record = watch_box(decide, box);
	decide->boxes[box].phase = BOX_ENDING;
	if (record->init_mode == INIT_MODE_PROCESS) {
		end_box_done(decide, box);
		return;
	}
	watch_desire(decide, record->init_slot, DESIRED_STOPPED);
	watch_due_at(decide, &decide->slots[record->init_slot].kill_at,
		     sys_now() + (leftovers_grace_ms(&decide->run->plan, box) + INIT_GRACE_MS) *
					 SBX_NS_PER_MS);
}

void end_member_ended(struct decide *decide, uint32_t box, uint32_t slot)
{
	const struct image_sandbox *record = watch_box(decide, box);
	struct box_watch *watch = &decide->boxes[box];
	bool counts = record->until_kind == UNTIL_KIND_ANY ||
		      (record->until_kind == UNTIL_KIND_PROCESS && slot >= record->until_first &&
		       slot - record->until_first < record->until_count);

	SBX_ASSERT(watch->members > 0);
	watch->members--;
	if (counts && watch->until_left > 0)
		watch->until_left--;
	if (watch->members == 0)
		end_box(decide, box);
	else if (watch->phase == BOX_ACTIVE && watch->until_left == 0)
		end_stop_box(decide, box);
}

void end_init_ended(struct decide *decide, uint32_t box)
{
	const struct image_sandbox *record = watch_box(decide, box);
	uint32_t end = decide->boxes[box].subtree_end;
	bool reaper_gone = record->init_mode != INIT_MODE_PROCESS;

	for (uint32_t b = box; b < end; b++) {
		if (decide->boxes[b].phase == BOX_ACTIVE)
			decide->boxes[b].phase = BOX_STOPPING;
	}
	for (uint32_t slot = record->slot_first; slot < watch_slot_end(decide, box); slot++) {
		struct table_slot *state = watch_state(decide, slot);
		uint32_t supervisor = decide->run->plan.slots[slot].supervisor;

		if (slot == record->init_slot || table_ended(&decide->run->table, slot))
			continue;
		watch_set_flag(decide, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
		/* A supervisor above reaps and reports; one that died with it cannot. */
		if (watch_is_waiting(decide, slot)) {
			watch_skip(decide, slot);
		} else if (reaper_gone && supervisor != SBX_NONE && supervisor >= box) {
			bool lived = !table_came_too_late(&decide->run->table, slot);

			state->exit_signal = lived ? SIGKILL : 0;
			state->ended_ns = sys_now();
			table_store(&state->state, lived ? SLOT_STATE_EXITED : SLOT_STATE_SKIPPED);
			watch_queue_end(decide, slot);
		}
	}
}

void end_run(struct decide *decide, enum outcome outcome)
{
	watch_set_outcome(decide, outcome, SBX_NONE);
	if (decide->run->table.header->phase < PHASE_STOPPING)
		decide->run->table.header->phase = PHASE_STOPPING;
	end_stop_box(decide, 0);
	end_stop_ready(decide);
	watch_ring(decide);
}

void end_kill(struct decide *decide, enum outcome outcome)
{
	const struct plan *plan = &decide->run->plan;

	end_run(decide, outcome);
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		if (decide->slots[slot].seen != SEEN_END && plan_process(plan, slot) != NULL)
			watch_signal(decide, slot, SIGKILL);
	}
	watch_due_at(decide, &decide->force_at, sys_now() + ESCALATE_MS * SBX_NS_PER_MS);
	watch_ring(decide);
}

void end_escalate(struct decide *decide, uint32_t slot)
{
	const struct plan *plan = &decide->run->plan;
	uint32_t init = watch_box(decide, plan->slots[slot].sandbox)->init_slot;

	if (init == slot && plan->slots[slot].supervisor != SBX_NONE)
		init = watch_box(decide, plan->slots[slot].supervisor)->init_slot;
	if (decide->boxes[0].phase != BOX_ACTIVE || plan->slots[init].supervisor == SBX_NONE) {
		end_force(decide);
		return;
	}
	watch_set_flag(decide, init, SLOT_FLAG_STOPPED);
	watch_signal(decide, init, SIGKILL);
	watch_due_at(decide, &decide->slots[init].escalate_at,
		     sys_now() + ESCALATE_MS * SBX_NS_PER_MS);
	watch_ring(decide);
}

void end_force(struct decide *decide)
{
	const struct image_sandbox *root = watch_box(decide, 0);
	int pidfd = *decide->run->guarded;

	/* Once it has ended there is nothing to kill, and the descriptor has no other process. */
	if (pidfd >= 0)
		(void)sys_pidfd_send_signal(pidfd, SIGKILL);
	watch_set_flag(decide, root->init_slot, SLOT_FLAG_STOPPED);
	if (decide->give_up_at == 0)
		watch_due_at(decide, &decide->give_up_at, sys_now() + GIVE_UP_MS * SBX_NS_PER_MS);
}

/* One pass over all slots. Returns whether a chain grew. */
static bool lengthen_chains(struct decide *decide)
{
	const struct plan *plan = &decide->run->plan;
	bool grew = false;

	for (uint32_t slot = plan->slot_count; slot-- > 0;) {
		const struct image_process *process = plan_process(plan, slot);
		const struct image_slot *record = &plan->slots[slot];
		uint64_t longest = 0;

		for (uint32_t i = 0; i < record->dependents_count; i++) {
			uint32_t above = plan->dependents[record->dependents_first + i].slot;

			if (decide->slots[above].stop_ms > longest)
				longest = decide->slots[above].stop_ms;
		}
		if (process != NULL)
			longest += process->stop_grace_ms;
		grew |= longest > decide->slots[slot].stop_ms;
		decide->slots[slot].stop_ms = longest;
	}
	return grew;
}

uint64_t end_longest_ms(struct decide *decide)
{
	const struct plan *plan = &decide->run->plan;
	uint64_t longest = 0, sum = 0;
	int passes = 0;

	while (lengthen_chains(decide) && passes < CHAIN_PASSES)
		passes++;
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		const struct image_process *process = plan_process(plan, slot);

		if (decide->slots[slot].stop_ms > longest)
			longest = decide->slots[slot].stop_ms;
		if (process != NULL)
			sum += process->stop_grace_ms;
	}
	/* What is left after that has the grace of its sandbox, once for all that are nested. */
	return (passes < CHAIN_PASSES ? longest : sum) + leftovers_grace_ms(plan, 0);
}
