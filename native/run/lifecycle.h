/* lifecycle.h - the life of a slot as the monitor sees it: one table of states and events. */
#ifndef LIFECYCLE_H
#define LIFECYCLE_H

#include "core/sbx.h"

/*
 * Where a slot is in its life. WAITING: nobody has asked for its program. ASKED: its supervisor is
 * to start it. RUNNING, STOPPING, KILLED: it has started; its stop signal, or SIGKILL, was asked
 * for. ENDED: nothing more comes, but the next generation.
 */
enum life_state {
	LIFE_WAITING,
	LIFE_ASKED,
	LIFE_RUNNING,
	LIFE_STOPPING,
	LIFE_KILLED,
	LIFE_ENDED,
	LIFE_STATE_COUNT,
};

/* What has to be done with an event, besides taking the state that it leads to. */
enum {
	LIFE_RECORD = 1u << 0, /* the event changes something: it goes into the ring */
	LIFE_STARTS = 1u << 1, /* it has started: dependents and time-outs look at it */
	LIFE_GIVES_UP = 1u << 2, /* it never will */
	LIFE_ENDS = 1u << 3, /* its end is to be dealt with */
};

struct life_step {
	uint8_t state; /* enum life_state; the same where the event changes nothing */
	uint8_t effects;
};

/*
 * What `event` does to a slot in `state`. Complete: events that cannot be, as a second end, change
 * nothing, since what supervisors report in shared memory is not trusted to be in order.
 */
struct life_step lifecycle_step(enum life_state state, enum slot_event event);

#endif
