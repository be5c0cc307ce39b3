/* relay.h - the monitor's line to the runner: workloads' output and phases out, commands in. */
#ifndef RELAY_H
#define RELAY_H

#include "core/shared.h"
#include "run/log.h"

/* Bytes of output in one frame. */
#define RELAY_CHUNK_SIZE 65536
/* Bytes behind a full chunk for the frames of phases, of which there are three a run. */
#define RELAY_SPARE_SIZE 256

struct relay {
	bool open; /* a runner listens */
	int pipes; /* epoll of the read ends */
	uint32_t pipe_count;
	uint64_t moved; /* bytes of frames that the runner has taken */
	size_t used, sent; /* of buffer */
	uint8_t buffer[sizeof(struct frame) + RELAY_CHUNK_SIZE + RELAY_SPARE_SIZE];
};

/* Errors: STEP_EPOLL. */
int relay_open(struct relay *relay, bool has_control, struct sbx_error *error);

/* Takes the read ends of these streams of `slot`. */
void relay_add(struct relay *relay, const struct log_pipes *pipes, uint32_t streams, uint32_t slot);

/* Takes the read ends that supervisors have sent. */
void relay_accept(struct relay *relay);

/*
 * Moves some of the output to the runner, if it is not behind; where it is, the workloads wait on
 * their full pipes. Never blocks, and leaves the rest, if any, to the next call.
 */
void relay_pump(struct relay *relay);

/* Whether frames wait for the runner to read. */
bool relay_is_behind(const struct relay *relay);

/* Queues the frame of a phase for the runner. */
void relay_frame(struct relay *relay, enum frame_kind kind);

/* Reads one command. 1: there was one; 0: none now; -1: the runner is gone. */
int relay_command(struct relay *relay, struct command *command);

/* Gives up what is still in the pipes: the runner does not take it. */
void relay_discard(struct relay *relay);

#endif
