/* debug.h - one JSON line for each step of the shim, where somebody asks for it. */
#ifndef DEBUG_H
#define DEBUG_H

#include <stdbool.h>

#include "gen/layout.gen.h"

struct plan;
struct table_slot;

/*
 * A process of its own each: what a child sets here is its own. `slot` is what this process works
 * for, SBX_NONE: the run as a whole. `fd` is -1 where nobody asked: each hook is one branch then.
 */
struct debug {
	int fd;
	uint32_t slot;
	const struct plan *plan; /* its header is NULL until it is mapped */
};

extern struct debug debug;

/*
 * Turns lines on, to a copy at the descriptor `number`. `wanted` is a descriptor's number, or any other
 * text: stderr; NULL or empty: no lines. Lines name paths of the plan once it is mapped.
 */
void debug_open(const char *wanted, int number, const struct plan *plan);

/* Writes a line about a step: err 0: it is done, else the errno. Keeps errno. */
void debug_write(enum step step, int err, int level);

/* Writes a line about a slot's new state, with its fault if it has one. Keeps errno. */
void debug_write_state(uint32_t slot, enum slot_state state, const struct table_slot *record);

/* From here on this process works for the slot. */
#define DEBUG_AT(number) ((void)(debug.slot = (number)))

#define DEBUG_STATE(slot, state, record) \
	(debug.fd >= 0 ? debug_write_state(slot, state, record) : (void)0)

#endif
