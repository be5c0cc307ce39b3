/* waits.h - clients that wait for an end: that of a process, or of the run. */
#ifndef WAITS_H
#define WAITS_H

#include "run/client.h"

/* Answers that are awaited at a time, by all clients together. */
#define WAITS_MAX 1024

/*
 * The client's `request` is answered once the generation of `slot` that is desired now has ended, at
 * once where it has and no other follows; `slot` is SBX_NONE for the run. Returns 0, or EAGAIN where too many wait.
 */
int waits_add(struct client *client, uint32_t request, uint32_t slot, const struct table *table);

/* That generation has ended, as its record shows: who waits for it has the answer. */
void waits_end(uint32_t slot, const struct table_slot *record);

/* The run has ended, and its verdict is in the table. */
void waits_end_run(const struct table *table);

/* The client has gone. */
void waits_forget(const struct client *client);

#endif
