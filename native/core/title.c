/* title.c - what ps(1) shows of a shim process. */
#include "core/title.h"

#include <stdbool.h>
#include <string.h>

static char *memory;
static size_t size;
static bool is_set;

/* The strings lie one after another. Source: execve(2), proc_pid_cmdline(5). */
void title_find(int count, char **arguments)
{
	memory = arguments[0];
	size = (size_t)(arguments[count - 1] - memory) + strlen(arguments[count - 1]) + 1;
}

void title_set(const char *text)
{
	size_t used = strlen(text);

	if (is_set)
		return;
	is_set = true;
	memset(memory, 0, size);
	memcpy(memory, text, used < size ? used : size - 1);
}
