/* generation.c - the lives of a slot's process after the first one. */
#define _GNU_SOURCE
#include "run/generation.h"

#include "run/shutdown.h"
#include "run/verdict.h"

/* What a command does to a slot, by where that is in its life. */
enum answer {
	ANSWER_ALREADY, /* nothing: EALREADY */
	ANSWER_RETURN, /* it is on its way to its end, which another life is to follow */
	ANSWER_STOP, /* the same, and it has to be stopped first */
	ANSWER_BEGIN,
};

static const uint8_t start_answers[LIFE_STATE_COUNT] = {
	[LIFE_WAITING] = ANSWER_ALREADY,
	[LIFE_ASKED] = ANSWER_ALREADY,
	[LIFE_RUNNING] = ANSWER_ALREADY,
	[LIFE_STOPPING] = ANSWER_RETURN,
	[LIFE_KILLED] = ANSWER_RETURN,
	[LIFE_ENDED] = ANSWER_BEGIN,
};

static const uint8_t restart_answers[LIFE_STATE_COUNT] = {
	[LIFE_WAITING] = ANSWER_ALREADY,
	[LIFE_ASKED] = ANSWER_ALREADY,
	[LIFE_RUNNING] = ANSWER_STOP,
	[LIFE_STOPPING] = ANSWER_RETURN,
	[LIFE_KILLED] = ANSWER_RETURN,
	[LIFE_ENDED] = ANSWER_BEGIN,
};

/*
 * The supervisor has to know before the end: an init whose processes have all ended for good may end
 * without a word of ours.
 */
static void set_returns(struct schedule *schedule, uint32_t slot, bool returns)
{
	schedule->slots[slot].returns = returns;
	table_store(&state_slot(schedule, slot)->returns, returns);
	table_mark(schedule->run->table.dirty_down, slot);
	schedule->has_changes = true;
}

/* Signals that were asked for until now are for the former generation: they are not sent to this one. */
static void begin(struct schedule *schedule, uint32_t slot)
{
	struct table_slot *state = state_slot(schedule, slot);

	table_store(&state->desired, DESIRED_NONE);
	table_store(&state->failures, 0);
	(void)__atomic_fetch_and(&state->flags, 1u << SLOT_FLAG_OUTPUT_LOST, __ATOMIC_ACQ_REL);
	table_store(&state->signals_before, state->desired_count);
	table_store(&state->generation, state->generation + 1);
	set_returns(schedule, slot, false);
	(void)state_event(schedule, slot, SLOT_EVENT_RESTARTED, 0);
	state_start(schedule, slot, DESIRED_RUNNING);
}

/* The verdict so far had its end in it, with what that failed in. */
static void begin_ended(struct schedule *schedule, uint32_t slot)
{
	bool failed = state_slot(schedule, slot)->failures != 0;

	end_member_returns(schedule, schedule->run->plan.slots[slot].sandbox, slot);
	begin(schedule, slot);
	if (failed)
		verdict_write(&schedule->run->plan, &schedule->run->table);
}

/* A process that ended with its sandbox may be reported before the sandbox's init is. */
static int refusal(const struct schedule *schedule, uint32_t slot)
{
	uint32_t sandbox = schedule->run->plan.slots[slot].sandbox;
	uint32_t flags = table_load(&state_slot(schedule, slot)->flags);

	if (state_sandbox(schedule, sandbox)->init_slot == slot)
		return EOPNOTSUPP;
	if (schedule->sandboxes[sandbox].phase != SANDBOX_ACTIVE ||
	    flags & 1u << SLOT_FLAG_ENDED_WITH_SANDBOX)
		return ESHUTDOWN;
	return 0;
}

static int carry_out(struct schedule *schedule, uint32_t slot, const uint8_t *answers)
{
	const struct slot_life *life = &schedule->slots[slot];
	int result = refusal(schedule, slot);

	if (result != 0)
		return result;
	switch ((enum answer)answers[life->state]) {
	case ANSWER_ALREADY:
		return EALREADY;
	case ANSWER_RETURN:
		if (life->returns)
			return EALREADY;
		set_returns(schedule, slot, true);
		return 0;
	case ANSWER_STOP:
		set_returns(schedule, slot, true);
		end_stop_slot(schedule, slot);
		return 0;
	case ANSWER_BEGIN:
		begin_ended(schedule, slot);
		return 0;
	}
	return EINVAL;
}

int generation_start(struct schedule *schedule, uint32_t slot)
{
	return carry_out(schedule, slot, start_answers);
}

int generation_restart(struct schedule *schedule, uint32_t slot)
{
	return carry_out(schedule, slot, restart_answers);
}

bool generation_follows(struct schedule *schedule, uint32_t slot)
{
	if (!schedule->slots[slot].returns)
		return false;
	/* What cannot be started as written is no better a second time. */
	if (table_state(state_slot(schedule, slot)) != SLOT_STATE_EXITED ||
	    refusal(schedule, slot) != 0) {
		generation_cancel(schedule, slot);
		return false;
	}
	begin(schedule, slot);
	return true;
}

void generation_stop(struct schedule *schedule, uint32_t slot)
{
	generation_cancel(schedule, slot);
	end_stop_slot(schedule, slot);
}

void generation_cancel(struct schedule *schedule, uint32_t slot)
{
	if (schedule->slots[slot].returns)
		set_returns(schedule, slot, false);
}

/* It has a signal on its way as well, where the supervisor is about to begin it. */
void generation_withdraw(struct schedule *schedule, uint32_t slot)
{
	const struct table_slot *state = state_slot(schedule, slot);

	if (state->generation > 0 && table_state(state) == SLOT_STATE_PENDING)
		state_desire(schedule, slot, DESIRED_STOPPED);
}
