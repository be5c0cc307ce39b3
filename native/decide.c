/* decide.c - what shall run and what shall stop: dependencies, ends, time-outs, stop order. */
#define _GNU_SOURCE
#include "decide.h"

#include <signal.h>
#include <sys/mman.h>

#include "sys.h"

/* An init that does not end by itself within this time after its members have is killed. */
#define INIT_GRACE_MS 5000u

enum slot_seen { SEEN_NOTHING, SEEN_START, SEEN_END };

static void *take(size_t count, size_t size, struct sbx_error *error)
{
	void *memory = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	(void)sbx_fail(error, STEP_MONITOR_SETUP, 0);
	return NULL;
}

int decide_open(struct decide *decide, struct run *run, struct sbx_error *error)
{
	const struct plan *plan = &run->plan;
	uint32_t boxes = plan->sandbox_count;

	*decide = (struct decide){
		.run = run,
		.slots = take(plan->slot_count, sizeof(struct slot_watch), error),
		.boxes = take(boxes, sizeof(struct box_watch), error),
		.queue = take(plan->slot_count, sizeof(uint32_t), error),
	};
	if (error->step != STEP_NONE)
		return -1;
	/* Children stand behind their parents, so one pass from the end sees them first. */
	for (uint32_t b = boxes; b-- > 0;) {
		const struct image_sandbox *box = &plan->sandboxes[b];
		struct box_watch *watch = &decide->boxes[b];
		uint32_t inits = box->init_mode == INIT_MODE_PROCESS ? 0 : 1;

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

static struct table_slot *state_of(const struct decide *decide, uint32_t slot)
{
	return &decide->run->table.slots[slot];
}

static const struct image_sandbox *box_of(const struct decide *decide, uint32_t box)
{
	return &decide->run->plan.sandboxes[box];
}

/* Slots [first, end) of the sandbox and of those below it. */
static uint32_t subtree_slot_end(const struct decide *decide, uint32_t box)
{
	return box_of(decide, decide->boxes[box].subtree_end - 1)->slot_end;
}

static bool is_init_of(const struct decide *decide, uint32_t slot)
{
	return box_of(decide, decide->run->plan.slots[slot].sandbox)->init_slot == slot;
}

static void due_at(struct decide *decide, uint64_t *place, uint64_t at)
{
	*place = at;
	if (decide->next_at == 0 || at < decide->next_at)
		decide->next_at = at;
}

static void desire(struct decide *decide, uint32_t slot, enum desired desired)
{
	table_store(&state_of(decide, slot)->desired, desired);
	table_mark(decide->run->table.dirty_down, slot);
	decide->told = true;
}

static void send_signal(struct decide *decide, uint32_t slot, uint32_t number)
{
	struct table_slot *state = state_of(decide, slot);

	table_store(&state->desired_signal, number);
	table_store(&state->desired_count, state->desired_count + 1);
	table_mark(decide->run->table.dirty_down, slot);
	decide->told = true;
}

/* The bell wakes every init, so it rings only for news. */
static void ring(struct decide *decide)
{
	if (decide->told)
		run_ring(FD_BELL_DOWN);
	decide->told = false;
}

static void set_flag(struct decide *decide, uint32_t slot, enum slot_flag flag)
{
	table_set_flag(&decide->run->table, slot, flag);
}

static void set_outcome(struct decide *decide, enum outcome outcome, uint32_t slot)
{
	struct table_header *header = decide->run->table.header;

	if (header->outcome == OUTCOME_NONE) {
		header->outcome = outcome;
		header->failed_slot = slot;
	}
}

static void count_settled(struct decide *decide)
{
	struct table_header *header = decide->run->table.header;

	SBX_ASSERT(header->pending > 0);
	header->pending--;
}

/* Queues the end of a slot: it ended, failed, or is marked as never to start. */
static void queue_end(struct decide *decide, uint32_t slot)
{
	if (decide->slots[slot].seen == SEEN_END)
		return;
	if (decide->slots[slot].seen == SEEN_NOTHING)
		count_settled(decide);
	decide->slots[slot].seen = SEEN_END;
	decide->queue[decide->queue_end++] = slot;
}

/* A slot that nobody has started and nobody will. */
static void skip(struct decide *decide, uint32_t slot)
{
	struct table_slot *state = state_of(decide, slot);

	if (state->desired != DESIRED_NONE || table_load(&state->state) != SLOT_STATE_PENDING)
		return;
	table_store(&state->state, SLOT_STATE_SKIPPED);
	queue_end(decide, slot);
}

static void come_to_pass(struct decide *decide, uint32_t slot)
{
	struct slot_watch *watch = &decide->slots[slot];
	uint32_t box = decide->run->plan.slots[slot].sandbox;

	SBX_ASSERT(watch->waits > 0);
	if (--watch->waits == 0 && decide->boxes[box].phase == BOX_ACTIVE &&
	    table_load(&state_of(decide, slot)->state) == SLOT_STATE_PENDING)
		desire(decide, slot, DESIRED_RUNNING);
}

static void release_dependents(struct decide *decide, uint32_t slot, bool ended)
{
	const struct plan *plan = &decide->run->plan;
	const struct image_slot *record = &plan->slots[slot];
	const struct table_slot *state = state_of(decide, slot);
	bool exited = ended && table_load(&state->state) == SLOT_STATE_EXITED;
	bool succeeded = exited && state->exit_code == 0 && state->exit_signal == 0;

	for (uint32_t i = 0; i < record->dependents_count; i++) {
		const struct image_dependent *d = &plan->dependents[record->dependents_first + i];
		bool came = d->condition == CONDITION_STARTED ? !ended :
			    d->condition == CONDITION_EXITED  ? exited :
								succeeded;

		if (came)
			come_to_pass(decide, d->slot);
		else if (ended && !(exited && d->condition == CONDITION_STARTED))
			skip(decide, d->slot);
	}
}

static bool is_failure(const struct decide *decide, uint32_t slot)
{
	const struct table_slot *state = state_of(decide, slot);
	uint32_t now = table_load(&state->state);

	if (state->flags & 1u << SLOT_FLAG_TIMED_OUT)
		return true;
	if (now == SLOT_STATE_FAILED)
		return true;
	return now == SLOT_STATE_EXITED && state->flags == 0 &&
	       (state->exit_code != 0 || state->exit_signal != 0);
}

/* Signals those whose dependents have all ended, the last in plan order first. */
static void stop_ready(struct decide *decide)
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
		for (uint32_t i = 0; i < record->dependents_count && ready; i++)
			ready = table_ended(&decide->run->table,
					    plan->dependents[record->dependents_first + i].slot);
		if (!ready)
			continue;
		watch->to_stop = false;
		decide->to_stop_count--;
		send_signal(decide, slot, process->stop_signal);
		due_at(decide, &watch->kill_at, now + process->stop_grace_ms * SBX_NS_PER_MS);
	}
}

