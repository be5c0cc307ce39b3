/* relay.h - what workloads print: from their pipes to the clients of the run, and to its log files. */
#ifndef RELAY_H
#define RELAY_H

#include "run/control.h"
#include "run/log.h"

struct relay {
	const struct run *run;
	struct control *control;
	int pipes; /* epoll of the read ends */
	uint32_t pipe_count;
	uint64_t taken; /* bytes of output */
	uint8_t buffer[OUTPUT_CHUNK_SIZE];
};

/* Errors: STEP_EPOLL. */
int relay_open(struct relay *relay, const struct run *run, struct control *control,
	       struct sbx_error *error);

/* Takes the read ends of these streams of `slot`. */
void relay_add(struct relay *relay, const struct log_pipes *pipes, uint32_t streams, uint32_t slot);

/* Takes the read ends that supervisors have sent. */
void relay_accept(struct relay *relay);

/*
 * Moves some of the output, if no client that the run waits for is behind; where one is, the
 * workloads wait on their full pipes. Never blocks, and leaves the rest, if any, to the next call.
 */
void relay_pump(struct relay *relay);

/* Gives up what is still in the pipes: nobody takes it. */
void relay_discard(struct relay *relay);

#endif
