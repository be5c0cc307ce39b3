/* waits.c - clients that wait for an end: that of a process, or of the run. */
#define _GNU_SOURCE
#include "run/waits.h"

struct wait {
	struct client *client;
	uint32_t request;
	uint32_t slot; /* SBX_NONE: the run */
};

static struct wait waits[WAITS_MAX] SBX_LARGE;
static uint32_t wait_count;

static void answer(struct client *client, uint32_t request, const struct life_end *end)
{
	const struct frame frame = {
		.kind = FRAME_KIND_ANSWER,
		.slot = request,
		.size = sizeof(*end),
	};

	if (!client_send(client, &frame, end))
		client->has_ended = true;
}

/* The last one takes the place of what goes: in no order, as they are answered by their numbers. */
static void take_out(uint32_t index)
{
	waits[index] = waits[--wait_count];
}

static void answer_all(uint32_t slot, const struct life_end *end)
{
	for (uint32_t i = wait_count; i-- > 0;) {
		if (waits[i].slot != slot)
			continue;
		answer(waits[i].client, waits[i].request, end);
		take_out(i);
	}
}

static struct life_end end_of(const struct table_slot *record)
{
	return (struct life_end){
		.state = table_state(record),
		.exit_code = record->exit_code,
		.exit_signal = record->exit_signal,
		.generation = record->generation,
	};
}

static struct life_end end_of_run(const struct table *table)
{
	return (struct life_end){
		.state = SLOT_STATE_EXITED,
		.exit_code = table_load(&table->header->exit_code),
	};
}

int waits_add(struct client *client, uint32_t request, uint32_t slot, const struct table *table)
{
	bool is_run = slot == SBX_NONE;
	struct life_end end;

	if (is_run ? table_load(&table->header->phase) == PHASE_ENDED : table_ended(table, slot)) {
		end = is_run ? end_of_run(table) : end_of(&table->slots[slot]);
		answer(client, request, &end);
		return 0;
	}
	if (wait_count == WAITS_MAX)
		return EAGAIN;
	waits[wait_count++] = (struct wait){ .client = client, .request = request, .slot = slot };
	return 0;
}

void waits_end(uint32_t slot, const struct table_slot *record)
{
	struct life_end end;

	if (wait_count == 0)
		return;
	end = end_of(record);
	answer_all(slot, &end);
}

void waits_end_run(const struct table *table)
{
	const struct life_end end = end_of_run(table);

	answer_all(SBX_NONE, &end);
}

void waits_forget(const struct client *client)
{
	for (uint32_t i = wait_count; i-- > 0;) {
		if (waits[i].client == client)
			take_out(i);
	}
}
