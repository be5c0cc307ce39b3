/* pid_map.h - which of its slots a supervisor's child belongs to. */
#ifndef PID_MAP_H
#define PID_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sbx.h"

/* One entry: a child's PID as its supervisor sees it, and an index of the supervisor's own. */
struct pid_map_entry {
	pid_t pid; /* 0: free */
	uint32_t index;
};

/* A hash table in the supervisor's own memory, which nobody else can write. */
struct pid_map {
	struct pid_map_entry *entries;
	uint32_t size;
};

/* Bytes of memory, zeroed, that a map of at most `count` children needs; and the map in it. */
size_t pid_map_size(uint32_t count);
struct pid_map pid_map_in(void *memory, uint32_t count);

void pid_map_add(struct pid_map *map, pid_t pid, uint32_t index);

/* Takes the entry of `pid` out, and returns its index; SBX_NONE where there is none. */
uint32_t pid_map_take(struct pid_map *map, pid_t pid);

#endif
