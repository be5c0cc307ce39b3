/* log.h - output pipes of workloads: made by the supervisor, read by the monitor. */
#ifndef LOG_H
#define LOG_H

#include "core/shared.h"

/* Two pipes; [0] is the read end, [1] the write end; -1 where the stream is not logged. */
struct log_pipes {
	int out[2];
	int err[2];
};

#define LOG_PIPES_NONE { { -1, -1 }, { -1, -1 } }

/* Makes the pipes that `process` asks for. Errors: STEP_LOG_PIPE; then none is open. */
int log_pipes_open(struct log_pipes *pipes, const struct image_process *process, int level,
		   struct sbx_error *error);

/*
 * Hands the read ends to the monitor and closes all four. Consumes the pipes. Never waits: what the
 * socket does not take now is queued, and the caller has to call log_flush after log_pause_ms.
 */
void log_pipes_send(struct log_pipes *pipes, uint32_t slot);

/* Sends what is queued, as far as the monitor takes it. */
void log_flush(void);

/* In a new init: what waits in the queue is its parent's, as are the descriptors. */
void log_leave_parent(void);

/* How long the caller may sleep before it calls log_flush: ms, or -1 where nothing is queued. */
int log_pause_ms(void);

/* Before the caller's end: waits, for a short time at most, until the monitor has all. */
void log_flush_last(void);

/* What the monitor does with pipes that need not be sent, as it is their slot's supervisor. */
typedef void log_take(const struct log_pipes *pipes, uint32_t slot);

/* In the monitor, before its first child: `run` and `take` are for it and all that it forks. */
void log_open(const struct run *run, log_take *take);

/* One message from a supervisor. */
struct log_message {
	uint32_t slot;
	uint32_t streams; /* that are logged; bits by enum stream */
	struct log_pipes pipes; /* -1 where the stream is not logged, or could not be passed on */
};

/* The monitor's side: takes one message; false if none waits. */
bool log_receive(struct log_message *message);

#endif
