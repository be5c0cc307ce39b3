/* streams.h - the three standard streams of a declared process. */
#ifndef STREAMS_H
#define STREAMS_H

#include "init/exec.h"

/*
 * Puts every stream that is a descriptor already at 0, 1, 2: inherited ones, output pipes, a text,
 * /dev/null. Streams that are files get /dev/null for now. Walks no path.
 * Errors: STEP_STDIN_TEXT, STEP_STREAMS.
 */
int streams_set(const struct exec_request *request, struct sbx_error *error);

/*
 * Opens the streams that are files, in the caller's tree and with its rights. To be called once
 * nothing but 0, 1, 2 that is of use to a stranger is open. Errors: STEP_STDIN_OPEN,
 * STEP_STDOUT_OPEN, STEP_STDERR_OPEN.
 */
int streams_open(const struct exec_request *request, struct sbx_error *error);

#endif
