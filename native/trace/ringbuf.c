/* ringbuf.c - reading what BPF programs write, in the order in which they did. */
#define _GNU_SOURCE
#include "trace/ringbuf.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t whole(uint32_t size)
{
	return ((uint64_t)size + BPF_RINGBUF_HDR_SZ + 7) & ~7ull;
}

int ring_open(struct ring *ring, int map, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *own = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	const char *theirs = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map, (off_t)page);

	if (own == MAP_FAILED || theirs == MAP_FAILED)
		return -1;
	*ring = (struct ring){
		.taken = (void *)own,
		.made = (const void *)theirs,
		.data = theirs + page,
		.size = size,
	};
	return 0;
}

const void *ring_next(const struct ring *ring, uint32_t *size)
{
	const char *at = ring->data + (*ring->taken & (ring->size - 1));

	if (*ring->taken >= __atomic_load_n(ring->made, __ATOMIC_ACQUIRE))
		return NULL;
	*size = __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_ACQUIRE);
	/* Being written: what comes after it waits too, so the order stays. */
	return *size & BPF_RINGBUF_BUSY_BIT ? NULL : at + BPF_RINGBUF_HDR_SZ;
}

void ring_drop(struct ring *ring, uint32_t size)
{
	__atomic_store_n(ring->taken, *ring->taken + whole(size), __ATOMIC_RELEASE);
}
