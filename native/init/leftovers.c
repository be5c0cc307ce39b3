/* leftovers.c - what processes have left in a sandbox when it ends: daemons and orphans. */
#define _GNU_SOURCE
#include "init/leftovers.h"

#include <signal.h>

#include "core/children.h"
#include "core/sys.h"

/* The first sandbox behind those below: parents stand before their children. */
static uint32_t subtree_end(const struct plan *plan, uint32_t sandbox)
{
	uint32_t end = sandbox + 1;

	while (end < plan->sandbox_count && plan->sandboxes[end].parent != SBX_NONE &&
	       plan->sandboxes[end].parent >= sandbox)
		end++;
	return end;
}

/* Whether the init of a sandbox below has leftovers and waits for them. */
static bool exist_below(const struct run *run, uint32_t sandbox)
{
	for (uint32_t i = sandbox + 1; i < subtree_end(&run->plan, sandbox); i++) {
		const struct table_slot *init = &run->table.slots[run->plan.sandboxes[i].init_slot];

		if (table_load(&init->leftovers) && table_load(&init->state) == SLOT_STATE_RUNNING)
			return true;
	}
	return false;
}

/* Whether the child is the process of a slot, or its group got the stop signal with such a one. */
static bool is_known(const struct supervisor *supervisor, const struct child_process *child)
{
	const struct run *run = supervisor->run;

	for (uint32_t i = 0; i < supervisor->count; i++) {
		uint32_t slot = supervise_slot(supervisor, i);
		const struct table_slot *state = &run->table.slots[slot];
		const struct image_process *process = plan_process(&run->plan, slot);

		if (state->pids[0] == child->pid && supervisor->children[i].pid > 0)
			return true;
		if (state->pids[0] == child->group &&
		    state->signalled_count != state->signals_before &&
		    process != NULL && process->stop_scope == STOP_SCOPE_GROUP)
			return true;
	}
	return false;
}

static bool was_asked(const struct leftovers *leftovers, uint32_t pid)
{
	for (uint32_t i = 0; i < leftovers->asked_count; i++) {
		if (leftovers->asked[i] == pid)
			return true;
	}
	return false;
}

/* A signal for each once: a handler may take a second one for impatience. */
static bool ask(void *context, const struct child_process *child)
{
	struct leftovers *leftovers = context;

	if (leftovers->asked_count == LEFTOVERS_ASKED_MAX || was_asked(leftovers, child->pid))
		return true;
	leftovers->asked[leftovers->asked_count++] = child->pid;
	if (!is_known(leftovers->supervisor, child))
		(void)sys_pidfd_send_signal(child->directory, SIGTERM);
	return sys_pidfd_send_signal(child->directory, SIGCONT) == 0;
}

static bool is_there(void *context, const struct child_process *child)
{
	(void)context;
	(void)child;
	return true;
}

bool leftovers_exist(const struct leftovers *leftovers)
{
	const struct supervisor *supervisor = leftovers->supervisor;
	const struct run *run = supervisor->run;
	bool is_pid1 = run->plan.sandboxes[leftovers->sandbox].init_mode == INIT_MODE_REAPER;

	/* As PID 1, all others in the PID namespace. Source: kill(2). */
	if (is_pid1 && kill(-1, 0) < 0 && errno == ESRCH)
		return false;
	return children_visit(0, is_there, NULL) > supervise_alive(supervisor) ||
	       exist_below(run, leftovers->sandbox);
}

void leftovers_ask(struct leftovers *leftovers)
{
	(void)children_visit(0, ask, leftovers);
}

uint32_t leftovers_grace_ms(const struct plan *plan, uint32_t sandbox)
{
	uint32_t longest = 0;

	for (uint32_t i = sandbox; i < subtree_end(plan, sandbox); i++) {
		if (plan->sandboxes[i].stop_grace_ms > longest)
			longest = plan->sandboxes[i].stop_grace_ms;
	}
	return longest;
}
