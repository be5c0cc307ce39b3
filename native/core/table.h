/* table.h - the state table: one slot a promised process, shared by the monitor and the inits. */
#ifndef TABLE_H
#define TABLE_H

#include <stdatomic.h>

#include "core/plan.h"

/*
 * Views into the shared mapping. `dirty_up` has a bit for each slot whose observed half changed,
 * `dirty_down` one for each whose desired half did. A bit is set after the change and cleared before the slot
 * is read, so that no change is missed.
 */
struct table {
	struct table_header *header;
	struct table_slot *slots;
	struct table_sandbox *sandboxes;
	struct table_expectation *expectations;
	_Atomic uint64_t *dirty_up;
	_Atomic uint64_t *dirty_down;
	struct table_event *events; /* a ring; see table_add_event */
};

/* Events that are kept; a power of two. */
#define TABLE_EVENT_CAPACITY 1024u

/* The monitor's alone: appends an event, over the oldest one where the ring is full. */
void table_add_event(struct table *table, uint32_t slot, enum slot_event event, uint32_t value);

/*
 * Makes the table of `plan` in the file `fd`, or in memory of this run's own if fd is -1. The
 * mapping lasts as long as the process and its forks. Errors: STEP_TABLE_RESERVE, STEP_TABLE_MAP.
 */
int table_create(struct table *table, const struct plan *plan, int fd, struct sbx_error *error);

static inline uint32_t table_load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void table_store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

void table_mark(_Atomic uint64_t *dirty, uint32_t slot);

/*
 * Takes the next marked slot at or after `from`, or SBX_NONE. One pass from 0 to SBX_NONE sees
 * every mark made before it began.
 */
uint32_t table_take(_Atomic uint64_t *dirty, uint32_t slot_count, uint32_t from);

/* Whether `slot` was marked; it is no longer. */
bool table_take_one(_Atomic uint64_t *dirty, uint32_t slot);

/*
 * The supervisor's, as the generation that is desired begins, and the monitor's where there is no
 * supervisor any more: nothing is observed of it yet. Nothing of the former may live.
 */
void table_begin_generation(struct table_slot *record);

/* Whether what is observed is of a former generation than the one that is desired. */
static inline bool table_is_behind(const struct table_slot *record)
{
	return table_load(&record->observed_generation) != table_load(&record->generation);
}

/* The state of the generation that is desired. */
static inline enum slot_state table_state(const struct table_slot *record)
{
	return table_is_behind(record) ? SLOT_STATE_PENDING :
					 (enum slot_state)table_load(&record->state);
}

/* Observed changes; each marks the slot in dirty_up. The caller notifies the monitor. */
void table_set_state(struct table *table, uint32_t slot, enum slot_state state);
void table_set_fault(struct table *table, uint32_t slot, const struct sbx_error *error);
/* PIDs by level, 0 to `level`, and the one that its supervisor knows it by. */
void table_set_pids(struct table_slot *record, const uint32_t *pids, uint32_t level,
		    uint32_t pid_of_parent);
/* What kept the monitor from beginning. */
void table_set_own_fault(const struct table *table, const struct sbx_error *error);
/* Why it ended, where it did not end by itself. */
void table_set_flag(struct table *table, uint32_t slot, enum slot_flag flag);
/* Not all that it prints can be passed on; the first reason stays. 0: it did not come to the monitor. */
void table_set_output_gap(struct table *table, uint32_t slot, int err);
/* Whether the end of its sandbox came before the process had learnt its PIDs: it never was. */
bool table_came_too_late(const struct table *table, uint32_t slot);
/* `status` as from wait4(2). A slot that holds a fault becomes `failed`. */
void table_set_exit(struct table *table, uint32_t slot, int status);

/* Whether nothing more comes of the slot: its last generation has ended. */
static inline bool table_ended(const struct table *table, uint32_t slot)
{
	const struct table_slot *record = &table->slots[slot];

	/* In this order: the monitor takes the word back only once the next generation is desired. */
	return !table_load(&record->returns) && table_state(record) >= SLOT_STATE_EXITED;
}

#endif
