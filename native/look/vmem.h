/* vmem.h - memory for a snapshot, in proportion to the number of processes. */
#ifndef VMEM_H
#define VMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * Nothing is ever freed: a snapshot is one short process. Nothing is reserved ahead either, since
 * RLIMIT_AS and vm.overcommit_memory=2 count what is reserved. All return NULL or -1 with ENOMEM.
 */

/* Zeroed; shared with children that are forked later. */
static inline void *reserve_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Doubles the memory and updates *size; new bytes are 0. NULL and 0: allocates the first. */
void *vmem_grow(void *memory, size_t *size);

/* A zeroed buffer of `size` bytes. The next call returns the same one, unless vmem_use took it. */
char *vmem_buffer(size_t size);

/* Takes the first `size` bytes, a multiple of 8, of the last buffer. */
void vmem_use(size_t size);

#define PID_PAGES 1024
#define PID_PAGE_SIZE 4096

/* A number for each PID below PID_LIMIT, 0 at first; pages are allocated when they are used. */
struct pid_numbers {
	uint32_t *pages[PID_PAGES];
};

static inline uint32_t pid_number(const struct pid_numbers *numbers, uint32_t pid)
{
	uint32_t page = pid / PID_PAGE_SIZE;

	if (page >= PID_PAGES || numbers->pages[page] == NULL)
		return 0;
	return numbers->pages[page][pid % PID_PAGE_SIZE];
}

int pid_number_set(struct pid_numbers *numbers, uint32_t pid, uint32_t number);

#endif
