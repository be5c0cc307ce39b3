/* leftovers.h - what processes have left in a sandbox when it ends: daemons and orphans. */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

#include "init/supervise.h"

/* More than these are not asked to end, and killed at the end of the grace. */
#define LEFTOVERS_ASKED_MAX 512

/* An init's view of them. */
struct leftovers {
	const struct supervisor *supervisor;
	uint32_t sandbox;
	uint64_t until_ns; /* they have so long; 0: nobody has been asked to end */
	bool was_idle; /* all processes of the sandbox have ended, and it was looked then */
	uint32_t asked_count;
	uint32_t asked[LEFTOVERS_ASKED_MAX]; /* PIDs of level 0 */
};

/*
 * Whether there is any, here or in a sandbox below whose init waits for its own. What is orphaned
 * becomes a child of the caller.
 */
bool leftovers_exist(const struct leftovers *leftovers);

/*
 * Asks each child that is no slot's to end, once: TERM, and CONT for the stopped. Those that the
 * group of their declared process was stopped with have had their TERM. To be called again for what
 * becomes an orphan meanwhile.
 */
void leftovers_ask(struct leftovers *leftovers);

/* The longest grace of the sandbox and of those below it. ms */
uint32_t leftovers_grace_ms(const struct plan *plan, uint32_t sandbox);

#endif
