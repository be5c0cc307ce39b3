/* verdict.c - whether a run passed: the one place that decides it. */
#define _GNU_SOURCE
#include "run/verdict.h"

#include <signal.h>

#include "core/fault.h"

#define BIT(number) (1u << (number))

/* Flags that say why a process ended; the others say nothing of its end. */
#define END_FLAGS                                                                               \
	(BIT(SLOT_FLAG_STOPPED) | BIT(SLOT_FLAG_TIMED_OUT) | BIT(SLOT_FLAG_ENDED_WITH_SANDBOX) | \
	 BIT(SLOT_FLAG_UNMET) | BIT(SLOT_FLAG_SANDBOX_TIMED_OUT))

/* The actual value that an expectation is compared with. */
struct finding {
	enum actual_kind kind;
	uint32_t value;
};

/* The first expectation of a slot; they are in order of slots. */
static uint32_t first_of(const struct plan *plan, uint32_t slot)
{
	uint32_t first = 0, end = plan->expectation_count;

	while (first < end) {
		uint32_t middle = first + (end - first) / 2;

		if (plan->expectations[middle].slot < slot)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static struct finding pid_or_nothing(uint32_t pid)
{
	return pid == 0 ? (struct finding){ .kind = ACTUAL_KIND_NOTHING } :
			  (struct finding){ .kind = ACTUAL_KIND_NUMBER, .value = pid };
}

/* 0 is a parent that is outside of the PID namespace at that level. */
static struct finding parent_pid(const struct plan *plan, const struct table *table,
				 const struct image_expectation *expectation)
{
	uint32_t supervisor = plan->slots[expectation->slot].supervisor;
	struct finding finding = { .kind = ACTUAL_KIND_NUMBER };

	if (table->slots[expectation->slot].pids[0] == 0)
		return (struct finding){ .kind = ACTUAL_KIND_NOTHING };
	if (supervisor != SBX_NONE)
		finding.value = table->slots[plan->sandboxes[supervisor].init_slot]
					.pids[expectation->level];
	else if (expectation->level == 0)
		finding.value = table->header->monitor_pid;
	return finding;
}

static struct finding end_of(const struct table_slot *state)
{
	if (table_state(state) != SLOT_STATE_EXITED)
		return (struct finding){ .kind = ACTUAL_KIND_NOTHING };
	if (state->exit_signal != 0)
		return (struct finding){ .kind = ACTUAL_KIND_SIGNAL, .value = state->exit_signal };
	return (struct finding){ .kind = ACTUAL_KIND_EXIT_CODE, .value = state->exit_code };
}

static bool is_about_end(const struct image_expectation *expectation)
{
	return expectation->what == EXPECTATION_EXIT || expectation->what == EXPECTATION_SIGNAL;
}

static struct finding find(const struct plan *plan, const struct table *table,
			   const struct image_expectation *expectation)
{
	const struct table_slot *state = &table->slots[expectation->slot];

	switch ((enum expectation)expectation->what) {
	case EXPECTATION_PID:
	case EXPECTATION_PINNED:
		return pid_or_nothing(state->pids[expectation->level]);
	case EXPECTATION_PPID:
		return parent_pid(plan, table, expectation);
	case EXPECTATION_LEVEL:
		return (struct finding){ .kind = ACTUAL_KIND_NUMBER,
					 .value = plan->slots[expectation->slot].level };
	case EXPECTATION_EXIT:
	case EXPECTATION_SIGNAL:
	case EXPECTATION_COUNT:
		break;
	}
	return end_of(state);
}

/*
 * Whether this end came only because another process of the run could not start or was essential, or
 * because a signal interrupted the run.
 */
static bool was_cut_short(const struct table *table, const struct table_slot *state)
{
	uint32_t outcome = table->header->outcome;

	return (outcome == OUTCOME_FAULT || outcome == OUTCOME_ESSENTIAL ||
		table->header->interrupted) &&
	       (table_state(state) == SLOT_STATE_SKIPPED ||
		table_load(&state->flags) &
			(BIT(SLOT_FLAG_STOPPED) | BIT(SLOT_FLAG_ENDED_WITH_SANDBOX)));
}

/* A cause is given for what failed by itself, what waited in vain, and what was cut short. */
static bool is_judged(const struct table *table, const struct image_expectation *expectation)
{
	const struct table_slot *state = &table->slots[expectation->slot];
	enum slot_state now = table_state(state);

	if (now < SLOT_STATE_EXITED || now == SLOT_STATE_FAILED ||
	    table_load(&state->flags) & BIT(SLOT_FLAG_UNMET))
		return false;
	if (now == SLOT_STATE_SKIPPED || is_about_end(expectation))
		return !was_cut_short(table, state);
	return true;
}

static enum expectation_result result_of(const struct plan *plan, const struct table *table,
					 const struct image_expectation *expectation,
					 struct finding *finding)
{
	enum actual_kind wanted = expectation->what == EXPECTATION_EXIT	 ? ACTUAL_KIND_EXIT_CODE :
				 expectation->what == EXPECTATION_SIGNAL ? ACTUAL_KIND_SIGNAL :
									   ACTUAL_KIND_NUMBER;

	*finding = (struct finding){ .kind = ACTUAL_KIND_NOTHING };
	if (!is_judged(table, expectation))
		return EXPECTATION_RESULT_NOT_JUDGED;
	*finding = find(plan, table, expectation);
	/* What never was has not been given another PID. */
	if (expectation->what == EXPECTATION_PINNED && finding->kind == ACTUAL_KIND_NOTHING)
		return EXPECTATION_RESULT_NOT_JUDGED;
	return finding->kind == wanted && finding->value == expectation->value ?
		       EXPECTATION_RESULT_MET :
		       EXPECTATION_RESULT_NOT_MET;
}

/* By what the slot itself shows; the expectations come on top. */
static uint32_t own_failures(const struct table_slot *state, bool end_is_expected)
{
	enum slot_state now = table_state(state);
	uint32_t flags = table_load(&state->flags);

	if (now == SLOT_STATE_FAILED)
		return BIT(FAILURE_FAULT);
	if (flags & BIT(SLOT_FLAG_UNMET))
		return BIT(FAILURE_UNMET);
	if (flags & BIT(SLOT_FLAG_SANDBOX_TIMED_OUT))
		return BIT(FAILURE_SANDBOX_TIMED_OUT);
	if (flags & BIT(SLOT_FLAG_TIMED_OUT))
		return BIT(FAILURE_TIMED_OUT);
	/* Its output could not be taken, and this is what comes of that. */
	if (flags & BIT(SLOT_FLAG_OUTPUT_LOST) && state->exit_signal == SIGPIPE)
		return 0;
	/* An end that nobody asked for: not the run by stopping it, not the spec by expecting it. */
	if (now == SLOT_STATE_EXITED && !end_is_expected && (flags & END_FLAGS) == 0 &&
	    (state->exit_code != 0 || state->exit_signal != 0))
		return BIT(FAILURE_BAD_END);
	return 0;
}

/* Writes the results of the slot's expectations as well. */
static uint32_t evaluate_slot(const struct plan *plan, struct table *table, uint32_t slot)
{
	bool end_is_expected = false;
	uint32_t failures = 0;

	for (uint32_t i = first_of(plan, slot);
	     i < plan->expectation_count && plan->expectations[i].slot == slot; i++) {
		const struct image_expectation *expectation = &plan->expectations[i];
		struct table_expectation *record = &table->expectations[i];
		struct finding finding;
		enum expectation_result result = result_of(plan, table, expectation, &finding);

		record->actual_kind = finding.kind;
		record->actual = finding.value;
		table_store(&record->result, result);
		end_is_expected = end_is_expected || is_about_end(expectation);
		if (result == EXPECTATION_RESULT_NOT_MET)
			failures |= expectation->what == EXPECTATION_PINNED ?
					    BIT(FAILURE_PID_NOT_GIVEN) :
					    BIT(FAILURE_EXPECTATION);
	}
	return failures | own_failures(&table->slots[slot], end_is_expected);
}

/* Whether the host, not the spec, is why this slot failed. */
static bool is_hosts(const struct table_slot *state)
{
	uint32_t step = table_load(&state->fault_step);

	if (state->failures & BIT(FAILURE_PID_NOT_GIVEN))
		return true;
	return state->failures & BIT(FAILURE_FAULT) && step_scope(step) == SCOPE_HOST;
}

bool verdict_write_slot(const struct plan *plan, struct table *table, uint32_t slot)
{
	struct table_slot *state = &table->slots[slot];
	uint32_t *code = &table->header->exit_code;
	uint32_t failures = evaluate_slot(plan, table, slot);
	bool is_lossy = table_load(&state->flags) & BIT(SLOT_FLAG_OUTPUT_LOST);

	table_store(&state->failures, failures);
	if (is_hosts(state))
		table_store(code, SBX_EXIT_HOST);
	else if ((failures != 0 || is_lossy) && *code == SBX_EXIT_OK)
		table_store(code, SBX_EXIT_FAILED);
	return failures != 0;
}

void verdict_write(const struct plan *plan, struct table *table)
{
	table_store(&table->header->exit_code, SBX_EXIT_OK);
	for (uint32_t slot = 0; slot < plan->slot_count; slot++)
		(void)verdict_write_slot(plan, table, slot);
	if (table->header->interrupted)
		table_store(&table->header->exit_code, SBX_EXIT_INTERRUPTED);
}

static const char *const failure_names[FAILURE_COUNT] = {
	[FAILURE_FAULT] = "could not be started",
	[FAILURE_UNMET] = "never started: what it waits for can no longer come",
	[FAILURE_TIMED_OUT] = "reached its time-out",
	[FAILURE_SANDBOX_TIMED_OUT] = "its sandbox reached its time-out",
	[FAILURE_BAD_END] = "failed",
	[FAILURE_EXPECTATION] = "was not what is expected",
	[FAILURE_PID_NOT_GIVEN] = "has not the PID that it is pinned to",
};

static void print_slot(const struct plan *plan, const struct table *table, uint32_t slot)
{
	const struct table_slot *state = &table->slots[slot];
	const char *path = plan_string(plan, plan->slots[slot].path);

	for (unsigned int kind = 0; kind < FAILURE_COUNT; kind++) {
		/* A fault has its own line, with its step. */
		if (kind != FAILURE_FAULT && state->failures & BIT(kind))
			(void)dprintf(STDERR_FILENO, "sandbox-shim: %s: %s\n", path,
				      failure_names[kind]);
	}
}

void verdict_print(const struct plan *plan, const struct table *table)
{
	for (uint32_t slot = 0; slot < plan->slot_count; slot++)
		print_slot(plan, table, slot);
}
