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

/* Hands the read ends to the monitor and closes all four. Consumes the pipes. */
void log_pipes_send(struct log_pipes *pipes, uint32_t slot);

/* The monitor's side: takes one message. Fills both, -1 where not sent; false if none waits. */
bool log_pipes_receive(struct log_pipes *pipes, uint32_t *slot);

#endif
