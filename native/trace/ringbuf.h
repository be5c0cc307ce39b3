/* ringbuf.h - reading what BPF programs write, in the order in which they did. */
#ifndef RINGBUF_H
#define RINGBUF_H

#include <stddef.h>
#include <stdint.h>

/* Source: kernel/bpf/ringbuf.c. The consumer is one process. */
struct ring {
	uint64_t *taken; /* bytes that we have read, ever */
	const uint64_t *made; /* bytes that there ever were */
	const char *data; /* mapped twice in a row, so that no record is cut */
	size_t size;
};

/* Maps the ring of `size` bytes. Returns -1 with errno. */
int ring_open(struct ring *ring, int map, size_t size);

/* The next record and its size; NULL: there is none now. It lasts until `ring_drop`. */
const void *ring_next(const struct ring *ring, uint32_t *size);
void ring_drop(struct ring *ring, uint32_t size);

#endif
