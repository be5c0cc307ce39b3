/* commands.c - what clients ask of the run and of its slots. */
#define _GNU_SOURCE
#include "run/commands.h"

#include "run/generation.h"
#include "run/scheduler.h"
#include "run/shutdown.h"
#include "run/waits.h"

static int stop(struct schedule *schedule, uint32_t slot)
{
	if (slot != SBX_NONE)
		generation_stop(schedule, slot);
	else if (!schedule->stop_asked)
		end_ask(schedule);
	return 0;
}

static int kill_run(struct schedule *schedule)
{
	schedule->stop_asked = true;
	end_ask(schedule);
	return 0;
}

int commands_carry_out(struct schedule *schedule, const struct request *request)
{
	const struct command *command = &request->command;

	/* What had been reported, or came of the last command, counts for this one. */
	schedule_changes(schedule);
	/* Only the sender knows whether it stops because of a signal, a time-out or its reader. */
	schedule->run->table.header->interrupted |= command->interrupts != 0;
	switch ((enum command_kind)command->kind) {
	case COMMAND_KIND_STOP:
		return stop(schedule, command->slot);
	case COMMAND_KIND_KILL:
		return kill_run(schedule);
	case COMMAND_KIND_SIGNAL:
		state_send(schedule, command->slot, command->argument);
		return 0;
	case COMMAND_KIND_START:
		return generation_start(schedule, command->slot);
	case COMMAND_KIND_RESTART:
		return generation_restart(schedule, command->slot);
	case COMMAND_KIND_WAIT:
		return waits_add(request->client, command->request, command->slot,
				 &schedule->run->table);
	case COMMAND_KIND_LEASE:
	case COMMAND_KIND_SUBSCRIBE:
	case COMMAND_KIND_COUNT:
		break; /* the client's own, which control.c deals with */
	}
	return EINVAL;
}
