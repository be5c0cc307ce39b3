/*
 * lifecycle.c - the scheduler alone, without a process: first every state of a slot's life with every
 * event, then runs of a plan in which supervisors report, time passes and commands come at random.
 * Whatever the order, nothing trips an assertion, and a run that is killed comes to its end.
 * Usage: lifecycle IMAGE RUNS SEED
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/sys.h"
#include "run/generation.h"
#include "run/log.h"
#include "run/log_account.h"
#include "run/scheduler.h"
#include "run/shutdown.h"

/* Steps of one run; after these everything is killed and reported. */
#define STEPS 3000

static uint64_t state;
static uint64_t restarts;

/* xorshift64 */
static uint32_t below(uint32_t end)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % end;
}

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "lifecycle: %s\n", what);
	abort();
}

static void every_state_and_event(void)
{
	for (int from = 0; from < LIFE_STATE_COUNT; from++) {
		for (int event = 0; event < SLOT_EVENT_COUNT; event++) {
			struct life_step step =
				lifecycle_step((enum life_state)from, (enum slot_event)event);
			bool ends = event >= SLOT_EVENT_ENDED && event <= SLOT_EVENT_FAILED;
			bool begins = from == LIFE_ENDED && event == SLOT_EVENT_RESTARTED;

			check(step.state < LIFE_STATE_COUNT, "a state that is none");
			check(begins ? step.state == LIFE_WAITING : step.state >= from,
			      "a life that goes back");
			check(!ends || step.state == LIFE_ENDED, "an end that is none");
			check(!(step.effects & LIFE_ENDS) == (!ends || from == LIFE_ENDED),
			      "one end for each life");
			check(!(step.effects & (LIFE_STARTS | LIFE_GIVES_UP)) || from <= LIFE_ASKED,
			      "counted twice");
			check(from > LIFE_ASKED || step.state <= LIFE_ASKED ||
				      step.effects & (LIFE_STARTS | LIFE_GIVES_UP),
			      "not counted");
		}
	}
}

/* What a supervisor could report of a slot next, in whatever order. */
static void report(struct schedule *schedule, uint32_t slot)
{
	struct table *table = &schedule->run->table;
	struct table_slot *record = &table->slots[slot];
	const struct sbx_error error = { .step = STEP_EXEC, .err = 2 };

	if (table_is_behind(record)) {
		if (record->desired == DESIRED_NONE)
			return;
		table_begin_generation(record);
		if (record->desired == DESIRED_STOPPED)
			table_set_state(table, slot, SLOT_STATE_SKIPPED);
		return;
	}
	if (record->state >= SLOT_STATE_EXITED)
		return;
	if (record->state == SLOT_STATE_PENDING) {
		if (record->generation > 0 && record->desired == DESIRED_STOPPED)
			table_set_state(table, slot, SLOT_STATE_SKIPPED);
		if (record->desired != DESIRED_RUNNING && record->desired != DESIRED_HELD)
			return;
		table_set_state(table, slot, SLOT_STATE_STARTING);
		record->pids[0] = slot + 2;
	} else if (record->state == SLOT_STATE_STARTING && below(64) == 0) {
		table_set_fault(table, slot, &error);
		table_set_exit(table, slot, 127 << 8);
	} else if (record->state == SLOT_STATE_STARTING && record->desired == DESIRED_HELD) {
		table_store(&record->held, 1);
		table_mark(table->dirty_up, slot);
	} else if (record->state == SLOT_STATE_STARTING) {
		table_set_state(table, slot, SLOT_STATE_RUNNING);
	} else if (below(20) == 0) {
		table_set_exit(table, slot, below(2) == 0 ? (int)below(3) << 8 : (int)below(16));
	}
}

/* A client's command, at any time, for a slot in whichever state. */
static void command(struct schedule *schedule, uint32_t slot)
{
	uint32_t generation = schedule->run->table.slots[slot].generation;
	int result;

	if (plan_process(&schedule->run->plan, slot) == NULL)
		return;
	switch (below(4)) {
	case 0:
		result = generation_start(schedule, slot);
		break;
	case 1:
		generation_stop(schedule, slot);
		return;
	default:
		result = generation_restart(schedule, slot);
		break;
	}
	check(result == 0 || result == EALREADY || result == ESHUTDOWN || result == EOPNOTSUPP,
	      "an answer that is none");
	check(result == 0 || generation == schedule->run->table.slots[slot].generation,
	      "refused, and carried out");
}

