/* descriptors.h - descriptors that go from one process of the shim to another. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stddef.h>

/* At most so many in one message. */
#define DESCRIPTORS_MAX 8

/*
 * Sends one message of a SOCK_SEQPACKET socket, with copies of `count` descriptors. Returns -1 with
 * errno. Source: unix(7), SCM_RIGHTS.
 */
int descriptors_send(int socket, const void *bytes, size_t size, const int *fds, size_t count);

/*
 * Takes one message of exactly `size` bytes; another size is one of nobody's, EPROTO. Fills `fds`,
 * close-on-exec, and *count, at most DESCRIPTORS_MAX. Returns 1, 0 at the end of the socket, or -1
 * with errno: EMFILE where this process could hold no more descriptors, EAGAIN with MSG_DONTWAIT in `flags`.
 */
int descriptors_receive(int socket, void *bytes, size_t size, int flags, int fds[DESCRIPTORS_MAX],
			size_t *count);

#endif