static void mark_to_stop(struct decide *decide, uint32_t slot)
{
	struct slot_watch *watch = &decide->slots[slot];
	struct table_slot *state = state_of(decide, slot);

	if (plan_process(&decide->run->plan, slot) == NULL || watch->seen == SEEN_END)
		return;
	if (state->desired == DESIRED_NONE) {
		skip(decide, slot);
	} else if (!watch->to_stop && watch->kill_at == 0) {
		set_flag(decide, slot, SLOT_FLAG_STOPPED);
		watch->to_stop = true;
		decide->to_stop_count++;
	}
}

static void end_box(struct decide *decide, uint32_t box);

/* Stops a sandbox and those below it; each ends once its members have. */
static void stop_box(struct decide *decide, uint32_t box)
{
	uint32_t end = decide->boxes[box].subtree_end;

	for (uint32_t b = box; b < end; b++) {
		if (decide->boxes[b].phase == BOX_ACTIVE)
			decide->boxes[b].phase = BOX_STOPPING;
	}
	for (uint32_t slot = box_of(decide, box)->slot_first;
	     slot < subtree_slot_end(decide, box); slot++)
		mark_to_stop(decide, slot);
	/* A sandbox without members has nobody's end to wait for. */
	for (uint32_t b = box; b < end; b++) {
		if (decide->boxes[b].members == 0)
			end_box(decide, b);
	}
}

static void member_ended(struct decide *decide, uint32_t box, uint32_t slot);

static void box_done(struct decide *decide, uint32_t box)
{
	const struct image_sandbox *record = box_of(decide, box);

	if (decide->boxes[box].phase == BOX_DONE)
		return;
	decide->boxes[box].phase = BOX_DONE;
	if (record->parent != SBX_NONE)
		member_ended(decide, record->parent, record->init_slot);
}

/*
 * The sandbox whose end brings about that of `box`: the outermost above it that waits for nothing
 * else. Its init takes the others along, in one step instead of one a level.
 */
