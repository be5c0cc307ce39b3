/* vmem.h - memory of a snapshot: as much as there are processes, and no more. */
#ifndef VMEM_H
#define VMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * Nothing of this is ever given back: a snapshot is one short process. Sizes follow what is really
 * there, as a limit on address space (RLIMIT_AS) and vm.overcommit_memory=2 count what is asked for.
 * All return NULL (or -1) with errno ENOMEM.
 */

/* Zeroed; shared with children that are forked later. */
static inline void *reserve_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Of `size` bytes, or of none yet (NULL, 0): twice as many, with the same content; zeroed behind. */
void *vmem_grow(void *memory, size_t *size);

/* Room for `size` bytes, zeroed, a multiple of 8; what is not used of it is given out again. */
char *vmem_room(size_t size);

/* Of the last room, so many bytes are used. */
void vmem_use(size_t size);

#define PID_PAGES 1024
#define PID_PAGE_SIZE 4096

/* A number for each PID below PID_LIMIT, 0 at first; pages of it are there once they are used. */
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
