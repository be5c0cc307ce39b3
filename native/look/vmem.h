/* vmem.h - virtual memory of which only what is used is ever there. */
#ifndef VMEM_H
#define VMEM_H

#include <stddef.h>
#include <sys/mman.h>

/* Zeroed; shared with children that are forked later. NULL with errno. */
static inline void *reserve_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static inline void *reserve(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

#endif
