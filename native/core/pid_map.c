/* pid_map.c - which slot a reaped PID belongs to: a hash table in each supervisor's part. */
#include "core/pid_map.h"

struct index index_of(const struct table *table, uint32_t first, uint32_t count)
{
	return (struct index){
		.table = table,
		.places = table->index + 2 * (size_t)first,
		.size = 2 * count,
	};
}

/* Planned PIDs are dense, so the number itself spreads well. */
static uint32_t home_of(const struct index *index, uint32_t pid)
{
	return pid % index->size;
}

static uint32_t pid_at(const struct index *index, uint32_t place)
{
	return index->table->slots[index->places[place] - 1].pid_of_parent;
}

void index_add(struct index *index, uint32_t slot)
{
	SBX_ASSERT(index->size > 0);
	uint32_t place = home_of(index, index->table->slots[slot].pid_of_parent);

	while (index->places[place] != 0)
		place = (place + 1) % index->size;
	index->places[place] = slot + 1;
}

/* Closes the gap: moves back each follower that a search would no longer reach. */
static void remove_at(struct index *index, uint32_t gap)
{
	uint32_t place = gap;

	for (;;) {
		place = (place + 1) % index->size;
		if (index->places[place] == 0)
			break;
		uint32_t home = home_of(index, pid_at(index, place));
		uint32_t from_home = (place + index->size - home) % index->size;
		uint32_t from_gap = (place + index->size - gap) % index->size;

		if (from_home >= from_gap) {
			index->places[gap] = index->places[place];
			gap = place;
		}
	}
	index->places[gap] = 0;
}

uint32_t index_take(struct index *index, uint32_t pid)
{
	uint32_t place = index->size == 0 ? 0 : home_of(index, pid);

	while (index->size > 0 && index->places[place] != 0) {
		if (pid_at(index, place) == pid) {
			uint32_t slot = index->places[place] - 1;

			remove_at(index, place);
			return slot;
		}
		place = (place + 1) % index->size;
	}
	return SBX_NONE;
}