static uint32_t outermost_done(const struct decide *decide, uint32_t box)
{
	for (;;) {
		uint32_t above = box_of(decide, box)->parent;

		if (above == SBX_NONE || decide->boxes[above].members != 1 ||
		    box_of(decide, above)->init_mode != INIT_MODE_REAPER ||
		    table_load(&state_of(decide, box_of(decide, above)->init_slot)->state) !=
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
	if (box_of(decide, box)->init_mode != INIT_MODE_PROCESS)
		box = outermost_done(decide, box);
	record = box_of(decide, box);
	decide->boxes[box].phase = BOX_ENDING;
	if (record->init_mode == INIT_MODE_PROCESS) {
		box_done(decide, box);
		return;
	}
	desire(decide, record->init_slot, DESIRED_STOPPED);
	due_at(decide, &decide->slots[record->init_slot].kill_at,
	       sys_now() + INIT_GRACE_MS * SBX_NS_PER_MS);
}

/* `slot` is the process, or the init of the nested sandbox, that ended. */
static void member_ended(struct decide *decide, uint32_t box, uint32_t slot)
{
	const struct image_sandbox *record = box_of(decide, box);
	struct box_watch *watch = &decide->boxes[box];

	SBX_ASSERT(watch->members > 0);
	watch->members--;
	if (watch->members == 0)
		end_box(decide, box);
	else if (watch->phase == BOX_ACTIVE &&
		 (record->until_kind == UNTIL_KIND_ANY ||
		  (record->until_kind == UNTIL_KIND_PROCESS && record->until_slot == slot)))
		stop_box(decide, box);
}

/* The init is dead, and so is all in its PID namespace: the kernel saw to it. */
static void init_ended(struct decide *decide, uint32_t box)
{
	const struct image_sandbox *record = box_of(decide, box);
	uint32_t end = decide->boxes[box].subtree_end;
	bool reaper_gone = record->init_mode != INIT_MODE_PROCESS;

	for (uint32_t b = box; b < end; b++) {
		if (decide->boxes[b].phase == BOX_ACTIVE)
			decide->boxes[b].phase = BOX_STOPPING;
	}
	for (uint32_t slot = record->slot_first; slot < subtree_slot_end(decide, box); slot++) {
		struct table_slot *state = state_of(decide, slot);
		uint32_t supervisor = decide->run->plan.slots[slot].supervisor;

		if (slot == record->init_slot || table_ended(&decide->run->table, slot))
			continue;
		set_flag(decide, slot, SLOT_FLAG_ENDED_WITH_SANDBOX);
		/* A supervisor above reaps and reports; one that died with it cannot. */
		if (state->desired == DESIRED_NONE) {
			skip(decide, slot);
		} else if (reaper_gone && supervisor != SBX_NONE && supervisor >= box) {
			bool lived = table_load(&state->state) != SLOT_STATE_PENDING;

			state->exit_signal = lived ? SIGKILL : 0;
			state->ended_ns = sys_now();
			table_store(&state->state, lived ? SLOT_STATE_EXITED : SLOT_STATE_SKIPPED);
			queue_end(decide, slot);
		}
	}
}

/* Whether the slot could not start only because its sandbox was at its end. */
static bool lost_its_sandbox(const struct decide *decide, uint32_t slot)
{
	uint32_t box = decide->run->plan.slots[slot].sandbox;

	for (; box != SBX_NONE; box = box_of(decide, box)->parent) {
		uint32_t init = box_of(decide, box)->init_slot;

		if (init != slot && table_ended(&decide->run->table, init))
			return true;
	}
	return false;
}

static void judge(struct decide *decide, uint32_t slot)
{
	const struct image_process *process = plan_process(&decide->run->plan, slot);
	struct table_slot *state = state_of(decide, slot);

	if (table_load(&state->state) == SLOT_STATE_FAILED && lost_its_sandbox(decide, slot)) {
		table_store(&state->state, SLOT_STATE_SKIPPED);
		return;
	}
	if (!is_failure(decide, slot))
		return;
	/* What cannot be started as written must not run without it. */
	if (table_load(&state->state) == SLOT_STATE_FAILED || process == NULL) {
		set_outcome(decide, OUTCOME_FAULT, slot);
		decide_stop(decide, OUTCOME_FAULT);
	} else if (process->essential) {
		set_outcome(decide, OUTCOME_ESSENTIAL, slot);
		decide_stop(decide, OUTCOME_ESSENTIAL);
	}
}

static void on_end(struct decide *decide, uint32_t slot)
{
	struct slot_watch *watch = &decide->slots[slot];
	uint32_t box = decide->run->plan.slots[slot].sandbox;
	const struct image_sandbox *record = box_of(decide, box);

	if (watch->to_stop)
		decide->to_stop_count--;
	watch->to_stop = false;
	watch->kill_at = watch->timeout_at = 0;
	judge(decide, slot);
	release_dependents(decide, slot, true);
	if (record->init_slot == slot)
		init_ended(decide, box);
	if (record->init_slot == slot && record->init_mode != INIT_MODE_PROCESS)
		box_done(decide, box);
	else
		member_ended(decide, box, slot);
}

static void on_start(struct decide *decide, uint32_t slot)
{
	const struct image_process *process = plan_process(&decide->run->plan, slot);
	const struct table_slot *state = state_of(decide, slot);
	uint32_t box = decide->run->plan.slots[slot].sandbox;
	uint64_t box_ms = box_of(decide, box)->timeout_ms;

	decide->slots[slot].seen = SEEN_START;
	count_settled(decide);
	if (process != NULL && process->timeout_ms != 0)
		due_at(decide, &decide->slots[slot].timeout_at,
		       state->started_ns + process->timeout_ms * SBX_NS_PER_MS);
	if (is_init_of(decide, slot) && box_ms != 0)
		due_at(decide, &decide->boxes[box].timeout_at,
		       state->started_ns + box_ms * SBX_NS_PER_MS);
	release_dependents(decide, slot, false);
}

static void look(struct decide *decide, uint32_t slot)
{
	const struct table_slot *state = state_of(decide, slot);
	uint32_t now = table_load(&state->state);
	bool ran = now == SLOT_STATE_RUNNING || now == SLOT_STATE_EXITED;

	if (ran && decide->slots[slot].seen == SEEN_NOTHING)
		on_start(decide, slot);
	if (now >= SLOT_STATE_EXITED)
		queue_end(decide, slot);
}

static void settle(struct decide *decide)
{
	while (decide->queue_first < decide->queue_end)
		on_end(decide, decide->queue[decide->queue_first++]);
	stop_ready(decide);
	ring(decide);
}

void decide_begin(struct decide *decide)
{
	const struct plan *plan = &decide->run->plan;

	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		const struct image_process *process = plan_process(plan, slot);

		decide->slots[slot].waits = process == NULL ? 0 : process->waits;
		if (decide->slots[slot].waits == 0)
			desire(decide, slot, DESIRED_RUNNING);
	}
	ring(decide);
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
	/* A sandbox that starts without members is done as soon as it stands. */
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
		send_signal(decide, slot, SIGKILL);
	}
	if (is_due(watch->timeout_at, now)) {
		watch->timeout_at = 0;
		if ((state_of(decide, slot)->flags & 1u << SLOT_FLAG_STOPPED) == 0) {
			set_flag(decide, slot, SLOT_FLAG_TIMED_OUT);
			mark_to_stop(decide, slot);
		}
	}
	keep_earliest(decide, watch->kill_at);
	keep_earliest(decide, watch->timeout_at);
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
			set_flag(decide, box_of(decide, box)->init_slot, SLOT_FLAG_TIMED_OUT);
			set_outcome(decide, OUTCOME_TIMEOUT, box_of(decide, box)->init_slot);
			stop_box(decide, box);
		}
		if (is_due(watch->timeout_at, now))
			watch->timeout_at = 0;
		keep_earliest(decide, watch->timeout_at);
	}
	for (uint32_t slot = 0; slot < plan->slot_count; slot++)
		slot_due(decide, slot, now);
	settle(decide);
}

void decide_stop(struct decide *decide, enum outcome outcome)
{
	set_outcome(decide, outcome, SBX_NONE);
	if (decide->run->table.header->phase < PHASE_STOPPING)
		decide->run->table.header->phase = PHASE_STOPPING;
	stop_box(decide, 0);
	stop_ready(decide);
	ring(decide);
}

void decide_kill(struct decide *decide, enum outcome outcome)
{
	const struct plan *plan = &decide->run->plan;

	decide_stop(decide, outcome);
	for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
		if (decide->slots[slot].seen != SEEN_END && plan_process(plan, slot) != NULL)
			send_signal(decide, slot, SIGKILL);
	}
	ring(decide);
}

bool decide_is_over(const struct decide *decide)
{
	return decide->boxes[0].phase == BOX_DONE;
}

bool decide_has_failed(const struct decide *decide)
{
	for (uint32_t slot = 0; slot < decide->run->plan.slot_count; slot++) {
		if (is_failure(decide, slot))
			return true;
	}
	return false;
}
