/* title.c - what ps(1) shows of the shim's processes below the monitor. */
#include "core/title.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static char *memory;
static size_t size;
static char title[NAME_MAX];
static bool is_set;

/* The strings lie one after another. Source: execve(2), proc_pid_cmdline(5). */
void title_find(int count, char **arguments)
{
	memory = arguments[0];
	size = (size_t)(arguments[count - 1] - memory) + strlen(arguments[count - 1]) + 1;
}

void title_prepare(const char *run_dir)
{
	const char *name = run_dir == NULL ? NULL : strrchr(run_dir, '/');

	(void)snprintf(title, sizeof(title), "sandbox-init%s%s", name == NULL ? "" : " ",
		       name == NULL ? "" : name + 1);
}

void title_set(void)
{
	size_t used = strlen(title);

	if (is_set)
		return;
	is_set = true;
	memset(memory, 0, size);
	memcpy(memory, title, used < size ? used : size - 1);
}
