/* trace_file.c - the file that a traced run's events are written to. */
#define _GNU_SOURCE
#include "trace/trace_file.h"

#include <string.h>
#include <sys/stat.h>

#include "core/sbx.h"

#define BUFFER_SIZE (256 * 1024)

static int stream_fd;
static struct trace_header stream_header;
static char buffer[BUFFER_SIZE] SBX_LARGE;
static size_t used;
static uint32_t buffered; /* events in it */
static uint64_t capacity; /* bytes that the file may still grow by */

void stream_miss(uint32_t count)
{
	uint32_t most = UINT32_MAX - stream_header.missed;

	stream_header.missed += count < most ? count : most;
}

/* A full disk must not hold the run: what no longer fits is counted. */
static void flush_buffer(void)
{
	size_t done = 0;

	if (used > capacity && stream_header.write_errno == 0)
		stream_header.write_errno = EFBIG;
	while (done < used && stream_header.write_errno == 0) {
		ssize_t count = write(stream_fd, buffer + done, used - done);

		if (count < 0 && errno != EINTR)
			stream_header.write_errno = (uint32_t)errno;
		done += count > 0 ? (size_t)count : 0;
	}
	capacity -= done < capacity ? done : capacity;
	/* Some of them may be there: no more are missing than this. */
	if (done < used)
		stream_miss(buffered);
	used = 0;
	buffered = 0;
}

/* What goes into a pipe is somebody's to read, and takes up nothing. */
static bool is_file(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 || S_ISREG(status.st_mode);
}

void stream_open(int fd, uint64_t size_max, const struct trace_header *header)
{
	capacity = is_file(fd) ? size_max : UINT64_MAX;
	stream_fd = fd;
	stream_header = *header;
	memcpy(buffer, header, sizeof(*header));
	used = sizeof(*header);
	/* At once, so that the disk has a block for what is said of it at the end. */
	flush_buffer();
}

char *stream_argv(void)
{
	if (used + sizeof(struct trace_event) + STREAM_ARGV_SIZE + 8 > sizeof(buffer))
		flush_buffer();
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
	buffered++;
}

bool stream_close(void)
{
	ssize_t written;

	flush_buffer();
	stream_header.finished = 1;
	do {
		written = pwrite(stream_fd, &stream_header, sizeof(stream_header), 0);
	} while (written < 0 && errno == EINTR);
	/* ESPIPE: a pipe, whose beginning cannot be written again. */
	return (written == (ssize_t)sizeof(stream_header) || errno == ESPIPE) &&
	       stream_header.write_errno == 0 && stream_header.missed == 0;
}
