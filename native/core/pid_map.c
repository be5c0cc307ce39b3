/* pid_map.c - which of its slots a supervisor's child belongs to. */
#include "core/pid_map.h"

/* A slot may have two children, the process and a helper; half of the table stays free. */
#define ENTRIES_PER_SLOT 4u

size_t pid_map_size(uint32_t count)
{
	return (size_t)count * ENTRIES_PER_SLOT * sizeof(struct pid_map_entry);
}

struct pid_map pid_map_in(void *memory, uint32_t count)
{
	return (struct pid_map){ .entries = memory, .size = count * ENTRIES_PER_SLOT };
}

/* Planned PIDs are dense, so the number itself spreads well. */
static uint32_t home_of(const struct pid_map *map, pid_t pid)
{
	return (uint32_t)pid % map->size;
}

void pid_map_add(struct pid_map *map, pid_t pid, uint32_t index)
{
	SBX_ASSERT(map->size > 0);
	SBX_ASSERT(pid > 0);
	uint32_t bucket = home_of(map, pid);

	while (map->entries[bucket].pid != 0)
		bucket = (bucket + 1) % map->size;
	map->entries[bucket] = (struct pid_map_entry){ .pid = pid, .index = index };
}

/* Closes the gap: moves back each follower that a search would no longer reach. */
static void remove_at(struct pid_map *map, uint32_t gap)
{
	for (uint32_t bucket = (gap + 1) % map->size; map->entries[bucket].pid != 0;
	     bucket = (bucket + 1) % map->size) {
		uint32_t home = home_of(map, map->entries[bucket].pid);
		uint32_t from_home = (bucket + map->size - home) % map->size;
		uint32_t from_gap = (bucket + map->size - gap) % map->size;

		if (from_home >= from_gap) {
			map->entries[gap] = map->entries[bucket];
			gap = bucket;
		}
	}
	map->entries[gap].pid = 0;
}

uint32_t pid_map_take(struct pid_map *map, pid_t pid)
{
	uint32_t bucket = map->size == 0 ? 0 : home_of(map, pid);

	while (map->size > 0 && map->entries[bucket].pid != 0) {
		if (map->entries[bucket].pid == pid) {
			uint32_t index = map->entries[bucket].index;

			remove_at(map, bucket);
			return index;
		}
		bucket = (bucket + 1) % map->size;
	}
	return SBX_NONE;
}
