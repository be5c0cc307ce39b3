/* trace_file.h - the file that a traced run's events are written to. */
#ifndef TRACE_FILE_H
#define TRACE_FILE_H

#include <stdbool.h>

#include "gen/layout.gen.h"

/* Longer arguments of an exec, with their NUL, are truncated by each tracer. */
#define STREAM_ARGV_SIZE (SBX_ARGV_TEXT_MAX + 1)

/* A file gets no longer than `size_max` bytes: what comes later is missing, with EFBIG. */
void stream_open(int fd, uint64_t size_max, const struct trace_header *header);

/* Where the arguments of the next event are put, STREAM_ARGV_SIZE bytes, before `stream_put`. */
char *stream_argv(void);

/* Writes a whole event with its `argv_size` bytes; `size` is worked out here. */
void stream_put(struct trace_event *event);

/* So many events happened and could not be recorded. */
void stream_miss(uint32_t count);

/* Writes what is left, and in the header what is missing. Returns whether nothing is. */
bool stream_close(void);

#endif
