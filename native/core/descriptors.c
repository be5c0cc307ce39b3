/* descriptors.c - descriptors that go from one process of the shim to another. */
#define _GNU_SOURCE
#include "core/descriptors.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sbx.h"

union rights {
	char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	struct cmsghdr align;
};

int descriptors_send(int socket, const void *bytes, size_t size, const int *fds, size_t count)
{
	union rights rights = { 0 };
	struct iovec part = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t sent;

	if (count > 0) {
		struct cmsghdr *entry;

		/* The type of both lengths is size_t in glibc, and 32 bits wide in musl. */
		header.msg_control = rights.bytes;
		header.msg_controllen =
			(__typeof__(header.msg_controllen))CMSG_SPACE(count * sizeof(int));
		entry = CMSG_FIRSTHDR(&header);
		SBX_ASSERT(entry != NULL); /* the buffer holds at least one */
		entry->cmsg_level = SOL_SOCKET;
		entry->cmsg_type = SCM_RIGHTS;
		entry->cmsg_len = (__typeof__(entry->cmsg_len))CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(entry), fds, count * sizeof(int));
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

static size_t taken_of(struct msghdr *header, int fds[DESCRIPTORS_MAX])
{
	struct cmsghdr *entry = CMSG_FIRSTHDR(header);
	size_t count;

	if (entry == NULL || entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS)
		return 0;
	count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(entry), count * sizeof(int));
	return count;
}

int descriptors_receive(int socket, void *bytes, size_t size, int flags, int fds[DESCRIPTORS_MAX],
			size_t *count)
{
	union rights rights = { 0 };
	struct iovec part = { .iov_base = bytes, .iov_len = size };
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = rights.bytes,
		.msg_controllen = sizeof(rights.bytes),
	};
	ssize_t taken;

	do
		taken = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
	while (taken < 0 && errno == EINTR);
	*count = taken <= 0 ? 0 : taken_of(&header, fds);
	if (taken > 0 && (taken != (ssize_t)size || header.msg_flags & MSG_CTRUNC)) {
		while (*count > 0)
			(void)close(fds[--*count]);
		errno = header.msg_flags & MSG_CTRUNC ? EMFILE : EPROTO;
		return -1;
	}
	return taken < 0 ? -1 : taken > 0;
}
