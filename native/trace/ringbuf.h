/* ringbuf.h - reading a BPF ring buffer, in the order in which programs wrote. */
#ifndef RINGBUF_H
#define RINGBUF_H

#include <stddef.h>
#include <stdint.h>

/* Source: kernel/bpf/ringbuf.c. The consumer is one process. */
struct ringbuf {
	uint64_t *consumed; /* bytes consumed since the start */
	const uint64_t *produced; /* bytes written since the start */
	const char *data; /* mapped twice in a row, so that no record is cut */
	size_t size;
};

/* Maps the ring buffer of `size` bytes. Returns -1 with errno. */
int ringbuf_open(struct ringbuf *ring, int map, size_t size);

/* The next record and its size; NULL: none yet. It is valid until `ringbuf_drop`. */
const void *ringbuf_next(const struct ringbuf *ring, uint32_t *size);
void ringbuf_drop(struct ringbuf *ring, uint32_t size);

#endif
