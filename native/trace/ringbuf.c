/* ringbuf.c - reading a BPF ring buffer, in the order in which programs wrote. */
#define _GNU_SOURCE
#include "trace/ringbuf.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t record_size(uint32_t size)
{
	return ((uint64_t)size + BPF_RINGBUF_HDR_SZ + 7) & ~7ull;
}

int ringbuf_open(struct ringbuf *ring, int map, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	const char *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map, (off_t)page);

	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		return -1;
	*ring = (struct ringbuf){
		.consumed = (void *)consumer,
		.produced = (const void *)producer,
		.data = producer + page,
		.size = size,
	};
	return 0;
}

const void *ringbuf_next(const struct ringbuf *ring, uint32_t *size)
{
	const char *at = ring->data + (*ring->consumed & (ring->size - 1));

	if (*ring->consumed >= __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE))
		return NULL;
	*size = __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_ACQUIRE);
	/* The record is still being written; later ones wait too, which keeps the order. */
	return *size & BPF_RINGBUF_BUSY_BIT ? NULL : at + BPF_RINGBUF_HDR_SZ;
}

void ringbuf_drop(struct ringbuf *ring, uint32_t size)
{
	__atomic_store_n(ring->consumed, *ring->consumed + record_size(size), __ATOMIC_RELEASE);
}
