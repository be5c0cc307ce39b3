/* vmem.c - memory for a snapshot, in proportion to the number of processes. */
#define _GNU_SOURCE
#include "look/vmem.h"

#include <errno.h>

#include "core/procfs.h"
#include "core/sbx.h"

/* The first size of a list, and how much memory for buffers is allocated at once. */
#define FIRST_SIZE (64u * 1024)
#define CHUNK_SIZE (1024u * 1024)

_Static_assert(PID_PAGES *PID_PAGE_SIZE >= PID_LIMIT, "a number for each PID");

static char *chunk;
static size_t chunk_left;

static void *map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *vmem_grow(void *memory, size_t *size)
{
	void *grown;

	if (memory == NULL) {
		*size = FIRST_SIZE;
		return map(*size);
	}
	grown = mremap(memory, *size, 2 * *size, MREMAP_MAYMOVE);
	if (grown == MAP_FAILED)
		return NULL;
	*size *= 2;
	return grown;
}

char *vmem_buffer(size_t size)
{
	SBX_ASSERT(size <= CHUNK_SIZE);
	if (chunk_left < size) {
		chunk = map(CHUNK_SIZE);
		chunk_left = chunk == NULL ? 0 : CHUNK_SIZE;
	}
	return chunk;
}

void vmem_use(size_t size)
{
	SBX_ASSERT(size <= chunk_left && size % 8 == 0);
	chunk += size;
	chunk_left -= size;
}

int pid_number_set(struct pid_numbers *numbers, uint32_t pid, uint32_t number)
{
	uint32_t **page = &numbers->pages[pid / PID_PAGE_SIZE];

	SBX_ASSERT(pid < PID_LIMIT);
	if (*page == NULL) {
		uint32_t *numbers_page = (uint32_t *)vmem_buffer(PID_PAGE_SIZE * sizeof(uint32_t));

		if (numbers_page == NULL)
			return -1;
		vmem_use(PID_PAGE_SIZE * sizeof(uint32_t));
		*page = numbers_page;
	}
	(*page)[pid % PID_PAGE_SIZE] = number;
	return 0;
}
