/* log.c - output pipes of workloads: made by the supervisor, read by the monitor. */
#define _GNU_SOURCE
#include "run/log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

/* First word of a message; the descriptors come along in the order of the streams it names. */
struct message {
	uint32_t slot;
	uint32_t streams; /* bits by enum stream */
};

union control {
	char bytes[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr align;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int log_pipes_open(struct log_pipes *pipes, const struct image_process *process, int level,
		   struct sbx_error *error)
{
	if (process->stdout_kind == OUTPUT_KIND_LOG && pipe2(pipes->out, O_CLOEXEC) < 0)
		return sbx_fail(error, STEP_LOG_PIPE, level);
	if (process->stderr_kind == OUTPUT_KIND_LOG && pipe2(pipes->err, O_CLOEXEC) < 0) {
		(void)sbx_fail(error, STEP_LOG_PIPE, level);
		close_end(&pipes->out[0]);
		close_end(&pipes->out[1]);
		return -1;
	}
	return 0;
}

static const struct run *run;
static log_take *take_own;

/* What waits for the monitor: a ring in a mapping of its own that grows. Not the monitor's. */
struct queued {
	struct message message;
	int fds[2];
};

static struct {
	struct queued *entries;
	uint32_t capacity; /* a power of two */
	uint32_t first;
	uint32_t count;
	int err; /* why the first of them has not been sent */
} queue;

#define QUEUE_CAPACITY_MIN 256u
/* While the monitor does not keep up, or too many descriptors are in flight. */
#define RETRY_MS 2
/* For a monitor that is stopped nobody waits at the end. */
#define LAST_TRIES 500

void log_open(const struct run *own_run, log_take *take)
{
	run = own_run;
	take_own = take;
}

static void close_queued(struct queued *entry)
{
	close_end(&entry->fds[0]);
	close_end(&entry->fds[1]);
}

static ssize_t send_queued(const struct queued *entry)
{
	union control control = { 0 };
	struct message message = entry->message;
	struct iovec part = { .iov_base = &message, .iov_len = sizeof(message) };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes };
	size_t size = (entry->fds[1] >= 0 ? 2 : 1) * sizeof(int);
	struct cmsghdr *rights;

	/* The type of both lengths is size_t in glibc, and 32 bits wide in musl. */
	header.msg_controllen = (__typeof__(header.msg_controllen))CMSG_SPACE(size);
	rights = CMSG_FIRSTHDR(&header);
	SBX_ASSERT(rights != NULL); /* the buffer holds it */
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = (__typeof__(rights->cmsg_len))CMSG_LEN(size);
	memcpy(CMSG_DATA(rights), entry->fds, size);
	return sendmsg(FD_LOG, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/*
 * False: the monitor is behind, descriptors in flight are counted against the caller's limit of
 * open ones (ETOOMANYREFS), or memory is short; all of that passes. unix(7).
 */
static bool is_sent(struct queued *entry)
{
	ssize_t size;

	do
		size = send_queued(entry);
	while (size < 0 && errno == EINTR);
	queue.err = size < 0 ? errno : 0;
	if (size < 0 && (errno == EAGAIN || errno == ETOOMANYREFS || errno == ENOBUFS ||
			 errno == ENOMEM))
		return false;
	close_queued(entry); /* else the monitor is dead, and so will we be */
	return true;
}

/* Makes the queue large enough for one more entry. False with ENOMEM. */
static bool reserve_entry(void)
{
	size_t size = queue.capacity * sizeof(*queue.entries);
	struct queued *larger;

	if (queue.count < queue.capacity)
		return true;
	larger = mmap(NULL, size == 0 ? QUEUE_CAPACITY_MIN * sizeof(*larger) : 2 * size,
		      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (larger == MAP_FAILED)
		return false;
	for (uint32_t i = 0; i < queue.count; i++)
		larger[i] = queue.entries[(queue.first + i) & (queue.capacity - 1)];
	if (size > 0)
		(void)munmap(queue.entries, size);
	queue.entries = larger;
	queue.capacity = size == 0 ? QUEUE_CAPACITY_MIN : 2 * queue.capacity;
	queue.first = 0;
	return true;
}

void log_flush(void)
{
	while (queue.count > 0 && is_sent(&queue.entries[queue.first])) {
		queue.first = (queue.first + 1) & (queue.capacity - 1);
		queue.count--;
	}
}

void log_leave_parent(void)
{
	if (queue.entries != NULL)
		(void)munmap(queue.entries, queue.capacity * sizeof(*queue.entries));
	memset(&queue, 0, sizeof(queue));
}

int log_pause_ms(void)
{
	return queue.count > 0 ? RETRY_MS : -1;
}

void log_flush_last(void)
{
	const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };
	struct table table = run->table;

	log_flush();
	for (int tries = 0; queue.count > 0 && tries < LAST_TRIES; tries++) {
		(void)nanosleep(&pause, NULL);
		log_flush();
	}
	for (uint32_t i = 0; i < queue.count; i++) {
		const struct queued *entry = &queue.entries[(queue.first + i) & (queue.capacity - 1)];

		table_set_output_gap(&table, entry->message.slot, queue.err);
	}
}

static void send_or_queue(struct queued *entry)
{
	struct table table = run->table;

	log_flush();
	if (queue.count == 0 && is_sent(entry))
		return;
	if (!reserve_entry()) {
		table_set_output_gap(&table, entry->message.slot, ENOMEM);
		close_queued(entry);
		return;
	}
	queue.entries[(queue.first + queue.count++) & (queue.capacity - 1)] = *entry;
}

void log_pipes_send(struct log_pipes *pipes, uint32_t slot)
{
	struct queued entry = { .message.slot = slot, .fds = { -1, -1 } };
	size_t count = 0;

	close_end(&pipes->out[1]);
	close_end(&pipes->err[1]);
	if (pipes->out[0] < 0 && pipes->err[0] < 0)
		return;
	if (run->plan.slots[slot].supervisor == SBX_NONE) {
		take_own(pipes, slot);
		*pipes = (struct log_pipes)LOG_PIPES_NONE;
		return;
	}
	if (pipes->out[0] >= 0) {
		entry.fds[count++] = pipes->out[0];
		entry.message.streams |= 1u << STREAM_STDOUT;
	}
	if (pipes->err[0] >= 0) {
		entry.fds[count] = pipes->err[0];
		entry.message.streams |= 1u << STREAM_STDERR;
	}
	*pipes = (struct log_pipes)LOG_PIPES_NONE;
	send_or_queue(&entry);
}

bool log_receive(struct log_message *received)
{
	struct message message = { 0 };
	union control control = { 0 };
	struct iovec part = { .iov_base = &message, .iov_len = sizeof(message) };
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t size = recvmsg(FD_LOG_IN, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *rights = size < 0 ? NULL : CMSG_FIRSTHDR(&header);
	int fds[2] = { -1, -1 };
	size_t next = 0;

	*received = (struct log_message){ .pipes = LOG_PIPES_NONE };
	if (size != sizeof(message))
		return false;
	/* The kernel drops descriptors that do not fit (MSG_CTRUNC). Source: recv(2). */
	if (rights != NULL && rights->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
	if (message.streams & 1u << STREAM_STDOUT)
		received->pipes.out[0] = fds[next++];
	if (message.streams & 1u << STREAM_STDERR)
		received->pipes.err[0] = fds[next];
	received->slot = message.slot;
	received->streams = message.streams;
	return true;
}
