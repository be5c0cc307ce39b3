/* procfs.c - reading single files of a process from procfs. */
#define _GNU_SOURCE
#include "procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

ssize_t procfs_read(int proc, uint32_t pid, const char *name, char *text, size_t size)
{
	char path[sizeof("/cmdline") + 10];
	ssize_t count;
	int fd;

	(void)snprintf(path, sizeof(path), "%u/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	count = read(fd, text, size - 1);
	(void)close(fd);
	text[count > 0 ? count : 0] = '\0';
	return count;
}

uint64_t procfs_number(const char **text)
{
	uint64_t number = 0;

	while (**text == ' ' || **text == '\t')
		(*text)++;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + (uint64_t)(**text - '0');
	return number;
}
