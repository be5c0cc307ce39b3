/* log.c - output pipes of workloads: made by the supervisor, read by the monitor. */
#define _GNU_SOURCE
#include "run/log.h"

#include <fcntl.h>
#include <string.h>
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

/*
 * Blocks while the monitor is behind. Descriptors in flight are counted against the caller's
 * limit of open ones; then the only way is to wait for the monitor (ETOOMANYREFS). unix(7).
 */
static void send_message(const struct msghdr *header)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (sendmsg(FD_LOG, header, MSG_NOSIGNAL) < 0) {
		if (errno == ETOOMANYREFS)
			(void)nanosleep(&pause, NULL);
		else if (errno != EINTR)
			return; /* the monitor is dead, and so will we be */
	}
}

void log_pipes_send(struct log_pipes *pipes, uint32_t slot)
{
	struct message message = { .slot = slot };
	union control control = { 0 };
	int fds[2];
	size_t count = 0;

	close_end(&pipes->out[1]);
	close_end(&pipes->err[1]);
	if (pipes->out[0] >= 0) {
		fds[count++] = pipes->out[0];
		message.streams |= 1u << STREAM_STDOUT;
	}
	if (pipes->err[0] >= 0) {
		fds[count++] = pipes->err[0];
		message.streams |= 1u << STREAM_STDERR;
	}
	if (count > 0) {
		struct iovec part = { .iov_base = &message, .iov_len = sizeof(message) };
		struct msghdr header = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
		};
		struct cmsghdr *rights;

		/* The type of both lengths is size_t in glibc, and 32 bits wide in musl. */
		header.msg_controllen = (__typeof__(header.msg_controllen))CMSG_SPACE(count * sizeof(int));
		rights = CMSG_FIRSTHDR(&header);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = (__typeof__(rights->cmsg_len))CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
		send_message(&header);
	}
	close_end(&pipes->out[0]);
	close_end(&pipes->err[0]);
}

bool log_pipes_receive(struct log_pipes *pipes, uint32_t *slot)
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

	*pipes = (struct log_pipes)LOG_PIPES_NONE;
	if (size != sizeof(message))
		return false;
	if (rights != NULL && rights->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
	if (message.streams & 1u << STREAM_STDOUT)
		pipes->out[0] = fds[next++];
	if (message.streams & 1u << STREAM_STDERR)
		pipes->err[0] = fds[next];
	*slot = message.slot;
	return true;
}