/* A sandbox has as many members as slots and sandboxes of it that have not ended for good. */
static void check_members(const struct schedule *schedule)
{
	const struct plan *plan = &schedule->run->plan;

	for (uint32_t b = 0; b < plan->sandbox_count; b++) {
		const struct image_sandbox *record = &plan->sandboxes[b];
		uint32_t members = 0;

		for (uint32_t slot = record->slot_first; slot < record->slot_end; slot++)
			members += plan_process(plan, slot) != NULL &&
				   schedule->slots[slot].state != LIFE_ENDED;
		for (uint32_t other = b + 1; other < plan->sandbox_count; other++)
			members += plan->sandboxes[other].parent == b &&
				   schedule->sandboxes[other].phase != SANDBOX_DONE;
		check(members == schedule->sandboxes[b].members, "members miscounted");
	}
}

static void step(struct schedule *schedule, uint64_t *now)
{
	uint32_t slots = schedule->run->plan.slot_count;

	switch (below(400)) {
	case 0:
		end_run(schedule, OUTCOME_STOPPED);
		break;
	case 1:
		end_kill(schedule, OUTCOME_KILLED);
		break;
	case 2:
		end_force(schedule);
		break;
	case 3:
		*now += (uint64_t)below(3000) * SBX_NS_PER_MS;
		break;
	case 4 ... 40:
		command(schedule, below(slots));
		break;
	default:
		report(schedule, below(slots));
		break;
	}
	schedule_changes(schedule);
	schedule_due(schedule, *now);
	if (schedule->first_ended == SBX_NONE)
		check_members(schedule);
}

/* As the kernel does it: the root's init is gone, and all else with it. */
static void end_all(struct schedule *schedule, uint64_t now)
{
	struct table *table = &schedule->run->table;
	uint32_t init = schedule->run->plan.sandboxes[0].init_slot;

	end_kill(schedule, OUTCOME_KILLED);
	if (table_load(&table->slots[init].state) == SLOT_STATE_PENDING)
		table_set_state(table, init, SLOT_STATE_STARTING);
	for (uint32_t slot = schedule->run->plan.slot_count; slot-- > 0;) {
		struct table_slot *record = &table->slots[slot];

		if (slot == init || table_ended(table, slot) || record->state == SLOT_STATE_PENDING)
			continue;
		if (schedule->run->plan.slots[slot].supervisor == SBX_NONE)
			table_set_exit(table, slot, SIGKILL);
	}
	if (!table_ended(table, init))
		table_set_exit(table, init, SIGKILL);
	schedule_changes(schedule);
	schedule_due(schedule, now + 60000 * SBX_NS_PER_MS);
	schedule_changes(schedule);
}

static void check_ring(const struct table *table)
{
	const struct table_header *header = table->header;

	for (uint64_t number = 1; number <= header->events_written; number++) {
		const struct table_event *event = &table->events[(number - 1) % TABLE_EVENT_CAPACITY];

		check(number + TABLE_EVENT_CAPACITY <= header->events_written || event->number == number,
		      "an event is missing");
		check(event->event < SLOT_EVENT_COUNT && event->slot < header->slot_count,
		      "an event of nothing");
	}
}

static void one_run(struct run *run)
{
	struct schedule schedule;
	struct sbx_error error = { 0 };
	uint64_t now = sys_now();

	check(table_create(&run->table, &run->plan, -1, &error) == 0, "no table");
	check(state_open(&schedule, run, &error) == 0, "no memory");
	check(log_account_open(run, &error) == 0, "no account");
	run->pids_ordered = below(3) == 0;
	schedule_begin(&schedule);
	for (int i = 0; i < STEPS && !schedule_is_over(&schedule); i++)
		step(&schedule, &now);
	if (!schedule_is_over(&schedule))
		end_all(&schedule, now);
	check(schedule_is_over(&schedule), "a killed run does not end");
	check(run->table.header->pending <= run->plan.slot_count, "counted below nothing");
	check_ring(&run->table);
	for (uint32_t slot = 0; slot < run->plan.slot_count; slot++)
		restarts += run->table.slots[slot].generation;
	(void)munmap(run->table.header, run->table.header->size);
	(void)munmap(schedule.slots, state_size(&run->plan));
	log_account_close();
}

int main(int count, char **arguments)
{
	static struct run run;
	static int root_pidfd = -1;
	struct sbx_error error = { 0 };

	check(count == 4, "usage: lifecycle IMAGE RUNS SEED");
	check(plan_map(arguments[1], &run.plan, &error) == 0, "no plan");
	state = strtoull(arguments[3], NULL, 10) | 1;
	run.guarded = &root_pidfd;
	run.descriptors.rlim_max = 4096;
	run.takes_output = true;
	every_state_and_event();
	for (unsigned long i = strtoul(arguments[2], NULL, 10); i > 0; i--)
		one_run(&run);
	check(restarts > 0, "nothing has lived twice");
	return 0;
}
