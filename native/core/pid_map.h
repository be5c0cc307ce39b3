/* pid_map.h - which slot a reaped PID belongs to: a hash table in each supervisor's part. */
#ifndef PID_MAP_H
#define PID_MAP_H

#include "core/table.h"

/* Open addressing with twice as many places as the supervisor has slots. */
struct index {
	const struct table *table;
	uint32_t *places; /* slot + 1, or 0 */
	uint32_t size; /* 0 of a supervisor without slots */
};

/* Errors: none. `first` and `count` are the supervisor's range in the plan's `owned`. */
struct index index_of(const struct table *table, uint32_t first, uint32_t count);

/* The slot's pid_of_parent must be set. */
void index_add(struct index *index, uint32_t slot);

/* Finds and removes. SBX_NONE: no declared process has this PID. */
uint32_t index_take(struct index *index, uint32_t pid);

#endif
