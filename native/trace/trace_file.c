/* trace_file.c - the file that a traced run's events are written to. */
#define _GNU_SOURCE
#include "trace/trace_file.h"

#include <string.h>

#include "core/sbx.h"

#define BUFFER_SIZE (256 * 1024)

static int stream_fd;
static bool has_failed;
static char buffer[BUFFER_SIZE];
static size_t used;

void stream_flush(void)
{
	size_t done = 0;

	while (done < used && !has_failed) {
		ssize_t count = write(stream_fd, buffer + done, used - done);

		if (count < 0 && errno != EINTR)
			has_failed = true; /* a full disk must not hold the run */
		done += count > 0 ? (size_t)count : 0;
	}
	used = 0;
}

void stream_open(int fd, const struct trace_header *header)
{
	stream_fd = fd;
	memcpy(buffer, header, sizeof(*header));
	used = sizeof(*header);
}

char *stream_argv(void)
{
	if (used + sizeof(struct trace_event) + STREAM_ARGV_SIZE + 8 > sizeof(buffer))
		stream_flush();
	return buffer + used + sizeof(struct trace_event);
}

void stream_put(struct trace_event *event)
{
	char *argv = stream_argv();
	size_t padded = (event->argv_size + 7) & ~(size_t)7;

	SBX_ASSERT(event->argv_size <= STREAM_ARGV_SIZE);
	event->size = (uint32_t)(sizeof(*event) + padded);
	memcpy(buffer + used, event, sizeof(*event));
	memset(argv + event->argv_size, 0, padded - event->argv_size);
	used += event->size;
}
